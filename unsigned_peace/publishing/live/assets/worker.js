/* Python of a page, beside the page: what it does never holds up reading.
   It is started from within the page, so that the page's policy holds here too: the site's own files and no other. */
"use strict";
(() => {
  const tell = (kind, content = {}) => self.postMessage({ kind, ...content });
  const asked = self.fetch.bind(self);
  let base;
  let manifest;
  let python;
  let kernel;
  let chapter;
  let kept;      // the browser's cache of the runtime, where it has one for pages like this
  let loaded = 0;
  let total = 0;

  const fileOf = (url) => manifest?.files[`${decodeURIComponent(url.slice(base.length)).split("?")[0]}.packed`]
    && decodeURIComponent(url.slice(base.length)).split("?")[0];

  /* One file of the runtime, from the cache or the site, unpacked by the browser. */
  const unpacked = async (name) => {
    const file = manifest.files[`${name}.packed`];
    const address = `${base}${encodeURIComponent(`${name}.packed`)}?${file.sha256.slice(0, 16)}`;
    let answer = await kept?.match(address);
    if (!answer) {
      answer = await asked(address, { cache: kept ? "no-store" : "default" });
      if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
      const content = await counted(answer);
      if (content.byteLength !== file.bytes) throw new Error(`${name}: it broke off`);
      answer = new Response(content);
      await kept?.put(address, answer.clone()).catch(() => {}); // no room: it is fetched again another time
    }
    const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    return new Response(answer.body.pipeThrough(new DecompressionStream("gzip")), { headers: { "Content-Type": type } });
  };

  const counted = async (answer) => {
    const parts = [];
    for (const reader = answer.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      loaded += value.byteLength;
      tell("loading", { loaded, total });
    }
    return new Blob(parts).arrayBuffer();
  };

  /* Pyodide asks for its files by their own names. */
  self.fetch = (request, options) => {
    const url = new URL(request.url ?? request, base ?? self.location.href).href;
    if (url === `${base}packages.json`) return Promise.resolve(new Response(JSON.stringify(manifest.lock)));
    const name = base && url.startsWith(base) && fileOf(url);
    return name ? unpacked(name) : asked(request, options);
  };

  const toLoad = async (packages) => {
    const names = [...(python ? [] : manifest.core), ...packages.map((name) => manifest.lock.packages[name].file_name)];
    for (const name of names) {
      const file = manifest.files[`${name}.packed`];
      if (file && !await kept?.match(`${base}${encodeURIComponent(`${name}.packed`)}?${file.sha256.slice(0, 16)}`)) total += file.bytes;
    }
  };

  const start = async (message) => {
    ({ base, chapter } = message);
    const answer = await asked(`${base}manifest.json`, { cache: "no-cache" }).catch(() => null);
    kept = self.isSecureContext && self.caches ? await caches.open("unsigned-peace-live").catch(() => null) : null;
    if (answer?.ok) {
      await kept?.put(`${base}manifest.json`, answer.clone()).catch(() => {});
      manifest = await answer.json();
    } else {
      const before = await kept?.match(`${base}manifest.json`);
      if (!before) throw new Error("manifest.json");
      manifest = await before.json();
    }
    const first = Object.keys(manifest.lock.packages).filter((name) => !manifest.onDemand.packages.includes(name));
    await toLoad(first);
    tell("loading", { loaded, total });
    importScripts(`${base}pyodide.js`);
    python = await loadPyodide({
      indexURL: base,
      lockFileURL: `${base}packages.json`,
      packages: first,
      env: { TZ: "UTC", LC_ALL: "C.UTF-8", LANG: "C.UTF-8", PYTHONHASHSEED: "0", HOME: "/home/pyodide" },
    });
    tell("starting");
    await takeOver();
    python.globals.set("_tell", (event, content) => tell(event, { content: JSON.parse(content) }));
    kernel = python.runPython(`
from unsigned_peace.in_page import kernel as _kernel
_kernel.prepare()
_kernel.Kernel(${JSON.stringify(chapter)}, _tell)
`);
    await forget();
    tell("ready");
  };

  /* Python compiles what it imports: that is kept as well, and the next start need not do it again. */
  const compiledFor = async () => {
    const whole = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(manifest.files)));
    const digest = [...new Uint8Array(whole).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return { digest, address: `${base}compiled?${digest}` };
  };
  let toGather = false;
  const takeOver = async () => {
    if (!kept) return;
    const { address } = await compiledFor();
    const compiled = python.pyimport("unsigned_peace.in_page.compiled");
    try {
      const before = await kept.match(address);
      const bytes = python.toPy(await new Response(before.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
      try { compiled.take_over(bytes); } finally { bytes.destroy(); }
    } catch { // there is none, or it is damaged
      compiled.write();
      toGather = true;
    }
    compiled.destroy();
  };
  const gather = async () => {
    if (!toGather) return;
    toGather = false;
    const compiled = python.pyimport("unsigned_peace.in_page.compiled");
    const bytes = compiled.gathered();
    const packed = new Response(bytes.toJs()).body.pipeThrough(new CompressionStream("gzip"));
    bytes.destroy();
    compiled.destroy();
    await kept.put((await compiledFor()).address, new Response(await new Response(packed).arrayBuffer())).catch(() => {});
  };

  /* Files of an earlier edition of the book leave the cache. */
  const forget = async () => {
    const current = new Set(Object.values(manifest.files).map((file) => file.sha256.slice(0, 16)));
    if (kept) current.add((await compiledFor()).digest);
    for (const request of await kept?.keys() ?? []) {
      const digest = new URL(request.url).search.slice(1);
      if (request.url.startsWith(base) && digest && !current.has(digest)) await kept.delete(request);
    }
  };

  /* What only some cells want is loaded when one of them is to run. */
  const demand = async (sources, cell) => {
    if (!manifest.onDemand.packages.length) return;
    const given = python.toPy(sources);
    const imports = kernel.imports(given, cell);
    const named = imports.toJs();
    imports.destroy();
    given.destroy();
    if (named.some((name) => manifest.onDemand.asked.includes(name.split(".")[0]) || manifest.onDemand.asked.includes(name))) await load(manifest.onDemand.packages);
  };
  const load = async (packages) => {
    const missing = packages.filter((name) => !(name in python.loadedPackages));
    if (!missing.length) return;
    await toLoad(missing);
    tell("loading", { loaded, total });
    await python.loadPackage(missing, { messageCallback: () => {}, errorCallback: () => {} });
    tell("starting");
  };

  let waiting = Promise.resolve();
  const one = async (message) => {
    try {
      if (message.kind === "start") await start(message);
      if (message.kind === "afresh") kernel.start_afresh();
      if (message.kind === "run") {
        await demand(message.sources, message.cell);
        const given = python.toPy(message.sources);
        try { kernel.run(given, message.cell); } finally { given.destroy(); }
        setTimeout(() => { waiting = waiting.then(gather).catch(() => {}); }, 1000); // the reader looks at the result first
      }
    } catch (error) {
      tell("failed", { reason: String(error?.message ?? error), fatal: !kernel || error?.name !== "PythonError" });
    }
  };
  self.onmessage = ({ data }) => { waiting = waiting.then(() => one(data)); };
})();
