/* Beside a case: who else has it open (a beat now and then, and whenever it changes), and the list that it was opened from. */
"use strict";
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
