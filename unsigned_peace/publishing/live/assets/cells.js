/* The cells of a page as a reader runs and changes them: an editor each, one Python for all of them.
   Loaded at the first press. What is shown is made of text, never of a reader's HTML. */
"use strict";
window.unsignedPeaceCells = async ({ base, chapter }) => {
  const made = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const button = (text, press) => {
    const element = made("button", { type: "button", textContent: text });
    element.addEventListener("click", press);
    return element;
  };
  const answer = await fetch(`${base}chapters/${chapter}.json`, { cache: "no-cache" });
  if (!answer.ok) throw new Error(answer.url);
  const book = await answer.json();
  if (document.querySelector(".of-your-own")) book.push(""); // a reader's own cell comes last
  document.head.append(made("link", { rel: "stylesheet", href: `${base}live.css` }));

  /* What was typed is kept in this browser, with the book's version that it was made from. */
  const shelf = `unsigned-peace-cells:${chapter}`;
  const store = {
    read() { try { return JSON.parse(localStorage.getItem(shelf)) ?? {}; } catch { return {}; } },
    write(kept) {
      try {
        if (Object.keys(kept).length) localStorage.setItem(shelf, JSON.stringify(kept));
        else localStorage.removeItem(shelf);
        return true;
      } catch { return false; }
    },
    get(index) {
      const kept = this.read()[index];
      return kept && kept.from === book[index] && typeof kept.text === "string" ? kept.text : null;
    },
    set(index, text) {
      const kept = this.read();
      if (text === book[index]) delete kept[index]; else kept[index] = { from: book[index], text };
      return this.write(kept);
    },
  };
  const sources = book.map((source, index) => store.get(index) ?? source);

  /* Python ------------------------------------------------------------------------------------ */
  let worker;
  let ready = false;
  let current; // the cell whose run is awaited

  const boot = () => {
    ready = false;
    /* From a blob, since only so the page's policy holds in the worker as well. */
    const from = URL.createObjectURL(new Blob([`importScripts(${JSON.stringify(`${base}worker.js`)});`], { type: "text/javascript" }));
    worker = new Worker(from);
    const mine = worker;
    worker.addEventListener("message", ({ data }) => { if (mine === worker) heard(data); });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (mine === worker) heard({ kind: "failed", reason: event.message ?? "", fatal: true });
    });
    worker.postMessage({ kind: "start", base, chapter });
    worker.addEventListener("message", () => URL.revokeObjectURL(from), { once: true });
  };
  const end = () => { worker?.terminate(); worker = undefined; ready = false; };

  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  let said = 0;
  const heard = (message) => {
    const cell = current;
    if (message.kind === "ready") ready = true;
    if (message.kind === "loading" && cell) {
      const { loaded, total } = message;
      cell.progress.hidden = total === 0;
      cell.progress.max = total || 1;
      cell.progress.value = loaded;
      const text = total ? `Loading Python and its packages: ${megabytes(loaded)} of ${megabytes(total)} MB` : "Starting Python";
      cell.note.textContent = text;
      /* Read out at every quarter, not at every packet. */
      const quarter = total ? Math.floor((4 * loaded) / total) : 0;
      if (said !== quarter || loaded === 0) { said = quarter; cell.say(text); }
    }
    if (message.kind === "starting" && cell) { cell.progress.hidden = true; cell.say("Starting Python"); }
    if (message.kind === "running" && cell) {
      cell.progress.hidden = true;
      const { number, of } = message.content;
      cell.say(of === 1 ? "Running" : number < of ? `Running what this cell needs: ${number} of ${of - 1}` : "Running this cell");
    }
    if (message.kind === "ran" && cell) {
      current = undefined;
      cell.ended(message.content);
    }
    if (message.kind === "failed") {
      const loadedOnce = ready;
      if (message.fatal) end();
      if (!cell) return;
      current = undefined;
      cell.failed(loadedOnce
        ? "Python broke down, perhaps for want of memory. Run the cell again: it starts afresh."
        : "Python could not be loaded. Is there a network? Run the cell again to go on where it broke off.", message.reason);
    }
  };

  /* What a run gives --------------------------------------------------------------------------- */

  /* A table's HTML as rows and heads alone: nothing else of it reaches the page. */
  const copied = (html) => {
    /* The page's policy refuses styles in HTML, and says so for each. */
    const bare = html.replace(/<style[\s\S]*?<\/style>/g, "").replace(/ style="[^"]*"/g, "");
    const read = new DOMParser().parseFromString(bare, "text/html");
    const table = read.querySelector("table");
    if (!table) return null;
    const copy = made("table");
    const size = read.querySelector("p");
    for (const part of ["thead", "tbody"]) {
      const group = made(part);
      for (const row of table.querySelectorAll(`${part} tr`)) {
        const line = made("tr");
        for (const cell of row.children) {
          const text = cell.textContent.trim();
          const head = cell.tagName === "TH" && (part === "tbody" || text);
          const target = made(head ? "th" : "td", { textContent: text });
          if (head) target.scope = part === "thead" ? "col" : "row";
          if (cell.colSpan > 1) target.colSpan = cell.colSpan;
          if (cell.rowSpan > 1) target.rowSpan = cell.rowSpan;
          line.append(target);
        }
        group.append(line);
      }
      copy.append(group);
    }
    joinHeads(copy);
    return [copy, size];
  };
  /* pandas writes the index's name into a row of its own. */
  const joinHeads = (table) => {
    const [columns, index, more] = [...table.tHead?.rows ?? []];
    if (!index || more || columns.cells.length !== index.cells.length) return;
    const texts = (row) => [...row.cells].map((cell) => cell.textContent);
    if (texts(columns).slice(1).some((text, at) => text && texts(index)[at + 1])) return;
    texts(index).forEach((text, at) => {
      if (!text) return;
      const name = columns.cells[0].textContent;
      const head = made("th", { textContent: at === 0 && name ? `${text} / ${name}` : text, scope: "col" });
      columns.cells[at].replaceWith(head);
    });
    index.remove();
  };
  const scrolls = (label, ...children) => {
    const box = made("div", { className: "scrolls", tabIndex: 0 }, ...children);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", label);
    return box;
  };

  let counted = 0;
  const shownChart = async (chart) => {
    const figure = made("figure", { className: "exhibit chart", id: `run-${counted += 1}` });
    const heading = made("figcaption");
    for (const part of ["title", "subtitle", "caution"]) {
      if (chart[part]) heading.append(made("p", { className: `exhibit-${part}`, textContent: chart[part] }));
    }
    const drawing = made("div", { className: "drawing" });
    figure.append(heading);
    if (chart.description) figure.append(made("p", { className: "visually-hidden", textContent: `Chart: ${chart.description}` }));
    figure.append(drawing);
    figure.draw = async () => {
      if (!window.unsignedPeaceShow) await script(new URL("../charts.js", base).href);
      await window.unsignedPeaceShow(figure, { specification: JSON.parse(chart.specification), changes: chart.changes });
    };
    return figure;
  };
  const script = (address) => new Promise((resolve, reject) => {
    document.head.append(made("script", { src: address, onload: resolve, onerror: reject }));
  });

  const shownTable = ({ card, columns, rows }) => {
    const figure = made("figure", { className: "exhibit" });
    figure.append(made("figcaption", {}, made("p", { className: "exhibit-title", textContent: card.title })));
    const table = made("table", {},
      made("thead", {}, made("tr", {}, ...columns.map((text) => made("th", { textContent: text, scope: "col" })))),
      made("tbody", {}, ...rows.map((row) => made("tr", {}, ...row.map((text) => made("td", { textContent: text, className: text.length > 60 ? "long" : "" }))))));
    const box = scrolls(`Table: ${card.title}`, table);
    if (rows.length > 12) box.classList.add("tall");
    figure.append(box);
    return figure;
  };

  const shown = async (output) => {
    if (output.output_type === "stream") return scrolls(output.name === "stderr" ? "Warnings" : "Printed text", made("pre", { className: output.name, textContent: output.text }));
    if (output.chart) return shownChart(output.chart);
    const table = output.data["application/vnd.unsigned-peace.table+json"];
    if (table) return shownTable(table);
    const frame = output.data["text/html"]?.includes('class="dataframe"') && copied(output.data["text/html"]);
    if (frame) {
      const [copy, size] = frame;
      const box = scrolls("Output: a data frame", copy);
      box.classList.add("frame");
      if (size) box.append(made("p", { className: "frame-size", textContent: size.textContent }));
      return box;
    }
    return scrolls("Output", made("pre", { textContent: output.data["text/plain"] ?? "" }));
  };

  /* A cell with its editor ---------------------------------------------------------------------- */
  /* A reader's own cell may stand above cells that end the page, and still comes last. */
  const own = document.querySelector(".of-your-own");
  const inputs = [...document.querySelectorAll(".cell_input:not(.of-your-own)"), ...(own ? [own] : [])];
  const text = (input) => input.querySelector("pre").textContent.trim();
  /* A page may show cells in another order than they run in; of the same code twice, the first stands first. */
  const places = new Map();
  book.forEach((source, index) => places.set(source.trim(), [...(places.get(source.trim()) ?? []), index]));
  const indexOf = new Map(inputs.map((input) => [input, places.get(text(input))?.shift()]));
  const cells = new Map();

  class Cell {
    constructor(input, index) {
      this.input = input;
      this.index = index;
      this.number = inputs.indexOf(input) + 1;
      this.code = input.querySelector(".highlight");
      this.editor = made("textarea", { className: "run-editor", value: sources[index], spellcheck: false });
      for (const name of ["autocapitalize", "autocomplete", "autocorrect"]) this.editor.setAttribute(name, "off");
      this.own = input === own;
      this.named = this.own ? "Your own cell" : `Cell ${this.number}`;
      this.editor.setAttribute("aria-label", this.own ? "Code of your own. Control and Enter run it." : `Code of cell ${this.number}. Control and Enter run it.`);
      if (this.own) this.editor.placeholder = "Names that the cells above make are there: type one, then Control and Enter.";
      this.editor.readOnly = "locked" in input.dataset;
      this.grow();
      this.run = button(input === own ? "Run" : "Run again", () => this.start());
      this.stop = button("Stop", () => this.halt());
      this.back = button("Back to the book's version", () => this.restore());
      this.afresh = button("Start afresh", () => startAfresh());
      this.afresh.title = "All cells of this page as the book has them, and nothing of what was run";
      this.progress = made("progress", { hidden: true, max: 1, value: 0 });
      this.progress.setAttribute("aria-label", "Loading");
      this.note = made("span", { className: "run-note" });
      this.note.setAttribute("aria-hidden", "true");
      this.status = made("span", { className: "visually-hidden" });
      this.status.setAttribute("role", "status");
      this.result = made("div", { className: "run-result", hidden: true });
      this.tools = made("div", { className: "run-tools" }, this.run, this.stop, this.back, this.afresh, this.progress, this.note, this.status);
      this.tools.setAttribute("role", "group");
      this.tools.setAttribute("aria-label", this.named);
      this.back.hidden = this.own;
      this.editor.addEventListener("input", () => this.typed());
      this.editor.addEventListener("keydown", (event) => this.pressed(event));
      this.code.hidden = true;
      input.querySelector(".run-here")?.remove();
      input.append(this.editor, this.tools);
      this.place();
      this.state(false);
    }

    /* In place: what this cell shows in the book makes room for what it shows now. */
    place() {
      const foot = this.input.closest("figure.exhibit > .exhibit-foot");
      const last = foot && [...foot.querySelectorAll(".cell_input")].at(-1) === this.input;
      if (last) {
        foot.querySelector(":scope > .run-here")?.remove();
        foot.before(this.result);
        this.books = [...foot.parentElement.children].filter((child) => child !== foot && child !== this.result);
      } else {
        const output = foot ? null : this.input.closest(".cell")?.querySelector(":scope > .cell_output");
        if (output) output.before(this.result); else this.input.append(this.result);
        this.books = output ? [output] : [];
      }
    }

    grow() {
      this.editor.rows = Math.max(2, this.editor.value.split("\n").length);
    }

    state(running) {
      this.run.disabled = running;
      this.stop.disabled = !running;
      this.back.disabled = running || (this.editor.value === book[this.index] && this.result.hidden);
    }

    say(words) { this.note.textContent = words; this.status.textContent = words; }

    typed() {
      sources[this.index] = this.editor.value;
      this.grow();
      const kept = store.set(this.index, this.editor.value);
      if (!kept && !this.warned) { this.warned = true; this.say("This browser keeps nothing: what you type is gone when you leave."); }
      this.state(current === this);
    }

    pressed(event) {
      if (event.key !== "Enter" || event.isComposing) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey) {
        event.preventDefault();
        if (!this.run.disabled) this.start();
      } else {
        /* A new line begins where the last one did; after a colon, one step further in. */
        const before = this.editor.value.slice(0, this.editor.selectionStart).split("\n").at(-1);
        const indent = before.match(/^ */)[0] + (/:\s*$/.test(before) ? "    " : "");
        if (!indent) return;
        event.preventDefault();
        this.editor.setRangeText(`\n${indent}`, this.editor.selectionStart, this.editor.selectionEnd, "end");
        this.typed();
      }
    }

    start() {
      if (current) { this.say(`${current.named} is still running.`); return; }
      current = this;
      this.began = performance.now();
      this.state(true);
      this.say(ready ? "Running" : "Starting Python");
      said = 0;
      if (!worker) boot();
      worker.postMessage({ kind: "run", sources: [...sources], cell: this.index });
    }

    halt() {
      end();
      current = undefined;
      this.progress.hidden = true;
      this.state(false);
      this.say("Stopped. Python starts again for the next run.");
      this.run.focus();
      boot();
    }

    async ended({ outputs, error }) {
      const children = await Promise.all(outputs.map(shown));
      if (error) children.push(this.problem(error));
      this.show(children);
      for (const child of children) await child.draw?.().catch(() => { child.append(made("p", { textContent: "This chart cannot be drawn." })); });
      const seconds = ((performance.now() - this.began) / 1000).toFixed(1);
      this.state(false);
      this.say(error ? `${error.last}` : children.length ? `Done in ${seconds} seconds: the result is ${this.books.length && this.input.closest(".exhibit-foot") ? "above" : "below"}.` : this.input.dataset.locked || `Done in ${seconds} seconds. This cell shows nothing by itself.`);
      this.input.dispatchEvent(new CustomEvent("unsigned-peace-ran", { bubbles: true, detail: { index: this.index, outputs, error } }));
    }

    failed(words, reason) {
      this.progress.hidden = true;
      this.state(false);
      this.say(words);
      this.input.dispatchEvent(new CustomEvent("unsigned-peace-ran", { bubbles: true, detail: { index: this.index, outputs: [], error: { last: words, reason } } }));
    }

    show(children) {
      this.result.replaceChildren(...children);
      this.result.hidden = children.length === 0;
      for (const element of this.books) element.hidden = children.length > 0;
    }

    problem({ last, cell, line, code }) {
      const where = cell === this.index
        ? (line ? `In line ${line} of this cell:` : "In this cell.")
        : `In an earlier cell, which this one needs${line ? `, line ${line}:` : "."}`;
      const box = made("div", { className: "run-error" }, made("p", {}, made("strong", { textContent: last })), made("p", { textContent: where }));
      if (code) box.append(made("pre", { textContent: code, tabIndex: 0 }));
      return box;
    }

    restore() {
      sources[this.index] = this.editor.value = book[this.index];
      store.set(this.index, book[this.index]);
      this.show([]);
      this.grow();
      this.state(false);
      this.say("This is the book's version.");
      this.run.focus();
    }
  }

  const startAfresh = () => {
    if (Object.keys(store.read()).length && !confirm("Everything that you changed on this page goes back to what it was.")) return;
    if (current) { const cell = current; end(); current = undefined; cell.progress.hidden = true; boot(); }
    else worker?.postMessage({ kind: "afresh" });
    store.write({});
    book.forEach((source, index) => { sources[index] = source; });
    for (const cell of cells.values()) {
      cell.editor.value = book[cell.index];
      cell.show([]);
      cell.grow();
      cell.state(false);
      cell.say("");
    }
    [...cells.values()].find((cell) => cell.tools.contains(document.activeElement))?.say("Everything is as the book has it.");
  };

  const open = (input) => {
    const index = indexOf.get(input);
    for (let fold = input.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (!cells.has(index)) cells.set(index, new Cell(input, index));
    const cell = cells.get(index);
    cell.editor.focus({ preventScroll: true });
    cell.editor.scrollIntoView({ block: "nearest" });
    if (!current && sources[index].trim()) cell.start();
  };
  return { open, sources: () => [...sources] };
};
