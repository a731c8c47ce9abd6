/* A figure in the prose leads to the code that computes it. Most browsers unfold the code by themselves; this helps the others. */
(() => {
  "use strict";
  const unfold = () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = place?.closest("details:not([open])");
    if (!folded) return;
    folded.open = true;
    place.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
