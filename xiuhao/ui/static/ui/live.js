/* Others' changes: a bar says how many, nothing moves by itself, nothing that is being typed is touched. */
"use strict";
(() => {
  const { $, $$, words } = window.desk;
  const SOON = 500, PAUSE = 10000; // ms before a list is compared, and between two comparisons: many births are one question
  let source = null, heard = 0, own = 0, poll = 0, look = 0, looked = -PAUSE;
  const ours = () => $("#main")?.dataset.live?.split(",")[0]; // the page's; what follows it is for others
  const topics = () => [$("#main")?.dataset.live, $("#bell") && document.body.dataset.account && "account:" + document.body.dataset.account].filter(Boolean);
  const busy = () => !!document.activeElement?.closest("#main :is(input, textarea, select)") || !!$("form[data-dirty]") || !!$("#dialog[open]");

  const show = () => {
    const main = $("#main");
    let bar = $("#fresh");
    if (!main?.dataset.live || !heard) return bar?.remove();
    if (!bar) {
      bar = document.createElement("div"); bar.id = "fresh"; bar.className = "fresh"; bar.setAttribute("role", "status");
      const act = document.createElement("button"); act.type = "button"; act.addEventListener("click", fetchAgain);
      bar.append(act); main.prepend(bar);
    }
    $("button", bar).textContent = words.fresh.replace("%n", heard);
  };
  const fetchAgain = () => {
    heard = 0; $("#fresh")?.remove();
    const part = $("#timeline") && $("form[data-dirty]") ? "#timeline" : "#main"; // what is being typed stays as it is
    htmx.ajax("GET", location.pathname + location.search, { target: part, select: part, swap: "outerHTML show:none" });
  };
  const hear = (changed) => {
    if (changed.some((topic) => topic.startsWith("account:"))) { ring(); strips(); document.body.dispatchEvent(new Event("own")); }
    if (changed.some((topic) => topic.startsWith("presence:"))) document.dispatchEvent(new Event("presence"));
    if (!changed.includes(ours())) return;
    if ($("#list[data-fresh]")) return soon();
    if (Date.now() - own >= 3000) { heard += 1; show(); }
  };
  /* A queue's topic is of everybody's cases: what of it would change in the list that is open here, the server says. */
  const soon = () => { look ||= setTimeout(compare, Math.max(SOON * (1 + Math.random()), looked + PAUSE - performance.now())); };
  const compare = async () => {
    look = 0;
    const list = $("#list[data-fresh]");
    if (!list) return;
    if (document.hidden) return document.addEventListener("visibilitychange", soon, { once: true });
    looked = performance.now();
    const answer = await fetch(list.dataset.fresh, { headers: { "HX-Request": "true" } }).catch(() => null);
    const now = answer?.ok && await answer.json().catch(() => null);
    if (!now || !list.isConnected) return;
    const shown = Object.fromEntries($$("[data-row][data-version]", list).map((row) => [row.dataset.row, Number(row.dataset.version)]));
    const come = Object.keys(now).filter((number) => !(number in shown)).length, gone = Object.keys(shown).filter((number) => !(number in now)).length;
    const changed = Object.keys(now).filter((number) => number in shown && now[number] !== shown[number]).length;
    heard = changed + Math.max(come, gone); // one that comes pushes one off the page
    show();
  };
  const ring = () => { const bell = $("#bell"); if (bell) fetch("/inbox/unread").then((a) => a.ok && a.text()).then((html) => { if (html) bell.innerHTML = html; }).catch(() => {}); };
  const strips = () => $$("[data-strip]").forEach((strip) => fetch(strip.dataset.strip, { headers: { "HX-Request": "true" } }).then((a) => a.ok ? a.text() : "")
    .then((html) => { if (strip.innerHTML !== html) { strip.innerHTML = html; htmx.process(strip); } strip.hidden = !html.trim(); }).catch(() => {}));
  const listen = () => {
    source?.close(); clearInterval(poll);
    const wanted = topics();
    if (!wanted.length) return;
    if (!window.EventSource) { poll = setInterval(asking, 30000); return; }
    source = new EventSource("/live?topics=" + encodeURIComponent(wanted.join(",")));
    source.addEventListener("live", (event) => hear(JSON.parse(event.data)));
    source.addEventListener("resync", () => hear(topics()));
    source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) { clearInterval(poll); poll = setInterval(asking, 30000); } });
  };
  const asking = () => { if (!document.hidden && !busy() && $("#list[data-fresh]")) soon(); }; // no stream: look now and then, while nobody types
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.requestConfig?.verb === "post") own = Date.now(); });
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.elt.id === "main") { heard = 0; clearTimeout(look); look = 0; listen(); strips(); } });
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  listen(); strips();
})();

