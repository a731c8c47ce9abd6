"""The book as a work: title, authors, version and date, from ``CITATION.cff``, the only place to edit them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from sphinx.errors import ExtensionError

from unsigned_peace.paths import ROOT

FILE = ROOT / "CITATION.cff"


@dataclass(frozen=True)
class Imprint:
    """The book as ``CITATION.cff`` describes it."""

    title: str
    authors: tuple[str, ...]
    version: str
    released: str

    @property
    def name(self) -> str:
        """The title without its subtitle."""
        return self.title.partition(":")[0]

    @property
    def year(self) -> str:
        return self.released[:4]


@cache
def imprint(path: Path = FILE) -> Imprint:
    """The book as the citation file describes it. Raises ``ExtensionError`` naming what the file lacks."""
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    missing = [name for name in ("title", "authors", "version", "date-released") if not said.get(name)]
    if missing:
        raise ExtensionError(f"{path.name}: {', '.join(missing)} missing; citations are made from this file")
    authors = tuple(author.get("name") or f"{author['given-names']} {author['family-names']}" for author in said["authors"])
    return Imprint(said["title"], authors, str(said["version"]), str(said["date-released"]))
