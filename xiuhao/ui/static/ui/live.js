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
