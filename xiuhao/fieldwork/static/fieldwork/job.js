/* A job: what it is about, one big button for the next step, everything else behind 更多. What was done without a network counts here. */
"use strict";
(() => {
  const { field } = window, { store, make, icon } = field;
  const words = () => field.words;
  const time = (iso) => new Intl.DateTimeFormat("sv-SE", { hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
  const day = (iso) => new Intl.DateTimeFormat("sv-SE").format(new Date(iso)).slice(5);
  field.clock = (iso) => `${day(iso)} ${time(iso)}`;
  field.span = (job) => (job.window_from ? `${day(job.window_from)} ${time(job.window_from)}–${time(job.window_to)}` : job.planned_at ? field.clock(job.planned_at) : words().noTime);

  // Where the job stands once what waits here has gone: the state, and what of its evidence is there.
  field.projected = async (job) => {
    const acts = (await store.all("acts")).filter((act) => act.number === job.number && act.state !== "refused");
    const state = acts.reduce((at, act) => act.target || at, job.state);
    return { state, acts };
  };
  // `next` are the steps of one sheet: the one that comes next, and those that are done in one go with it.
  field.open = async (job, state, acts) => {
    const machine = await store.meta("machine", { states: {}, verbs: [], next: {} });
    const done = new Set([...(job.done || []), ...acts.filter((act) => !act.target).map((act) => act.verb)]), next = [];
    const after = (at) => (machine.next[at] || []).map((key) => machine.verbs.find((verb) => verb.key === key)).find((verb) => verb?.from.includes(at) && fits(verb, job, acts) && !done.has(verb.key));
    const together = (one, other) => (machine.flows || []).some((flow) => flow.includes(one.key) && flow[flow.indexOf(one.key) + 1] === other.key);
    for (let at = state, verb = after(at); verb && (!next.length || together(next.at(-1), verb)); verb = after(at)) {
      next.push(verb);
      if (verb.to[0]) at = verb.to[0]; else done.add(verb.key);
    }
    return { machine, next, others: machine.verbs.filter((verb) => verb.from.includes(state) && verb !== next[0] && fits(verb, job, acts)) };
  };
  // A few steps are for some jobs only: the server says which of them have no point on this one.
  const fits = (verb, job, acts) => !(job.without || []).includes(verb.key) && !(free(job, acts) && job.lasting.without.includes(verb.key));
  // The same fault again within an earlier repair's guarantee: nothing is charged, though the diagnosis has not gone yet.
  const free = (job, acts) => acts.some((act) => act.verb === "diagnose" && (job.lasting?.repairs || []).includes(Number(act.given.same_as)));

  field.badge = (machine, state) => {
    const known = machine.states[state] || { label: state, tone: "grey" };
    return make("span", { class: `state tone-${known.tone}${known.waits ? " waits" : ""}${known.end ? " end" : ""}` }, known.label);
  };

  field.screens.job = async (view, number) => {
    const job = await store.get("jobs", number);
    if (!job) { // done and sent, or another's by now: the desk knows what became of it, and takes the money
      view.append(make("div", { class: "empty" }, words().noJob, make("div", { class: "row" }, make("a", { class: "btn", href: `/c/work/${number}/` }, words().desk))));
      return;
    }
    const { state, acts } = await field.projected(job);
    const { machine, next, others } = await field.open(job, state, acts);
    field.head(number, "#/today");
    view.append(
      make("section", { class: "card" }, make("div", { class: "body stack tight" },
        make("div", { class: "row" }, field.badge(machine, state), job.urgent ? make("span", { class: "tag tone-red" }, job.urgent) : null, acts.length ? make("span", { class: "tag tone-amber" }, words().pending.replace("%n", acts.length)) : null),
        make("h2", {}, job.title), facts(job, machine, state, acts))),
      ...evidence(job, acts, machine, state),
      ...(others.length ? [more(job, others)] : []),
    );
    if (next.length) view.append(field.bar(job, next));
  };

  const link = (url, glyph, label) => make("a", { class: "btn", href: url }, icon(glyph), label);
  const facts = (job, machine, state, done) => {
    const rows = [[words().when, field.span(job)], [words().where, job.address], [words().who, [job.contact, job.phone].filter(Boolean).join(" ")], [words().trouble, job.trouble], [words().device, [job.device, job.serial].filter(Boolean).join(" ")],
      [words().units, job.units.join("、")], [words().verdict, job.verdict], [words().take, job.loading], [words().parts, job.parts], [words().due, job.due_at ? field.clock(job.due_at) : ""]];
    const list = make("dl", { class: "facts one" });
    for (const [label, value] of rows) if (value) list.append(make("div", {}, make("dt", {}, label), make("dd", {}, value)));
    const acts = make("div", { class: "row" });
    const spot = job.lat ? `${job.lat},${job.lon}` : "0,0", wanted = job.lat ? `${spot}(${encodeURIComponent(job.number)})` : encodeURIComponent(job.address);
    if (job.lat || job.address) acts.append(link(`geo:${spot}?q=${wanted}`, "map-pin", words().navigate));
    if (job.tel && new Date(job.tel_until) > new Date()) acts.append(link("tel:" + job.tel, "phone", words().call));
    else if (job.reveal) acts.append(link(job.reveal, "phone", words().call));
    const contact = machine.verbs.find((verb) => verb.key === "contact" && verb.from.includes(state));
    if (contact && !job.contacted && !done.some((act) => act.verb === "contact")) {
      const reached = make("button", { class: "btn", type: "button", "data-verb": "contact" }, icon("check"), words().reached);
      reached.onclick = async () => { reached.disabled = true; await field.act(job, contact, { way: "phone" }, []); };
      acts.append(reached);
    }
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
  const fresh = async (job) => (await store.get("jobs", job.number)) || job; // a proof taken on this sheet may have been sent since
  const lacking = (job, acts) => (job.evidence?.items || []).filter((item) => !item.there && !acts.some((act) => act.proof === item.key));
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
  const named = (steps) => (steps.length > 1 ? `${steps[0].label} → ${steps.at(-1).label}` : steps[0].label);
  const sureOf = (labels) => (labels.length ? make("ul", { class: "sure" }, ...labels.map((label) => make("li", {}, icon("check"), label))) : null);
  field.bar = (job, steps) => {
    const [verb] = steps, wanted = verb.needs.filter((need) => need.required && need.widget !== "place"), sure = wanted.filter((need) => need.must);
    const form = `#/do/${job.number}/${verb.key}`;
    if (steps.length > 1 || wanted.length > sure.length) return make("div", { class: "next-bar" }, make("a", { class: "btn main-act next", href: form, "data-verb": verb.key }, named(steps)));
    const button = make("button", { class: "btn main-act next", type: "button", "data-verb": verb.key }, verb.label);
    button.onclick = async () => {
      button.disabled = true; button.setAttribute("aria-busy", "true");
      const position = verb.needs.some((need) => need.widget === "place") ? await here() : "";
      if (verb.placed && !position) return field.go(form); // no satellite: a picture of the door, or a word why not
      await field.act(job, verb, { ...Object.fromEntries(sure.map((need) => [need.key, true])), ...(position ? { position } : {}) }, []);
    };
    return make("div", { class: "next-bar" }, sureOf(sure.map((need) => need.label)), button);
  };
  const here = async () => { const at = await field.where(2500); return at ? `${at.lat.toFixed(6)},${at.lon.toFixed(6)}` : ""; };

  // Do it: kept here first, sent when it can be.
  field.act = async (job, verb, given, shots, proof = "") => {
    await store.act(job, verb, given, shots, proof);
    await kept(job, verb, proof);
  };
  const kept = async (job, verb, proof = "") => {
    field.say(words().kept.replace("%s", verb.label));
    field.sync();
    if (proof && field.proofs?.isConnected) return field.proofs.draw(); // a proof taken on a sheet: the sheet stays as it is
    const { state, acts } = await field.projected(job), { machine, next } = await field.open(job, state, acts);
    field.go((machine.opens || []).includes(verb.key) && next.length ? `#/do/${job.number}/${next[0].key}` : "#/job/" + job.number);
  };

  field.screens.do = async (view, number, key, sequence) => {
    const job = await store.get("jobs", number), machine = await store.meta("machine", { verbs: [] }), verb = machine.verbs.find((each) => each.key === key);
    if (!job || !verb) { view.append(make("p", { class: "empty" }, words().noJob)); return; }
    const wrong = sequence ? await store.get("acts", Number(sequence)) : null, { state, acts } = await field.projected(job);
    const { next } = await field.open(job, state, acts), steps = !wrong && next.length > 1 && next[0].key === key ? next : [verb];
    field.head(named(steps), "#/job/" + number);
    const shown = sheet(steps, job, machine, acts);
    const kept = wrong && !(await store.get("drafts", number + "." + key)) ? await before(wrong, shown) : null;
    const form = await field.form(shown, job, kept);
    if (key === "quote" && job.prices) form.append(priced(form, job.prices, await store.meta("van", [])));
    const button = make("button", { class: "btn main-act next", type: "submit", "data-verb": key }, named(steps));
    const page = make("form", { class: "stack", novalidate: true, autocomplete: "off" }, wrong?.problem ? make("div", { class: "alert", role: "alert" }, wrong.problem.sentence) : null, make("section", { class: "card" }, make("div", { class: "body" }, form)), make("div", { class: "next-bar" }, button));
    page.onsubmit = async (event) => {
      event.preventDefault();
      button.disabled = true; button.setAttribute("aria-busy", "true");
      try { await send(job, steps, shown, form, wrong); }
      catch (error) { field.say(error.message || words().noRoom, "bad"); } // nothing typed is lost: the draft is there
      finally { button.disabled = false; button.removeAttribute("aria-busy"); }
    };
    if (shown.sure.length) view.append(make("section", { class: "card" }, make("header", {}, make("h2", {}, words().confirm)), make("div", { class: "body" }, sureOf(shown.sure))));
    if (steps.length > 1 || key === "finish") view.append(proofs(job, machine, state));
    view.append(page);
    if (wrong?.problem?.fields) form.complain(wrong.problem.fields);
  };
  // What it will cost by the price list, told to the customer though there is no network: reckoned as the quote is, line by line.
  const priced = (form, { rows, share, kept }, van) => {
    const told = make("p", { class: "alert note", role: "status", "data-price": "" }), number = (key) => Number(form.querySelector(`[name=${key}]`)?.value.replaceAll(",", "")) || 0;
    const asks = (sum, fixed) => Math.round(sum * (fixed ? 1 : Number(share)) * 100 + 1e-6) / 100;
    // Parts as they are told, else by the list, as far as the van has them; such as were built in before and are guaranteed are free.
    const parts = () => {
      if (form.querySelector("[name=parts_cost]").value.trim()) return [asks(number("parts_cost"))];
      const left = { ...kept };
      return form.lines("parts").map((line) => {
        const free = Math.min(left[line.part] || 0, line.quantity);
        left[line.part] = (left[line.part] || 0) - free;
        return asks((van.find((part) => part.code === line.part)?.price || 0) * (line.quantity - free));
      });
    };
    const draw = () => {
      const hours = Math.max(Math.ceil((number("minutes") || 60) / 30), 1) / 2;
      const lines = [...rows.map((row) => asks(row.price * (row.hourly ? hours : 1), row.fixed)), ...parts(), asks(number("extra"))];
      told.textContent = words().price.replace("%s", lines.reduce((sum, one) => sum + one, 0).toFixed(2)).replace("%n", String(Number((share * 100).toFixed(2))));
    };
    form.addEventListener("input", draw);
    draw();
    return told;
  };
  // The proofs of the job, on its sheet too: what is taken there is drawn anew without touching what is typed below.
  const proofs = (job, machine, state) => {
    const box = (field.proofs = make("div", {}));
    box.draw = async () => box.replaceChildren(...evidence(await fresh(job), (await field.projected(job)).acts, machine, state));
    box.draw();
    return box;
  };
  const send = async (job, steps, shown, form, wrong) => {
    const { given, shots, wrong: lacks } = await form.collect();
    if (lacks) return;
    if (wrong) { await store.mend(wrong, wrong.given.position ? { position: wrong.given.position, ...given } : given, shots); field.sync(); field.go("#/pending"); return; }
    const missing = steps.some((verb) => verb.key === "finish") ? lacking(await fresh(job), (await field.projected(job)).acts) : [];
    if (missing.length) { scrollTo(0, 0); throw new Error(words().lacks.replace("%s", missing.map((item) => item.label).join("、"))); }
    const position = steps.some((verb) => verb.needs.some((need) => need.widget === "place")) ? await here() : "";
    const parts = steps.map((verb) => {
      const own = Object.fromEntries(verb.needs.filter((need) => given[need.key] !== undefined).map((need) => [need.key, given[need.key]]));
      if (position && verb.needs.some((need) => need.widget === "place")) own.position = position;
      return { verb, given: { ...shown.meant[verb.key], ...own }, shots: shots.filter((shot) => Object.values(own).flat().includes(shot.id)) };
    });
    await store.acts(job, parts, shown.key);
    await kept(job, steps.at(-1));
  };
  // Steps done in one go have one form: what only has to be confirmed stands above its button, what is usual is filled in and folded.
  const sheet = (steps, job, machine, acts) => {
    if (steps.length === 1) return { ...steps[0], needs: field.needs(steps[0], job, machine, acts, true), sure: [], meant: {} };
    const meant = {}, sure = [], needs = [];
    for (const verb of steps) {
      const usual = (machine.usual || {})[verb.key] || {};
      meant[verb.key] = { ...usual };
      for (const need of field.needs(verb, job, machine, acts)) {
        if (need.must) { meant[verb.key][need.key] = true; sure.push(need.label); }
        else if (need.key in usual) sure.push(`${verb.label}：${(need.options.find(([key]) => key === usual[need.key]) || [])[1]}`);
        else if (!need.late) needs.push({ ...need, folded: !need.shown && !leads(verb, need) && (!need.required || need.value !== undefined) });
      }
    }
    return { key: steps.map((verb) => verb.key).join("+"), needs, sure, meant };
  };
  const leads = (verb, need) => verb.needs.some((each) => each.shown?.by === need.key);
  const before = async (act, verb) => { // what was sent and refused, in its form again
    const shots = {};
    for (const need of verb.needs) if (Array.isArray(act.given[need.key]) && ["photos", "files"].includes(need.widget)) shots[need.key] = (await Promise.all(act.given[need.key].map((id) => store.get("shots", id)))).filter(Boolean);
    return { given: act.given, shots };
  };
  // What a verb needs on this job: choices that hang on the job come with it; the place is found by the telephone.
  field.needs = (verb, job, machine, acts, alone) => verb.needs.filter((need) => need.widget !== "place").map((need) => ({ ...need, ...(job.asks?.[verb.key]?.[need.key] || {}), ...(OWN[verb.key + "." + need.key]?.(job, machine, acts, alone) || {}) })).filter((need) => need.widget !== "ref" || need.required || need.options?.length);
  const asked = (machine, verb, key) => machine.verbs.find((each) => each.key === verb)?.needs.find((need) => need.key === key);
  const causeOf = (job, acts) => acts.filter((act) => act.given.cause).at(-1)?.given.cause || job.found?.cause;
  // As it was reckoned when the fault was found, though that has not gone yet.
  const found = (acts, key) => { const told = acts.filter((act) => act.verb === "diagnose" && act.given[key]).at(-1); return told ? { value: told.given[key] } : {}; };
  const OWN = {
    "repair.measure": (job, machine, acts, alone) => { // the measures that go with the cause that was found; on one sheet with it, as chosen
      const fit = alone && asked(machine, "diagnose", "cause")?.fills?.[causeOf(job, acts)]?.measure;
      return fit?.length ? { options: asked(machine, "repair", "measure").options.filter(([key]) => fit.includes(key)) } : {};
    },
    "use_parts.parts": (job, machine, acts) => (acts.some((act) => act.verb === "use_parts") ? { value: undefined } : {}), // told once
    "finish.solution": (job, machine, acts) => { // what was found and done, in the words of the lists
      const labels = (verb, key, keys) => keys.map((each) => new Map(asked(machine, verb, key)?.options).get(each)).filter(Boolean).join("、");
      const measures = [...(job.found?.measures || []), ...acts.map((act) => act.given.measure).filter(Boolean)];
      const said = [labels("diagnose", "cause", [causeOf(job, acts)]), labels("repair", "measure", [...new Set(measures)])];
      return said.every(Boolean) ? { value: said.join("：") } : {};
    },
    "quote.minutes": (job, machine, acts) => found(acts, "minutes"),
    "quote.parts": (job, machine, acts) => found(acts, "parts"),
    "sign.code": (job) => ({ beside: codeFor(job) }),
  };
  // The customer gets a code, tells it, and it is typed in: that needs a network, else they sign on the glass.
  const codeFor = (job) => {
    const button = make("button", { class: "btn", type: "button" }, icon("message"), words().sendCode);
    button.onclick = async () => {
      button.disabled = true;
      await field.sync(); // what waits here goes first: a code is for work that is under way
      const answer = await field.call(`/api/v1/work/${job.number}/send_code`).catch(() => null);
      field.say(answer?.ok ? words().codeSent : answer?.sentence || words().noCodeSent, answer?.ok ? "good" : "bad");
      button.disabled = false;
    };
    return make("div", { class: "code-for" }, button);
  };
})();
