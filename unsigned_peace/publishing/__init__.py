"""The Sphinx extension of this book.

Executed chapters, figures in prose, charts, records, downloads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict:
    """Registers the extension with Sphinx."""
    from unsigned_peace import __version__
    from unsigned_peace.publishing import incremental, live
    from unsigned_peace.publishing.about import (
        benchmark,
        cards,
        citation,
        lessons,
        metadata,
        teaching,
    )
    from unsigned_peace.publishing.chapters import (
        aims,
        boxes,
        executed,
        exhibit_links,
        folds,
        lint,
        one_page,
        opener,
        provenance,
        slips,
        take_away,
        who_is_meant,
    )
    from unsigned_peace.publishing.charts import drawing
    from unsigned_peace.publishing.data_pages import (
        appendices,
        bibliography,
        cases,
        downloads,
        records,
        search,
        texts,
        timeline,
        who,
    )
    from unsigned_peace.publishing.frame import (
        address,
        launch,
        not_found,
        pages,
        redirects,
        reports,
        sharing,
    )
    from unsigned_peace.publishing.html import addresses, languages, markup
    from unsigned_peace.publishing.short_editions import across, beside

    for part in (
        address,
        lint,
        slips,
        executed,
        drawing,
        aims,
        boxes,
        exhibit_links,
        records,
        bibliography,
        provenance,
        appendices,
        timeline,
        texts,
        cases,
        who,
        benchmark,
        downloads,
        take_away,
        teaching,
        cards,
        lessons,
        one_page,
        citation,
        addresses,
        languages,
        folds,
        opener,
        who_is_meant,
        launch,
        reports,
        markup,
        pages,
        live,
        search,
        sharing,
        metadata,
        not_found,
        redirects,
        across,
        beside,
        incremental,
    ):
        part.setup(app)
    return {
        "version": __version__,
        "env_version": incremental.version(),
        "parallel_read_safe": False,
        "parallel_write_safe": True,
    }
