/* What is typed is never lost: here at once, on the server within two seconds. And files, which are sent as soon as they are chosen. */
"use strict";
(() => {
  const { $, $$, words, csrf, complain, picture, button } = window.desk;
  const pending = new Map(); // draft key → {timer, control}
  const kept = (key) => "draft:" + document.body.dataset.account + ":" + key; // whoever sits at this machine next has their own
  const headers = () => ({ "X-CSRFToken": csrf(), "X-Draft": "1" });
  const typed = (form) => { // what was changed, and the version beside which it was
    const fields = {}, version = $("[name=_version]", form);
    if (version) fields._version = version.value;
    for (const field of $$("[name]:is(input, textarea, select)", form)) {
      if (field.name.startsWith("_") || field.name === "csrfmiddlewaretoken" || ["file", "submit"].includes(field.type)) continue;
      const was = $(`[name="_was.${field.name}"]`, form)?.value.replaceAll("\r\n", "\n");
      if (was !== undefined && field.value === was && !["checkbox", "hidden"].includes(field.type)) continue;
      if (field.type === "checkbox") fields[field.name] = field.checked;
      else if (field.type === "radio") { if (field.checked) fields[field.name] = field.value; }
      else if (field.type === "hidden") (fields[field.name] ??= []).push(field.value);
      else fields[field.name] = field.value;
    }
    return fields;
  };
  const note = (form, text) => { const place = $("[data-saved]", form); if (place) place.textContent = text; };
  const store = (key, value) => { try { value === null ? localStorage.removeItem(kept(key)) : localStorage.setItem(kept(key), value); } catch { /* storage is full or forbidden: the server's copy remains */ } };

  const later = (form) => {
    const key = form.dataset.draft;
    form.dataset.dirty = "";
    store(key, JSON.stringify({ at: Date.now(), fields: typed(form) }));
    const now = pending.get(key);
    clearTimeout(now?.timer);
    pending.set(key, { ...now, timer: setTimeout(() => send(form), 1200) });
  };
  const send = async (form) => {
    const key = form.dataset.draft, body = JSON.stringify(typed(form)), control = new AbortController();
    pending.get(key)?.control?.abort();
    pending.set(key, { control });
    note(form, words.saving);
    try {
      const answer = await fetch("/drafts/" + encodeURIComponent(key), { method: "PUT", body, headers: headers(), redirect: "manual", signal: control.signal, keepalive: body.length < 60000 });
      if (answer.status === 401) { note(form, words.savedHere); return complain(form, words.login, ["/accounts/login/?next=" + encodeURIComponent(location.pathname + location.search), "→"]); }
      if (!answer.ok) throw new Error(String(answer.status));
      if (pending.get(key)?.control === control && !pending.get(key).timer) { store(key, null); pending.delete(key); }
      note(form, words.saved + (await answer.json()).shown);
    } catch (error) {
      if (error.name === "AbortError") return;
      note(form, words.savedHere);
      pending.set(key, { timer: setTimeout(() => form.isConnected && send(form), 5000) });
    }
  };
  const forget = (key) => fetch("/drafts/" + encodeURIComponent(key), { method: "DELETE", headers: headers(), keepalive: true }).catch(() => {});
  const settle = (form) => { // sent or given up
    const key = form.dataset.draft, now = pending.get(key);
    clearTimeout(now?.timer); now?.control?.abort(); pending.delete(key);
    if (now?.control) forget(key); // a save under way, though abandoned here, may reach the server after what was sent
    delete form.dataset.dirty; store(key, null);
  };
  const restore = (form) => { // what this machine kept because the server never had it
    let local = null;
    try { local = JSON.parse(localStorage.getItem(kept(form.dataset.draft))); } catch { return; }
    if (!local || form.dataset.restored) return;
    form.dataset.restored = "1";
    (window.desk.kept ??= {})[form.dataset.draft] = local.fields; // for fields that a page shows only later
    let changed = false;
    for (const field of $$("[name]:is(input, textarea, select)", form)) {
      if (!(field.name in local.fields) || ["hidden", "file"].includes(field.type)) continue;
      const value = local.fields[field.name];
      if (field.type === "checkbox") field.checked = value;
      else if (field.type === "radio") field.checked = field.value === value;
      else if (field.value !== value) { field.value = value; changed = true; }
    }
    const version = $("[name=_version]", form);
    if (changed && version && local.fields._version) version.value = local.fields._version;
    if (changed) { note(form, words.restored); later(form); }
  };
  const each = (act, within = document) => $$("form[data-draft]", within).forEach(act);

  document.addEventListener("input", (event) => { const form = event.target.closest?.("form[data-draft]"); if (form && !event.target.name?.startsWith("_")) later(form); });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (form.matches?.("form[data-draft]")) { const now = pending.get(form.dataset.draft); clearTimeout(now?.timer); now?.control?.abort(); }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches?.("form[data-draft]")) return;
    if (event.detail.xhr?.getResponseHeader("HX-Location")) settle(form);
    else if (event.detail.xhr?.status !== 422 && form.isConnected && "dirty" in form.dataset) later(form);
  });
  document.addEventListener("htmx:afterSwap", (event) => each(restore, event.detail.elt));
  document.addEventListener("click", (event) => {
    const drop = event.target.closest("[data-drop-draft], [data-forget]");
    if (!drop) return;
    if (drop.dataset.forget) { // one that was begun elsewhere
      store(drop.dataset.forget, null);
      forget(drop.dataset.forget);
      return drop.parentElement.remove();
    }
    const form = drop.closest("form"), onward = drop.dataset.dropDraft;
    settle(form);
    if (onward) return void forget(form.dataset.draft).finally(() => location.assign(onward));
    forget(form.dataset.draft);
    for (const field of $$("textarea, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select", form)) field.value = "";
    drop.closest(".alert").remove();
  });
  window.addEventListener("pagehide", () => each((form) => { if ("dirty" in form.dataset && pending.get(form.dataset.draft)?.timer) send(form); }));

  /* Files */
  const upload = async (box, file) => {
    const shots = $("[data-shots]", box), shot = document.createElement("div"), bar = document.createElement("progress"), name = document.createElement("span");
    shot.className = "shot"; name.className = "cut"; name.textContent = file.name; bar.setAttribute("aria-label", words.uploading + " " + file.name);
    const paper = document.createElement("span"); paper.className = "paper"; paper.append(picture("file"));
    shot.append(paper, name, bar); shots.append(shot);
    const body = new FormData(); body.append("file", file);
    if (box.dataset.images) body.append("pictures", "1");
    let answer = null, told = {};
    try { answer = await fetch("/files", { method: "POST", body, headers: headers(), redirect: "manual" }); told = await answer.json(); } catch { /* said below */ }
    bar.remove();
    if (!answer?.ok) { shot.remove(); return complain(box, told.sentence ? file.name + ": " + told.sentence : words.offline); }
    if (told.is_image) { const image = new Image(92, 69); image.src = "/files/" + told.id + "?thumb=1"; image.alt = told.name; paper.replaceWith(image); }
    const hidden = document.createElement("input");
    hidden.type = "hidden"; hidden.name = box.dataset.upload; hidden.value = told.id;
    const away = button("×", "", () => {}); away.dataset.remove = ""; away.setAttribute("aria-label", words.remove + " " + told.name);
    shot.append(hidden, away);
    const form = box.closest("form[data-draft]"); if (form) later(form);
  };
  const take = (box, files) => [...files].slice(0, Number(box.dataset.most) - $$("[data-shots] .shot", box).length).forEach((file) => upload(box, file));
  document.addEventListener("change", (event) => {
    const box = event.target.closest?.("[data-upload]");
    if (box && event.target.type === "file") { take(box, event.target.files); event.target.value = ""; }
  });
  document.addEventListener("click", (event) => {
    const away = event.target.closest("[data-remove]");
    if (away) { const form = away.closest("form[data-draft]"); away.closest(".shot").remove(); if (form) later(form); }
  });
  for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, (event) => {
    const box = event.target.closest?.("[data-upload]");
    if (!box || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); box.classList.toggle("over", kind === "dragover");
    if (kind === "drop") take(box, event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    const box = $("[data-upload]", event.target.closest?.("form") ?? document.createElement("i")), files = event.clipboardData?.files ?? [];
    if (box && files.length) take(box, files);
  });
  each(restore);
})();
