/* On every page, before it is drawn: the reader's choice of theme; then the place in the contents and on the page, and buttons. */
(() => {
  "use strict";
  /* A text of this book's scripts in the language of the page, with values in its braces; English where no other is given. */
  const say = window.unsignedPeaceSay = (text, values = {}) => (window.unsignedPeaceInterface?.[text] ?? text).replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
  const root = document.documentElement;
  const themes = ["automatic", "light", "dark"];
  const kept = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const keep = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* a reader who keeps nothing */ } };
  const show = (theme) => { if (theme === "automatic") delete root.dataset.theme; else root.dataset.theme = theme; };
  let theme = themes.includes(kept()) ? kept() : "automatic";
  show(theme);
  /* To a page from a disk a browser gives no font ahead: there they are shown when they have come. */
  if (location.protocol === "file:") for (const face of document.fonts) face.display = "swap";

  const offerThemes = () => {
    const button = document.getElementById("theme");
    const name = button.querySelector(".theme-name > span");
    name.textContent = say(theme);
    button.hidden = false;
    button.addEventListener("click", () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      name.textContent = say(theme);
      show(theme);
      keep(theme);
    });
  };

  const showPlaceInContents = () => {
    const contents = document.getElementById("contents");
    const here = contents.querySelector("[aria-current]");
    const bringIntoView = () => {
      const below = here.getBoundingClientRect().bottom - contents.getBoundingClientRect().bottom;
      if (below > 0) contents.scrollTop += below + contents.clientHeight / 2;
    };
    if (!here) return;
    bringIntoView();
    contents.addEventListener("toggle", bringIntoView); // where the contents open on demand
  };

  /* In both lists of a page's headings: the section that is being read. */
  const markSection = () => {
    const links = new Map();
    for (const link of document.querySelectorAll("#contents .sections a, #on-this-page a")) {
      const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (section) links.set(section, [...(links.get(section) ?? []), link]);
    }
    let marked = [];
    let waiting = false;
    const update = () => {
      waiting = false;
      // the line above which one reads: a quarter down, and at the page's end at its foot
      const rest = scrollY > 0 ? document.documentElement.scrollHeight - scrollY - innerHeight : innerHeight;
      const line = Math.max(innerHeight / 4, innerHeight - rest);
      let here = [];
      for (const [section, its] of links) if (section.getBoundingClientRect().top < line) here = its;
      if (here === marked) return;
      for (const link of marked) link.removeAttribute("aria-current");
      for (const link of here) link.setAttribute("aria-current", "location");
      marked = here;
    };
    const soon = () => { if (!waiting) { waiting = true; requestAnimationFrame(update); } };
    if (links.size === 0) return;
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    update();
  };

  /* Paper needs no button where there are no scripts: there the browser's own menu prints. */
  const offerPrint = () => {
    const line = document.querySelector("p.launch");
    if (!line) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = say("Print");
    button.addEventListener("click", () => print());
    line.append(" · ", button);
  };

  /* A sheet says where it is from. */
  const printAddress = () => {
    const foot = document.querySelector(".colophon");
    if (foot && /^https?:/.test(location.protocol)) addEventListener("beforeprint", () => { foot.dataset.address = location.href.split("#")[0]; });
  };

  /* Boxes print open, in browsers too that cannot be told so by the style. */
  const printBoxesOpen = () => {
    let closed = [];
    addEventListener("beforeprint", () => {
      closed = [...document.querySelectorAll("details:is(.sd-dropdown, .answer, .more-rows):not([open])")];
      for (const box of closed) box.open = true;
    });
    addEventListener("afterprint", () => { for (const box of closed) box.open = false; });
  };

  /* A menu that lies over the page goes once it has led somewhere on it. */
  const closeMenus = () => {
    for (const menu of document.querySelectorAll("nav[popover]")) {
      menu.addEventListener("click", (event) => {
        if (event.target.closest("a") && menu.matches(":popover-open")) menu.hidePopover();
      });
    }
  };

  const offerCopies = () => {
    if (!navigator.clipboard) return; // browsers give it only to pages that came safely
    for (const code of document.querySelectorAll("div.highlight > pre")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copybtn";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = "Copy"; }, 2000);
      });
      code.after(button);
    }
  };

  /* One switch for all folded code of a page, in the line that says how to run it. */
  const offerAllCode = () => {
    const folds = [...document.querySelectorAll("details.folded")];
    const line = document.querySelector("p.launch");
    if (!line || folds.length < 2) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet all-code";
    const name = () => { button.textContent = folds.every((fold) => fold.open) ? "Hide all code" : "Show all code"; };
    button.addEventListener("click", () => {
      const open = !folds.every((fold) => fold.open);
      for (const fold of folds) fold.open = open;
      name();
    });
    for (const fold of folds) fold.addEventListener("toggle", name);
    name();
    line.prepend(button, " · ");
  };

  document.addEventListener("DOMContentLoaded", () => {
    offerThemes(); showPlaceInContents(); markSection(); closeMenus(); offerCopies(); offerAllCode(); offerPrint(); printBoxesOpen(); printAddress();
  });
})();
