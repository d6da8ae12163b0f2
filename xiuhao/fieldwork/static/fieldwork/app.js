/* Start, screens by the address after #, the pill that says how things stand with the server, and updates that lose nothing. */
"use strict";
(() => {
  const { field } = window, { store, make, icon } = field;
  const $ = (selector) => document.querySelector(selector);
  const words = (field.words = { ...$("#words").dataset });
  const view = $("#main"), pill = $("#pill"), notes = $("#notes");

  field.head = (title, back = "") => {
    $("#title").textContent = title;
    document.title = `${title} · ${words.app}`;
    const way = $("#back");
    way.hidden = !back;
    if (back) way.href = back;
  };
  field.go = (hash) => { if (location.hash === hash) field.draw(); else location.hash = hash; };
  field.say = (text, tone = "good") => {
    const toast = make("div", { class: `toast ${tone === "bad" ? "bad" : ""}`, role: "status" }, icon(tone === "bad" ? "exclamation-circle" : "circle-check"), make("span", {}, text));
    $("#toasts").replaceChildren(toast);
    setTimeout(() => toast.remove(), tone === "bad" ? 8000 : 4000);
  };

  let drawing = 0;
  field.draw = async () => {
    const turn = ++drawing, [screen, ...rest] = (location.hash.replace(/^#\//, "") || "today").split("/").map(decodeURIComponent);
    const made = make("div", { class: "screen" });
    await (field.screens[screen] || field.screens.today)(made, ...rest);
    if (turn !== drawing) return; // another screen was asked for meanwhile
    const open = view.dataset.at === location.hash && view.querySelector("details")?.open;
    view.replaceChildren(made);
    if (open && view.querySelector("details")) view.querySelector("details").open = true;
    view.dataset.screen = screen;
    view.dataset.at = location.hash;
    for (const tab of document.querySelectorAll("#tabs a")) {
      if (tab.hash === "#/" + screen) tab.setAttribute("aria-current", "page"); else tab.removeAttribute("aria-current");
    }
  };
  addEventListener("hashchange", async () => { await field.draw(); scrollTo(0, 0); view.focus({ preventScroll: true }); });

  // 已同步 · n 项待传 · 离线 · n 冲突: always there, and it opens the list.
  field.changed = async () => {
    const { open, shots, wrong } = await field.counts(), closed = await store.meta("closed");
    const [tone, glyph, text] = wrong ? ["red", "alert-triangle", words.nWrong.replace("%n", wrong)]
      : closed ? ["amber", "lock", words.closed]
      : field.online === false || !navigator.onLine ? ["grey", "world", open ? words.offlineN.replace("%n", open) : words.offline]
      : open || shots ? ["amber", "upload", words.nOpen.replace("%n", Math.max(open, shots))] : ["green", "circle-check", words.allSynced];
    pill.className = `pill tone-${tone}`;
    pill.replaceChildren(icon(glyph), make("span", {}, text));
    await warn(closed);
    const busy = view.querySelector("form") || document.activeElement?.matches?.("input, textarea, select");
    if (!busy && ["today", "pool", "job", "pending", "me"].includes(view.dataset.screen)) await field.draw(); // nobody's typing is touched
  };

  const alerts = {};
  const warn = async (closed) => {
    const room = await store.room();
    alerts.room = room.share >= 0.7 ? ["warn", words.room.replace("%n", Math.round(room.share * 100))] : null;
    alerts.closed = closed ? ["warn", words.closedTold, make("a", { href: "/accounts/login/?next=/app/" }, words.login)] : null;
    alerts.stopped = field.stopped && field.stopped.status !== 401 ? ["", field.stopped.sentence] : null;
    const shown = Object.entries(alerts).filter(([, each]) => each);
    notes.replaceChildren(...shown.map(([key, [tone, text, act]]) => make("div", { class: `alert ${tone}`, role: "status", "data-note": key }, make("div", {}, text, " ", act || ""))));
  };

  // Whoever is logged in gets a secret for this telephone; without a network what is here is shown.
  const enrol = async () => {
    const answer = await fetch("/app/api/handset", { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer) return;
    if (answer.status === 401) { if (!(await store.meta("token"))) location.href = "/accounts/login/?next=/app/"; return; }
    if (!answer.ok) return;
    const known = await answer.json(), me = await store.meta("me");
    if (me && me.account !== known.account && (await store.all("acts")).length) { alerts.other = ["warn", words.otherPerson.replace("%s", me.name)]; return; }
    if (me && me.account !== known.account) { await store.forget(); await store.setMeta("handset", null); await store.setMeta("token", null); }
    const age = Date.now() - (await store.meta("tokenAt", 0));
    if ((await store.meta("token")) && !(await store.meta("closed")) && age < 7 * 864e5) return;
    const handset = (await store.meta("handset")) || crypto.randomUUID();
    await store.setMeta("handset", handset);
    const body = JSON.stringify({ handset, label: navigator.userAgentData?.platform || navigator.platform || "" });
    const made = await fetch("/app/api/handset", { method: "POST", body, headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": known.csrf } }).catch(() => null);
    if (!made) return;
    const said = await made.json();
    if (!made.ok) { alerts.refused = ["", said.sentence]; return; }
    await store.setMeta("token", said.token);
    await store.setMeta("tokenAt", Date.now());
    await store.setMeta("closed", false);
    await store.setMeta("me", { account: said.account, name: said.name });
  };
  field.leave = async () => {
    await field.ask("close", { method: "POST" }).catch(() => null);
    await store.setMeta("closed", true);
    await store.forget();
    if (!(await store.all("acts")).length) await store.setMeta("token", null);
    const known = await fetch("/app/api/handset", { headers: { Accept: "application/json" } }).then((answer) => answer.json()).catch(() => ({}));
    await fetch("/accounts/logout/", { method: "POST", headers: { "X-CSRFToken": known.csrf || "" } }).catch(() => null);
    location.href = "/accounts/login/?next=/app/";
  };

  // The browser lets itself be asked to put the app on the home screen, where it is not cleaned away: asked once, again after thirty days.
  const LATER = 30 * 864e5;
  const button = (label, act) => { const made = make("button", { type: "button", class: "btn" }, label); made.onclick = act; return made; };
  addEventListener("beforeinstallprompt", async (event) => {
    event.preventDefault();
    field.install = async () => { field.install = null; alerts.install = null; field.changed(); await event.prompt(); };
    if (Date.now() - (await store.meta("installLater", 0)) < LATER) return;
    const later = async () => { alerts.install = null; await store.setMeta("installLater", Date.now()); field.changed(); };
    alerts.install = ["note", words.installTold, make("span", { class: "row" }, button(words.install, () => field.install()), button(words.later, later))];
    field.changed();
  });
  addEventListener("appinstalled", () => { field.install = alerts.install = null; field.changed(); });

  const keep = async () => {
    if (!("serviceWorker" in navigator)) { alerts.worker = ["warn", words.noWorker]; return; }
    const worker = await navigator.serviceWorker.register("/app/worker.js", { scope: "/app/" }).catch(() => null);
    if (!worker) { alerts.worker = ["warn", words.noWorker]; return; }
    let wanted = false; // the first worker takes over without a word
    const offer = () => {
      alerts.update = ["note", words.updateTold, button(words.update, () => { wanted = true; worker.waiting?.postMessage("take over"); })];
      field.changed();
    };
    if (worker.waiting && navigator.serviceWorker.controller) offer();
    worker.addEventListener("updatefound", () => worker.installing?.addEventListener("statechange", (event) => { if (event.target.state === "installed" && navigator.serviceWorker.controller) offer(); }));
    navigator.serviceWorker.addEventListener("controllerchange", () => { if (wanted) location.reload(); });
    setInterval(() => worker.update().catch(() => null), 3600000);
  };

  (async () => {
    field.online = navigator.onLine;
    if (await store.sentinel()) alerts.lost = ["", words.lost];
    await store.persist();
    await field.draw();
    await enrol();
    await field.changed();
    await field.sync();
    await keep();
    document.body.dataset.ready = "";
  })();
})();
