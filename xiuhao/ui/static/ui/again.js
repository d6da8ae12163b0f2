/* The page of an outage sends what was typed again by itself: later and later, with the same key, so however often it arrives it is
   done once. A server that does not answer at all is waited for: to leave this page for an error of the browser would lose the text. */
"use strict";
(() => {
  const form = document.querySelector("form[data-again]"), line = form.querySelector("[data-wait]");
  const place = "again:" + form.dataset.again, MOST = 20, LONGEST = 30;
  const tries = Number(sessionStorage.getItem(place) ?? 0);
  const wait = (seconds) => {
    if (form.hasAttribute("data-sent")) return;
    line.textContent = line.dataset.wait.replace("{n}", seconds);
    setTimeout(() => (seconds > 1 ? wait(seconds - 1) : send()), 1000);
  };
  const send = async () => {
    const there = await fetch("/healthz", { cache: "no-store" }).then((answer) => answer.ok, () => false);
    if (!there) return wait(5);
    if (!form.hasAttribute("data-sent")) form.requestSubmit();
  };
  form.addEventListener("submit", (event) => {
    if (form.hasAttribute("data-sent")) return event.preventDefault();
    form.dataset.sent = "";
    sessionStorage.setItem(place, tries + 1);
    form.querySelector("button").setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) { delete form.dataset.sent; form.querySelector("button").removeAttribute("aria-busy"); } });
  if (tries < MOST) wait(Math.min(2 ** (tries + 1), LONGEST));
})();
