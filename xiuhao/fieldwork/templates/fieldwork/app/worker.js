/* Keeps the app's own files for the time without a network. Data are not its business: they are in IndexedDB and outlive every version. */
"use strict";
const KEPT = "xiuhao-field-{{ version }}";
const FILES = [{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const LATER = /\/vendor\/zxing_reader/; // kept once it was asked for: a megabyte that most visits do not need

addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(KEPT);
  await cache.addAll(FILES);
  const shell = await fetch("/app/", { credentials: "same-origin", cache: "no-cache" });
  if (!shell.ok || shell.redirected) throw new Error("no shell");
  await cache.put("/app/", shell);
  if (!registration.active) await skipWaiting();
})()));
addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("xiuhao-field-") && name !== KEPT) await caches.delete(name);
  await clients.claim();
})()));
addEventListener("message", (event) => { if (event.data === "take over") skipWaiting(); });
addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/app/api/")) return;
  if (request.mode === "navigate" && url.pathname === "/app/") event.respondWith(kept("/app/", request));
  else if (FILES.includes(url.pathname) || LATER.test(url.pathname)) event.respondWith(kept(url.pathname, request));
});
async function kept(key, request) { // page and files of one version together, whatever has been deployed since
  const cache = await caches.open(KEPT), found = await cache.match(key);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && !answer.redirected) await cache.put(key, answer.clone());
  return answer;
}
