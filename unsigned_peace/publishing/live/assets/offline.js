/* For readers who ran cells in the page: what they have read of the book is there without a network too.
   With a network everything comes from the site, as if this were not here. The runtime has a cache of its own (worker.js). */
"use strict";
const SHELF = "unsigned-peace-offline";
const mine = (url) => url.startsWith(self.registration.scope) && !url.includes(".packed");

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil((async () => {
  const shelf = await caches.open(SHELF);
  await Promise.allSettled(event.data.filter(mine).map((url) => shelf.add(url)));
})()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !mine(request.url)) return;
  event.respondWith((async () => {
    const shelf = await caches.open(SHELF);
    try {
      const answer = await fetch(request);
      if (answer.status === 200) event.waitUntil(shelf.put(request, answer.clone()).catch(() => {})); // no room
      return answer;
    } catch (error) {
      const kept = await shelf.match(request, { ignoreVary: true });
      if (kept) return kept;
      throw error;
    }
  })());
});
