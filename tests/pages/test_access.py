"""Chapters and appendices as axe-core judges them, light and dark.

The audit does all pages, with menus open and charts live.
"""

from __future__ import annotations

import pytest

from tests.visits import PROSE_PAGES, Visit, complaints

#: One page of each way in which records are shown.
SAMPLE = [
    "book/records/index.html",
    "book/records/disputes.html",
    "book/records/observations-meetings.html",
    "book/records/sources-official-statistics.html",
    "search.html",
    "404.html",
]


@pytest.mark.parametrize("name", [*PROSE_PAGES, *SAMPLE])
def test_axe_finds_nothing_wrong(browser, address, name):
    with Visit(browser, address, name, bypass_csp=True, reduced_motion="reduce") as visit:
        assert complaints(visit.page) == []
        visit.page.emulate_media(color_scheme="dark")
        assert complaints(visit.page, ["color-contrast", "link-in-text-block"]) == []
