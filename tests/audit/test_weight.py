"""How heavy every page is when it is first opened, compressed as a web host sends it."""

from __future__ import annotations

from tests.serving import compressed
from tests.visits import PAGES, SITE, Visit


def test_what_a_reader_loads_first(browser, address, figure):
    """The weight of each page with all that it loads unasked; the heaviest is printed."""
    weights = {}
    for name in PAGES:
        with Visit(browser, address, name) as visit:
            visit.page.wait_for_load_state("networkidle")
            paths = {url.removeprefix(f"{address}/").split("?")[0] for url in visit.requested}
        weights[name] = sum(len(compressed(SITE / path)) for path in paths)
    heaviest = max(weights, key=weights.get)
    figure("heaviest first load", f"{heaviest}, {weights[heaviest] / 1000:.0f} kB gzip")
