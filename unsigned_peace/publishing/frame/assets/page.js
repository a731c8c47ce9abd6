/* On every page, before it is drawn: the reader's choice of theme; then the place in the contents, and buttons that copy code. */
(() => {
  "use strict";
  const root = document.documentElement;
  const themes = ["automatic", "light", "dark"];
  const kept = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const keep = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* a reader who keeps nothing */ } };
  const show = (theme) => { if (theme === "automatic") delete root.dataset.theme; else root.dataset.theme = theme; };
  let theme = themes.includes(kept()) ? kept() : "automatic";
  show(theme);

  const offerThemes = () => {
    const button = document.getElementById("theme");
    const name = button.querySelector(".theme-name > span");
    name.textContent = theme;
    button.hidden = false;
    button.addEventListener("click", () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      name.textContent = theme;
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

  document.addEventListener("DOMContentLoaded", () => { offerThemes(); showPlaceInContents(); closeMenus(); offerCopies(); });
})();
