// Passkeys. A button of a form asks the browser for one, and the form goes on its
// way with the answer. Without this file the button is not shown, and a code does.
(() => {
  'use strict';
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  document.documentElement.classList.add('passkeys');

  const read = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const write = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const parts = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];

  async function ask(ceremony, options) {
    options.challenge = read(options.challenge);
    if (options.user) options.user.id = read(options.user.id);
    for (const known of [...(options.allowCredentials ?? []), ...(options.excludeCredentials ?? [])]) known.id = read(known.id);
    const key = await navigator.credentials[ceremony]({ publicKey: options });
    const response = {};
    for (const part of parts) if (key.response[part]) response[part] = write(key.response[part]);
    return JSON.stringify({ id: key.id, rawId: write(key.rawId), type: key.type, response, clientExtensionResults: {} });
  }

  const why = {
    InvalidStateError: 'This device has a passkey of yours already.',
    SecurityError: 'Passkeys do not work at this address.',
  };

  async function press(button) {
    if (button.getAttribute('aria-disabled')) return;
    const field = button.closest('.passkey');
    const said = field.querySelector('[role=status]');
    button.setAttribute('aria-disabled', 'true');
    said.textContent = '';
    try {
      field.querySelector('input').value = await ask(button.dataset.passkey, JSON.parse(button.dataset.ask));
      button.form.submit();
    } catch (error) {
      said.textContent = why[error.name] ?? 'No passkey came. Press the button to try again.';
      button.removeAttribute('aria-disabled');
    }
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-passkey]');
    if (button) press(button);
  });
  // The key that sends a form presses its one button.
  document.addEventListener('submit', (event) => {
    const button = event.target.querySelector('[data-passkey=create]');
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    press(button);
  }, true);
  // A page that is gone back to has its button again.
  window.addEventListener('pageshow', () => {
    for (const button of document.querySelectorAll('[data-passkey]')) button.removeAttribute('aria-disabled');
  });
})();
