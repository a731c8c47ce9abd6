"""The bibliography from which ``{cite}`` works.

All sources as BibTeX, written before Sphinx reads.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from unsigned_peace.publishing.data_pages.records import source_rows
from unsigned_peace.publishing.html import bibtex
from unsigned_peace.publishing.html.bibtex import plain


def _entry(source: dict[str, str]) -> str:
    fields = {
        "author": f"{{{plain(source['author'] or source['publisher'] or 'unsigned')}}}",
        "title": f"{{{plain(source['title'])}}}",
        "publisher": plain(source["publisher"]) if source["author"] else "",
        "year": source["published"][:4] or "n.d.",
        "url": source["url"],
    }
    return bibtex.entry("misc", source["source_id"], fields) + "\n"


def write_bibliography(app: Sphinx, _config: object) -> None:
    """Writes all sources as a BibTeX file for ``{cite}``.

    The file ``sources.csv`` stays the only place to edit.
    """
    path = Path(app.srcdir) / "_build" / "references.bib"
    text = "\n".join(_entry(source) for source in source_rows().values())
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.connect("config-inited", write_bibliography, priority=100)
