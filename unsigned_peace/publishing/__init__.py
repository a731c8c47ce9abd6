"""What Sphinx is taught for this book: executed chapters, figures in prose, charts, records, downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict:
    """Registers the extension with Sphinx."""
    from unsigned_peace import __version__
    from unsigned_peace.publishing import incremental
    from unsigned_peace.publishing.about import benchmark, citation, teaching
    from unsigned_peace.publishing.chapters import aims, executed, exhibit_links, lint, provenance
    from unsigned_peace.publishing.data_pages import appendices, bibliography, cases, downloads, records, search, texts
    from unsigned_peace.publishing.frame import launch, not_found, pages, redirects, sharing
    from unsigned_peace.publishing.html import languages, markup

    for part in (lint, executed, aims, exhibit_links, records, bibliography, provenance, appendices, texts, cases, benchmark, downloads, teaching, citation, languages, launch, markup, pages, search, sharing, not_found, redirects, incremental):
        part.setup(app)
    return {"version": __version__, "parallel_read_safe": False, "parallel_write_safe": True}
