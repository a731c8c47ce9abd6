/* The filter of the timeline. Without scripts the form stays hidden and all events are there. */
(() => {
  "use strict";
  const form = document.getElementById("timeline-filter");
  const events = [...document.querySelectorAll("#timeline > li")].map((item) => ({
    item, kind: item.dataset.kind, year: Number(item.dataset.year), text: item.textContent.toLowerCase(),
  }));
  const apply = () => {
    const kinds = new Set([...form.querySelectorAll("input[name=kind]:checked")].map((box) => box.value));
    const words = form.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const first = Number(form.first.value), last = Number(form.last.value || form.last.max); // an emptied field sets no bound
    let shown = 0;
    for (const { item, kind, year, text } of events) {
      const fits = kinds.has(kind) && year >= first && year <= last && words.every((word) => text.includes(word));
      item.hidden = !fits;
      shown += fits;
    }
    form.count.value = `${shown} of ${events.length} events`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (submission) => submission.preventDefault());
  form.hidden = false;
})();
