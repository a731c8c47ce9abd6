"""The book as a work: title, authors, version and date.

They come from ``CITATION.cff``, the only place to edit them; whether this state is that version or
has later changes, from the first heading of ``CHANGELOG.md``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from sphinx.errors import ExtensionError

from unsigned_peace.paths import ROOT

FILE = ROOT / "CITATION.cff"
CHANGES = ROOT / "CHANGELOG.md"
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Imprint:
    """The book as ``CITATION.cff`` describes it."""

    title: str
    authors: tuple[str, ...]
    version: str
    released: str
    keywords: tuple[str, ...] = ()
    #: Whether this state has changes that no version has yet.
    changed: bool = False

    @property
    def name(self) -> str:
        """The title without its subtitle."""
        return self.title.partition(":")[0]

    @property
    def edition(self) -> str:
        """What this state is cited as: a version, or one with later changes."""
        return f"{self.version}, with later changes" if self.changed else self.version

    @property
    def year(self) -> str:
        return self.released[:4]


@cache
def imprint(path: Path = FILE, changes: Path = CHANGES) -> Imprint:
    """The book as the citation file describes it.

    Raises ``ExtensionError`` naming what the file lacks.
    """
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    missing = [
        name for name in ("title", "authors", "version", "date-released") if not said.get(name)
    ]
    if missing:
        raise ExtensionError(
            f"{path.name}: {', '.join(missing)} missing; citations are made from this file"
        )
    authors = tuple(
        author.get("name") or f"{author['given-names']} {author['family-names']}"
        for author in said["authors"]
    )
    version = str(said["version"])
    newest = _HEADING.search(changes.read_text(encoding="utf-8")) if changes.exists() else None
    return Imprint(
        said["title"],
        authors,
        version,
        str(said["date-released"]),
        tuple(said.get("keywords", ())),
        newest is not None and not newest[1].startswith(f"{version} ("),
    )
