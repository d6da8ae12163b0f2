/* Up: texts first, then photos in pieces; down: jobs. One round at a time, again and again until all has gone. */
"use strict";
(() => {
  const { field } = window, { store } = field;
  const PIECE = 64 * 1024, BATCH = 20, OVER = new Set(["done", "merged", "noted", "conflict", "attached", "dismissed"]);
  const SOON = 1000;
  let running = null, again = false, pause = SOON, timer = 0;

  class Silent extends Error {} // nobody answers
  const ask = async (path, { method = "GET", body, raw } = {}) => {
    const token = await store.meta("token");
    const headers = { Accept: "application/json", Authorization: "Bearer " + token };
    if (body) headers["Content-Type"] = "application/json";
    if (raw) headers["Content-Type"] = "application/octet-stream";
    let answer;
    const control = new AbortController(), late = setTimeout(() => control.abort(), 60000);
    try { answer = await fetch("/app/api/" + path, { method, headers, body: raw || (body && JSON.stringify(body)), credentials: "omit", signal: control.signal }); }
    catch { throw new Silent(); }
    finally { clearTimeout(late); }
    if (answer.status >= 500 || answer.status === 429) throw new Silent();
    const said = await answer.json().catch(() => null);
    if (said === null) throw new Silent(); // cut off in the middle, or not from us
    pause = SOON; // something got through: after the next cut it is tried again at once
    if (!answer.ok) throw Object.assign(new Error(said.sentence || String(answer.status)), { status: answer.status, code: said.code, params: said.params });
    return { status: answer.status, said };
  };

  const sent = (act) => ({
    sequence: act.sequence, key: act.key, number: act.number, verb: act.verb, given: act.given, after: act.after, base: act.base, at: act.at,
    mono: act.mono, session: act.session, ...(act.anchor ? { anchor: act.anchor } : {}), ...(act.withdrawn ? { withdrawn: true } : {}),
  });
  const batch = async (acts) => {
    const moment = { at: new Date().toISOString(), mono: Math.round(performance.now()), session: field.run };
    const { status, said } = await ask("sync", { method: "POST", body: { ...moment, losses: await store.meta("losses", 0), actions: acts.map(sent) } });
    if (said.now) field.anchor = { server: said.now, mono: moment.mono };
    await store.setMeta("closed", status === 202);
    for (const item of said.items) await heard(item);
    return status;
  };
  const heard = async (item) => {
    const act = (await store.all("acts")).find((each) => each.key === item.key);
    if (!act) return;
    if (OVER.has(item.state)) {
      if (item.version) { const job = await store.get("jobs", act.number); if (job && job.version < item.version) await store.put("jobs", { ...job, version: item.version, state: item.case_state }); }
      if (item.state === "conflict") await told(act, item);
      await store.drop("shots", ...act.shots);
      await store.drop("acts", act.sequence);
    } else await store.put("acts", { ...act, state: item.state, problem: item.sentence ? { sentence: item.sentence, fields: item.fields || {}, code: item.code } : null });
  };
  const told = async (act, item) => { const known = await store.meta("clashes", []); await store.setMeta("clashes", [...known, { number: act.number, label: act.label, at: act.at, sentence: item.sentence }].slice(-50)); };

  const up = async () => {
    for (;;) { // what was typed goes first: it is little, and it matters
      const acts = (await store.all("acts")).filter((act) => act.state === "new");
      if (!acts.length) break;
      const status = await batch(acts.slice(0, BATCH));
      for (const act of acts.slice(0, BATCH)) { const now = await store.get("acts", act.sequence); if (now && now.key === act.key && now.state === "new") await store.put("acts", { ...now, state: "waiting" }); }
      field.changed?.();
      if (status === 202) break;
    }
    const shots = (await store.all("shots")).filter((shot) => !shot.up);
    for (const shot of shots) await carry(shot);
    const waiting = (await store.all("acts")).filter((act) => ["waiting", "held"].includes(act.state));
    if (await store.meta("closed")) return;
    while (waiting.length) await batch(waiting.splice(0, BATCH)); // what waited for a photo is taken up; an answer that was lost is heard
  };
  // Originals go last, each when its photo is on its job, and not where data is dear; one whose photo the server does not know is not wanted.
  const later = async () => {
    if (navigator.connection?.saveData) return;
    const waiting = new Set((await store.all("shots")).map((shot) => shot.id));
    for (const original of await store.all("originals")) {
      if (waiting.has(original.of)) continue;
      try { await carry(original); } catch (error) { if (error.status !== 404 && error.status !== 413) throw error; }
      await store.drop("originals", original.id);
    }
  };
  const carry = async (shot) => {
    const { said } = await ask("shots", { method: "POST", body: { id: shot.id, name: shot.name, size: shot.blob.size, taken_at: shot.at, ...(shot.position ? { position: shot.position } : {}), ...(shot.of ? { of: shot.of } : {}) } });
    let have = said.have;
    while (have < shot.blob.size) {
      const piece = shot.blob.slice(have, have + PIECE);
      try { have = (await ask(`shots/${shot.id}?start=${have}`, { method: "PUT", raw: piece })).said.have; }
      catch (error) { if (error.code !== "shot_gap") throw error; have = error.params.have; }
      field.progress?.(shot.id, have / shot.blob.size);
    }
    const now = await store.get("shots", shot.id);
    if (now) await store.put("shots", { ...now, up: true });
    field.changed?.();
  };

  const down = async () => {
    const { said } = await ask("work");
    field.anchor = { server: said.now, mono: Math.round(performance.now()) };
    const open = new Set((await store.all("acts")).map((act) => act.number));
    const fresh = new Set(said.jobs.map((job) => job.number));
    for (const job of said.jobs) if (!open.has(job.number)) await store.put("jobs", job); // what waits here builds on what was seen
    await store.drop("jobs", ...(await store.all("jobs")).map((job) => job.number).filter((number) => !fresh.has(number) && !open.has(number)));
    for (const key of ["machine", "pool", "van", "me"]) await store.setMeta(key, said[key]);
    await store.setMeta("downAt", said.now);
  };

  const round = async () => {
    try {
      await store.expire();
      if (!(await store.meta("token"))) { field.online = navigator.onLine; return; }
      await up();
      if (!(await store.meta("closed"))) await down();
      field.online = true; field.stopped = null;
      await later();
      if (!(await store.all("acts")).some((act) => act.state === "new")) return;
    } catch (error) {
      if (error instanceof Silent) field.online = false;
      else { field.online = true; field.stopped = { status: error.status, sentence: error.message }; if (error.status === 401) await store.setMeta("closed", true); }
      pause = Math.min(pause * 2, 60000);
    }
    clearTimeout(timer);
    timer = setTimeout(field.sync, pause);
  };
  field.sync = () => { // one round at a time; whoever asks meanwhile gets another after it
    if (running) { again = true; return running; }
    running = round().finally(() => { running = null; field.changed?.(); if (again) { again = false; field.sync(); } });
    return running;
  };
  field.counts = async () => {
    const acts = await store.all("acts"), shots = (await store.all("shots")).filter((shot) => !shot.up);
    return { open: acts.length, shots: shots.length, wrong: acts.filter((act) => act.state === "refused").length + (await store.meta("clashes", [])).length };
  };
  field.ask = ask;
  // A verb that means something only at once, by the same door as any program: {ok, sentence}.
  field.call = async (path) => {
    const headers = { Accept: "application/json", "Content-Type": "application/json", Authorization: "Bearer " + (await store.meta("token")) };
    const answer = await fetch(path, { method: "POST", headers, body: "{}", credentials: "omit", signal: AbortSignal.timeout(15000) });
    return { ok: answer.ok, ...(await answer.json()) };
  };
  addEventListener("online", () => { pause = SOON; field.sync(); });
  addEventListener("offline", () => { field.online = false; field.changed?.(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") field.sync(); });
  setInterval(() => { if (document.visibilityState === "visible") field.sync(); }, 60000);
})();
