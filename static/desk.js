// What makes the desk quicker for those with scripting. Every page works without it.
"use strict";

(() => {
  const first = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => root.querySelectorAll(selector);
  // htmx tells of each new element by itself, so the element may be the one that is looked for.
  const within = (selector, root) => (root.matches?.(selector) ? root : first(selector, root));

  function announce(text) {
    const region = first("#announcements");
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 50);
  }

  // Also runs on what htmx swaps in: buttons that need scripting appear, the error summary takes the focus.
  function prepare(root) {
    for (const element of all("[data-needs-script]", root)) element.hidden = false;
    const summary = within("[data-focus]", root);
    if (!summary) return;
    summary.focus();
    const mark = document.body.dataset.errorWord;
    if (!document.title.startsWith(mark)) document.title = `${mark} ${document.title}`;
  }

  // --- One submit at a time ---

  function lock(form, submitter) {
    form.setAttribute("aria-busy", "true");
    form.dataset.sent = "";
    submitter?.classList.add("is-busy");
  }

  function unlock(form) {
    form.removeAttribute("aria-busy");
    delete form.dataset.sent;
    for (const button of all(".is-busy", form)) button.classList.remove("is-busy");
  }

  // Before htmx sees the event; the button is not disabled, so that its name and value are sent.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "download" in form.dataset) return;
    if ("sent" in form.dataset) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    lock(form, event.submitter);
  }, true);

  addEventListener("pageshow", () => all("form[data-sent]").forEach(unlock));
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt.matches("form")) unlock(detail.elt);
  });

  // --- Clicks: copying, closing menus ---

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return;
    }
    announce(button.dataset.copied);
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), 1500);
  }

  document.addEventListener("click", (event) => {
    const copying = event.target.closest("[data-copy]");
    if (copying) copy(copying);
    for (const menu of all("details.dropdown[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // Typing an amount chooses "an amount", and an item "items".
  document.addEventListener("input", (event) => {
    const choice = document.getElementById(event.target.dataset.chooses);
    if (choice) choice.checked = true;
  });

  // --- Keyboard ---

  const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");

  function closeByEscape() {
    const menu = first("details.dropdown[open]");
    if (menu) {
      menu.open = false;
      first("summary", menu).focus();
    } else if (location.hash === "#nav") {
      location.hash = "#main";
    } else {
      first(".peek [data-close]")?.click();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeByEscape();
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const search = first("#search");
    if (!search) return;
    event.preventDefault();
    search.focus();
  });

  // --- The panel beside a list: its row is marked while it is open ---

  function markRow(row) {
    for (const marked of all("tr.is-chosen")) marked.classList.remove("is-chosen");
    row?.classList.add("is-chosen");
  }

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target.id === "peek") markRow(detail.elt.closest("tr"));
  });

  document.addEventListener("click", (event) => {
    const panel = event.target.closest("[data-close]")?.closest(".split > .peek");
    if (!panel) return;
    event.preventDefault();
    const link = first("tr.is-chosen [hx-get]");
    panel.replaceWith(Object.assign(document.createElement("div"), { id: "peek" }));
    markRow(null);
    link?.focus();
  });

  // --- htmx ---

  const outOfReach = first("#out-of-reach");
  let slow;
  document.addEventListener("htmx:beforeRequest", () => {
    outOfReach.hidden = true;
    clearTimeout(slow);
    slow = setTimeout(() => announce(document.body.dataset.loadingWords), 1000);
  });
  document.addEventListener("htmx:afterRequest", () => clearTimeout(slow));

  // What is new is read aloud: what the part says to announce, its first message, or, where somebody has asked for it,
  // its heading. An alert is read by itself.
  function newsOf(part, isAsked) {
    const told = within("[data-announce]", part) ?? first("[role=status]", part);
    if (told) return told.dataset.announce || told.textContent.trim();
    return isAsked && !first("[role=alert]", part) ? first("h2, h3", part)?.textContent.trim() : "";
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    prepare(event.target);
    const mark = `${document.body.dataset.errorWord} `;
    if (!first(".error-summary") && document.title.startsWith(mark)) document.title = document.title.slice(mark.length);
    const news = newsOf(event.target, Boolean(event.detail.requestConfig?.triggeringEvent));
    if (news) announce(news);
  });

  // What had the focus may be gone. After a click the new part of the page takes it, and the panel that a key has
  // opened; where the page has asked by itself, what is there in place of what was left, or else the part.
  function takeFocus(element) {
    if (element.tabIndex < 0) element.tabIndex = -1;
    element.focus({ preventScroll: true });
    if (element.getBoundingClientRect().top < 0) element.scrollIntoView();
  }

  // What is gone stays known until another has taken its place: two parts may be swapped at the same moment.
  let before = document.body;
  document.addEventListener("htmx:beforeSwap", () => { if (before.isConnected) before = document.activeElement; });

  function twin(element, root) {
    if (element.isConnected || element === document.body) return null;
    if (element.id) return document.getElementById(element.id);
    const href = element.getAttribute("href");
    if (href) return first(`a[href="${CSS.escape(href)}"]`, root);
    const action = element.closest("form")?.getAttribute("action");
    return action ? first(`form[action="${CSS.escape(action)}"] button`, root) : null;
  }

  document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
    const byKey = detail.requestConfig?.triggeringEvent?.detail === 0;
    if (target.id === "peek" && byKey) takeFocus(first("#peek-title", target));
    const isAsked = Boolean(detail.requestConfig?.triggeringEvent);
    if (document.activeElement !== document.body || (before === document.body && !isAsked)) return;
    const named = within("[data-takes-focus]", target) ?? target.closest("#results");
    const same = twin(before, document.getElementById(target.id) ?? target);
    takeFocus((isAsked ? named ?? same : same ?? named) ?? target);
    before = document.activeElement;
  });

  // A page that answers a form begins with what came of it.
  function arrive() {
    const [way] = performance.getEntriesByType("navigation");
    const isAnswer = document.title.startsWith(document.body.dataset.errorWord) || (way?.type === "navigate" && way.redirectCount > 0);
    const told = first("main :is([data-takes-focus], .notice[role])");
    if (isAnswer && told && document.activeElement === document.body) takeFocus(told);
  }

  // --- A whole row leads where its first link leads; text in it can still be marked ---

  document.addEventListener("click", (event) => {
    const row = event.target.closest(".orders tbody tr");
    if (!row || event.target.closest("a, button") || !getSelection().isCollapsed) return;
    const { ctrlKey, metaKey, shiftKey } = event;
    first("a", row).dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
  });

  // --- Whole pages show that they are on their way too ---

  const loading = first("#loading");
  const leaving = () => loading.classList.add("htmx-request");
  addEventListener("pageshow", () => loading.classList.remove("htmx-request"));
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || link.target) return;
    const here = link.pathname === location.pathname && link.search === location.search;
    if (link.origin === location.origin && !link.hasAttribute("download") && !(here && link.hash)) leaving();
  });
  addEventListener("submit", (event) => {
    if (!event.defaultPrevented && !("download" in event.target.dataset)) leaving();
  });

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => { outOfReach.hidden = false; });
  }

  // The server keeps the choice in a cookie and tells it; an empty one follows the system again.
  document.addEventListener("theme-chosen", (event) => {
    const theme = event.detail.value;
    if (theme) document.documentElement.dataset.bsTheme = theme;
    else delete document.documentElement.dataset.bsTheme;
    // The button that was pressed has given way to its opposite.
    const form = document.activeElement.closest("form");
    if (form && !document.activeElement.checkVisibility()) {
      [...all("button", form)].find((button) => button.checkVisibility())?.focus();
    }
  });

  prepare(document);
  arrive();
})();
