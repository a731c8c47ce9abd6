"""How a page opens: its place in the book, its period, scene, picture, short answer and aims."""

from __future__ import annotations

import re
from dataclasses import dataclass

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from unsigned_peace.publishing.chapters.folds import is_cell
from unsigned_peace.publishing.html.templates import render

logger = logging.getLogger(__name__)
#: The line of time under a title, in years; the years marked on it, and those numbered on phones.
FROM, UNTIL = 1855, 2030
TICKS = (1855, 1875, 1905, 1945, 1956, 1991, 2019)
TICKS_ON_PHONES = (1855, 1905, 1945, 1991)
_PERIOD = re.compile(r"(\d{4})(?:-(\d{4}))?")


@dataclass(frozen=True)
class Period:
    """The years that a chapter is about, the last included."""

    first: int
    last: int

    def __str__(self) -> str:
        """As a reader sees it: 1945, 1945–46, 1855–1945."""
        if self.first == self.last:
            return str(self.first)
        same_century = self.first // 100 == self.last // 100
        return f"{self.first}–{str(self.last)[2:] if same_century else self.last}"


def period(said: object) -> Period | None:
    """The period in a front matter: ``1945-1946``, ``1945``, or none.

    Raises ``ValueError`` for anything else.
    """
    if said in (None, ""):
        return None
    found = _PERIOD.fullmatch(str(said).strip())
    years = [int(year) for year in found.groups() if year] if found else []
    if not years or not FROM <= years[0] <= years[-1] <= UNTIL:
        raise ValueError(
            f"period: {said!r} is not a year or two, such as 1945-1946, between {FROM} and {UNTIL}"
        )
    return Period(years[0], years[-1])


def chapter_numbers(environment: BuildEnvironment) -> dict[str, int]:
    """The number of each chapter, counted through the parts: of each page that has a period."""
    # what the reader of _toc.yml keeps with Sphinx's environment
    contents = vars(environment)["external_site_map"]
    pages = [str(item) for part in contents.root.subtrees for item in part.items]
    chapters = [page for page in pages if environment.metadata[page].get("period")]
    return {page: number for number, page in enumerate(chapters, 1)}


def place_in_book(environment: BuildEnvironment, page: str) -> str:
    """Where a page stands: its part, a chapter its number too; nothing on the first page."""
    numbers = chapter_numbers(environment)
    for part in vars(environment)["external_site_map"].root.subtrees:
        if page in map(str, part.items):
            its = f", chapter {numbers[page]} of {len(numbers)}" if page in numbers else ""
            return f"{part.caption}{its}"
    return ""


def _percent(year: float) -> str:
    """Where a year is on the line, as a share of its width.

    The ends keep room for their numbers.
    """
    return f"{2.5 + 95 * (year - FROM) / (UNTIL - FROM):.1f}%"


def time_band(its: Period | None) -> str:
    """The line of time as one drawing that takes any width, with a period if there is one."""
    ticks = [
        {"year": year, "at": _percent(year), "on_phones": year in TICKS_ON_PHONES} for year in TICKS
    ]
    span = None
    if its:
        width = 95 * max(1, its.last + 1 - its.first) / (UNTIL - FROM)
        span = {"at": _percent(its.first), "width": f"{width:.1f}%"}
    return render("time-band.html", ticks=ticks, span=span)


def _open(app: Sphinx, doctree: nodes.document, page: str) -> None:
    if app.builder.format != "html":
        return
    section = next((node for node in doctree.children if isinstance(node, nodes.section)), None)
    place = place_in_book(app.env, page)
    if section is None or not place:
        return
    try:
        its = period(app.env.metadata[page].get("period"))
    except ValueError as wrong:
        logger.warning(str(wrong), location=page)
        its = None
    aims = _box(section, "aims")
    if aims is not None:
        _arrange(section, aims)
    if its:
        section.insert(1, nodes.raw("", time_band(its), format="html"))
    eyebrow = f"{place} · {its}" if its else place
    section.insert(0, nodes.paragraph("", eyebrow, classes=["eyebrow"]))


def _arrange(section: nodes.section, aims: nodes.Element) -> None:
    """Makes one opener of all up to the first heading: scene, picture, short answer, rest, aims."""
    answer = _box(section, "short-answer")
    if answer is not None:
        answer.parent.remove(answer)
    end = next(
        (place for place, node in enumerate(section) if isinstance(node, nodes.section)),
        len(section),
    )
    before = [node for node in section.children[1:end] if node is not aims]
    pictures = [node for node in before if _shows_an_exhibit(node)]
    first = before.index(pictures[0]) if pictures else len(before)
    # code that is shown on purpose waits too: a reader meets the story before the machine
    code = [node for node in before[:first] if is_cell(node)]
    scene = nodes.container("", *(n for n in before[:first] if n not in code), classes=["scene"])
    shown, rest = before[first : first + 1], [*before[first + 1 :], *code]
    opener = nodes.container("", scene, *shown, classes=["opener"])
    opener += [*([answer] if answer is not None else []), *rest, aims]
    kept = section.children[end:]
    section.children = [section.children[0]]
    section.extend([opener, *kept])


def _shows_an_exhibit(node: nodes.Node) -> bool:
    """Whether a node is a cell with a chart or table of the book's own."""
    return is_cell(node) and any(
        'class="exhibit' in raw.astext() for raw in node.findall(nodes.raw)
    )


def _box(section: nodes.section, kind: str) -> nodes.Element | None:
    return next((box for box in section.findall(nodes.admonition) if kind in box["classes"]), None)


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", _open)
