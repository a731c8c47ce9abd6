/* The filter of the timeline. Without scripts the form stays hidden and all events are there. */
(() => {
  "use strict";
  const { folded, of, pattern } = window.unsignedPeaceWords;
  const form = document.getElementById("timeline-filter");
  const events = [...document.querySelectorAll("#timeline li")].map((item) => ({
    item, kind: item.dataset.kind, year: Number(item.dataset.year), text: folded(item.textContent),
  }));
  const apply = () => {
    const kinds = new Set([...form.querySelectorAll("input[name=kind]:checked")].map((box) => box.value));
    const words = of(form.words.value).map(pattern);
    const first = Number(form.first.value), last = Number(form.last.value || form.last.max); // an emptied field sets no bound
    let shown = 0;
    for (const { item, kind, year, text } of events) {
      const fits = kinds.has(kind) && year >= first && year <= last && words.every((word) => text.search(word) >= 0);
      item.hidden = !fits;
      shown += fits;
    }
    for (const decade of document.querySelectorAll("#timeline .decade")) decade.hidden = !decade.querySelector("li:not([hidden])");
    const turned = first > last ? `: from ${first} to ${last} there is no year; exchange the two` : "";
    form.count.value = `${shown} of ${events.length} events${turned}`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (submission) => submission.preventDefault());
  form.hidden = false;
})();
