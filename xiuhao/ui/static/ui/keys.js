/* The palette, and single keys: never while typing, never during composition, and off where somebody wants them off. */
"use strict";
(() => {
  const { $, $$, words, dialog, drawer } = window.desk;
  const palette = $("#palette"), finder = $("[data-palette]");
  let asked = 0, wait = 0;

  const open = (text = "") => {
    if (!palette || palette.open) return;
    const bar = document.createElement("div"), input = document.createElement("input"), found = document.createElement("div");
    bar.className = "ask"; found.className = "found"; found.id = "hits"; found.setAttribute("role", "listbox"); found.setAttribute("aria-label", words.find);
    Object.assign(input, { type: "search", value: text, placeholder: words.find, autocomplete: "off" });
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": "hits", "aria-label": words.find, "aria-autocomplete": "list" })) input.setAttribute(name, value);
    bar.append(window.desk.picture("search"), input); palette.replaceChildren(bar, found);
    input.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(() => look(input, found), 120); });
    input.addEventListener("keydown", (event) => move(event, found));
    palette.showModal(); input.focus(); look(input, found);
  };
  const look = async (input, found) => {
    const mine = ++asked, on = $("#main")?.dataset.on ?? "";
    const answer = await fetch("/find?q=" + encodeURIComponent(input.value) + "&on=" + encodeURIComponent(on), { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    found.replaceChildren(...($("#found", page)?.childNodes ?? []));
    $$("a", found).forEach((a, i) => { a.id = "hit-" + i; a.setAttribute("role", "option"); a.setAttribute("aria-selected", i === 0); a.tabIndex = -1; });
    $$("li", found).forEach((e) => e.setAttribute("role", "presentation"));
    $$("ul", found).forEach((e) => { e.setAttribute("role", "group"); e.setAttribute("aria-label", e.previousElementSibling.textContent); e.previousElementSibling.setAttribute("aria-hidden", "true"); });
    found.setAttribute("role", $("a", found) ? "listbox" : "status");
    input.setAttribute("aria-activedescendant", $("a", found) ? "hit-0" : "");
  };
  const move = (event, found) => {
    if (event.isComposing) return;
    if (event.key === "Escape") { event.preventDefault(); return palette.close(); } // a search field would only clear itself
    const all = $$("a", found), at = all.findIndex((a) => a.getAttribute("aria-selected") === "true");
    if (event.key === "Enter" && all[at]) { event.preventDefault(); all[at].click(); palette.close(); }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !all.length) return;
    event.preventDefault();
    const next = all[(at + step + all.length) % all.length];
    all.forEach((a) => a.setAttribute("aria-selected", a === next));
    event.target.setAttribute("aria-activedescendant", next.id); next.scrollIntoView({ block: "nearest" });
  };
  palette?.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
  finder?.addEventListener("submit", (event) => { if (!finder.q.value.trim()) event.preventDefault(); });
  finder?.q.addEventListener("input", () => { const text = finder.q.value; finder.q.value = ""; open(text); });

  /* Rows */
  const rows = () => $$("[data-row]");
  const here = () => $("tr.here");
  const go = (step) => {
    const all = rows(), at = all.indexOf(here()), next = all[Math.min(all.length - 1, Math.max(0, at + step))];
    if (!next) return;
    here()?.classList.remove("here"); next.classList.add("here");
    $("a", next)?.focus(); next.scrollIntoView({ block: "nearest" });
    if (drawer && !drawer.hidden) $("[hx-target='#drawer']", next)?.click();
  };
  const beside = (step) => { // the address of the case before or after this one in the list that it was opened from
    const list = JSON.parse(sessionStorage.getItem("list") ?? "[]"), at = list.indexOf(location.pathname);
    return $(`[data-beside="${step}"]`)?.getAttribute("href") ?? (at >= 0 ? list[at + step] : null);
  };
  const turn = (step) => { const url = beside(step); if (url) location.assign(url); };
  const finish = () => { // the main verb of the case, and then the next one
    const act = $("#main .case-head .acts [data-verb]"), next = beside(1);
    if (!act || !next) return act?.click();
    if (act.href) return htmx.ajax("GET", act.getAttribute("href") + "?next=" + encodeURIComponent(next), { target: "#dialog" });
    const onward = document.createElement("input"); onward.type = "hidden"; onward.name = "_next"; onward.value = next;
    act.form.append(onward); act.click();
  };
  const remember = () => { const all = rows().map((row) => row.dataset.url); if (all.length && $("#rows")) sessionStorage.setItem("list", JSON.stringify(all)); };
  const verb = (key) => { const act = $(`[data-verb=${key}]`, $("#rows") ? here() ?? document.createElement("i") : $("#main")); act?.click(); return !!act; };
  const write = (n) => { const panes = $$("[data-pane]"); panes[n]?.click(); return !!panes[n]; };
  const help = () => { if (!dialog.open) { dialog.replaceChildren($("#keys").content.cloneNode(true)); const box = document.createElement("div"); box.className = "box"; box.append(...dialog.childNodes);
    const away = window.desk.button("×", "tool push", () => window.desk.shut(dialog)); away.setAttribute("aria-label", words.close); $("header", box).append(away); dialog.replaceChildren(box); dialog.showModal(); } };

  const macro = () => { // the tab of macros opens with the first of them at hand: Enter shows what it would do
    const first = () => $("#panel [data-macro]"), tab = $("#tab-macros");
    if (first() || !tab) return first()?.focus();
    const choose = () => { if (!first()) return; document.removeEventListener("htmx:afterSettle", choose); setTimeout(() => first()?.focus(), 30); };
    document.addEventListener("htmx:afterSettle", choose);
    tab.click();
  };
  const acts = {
    "/": () => open(), "?": help, j: () => go(1), k: () => go(-1), c: () => $("[data-new]")?.click(),
    x: () => { const box = $("[name=n]", here() ?? document.createElement("i")); if (box) { box.checked = !box.checked; box.dispatchEvent(new Event("change", { bubbles: true })); } },
    " ": () => acts.p(), p: () => $("[hx-target='#drawer']", here() ?? document.createElement("i"))?.click(),
    a: () => verb("assign") || verb("take"), s: () => { const more = $("[data-more]"); if (more) { more.click(); $("a, button", more.nextElementSibling)?.focus(); } },
    r: () => write(0), n: () => write(1), "[": () => turn(-1), "]": () => turn(1), e: finish, m: macro,
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const typing = event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
    if ((event.ctrlKey || event.metaKey) && event.key === "k") { event.preventDefault(); return open(); }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && typing) return typing.form?.requestSubmit();
    if (event.key === "Enter" && !event.target.closest("a, button, input, select, textarea, summary, dialog") && here()) return $("a", here())?.click(); // the focus was in a drawer that is closed
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.keys === "off") return;
    if (dialog?.open || palette?.open || !Object.hasOwn(acts, event.key)) return;
    if (event.key === " " && (!here() || event.target.closest?.("button, summary, input, [role=button]"))) return; // there it presses, or scrolls
    event.preventDefault(); acts[event.key]();
  });
  document.addEventListener("htmx:afterSettle", remember);
  remember();
})();
