"""Chapters ready for paper, from the pages of the built site.

Each chapter is taken from its page and made ready for paper: drawings stay vectors and get their
description as alternative text, folded hints are unfolded, and folded code stands whole in an
appendix. Pages of records, downloads and the data dictionary stay on the web.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag

from unsigned_peace.palette import PALETTE
from unsigned_peace.paths import BUILT, ROOT, SITE
from unsigned_peace.publishing.frame.address import site_address
from unsigned_peace.publishing.frame.imprint import imprint
from unsigned_peace.publishing.html.columns import rejoin
from unsigned_peace.publishing.short_editions.edition import Edition

FOLDER = BUILT / "print"
NAME = "the-unsigned-peace"
STYLE = Path(__file__).with_name("print.css")
_ON_THE_WEB_ONLY = ("book/records/", "book/downloads", "book/data-dictionary")
#: More sources than this are counted under an exhibit and not named.
_MOST_SOURCES = 12
_base_address = cache(site_address)
_LIGHT = {role.replace("_", "-"): light for role, (light, _) in PALETTE.items()}
_COLOUR = re.compile(r"var\(--chart-([a-z-]+)\)")
_CASE = {
    name.lower(): name
    for name in (
        "viewBox",
        "clipPath",
        "clipPathUnits",
        "preserveAspectRatio",
        "linearGradient",
        "gradientUnits",
        "gradientTransform",
        "textLength",
    )
}
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
#: The appendix, as a page of the site that there is on paper alone.
_CODE = "code"
_LEADING = re.compile(r' (id|aria-labelledby|href)="([^"]*)"')
_SVG = {"xmlns": "http://www.w3.org/2000/svg", "xmlns:xlink": "http://www.w3.org/1999/xlink"}


class EditionError(Exception):
    """An edition cannot be made; the message says what to do."""


@dataclass(frozen=True)
class Book:
    """What is printed: the English book, or a short edition in another language.

    ``source`` has its table of contents; ``folder`` is where the site has its pages.
    """

    title: str
    subtitle: str
    language: str = "en-GB"
    source: Path = ROOT
    folder: str = ""

    @property
    def name(self) -> str:
        """Its file's name, without the end."""
        return f"{NAME}-{self.language}" if self.folder else NAME


def english() -> Book:
    """The English book."""
    title, _, subtitle = imprint().title.partition(": ")
    return Book(title, subtitle)


def of_edition(edition: Edition) -> Book:
    """A short edition as a book."""
    said = edition.settings
    return Book(said["title"], said["subtitle"], edition.code, edition.folder, f"{edition.code}/")


@dataclass(frozen=True)
class Chapter:
    """A chapter ready for paper.

    The links in ``body`` and ``listings`` to pages of the site start with ``/``, the site's first
    folder. ``listings`` is the chapter's folded code, which the appendix prints.
    """

    part: str
    page: str
    title: str
    body: Tag
    listings: list[Tag] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What tells the chapter from all others, in anchors and as a file's name."""
        return self.page.removeprefix("book/").replace("/", "-")

    def sections(self) -> list[tuple[str, str]]:
        """Anchor and title of each section that the contents name."""
        return [
            (heading.parent["id"], text_of(heading))
            for heading in self.body.find_all("h2")
            if heading.parent.get("id")
        ]


def pages_to_print(toc: dict, folder: str = "") -> list[tuple[str, str]]:
    """Part and page of each chapter that is printed, in the order of the table of contents.

    ``folder`` is that of the site in which the pages are, ending in a slash.
    """
    found = [("", toc["root"])]
    for part in toc.get("parts", [toc]):
        found += [(part.get("caption", ""), page) for page in _files(part.get("chapters", []))]
    return [(part, folder + page) for part, page in found if not page.startswith(_ON_THE_WEB_ONLY)]


def _files(entries: list[dict]) -> Iterator[str]:
    for entry in entries:
        yield entry["file"]
        yield from _files(entry.get("sections", []))


