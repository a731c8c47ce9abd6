"""What Sphinx is taught for this book: executed chapters, figures in prose, charts, records, downloads."""

from __future__ import annotations

from sphinx.application import Sphinx

from unsigned_peace import __version__
from unsigned_peace.publishing import appendices, chapters, downloads, languages, pages, provenance, records, sharing


def setup(app: Sphinx) -> dict:
    """Registers the extension with Sphinx."""
    for part in (chapters, records, provenance, appendices, downloads, languages, pages, sharing):
        part.setup(app)
    return {"version": __version__, "parallel_read_safe": False, "parallel_write_safe": True}
