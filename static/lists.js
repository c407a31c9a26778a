// Lists that are filtered in their address: what the form says and what the rows show never differ unseen.
"use strict";

(() => {
  const first = (selector, root = document) => root.querySelector(selector);
  const form = () => first("#filters");
  const results = () => first("#results");

  // --- Filters that are chosen and not applied yet: the rows are dimmed, and every way through the list applies them ---

  function isChanged(field) {
    if (field.matches("select")) return field.value !== (first("option[selected]", field) ?? field.options[0])?.value;
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    return field.matches("input:not([type=hidden]), textarea") && field.value !== field.defaultValue;
  }

  const isDue = () => form() !== null && [...form().elements].some(isChanged);

  function tell() {
    const due = isDue();
    if (due === document.body.classList.contains("filters-due")) return;
    document.body.classList.toggle("filters-due", due);
    first("#announcements").textContent = due ? first(".due-note", form()).textContent : "";
  }

  for (const name of ["input", "change", "htmx:afterSettle"]) document.addEventListener(name, tell);
  addEventListener("pageshow", tell);

  // The filters of the form, changed as the link would change those of the rows; always from the first page on.
  function asItStands(link) {
    const wanted = new URLSearchParams(new FormData(form()));
    const applied = new URLSearchParams(location.search);
    const there = new URL(link, location.href).searchParams;
    for (const [name, value] of applied) if (!there.has(name, value)) wanted.delete(name, value);
    for (const [name, value] of there) if (!applied.has(name, value)) wanted.append(name, value);
    for (const [name, value] of [...wanted]) if (!value) wanted.delete(name, value);
    for (const name of ["page", "before", "after"]) wanted.delete(name);
    return `${new URL(form().action).pathname}?${wanted}`;
  }

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.target !== results() || detail.elt === form() || !isDue()) return;
    detail.path = asItStands(detail.path);
    detail.headers["HX-Trigger"] = "filters";
  });

  // --- Rows on their way out are dimmed; of several questions the last one is answered ---

  let asking;
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target !== results()) return;
    asking = detail.xhr;
    detail.target.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target === results() && event.detail.xhr !== asking) event.preventDefault();
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.xhr === asking) results()?.removeAttribute("aria-busy");
  });

  // --- The panel beside the list goes with its row ---

  function followRow() {
    const panel = first(".split > .peek");
    if (!panel) return;
    const link = [...document.querySelectorAll("#results .to-peek a")].find((one) => one.pathname === panel.dataset.of);
    if (link) link.closest("tr").classList.add("is-chosen");
    else panel.replaceWith(Object.assign(document.createElement("div"), { id: "peek" }));
  }

  // Not before it has settled: until then htmx gives a row the attributes that the one of the same number had.
  document.addEventListener("htmx:afterSettle", ({ target }) => { if (target === results()) followRow(); });
})();
