/* A job: what it is about, one big button for the next step, everything else behind 更多. What was done without a network counts here. */
"use strict";
(() => {
  const { field } = window, { store, make, icon } = field;
  const words = () => field.words;
  const time = (iso) => new Intl.DateTimeFormat("sv-SE", { hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
  const day = (iso) => new Intl.DateTimeFormat("sv-SE").format(new Date(iso)).slice(5);
  field.span = (job) => (job.window_from ? `${day(job.window_from)} ${time(job.window_from)}–${time(job.window_to)}` : job.planned_at ? `${day(job.planned_at)} ${time(job.planned_at)}` : words().noTime);

  // Where the job stands once what waits here has gone: the state, and what of its evidence is there.
  field.projected = async (job) => {
    const acts = (await store.all("acts")).filter((act) => act.number === job.number && act.state !== "refused");
    const state = acts.reduce((at, act) => act.target || at, job.state);
    return { state, acts };
  };
  field.open = async (job, state) => {
    const machine = await store.meta("machine", { states: {}, verbs: [], next: {} });
    const open = machine.verbs.filter((verb) => verb.from.includes(state) && (!verb.only || (job.verbs || []).includes(verb.key)));
    const wanted = [].concat(machine.next[state] || []);
    const next = wanted.map((key) => open.find((verb) => verb.key === key)).find((verb) => verb && fits(verb, job));
    return { machine, next, others: open.filter((verb) => verb !== next && fits(verb, job)) };
  };
  // A few steps are for some jobs only: the server says which of them have no point on this one.
  const fits = (verb, job) => !(job.without || []).includes(verb.key);

  field.badge = (machine, state) => {
    const known = machine.states[state] || { label: state, tone: "grey" };
    return make("span", { class: `state tone-${known.tone}${known.waits ? " waits" : ""}${known.end ? " end" : ""}` }, known.label);
  };

  field.screens.job = async (view, number) => {
    const job = await store.get("jobs", number);
    if (!job) { view.append(make("p", { class: "empty" }, words().noJob)); return; }
    const { state, acts } = await field.projected(job);
    const { machine, next, others } = await field.open(job, state);
    field.head(number, "#/today");
    view.append(
      make("section", { class: "card" }, make("div", { class: "body stack tight" },
        make("div", { class: "row" }, field.badge(machine, state), job.urgent ? make("span", { class: "tag tone-red" }, job.urgent) : null, acts.length ? make("span", { class: "tag tone-amber" }, words().pending.replace("%n", acts.length)) : null),
        make("h2", {}, job.title), facts(job))),
      ...evidence(job, acts, machine, state),
      ...(others.length ? [more(job, others)] : []),
    );
    if (next) view.append(bar(job, next));
  };

  const link = (url, glyph, label) => make("a", { class: "btn", href: url }, icon(glyph), label);
  const facts = (job) => {
    const rows = [[words().when, field.span(job)], [words().where, job.address], [words().who, [job.contact, job.phone].filter(Boolean).join(" ")], [words().trouble, job.trouble], [words().device, [job.device, job.serial].filter(Boolean).join(" ")],
      [words().units, job.units.join("、")], [words().verdict, job.verdict], [words().take, job.loading], [words().parts, job.parts], [words().due, job.due_at ? `${day(job.due_at)} ${time(job.due_at)}` : ""]];
    const list = make("dl", { class: "facts one" });
    for (const [label, value] of rows) if (value) list.append(make("div", {}, make("dt", {}, label), make("dd", {}, value)));
    const acts = make("div", { class: "row" });
    const spot = job.lat ? `${job.lat},${job.lon}` : "0,0", wanted = job.lat ? `${spot}(${encodeURIComponent(job.number)})` : encodeURIComponent(job.address);
    if (job.lat || job.address) acts.append(link(`geo:${spot}?q=${wanted}`, "map-pin", words().navigate));
    if (job.reveal) acts.append(link(job.reveal, "phone", words().call));
    return make("div", { class: "stack tight" }, list, acts);
  };

  // The set of proofs of this kind of service: a picture is one tap and a shot, a check one tap, a reading a number.
  const evidence = (job, acts, machine, state) => {
    const items = job.evidence?.items || [];
    if (!items.length) return [];
    const brought = acts.map((act) => act.proof).filter(Boolean), list = make("ul", { class: "proofs" });
    for (const item of items) {
      const verb = machine.verbs.find((each) => each.key === item.verb), there = item.there || brought.includes(item.key);
      const can = verb?.from.includes(state), line = make("li", { class: there ? "there" : "", "data-proof": item.key }, icon(there ? "circle-check" : item.icon), make("span", { class: "push-left" }, item.label));
      if (can) line.append(...CONTROLS[item.kind](job, verb, item, there));
      list.append(line);
    }
    return [make("section", { class: "card" }, make("header", {}, make("h2", {}, words().proofs)), make("div", { class: "body" }, list))];
  };
  const tap = (label, glyph, act) => {
    const button = make("button", { class: "btn", type: "button", "aria-label": label }, icon(glyph));
    button.onclick = async () => { button.disabled = true; await act(); };
    return button;
  };
  const CONTROLS = {
    photos: (job, verb, item) => {
      const id = "p-" + item.key, pick = make("input", { id, class: "unseen", type: "file", accept: "image/*", capture: "environment", multiple: true, "aria-label": item.label });
      pick.onchange = async () => {
        try {
          const shots = [];
          for (const file of pick.files) shots.push(await field.shoot(file, job.number));
          if (shots.length) await field.act(job, verb, { ...item.given, photos: shots.map((shot) => shot.id) }, shots, item.key);
        } catch (error) { field.say(error.message || words().noPhoto, "bad"); }
        pick.value = "";
      };
      return [pick, make("label", { class: "btn", for: id }, icon("camera"), words().shoot)];
    },
    checks: (job, verb, item, there) => there ? [] : [
      tap(words().fine.replace("%s", item.label), "check", () => field.act(job, verb, { ...item.given, fine: "yes" }, [], item.key)),
      make("a", { class: "btn", href: `#/do/${job.number}/${verb.key}`, "aria-label": words().notFine.replace("%s", item.label) }, icon("x"))],
    readings: (job, verb, item) => {
      const box = make("input", { class: "text short", inputmode: "decimal", autocomplete: "off", "aria-label": item.label });
      return [box, tap(words().keep.replace("%s", item.label), "device-floppy", async () => { if (box.value.trim()) await field.act(job, verb, { ...item.given, value: box.value.trim() }, [], item.key); else { box.focus(); field.draw(); } })];
    },
  };

  const more = (job, others) => {
    const list = make("div", { class: "more-list" });
    for (const verb of others) list.append(make("a", { class: "btn", href: `#/do/${job.number}/${verb.key}` }, verb.label));
    return make("details", { class: "card more" }, make("summary", {}, words().more), make("div", { class: "body" }, list));
  };
  // One tap where nothing has to be typed: what is only to be confirmed stands above the button.
  const bar = (job, verb) => {
    const wanted = verb.needs.filter((need) => need.required && need.widget !== "place"), sure = wanted.filter((need) => need.must);
    const form = `#/do/${job.number}/${verb.key}`;
    if (wanted.length > sure.length) return make("div", { class: "next-bar" }, make("a", { class: "btn main-act next", href: form, "data-verb": verb.key }, verb.label));
    const button = make("button", { class: "btn main-act next", type: "button", "data-verb": verb.key }, verb.label);
    button.onclick = async () => {
      button.disabled = true; button.setAttribute("aria-busy", "true");
      const position = verb.needs.some((need) => need.widget === "place") ? await here() : "";
      if (verb.placed && !position) return field.go(form); // no satellite: a picture of the door, or a word why not
      await field.act(job, verb, { ...Object.fromEntries(sure.map((need) => [need.key, true])), ...(position ? { position } : {}) }, []);
    };
    const said = sure.length ? make("ul", { class: "sure" }, ...sure.map((need) => make("li", {}, icon("check"), need.label))) : null;
    return make("div", { class: "next-bar" }, said, button);
  };
  const here = async () => { const at = await field.where(2500); return at ? `${at.lat.toFixed(6)},${at.lon.toFixed(6)}` : ""; };

  // Do it: kept here first, sent when it can be.
  field.act = async (job, verb, given, shots, proof = "") => {
    const act = await store.act(job, verb, given, shots, proof);
    field.say(words().kept.replace("%s", verb.label));
    field.sync();
    field.go("#/job/" + job.number);
    return act;
  };

  field.screens.do = async (view, number, key, sequence) => {
    const job = await store.get("jobs", number), machine = await store.meta("machine", { verbs: [] }), verb = machine.verbs.find((each) => each.key === key);
    if (!job || !verb) { view.append(make("p", { class: "empty" }, words().noJob)); return; }
    const wrong = sequence ? await store.get("acts", Number(sequence)) : null;
    field.head(verb.label, "#/job/" + number);
    const shown = { ...verb, needs: field.needs(verb, job) };
    const kept = wrong && !(await store.get("drafts", number + "." + key)) ? await before(wrong, shown) : null;
    const form = await field.form(shown, job, kept);
    const button = make("button", { class: "btn main-act next", type: "submit", "data-verb": key }, verb.label);
    const page = make("form", { class: "stack", novalidate: true, autocomplete: "off" }, wrong?.problem ? make("div", { class: "alert", role: "alert" }, wrong.problem.sentence) : null, make("section", { class: "card" }, make("div", { class: "body" }, form)), make("div", { class: "next-bar" }, button));
    page.onsubmit = async (event) => {
      event.preventDefault();
      button.disabled = true; button.setAttribute("aria-busy", "true");
      try {
        const { given, shots, wrong: lacking } = await form.collect();
        if (lacking) return;
        if (wrong) { await store.mend(wrong, wrong.given.position ? { position: wrong.given.position, ...given } : given, shots); field.sync(); field.go("#/pending"); }
        else {
          const position = verb.needs.some((need) => need.widget === "place") ? await here() : "";
          await field.act(job, verb, position ? { ...given, position } : given, shots);
        }
      } catch (error) { field.say(error.message || words().noRoom, "bad"); } // nothing typed is lost: the draft is there
      finally { button.disabled = false; button.removeAttribute("aria-busy"); }
    };
    view.append(page);
    if (wrong?.problem?.fields) form.complain(wrong.problem.fields);
  };
  const before = async (act, verb) => { // what was sent and refused, in its form again
    const shots = {};
    for (const need of verb.needs) if (Array.isArray(act.given[need.key]) && ["photos", "files"].includes(need.widget)) shots[need.key] = (await Promise.all(act.given[need.key].map((id) => store.get("shots", id)))).filter(Boolean);
    return { given: act.given, shots };
  };
  // What a verb needs on this job: choices that hang on the job come with it; the place is found by the telephone.
  field.needs = (verb, job) => verb.needs.filter((need) => need.widget !== "place").map((need) => ({ ...need, ...(job.asks?.[verb.key]?.[need.key] || {}) }));
})();
