"""What is read after grading: the grade file, files for learning platforms, feedback for students,
a summary.
"""

from __future__ import annotations

import concurrent.futures
import functools
import hashlib
import html
import multiprocessing
import os
import re
import signal
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import nbformat
import nbgrader
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, GetGrades
from nbgrader.utils import is_grade, is_locked, is_solution
from traitlets.config import Config

from unsigned_peace.coursework import inert
from unsigned_peace.coursework.assignments import Assignment
from unsigned_peace.coursework.collecting import Stray
from unsigned_peace.coursework.course import Book, database, write_changed
from unsigned_peace.coursework.grading import Line, graded_path, read_record
from unsigned_peace.coursework.submissions import named
from unsigned_peace.files import as_csv
from unsigned_peace.processes import deaf_to_the_keyboard

#: There is nobody to give a page to, or nothing that a student could do about it.
WITHOUT_PAGE = ("missing", "unknown", "failed")
#: Nothing is graded now, whatever an earlier run graded.
NOT_GRADED = ("missing", "unreadable", "unknown", "failed")
COLUMNS = ("student", "assignment", "score", "max_score", "status", "message")
#: A page that can neither run scripts nor ask anybody for anything, whatever students wrote into
#: it.
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src '
    "'unsafe-inline'; img-src data:; font-src data:\">"
)


def _csv(header: tuple[str, ...], rows: list[tuple]) -> str:
    return as_csv(map(inert.cell, header), [map(inert.cell, row) for row in rows])


def write_grades(out: Path, lines: list[Line]) -> None:
    """``grades.csv``: a line for each student and assignment, in the order of their names.

    ``grades-by-student.csv`` has a line for each student and a column for each assignment, as
    learning platforms import it; a cell is blank where there is nothing to grade.
    """
    rows = [
        (
            line.student,
            line.assignment,
            "" if line.status == "failed" else f"{line.score:g}",
            f"{line.max_score:g}",
            line.status,
            line.message,
        )
        for line in lines
    ]
    write_changed(out / "grades.csv", _csv(COLUMNS, rows))
    scores = {
        (line.student, line.assignment): "" if line.status in NOT_GRADED else f"{line.score:g}"
        for line in lines
    }
    stems = sorted(
        {line.assignment for line in lines if line.status != "unknown" and line.assignment}
    )
    wide = [
        (student, *(scores.get((student, stem), "") for stem in stems))
        for student in sorted({line.student for line in lines})
    ]
    write_changed(out / "grades-by-student.csv", _csv(("student", *stems), wide))


# feedback ----------------------------------------------------------------------------------------


