/* The page for a wrong address may be served from any folder: if the book's style is not where the page looks for it, its links start from the nearest folder above that has it. */
(async () => {
  "use strict";
  const base = document.querySelector("base");
  const style = "_static/unsigned-peace/book.css";
  const has = async (root) => { try { return (await fetch(root + style, { method: "HEAD" })).ok; } catch { return false; } };
  if (await has(base.href)) return;
  const folders = location.pathname.split("/").slice(1, -1);
  for (let depth = folders.length; depth >= 0; depth -= 1) {
    const root = [location.origin, ...folders.slice(0, depth), ""].join("/");
    if (!await has(root)) continue;
    base.href = root;
    for (const file of document.querySelectorAll("link[rel=stylesheet], link[rel=icon]")) file.href = root + file.getAttribute("href");
    return;
  }
})();
