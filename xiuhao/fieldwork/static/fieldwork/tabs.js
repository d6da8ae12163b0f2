/* The four tabs, and the list of what has not gone yet. */
"use strict";
(() => {
  const { field } = window, { store, make, icon } = field;
  const words = () => field.words;
  const iso = (moment) => new Intl.DateTimeFormat("sv-SE").format(new Date(moment));

  const card = async (job, machine) => {
    const { state, acts } = await field.projected(job);
    return make("a", { class: "card job", href: "#/job/" + job.number, "data-number": job.number },
      make("div", { class: "row" }, make("strong", { class: "num" }, field.span(job)), make("span", { class: "push" }), field.badge(machine, state)),
      make("div", { class: "title" }, job.title),
      job.trouble ? make("div", { class: "row" }, make("span", { class: "cut" }, job.trouble)) : null,
      make("div", { class: "row quiet" }, icon("map-pin"), make("span", { class: "cut" }, job.address || job.region || words().noPlace)),
      make("div", { class: "row quiet" }, make("span", { class: "num" }, job.number), due(job), job.parts ? make("span", { class: "tag" }, job.parts) : null, hurry(job), acts.length ? make("span", { class: "tag tone-amber" }, words().pending.replace("%n", acts.length)) : null));
  };
  // What hurries: the nearest deadline, from three hours before it on; red once it has passed.
  const due = (job) => {
    const left = job.due_at ? new Date(job.due_at) - Date.now() : Infinity;
    return left < 3 * 3600e3 ? make("span", { class: `tag tone-${left < 0 ? "red" : "amber"}` }, `${words().due} ${field.clock(job.due_at)}`) : null;
  };
  const hurry = (job) => (job.urgent ? make("span", { class: "tag tone-red" }, job.urgent) : null);
  const when = (job) => job.window_from || job.planned_at || "9";

  field.screens.today = async (view) => {
    field.head(words().today);
    const jobs = (await store.all("jobs")).sort((a, b) => (when(a) < when(b) ? -1 : 1)), machine = await store.meta("machine", { states: {} });
    const now = iso(Date.now()), groups = [[words().today, []], [words().tomorrow, []], [machine.states.owed?.label, []]];
    let lead = null; // the first job that can go on has its next step right here
    for (const job of jobs) groups[job.state === "owed" ? 2 : job.planned_at && iso(when(job)) > now ? 1 : 0][1].push(job); // what only waits for its money comes last
    for (const [label, list] of groups) {
      if (!list.length && label !== words().today) continue;
      view.append(make("h2", { class: "group-head" }, `${label} `, make("span", { class: "quiet" }, String(list.length))));
      for (const job of list) {
        const { state, acts } = await field.projected(job), { next } = await field.open(job, state, acts);
        view.append(await card(job, machine));
        if (!lead && next.length) view.append((lead = make("div", { class: "lead" }, field.bar(job, next))));
      }
      if (!list.length) view.append(make("p", { class: "empty" }, (await store.meta("downAt")) ? words().noJobs : words().noneYet));
    }
  };

  field.screens.pool = async (view) => {
    field.head(words().pool);
    const pool = await store.meta("pool", []), machine = await store.meta("machine", { verbs: [] }), verb = machine.verbs.find((each) => each.key === "claim");
    if (!pool.length) view.append(make("p", { class: "empty" }, words().noPool));
    for (const job of pool) {
      const button = make("button", { class: "btn main-act", type: "button" }, verb?.label || words().claim);
      button.onclick = async () => { button.disabled = true; button.setAttribute("aria-busy", "true"); await store.put("jobs", job); await field.act(job, verb, {}, []); };
      view.append(make("div", { class: "card job" },
        make("div", { class: "row" }, make("strong", { class: "num" }, field.span(job)), make("span", { class: "push" }), due(job), hurry(job)),
        make("div", { class: "title" }, job.title),
        make("div", { class: "row" }, make("span", { class: "cut" }, job.trouble)),
        make("div", { class: "row quiet" }, icon("map-pin"), make("span", { class: "cut" }, job.about)),
        make("div", { class: "row" }, make("span", { class: "quiet num" }, job.number), make("span", { class: "push" }), verb ? button : null)));
    }
  };

  field.screens.parts = async (view) => {
    field.head(words().van);
    const van = await store.meta("van", []);
    const search = make("input", { class: "text", type: "search", "aria-label": words().find, placeholder: words().find });
    const list = make("ul", { class: "van" });
    const draw = () => {
      const asked = search.value.trim().toLowerCase();
      const found = van.filter((part) => !asked || `${part.code} ${part.name}`.toLowerCase().includes(asked));
      list.replaceChildren(...found.map((part) => make("li", { class: "card" }, make("div", {}, make("div", { class: "strong" }, part.name), make("div", { class: "quiet num" }, part.code)), make("div", { class: "push num amount" }, `${part.free} ${part.unit}`, part.held !== "0" ? make("small", { class: "quiet" }, words().held.replace("%n", part.held)) : null))));
      if (!found.length) list.append(make("li", { class: "empty" }, words().noParts));
    };
    search.oninput = draw;
    draw();
    view.append(search, list);
  };

  field.screens.me = async (view) => {
    field.head(words().me);
    const me = await store.meta("me"), room = await store.room(), downAt = await store.meta("downAt"), counts = await field.counts();
    const mega = (bytes) => (bytes / 2 ** 20).toFixed(1) + " MB";
    const rows = [[words().name, me?.name || "—"], [words().synced, downAt ? new Date(downAt).toLocaleString() : "—"], [words().unsent, words().unsentN.replace("%n", counts.open).replace("%p", counts.shots)],
      [words().storage, `${mega(room.usage)} / ${mega(room.quota)}`], [words().keeps, room.persisted ? words().keepsYes : words().keepsNo]];
    const originals = (await store.all("originals")).length;
    if (originals) rows.splice(3, 0, [words().originals, words().originalsN.replace("%n", originals)]);
    const list = make("dl", { class: "facts one" });
    for (const [label, value] of rows) list.append(make("div", {}, make("dt", {}, label), make("dd", {}, value)));
    const away = make("button", { class: "btn", type: "button" }, icon("logout"), words().leave);
    away.onclick = async () => { if (!counts.open || confirm(words().leaveOpen.replace("%n", counts.open))) await field.leave(); };
    const install = field.install ? make("button", { class: "btn", type: "button" }, icon("download"), words().install) : null;
    if (install) install.onclick = () => field.install();
    view.append(make("section", { class: "card" }, make("div", { class: "body stack" }, list, make("div", { class: "row" }, make("a", { class: "btn", href: "/" }, icon("layout-dashboard"), words().desk), install, away))));
  };

  // What has not gone, one by one: what it is, why it waits, again or mended.
  field.screens.pending = async (view) => {
    field.head(words().unsentHead, "#/today");
    const acts = await store.all("acts"), shots = await store.all("shots"), clashes = await store.meta("clashes", []);
    if (!acts.length && !clashes.length) view.append(make("p", { class: "empty" }, words().allGone));
    for (const clash of clashes) view.append(make("div", { class: "card act" }, make("div", { class: "row" }, make("strong", {}, clash.label), make("span", { class: "push tag tone-red" }, words().clash)), make("div", { class: "quiet num" }, clash.number), make("p", {}, words().clashTold)));
    if (clashes.length) { const seen = make("button", { class: "btn", type: "button" }, words().seen); seen.onclick = async () => { await store.setMeta("clashes", []); field.changed(); field.draw(); }; view.append(seen); }
    for (const act of acts) {
      const mine = shots.filter((shot) => shot.sequence === act.sequence), left = mine.filter((shot) => !shot.up).length;
      const tone = { refused: "red", held: "purple" }[act.state] || "amber";
      const box = make("div", { class: "card act", "data-sequence": act.sequence },
        make("div", { class: "row" }, make("strong", {}, act.label), make("span", { class: `push tag tone-${tone}` }, words()["is_" + act.state])),
        make("div", { class: "row quiet" }, make("span", { class: "num" }, act.number), make("span", {}, new Date(act.at).toLocaleString()), mine.length ? make("span", {}, words().shotsLeft.replace("%n", mine.length - left).replace("%m", mine.length)) : null),
        act.problem ? make("p", { class: act.state === "refused" ? "error-line" : "quiet" }, act.problem.sentence) : null);
      if (act.state === "refused") {
        const retry = make("button", { class: "btn", type: "button" }, icon("refresh"), words().again), drop = make("button", { class: "btn", type: "button" }, words().withdraw);
        retry.onclick = async () => { await store.put("acts", { ...act, state: "new", problem: null }); await field.sync(); field.draw(); };
        drop.onclick = async () => { if (confirm(words().withdrawSure)) { await store.put("acts", { ...act, withdrawn: true, state: "new" }); await field.sync(); field.draw(); } };
        box.append(make("div", { class: "row" }, make("a", { class: "btn", href: `#/do/${act.number}/${act.verb}/${act.sequence}` }, icon("edit"), words().mend), retry, drop));
      }
      view.append(box);
    }
    if (acts.length) { const all = make("button", { class: "btn main-act", type: "button" }, icon("refresh"), words().sendNow); all.onclick = async () => { all.disabled = true; await field.sync(); field.draw(); }; view.append(all); }
  };
})();
