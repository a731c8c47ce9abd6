"""Tests of chapters.

A chapter has a period in its front matter, and the form that CONTRIBUTING.md describes. A page that
runs code and has none, such as a fork's own short one, is held to what must be true of every page.
"""

from __future__ import annotations

import re
from pathlib import Path

from unsigned_peace.notebooks.source import chapters

#: Words by which one government judges what the other did; in our own voice they stand nowhere.
VERDICT = re.compile(
    r"\b(?:liberat\w*|illegal(?:ly)? occup\w*|were seized|seized the)\b", re.IGNORECASE
)


def full_chapters() -> list[Path]:
    """The chapters that have the form of a chapter, in order."""
    return [
        path
        for path in chapters()
        if re.search(r"^period: ", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
