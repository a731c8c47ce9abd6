"""The pages for teachers.

What they take from chapters and assignments, and the same rules for their prose.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nbformat
import pytest

from tests.chapters import VERDICT
from tests.chapters.test_prose import NAMES, prose, typed_figures
from tests.conftest import ROOT
from unsigned_peace import paths
from unsigned_peace.coursework.grading import STATUSES
from unsigned_peace.notebooks.source import chapters
from unsigned_peace.publishing.about import teaching
from unsigned_peace.publishing.chapters.exhibit_links import exhibits
from unsigned_peace.publishing.chapters.reading_time import reading_minutes

PAGES = sorted((ROOT / "book" / "teaching").glob("*.md"))
#: The pages that speak of history; others have figures of their own, such as the limits of a hub.
HISTORY = [
    path
    for path in PAGES
    if re.search(r"\{(?:record|exhibit|course)\}", path.read_text(encoding="utf-8"))
]
CHAPTERS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in chapters()
    if "## Exercises" in path.read_text(encoding="utf-8")
}

#: Numbers of a plan, which are the teacher's and not the record's.
PLAN = re.compile(
    r"\b\d+(?: to \d+)? minutes\b|\b(?:[Ww]eek|[Ss]essions?|[Ll]evel|[Ee]xercise) \d+(?:(?:, |"
    r" and | to )\d+)*|^\| \d+ \|",
    re.MULTILINE,
)

#: What nbgrader keeps with the two cells of text, which Jupytext writes in one line.
_ABOUT = (
    '{"grade_id": "about", "grade": false, "solution": false, "locked": true, '
    '"task": false, "schema_version": 3}'
)
_ESSAY = (
    '{"grade_id": "essay-1", "grade": true, "solution": true, "locked": false, "points": 10, '
    '"task": false, "schema_version": 3}'
)
ASSIGNMENT = """---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---

+++ {"nbgrader": ABOUT}

# Coursework: a small one

Allow 45 to 60 minutes.

```{code-cell}
---
nbgrader: {grade_id: task-1, grade: false, solution: true, locked: false, task: false,
  schema_version: 3}
---
answer = 1
```

```{code-cell}
---
nbgrader: {grade_id: task-1-check, grade: true, solution: false, locked: true, points: 20,
  task: false, schema_version: 3}
---
assert answer == 1
```

+++ {"nbgrader": ESSAY}

An essay.
""".replace("ABOUT", _ABOUT).replace("ESSAY", _ESSAY)


def test_an_assignment_says_its_own_size():
    assert teaching.assignment(ASSIGNMENT) == teaching.Assignment(
        tasks=1, essays=1, points=30, minutes="45 to 60"
    )


def test_an_assignment_that_states_no_time_is_refused():
    with pytest.raises(ValueError, match="how many minutes"):
        teaching.assignment(ASSIGNMENT.replace("45 to 60 minutes", "an hour"))


def test_a_chapter_says_its_own_title_aims_and_time():
    text = "# Why?\n\n" + "word " * 1800 + "\n\n:::{aims}\n1. ask;\n2. answer.\n:::\n"
    assert teaching.chapter("why", text) == teaching.Chapter(
        "why", "Why?", "1. ask;\n2. answer.\n", 10
    )
    with pytest.raises(ValueError, match="why.md has no aims"):
        teaching.chapter("why", "# Why?\n")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("islands: first", "^islands: expected level"),
        (
            "islands: {level: 4, before: nothing, place: here}",
            "^islands: expected level .1, 2 or 3",
        ),
        ("islands: {level: 1, before: nothing}", "^islands: expected level .* before and place$"),
        ("islands: [", "^the course is not YAML: "),
        ("- islands", "^expected the name of a chapter"),
    ],
)
def test_a_course_with_a_fault_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        teaching.said_of_chapters(wrong)


def test_the_exhibits_of_a_chapter_carry_their_computed_titles(site):
    notebook = nbformat.read(paths.EXECUTED / "islands.ipynb", as_version=4)
    shown = [
        output.data["text/plain"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "text/plain" in output.get("data", {})
    ]
    found = exhibits(notebook)
    assert list(found)[:2] == ["four-islands", "the-chain"]
    assert [text for text in shown if re.match("<(chart|table): ", text)] == [
        f"<{kind}: {title}>" for kind, title in found.values()
    ]


def test_every_status_of_a_grade_file_is_explained():
    page = (ROOT / "book" / "teaching" / "assigning.md").read_text(encoding="utf-8")
    assert [status for status in STATUSES if f"`{status}`" not in page] == []


class _Cells(HTMLParser):
    """The text of each row of the course's table."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.feed(re.search(r'<table class="course">.*?</table>', html, re.DOTALL)[0])

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def test_the_course_has_every_chapter_with_what_it_says_of_itself(site):
    html = (site / "book" / "teaching" / "index.html").read_text(encoding="utf-8")
    rows = {title: (reading, work) for title, _, reading, work in _Cells(html).rows[1:]}
    assert len(rows) == len(CHAPTERS) >= 12
    for stem, text in CHAPTERS.items():
        chapter = teaching.chapter(stem, text)
        size = teaching.assignment((ROOT / "coursework" / f"{stem}.md").read_text(encoding="utf-8"))
        assert rows[chapter.title] == (f"{reading_minutes(text)} min", f"{size.minutes} min")
        section = re.search(rf'<section id="teaching-{stem}">.*?</section>', html, re.DOTALL)[0]
        assert f"{size.points:g} points in all" in section
        for aim in re.findall(r"^\d\. (\w+)", chapter.aims, re.MULTILINE):
            assert re.search(rf"<li><p>{aim}\b", section)


@pytest.mark.parametrize("page", HISTORY, ids=lambda path: path.stem)
def test_no_figure_of_the_record_is_typed_by_hand(page):
    text = re.sub(r"```\{course\}.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert typed_figures(PLAN.sub("", NAMES.sub("", prose(text)))) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_neither_side_s_verdict_is_in_our_voice(page):
    text = re.sub(r"[\"“'‘*][^\"”'’*\n]*[\"”'’*]", "", prose(page.read_text(encoding="utf-8")))
    assert VERDICT.findall(text) == []
