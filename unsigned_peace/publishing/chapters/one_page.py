"""One page to carry for each chapter and for the book: one side of A4, made from the built page.

Question, short answer, picture, five findings with their sources, what is known and how well, three
questions: all of it stands in the chapter already, and nothing is written for this page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from unsigned_peace.files import digest
from unsigned_peace.prose import words
from unsigned_peace.publishing.chapters.opener import chapter_numbers, period
from unsigned_peace.publishing.html.templates import render

FOLDER = "book/one-page"
THE_BOOK = f"{FOLDER}/book"
FINDINGS, QUESTIONS = 5, 3
#: The chapters whose opening finding, and whose first question, stand on the page of the book.
_STORY = ("islands", "borders", "august-1945", "joint-declaration", "fast-track")
_ASKED = ("joint-declaration", "formulas", "public-opinion")
_HOW_WELL = ("known", "with-a-margin", "not-known")
#: Kinds of sources as their pages are named, the nearest to the event first.
_NEAREST = ("treaty", "official", "poll", "dataset", "scholarship", "reference", "news")
#: What of an article is not parsed, since it takes longest: nothing of code and tables is carried,
#: and a drawing goes as it is.
_UNPARSED = re.compile(r"<(pre|table|svg)\b.*?</\1>", re.DOTALL)


def address(page: str) -> str:
    """The page to carry of a chapter: ``book/islands`` gives ``book/one-page/islands``."""
    return f"{FOLDER}/{page.rpartition('/')[2]}"


def chapter_pages(environment: BuildEnvironment) -> dict[str, int]:
    """The chapters that have a page to carry, with their numbers."""
    return chapter_numbers(environment)


def _plain(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def _prose(tag: Tag) -> str:
    """What a box says, as HTML without links: on paper they lead nowhere."""
    for link in tag.select("a, .admonition-title, .headerlink, .tests-aim, details, .margin-notes"):
        if link.name == "a" and "headerlink" not in link.get("class", []):
            link.unwrap()
        else:
            link.decompose()
    return tag.decode_contents()


def _kind(link: Tag) -> int:
    page = str(link["href"])
    places = (place for place, kind in enumerate(_NEAREST) if f"sources-{kind}" in page)
    return next(places, len(_NEAREST))


def _finding(exhibit: Tag) -> dict:
    """An exhibit's title, and the source nearest to the event, with the count of the others."""
    title = _plain(exhibit.select_one(".exhibit-title"))
    links = exhibit.select(".exhibit-sources a")
    if not all("#" in str(link["href"]) for link in links):  # too many: the list has their kinds
        count = re.search(r"\d+ sources?$", _plain(exhibit.select_one(".exhibit-about > summary")))
        return {"text": title, "sources": count[0] if count else ""}
    nearest = _plain(min(links, key=_kind)).removesuffix(" (read in part)") if links else ""
    others = f"; and {words(len(links) - 1)} more" if len(links) > 1 else ""
    return {"text": title, "sources": f"{nearest}{others}"}


def _picture(exhibit: Tag, unparsed: list[str]) -> dict:
    place = exhibit.select_one(".drawing-wide svg")
    title = _plain(exhibit.select_one(".exhibit-title"))
    return {"title": title, "drawing": unparsed[int(str(place["id"]))] if place else ""}


def _questions(article: Tag) -> list[str]:
    """The first question of each aim."""
    asked: dict[str, str] = {}
    for item in article.select(".check-yourself > ol > li"):
        aim = _plain(item.select_one(".tests-aim"))
        item.select_one(".tests-aim").decompose()
        asked.setdefault(aim, _plain(item.find("p")))
    return list(asked.values())[:QUESTIONS]


def _article(html: str) -> tuple[Tag, list[str]]:
    """The article of a page, and what in it was not parsed; of that it has empty elements, each
    with its place in the list as its ``id``.
    """
    unparsed: list[str] = []

    def empty(match: re.Match) -> str:
        unparsed.append(match[0])
        return f'<{match[1]} id="{len(unparsed) - 1}"></{match[1]}>'

    found = BeautifulSoup(_UNPARSED.sub(empty, html), "html.parser").find("article")
    assert isinstance(found, Tag)
    for mark in found.select(".headerlink"):
        mark.decompose()
    return found, unparsed


