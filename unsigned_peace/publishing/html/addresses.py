"""Addresses of headings from their words, in any script.

docutils keeps Latin letters alone: a heading in kanji or Cyrillic got the address of its position,
which moves as soon as another stands above it.
"""

from __future__ import annotations

import re
import unicodedata

from docutils import nodes
from sphinx.application import Sphinx

_latin = nodes.make_id


def make_id(words: str) -> str:
    """The address of a place that is called so; docutils' own where that keeps every letter."""
    address = _latin(words)
    if address and not any(letter.isalpha() and not _latin(f"x{letter}")[1:] for letter in words):
        return address
    folded = unicodedata.normalize("NFKC", words).casefold()
    return "-".join(re.findall(r"\w+", folded.replace("_", " "))) or address


def setup(_app: Sphinx) -> None:
    nodes.make_id = make_id
