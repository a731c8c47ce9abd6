/* On a page that leads on: to where the very place went that the address names. Without scripts its links do. */
(() => {
  "use strict";
  const place = decodeURIComponent(location.hash.slice(1));
  const moved = place && document.getElementById(place);
  const page = document.querySelector("a");
  location.replace(moved ? moved.querySelector("a").href : page.hash ? page.href : page.href + location.hash);
})();
