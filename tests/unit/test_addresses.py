"""Addresses of headings: from their words, in any script, and the old ones as they were."""

from __future__ import annotations

import re

import pytest
from docutils import nodes

from tests.conftest import ROOT
from unsigned_peace.publishing.frame.redirects import PUBLISHED, published
from unsigned_peace.publishing.html import addresses


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("What we know, and what we do not", "what-we-know-and-what-we-do-not"),
        ("Kōno and Brüning", "kono-and-bruning"),
        ("国後島と択捉島", "国後島と択捉島"),
        ("Путин, 2018 год", "путин-2018-год"),
        ("The name 国後, in kanji", "the-name-国後-in-kanji"),
        ("ｋｕｒｉｌ", "kuril"),
        ("1956", "1956"),
        ("—", ""),
    ],
)
def test_an_address_has_the_words_of_its_heading(words, address):
    assert addresses.make_id(words) == address


def test_what_was_published_keeps_its_address():
    latin = re.compile(r"[a-z](-?[a-z0-9]+)*")
    places = {place for each in published(ROOT / PUBLISHED).values() for place in each}
    ours = [place for place in places if latin.fullmatch(place)]
    assert len(ours) > 500
    assert all(addresses.make_id(place) == place for place in ours)


def test_sphinx_uses_them():
    """Pages are read with this in docutils' place (the small book shows it)."""
    before = nodes.make_id
    try:
        addresses.setup(None)
        assert nodes.make_id("国後島") == "国後島"
    finally:
        nodes.make_id = before
