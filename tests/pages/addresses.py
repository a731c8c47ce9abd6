"""The addresses that the book has published.

``python -m tests.pages.addresses`` adds those of the built site to the list.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

from tests.conftest import ROOT
from unsigned_peace.files import files_in
from unsigned_peace.publishing.frame.redirects import PUBLISHED, published

LIST = ROOT / PUBLISHED
#: Places of the frame, which all pages have; those that are numbered; what belongs to a chart;
#: those of figures, which are named as in the code: where one is gone, its address leads to the top
#: of its chapter.
_NO_PLACES = re.compile(
    r"content|contents|on-this-page|search|search-.*|theme|id\d+|.*-description|computed-.*|"
    r"figure-.*"
)
_NOT_LINKED = re.compile(r"<(svg|script|style)\b.*?</\1>", re.DOTALL)


def addresses(site: Path) -> dict[str, list[str]]:
    """The pages of a site with the places on each, and the tables to download."""
    found: dict[str, list[str]] = {}
    for path in [
        *site.rglob("*.html"),
        *files_in(site / "downloads" / "data"),
        *(site / "downloads").glob("*.zip"),
    ]:
        page = path.relative_to(site).as_posix()
        if page.startswith("_static"):
            continue
        text = (
            _NOT_LINKED.sub("", path.read_text(encoding="utf-8")) if path.suffix == ".html" else ""
        )
        places = {unescape(place) for place in re.findall(r'<[a-zA-Z][^<>]*\bid="([^"]+)"', text)}
        found[page] = sorted(place for place in places if not _NO_PLACES.fullmatch(place))
    return dict(sorted(found.items()))


if __name__ == "__main__":
    before, now = published(LIST), addresses(ROOT / "_build" / "html")
    pages = {
        page: sorted({*before.get(page, []), *now.get(page, [])})
        for page in sorted(before.keys() | now.keys())
    }
    LIST.write_text(
        "".join(
            f"{page}\n" + "".join(f"#{place}\n" for place in places)
            for page, places in pages.items()
        ),
        encoding="utf-8",
    )
