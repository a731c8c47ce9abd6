"""Every page as axe-core judges it.

Light and dark, wide and narrow, everything unfolded, charts live, menus open.
"""

from __future__ import annotations

import pytest

from tests.visits import PAGES, Visit, complaints

_UNFOLD = "document.querySelectorAll('details').forEach(details => details.open = true)"


def _wake_charts(visit: Visit) -> None:
    for figure in visit.page.locator("figure.chart").all():
        figure.locator(".drawing").scroll_into_view_if_needed()
        figure.locator(".drawing").hover()
        figure.locator(".drawing-live svg").first.wait_for(timeout=20000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", [page for page in PAGES if page != "index.html"]
)  # that one leads on at once
def test_axe_finds_nothing_wrong_with_everything_open(browser, address, name, scheme):
    options = {"color_scheme": scheme, "bypass_csp": True, "reduced_motion": "reduce"}
    with Visit(browser, address, name, **options) as visit:
        _wake_charts(visit)
        visit.page.evaluate(_UNFOLD)
        assert complaints(visit.page) == []
    with Visit(browser, address, name, viewport={"width": 360, "height": 800}, **options) as visit:
        assert complaints(visit.page) == []
        for button in visit.page.locator("button[popovertarget]:visible").all():
            button.click()
            assert complaints(visit.page) == []
            visit.page.keyboard.press("Escape")
