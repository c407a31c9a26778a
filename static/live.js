// Open pages follow what happens: they ask whether there is news, and only then fetch themselves again.
"use strict";

(() => {
  const EVERY = 15000;
  const LONGEST = 5 * 60000;
  // The desk does not take these for a sign that somebody is there: they keep no session alive.
  const headers = { "X-Background": "1" };

  // A part with a source of its own. Asked also while nobody looks, for the asking says that the page is open.
  // Whether to go on: not for somebody who is signed out, or not allowed any more.
  async function askSource() {
    const part = document.querySelector("[data-live-source]");
    if (!part) return true;
    const answer = await fetch(part.dataset.liveSource, { headers, redirect: "error" });
    if (!answer.ok) return answer.status >= 500 || answer.status === 429;
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    const words = (element) => element.textContent.replace(/\s+/g, " ").trim();
    if (words(drawn) !== words(part)) {
      document.getElementById("announcements").textContent = words(drawn);
      part.replaceChildren(...drawn.childNodes);
    }
    return true;
  }
  async function keepAsking() {
    if (await askSource().catch(() => true)) setTimeout(keepAsking, EVERY);
  }
  keepAsking();

  const page = document.querySelector("[data-live]");
  if (!page) return;
  let seen = page.dataset.seen;
  let wait = EVERY;
  let pending = false;
  let timer;

  const isTyped = (field) => field.type !== "hidden" && (field.value !== (field.defaultValue ?? field.value)
    || (field.checked ?? false) !== (field.defaultChecked ?? false));

  // Never under the hands of someone: typing, marking text, with a menu open or a form on its way.
  function isInUse(part) {
    const selection = getSelection();
    return [...part.querySelectorAll("input, textarea")].some(isTyped)
      || part.matches(":has(:is(input, textarea, select):focus, form[data-sent], details.dropdown[open])")
      || (!selection.isCollapsed && part.contains(selection.anchorNode));
  }

  function exchange(part, fresh) {
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const chosen = part.querySelector("tr.is-chosen a")?.pathname;
    const opened = [...part.querySelectorAll("details")].map((details) => details.open);
    part.replaceWith(fresh);
    fresh.querySelectorAll("[data-needs-script]").forEach((element) => { element.hidden = false; });
    fresh.querySelectorAll("details").forEach((details, at) => { if (opened[at]) details.open = true; });
    for (const link of fresh.querySelectorAll("tr a")) {
      if (link.pathname === chosen) link.closest("tr").classList.add("is-chosen");
    }
    if (focused?.id) document.getElementById(focused.id)?.focus({ preventScroll: true });
    else if (focused?.href) fresh.querySelector(`a[href="${CSS.escape(focused.getAttribute("href"))}"]`)?.focus({ preventScroll: true });
    htmx.process(fresh);
  }

  async function refresh() {
    const answer = await fetch(location.href, { headers, redirect: "error" });
    if (!answer.ok) throw new Error("not now");
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
    pending = false;
    let changed = false;
    for (const part of document.querySelectorAll("[data-live-part]")) {
      const fresh = drawn.getElementById(part.id);
      if (!fresh || fresh.innerHTML === part.innerHTML) continue;
      if (isInUse(part)) pending = true;
      else { exchange(part, fresh); changed = true; }
    }
    const region = document.getElementById("announcements");
    if (changed && region) region.textContent = page.dataset.liveWords;
  }

  async function look() {
    const address = new URL(page.dataset.live, location.href);
    address.searchParams.set("seen", seen);
    const answer = await fetch(address, { headers, redirect: "error" });
    if (answer.status === 200) {
      ({ seen } = await answer.json());
      pending = true;
    } else if (answer.status !== 204) {
      if (answer.status < 500 && answer.status !== 429) wait = Infinity;  // signed out, or not allowed any more
      throw new Error("not now");
    }
    if (pending) await refresh();
  }

  async function turn() {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    try {
      await look();
      wait = EVERY;
    } catch {
      wait = Math.min(wait * 2, wait === Infinity ? Infinity : LONGEST);
    }
    if (wait !== Infinity) timer = setTimeout(turn, wait * (0.9 + 0.2 * Math.random()));
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && wait !== Infinity) turn();
  });
  timer = setTimeout(turn, EVERY);
})();
