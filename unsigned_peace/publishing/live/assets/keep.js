/* In a frame of a page whose cells have run: has this browser keep what such a visit needs.
   A frame of its own, since its policy lets a script of the site be a worker, and that of the page must not. */
(async () => {
  "use strict";
  const { serviceWorker } = navigator;
  if (!serviceWorker || parent === self) return;
  const root = new URL("../../../", location.href);
  await serviceWorker.register(new URL("offline.js", root), { scope: root.pathname, updateViaCache: "none" });
  const { active } = await serviceWorker.ready;
  const read = parent.performance.getEntriesByType("resource").map(({ name }) => name);
  const runs = ["worker.js", "pyodide.js", "pyodide.asm.js", "manifest.json"].map((name) => new URL(name, location.href).href);
  active.postMessage([parent.location.href.split("#")[0], ...read, ...runs]);
})().catch(() => { /* without it, the next visit needs a network */ });
