"""What the pages for teachers take from chapters and assignments, so that nothing is said twice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from unsigned_peace.notebooks.source import read
from unsigned_peace.prose import words
from unsigned_peace.publishing.chapters.exhibit_links import address_in, exhibits_in
from unsigned_peace.publishing.chapters.reading_time import reading_minutes
from unsigned_peace.publishing.html.templates import render

logger = logging.getLogger(__name__)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_AIMS = re.compile(r"^:::\{aims\}\n(.*?)^:::$", re.MULTILINE | re.DOTALL)
_MINUTES = re.compile(r"\b(\d+(?: to \d+)?) minutes\b")
_LEVELS = (1, 2, 3)
#: Where the rows of a page's course are kept while the page is read.
_COURSE = "unsigned_peace_course"
#: What an author says of each chapter; the rest is read from chapter and assignment.
_SAID = {"level", "before", "place"}


@dataclass(frozen=True)
class Chapter:
    """A chapter as a teacher chooses it.

    Its question, its aims (as MyST text), minutes of reading.
    """

    stem: str
    title: str
    aims: str
    minutes: int


@dataclass(frozen=True)
class Assignment:
    """The size of a chapter's assignment.

    Tasks graded by machine, essays marked by hand, points, minutes as its head states them.
    """

    tasks: int
    essays: int
    points: float
    minutes: str


def chapter(stem: str, text: str) -> Chapter:
    """What a chapter says of itself. Raises ``ValueError`` if it has no title or no aims."""
    title, aims = _TITLE.search(text), _AIMS.search(text)
    if not title or not aims:
        raise ValueError(f"book/{stem}.md has no {'aims' if title else 'title'}")
    return Chapter(stem, title[1], aims[1], reading_minutes(text))


def assignment(text: str) -> Assignment:
    """What the cells of an assignment's source say of its size.

    Raises ``ValueError`` if it does not state its time.
    """
    # Without nbgrader, whose import alone would cost a build seconds.
    marked = [(cell, cell.metadata.get("nbgrader", {})) for cell in read(text).cells]
    graded = [(cell, mark) for cell, mark in marked if mark.get("grade")]
    head = next((cell.source for cell, mark in marked if mark.get("grade_id") == "about"), "")
    minutes = _MINUTES.search(head)
    if not minutes:
        raise ValueError("the head of the assignment does not say how many minutes it takes")
    return Assignment(
        tasks=sum(not mark.get("solution") for _, mark in graded),
        essays=sum(bool(mark.get("solution")) for _, mark in graded),
        points=sum(mark["points"] for _, mark in graded),
        minutes=minutes[1],
    )


def _source(environment: BuildEnvironment, folder: str, stem: str) -> str:
    """The text of a chapter or an assignment; the page being read is read again when it changes."""
    path = Path(environment.srcdir) / folder / f"{stem}.md"
    environment.note_dependency(str(path))
    return path.read_text(encoding="utf-8")


def said_of_chapters(text: str) -> dict[str, dict]:
    """What an author says of each chapter, from YAML.

    Raises ``ValueError`` naming the chapter and what was expected.
    """
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise ValueError(f"the course is not YAML: {fault}") from None
    if not isinstance(said, dict):
        raise ValueError("expected the name of a chapter, and under it level, before and place")
    for stem, about in said.items():
        if not isinstance(about, dict) or set(about) != _SAID or about["level"] not in _LEVELS:
            raise ValueError(f"{stem}: expected level (1, 2 or 3), before and place")
    return said


class CourseDirective(SphinxDirective):
    """``{course}``: the chapters as a table to choose from.

    Times, exhibits and assignment are read from chapter and assignment.

    Its content is YAML: for each chapter, in the order of a course, its ``level`` (1 to 3), what to
    know ``before``, and its ``place`` in a course. ``{course-aims}`` further down says the rest.
    """

    has_content = True

    def run(self) -> list[nodes.Node]:
        try:
            rows = [
                self._row(stem, about)
                for stem, about in said_of_chapters("\n".join(self.content)).items()
            ]
        except ValueError as fault:
            logger.warning("%s", fault, location=self.get_location(), type="course")
            return []
        self.env.temp_data[_COURSE] = rows
        return [nodes.raw("", render("course.html", rows=rows), format="html")]

    def _row(self, stem: str, about: dict) -> dict:
        try:
            text = _source(self.env, "book", stem)
        except FileNotFoundError:
            raise ValueError(f"there is no chapter {stem!r}") from None
        kinds = [kind for kind, _ in exhibits_in(self.env, stem).values()]
        return {
            **about,
            "chapter": chapter(stem, text),
            "href": address_in(self.env, stem),
            "exhibits": " and ".join(
                _counted(kinds.count(kind), kind) for kind in ("chart", "table") if kind in kinds
            ),
            "assignment": self._assignment(stem),
        }

    def _assignment(self, stem: str) -> Assignment | None:
        # kept with the pages, as their texts are: to read an assignment takes longer than to read
        # the chapter's head
        known = self.env.__dict__.setdefault("unsigned_peace_assignments", {})
        try:
            text = _source(self.env, "coursework", stem)
            if known.get(stem, ("",))[0] != text:
                known[stem] = (text, assignment(text))
            return known[stem][1]
        except FileNotFoundError:
            return None
        except ValueError as fault:
            raise ValueError(f"coursework/{stem}.md: {fault}") from None


class CourseAimsDirective(SphinxDirective):
    """``{course-aims}``: what students can do after each chapter of the ``{course}`` above."""

    def run(self) -> list[nodes.Node]:
        rows = self.env.temp_data.get(_COURSE)
        if rows is None:
            raise self.error("there is no {course} above")
        return [self._section(row) for row in rows]

    def _section(self, row: dict) -> nodes.section:
        about: Chapter = row["chapter"]
        section = nodes.section(ids=[f"teaching-{about.stem}"])
        section += nodes.title("", about.title)
        lines = [
            f"*Level {row['level']}. {_size(row)}*",
            "",
            f"*Know first:* {row['before']} {row['place']}",
            "",
            "After it students can",
            "",
            *about.aims.splitlines(),
        ]
        self.state.nested_parse(
            StringList(lines, source=self.env.docname), self.content_offset, section
        )
        return section


def _size(row: dict) -> str:
    size: Assignment | None = row["assignment"]
    work = (
        (
            f" The assignment has {_counted(size.tasks, 'task')} and "
            f"{_counted(size.essays, 'essay')}, {size.points:g} points in all."
        )
        if size
        else ""
    )
    return f"{row['exhibits'].capitalize()}.{work}"


def _counted(count: int, thing: str) -> str:
    return f"{words(count)} {thing}{'' if count == 1 else 's'}"


def setup(app: Sphinx) -> None:
    app.add_directive("course", CourseDirective)
    app.add_directive("course-aims", CourseAimsDirective)