def of_chapter(html: str) -> dict:
    """What the page of a chapter has on it, or nothing where the chapter lacks a part."""
    article, unparsed = _article(html)
    exhibits = article.select("figure.exhibit")
    answer, boxes = article.select_one(".short-answer"), article.select(".how-well")
    questions = _questions(article)
    if not (exhibits and answer and boxes and questions):
        return {}
    first, *others = exhibits
    # a title that asks is no finding
    findings = [each for each in others if "?" not in _plain(each.select_one(".exhibit-title"))]
    return {
        "title": _plain(article.find("h1")),
        "answer": _prose(answer),
        "picture": _picture(first, unparsed),
        "opening": _finding(first),
        "findings": [_finding(exhibit) for exhibit in findings[:FINDINGS]],
        "boxes": [
            {
                "kind": next(name for name in _HOW_WELL if name in box["class"]),
                "title": _plain(box.select_one(".admonition-title")),
                "text": _prose(box),
            }
            for box in boxes
        ],
        "questions": questions,
    }


def of_book(html: str, chapters: dict[str, dict]) -> dict:
    """What the page of the whole book has on it: from the first page and the chapters' openers."""
    article, unparsed = _article(html)
    question = article.select_one("h1 + p + p")
    answer = article.select_one("#the-short-answer > p")
    return {
        "title": _plain(article.find("h1")),
        "answer": "".join(f"<p>{_prose(part)}</p>" for part in (question, answer) if part),
        "picture": _picture(article.select_one("figure.exhibit"), unparsed),
        "lines": _prose(article.select_one(".line-numbers")),
        "findings": [chapters[name]["opening"] for name in _STORY],
        "boxes": [],
        "questions": [chapters[name]["questions"][0] for name in _ASKED],
    }


def _chapters(app: Sphinx) -> dict[str, dict]:
    """What the pages of all chapters have on them, kept as long as a chapter's page is the same."""
    kept = Path(app.doctreedir, "one-page.json")
    before = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    now: dict[str, dict] = {}
    for page in chapter_pages(app.env):
        html = Path(app.outdir, app.builder.get_target_uri(page)).read_text(encoding="utf-8")
        mark = digest(html)
        known = before.get(page, {})
        now[page] = known if known.get("of") == mark else {"of": mark, "said": of_chapter(html)}
    kept.write_text(json.dumps(now), encoding="utf-8")
    return {page: each["said"] for page, each in now.items() if each["said"]}


def _pages(app: Sphinx) -> Iterator[tuple[str, dict, str]]:
    if app.builder.format != "html":
        return
    said, numbers = _chapters(app), chapter_pages(app.env)
    by_name = {page.rpartition("/")[2]: each for page, each in said.items()}
    root = app.config.root_doc
    if by_name.keys() >= {*_STORY, *_ASKED}:
        first = Path(app.outdir, app.builder.get_target_uri(root)).read_text(encoding="utf-8")
        yield _page(app, THE_BOOK, root, of_book(first, by_name), "The book on one page")
    for page, each in said.items():
        its = period(app.env.metadata[page].get("period"))
        yield _page(app, address(page), page, each, f"Chapter {numbers[page]} on one page · {its}")


def _page(app: Sphinx, name: str, of: str, said: dict, eyebrow: str) -> tuple[str, dict, str]:
    whole = app.builder.get_relative_uri(name, of)
    body = render(
        "one-page.html",
        **{"lines": "", **said},
        eyebrow=eyebrow,
        whole=whole,
        book=app.env.titles[app.config.root_doc].astext(),
        count=words(len(said["findings"])).capitalize(),
        address=f"{app.config.html_baseurl}{app.builder.get_target_uri(of)}"
        if app.config.html_baseurl
        else "",
    )
    return name, {"title": f"{said['title']} On one page", "body": body}, "page.html"


class OnePages(SphinxDirective):
    """``{one-pages}``: links to the pages to carry, the book's first."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", "", format="html", classes=["one-pages"])]


def _link(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Fills the list of pages to carry, once titles are known."""
    for place in doctree.findall(nodes.raw):
        if "one-pages" in place["classes"]:
            uri = app.builder.get_relative_uri
            links = [
                {"href": uri(page, address(each)), "text": app.env.titles[each].astext()}
                for each in chapter_pages(app.env)
            ]
            place += nodes.Text(render("one-pages.html", book=uri(page, THE_BOOK), links=links))


def setup(app: Sphinx) -> None:
    app.add_directive("one-pages", OnePages)
    app.connect("doctree-resolved", _link)
    app.connect("html-collect-pages", _pages)