def chapters_to_print(book: Book) -> list[Chapter]:
    """The chapters of the built site that are printed, in the order of the table of contents.

    Their code, if there is any, follows as the last one.
    """
    toc = yaml.safe_load((book.source / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [read_chapter(part, page) for part, page in pages_to_print(toc, book.folder)]
    code = [code_of(chapters)] if any(chapter.listings for chapter in chapters) else []
    return [*chapters, *code]


def read_chapter(part: str, page: str, site: Path = SITE) -> Chapter:
    """A page of the built site as a chapter for paper."""
    soup = BeautifulSoup((site / f"{page}.html").read_text(encoding="utf-8"), "html.parser")
    body = soup.find("article").find("section")
    body.name = "div"
    for heading in body.find_all(["h1", "h2", "h3", "h4"]):
        for link in heading.find_all("a", class_="headerlink"):
            link.decompose()
    _leave_out(body)
    _resolve_links(body, page)
    _keep_first_of_each_anchor(body)
    listings = _take_out_code(body, page)
    _print_exhibits(body)
    _unfold(body)
    _print_drawings(body)
    return Chapter(part, page, text_of(body.find("h1")), body, listings)


def code_of(chapters: list[Chapter]) -> Chapter:
    """The appendix: the folded code of all chapters, in their order."""
    body = _new("div")
    body.append(_new("h1", "The code"))
    for chapter in chapters:
        if chapter.listings:
            section = _new("div", class_="code", id=chapter.name)
            section.append(_new("h2", chapter.title))
            section.append(listings := _new("div", class_="listings"))
            listings.extend(chapter.listings)
            body.append(section)
    return Chapter("Appendix", _CODE, "The code", body)


def text_of(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def _new(tag: str, text: str = "", **attributes: str) -> Tag:
    made = BeautifulSoup("", "html.parser").new_tag(
        tag, attrs={name.rstrip("_"): value for name, value in attributes.items()}
    )
    made.string = text
    return made


def _leave_out(body: Tag) -> None:
    """What only works on a screen."""
    for useless in body.select(
        "script, style, form, button, .drawing-narrow, .drawing-page, .time-band, .cite-this, "
        ".sd-summary-state-marker, nav"
    ):
        useless.decompose()


def _print_exhibits(body: Tag) -> None:
    """The description of a chart or table becomes the drawing's alternative text.

    Its sources become a line below.
    """
    rejoin(body)
    for exhibit in body.select("figure.exhibit"):
        description = exhibit.select_one("[id$=-description]")
        for drawing in exhibit.select(".drawing"):
            drawing.attrs = {
                "class": ["drawing"],
                "role": "img",
                "aria-label": text_of(description) if description else "",
            }
        links = exhibit.select(".exhibit-sources a")
        line = _new("p", class_="exhibit-sources")
        if not links:  # an edition in another language leaves them to the English one
            line = None
        elif len(links) <= _MOST_SOURCES:
            line.append("Source: " if len(links) == 1 else "Sources: ")
            for link in links:
                line.append(link.extract())
                line.append("; " if link is not links[-1] else "")
        else:
            line.append(f"{len(links)} sources; the online edition lists them.")
        for useless in exhibit.select("details, .visually-hidden"):
            useless.decompose()
        if line is not None:
            exhibit.append(line)
    for entry in body.select("[role=doc-biblioentry]"):  # EPUBCheck: the role is deprecated
        del entry["role"]
    for table in body.select(".scrolls"):
        table.attrs = {"class": ["table"]}


def _take_out_code(body: Tag, page: str) -> list[Tag]:
    """Takes folded code out of its chapter, for the appendix; where it stood is a link to it.

    Anchors that move along get the chapter's name, and what led to them leads there.
    """
    name = Chapter("", page, "", body).name
    listings: list[Tag] = []
    moved: set[str] = set()
    for folded in body.select("details.folded"):
        number = len(listings) + 1
        mark = _new("p", class_="code-mark", id=f"code-mark-{number}")
        mark.append(_new("a", f"Code {number}", href=f"/{_CODE}.html#{name}-{number}"))
        (folded.find_parent("figure") or folded).insert_before(mark)
        cells = [cell.extract() for cell in folded.select(".cell_input")]
        folded.decompose()
        entry = _new("div", class_="listing", id=f"{name}-{number}")
        title = _new("p", class_="listing-title")
        title.append(_new("a", f"Code {number}", href=f"/{page}.html#code-mark-{number}"))
        entry.extend([title, *cells])
        for tag in (tag for cell in cells for tag in cell.find_all(id=True)):
            moved.add(tag["id"])
            tag["id"] = f"{name}-{tag['id']}"
        listings.append(entry)
    for link in (link for tag in (body, *listings) for link in tag.find_all("a", href=True)):
        path, anchor = urldefrag(link["href"])
        if path == f"/{page}.html" and unquote(anchor) in moved:
            link["href"] = f"/{_CODE}.html#{name}-{anchor}"
    return listings


def _unfold(body: Tag) -> None:
    """Hints and other folded text are printed, under their heading."""
    for folded in body.find_all("details"):
        folded.name = "div"
        folded.attrs = {"class": ["unfolded"]}
        if summary := folded.find("summary"):
            summary.name = "p"
            summary.attrs = {"class": ["unfolded-title"]}


def _print_drawings(body: Tag) -> None:
    """Drawings as XML wants them (letters of both cases), in the light colours of the palette."""
    for svg in body.find_all("svg"):
        for tag in [svg, *svg.find_all(True)]:
            tag.name = _CASE.get(tag.name, tag.name)
            tag.attrs = {
                _CASE.get(name, name): _COLOUR.sub(lambda found: _LIGHT[found[1]], value)
                for name, value in tag.attrs.items()
                if name != "class"
            }
        for name in ("aria-hidden", "focusable", "version"):
            svg.attrs.pop(name, None)
        width = svg.attrs.pop("width", None)
        svg.attrs.pop("height", None)
        if width:
            svg["style"] = f"max-width:{width}px"
        svg.attrs |= _SVG


def _resolve_links(body: Tag, page: str) -> None:
    """Links within the site become whole paths in it; those to places outside stay."""
    for link in body.find_all("a", href=True):
        for name in ("target", "download", "rel", "title"):
            link.attrs.pop(name, None)
        if not urlsplit(link["href"]).scheme:
            link["href"] = urljoin(f"/{page}.html", link["href"])


def _keep_first_of_each_anchor(body: Tag) -> None:
    """An anchor that a page has twice stays with the first, where links lead.

    A section and an exhibit of the same name are such a case.
    """
    seen: set[str] = set()
    for tag in body.find_all(id=True):
        if tag["id"] in seen:
            del tag["id"]
        else:
            seen.add(tag["id"])


def printed(body: Tag, link: Callable[[str, str], str], prefix: str = "") -> str:
    """A chapter's body, or a part of one, as XHTML, its links led on by ``link`` (page, anchor).

    A prefix stands before its anchors.

    A link that ``link`` gives no address for leads to the web; if the site's address there is not
    known, its text stays and leads nowhere.
    """

    def led_on(attribute: re.Match) -> str:
        name, value = attribute[1], unescape(attribute[2])
        if name != "href":
            return f' {name}="{prefix}{value}"'
        if value.startswith("#"):  # within a drawing
            return f' href="#{prefix}{value[1:]}"'
        if not value.startswith("/"):
            return attribute[0]
        path, anchor = urldefrag(value[1:])
        address = link(unquote(path).removesuffix(".html"), unquote(anchor)) or online(value[1:])
        return f' href="{escape(address)}"' if address else ""

    def changed(tag: re.Match) -> str:
        return _LEADING.sub(led_on, tag[0]).replace("url(#", f"url(#{prefix}")

    return _TAG.sub(changed, body.decode(formatter="minimal"))


def online(path: str) -> str:
    """The address of a file of the site on the web; empty if the site's own is not known."""
    return urljoin(_base_address(), path) if _base_address() else ""


def front(chapters: list[Chapter], book: Book) -> dict:
    """What the title page says."""
    drawing = chapters[0].body.select_one("figure.chart .drawing")
    return {
        "cover": printed(drawing, lambda page, anchor: "", "cover--") if drawing else "",
        "language": book.language,
        "title": book.title,
        "subtitle": book.subtitle,
        "authors": "; ".join(imprint().authors),
        "version": imprint().edition,
        "released": imprint().released,
        "address": online(book.folder),
        "parts": [
            (part, [chapter for chapter in chapters if chapter.part == part])
            for part in dict.fromkeys(chapter.part for chapter in chapters)
        ],
    }
