/* A form from what a verb needs: the same evidence, in the same words, as on the desk's dialog and in the API. */
"use strict";
(() => {
  const { field } = window, { store } = field;
  const words = () => field.words;
  field.screens = {};
  const make = (field.make = (tag, attributes = {}, ...inside) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === false || value === null || value === undefined) continue;
      if (name === "class") node.className = value; else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...inside.filter((each) => each !== null && each !== undefined));
    return node;
  });
  const icon = (field.icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon"); svg.setAttribute("aria-hidden", "true"); use.setAttribute("href", document.body.dataset.icons + "#" + name);
    svg.append(use);
    return svg;
  });

  const KINDS = { phone: "tel", date: "date", datetime: "datetime-local", number: "text", money: "text", ref: "text", case: "text" };
  const SCANNED = /serial|code|^sn$/;
  const input = (need, id, value) => {
    const named = { id, name: need.key, "aria-required": need.required, "aria-describedby": need.help ? id + "-help" : null };
    if (need.widget === "textarea") return make("textarea", { ...named, class: "area", rows: 3, maxlength: need.schema.maxLength }, value ?? "");
    if (need.options) {
      const select = make("select", { ...named, class: "choose", multiple: need.many }, need.many ? null : make("option", { value: "" }, need.required ? words().choose : "—"));
      const chosen = new Set([].concat(value ?? []).map(String));
      for (const [key, label] of need.options) select.append(make("option", { value: key, selected: chosen.has(String(key)) }, label));
      return select;
    }
    if (need.widget === "check") return make("input", { ...named, type: "checkbox", checked: value });
    const mode = { number: "decimal", money: "decimal", phone: "tel" }[need.widget];
    return make("input", { ...named, class: "text", type: KINDS[need.widget] || "text", inputmode: mode, autocomplete: "off", maxlength: need.schema.maxLength, value: value ?? "" });
  };

  // Choices stand open where they are few, or one must be made: one tap instead of two.
  const FEW = 4, OPEN = 12;
  const stands = (need) => need.options && !need.many && need.options.length <= (need.required ? OPEN : FEW);
  const choices = (need, id, kept) => {
    const control = make("input", { type: "hidden", name: need.key, value: kept ?? "" });
    const box = make("div", { class: "choices", role: "radiogroup", "aria-labelledby": id + "-label" }, control);
    for (const [key, label] of need.options) {
      const radio = make("input", { type: "radio", name: "r-" + need.key, value: key, checked: String(kept ?? "") === String(key), "data-choice": `${need.key}:${key}` });
      radio.onchange = () => { control.value = key; };
      box.append(make("label", {}, radio, label));
    }
    const radios = [...box.querySelectorAll("input[type=radio]")];
    return {
      control, box,
      pick: (key) => { control.value = key; for (const radio of radios) radio.checked = radio.value === key; },
      only: (keys) => { for (const radio of radios) radio.closest("label").hidden = !keys.includes(radio.value); },
    };
  };

  const scan = (need, control) => {
    const pick = make("input", { type: "file", accept: "image/*", capture: "environment", class: "unseen", tabindex: -1, "aria-hidden": true });
    const button = make("button", { type: "button", class: "btn" }, icon("qrcode"), words().scan);
    button.onclick = () => pick.click();
    pick.onchange = async () => {
      if (!pick.files[0]) return;
      try { control.value = await field.read(pick.files[0]); control.dispatchEvent(new Event("input", { bubbles: true })); } catch (error) { field.say(error.message, "bad"); }
      pick.value = "";
    };
    return make("div", { class: "unit" }, control, button, pick);
  };

  // Photos of one evidence: taken one by one, each kept at once with the draft.
  const pictures = (need, id, job, kept, changed) => {
    const shots = [...(kept || [])], list = make("div", { class: "shots" }), box = make("div", { class: "stack" });
    const pick = make("input", { id, type: "file", accept: "image/*", capture: "environment", class: "unseen", multiple: true, "aria-describedby": need.help ? id + "-help" : null });
    const button = make("label", { class: "btn wide-btn", for: id }, icon("camera"), words().shoot);
    const draw = () => {
      list.replaceChildren(...shots.map((shot) => {
        const picture = make("img", { src: URL.createObjectURL(shot.blob), alt: words().photo }), drop = make("button", { type: "button", "aria-label": words().remove }, "×");
        picture.onload = () => URL.revokeObjectURL(picture.src);
        drop.onclick = () => { shots.splice(shots.indexOf(shot), 1); draw(); changed(); };
        return make("div", { class: "shot" }, picture, drop);
      }));
    };
    pick.onchange = async () => {
      for (const file of pick.files) try { shots.push(await field.shoot(file, job.number)); } catch (error) { field.say(error.message || words().noPhoto, "bad"); }
      pick.value = ""; draw(); changed();
    };
    draw();
    box.append(list, pick, button);
    return { box, shots };
  };

  // Parts with quantities, out of the van's own catalogue (or by code, where the catalogue does not have it).
  const lines = async (need, id, kept, changed) => {
    const van = await store.meta("van", []), box = make("div", { class: "stack" }), list = make("div", { class: "stack" });
    const names = make("datalist", { id: id + "-van" }, ...van.map((part) => make("option", { value: part.code }, `${part.name} · ${part.free} ${part.unit}`)));
    const row = (line = {}) => {
      const part = make("input", { class: "text", list: id + "-van", autocomplete: "off", "aria-label": words().part, placeholder: words().part, value: line.part || "" });
      const quantity = make("input", { class: "text short", inputmode: "decimal", autocomplete: "off", "aria-label": words().quantity, value: line.quantity || "1" });
      const serial = make("input", { class: "text", autocomplete: "off", "aria-label": words().serial, placeholder: words().serial, value: line.serial || "" });
      const drop = make("button", { class: "btn", type: "button", "aria-label": words().remove }, icon("x"));
      const made = make("div", { class: "part-line" }, scan({ key: "code" }, part), make("div", { class: "unit" }, quantity, serial, drop));
      made.line = () => (part.value.trim() ? { part: part.value.trim(), quantity: quantity.value.trim() || "1", ...(serial.value.trim() ? { serial: serial.value.trim() } : {}) } : null);
      drop.onclick = () => { made.remove(); box.dispatchEvent(new Event("input", { bubbles: true })); };
      return made;
    };
    const more = make("button", { class: "btn", type: "button", id }, icon("plus"), words().add);
    more.onclick = () => { const made = row(); list.append(made); made.querySelector("input").focus(); };
    for (const line of kept?.length ? kept : need.required ? [{}] : []) list.append(row(line));
    box.append(names, list, more);
    box.lines = () => [...list.children].map((each) => each.line()).filter(Boolean);
    box.bare = () => box.lines().find((line) => !line.serial && van.find((part) => part.code === line.part)?.tracked)?.part; // what is known piece by piece
    return box;
  };

  const isSignature = (need) => ["photos", "files"].includes(need.widget) && /signature|sign$/.test(need.key) && !need.camera;

  const after = (moment, minutes) => new Date(Date.parse(moment + "Z") + minutes * 60000).toISOString().slice(0, 16); // on the wall clock

  // The form; `collect()` gives {given, shots, wrong}: what lacks is said beside its field before anything leaves the telephone.
  field.form = async (verb, job, before = null) => {
    const key = job.number + "." + verb.key, kept = before || (await store.get("drafts", key)) || { given: {}, shots: {} };
    const root = make("div", { class: "form tall" }), parts = [], folded = make("div", { class: "form tall" });
    let late = 0;
    const changed = () => { clearTimeout(late); late = setTimeout(() => { late = 0; save(); }, 400); };
    const save = () => store.put("drafts", snapshot(), key);
    for (const need of verb.needs) {
      const id = "f-" + need.key + (need.camera ? "-photo" : ""), line = make("div", { class: "field" }), error = make("p", { class: "error", id: id + "-error", hidden: true, role: "alert" });
      const few = stands(need);
      const label = make(few ? "span" : "label", { for: few ? null : id, id: id + "-label", class: "label" }, need.required ? make("span", { class: "star", "aria-hidden": "true" }, "*") : null, need.label, need.unit ? `（${need.unit}）` : "");
      const part = { need, error, line };
      let body;
      if (isSignature(need)) { part.pad = body = field.pad(changed); part.kept = (kept.shots[need.key] || [])[0] || null; }
      else if (need.widget === "lines") part.lines = body = await lines(need, id, kept.given[need.key] ?? need.value, changed);
      else if (["photos", "files"].includes(need.widget)) { const made = pictures(need, id, job, kept.shots[need.key], changed); body = made.box; part.shots = made.shots; }
      else if (few) {
        const made = choices(need, id, kept.given[need.key] ?? need.value);
        part.control = made.control; part.pick = made.pick; part.only = made.only; body = made.box;
      } else {
        part.control = input(need, id, kept.given[need.key] ?? need.value);
        body = SCANNED.test(need.key) && !need.shown && part.control.type === "text" ? scan(need, part.control) : part.control;
        if (need.widget === "check") body = make("label", { class: "check", for: id }, part.control, need.label);
      }
      if (need.widget !== "check") line.append(label);
      line.append(make("div", { class: "input" }, body, need.help ? make("p", { class: "help", id: id + "-help" }, need.help) : null, need.beside || null, error));
      line.hidden = Boolean(need.late);
      (need.folded ? folded : root).append(line);
      parts.push(part);
    }
    if (folded.childElementCount) root.append(make("details", { class: "more rest" }, make("summary", {}, words().usual), folded));
    // What a choice brings along: values that usually go with it, and what is asked for only with it.
    const settle = () => {
      for (const part of parts) if (part.need.fills) {
        const chosen = part.control.value, fresh = part.filled !== undefined && part.filled !== chosen;
        for (const [key, wanted] of Object.entries(part.need.fills[chosen] || {})) {
          const other = parts.find((each) => each.need.key === key), list = [].concat(wanted);
          if (!other?.pick) continue;
          if (Array.isArray(wanted)) other.only(list);
          if (fresh || !other.control.value) other.pick(list[0] || "");
        }
        part.filled = chosen;
      }
      for (const part of parts) if (part.need.follows) { // the end of a span, until somebody says otherwise
        const [key, minutes] = part.need.follows, begun = parts.find((each) => each.need.key === key).control.value;
        if (begun && (!part.control.value || part.control.value <= begun || part.control.value === part.filled)) part.control.value = part.filled = after(begun, minutes);
      }
      for (const part of parts) if (part.need.shown) {
        const by = parts.find((each) => each.need.key === part.need.shown.by);
        part.line.hidden = by ? !part.need.shown.values.includes(by.control.value) : false;
        if (part.pad && !part.line.hidden) requestAnimationFrame(part.pad.open);
      }
    };
    settle();
    root.addEventListener("change", settle);
    root.addEventListener("input", changed);
    root.addEventListener("change", changed);

    const value = ({ need, control }) => {
      if (need.widget === "check") return control.checked || undefined;
      if (need.many) { const all = [...control.selectedOptions].map((each) => each.value); return all.length ? all : undefined; }
      const raw = control.value.trim();
      if (!raw) return undefined;
      if (need.widget === "datetime") return new Date(raw).toISOString();
      if (need.widget === "number" && need.schema.type === "integer" && /^-?\d+$/.test(raw)) return Number(raw);
      return raw;
    };
    const snapshot = () => {
      const given = {}, shots = {};
      for (const part of parts) {
        if (part.line.hidden) continue;
        if (part.shots) shots[part.need.key] = part.shots;
        else if (part.lines) given[part.need.key] = part.lines.lines();
        else if (part.control) given[part.need.key] = part.need.widget === "check" ? part.control.checked : part.need.many ? [...part.control.selectedOptions].map((each) => each.value) : part.control.value;
        else if (part.kept) shots[part.need.key] = [part.kept];
      }
      return { given, shots };
    };
    root.lines = (key) => parts.find((part) => part.need.key === key)?.lines?.lines() || [];
    const judge = ({ need, lines }, found, count) => {
      if (need.numbered && lines.bare()) return words().noSerial.replace("%s", lines.bare());
      if ((need.required || (need.unless && !root.lines(need.unless).length)) && (found === undefined || count === 0)) return words().missing.replace("%s", need.label);
      if (["photos", "files"].includes(need.widget) && need.required && count < (need.schema.minItems || 0)) return words().morePhotos.replace("%n", need.schema.minItems);
      if (found === undefined) return "";
      const { minimum, maximum } = need.schema;
      if (["number", "money"].includes(need.widget)) {
        const number = Number(String(found).replaceAll(",", ""));
        if (Number.isNaN(number)) return words().notNumber.replace("%s", need.label);
        if (number < minimum || number > maximum) return words().range.replace("%s", need.label).replace("%a", minimum).replace("%b", maximum);
      }
      return "";
    };
    const show = (part, sentence) => {
      part.error.textContent = sentence; part.error.hidden = !sentence;
      part.control?.setAttribute("aria-invalid", sentence ? "true" : "false");
    };
    root.collect = async () => {
      const given = {}, shots = [];
      let wrong = null;
      for (const part of parts) {
        if (part.line.hidden) continue;
        let found, count;
        if (part.pad || part.shots) {
          const taken = part.pad ? [(await part.pad.shot(job.number)) || part.kept].filter(Boolean) : part.shots;
          count = taken.length; found = count ? taken.map((shot) => shot.id) : undefined; shots.push(...taken);
        } else if (part.lines) { found = part.lines.lines(); if (!found.length) found = undefined; }
        else found = value(part);
        if (found !== undefined) given[part.need.key] = found;
        const sentence = judge(part, found, count);
        show(part, sentence);
        if (sentence) wrong ??= part;
      }
      if (wrong?.need.folded) root.querySelector("details.rest").open = true;
      if (wrong) wrong.line.querySelector("input:not([type=hidden]), select, textarea, button")?.focus();
      clearTimeout(late);
      return { given, shots, wrong: Boolean(wrong) };
    };
    root.complain = (fields) => { for (const part of parts) if (fields[part.need.key]) { part.line.hidden = false; show(part, fields[part.need.key]); } };
    root.save = save;
    return root;
  };
})();
