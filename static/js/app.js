// Small conveniences for every page. Each page works without this file.
// Listeners sit on the document, so content that htmx swaps in needs no set-up.
(() => {
  'use strict';

  const problem = ['[aria-invalid="true"]', '#problem'];
  const within = (root, selector) => (root.matches(selector) ? root : root.querySelector(selector));

  // Focus. After a swap it would fall back to the top of the page, and a
  // keyboard or a screen reader would lose its place.
  function focus(target) {
    const control = 'input, select, textarea, button, a[href], [tabindex]';
    // A group of radio buttons is marked invalid on its fieldset: take the first.
    const field = (target.hasAttribute('aria-invalid') && within(target, control)) || target;
    if (!field.matches(control)) field.tabIndex = -1;
    field.focus();
  }

  function focusFirst(nodes, selectors) {
    const elements = nodes.filter((node) => node.nodeType === Node.ELEMENT_NODE);
    for (const selector of selectors) {
      const found = elements.map((element) => within(element, selector)).find(Boolean);
      if (found) return focus(found);
    }
  }

  // Number steppers: <button type="button" data-step="-1" data-for="done">
  function step(button) {
    const input = document.getElementById(button.dataset.for);
    if (!input || input.disabled || input.readOnly) return;
    const by = Number(button.dataset.step);
    // From an empty field: + means "one", − means "none at all".
    let value = input.value === '' ? Math.max(by, 0) : Number(input.value) + by;
    if (input.max !== '') value = Math.min(value, Number(input.max));
    if (input.min !== '') value = Math.max(value, Number(input.min));
    if (String(value) === input.value) return;
    input.value = String(value);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }

  // A count that stands elsewhere on the page too: <p data-fills="done"
  // data-count="2"> sets that field, unless the person has set it herself.
  function fill(count) {
    const input = document.getElementById(count.dataset.fills);
    if (!input || (input.value !== '' && input.value !== input.defaultValue)) return;
    input.value = input.defaultValue = count.dataset.count;
  }

  // Blocks that belong to some answers: <div data-show-when="safe=not_always|no">,
  // or to all but one: "done!=0".
  function showMatching() {
    for (const block of document.querySelectorAll('[data-show-when]')) {
      const [, name, not, values] = /^(\w+)(!?)=(.*)$/.exec(block.dataset.showWhen);
      const wanted = values.split('|');
      const all = block.closest('form')?.elements ?? document.querySelectorAll('[name]');
      const fields = [...all].filter((field) => field.name === name);
      const matches = fields.some((field) => {
        const counts = ['radio', 'checkbox'].includes(field.type) ? field.checked : field.value !== '';
        return counts && wanted.includes(field.type === 'number' ? String(Number(field.value)) : field.value);
      });
      block.hidden = fields.length > 0 && matches === (not === '!');
    }
  }

  // Submits. A second press is nearly always an impatient one; the server would
  // recognise the repeat, but the person should not have to wonder.
  const busy = new Map(); // form → what ends its wait
  const hold = 4000;

  function submitting(event) {
    const form = event.target;
    if (form.matches('.exit')) return; // nothing holds it up
    if (busy.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation(); // htmx must not see it either
      return;
    }
    const button = event.submitter ?? form.querySelector('[type=submit], button:not([type])');
    button?.setAttribute('aria-disabled', 'true');
    const timer = setTimeout(() => release(form), hold);
    busy.set(form, () => {
      clearTimeout(timer);
      button?.removeAttribute('aria-disabled');
    });
  }

  function release(form) {
    busy.get(form)?.();
    busy.delete(form);
  }

  // What was published can be taken back, so a page that was out of sight is
  // fetched again, and shows nothing until then. Never over something half written.
  const edited = new Set();
  const unsaved = () => [...edited].some((field) => field.isConnected) || document.querySelector(problem.join()) !== null;

  function visibility() {
    if (!document.body.hasAttribute('data-refetch') || unsaved()) return;
    document.documentElement.classList.add('veiled');
    if (!document.hidden) location.reload();
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-step], [data-print]');
    if (button?.hasAttribute('data-step')) step(button);
    else if (button) window.print();
  });
  document.addEventListener('input', (event) => { edited.add(event.target); showMatching(); });
  document.addEventListener('change', showMatching);
  document.addEventListener('reset', () => { edited.clear(); setTimeout(showMatching); }); // the fields change after the event
  document.addEventListener('submit', submitting, true);
  document.addEventListener('visibilitychange', visibility);
  // htmx tells of each place it filled, with the new nodes, before the swap is done.
  document.addEventListener('htmx:after:settle', (event) => {
    for (const node of event.detail.newContent) if (node.querySelectorAll) node.querySelectorAll('[data-fills]').forEach(fill);
    showMatching();
    focusFirst(event.detail.newContent, document.activeElement === document.body ? [...problem, '[data-focus]'] : problem);
  });
  document.addEventListener('htmx:finally:request', (event) => {
    if (event.detail.ctx.keepIndicators) return; // on its way to another page
    for (const form of busy.keys()) if (form === event.target || !form.isConnected) release(form);
  });
  window.addEventListener('pageshow', showMatching); // the browser may have put old values back

  showMatching();
  focusFirst([document.body], problem); // a form refused without htmx
})();
