/* Charts are on the page as drawings. This makes one interactive when a reader comes to it. */
(() => {
  "use strict";
  const narrow = window.matchMedia("(max-width: 640px)");
  const root = document.documentElement;
  const base = new URL(".", document.currentScript.src);
  const palette = /* PALETTE */ {}; // light colour -> CSS variable; written in while the book is built
  let bundle;

  const loadBundle = () =>
    (bundle ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL("vega.js", base);
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    }));

  const json = (figure, kind) => JSON.parse(figure.querySelector(`script.${kind}`).textContent);

  /* The page's own colours: each light colour of the palette gives way to what its variable is now. */
  const recolour = (specification) => {
    const style = getComputedStyle(root);
    let text = JSON.stringify(specification);
    for (const [light, name] of Object.entries(palette)) {
      text = text.replaceAll(`"${light}"`, JSON.stringify(style.getPropertyValue(name).trim()));
    }
    return JSON.parse(text);
  };

  const change = (specification, changes) => {
    for (const [path, value] of changes) {
      let place = specification;
      for (const step of path.slice(0, -1)) place = place[step] ??= {};
      place[path.at(-1)] = value;
    }
    return specification;
  };

  const draw = async (figure) => {
    const drawing = figure.querySelector(".drawing");
    await loadBundle();
    let specification = json(figure, "chart-specification");
    if (narrow.matches) specification = change(specification, json(figure, "chart-narrow"));
    const live = document.createElement("div");
    live.className = "drawing-live";
    const result = await window.vegaEmbed(live, recolour(specification), { actions: false, renderer: "svg", tooltip: true });
    figure.vegaView?.finalize();
    figure.vegaView = result.view;
    for (const node of live.querySelectorAll("svg")) node.setAttribute("aria-hidden", "true");
    drawing.querySelector(".drawing-live")?.remove();
    drawing.append(live);
    drawing.classList.add("is-live");
  };

  const wake = (figure) => (figure.awake ??= draw(figure).catch(() => { figure.awake = undefined; }));
  const figures = [...document.querySelectorAll("figure.chart")];
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      wake(entry.target);
    }
  });
  for (const figure of figures) {
    for (const sign of ["pointerenter", "touchstart", "focusin"]) {
      figure.querySelector(".drawing").addEventListener(sign, () => wake(figure), { once: true, passive: true });
    }
    if (figure.querySelector(".drawing[data-controls]")) seen.observe(figure);
  }
  const redraw = () => { for (const figure of figures) if (figure.awake) draw(figure); };
  new MutationObserver(redraw).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  narrow.addEventListener("change", redraw);
})();
