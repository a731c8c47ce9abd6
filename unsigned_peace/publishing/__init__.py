"""What Sphinx is taught for this book: executed chapters, figures in prose, charts, records, downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict:
    """Registers the extension with Sphinx."""
    from unsigned_peace import __version__
    from unsigned_peace.publishing import appendices, benchmark, chapters, citation, downloads, increments, languages, launch, lost, markup, pages, provenance, records, redirects, searching, sharing, slips, teaching

    for part in (slips, chapters, records, provenance, appendices, benchmark, downloads, teaching, citation, languages, launch, markup, pages, searching, sharing, lost, redirects, increments):
        part.setup(app)
    return {"version": __version__, "parallel_read_safe": False, "parallel_write_safe": True}
