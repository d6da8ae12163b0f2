/* Others' changes: a bar says how many, nothing moves by itself, nothing that is being typed is touched. */
"use strict";
(() => {
  const { $, $$, words } = window.desk;
  let source = null, heard = 0, own = 0, poll = 0;
  const ours = () => $("#main")?.dataset.live?.split(",")[0]; // the page's; what follows it is for others
  const topics = () => [$("#main")?.dataset.live, $("#bell") && document.body.dataset.account && "account:" + document.body.dataset.account].filter(Boolean);
  const busy = () => !!document.activeElement?.closest("#main :is(input, textarea, select)") || !!$("form[data-dirty]") || !!$("#dialog[open]");

  const show = () => {
    const main = $("#main");
    if (!main?.dataset.live || !heard) return;
    let bar = $("#fresh");
    if (!bar) {
      bar = document.createElement("div"); bar.id = "fresh"; bar.className = "fresh"; bar.setAttribute("role", "status");
      const look = document.createElement("button"); look.type = "button"; look.addEventListener("click", fetchAgain);
      bar.append(look); main.prepend(bar);
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
    if (!changed.includes(ours()) || Date.now() - own < 3000) return;
    heard += 1; show();
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
  const asking = () => { // no stream: ask for the page itself now and then, while nobody types
    if (document.hidden || busy() || !$("#rows")) return;
    const before = $$("#rows [data-row]").map((row) => row.dataset.row).join();
    fetch(location.href, { headers: { "HX-Request": "true" } }).then((a) => a.ok ? a.text() : "").then((html) => {
      const now = [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("#rows [data-row]")].map((row) => row.dataset.row).join();
      if (html && now !== before) { heard = Math.max(1, heard); show(); }
    }).catch(() => {});
  };
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.requestConfig?.verb === "post") own = Date.now(); });
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.elt.id === "main") { heard = 0; listen(); strips(); } });
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
