/* A figure in the prose leads to the code that computes it, and from there back to the sentence that one came from.
   Most browsers unfold the code by themselves; this helps the others. */
(() => {
  "use strict";
  const cameFrom = {};
  const unfold = () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = place?.closest("details:not([open])");
    if (!folded) return;
    folded.open = true;
    place.scrollIntoView();
  };
  document.addEventListener("click", (event) => {
    const figure = event.target.closest("a.computed-figure");
    if (figure) cameFrom[figure.hash.replace("#computed-", "#figure-")] = figure;
    const back = event.target.closest("a.to-sentence");
    const sentence = back && cameFrom[back.hash];
    if (!sentence) return;
    event.preventDefault();
    sentence.focus({ preventScroll: true });
    sentence.scrollIntoView({ block: "center" });
  });
  addEventListener("hashchange", unfold);
  unfold();
})();
