/* A suggestion is taken over by a click or Alt J; it fills only what nobody has chosen. */
"use strict";
(() => {
  const { $ } = window.desk;
  const form = () => $("#call") ?? $("#form-receive");
  const row = $("#hint");

  /* On the general form the row stands under the description, whose fields may be drawn anew */
  const place = () => {
    const text = $("#form-receive #receive-description");
    if (!text || !row || text.parentElement.contains(row)) return;
    text.parentElement.append(row);
    htmx.process(row);
  };
  document.addEventListener("htmx:afterSettle", place);
  document.addEventListener("DOMContentLoaded", place); // by now htmx listens
  document.addEventListener("input", (event) => { if (event.target.id === "receive-description" && form()?.id === "form-receive") htmx.trigger(row, "told"); });

  const take = (chip) => {
    const { hint, value } = chip.dataset;
    const choice = $(`select[name=${hint}]`, form()) ?? $(`input[name=${hint}][value="${CSS.escape(value)}"]`, form());
    if (!choice) return;
    if (choice.tagName === "SELECT") {
      if (choice.value) return chip.remove();
      choice.value = value;
      const box = $(".spelt input", choice.parentElement);
      if (box) box.value = choice.selectedOptions[0]?.text ?? "";
    } else choice.checked = true;
    chip.remove();
    $("#receive-description")?.focus();
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    choice.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("click", (event) => {
    const chip = event.target.closest?.("[data-hint]");
    if (chip && form()) take(chip);
  });
  document.addEventListener("keydown", (event) => {
    if (!form() || event.isComposing || !event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyJ") return;
    const chip = $("#hint [data-hint]");
    if (!chip) return;
    event.preventDefault();
    take(chip);
  });
  document.addEventListener("change", (event) => { // chosen by hand: nothing is left to suggest
    if (form()?.contains(event.target)) $(`#hint [data-hint="${event.target.name}"]`)?.remove();
  });
})();
