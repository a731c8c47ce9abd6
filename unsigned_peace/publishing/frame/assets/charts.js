/* Charts are on the page as drawings. This makes one interactive when a reader comes to it. */
(() => {
  "use strict";
  const [narrow, page] = ["(max-width: 45rem)", "(min-width: 80rem)"].map((query) => window.matchMedia(query));
  const loading = {};

  /* A file as a script, once: unlike a request for data, it also works for a page opened from a disk. */
  const load = (address) =>
    (loading[address] ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => { delete loading[address]; script.remove(); reject(new Error(address)); };
      document.head.append(script);
    }));
  const base = new URL(".", document.currentScript.src);
  window.unsignedPeaceCharts = {};

  /* The only clock of the chart library, which is handed this in place of Date: its local time is UTC, as where the drawings are made. So days are read, reckoned with and written alike for a reader in any time zone. */
  class DateInUtc extends Date {
    constructor(...given) {
      if (given.length > 1) super(Date.UTC(...given));
      else if (typeof given[0] === "string") super(DateInUtc.parse(given[0]));
      else super(...given);
    }
    /* A day, or a text that names its zone, is read as it is; browsers take all else for local time. */
    static parse(text) {
      if (/^[+-]?\d+(?:-\d\d){0,2}$|(?:Z|GMT|UTC|[+-]\d\d:?\d\d)\)?$/i.test(text)) return Date.parse(text);
      return Date.parse(/\dT\d/.test(text) ? `${text}Z` : `${text} UTC`);
    }
    getTimezoneOffset() { return 0; }
  }
  for (const name of Object.getOwnPropertyNames(Date.prototype).filter((name) => /^[gs]etUTC/.test(name))) {
    DateInUtc.prototype[name.replace("UTC", "")] = Date.prototype[name];
  }
  window.unsignedPeaceDate = DateInUtc;

  const change = (specification, changes) => {
    for (const [path, value] of changes) {
      let place = specification;
      for (const step of path.slice(0, -1)) place = place[step] ??= {};
      place[path.at(-1)] = value;
    }
    return specification;
  };

  const draw = async (figure) => {
    const address = figure.querySelector(".drawing").dataset.chart;
    await Promise.all([load(new URL("vega.js", base).href), load(new URL(address, document.baseURI).href)]);
    await show(figure, window.unsignedPeaceCharts[decodeURIComponent(address.split("/").at(-1))]);
  };

  const show = async (figure, chart) => {
    const drawing = figure.querySelector(".drawing");
    await load(new URL("vega.js", base).href);
    const changes = chart.changes[narrow.matches ? "narrow" : page.matches && chart.changes.page ? "page" : "wide"];
    /* A legend whose words stand beside the buttons is for the drawing alone. */
    const specification = change(structuredClone(chart.specification), [...changes, ...(chart.live ?? [])]);
    const live = document.createElement("div");
    live.className = "drawing-live";
    const controls = document.createElement("div");
    controls.className = "vega-bindings";
    const place = document.createElement("div");
    live.append(controls, place);
    /* ast: expressions are interpreted, not compiled, so that the page may forbid eval. */
    const result = await window.vegaEmbed(place, specification, {
      bind: controls, actions: false, ast: true, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true },
    });
    /* Radio buttons of one name are one choice, in the whole page: each chart's get names of their own before they join it. */
    for (const input of controls.querySelectorAll("input[name]")) input.name = `${figure.id}-${input.name}`;
    figure.view?.finalize();
    figure.view = result.view;
    for (const node of live.querySelectorAll("svg")) node.setAttribute("aria-hidden", "true");
    drawing.querySelector(".drawing-live")?.remove();
    drawing.append(live);
    /* The controls take the place of the button that stood for them, and the focus if it had that. */
    const waited = document.activeElement?.matches(".drawing-wake") && drawing.contains(document.activeElement);
    drawing.classList.add("is-live");
    if (waited) controls.querySelector("input, select")?.focus();
  };

  /* For charts that a reader's own code makes. */
  window.unsignedPeaceShow = show;

  const wake = (figure) => (figure.awake ??= draw(figure).catch(() => { figure.awake = undefined; }));
  const figures = [...document.querySelectorAll("figure.chart")];
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      wake(entry.target.closest("figure"));
    }
  });
  for (const figure of figures) {
    const drawing = figure.querySelector(".drawing");
    for (const sign of ["pointerenter", "touchstart"]) {
      drawing.addEventListener(sign, () => wake(figure), { once: true, passive: true });
    }
    if (!("controls" in drawing.dataset)) continue;
    seen.observe(drawing);
    /* A reader who comes by keyboard before the controls are there finds a button in their place. */
    const button = document.createElement("button");
    button.type = "button";
    button.className = "drawing-wake";
    button.textContent = window.unsignedPeaceSay("Show the controls of this chart");
    button.addEventListener("click", () => wake(figure));
    drawing.prepend(button);
  }
  /* A finger that taps a mark reads it, as a pointer does that stands on it; a tap elsewhere puts that away. */
  let tapped;
  document.addEventListener("click", (event) => {
    tapped?.dispatchEvent(new PointerEvent("pointerout", { bubbles: true }));
    tapped = event.pointerType === "touch" && event.target.closest(".drawing-live svg") ? event.target : undefined;
    tapped?.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: event.clientX, clientY: event.clientY }));
  });
  for (const query of [narrow, page]) query.addEventListener("change", () => { for (const figure of figures) if (figure.awake) draw(figure); });
})();
