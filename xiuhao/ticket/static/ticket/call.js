/* The phone screen by keyboard alone: look up on the last digit, digits choose the device, categories by pinyin initials. */
"use strict";
(() => {
  const { $, $$ } = window.desk;
  const form = () => $("#call"), phone = () => $("#receive-contact_phone");

  /* The number is complete: a mobile's eleven digits, or a landline with its area code */
  const digits = (text) => text.normalize("NFKC").replace(/[\s().-]/g, "").replace(/^(\+|00)86/, "");
  const mobile = (number) => /^1\d{10}$/.test(number);
  const complete = (number) => mobile(number) || /^0(10|2\d)\d{8}$/.test(number) || /^0[3-9]\d{2}\d{7,8}$/.test(number);
  let asked = "", onward = false;
  const look = (go) => {
    const number = digits(phone().value);
    onward = go;
    if (number === asked) { if (go) next(); return; }
    asked = number;
    htmx.trigger(phone(), "complete");
  };
  const next = () => { // where the agent goes on: the device, else what is not known yet, else the story
    const devices = $("#receive-device");
    const blank = [...$$("#who .text, #who .area")].find((e) => !e.value && e.offsetParent);
    const place = devices && !$("input:checked", devices) ? $("input", devices) : blank ?? $("#receive-description");
    place?.focus();
  };
  const things = () => { // what the device tells need not be typed
    const chosen = $("[name=device]:checked", form());
    $("[data-thing]", form()).hidden = !!chosen?.value;
  };
  const stars = () => {
    const list = ($("#ahead [data-asked]")?.dataset.asked ?? "").split(" ");
    for (const field of ["contact_name", "contact_address", "category", "serial", "purchased_on"]) {
      const star = $(`[data-field=${field}] .star`, form());
      if (star) star.hidden = !list.includes(field);
    }
  };

  const refill = () => { // what this machine kept of fields that came only now
    const kept = window.desk.kept?.[form().dataset.draft] ?? {};
    for (const field of $$("#who .text")) if (!field.value && kept[field.name]) field.value = kept[field.name];
  };

  document.addEventListener("input", (event) => {
    if (!form() || event.target !== phone() || event.isComposing) return;
    const number = digits(phone().value);
    if (complete(number)) look(mobile(number));
  });
  document.addEventListener("change", (event) => {
    if (!form()) return;
    if (event.target === phone() && phone().value.trim()) look(false);
    if (event.target.name === "device") things();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!form()) return;
    if (event.detail.elt.id === "who") { refill(); things(); if (onward && document.activeElement === phone()) next(); onward = false; }
    if (event.detail.elt.id === "call") { asked = digits(phone().value); spell(); things(); $("#receive-description").dispatchEvent(new Event("input", { bubbles: true })); $("[aria-invalid=true]", form())?.focus(); }
    stars();
  });

  /* Keys */
  const send = (way) => { const b = $(`[name=then][value=${way}]`, form()); b.click(); };
  document.addEventListener("keydown", (event) => {
    if (!form() || event.isComposing || event.keyCode === 229) return;
    const inside = form().contains(event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.altKey)) {
      if (!inside && event.target !== document.body) return;
      event.preventDefault(); event.stopImmediatePropagation();
      return send(event.altKey ? "solve" : event.shiftKey ? "assign" : "save");
    }
    if (event.key === "Enter" && event.target === phone()) { event.preventDefault(); return look(true); }
    if (event.key === "Enter" && inside && event.target.matches("input:not([role=combobox])")) { event.preventDefault(); return step(event.target); }
    const typing = event.target.matches?.("input:not([type=radio]):not([type=checkbox]), textarea, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.keys === "off" || $("dialog[open]")) return;
    const device = /^\d$/.test(event.key) && $(`#who [data-digit="${event.key}"]`);
    if (!device) return;
    event.preventDefault();
    device.checked = true; device.dispatchEvent(new Event("change", { bubbles: true }));
    (device.value ? $("#receive-description") : $("[data-thing] [role=combobox]")).focus();
  }, true);
  const step = (from) => { // Enter leads to the next field; only the keys above and the buttons save
    const all = $$("input:not([type=hidden]), select, textarea, button", form()).filter((e) => e.offsetParent && !e.disabled);
    const groups = all.filter((e) => e.type !== "radio" || e.checked || e === from || !$(`[name=${e.name}]:checked`, form()));
    let at = groups.indexOf(from) + 1;
    while (groups[at]?.type === "radio" && groups[at].name === from.name) at += 1;
    groups[at]?.focus();
  };

  /* Solved at once: first say how */
  document.addEventListener("click", (event) => {
    const solve = event.target.closest?.("[name=then][value=solve]");
    const place = $("[data-solving]", form() ?? document);
    if (!solve || !place || (!place.hidden && $("textarea", place).value.trim())) return;
    event.preventDefault(); event.stopPropagation();
    place.hidden = false; $("textarea", place).focus();
  }, true);

  /* A category by its initials: bx finds 冰箱 */
  const spell = () => {
    const select = $("select[data-spelt]", form() ?? document);
    if (!select || select.hidden) return;
    const box = document.createElement("div"), input = document.createElement("input"), list = document.createElement("ul");
    box.className = "spelt"; input.className = "text"; input.value = select.selectedOptions[0]?.value ? select.selectedOptions[0].text : "";
    list.id = "categories"; list.hidden = true; list.setAttribute("role", "listbox"); list.setAttribute("aria-label", $("label[for=receive-category]").textContent);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "categories", "aria-autocomplete": "list", autocomplete: "off" })) input.setAttribute(name, value);
    if (select.getAttribute("aria-invalid")) { input.setAttribute("aria-invalid", "true"); input.setAttribute("aria-describedby", select.getAttribute("aria-describedby")); }
    input.id = select.id; select.removeAttribute("id"); select.removeAttribute("aria-invalid"); select.hidden = true;
    select.after(box); box.append(input, list);
    const options = [...select.options].filter((o) => o.value);
    const fits = (o, text) => o.text.toLowerCase().includes(text) || o.dataset.spelt.split(" ").some((s) => s.startsWith(text));
    const chosen = () => $$("li", list).findIndex((li) => li.getAttribute("aria-selected") === "true");
    const mark = (at) => { $$("li", list).forEach((li, i) => { li.setAttribute("aria-selected", i === at); if (i === at) { input.setAttribute("aria-activedescendant", li.id); li.scrollIntoView({ block: "nearest" }); } }); };
    const shut = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const take = (option) => {
      select.value = option?.value ?? ""; input.value = option?.text ?? ""; shut();
      select.dispatchEvent(new Event("change", { bubbles: true })); select.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const show = () => {
      const text = input.value.trim().toLowerCase(), current = select.selectedOptions[0];
      const found = options.filter((o) => !text || (current?.value && input.value === current.text) || fits(o, text)).slice(0, 40);
      list.replaceChildren(...found.map((o, i) => {
        const li = document.createElement("li"), small = document.createElement("small");
        li.id = "category-" + i; li.setAttribute("role", "option"); li.dataset.key = o.value; li.append(o.text, small); small.textContent = o.dataset.spelt.split(" ")[0];
        return li;
      }));
      list.hidden = !found.length; input.setAttribute("aria-expanded", String(!!found.length));
      mark(Math.max(0, found.findIndex((o) => o.value === select.value)));
    };
    input.addEventListener("input", (event) => { event.stopPropagation(); show(); });
    input.addEventListener("change", (event) => event.stopPropagation());
    input.addEventListener("focus", () => { input.select(); show(); });
    input.addEventListener("blur", () => { const current = select.selectedOptions[0]; if (!input.value.trim()) { if (select.value) take(null); } else input.value = current?.value ? current.text : ""; shut(); });
    list.addEventListener("mousedown", (event) => { const li = event.target.closest("li"); if (li) { event.preventDefault(); take(options.find((o) => o.value === li.dataset.key)); $("#receive-description").focus(); } });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const all = $$("li", list), move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (move && all.length) { event.preventDefault(); if (list.hidden) show(); else mark((chosen() + move + all.length) % all.length); }
      if (event.key === "Escape" && !list.hidden) { event.stopPropagation(); shut(); }
      if ((event.key === "Enter" || event.key === "Tab") && !list.hidden && input.value.trim() && all[chosen()] && !event.ctrlKey) {
        take(options.find((o) => o.value === all[chosen()].dataset.key));
        if (event.key === "Enter") { event.preventDefault(); step(input); }
      } else if (event.key === "Enter" && !event.ctrlKey) { event.preventDefault(); step(input); }
    });
  };

  document.addEventListener("DOMContentLoaded", () => { // by now htmx listens
    if (!form()) return;
    asked = digits($("#who").dataset.number ?? "");
    if (complete(digits(phone().value))) look(!!$("#who[data-known]"));
    spell(); things(); stars();
  });
})();
