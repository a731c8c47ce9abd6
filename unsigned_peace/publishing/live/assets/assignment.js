/* On the page of an assignment: keeps the essay in this browser, and saves all answers as a notebook. */
(() => {
  "use strict";
  const { chapter } = document.currentScript.dataset;
  const base = new URL(".", document.currentScript.src).href;
  const save = document.querySelector(".run-save");
  const shelf = `unsigned-peace-essay:${chapter}`;
  const kept = (name) => { try { return JSON.parse(localStorage.getItem(name)) ?? {}; } catch { return {}; } };
  const essays = [...document.querySelectorAll(".run-essay")];
  for (const essay of essays) {
    const text = kept(shelf)[essay.dataset.cell];
    if (typeof text === "string") essay.value = text;
    essay.addEventListener("input", () => {
      try { localStorage.setItem(shelf, JSON.stringify({ ...kept(shelf), [essay.dataset.cell]: essay.value })); } catch { /* a reader who keeps nothing */ }
    });
  }
  if (!location.protocol.startsWith("http")) return;
  save.hidden = false;
  save.querySelector("button").addEventListener("click", async () => {
    const status = save.querySelector("[role=status]");
    try {
      const notebook = await (await fetch(`${base}chapters/${chapter}.ipynb`)).json();
      const typed = kept(`unsigned-peace-cells:${chapter}`);
      const code = notebook.cells.filter((cell) => cell.cell_type === "code");
      const sources = window.unsignedPeaceOpened?.sources()
        ?? code.map((cell, index) => (typed[index]?.from === cell.source ? typed[index].text : cell.source));
      code.forEach((cell, index) => { if (!cell.metadata.nbgrader?.locked) cell.source = sources[index]; });
      for (const essay of essays) notebook.cells[Number(essay.dataset.cell)].source = essay.value;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([`${JSON.stringify(notebook, null, 1)}\n`], { type: "application/x-ipynb+json" }));
      link.download = `${save.dataset.assignment}.ipynb`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      status.textContent = `Saved as ${link.download}.`;
    } catch {
      status.textContent = "It could not be saved: the page no longer reaches its site. Your answers stay in this browser.";
    }
  });
})();
