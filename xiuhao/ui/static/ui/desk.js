/* What every page does: honest buttons, errors where they belong, focus that is never lost, toasts, dialogs, look of the desk. */
"use strict";
(() => {
  const root = document.documentElement;
  const $ = (query, within = document) => within.querySelector(query);
  const $$ = (query, within = document) => [...within.querySelectorAll(query)];
  const words = $("#words")?.dataset ?? {};
  const cookie = (name) => document.cookie.split("; ").find((c) => c.startsWith(name + "="))?.slice(name.length + 1) ?? "";
  const csrf = () => decodeURIComponent(cookie("__Host-csrftoken") || cookie("csrftoken"));
  const dialog = $("#dialog"), drawer = $("#drawer"), toasts = $("#toasts"), spoken = $("#spoken");
  root.dataset.js = "1";

  const say = (text) => { if (spoken) { spoken.textContent = ""; setTimeout(() => { spoken.textContent = text; }, 50); } };
  const picture = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    const known = $("svg.icon use")?.getAttribute("href") ?? "";
    use.setAttribute("href", known.replace(/#.*/, "#" + name));
    svg.setAttribute("class", "icon"); svg.setAttribute("aria-hidden", "true"); svg.append(use);
    return svg;
  };
  const button = (text, look, act) => {
    const made = document.createElement("button");
    made.type = "button"; made.className = look; made.textContent = text; made.addEventListener("click", act);
    return made;
  };

  /* Toasts: a success goes after four seconds (ten with an undo), an error stays */
  const toast = (text, { bad = false, undo = null, more = "", again = null } = {}) => {
    if (!toasts) return;
    const made = document.createElement("div");
    made.className = bad ? "toast bad" : "toast"; made.setAttribute("role", bad ? "alert" : "status");
    const told = document.createElement("span"); told.textContent = text;
    made.append(picture(bad ? "exclamation-circle" : "circle-check"), told);
    if (more) { const a = document.createElement("a"); a.href = more; a.textContent = words.more; made.append(a); }
    if (undo) {
      const { url, ...values } = undo;
      made.append(button(words.undo, "btn s", () => { made.remove(); htmx.ajax("POST", url, { target: "#dialog", values: { ...values, _key: crypto.randomUUID() } }); }));
    }
    if (again) made.append(button(words.again, "btn s", () => { made.remove(); again(); }));
    made.append(button("×", "tool", () => made.remove())); made.lastChild.setAttribute("aria-label", words.close);
    toasts.append(made);
    if (!bad) setTimeout(() => made.remove(), undo ? 10000 : 4000);
  };
  const brought = $$("#toasts > .toast:not(.bad)"); // by the page itself; one that comes later, with its undo, has its own time
  setTimeout(() => brought.forEach((old) => old.remove()), 4000);

  /* Errors: into the form that asked, else a toast that stays */
  const complain = (source, text, link, again) => {
    const form = source?.closest?.("form[data-step]");
    const place = form && $("[data-messages]", form);
    if (!place) return toast(text, { bad: true, again });
    $$("[data-complaint]", place).forEach((old) => old.remove());
    const made = document.createElement("div"), told = document.createElement("p");
    made.className = "alert"; made.dataset.complaint = ""; made.setAttribute("role", "alert"); made.tabIndex = -1;
    told.textContent = text + " ";
    if (link) { const a = document.createElement("a"); a.href = link[0]; a.textContent = link[1]; told.append(a); }
    made.append(picture("exclamation-circle"), told); place.prepend(made); made.focus();
  };

  /* Buttons are busy from the click until the answer */
  const busy = (form, on) => {
    if (!form?.matches?.("form")) return;
    form.toggleAttribute("data-busy", on);
    $$("button, input[type=submit]", form).filter((b) => b.type === "submit").forEach((b) => { b.disabled = on; if (!on) b.removeAttribute("aria-busy"); });
    if (on) (form.submitter ?? $("[type=submit], button:not([type])", form))?.setAttribute("aria-busy", "true");
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-busy")) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.submitter = event.submitter;
    if (!form.hasAttribute("hx-post") && !form.hasAttribute("hx-get") && !form.dataset.palette && form.method === "post" && !form.hasAttribute("data-setting") && !form.hasAttribute("data-bulk")) {
      setTimeout(() => { if (!event.defaultPrevented) busy(form, true); });
    }
  }, true);
  window.addEventListener("pageshow", (event) => { if (event.persisted) $$("form[data-busy]").forEach((form) => busy(form, false)); });

  /* Requests */
  let waiting = 0, line = null, bar = 0;
  const hurry = (more) => {
    waiting = Math.max(0, waiting + more);
    clearTimeout(bar);
    if (!waiting) { line?.remove(); line = null; return; }
    bar = setTimeout(() => { if (!line) { line = document.createElement("div"); line.className = "progress-line"; document.body.append(line); } }, 400);
  };
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers, parameters, formData } = event.detail;
    headers["X-CSRFToken"] = csrf(); // fresher than the one in an old page
    formData?.delete("csrfmiddlewaretoken"); delete parameters.csrfmiddlewaretoken;
    if (event.target.id === "query") for (const name of new Set(formData.keys())) if (!formData.getAll(name).some(Boolean)) formData.delete(name); // what nobody asks stands in no address
  });
  document.addEventListener("htmx:beforeRequest", (event) => { hurry(1); busy(event.detail.elt, true); event.detail.target?.setAttribute?.("aria-busy", "true"); });
  document.addEventListener("htmx:afterRequest", (event) => { hurry(-1); busy(event.detail.elt, false); event.detail.target?.removeAttribute?.("aria-busy"); });
  const repeat = ({ elt, target, requestConfig: { verb, path, parameters } }) => () => {
    if (!elt.isConnected) return;
    if (elt.matches("form")) htmx.trigger(elt, "submit"); else htmx.ajax(verb, path, { source: elt, target, values: parameters });
  };
  const offline = (event) => complain(event.detail.elt, words.offline, null, repeat(event.detail));
  document.addEventListener("htmx:sendError", offline);
  document.addEventListener("htmx:timeout", offline);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, elt } = event.detail;
    if (xhr.status < 400) return;
    event.detail.isError = false;
    if (!xhr.getResponseHeader("X-Error") && !/^\s*<!doctype/i.test(xhr.responseText) && xhr.responseText.trim()) return; // a form with its errors
    event.detail.shouldSwap = false;
    const told = $("[data-error], #failure h1", new DOMParser().parseFromString(xhr.responseText, "text/html"))?.textContent.trim();
    if (xhr.status === 401) return complain(elt, words.login, ["/accounts/login/?next=" + encodeURIComponent(location.pathname + location.search), "→"]);
    complain(elt, told || words.failed, null, xhr.status === 503 ? repeat(event.detail) : null);
    if (xhr.status === 503) again(elt, Number(xhr.getResponseHeader("Retry-After")) || 3);
  });
  const again = (form, seconds) => { // same key: however often it arrives, it is done once
    const tries = Number(form.dataset?.tries ?? 0);
    if (!form.matches?.("form[data-step]") || tries >= 5) return;
    form.dataset.tries = tries + 1;
    setTimeout(() => { if (form.isConnected) htmx.trigger(form, "submit"); }, seconds * 1000);
  };
  document.addEventListener("xiuhao:done", (event) => {
    shut(dialog); shut(drawer);
    toast(event.detail.text || words.done, event.detail);
  });

  /* After a swap: what was opened is shown, focus stays where it was or goes to the heading */
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target === dialog || dialog?.contains(event.detail.elt)) opened(); });
  document.addEventListener("htmx:afterSettle", (event) => {
    const place = event.detail.target;
    if (place === drawer) { drawer.hidden = false; $("h2", drawer)?.focus(); }
    if (event.detail.elt.id === "main") { say(document.title); prepare(); }
    const wrong = $("[aria-invalid=true]", event.detail.elt) ?? $("[data-first]", event.detail.elt);
    if (wrong) wrong.focus();
    else if (document.activeElement === document.body) {
      const heading = $("h1, h2", event.detail.elt) ?? $("#main");
      heading.tabIndex = -1; heading.focus({ preventScroll: true });
    }
    tick();
  });
  const opened = () => {
    if (!dialog.firstElementChild) return;
    dialog.classList.toggle("broad", !!$("table", dialog));
    if (!dialog.open) dialog.showModal();
    if (!$("[aria-invalid=true], [data-first]", dialog)) ($(".input input:not([type=hidden]), .input select, .input textarea", dialog) ?? $("h2", dialog))?.focus();
  };
  const shut = (box) => {
    if (!box) return;
    if (box.open) box.close();
    if (box === drawer) box.hidden = true;
    box.replaceChildren();
  };
  const leave = (box) => { if (!$("form[data-dirty]", box) || confirm(words.leave)) shut(box); };
  dialog?.addEventListener("cancel", (event) => { event.preventDefault(); leave(dialog); });
  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-close]")?.closest("dialog, .drawer");
    if (box) { event.preventDefault(); leave(box); }
    $$("details.menu[open]").forEach((menu) => {
      const chosen = menu.contains(event.target);
      if (!chosen || event.target.closest("[data-verb]")) menu.open = false;
      if (chosen && !menu.open) $("summary", menu).focus(); // there the dialog gives it back
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    const menu = event.target.closest?.("details.menu[open]");
    if (menu) { menu.open = false; $("summary", menu).focus(); } else if (drawer && !drawer.hidden && !dialog.open) leave(drawer);
  });

  /* Small things of pages */
  const look = { theme: (value) => { root.dataset.theme = value; $("#dark").media = { light: "not all", dark: "all", auto: "(prefers-color-scheme: dark)" }[value]; },
    density: (value) => { root.dataset.density = value; }, nav: (value, b) => { root.dataset.nav = value; b.value = value === "narrow" ? "broad" : "narrow"; } };
  document.addEventListener("submit", (event) => {
    const form = event.target, b = event.submitter;
    if (!form.hasAttribute("data-setting") || !b || !look[b.name]) return;
    event.preventDefault();
    const body = new FormData(form, b);
    look[b.name](b.value, b);
    const menu = b.closest("details.menu"); if (menu) { menu.open = false; $("summary", menu).focus(); }
    fetch("/settings", { method: "POST", body, headers: { "X-CSRFToken": csrf(), "X-Draft": "1" } }).catch(() => {});
  });
  document.addEventListener("click", (event) => {
    const unfold = event.target.closest("[data-unfold]");
    if (unfold) {
      const open = $(unfold.dataset.unfold).classList.toggle("open");
      unfold.setAttribute("aria-expanded", open);
      $("[data-open]", unfold).hidden = !open; $("[data-closed]", unfold).hidden = open;
    }
    const fill = event.target.closest("[data-fill]"); // what is offered, taken over
    if (fill) { const input = $("#" + fill.dataset.fill); input.value = fill.value; input.dispatchEvent(new Event("input", { bubbles: true })); input.focus(); }
    const add = event.target.closest("[data-add]"); // what was found, as one more line of the text above; again is one more of it
    if (add) {
      const area = $("#" + CSS.escape(add.dataset.add)), lines = area.value.split("\n").filter((line) => line.trim());
      const at = lines.findIndex((line) => line.trim().split(/\s+/)[0].toUpperCase() === add.value.toUpperCase());
      if (at < 0) lines.push(add.value + " 1"); else lines[at] = add.value + " " + ((parseFloat(lines[at].trim().split(/\s+/)[1]) || 1) + 1);
      area.value = lines.join("\n"); area.dispatchEvent(new Event("input", { bubbles: true }));
      add.setAttribute("aria-pressed", "true");
    }
    const pane = event.target.closest("[data-pane]");
    if (pane) choose(pane);
    const copy = event.target.closest("[data-copy]"); // the text of the field beside it; the button says what to say then
    if (copy) { const text = $("[data-link]", copy.parentNode); text.select(); (navigator.clipboard?.writeText(text.value) ?? Promise.reject()).catch(() => document.execCommand("copy")); toast(copy.dataset.copy); }
    const tab = event.target.closest("[data-tab]");
    if (tab) { $$("[data-tab]", tab.parentNode).forEach((t) => t.setAttribute("aria-selected", t === tab)); $("#panel").setAttribute("aria-labelledby", tab.id); }
  });
  document.addEventListener("keydown", (event) => { // in a picker: arrows walk through what was found, Enter takes it and sends nothing
    const picker = event.target.closest?.(".picker"), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!picker || event.isComposing) return;
    const all = [$("input", picker), ...$$("[data-add]", picker)];
    if (event.key === "Enter" && event.target === all[0]) { event.preventDefault(); all[1]?.click(); }
    if (step) { event.preventDefault(); all[Math.min(all.length - 1, Math.max(0, all.indexOf(event.target) + step))].focus(); }
  });
  const choose = (pane, focus = true) => {
    const box = pane.closest("[data-composer]");
    $$("[data-pane]", box).forEach((p) => { p.setAttribute("aria-selected", p === pane); p.tabIndex = p === pane ? 0 : -1; $("#" + p.getAttribute("aria-controls")).hidden = p !== pane; });
    box.classList.toggle("inner", $("#" + pane.getAttribute("aria-controls")).classList.contains("inner"));
    if (focus) $("#" + pane.getAttribute("aria-controls") + " .input :is(textarea, input, select)")?.focus();
  };
  document.addEventListener("keydown", (event) => {
    const tabs = event.target.closest?.("[role=tablist]");
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!tabs || !step) return;
    const all = $$("[role=tab]", tabs), next = all[(all.indexOf(event.target) + step + all.length) % all.length];
    next.focus(); if (next.matches("[data-pane]")) choose(next, false);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
    const form = event.target.closest("[data-look]")?.closest("form");
    if (form && event.target.matches("select, [type=checkbox], [type=radio]")) relook(form);
    if (event.target.closest("[data-bulk]")) chosen(event.target);
    if (event.target.type === "datetime-local" && event.target.value) followed(event.target);
  });
  const followed = (begun) => { // the end of a span is filled in as the usual time later, until somebody says otherwise
    for (const end of $$(`[data-after="${begun.name}"]`, begun.form)) {
      if (end.value && end.value > begun.value && end.value !== end.dataset.filled) continue;
      const at = new Date(begun.value + "Z"); // as though UTC: minutes on the wall clock, whatever this machine's zone
      at.setUTCMinutes(at.getUTCMinutes() + Number(end.dataset.minutes));
      end.value = end.dataset.filled = at.toISOString().slice(0, 16);
      end.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };
  let looks = 0;
  const relook = async (form) => { // one answer decides whether another is needed: that one is drawn anew, nobody's typing elsewhere is touched
    const body = new FormData(form), look = ++looks, drawn = document.createElement("template");
    [...body].forEach(([name, value]) => { if (value instanceof File) body.delete(name); });
    body.append("_look", "1");
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (!answer?.ok || look !== looks) return; // a later question is answered by a later answer
    drawn.innerHTML = await answer.text();
    for (const made of $$(".field", drawn.content)) {
      const here = $$("[id]", made).map((one) => $("#" + one.id, form)).find(Boolean)?.closest(".field");
      if (!here || !$(".star", here) === !$(".star", made)) continue;
      const at = here.contains(document.activeElement) && document.activeElement.id;
      here.replaceWith(made);
      for (const one of $$("input:not([type=radio], [type=checkbox], [type=file], [type=hidden]), textarea, select", made)) {
        one.value = $(`#${one.id}[name]`, here)?.value ?? one.value; // typed while the answer was on its way
      }
      htmx.process(made);
      if (at) $("#" + at, made)?.focus();
    }
  };

  /* Rows chosen for bulk work */
  const chosen = (box) => {
    const form = $("#chosen"), all = $("[data-all]", form), each = $("[data-each]", form), rows = $$("tbody [name=n]", form);
    if (box === each) rows.forEach((row) => { row.checked = each.checked; });
    rows.forEach((row) => row.closest("tr").classList.toggle("chosen", row.checked));
    const n = all?.checked ? $("[data-total]", form).dataset.total : rows.filter((row) => row.checked).length;
    if (each) each.checked = rows.length > 0 && rows.every((row) => row.checked);
    $("[data-when-chosen]", form).hidden = !Number(n); $(".toolbar", form).classList.toggle("bulk", !!Number(n));
    $("#chosen-count").textContent = Number(n) ? words.chosen.replace("%n", n) : "";
  };

  /* Countdowns: by the minute, by the second in the last ten minutes */
  const tick = () => $$("[data-due]").forEach((chip) => {
    if (!chip.dataset.due) return;
    const left = Math.round((new Date(chip.dataset.due) - Date.now()) / 1000), s = Math.abs(left);
    if (s > 600 && s % 60 && chip.dataset.shown) return;
    chip.dataset.shown = "1";
    const two = (n) => String(Math.floor(n)).padStart(2, "0");
    $("[data-left]", chip).textContent = (left < 0 ? words.over : "") + [s / 3600, (s % 3600) / 60, s % 60].map(two).join(":");
    if (left < 0 && !chip.classList.contains("over")) { chip.classList.remove("ok", "near"); chip.classList.add("over"); }
  });
  const narrow = () => { // a table that does not fit becomes cards, each cell with its heading
    if (innerWidth > 900) return;
    $$(".wide > .table:not(.cards)").filter((table) => table.tHead && table.parentNode.scrollWidth > table.parentNode.clientWidth + 1).forEach((table) => {
      const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
      $$("tbody tr", table).filter((row) => row.cells.length === heads.length).forEach((row) => [...row.cells].forEach((cell, i) => { if (heads[i]) cell.dataset.label ??= heads[i]; }));
      table.classList.add("plain", "cards");
    });
  };
  window.addEventListener("resize", narrow); window.addEventListener("load", narrow); // with every style sheet
  const prepare = () => {
    narrow();
    $$("[data-composer]").forEach((box) => { const now = $("[data-pane][aria-selected=true]", box); if (now) choose(now, false); });
    $(".views [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    tick();
  };
  setInterval(tick, 1000);
  window.desk = { $, $$, words, say, toast, complain, csrf, picture, button, shut, opened, dialog, drawer };
  prepare();
})();
