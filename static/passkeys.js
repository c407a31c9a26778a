// Asks the browser for a passkey when somebody presses a button for it, and sends what it brings with the button's form.
"use strict";

(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const described = (keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

  function withBytes(options) {
    const read = { ...options, challenge: bytes(options.challenge) };
    if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
    if (options.allowCredentials) read.allowCredentials = described(options.allowCredentials);
    if (options.excludeCredentials) read.excludeCredentials = described(options.excludeCredentials);
    return read;
  }

  function asText({ id, rawId, type, response }) {
    const parts = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) parts[name] = text(response[name]);
    }
    return JSON.stringify({ id, rawId: text(rawId), type, response: parts });
  }

  function wordsFor(error, words) {
    if (error instanceof TypeError) return words.unreached;
    return { InvalidStateError: words.known, NotAllowedError: words.cancelled }[error.name] ?? words.unknown;
  }

  async function ask(button) {
    const answer = await fetch(button.dataset.options, { redirect: "manual" });
    if (answer.type === "opaqueredirect") {
      location.assign(button.dataset.confirm || location.href);
      return null;
    }
    const options = { publicKey: withBytes(await answer.json()) };
    return button.dataset.passkey === "create" ? navigator.credentials.create(options) : navigator.credentials.get(options);
  }

  async function press(button) {
    const told = button.parentElement.querySelector("[role=alert]");
    told.hidden = true;
    button.disabled = true;
    try {
      if (!window.PublicKeyCredential) throw new DOMException("", "NotSupportedError");
      const credential = await ask(button);
      if (!credential) return;
      button.form.elements.passkey.value = asText(credential);
      button.form.requestSubmit();
    } catch (error) {
      told.textContent = wordsFor(error, told.dataset);
      told.hidden = false;
    } finally {
      button.disabled = false;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-passkey]");
    if (button) press(button);
  });

  // Return in a field of such a form means the same as its button, where there is no other one; before desk.js locks it.
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("[data-passkey=create]");
    if (!button || event.target.elements.passkey.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    press(button);
  }, true);
})();
