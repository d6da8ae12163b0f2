/* The script of a call by keyboard alone: F2 between script and form (or to the ringing call), Enter onward, digits for branches. */
"use strict";
(() => {
  const { $, $$ } = window.desk;
  const script = () => $("[data-script]"), form = () => $("#call");
  const press = (query) => { const b = script() && $(query, script()); if (b) b.click(); return !!b; };
  const begin = () => { const box = script(); (box && ($("#script-value", box) ?? (box.matches("form") ? $("button", box) : box)))?.focus(); };
  let inside = false, ticking = 0;

  const toggle = () => {
    const box = script(), ringing = $(".pop.ringing [data-pick-up]");
    if (ringing && !(form() && ringing.href === location.href)) return ringing.click();
    if (!box) return $("[data-pick-up]")?.click();
    if (box.matches("form")) { begin(); return press("[data-next]"); } // begins the script, and the focus goes with it
    if (!(inside || box.contains(document.activeElement)) || !form()) return begin();
    inside = false; // between two steps too: what comes next does not take the focus back
    const devices = $("#receive-device"), phone = $("#receive-contact_phone");
    (!phone.value ? phone : devices && !$("input:checked", devices) ? $("input", devices) : $("#receive-description")).focus();
  };
  const mirror = (input) => { // what is asked stands in the form at once, where it is looked up and kept
    const field = form() && $(`[name=${input.dataset.mirror}]`, form());
    if (!field || field.type === "hidden" || field.value === input.value) return;
    field.value = input.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const put = () => { // what was answered in the script is chosen in the form too
    const told = $("[data-put]", script()), field = told?.dataset.put, value = told?.dataset.value;
    const found = told && form() && ($(`[name=${field}][value="${value}"]`, form()) ?? $(`select[name=${field}]`, form()));
    told?.remove();
    if (!found) return;
    if (found.matches("select")) found.value = value; else found.checked = true;
    found.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("input", (event) => { if (event.target.dataset.mirror && !event.isComposing) mirror(event.target); });

  window.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || $("dialog[open]")) return;
    const done = () => { event.preventDefault(); event.stopImmediatePropagation(); };
    if (event.key === "F2" && (script() || $("[data-pick-up]"))) { done(); return toggle(); }
    const box = script();
    if (!box || box.matches("form")) return;
    if (event.key === "F4" && !event.altKey) { done(); return void (press("[data-next]") || press("[data-branch='1']")); }
    if (event.altKey && /^[1-9]$/.test(event.key)) { done(); return void press(`[data-branch='${event.key}']`); }
    if (!box.contains(event.target)) return;
    if (event.key === "Enter" && event.ctrlKey) { done(); return $(`[name=then][value=${event.shiftKey ? "assign" : "save"}]`)?.click(); }
    const typing = event.target.matches("input, textarea");
    if (event.key === "Escape") { done(); return toggle(); }
    if (event.key === "Enter" && event.target.type === "search" && event.target.value) { done(); return void $("#answers summary", box)?.focus(); } // it asks, it does not answer
    if (event.key === "Enter" && !event.shiftKey && !event.target.matches("button, a, summary")) { done(); return void (press("[data-next]") || press("[data-branch='1']")); }
    if ((typing && (event.target.value || event.target.dataset.mirror)) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[1-9]$/.test(event.key) && press(`[data-branch='${event.key}']`)) return done();
    if (typing) return;
    if (event.key.toLowerCase() === "s" && press("[data-skip]")) return done();
    if (event.key === "Backspace" && press("[data-back]")) return done();
  }, true);

  /* After a step focus stays in the script, if it was there; the seconds of holding and of the goodbye run */
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.target?.id === "script") inside = script()?.contains(document.activeElement); });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt.id === "script" || event.detail.target?.id === "script") { if (inside || document.activeElement === document.body) begin(); inside = false; tick(); put(); }
  });
  const tick = () => {
    clearInterval(ticking);
    const hold = $("[data-hold]"), down = $("[data-countdown]"), began = performance.now();
    if (!hold && !down) return;
    ticking = setInterval(() => {
      const seconds = Math.floor((performance.now() - began) / 1000);
      if (hold) hold.textContent = seconds;
      if (down) { down.textContent = Math.max(0, down.dataset.countdown - seconds); if (seconds >= down.dataset.countdown) clearInterval(ticking); }
    }, 250);
  };
  tick();
})();