class _VisibleTests(ClearHiddenTests):
    """Leaves hidden tests out of what goes back to students; student's own cells stay as they
    are.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple[NotebookNode, dict]:
        if is_grade(cell) and not is_solution(cell):
            self._remove_hidden_test_region(cell)
        return cell, resources


@functools.cache
def _exporter() -> HTMLExporter:
    formgrader = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader"
    config = Config()
    config.HTMLExporter.template_name = "feedback"
    config.HTMLExporter.extra_template_basedirs = [str(formgrader / "templates")]
    config.HTMLExporter.extra_template_paths = [
        str(formgrader / "static" / "node_modules" / "bootstrap" / "dist" / "css")
    ]
    config.HTMLExporter.mathjax_url = config.HTMLExporter.require_js_url = (
        config.HTMLExporter.jquery_url
    ) = ""
    config.Exporter.default_preprocessors = []
    exporter = HTMLExporter(config=config)
    for preprocessor in (GetGrades, _VisibleTests, CSSHTMLHeaderPreprocessor):
        exporter.register_preprocessor(preprocessor, enabled=True)
    return exporter


#: Long lines of code and output wrap, so that nothing is cut on paper or on a telephone; cells of
#: tables stand apart.
_WRAPPED = (
    "<style>\ndiv#notebook pre{white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere}\n"
    "div#notebook .rendered_html :is(th,td){padding:.25em .75em}\n</style>"
)


def _said(line: Line) -> str:
    return (
        f"<strong>{html.escape(line.status.capitalize())}.</strong> "
        f"{html.escape(line.message[:1].upper() + line.message[1:])}"
    )


def _framed(page: str, line: Line) -> str:
    """The page without scripts, with its student and assignment in the title, and with the status
    of the submission at its head.
    """
    student, stem = html.escape(line.student), html.escape(line.assignment)
    page = page.replace(f"<title>{stem}</title>", f"<title>{student}: {stem}</title>", 1).replace(
        f"<h4>{stem} (", f"<h4>{student}: {stem} (", 1
    )
    page = re.sub(
        r'(<a href="#((?:task|essay)-\d+)(?:-check)?">)(?:Test cell|Written response)</a>',
        lambda found: f"{found[1]}{named(found[2]).capitalize()}</a>",
        page,
    )
    page = re.sub(
        r"Grade cell: <code>((?:task|essay)-\d+)-check</code>",
        lambda found: f"Check of {named(found[1])}",
        page,
    )
    page = page.replace("<html>", '<html lang="en">', 1).replace(
        "</head>", f"{_WRAPPED}\n</head>", 1
    )
    said = (
        ""
        if line.status == "graded" and not line.message
        else f'<p style="margin:1em">{_said(line)}</p>'
    )
    page = page.replace('<div class="panel-body">', f'{said}<div class="panel-body">', 1)
    page = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL | re.IGNORECASE)
    return re.sub(
        r"<head>",
        f'<head>\n{_POLICY}\n<meta name="viewport" content="width=device-width, initial-scale=1">',
        page,
        count=1,
    )


def feedback_path(out: Path, student: str, stem: str) -> Path:
    return out / "feedback" / student / stem / f"{stem}.html"


#: So long may laying out a page compute, in seconds, before its text is shown as it is.
PAGE_SECONDS = 30


def _feedback(task: tuple[Path, Line, str]) -> None:
    out, line, state = task
    student, stem = line.student, line.assignment
    notebook = nbformat.read(graded_path(out, student, stem), as_version=4)

    def late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGPROF, late)
    # again each second: Python drops what is raised while it clears up
    signal.setitimer(signal.ITIMER_PROF, PAGE_SECONDS, 1)
    try:
        resources = {
            "unique_key": stem,
            "nbgrader": {
                "student": student,
                "assignment": stem,
                "notebook": stem,
                "db_url": database(out),
            },
        }
        page, _ = _exporter().from_notebook_node(notebook, resources)
        page = _framed(page, line)
    except (TimeoutError, RecursionError):
        page = _unlaid(notebook, line)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    write_changed(feedback_path(out, student, stem), f"{page.rstrip()}\n<!-- {state} -->\n")


def _unlaid(notebook: NotebookNode, line: Line) -> str:
    """A page with what the student wrote as it stands, where laying it out took too long."""
    name = f"{html.escape(line.student)}: {html.escape(line.assignment)}"
    own = [cell for cell in notebook.cells if not is_locked(cell)]
    cells = "\n".join(
        cell.source if cell.cell_type == "markdown" else f"<pre>{html.escape(cell.source)}</pre>"
        for cell in own
    )  # text was made inert when it was read
    return _page(
        name,
        f"<h1>{name} ({line.score:g} of {line.max_score:g})</h1>\n<p>{_said(line)}</p>\n"
        f"<p>This page could not be laid out in {PAGE_SECONDS} seconds; your text follows "
        f"as it is.</p>\n{cells}\n",
    )


def write_feedback(
    out: Path, lines: list[Line], book: Book, side_by_side: int | None = None
) -> int:
    """Feedback pages, nbgrader's own, for every graded submission whose grades or comments have
    changed; returns how many.

    What could not be read gets a small page that says why.
    """
    tasks, written = [], 0
    own = Path(__file__).read_bytes()  # a page is made anew when it would be made in another way
    for line in lines:
        if line.status in WITHOUT_PAGE:
            continue
        graded, page = (
            graded_path(out, line.student, line.assignment),
            feedback_path(out, line.student, line.assignment),
        )
        record = read_record(out, line.student, line.assignment)
        if (
            line.status == "unreadable"
            or record is None
            or not record.notebook
            or not book.has(line.student, line.assignment)
        ):
            written += write_changed(page, _refusal(line))
            continue
        state = hashlib.sha256(
            own
            + graded.read_bytes()
            + book.state(line.student, line.assignment).encode()
            + repr(line).encode()
        ).hexdigest()
        if not (page.exists() and page.read_text(encoding="utf-8").endswith(f"<!-- {state} -->\n")):
            tasks.append((out, line, state))
    if tasks:
        with deaf_to_the_keyboard():
            pool = multiprocessing.get_context("fork").Pool(
                min(side_by_side or os.cpu_count() or 1, len(tasks))
            )
        with pool:
            for _ in pool.imap_unordered(_feedback, tasks):
                pass
    return written + len(tasks)


def _refusal(line: Line) -> str:
    """A page for who handed in something that could not be graded: what was wrong with it."""
    name = f"{html.escape(line.student)}: {html.escape(line.assignment)}"
    return _page(
        name,
        f"<h1>{name}</h1>\n<p>{_said(line)}</p>\n"
        f"<p>Nothing was graded. Please hand in again.</p>\n",
    )


def _page(title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{_POLICY}\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{body}</main>\n</body>\n</html>\n"
    )


# summary -----------------------------------------------------------------------------------------

#: What stands where a chart should.
_NOT_DRAWN = (
    "<p>The chart could not be drawn: this machine allows a process too little memory for that.</p>"
)


def _whole(count: int) -> list[int]:
    """Whole numbers up to a count, for an axis: of itself Vega halves a one."""
    return list(range(0, count + 1, max(1, count // 6)))


def _drawn(chart: dict) -> str | None:
    """A chart as SVG; None where the drawing program dies, as it does under a low limit of memory:
    it runs apart, so that it dies alone.
    """
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        with deaf_to_the_keyboard():
            drawing = pool.submit(_draw, chart)
        try:
            return drawing.result()
        except concurrent.futures.BrokenExecutor:
            return None


def _draw(chart: dict) -> str:
    import vl_convert

    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # for what it says when it dies
    return vl_convert.vegalite_to_svg(chart)


def write_summary(
    out: Path,
    lines: list[Line],
    assignments: list[Assignment],
    book: Book,
    strays: Sequence[Stray] = (),
) -> None:
    """``summary.html``: for each assignment how many solved each task, as a chart and as a table;
    the chart as a file too.

    Notebooks that lie in wrong places are named first.
    """
    import altair as alt
    import pandas as pd

    from unsigned_peace.charts import theme

    parts = []
    for assignment in assignments:
        of_this = [line for line in lines if line.assignment == assignment.stem]
        graded = [
            book.points(line.student, line.assignment)
            for line in of_this
            if line.status not in NOT_GRADED
        ]
        if not of_this:
            continue
        statuses = Counter(sorted(line.status for line in of_this))
        head = (
            f"<h2>{html.escape(assignment.stem)}</h2>\n<p>{len(of_this)} students: "
            + ", ".join(f"{count} {status}" for status, count in statuses.items())
            + ".</p>\n"
        )
        if not graded:
            parts.append(head)
            continue
        due = {task.name: task.points for task in assignment.tasks}
        reached = pd.DataFrame(graded)[list(due)]
        table = pd.DataFrame(
            {
                "full points": (reached >= pd.Series(due)).sum(),
                "part of the points": ((reached > 0) & (reached < pd.Series(due))).sum(),
                "no points": (reached == 0).sum(),
            }
        ).rename({name: f"{named(name).capitalize()} ({points:g})" for name, points in due.items()})
        order = list(table.columns)
        bars = (
            alt.Chart(
                table.rename_axis("task")
                .reset_index()
                .melt("task", var_name="result", value_name="students")
                .query("students > 0")
            )
            .mark_bar()
            .encode(
                y=alt.Y("task:N", title=None, sort=list(table.index)),
                x=alt.X(
                    "students:Q",
                    title="students",
                    axis=alt.Axis(values=_whole(len(graded)), format="d"),
                ),
                color=alt.Color(
                    "result:N",
                    title=None,
                    sort=order,
                    scale=alt.Scale(domain=order, range=[theme.BOTH, theme.OTHER, theme.SOFT]),
                ),
                order=alt.Order("rank:Q"),
            )
            .transform_calculate(rank=f"indexof({order}, datum.result)")
            .properties(width=480, height=alt.Step(28))
        )
        drawing = _drawn(bars.to_dict())
        if drawing:
            write_changed(out / "summary" / f"{assignment.stem}.svg", drawing)
        best = reached.sum(axis=1)
        described = (
            f"Bars, one for each task: how many of {len(graded)} students got full points, "
            f"part of them, none. The table below holds the same numbers."
        )
        parts.append(
            f"{head}<p>Points of the tasks, without essays: from {best.min():g} to "
            f"{best.max():g}, median {best.median():g}.</p>\n"
            f'<figure role="img" '
            f'aria-label="{html.escape(described)}">{drawing or _NOT_DRAWN}</figure>\n'
            f"{table.to_html(border=0)}\n"
        )
    if strays:
        parts.insert(
            0,
            "<h2>Not graded: notebooks in the wrong place</h2>\n<ul>\n"
            + "".join(f"<li>{html.escape(stray.belongs())}</li>\n" for stray in strays)
            + "</ul>\n",
        )
    write_changed(
        out / "summary.html",
        _page("Coursework: summary", f"<h1>Coursework: how it went</h1>\n{''.join(parts)}"),
    )


_STYLE = """
body{font:16px/1.5 'Liberation Sans',Arial,Helvetica,sans-serif}
body{color:#1f2328;background:#fffffe;margin:0}
main{max-width:44rem;margin:0 auto;padding:1rem}
figure{margin:1rem 0;overflow-x:auto}
svg{max-width:100%;height:auto}
table{border-collapse:collapse}
th,td{text-align:right;padding:.25rem .75rem;border-bottom:1px solid #d0d7df}
tbody th{text-align:left;font-weight:normal}
"""


def write_all(
    out: Path, lines: list[Line], assignments: list[Assignment], strays: Sequence[Stray] = ()
) -> int:
    """Everything that is read after grading; returns how many feedback pages were written anew."""
    write_grades(out, lines)
    with Book(out) as book:
        written = write_feedback(out, lines, book)
        write_summary(out, lines, assignments, book, strays)
    return written
