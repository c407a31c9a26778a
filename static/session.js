// Some minutes before the session ends the page says so, and offers to stay; what is typed on it stays as it is.
"use strict";

(() => {
  const notice = document.getElementById("session-end");
  if (!notice) return;
  const [words, stay, signIn] = ["p", "button", "a"].map((name) => notice.querySelector(name));
  const over = words.textContent;
  let timer;
  let looked = Date.now();

  function announce(text) {
    document.getElementById("announcements").textContent = text;
  }

  function show(text, { canStay = false, isOver = false } = {}) {
    if (notice.contains(document.activeElement) && !text) document.getElementById("main").focus({ preventScroll: true });
    const isNews = Boolean(text) && (notice.hidden || words.textContent !== text);
    words.textContent = text;
    notice.hidden = !text;
    stay.hidden = !canStay;
    signIn.hidden = !isOver;
    if (isNews) announce(text);
  }

  // The desk does not take it for a sign that somebody is there, unless somebody has pressed the button.
  async function look(headers = { "X-Background": "1" }) {
    clearTimeout(timer);
    looked = Date.now();
    let wait = 60;
    try {
      const answer = await fetch(notice.dataset.href, { headers, redirect: "manual" });
      if (answer.type === "opaqueredirect") {
        show(over, { isOver: true });
        return;
      }
      const told = await answer.json();
      show(told.words, { canStay: told.can_stay });
      wait = told.next;
    } catch {
      // Out of reach: asked again in a minute.
    }
    timer = setTimeout(() => look(), wait * 1000);
  }

  stay.addEventListener("click", () => look({}));
  notice.addEventListener("look", () => look());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && (!notice.hidden || Date.now() - looked > 60000)) look();
  });
  timer = setTimeout(() => look(), notice.dataset.firstLook * 1000);
})();
