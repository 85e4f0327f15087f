// Leaving a page at once, and a page that shows nothing while nobody looks at
// it. Nothing is kept in the browser. Without this file the form “Leave this
// page” does its work by itself.
(() => {
  'use strict';

  const second = 1000;
  const body = document.body;
  const hers = body.classList.contains('for-partner');

  // What stood on the page is taken out of it, not only out of sight: no kept
  // copy of the page can bring it back.
  function empty() {
    const said = document.createElement('p');
    said.setAttribute('role', 'alert');
    said.textContent = 'Loading.';
    body.replaceChildren(said);
  }

  // Leave
  const exit = document.querySelector('form.exit');
  const target = exit?.dataset.to;

  function leave() {
    if (!exit?.isConnected) return;
    empty();
    navigator.sendBeacon(exit.action);
    location.replace(target);
  }

  exit?.addEventListener('submit', (event) => {
    event.preventDefault();
    leave();
  });

  // Shift three times, each within five seconds of the one before. It counts when
  // it is let go of alone: not as part of a capital letter or a shortcut.
  const pause = 5 * second;
  let presses = 0;
  let timer = 0;
  let modified = false;

  function count(n) {
    presses = n;
    clearTimeout(timer);
    if (n > 0) timer = setTimeout(count, pause, 0);
    exit.dataset.presses = n;
    exit.querySelector('[role=status]').textContent = n === 0 ? '' : `Shift: press it ${n === 1 ? '2 more times' : 'once more'} to leave.`;
  }

  if (exit) {
    document.addEventListener('keyup', (event) => {
      if (event.key === 'Shift' && !modified) {
        if (presses === 2) leave();
        else count(presses + 1);
      } else if (presses > 0) count(0);
      modified = event.shiftKey;
    });
  }

  // Out of sight. The page is veiled at once, for the pictures that a browser or
  // a phone makes of its tabs. The partner's is closed after a minute, and opens
  // again only while she is still signed in.
  const asleep = 60 * second;
  let since = 0;
  let closing = 0;
  const veil = (on) => document.documentElement.classList.toggle('veiled', on);

  // The content may have been swapped meanwhile.
  function shut(now) {
    const main = document.getElementById('main');
    if (main && now !== undefined) main.hidden = now;
    return main?.hidden;
  }

  const ask = () => fetch('/w', { method: 'HEAD', redirect: 'manual' });

  async function wake() {
    if (document.hidden) return;
    try {
      if ((await ask()).status !== 200) return over();
    } catch {
      setTimeout(wake, 2 * second); // no network yet
      return;
    }
    shut(false);
    veil(false);
  }

  function over() {
    empty();
    location.replace('/w');
  }

  function visibility() {
    clearTimeout(closing);
    if (document.hidden) {
      since = Date.now();
      veil(true);
      closing = setTimeout(shut, asleep, true);
    } else if (shut() || Date.now() - since >= asleep) {
      shut(true); // a phone may have slept through the minute
      wake();
    } else veil(false);
  }

  // Five minutes without use end the visit. Writing is use, and the server is told
  // of it now and then, so that a long answer is not lost.
  const idle = 300 * second;
  const tick = 15 * second;
  let used = Date.now();
  let told = used;

  async function look() {
    const now = Date.now();
    if (now - used >= idle) {
      clearInterval(looking);
      empty();
      await fetch('/w', { method: 'POST', redirect: 'manual', body: new URLSearchParams({ alone: 'not_now' }) }).catch(() => {});
      over();
    } else if (used > told && now - told >= 4 * tick) {
      told = now;
      ask().catch(() => {});
    }
  }

  let looking = 0;
  if (hers) {
    document.addEventListener('visibilitychange', visibility);
    for (const kind of ['input', 'keydown', 'pointerdown']) document.addEventListener(kind, () => { used = Date.now(); }, true);
    looking = setInterval(look, tick);
  }

  // A page that the browser had kept may show what is no longer shared, or no
  // longer hers to read.
  window.addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    empty();
    if (hers) location.replace('/w');
    else location.reload();
  });
})();
