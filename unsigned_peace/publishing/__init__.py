"""The Sphinx extension of this book.

Executed chapters, figures in prose, charts, records, downloads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict:
    """Registers the extension with Sphinx."""
    from unsigned_peace import __version__
    from unsigned_peace.publishing import incremental

    for part in parts():
        part.setup(app)
    return {
        "version": __version__,
        "env_version": incremental.version(),
        "parallel_read_safe": False,
        "parallel_write_safe": True,
    }


def parts() -> tuple[ModuleType, ...]:
    """The modules that make up the extension, in the order in which their events are heard."""
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
        page_lint,
        provenance,
        take_away,
        used_in,
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
        uses,
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

    return (
        address,
        lint,
        page_lint,
        executed,
        drawing,
        aims,
        boxes,
        exhibit_links,
        uses,
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
        used_in,
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
    )
