// The list of cases: what is typed hides the others, and keys move between them.
// Without this file the whole list stands there, and the browser's own search finds.
(() => {
  'use strict';

  const field = document.getElementById('find');
  if (!field) return;
  field.closest('[hidden]').hidden = false;
  const rows = [...document.querySelectorAll('.need .line')];
  const shown = () => rows.filter((row) => !row.hidden).map((row) => row.querySelector('a.name'));

  function filter() {
    const words = field.value.toLowerCase().split(/\s+/);
    for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    for (const need of document.querySelectorAll('.need')) need.hidden = !need.querySelector('.line:not([hidden])');
    document.getElementById('found').textContent = field.value === '' ? '' : `${shown().length} of ${rows.length}`;
  }

  function move(by) {
    const links = shown();
    const at = links.indexOf(document.activeElement);
    const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by];
    if (next) next.focus();
    else if (by < 0) field.focus();
  }

  field.addEventListener('input', filter);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches('input, textarea, select');
    if (event.key === '/' && !typing) {
      event.preventDefault();
      field.select();
      field.focus();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (event.target !== field && !rows.some((row) => row.contains(event.target))) return;
      event.preventDefault();
      move(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Escape' && event.target === field) {
      field.value = '';
      filter();
    }
  });
  filter();
})();
