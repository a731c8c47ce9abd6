"""How heavy pages are when they are first opened, compressed as a web host sends them."""

from __future__ import annotations

from tests.visits import CHART_PAGES, PAGES, SITE, Visit


def test_what_a_reader_loads_first(browser, address, figure):
    """The heaviest page, and the heaviest with charts before and after one is interactive."""
    weights, letters = {}, {}
    for name in PAGES:
        with Visit(browser, address, name) as visit:
            visit.page.wait_for_load_state("networkidle")
            weights[name] = visit.weight()
            letters[name] = sum((SITE / font).stat().st_size for font in visit.fonts())
    heaviest, charts = max(weights, key=weights.get), max(CHART_PAGES, key=weights.get)
    with Visit(browser, address, charts) as visit:
        visit.page.locator("figure.chart .drawing").first.hover()
        visit.page.locator(".drawing-live svg").first.wait_for()
        live = visit.weight()
    longest = max(PAGES, key=lambda name: (SITE / name).stat().st_size)
    figure("heaviest first load", f"{heaviest}, {weights[heaviest] / 1000:.0f} kB gzip")
    figure(
        "heaviest first load of a page with charts",
        f"{charts}, {weights[charts] / 1000:.0f} kB gzip, "
        f"{live / 1000:.0f} kB with an interactive chart",
    )
    most = max(letters, key=letters.get)
    figure("most fonts with a first load", f"{most}, {letters[most] / 1000:.0f} kB")
    figure("longest page", f"{longest}, {(SITE / longest).stat().st_size / 1000:.0f} kB")
    assert weights[heaviest] <= 200_000 and live <= 550_000
