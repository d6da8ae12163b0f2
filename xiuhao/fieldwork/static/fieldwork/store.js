/* What the telephone keeps: jobs, actions that are not yet sent, photos, drafts. Written through to the disk before a screen moves on. */
"use strict";
(() => {
  const field = (window.field = { run: crypto.randomUUID(), anchor: null });
  const STORES = ["meta", "jobs", "acts", "shots", "drafts"];
  const ready = idb.openDB("xiuhao-field", 2, {
    upgrade(db, before) {
      if (before < 2) db.createObjectStore("originals", { keyPath: "id" });
      if (before) return; // what is there stays
      db.createObjectStore("meta");
      db.createObjectStore("jobs", { keyPath: "number" });
      db.createObjectStore("acts", { keyPath: "sequence" });
      db.createObjectStore("shots", { keyPath: "id" });
      db.createObjectStore("drafts");
    },
    blocked: () => location.reload(),
    blocking: (_now, _next, event) => event.target.close(), // a newer app opens the same data: nothing is deleted
  });
  const writing = async (stores) => (await ready).transaction(stores, "readwrite", { durability: "strict" });

  const store = (field.store = {
    get: async (name, key) => (await ready).get(name, key),
    all: async (name) => (await ready).getAll(name),
    async put(name, value, key) { const work = await writing([name]); work.store.put(value, key); await work.done; },
    async drop(name, ...keys) { const work = await writing([name]); for (const key of keys) work.store.delete(key); await work.done; },
    meta: async (key, otherwise = null) => (await (await ready).get("meta", key)) ?? otherwise,
    setMeta: (key, value) => store.put("meta", value, key),
  });

  // A photo, and apart from it the original that comes later: the job does not wait for that.
  const lay = (work, { original, ...shot }, sequence) => {
    work.objectStore("shots").put({ have: 0, up: false, ...shot, sequence });
    if (original) work.objectStore("originals").put({ id: crypto.randomUUID(), of: shot.id, name: shot.name, at: shot.at, position: shot.position, blob: original });
  };

  // Where an action leads: mostly where its verb does; rework goes back, and a price declined after an earlier yes ends nothing.
  const leadsTo = (job, verb, given, earlier) => {
    const other = (verb.otherwise || []).find((one) => Object.entries(one.given).every(([key, value]) => given[key] === value));
    if (other) return other.to;
    const yes = earlier.some((act) => act.verb === "agree" && act.state !== "refused"), begun = earlier.some((act) => act.verb === "repair");
    if (verb.key === "decline" && yes) return begun || job.leads?.decline === "repairing" ? "repairing" : "diagnosed";
    return job.leads?.[verb.key] || verb.to[0] || "";
  };

  // The actions of one sheet, with the photos that they name, in one transaction: all are there or none is.
  store.acts = async (job, steps, draft) => {
    const moment = { at: new Date().toISOString(), mono: Math.round(performance.now()), session: field.run };
    const work = await writing(["meta", "acts", "shots", "drafts", "originals"]);
    const acts = work.objectStore("acts"), meta = work.objectStore("meta"), made = [];
    let sequence = (await meta.get("sequence")) || 0;
    const earlier = (await acts.getAll()).filter((each) => each.number === job.number);
    let last = earlier.at(-1);
    const done = (await meta.get("last:" + job.number)) || 0; // the last one that has gone, for the chain
    for (const { verb, given, shots, proof = "" } of steps) {
      sequence += 1;
      last = {
        sequence, key: crypto.randomUUID(), number: job.number, verb: verb.key, label: verb.label, target: leadsTo(job, verb, given, earlier), given,
        after: last ? last.sequence : done, base: last ? last.base : job.version, ...moment, anchor: field.anchor, shots: shots.map((shot) => shot.id), proof, state: "new",
      };
      acts.put(last);
      earlier.push(last);
      made.push(last);
      for (const shot of shots) lay(work, shot, sequence);
    }
    meta.put(sequence, "sequence");
    meta.put(sequence, "last:" + job.number);
    work.objectStore("drafts").delete(job.number + "." + draft);
    await work.done;
    return made;
  };
  store.act = async (job, verb, given, shots, proof = "") => (await store.acts(job, [{ verb, given, shots, proof }], verb.key))[0];

  // A customer's number is here for the days of its visit only, network or not.
  store.expire = async () => {
    for (const job of await store.all("jobs")) if (job.tel && new Date(job.tel_until) <= new Date()) { const { tel: _tel, tel_until: _until, ...rest } = job; await store.put("jobs", rest); }
  };

  // An action that was refused, mended: the same place in the order, a key of its own.
  store.mend = async (act, given, shots) => {
    const work = await writing(["acts", "shots", "drafts", "originals"]);
    const mended = { ...act, key: crypto.randomUUID(), given, shots: shots.map((shot) => shot.id), state: "new", problem: null };
    work.objectStore("acts").put(mended);
    for (const shot of shots) if (shot.blob) lay(work, shot, act.sequence);
    work.objectStore("drafts").delete(act.number + "." + act.verb);
    await work.done;
    return mended;
  };

  // Storage: asked to stay, watched, and a sentinel outside of it that tells when it was emptied behind our back.
  store.room = async () => {
    const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) || {};
    return { usage, quota, share: quota ? usage / quota : 0, persisted: (await navigator.storage?.persisted?.()) || false };
  };
  store.persist = async () => { try { return await navigator.storage?.persist?.(); } catch { return false; } };
  store.sentinel = async () => {
    const here = await store.meta("sentinel");
    const there = document.cookie.match(/(?:^|; )field_kept=([^;]+)/)?.[1] || localStorage.getItem("field_kept");
    const lost = Boolean(there) && !here;
    const mark = here || crypto.randomUUID();
    if (!here) await store.setMeta("sentinel", mark);
    if (lost) await store.setMeta("losses", (await store.meta("losses", 0)) + 1);
    document.cookie = `field_kept=${mark}; path=/app/; max-age=31536000; samesite=lax`;
    try { localStorage.setItem("field_kept", mark); } catch { /* the cookie remains */ }
    return lost;
  };
  store.forget = async () => { // the person leaves: what has not gone stays until it has
    const kept = await store.all("acts");
    const work = await writing(STORES);
    for (const name of ["jobs", "drafts"]) work.objectStore(name).clear();
    if (!kept.length) for (const name of ["acts", "shots"]) work.objectStore(name).clear();
    for (const key of ["machine", "pool", "van", "me"]) work.objectStore("meta").delete(key);
    await work.done;
  };
})();