/* Beside a case: who else has it open (a beat now and then, and whenever it changes), and the list that it was opened from. */
(() => {
  const { $, csrf } = window.desk;
  const BEAT = 25000;
  let timer = 0, place = "", mode = "";

  /* Presence */
  const is = () => (document.hidden ? "away" : $("form[data-draft][data-dirty]") ? "edit" : "view");
  const tell = (url, how) => fetch(url, { method: "POST", body: new URLSearchParams({ mode: how }), keepalive: how === "leave", headers: { "X-CSRFToken": csrf(), "X-Draft": "1", "HX-Request": "true" } });
  const beat = async () => {
    clearTimeout(timer);
    const url = $("#present")?.dataset.here ?? "";
    if (place && place !== url) tell(place, "leave").catch(() => {});
    place = url; mode = is();
    if (!url) return;
    timer = setTimeout(beat, BEAT);
    const answer = await tell(url, mode).catch(() => null), html = answer?.ok ? (await answer.text()).trim() : null, list = $("#present");
    if (html !== null && list?.dataset.here === url && list.innerHTML !== html) list.innerHTML = html;
  };
  document.addEventListener("presence", beat);
  document.addEventListener("visibilitychange", beat);
  document.addEventListener("input", () => setTimeout(() => { if (place && is() !== mode) beat(); }));
  window.addEventListener("pagehide", () => { clearTimeout(timer); if (place) tell(place, "leave").catch(() => {}); place = ""; });
  window.addEventListener("pageshow", (event) => { if (event.persisted) beat(); });

  /* The list */
  const kept = () => { try { return JSON.parse(sessionStorage.getItem("queue")); } catch { return null; } };
  const fill = async () => {
    if ($("#rows")) sessionStorage.setItem("queue", JSON.stringify([location.pathname, location.search]));
    const strip = $("#queue-strip"), rows = $("#queue-rows");
    if (!rows || !strip.offsetWidth || !rows.offsetParent || rows.dataset.of === strip.dataset.at) return;
    const [path, search] = kept() ?? [], own = strip.dataset.queue.replace(/strip$/, "") === path && search ? search + "&" : "?";
    const get = (query) => fetch(strip.dataset.queue + query + "at=" + encodeURIComponent(strip.dataset.at), { headers: { "HX-Request": "true" } }).catch(() => null);
    let answer = await get(own);
    if (answer && !answer.ok && own !== "?") answer = await get("?"); // the list's address means nothing any more
    if (!answer?.ok) return;
    rows.innerHTML = await answer.text(); rows.dataset.of = strip.dataset.at;
    const at = $("[aria-current]", rows);
    if (at) rows.scrollTop = at.offsetTop - rows.offsetTop - 80;
  };
  document.addEventListener("click", (event) => {
    const fold = event.target.closest("[data-fold-strip]");
    if (!fold) return;
    const open = $(".case").classList.toggle("with-strip");
    document.cookie = "strip=" + Number(open) + ";path=/;max-age=31536000;samesite=lax";
    fold.setAttribute("aria-expanded", open); fill();
  });
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.elt.id === "main") { beat(); fill(); } });
  beat(); fill();
})();
