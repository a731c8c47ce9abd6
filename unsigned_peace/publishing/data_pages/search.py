"""What the search page looks through: the text of the book by section, and of each record.

The text itself is the index: a browser looks through all of it faster than it can show what it
found, finds parts of words in scripts without blanks, and has the excerpt at hand. It is a script,
so that it can be read from a disk too, and is asked for only once there is something to look for.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from sphinx.application import Sphinx

from unsigned_peace import dataset
from unsigned_peace.publishing.data_pages.records import (
    PAGES,
    ROWS_BY,
    as_known,
    page_of,
    records_of,
    title_of,
)
from unsigned_peace.publishing.data_pages.who import ENTRIES, entry_address
from unsigned_peace.publishing.incremental import written

SCRIPT = "_static/unsigned-peace/text.js"
#: Rows of numbers, questions and answers are found by the series and polls that they belong to,
#: sources by who is cited, roles by the person, and what has no words of its own by its place.
_LEFT_OUT = {
    *ROWS_BY,
    "poll_questions",
    "sources",
    "roles",
    "islands",
    "administration",
    "disputes",
    "territorial_claims",
    "sampling_errors",
}
#: What a record is found by besides its title.
_TEXTS = (
    "summary", "own_name", "reading", "who", "what", "meaning", "japanese", "japanese_latin",
    "japan_means", "russian", "russian_latin", "russia_means", "name_ru", "name_ja",
    "name_ja_latin", "speaker", "quotation", "words",
    "japan_participant", "russia_participant", "outcome", "article", "sponsor", "author",
    "also_called", "transliteration",
)  # fmt: skip
#: Pages whose text is that of the records: their headings are found, but for those of records.
_OF_RECORDS = (
    "book/timeline",
    "book/bibliography",
    "book/texts",
    "book/each-sides-case",
    "book/data-dictionary",
    *(page for page, *_ in ENTRIES.values()),
)
#: Elements and classes that are not a page's text: code and its frames, data behind a chart, ways
#: to elsewhere, what each chapter says of itself, what a chart or a record shows said once more.
_NOT_TEXT = {
    "script", "style", "pre", "details", "nav", "form", "headerlink", "eyebrow", "frame",
    "visually-hidden", "reading-time", "key", "launch", "report", "margin-notes", "also-named",
    "from-chapter", "rests-on",
}  # fmt: skip
_VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "col", "source"}
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)

#: A place on a page: its address there, its heading, its text.
Section = tuple[str, str, str]


class _Sections(HTMLParser):
    """The text of a page's article by heading; each chart and table is a place of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[str]] = [["", "", ""]]
        self._open: list[tuple[str, int]] = []  # element, and the place that its text goes to
        self._silent = 0
        self._heading = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self._write(" ")
            return
        given = dict(attributes)
        classes = (given.get("class") or "").split()
        place = self._place
        in_exhibit = self.found[place][0].startswith("exhibit-")
        if (
            self._silent
            or tag in _NOT_TEXT
            or _NOT_TEXT & set(classes)
            or (in_exhibit and tag == "table")
        ):
            self._silent += 1
        if not self._silent and given.get("id") and (tag == "section" or "exhibit" in classes):
            self.found.append([given["id"] or "", "", ""])
            place = len(self.found) - 1
        self._open.append((tag, place))
        if tag in ("h1", "h2", "h3") or "exhibit-title" in classes:
            self._heading = True
        if tag in ("p", "li", "td", "th", "h4", "blockquote", "div", "dt", "dd"):
            self._write(" ")

    @property
    def _place(self) -> int:
        return self._open[-1][1] if self._open else 0

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or not self._open:
            return
        if self._silent:
            self._silent -= 1
        elif tag in ("h1", "h2", "h3", "p"):
            self._heading = False
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._write(data)

    def _write(self, text: str) -> None:
        if not self._silent:
            self.found[self._place][1 if self._heading else 2] += text


def sections(html: str) -> list[Section]:
    """The places of a built page in their order; those without any text are left out."""
    article = html[html.index("<article") : html.rindex("</article>")]
    parser = _Sections()
    parser.feed(_DRAWING.sub("", article))
    found = (
        (anchor, " ".join(heading.split()), " ".join(text.split()))
        for anchor, heading, text in parser.found
    )
    return [place for place in found if place[1] or place[2]]


def _record(table: str, record: dict[str, str]) -> tuple[str, str]:
    """The title of a record, and the rest that it is found by."""
    title = title_of(record, table)
    texts = [record[column] for column in _TEXTS if record.get(column, "") not in ("", title)]
    if "date" in record and table != "meetings":
        texts.insert(0, as_known(record, "date"))
    return title, " · ".join(texts)


def _place(app: Sphinx, table: str, record_id: str) -> tuple[str, str]:
    """Where a search leads: page and anchor, of an entry if there is one, else of the record."""
    if table in ENTRIES and ENTRIES[table][0] in app.env.found_docs:
        return ENTRIES[table][0], entry_address(table, record_id)
    return page_of(app.env, table, record_id), dataset.record_address(table, record_id)


def _records(app: Sphinx) -> Iterator[tuple[str, list[Section]]]:
    pages: dict[str, list[Section]] = defaultdict(list)
    for table in dataset.table_names():
        for record_id, record in records_of(table).items() if table not in _LEFT_OUT else ():
            if table == "wordings" and record["language"] == "en":  # what its clause says too
                continue
            page, place = _place(app, table, record_id)
            pages[page].append((place, *_record(table, record)))
    yield from sorted(pages.items())


def _of_last_build(app: Sphinx) -> dict[str, list[Section]]:
    """The places of pages that this build did not write, by address, as the last one found them."""
    try:
        text = Path(app.outdir, SCRIPT).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    uri = app.builder.get_target_uri
    stay = {uri(page) for page in app.env.titles.keys() - written(app) - set(_OF_RECORDS)}
    pages = json.loads(text.partition("=")[2].rstrip(";\n"))
    return {page: found for page, _, kind, found in pages if kind != "record" and page in stay}


def _write_text(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    kept = _of_last_build(app)
    uri, titles = app.builder.get_target_uri, app.env.titles
    chapters = {page for page, about in app.env.metadata.items() if "kernelspec" in about}
    records = dict(_records(app)) if app.config.language == "en" else {}  # records are in English
    pages = []
    for page in sorted(titles):
        if page.startswith(PAGES):
            continue
        for_teachers = page.startswith("book/teaching")
        is_chapter = page in chapters and page not in _OF_RECORDS
        kind = "chapter" if is_chapter else "teaching" if for_teachers else "page"
        found = kept.get(uri(page)) or sections(
            Path(app.outdir, f"{page}.html").read_text(encoding="utf-8")
        )
        if page in _OF_RECORDS:
            said = {place for place, *_ in records.get(page, ())}
            found = [(place, heading, "") for place, heading, _ in found if place not in said]
        pages.append([uri(page), titles[page].astext(), kind, found])
    pages += [
        [uri(page), titles[page].astext(), "record", found] for page, found in records.items()
    ]
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, SCRIPT).write_text(f"window.unsignedPeaceText={text};\n", encoding="utf-8")


def _without_sphinx_s_index(app: Sphinx) -> None:
    if app.builder.format == "html":
        # only builders of pages have this: ``format`` says that this is one
        app.builder.search = False  # type: ignore[attr-defined]


def _page(app: Sphinx) -> Iterator[tuple[str, dict, str]]:
    if app.builder.format == "html":
        yield "search", {}, "search.html"


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", _without_sphinx_s_index)
    app.connect("html-collect-pages", _page)
    app.connect("build-finished", _write_text)
