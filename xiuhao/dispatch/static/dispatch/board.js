/* The board: places bars along the hours, carries a job to somebody else or another time, by mouse, finger or Shift and arrows. */
"use strict";
(() => {
  const { $, $$, dialog } = window.desk;
  const QUARTER = 15, FINE = 5, FAR = 5; // minutes of a step, with Alt; pixels before a press is a drag
  const board = () => $("[data-board]");
  const grid = () => $("[data-grid]");
  let minute = 1.2;

  /* Pixels */
  const fit = () => {
    const box = $("[data-scroll]");
    if (!box) return;
    const who = parseFloat(getComputedStyle(board()).getPropertyValue("--who"));
    minute = Math.max(1.2, (box.clientWidth - who - 2) / (board().dataset.closes - board().dataset.opens));
    board().style.setProperty("--minute", minute + "px");
  };
  const place = (within = document, all = false) => {
    if (!grid()) return;
    const opens = Number(board().dataset.opens);
    $$(all ? "[data-at]" : "[data-at]:not([data-placed])", within).forEach((one) => {
      one.dataset.placed = "1";
      one.style.left = (one.dataset.at - opens) * minute + "px";
      if (one.dataset.for && !one.matches(".wait")) one.style.width = one.dataset.for * minute - (one.matches(".bar") ? 1 : 0) + "px";
      if (one.dataset.stub > 0 && !all) {
        const stub = document.createElement("i");
        stub.className = "stub"; stub.dataset.at = one.dataset.at - one.dataset.stub; stub.dataset.for = one.dataset.stub; stub.dataset.placed = "1";
        stub.style.left = (stub.dataset.at - opens) * minute + "px"; stub.style.width = stub.dataset.for * minute + "px";
        one.before(stub);
      }
    });
  };
  const begin = () => {
    if (!board()) return;
    fit(); place();
    const box = $("[data-scroll]"), now = $("[data-now]");
    if (box && now) box.scrollLeft = Math.max(0, (now.dataset.at - board().dataset.opens - 90) * minute);
  };
  const tick = () => {
    const now = $("[data-now]");
    if (!now) return;
    now.dataset.at = Math.round((Date.now() / 1000 - board().dataset.midnight) / 60);
    now.style.left = (now.dataset.at - board().dataset.opens) * minute + "px";
  };
  setInterval(tick, 60000);
  window.addEventListener("resize", () => { if (grid()) { fit(); place(document, true); } });
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.elt.id === "main") begin(); });
  document.addEventListener("htmx:oobAfterSwap", () => place());

  /* One move: the server says what came of it, and draws the rows anew */
  const move = (job, engineer, at, to) => {
    const { unit, day, midnight, move: url } = board().dataset;
    const start = at === null ? "" : new Date((Number(midnight) + at * 60) * 1000).toISOString();
    const values = { number: job.dataset.job, _version: job.dataset.version, engineer, start, unit, day, _key: crypto.randomUUID() };
    job.classList.add("moving");
    const done = () => { job.classList.remove("moving"); document.body.dispatchEvent(new Event("moved")); if (to) $(`[data-job="${values.number}"]`, grid())?.focus(); };
    return htmx.ajax("POST", url, { source: board(), target: "#dialog", swap: "none", values }).then(done, done);
  };

  /* Who cannot: told before anything is dropped */
  const able = (line, job) => {
    if (line.classList.contains("away")) return board().dataset.absent;
    const [skill, level] = job.dataset.skill.split(":");
    if (!skill) return "";
    const held = line.dataset.skills.split(" ").map((one) => one.split(":")).find(([key]) => key === skill);
    return held && Number(held[1]) >= Math.max(1, Number(level)) ? "" : board().dataset.unskilled;
  };
  const mark = (job) => $$(".line", grid() ?? document).forEach((line) => line.classList.toggle("cannot", !!job && !!able(line, job)));

  /* Carrying */
  let held = null;
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  const time = (at) => two(at / 60) + ":" + two(at % 60);
  const under = (event) => {
    const spot = document.elementFromPoint(event.clientX, event.clientY);
    return [spot?.closest(".line"), spot?.closest("#waits")];
  };
  const reach = (event) => { // whose row, and at what minute the job would begin there
    const [line, back] = under(event);
    if (!line) return { back };
    const left = $(".track", line).getBoundingClientRect().left, step = event.altKey ? FINE : QUARTER;
    const at = Number(board().dataset.opens) + (event.clientX - left - held.grip) / minute;
    return { line, at: Math.max(Number(board().dataset.opens), Math.round(at / step) * step) };
  };
  document.addEventListener("pointerdown", (event) => {
    const job = event.target.closest?.("[data-board] [data-job]:not([data-still])");
    if (!job || event.button || job.matches(".fixed") || !grid()) return;
    const bar = job.matches(".bar") ? job.getBoundingClientRect() : null;
    held = { job, x: event.clientX, y: event.clientY, grip: bar ? event.clientX - bar.left : 10, on: false, pointer: event.pointerId };
  });
  document.addEventListener("pointermove", (event) => {
    if (!held || event.pointerId !== held.pointer) return;
    if (!held.on) {
      if (Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR) return;
      held.on = true; held.ghost = document.createElement("div"); held.ghost.className = "carried";
      held.ghost.append(document.createElement("b"), document.createElement("span"));
      $("span", held.ghost).textContent = held.job.matches(".bar") ? $("span", held.job).textContent : $("b", held.job).textContent;
      document.body.append(held.ghost); document.body.dataset.carrying = ""; held.job.classList.add("moving"); mark(held.job);
      document.body.setPointerCapture?.(event.pointerId);
    }
    event.preventDefault();
    held.ghost.style.left = event.clientX + 14 + "px"; held.ghost.style.top = event.clientY + 14 + "px";
    const { line, back, at } = reach(event);
    $$(".over").forEach((one) => one.classList.remove("over"));
    (line ?? back)?.classList.add("over");
    const why = line ? able(line, held.job) : "";
    held.ghost.classList.toggle("no", !!why);
    $("b", held.ghost).textContent = line ? [time(at), $(".name b", line).textContent, why].filter(Boolean).join(" · ") : "";
  });
  const let_go = () => {
    if (!held) return null;
    const was = held;
    held = null; was.ghost?.remove(); delete document.body.dataset.carrying; was.job.classList.remove("moving"); mark(null);
    $$(".over").forEach((one) => one.classList.remove("over"));
    return was;
  };
  document.addEventListener("pointerup", (event) => {
    if (!held?.on) { held = null; return; }
    const { line, back, at } = reach(event), { job } = let_go();
    const late = (click) => { click.preventDefault(); click.stopImmediatePropagation(); }; // the press was a drag
    document.addEventListener("click", late, true);
    setTimeout(() => document.removeEventListener("click", late, true), 50);
    if (line) move(job, line.dataset.engineer, at);
    else if (back && job.matches(".bar")) move(job, "", null);
  });
  document.addEventListener("pointercancel", let_go);
  document.addEventListener("dragstart", (event) => { if (event.target.closest?.("[data-board] [data-job]")) event.preventDefault(); });

  /* Keys: Shift and arrows move the bar that has the focus; Escape puts back what is carried */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && held?.on) return let_go();
    const bar = event.target.closest?.("[data-board] .bar:not(.fixed)");
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], row = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!bar || !event.shiftKey || (!step && !row) || event.isComposing) return;
    event.preventDefault(); event.stopImmediatePropagation();
    const lines = $$(".line", grid()), line = bar.closest(".line"), next = lines[lines.indexOf(line) + (row ?? 0)];
    if (next) move(bar, next.dataset.engineer, Number(bar.dataset.at) + (step ?? 0) * (event.altKey ? FINE : QUARTER), true);
  }, true);

  /* A click opens what is known of the job; a look at a row lights its way on the map */
  document.addEventListener("click", (event) => {
    const job = event.target.closest?.("[data-board] [data-job]");
    if (!job || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { unit, day } = board().dataset;
    htmx.ajax("GET", `/dispatch/job/${job.dataset.job}?unit=${unit}&day=${day}`, { source: job, target: "#dialog" });
  });
  const light = (line) => $$("[data-way]").forEach((way) => way.classList.toggle("lit", way.dataset.way === line?.dataset.engineer));
  document.addEventListener("pointerover", (event) => { if (board() && !held) light(event.target.closest?.(".line")); });
  document.addEventListener("xiuhao:done", () => { if (board()) document.body.dispatchEvent(new Event("moved")); });
  document.addEventListener("close", () => { if (!dialog?.open) light(null); }, true);
  begin();
})();
