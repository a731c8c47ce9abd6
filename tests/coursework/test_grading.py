"""Whatever is handed in gets its exact points or a clear status, and stays as it was handed in."""

from __future__ import annotations

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook

from tests.coursework import making, sample
from unsigned_peace.coursework import __main__ as commands
from unsigned_peace.coursework import collecting, grading, reports, scoring
from unsigned_peace.coursework.assignments import SOURCES, paths, read
from unsigned_peace.coursework.collecting import collect
from unsigned_peace.coursework.course import COURSE, Book, database, prepare
from unsigned_peace.coursework.grading import STATUSES, GradingError, grade_all
from unsigned_peace.coursework.reports import COLUMNS, write_all
from unsigned_peace.coursework.sandbox import Interrupted, Limits, descendants_of
from unsigned_peace.paths import ROOT

KINDS = [*making.KINDS, making.large(8)]


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    return read(sample.write(tmp_path_factory.mktemp("source")))


def rows(out: Path) -> dict[tuple[str, str], dict]:
    with open(out / "grades.csv", newline="", encoding="utf-8") as file:
        return {(row["student"], row["assignment"]): row for row in csv.DictReader(file)}


def begun(out: Path, assignment) -> Path:
    """The folder with a course in it, copied from one: to make a grade book takes longer than to
    grade.
    """
    course = assignment.path.parent / "course"
    if not course.exists():
        prepare(course, [assignment])
    if not out.exists():
        shutil.copytree(course, out)
    return out


def graded(folder: Path, out: Path, assignment, pages: bool = False) -> dict[tuple[str, str], dict]:
    """The lines of the grade file; ``pages`` are written where a test reads them."""
    begun(out, assignment)
    lines = grade_all(folder, out, [assignment], progress=lambda text: None)
    if pages:
        write_all(out, lines, [assignment])
    else:
        reports.write_grades(out, lines)
    return rows(out)


@pytest.fixture(scope="module")
def class_(assignment, tmp_path_factory):
    """A class in which each student hands in in another way, graded once."""
    folder, out = tmp_path_factory.mktemp("class") / "in", tmp_path_factory.mktemp("class") / "out"
    for kind in KINDS:
        kind.write(assignment, folder / kind.name / assignment.stem)
    (folder / "without-folder").mkdir()
    (folder / "key" / "another-course").mkdir()
    before = making.tree(folder)
    lines = graded(folder, out, assignment, pages=True)
    assert making.tree(folder) == before
    return folder, out, lines


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_submission_gets_its_exact_points(kind, assignment, class_):
    line = class_[2][kind.name, assignment.stem]
    assert (float(line["score"]), line["status"]) == (kind.points(assignment), kind.status), line
    assert float(line["max_score"]) == 30 and kind.named in line["message"], line


def test_every_student_has_a_line_and_every_status_is_known(assignment, class_):
    _, out, lines = class_
    assert lines["without-folder", assignment.stem]["status"] == "missing"
    assert (
        lines["key", "another-course"]["status"] == "unknown"
        and assignment.stem in lines["key", "another-course"]["message"]
    )
    assert len(lines) == len(KINDS) + 2 and {line["status"] for line in lines.values()} <= set(
        STATUSES
    )
    assert (out / "grades.csv").read_text(encoding="utf-8").splitlines()[0] == ",".join(COLUMNS)
    assert list(lines) == sorted(lines)
    wide = (out / "grades-by-student.csv").read_text(encoding="utf-8").splitlines()
    assert (
        wide[0] == f"student,{assignment.stem}"
        and "key,20" in wide
        and "without-folder," in wide
        and "empty-file," in wide
    )


def test_a_second_run_grades_nothing_and_another_folder_gives_the_same_file(
    assignment, class_, tmp_path, monkeypatch
):
    folder, out, _ = class_
    before = (out / "grades.csv").read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(grading, "_child", lambda *_: pytest.fail("graded again"))
        graded(folder, out, assignment)
    assert (out / "grades.csv").read_bytes() == before
    few = tmp_path / "few"
    for kind in KINDS[:6]:
        kind.write(assignment, few / kind.name / assignment.stem)
    again = graded(few, tmp_path / "again", assignment)
    assert all(class_[2][place] == line for place, line in again.items())


def test_feedback_shows_points_and_reasons_but_no_hidden_test_and_asks_nobody(assignment, class_):
    _, out, _ = class_
    page = (out / "feedback" / "partial" / assignment.stem / f"{assignment.stem}.html").read_text(
        encoding="utf-8"
    )
    assert (
        "Score: 12.0 / 30.0" in page
        and "how_many: look at the table again" in page
        and "the answer by_year was not found" in page
    )
    for page in (out / "feedback").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "assert how_many == len(documents)" not in text.replace("</span>", "").replace(
            '<span class="o">', ""
        ), page
        assert "BEGIN HIDDEN" not in text or page.parts[-3] == "own-cells"
        assert "<script" not in text.lower() and text.index("default-src 'none'") < text.index(
            "<style"
        )
    assert len(list((out / "feedback").rglob("*.html"))) == sum(
        kind.status != "missing" for kind in KINDS
    )
    refused = (
        out / "feedback" / "broken-json" / assignment.stem / f"{assignment.stem}.html"
    ).read_text(encoding="utf-8")
    assert (
        f"<title>broken-json: {assignment.stem}</title>" in refused
        and "broken JSON in line 2" in refused
        and "default-src 'none'" in refused
    )


def test_an_error_in_feedback_names_the_students_line_and_no_folder_of_the_machine(
    assignment, tmp_path
):
    notebook = making.answered(assignment)
    name = assignment.tasks[0].name
    notebook.cells[
        making.place(notebook, name)
    ].source = "from unsigned_peace import load\nload('no-such-table')"
    folder = tmp_path / "in" / "astray" / assignment.stem
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{assignment.stem}.ipynb")
    graded(tmp_path / "in", tmp_path / "out", assignment, pages=True)
    page = (
        tmp_path / "out" / "feedback" / "astray" / assignment.stem / f"{assignment.stem}.html"
    ).read_text(encoding="utf-8")
    assert "no-such-table" in page and "unsigned_peace/dataset.py" in page and str(ROOT) not in page


def test_a_feedback_page_says_whose_it_is_and_names_each_task(assignment, class_):
    page = BeautifulSoup(
        (
            class_[1] / "feedback" / "partial" / assignment.stem / f"{assignment.stem}.html"
        ).read_text(encoding="utf-8"),
        "html.parser",
    )
    assert page.title.get_text() == f"partial: {assignment.stem}" and page.h4.get_text().startswith(
        f"partial: {assignment.stem} (Score"
    )
    assert [link.get_text() for link in page.select("#toc a") if link.get_text() != "Comment"] == [
        *(f"Task {number}" for number in range(1, 6)),
        "Essay 1",
    ]
    assert all(page.select(f"a[name='{link['href'][1:]}']") for link in page.select("#toc a"))
    assert (
        "Check of task 3" in page.get_text()
        and "Grade cell" not in page.get_text()
        and "pre-wrap" in str(page.head)
    )


def test_what_students_write_does_nothing_in_the_browser_of_whoever_marks_it(assignment, class_):
    notebook = nbformat.read(
        class_[1] / "autograded" / "own-cells" / assignment.stem / f"{assignment.stem}.ipynb",
        as_version=4,
    )
    page, _ = HTMLExporter().from_notebook_node(notebook)
    written = BeautifulSoup(page, "html.parser").select(".jp-MarkdownCell, .jp-RawCell, .jp-Cell")
    texts = [cell for cell in written if "alert(" in cell.get_text()]
    assert len(texts) == 3  # the essay, and two cells of their own
    for cell in texts:
        assert not cell.select("script, img, svg, iframe, object, [onerror], [onload]")
        assert not [
            link["href"]
            for link in cell.select("a[href]")
            if not link["href"].startswith(("#", "http:"))
        ]


def test_a_page_that_takes_too_long_is_given_as_it_is(assignment, class_, monkeypatch):
    class Slow:
        def from_notebook_node(self, *_):
            while True:
                pass

    class Waits:  # as on a busy machine
        def from_notebook_node(self, *_):
            time.sleep(1.5)
            return "<html><head></head>laid out</html>", {}

    out = class_[1]
    page = out / "feedback" / "own-cells" / assignment.stem / f"{assignment.stem}.html"
    line = next(
        line
        for line in grade_all(class_[0], out, [assignment], progress=lambda text: None)
        if line.student == "own-cells"
    )
    page.unlink()
    with monkeypatch.context() as patched:
        patched.setattr(reports, "_exporter", Slow)
        patched.setattr(reports, "PAGE_SECONDS", 1)
        with Book(out) as book:
            reports.write_feedback(out, [line], book)
    text = page.read_text(encoding="utf-8")
    assert (
        "could not be laid out in 1 seconds" in text
        and "default-src 'none'" in text
        and "<script" not in text
        and "alert(1)" in text
    )
    page.unlink()
    with monkeypatch.context() as patched:
        patched.setattr(reports, "_exporter", Waits)
        patched.setattr(reports, "PAGE_SECONDS", 1)
        with Book(out) as book:
            reports.write_feedback(out, [line], book)
    assert "laid out</html>" in page.read_text(encoding="utf-8")
    page.unlink()


def test_the_summary_counts_each_task(assignment, class_):
    page = (class_[1] / "summary.html").read_text(encoding="utf-8")
    solved = sum(
        kind.points(assignment) == 20 or kind.name in ("partial", "deleted-solution")
        for kind in KINDS
    )
    assert (
        f"{len(KINDS) + 1} students" in page and "<svg" in page and "Task 1 (4)" in page and solved
    )


def test_the_summary_does_not_count_work_that_is_gone(assignment, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    key = next(kind for kind in KINDS if kind.name == "key")
    for student in ("stays", "goes"):
        key.write(assignment, folder / student / assignment.stem)
    graded(folder, out, assignment, pages=True)
    assert "how many of 2 students" in (out / "summary.html").read_text(encoding="utf-8")
    (folder / "goes" / assignment.stem / f"{assignment.stem}.ipynb").unlink()
    lines = graded(folder, out, assignment, pages=True)
    assert lines["goes", assignment.stem]["status"] == "missing"
    assert "how many of 1 students" in (out / "summary.html").read_text(encoding="utf-8")


def test_marks_given_by_hand_count_and_stay(assignment, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    making.KINDS[0].write(assignment, folder / "anna" / assignment.stem)
    assert graded(folder, out, assignment)["anna", assignment.stem]["status"] == "essay waits"
    with Gradebook(database(out), COURSE) as book:
        grade = book.find_grade("essay-1", assignment.stem, assignment.stem, "anna")
        assert grade.needs_manual_grade
        grade.manual_score, grade.needs_manual_grade = 7.5, False
        book.find_comment(
            "essay-1", assignment.stem, assignment.stem, "anna"
        ).manual_comment = "Well argued."
        book.db.commit()
    line = graded(folder, out, assignment, pages=True)["anna", assignment.stem]
    assert (line["score"], line["status"]) == ("27.5", "graded")
    assert "Well argued." in (
        out / "feedback" / "anna" / assignment.stem / f"{assignment.stem}.html"
    ).read_text(encoding="utf-8")
    making.KINDS[2].write(
        assignment, folder / "anna" / assignment.stem
    )  # handed in anew: the mark stays, and is to be looked at
    line = graded(folder, out, assignment)["anna", assignment.stem]
    assert (line["score"], line["status"]) == ("19.5", "essay waits")


@pytest.mark.parametrize(
    "left",
    [b"", b'{"cells": [', b'{"nbformat": 4, "cells": [1]}', b'{"nbformat": 4, "cells": []}']
    + [b'{"cells": [{"cell_type": "raw", "source": "", "metadata": {}}]}'],
)
def test_a_result_that_was_cut_short_is_made_anew(assignment, tmp_path, left):
    folder, out = tmp_path / "in", tmp_path / "out"
    making.KINDS[0].write(assignment, folder / "anna" / assignment.stem)
    first = graded(folder, out, assignment)
    (out / "autograded" / "anna" / assignment.stem / f"{assignment.stem}.ipynb").write_bytes(left)
    assert graded(folder, out, assignment, pages=True) == first


def test_the_results_are_a_course_of_nbgrader(assignment, class_):
    _, out, _ = class_
    notebook = nbformat.read(
        out / "autograded" / "partial" / assignment.stem / f"{assignment.stem}.ipynb", as_version=4
    )
    nbformat.validate(notebook)
    assert any(
        "HIDDEN TESTS" in cell.source for cell in notebook.cells
    )  # for the instructor's eyes
    assert (out / "source" / assignment.stem / f"{assignment.stem}.ipynb").exists() and (
        out / "nbgrader_config.py"
    ).exists()
    with Gradebook(database(out), COURSE) as book:
        submission = book.find_submission(assignment.stem, "partial")
        assert (submission.score, submission.max_score, submission.needs_manual_grade) == (
            12,
            30,
            True,
        )


def test_a_killed_run_goes_on_where_it_stopped(assignment, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    begun(out, assignment)
    for number in range(6):
        making.KINDS[number % 3].write(assignment, folder / f"student-{number}" / assignment.stem)
    code = (
        "from pathlib import Path\nfrom unsigned_peace.coursework.assignments import read\n"
        "from unsigned_peace.coursework.grading import grade_all\n"
        f"grade_all(Path({str(folder)!r}), Path({str(out)!r}), "
        f"[read(Path({str(assignment.path)!r}))], side_by_side=1)"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True
    )
    until = time.monotonic() + 60
    while len(list(out.glob("records/*/*.json"))) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    done = {path: path.stat().st_mtime_ns for path in out.glob("autograded/*/*/*.ipynb")}
    assert 1 <= len(done) < 6
    lines = graded(folder, out, assignment)
    assert [float(line["score"]) for line in lines.values()] == [
        making.KINDS[number % 3].points(assignment) for number in range(6)
    ]
    kept = [path for path, changed in done.items() if path.stat().st_mtime_ns == changed]
    assert len(kept) >= len(done) - 1  # at most the one that was being written


def test_what_a_stopped_submission_had_answered_is_graded(assignment, tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "LIMITS", Limits(cell=1, grace=1, processes=16))
    folder, out = tmp_path / "in", tmp_path / "out"
    notebook = making.answered(assignment)
    for student, code in {"loop": "while True: pass", "exit": "import os; os._exit(0)"}.items():
        notebook.cells[making.place(notebook, "task-3")].source = code
        path = folder / student / assignment.stem / f"{assignment.stem}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    lines = graded(folder, out, assignment)
    assert (lines["loop", assignment.stem]["score"], lines["loop", assignment.stem]["status"]) == (
        "16",
        "stopped: time",
    )
    assert (lines["exit", assignment.stem]["score"], lines["exit", assignment.stem]["status"]) == (
        "8",
        "stopped: exit",
    )
    assert (
        "the code was stopped in the cell of task 3" in lines["exit", assignment.stem]["message"]
        and "an essay waits" in lines["exit", assignment.stem]["message"]
    )


def test_an_answer_that_stops_its_test_loses_only_that(assignment, tmp_path, monkeypatch):
    monkeypatch.setattr(scoring, "EXAMINER", Limits(cell=1, grace=1, total=1000))
    text = assignment.path.read_text(encoding="utf-8").replace(
        "assert how_many == len(documents),",
        "assert sum(range(how_many)) >= 0 and how_many == len(documents),",
    )
    path = tmp_path / f"{sample.STEM}.md"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "mistakes").symlink_to(assignment.path.parent / "mistakes")
    slow = read(path)
    notebook = making.answered(slow)
    notebook.cells[making.place(notebook, "task-1")].source = "how_many = 10**14"
    folder = tmp_path / "in"
    for student in ("a", "b"):
        (folder / student / slow.stem).mkdir(parents=True)
        nbformat.write(
            notebook if student == "a" else making.answered(slow),
            folder / student / slow.stem / f"{slow.stem}.ipynb",
        )
    lines = graded(folder, tmp_path / "out", slow)
    assert [line["score"] for line in lines.values()] == ["16", "20"], lines


def test_what_cannot_be_graded_here_and_now_has_no_grade_and_is_graded_by_the_next_run(
    assignment, tmp_path, monkeypatch
):
    """An examiner that does not start, one that can make no copy of itself, and one that a shutdown
    ends, are nobody's fault.
    """
    folder, out = tmp_path / "in", tmp_path / "out"
    for student in ("a", "b"):
        making.KINDS[0].write(assignment, folder / student / assignment.stem)

    class Broken(scoring.Examiner):
        def __init__(self, assignment):
            raise Interrupted("the process that ran it was ended from outside")

    class Alone(scoring.Examiner):
        def _begin(self):
            super()._begin()
            alone = "import resource; resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))"
            list(self.process.ask({"run": alone}))

    class Ended(scoring.Examiner):
        def test(self, task, told):
            inside = descendants_of(self.process._process.pid)
            os.kill(inside[-1], signal.SIGTERM)
            return super().test(task, told)

    for examiner, said in (
        (Broken, "could not begin"),
        (Alone, "could not be started"),
        (Ended, "ended from outside"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(grading, "Examiner", examiner)
            lines = graded(folder, out, assignment)
        assert all(
            (line["score"], line["status"]) == ("", "failed") and said in line["message"]
            for line in lines.values()
        ), lines
    assert [line["score"] for line in graded(folder, out, assignment).values()] == ["20", "20"]


def test_only_what_can_move_a_grade_makes_grading_begin_anew(tmp_path):
    package = tmp_path / "package"
    shutil.copytree(ROOT / "unsigned_peace", package, ignore=shutil.ignore_patterns("__pycache__"))
    before = grading.circumstances(package)
    for name in grading.NOT_IN_A_GRADE:
        place = package / name
        for path in [place] if place.is_file() else list(place.rglob("*.py")):
            path.write_text(path.read_text() + "# a comma\n")
    assert grading.circumstances(package) == before
    for name in ("dataset.py", "polling.py", "coursework/scoring.py", "coursework/runner.py"):
        (package / name).write_text((package / name).read_text() + "\n")
        assert grading.circumstances(package) != before
        before = grading.circumstances(package)


def test_what_can_move_no_grade_is_imported_by_no_grading_and_no_assignment():
    code = (
        "import sys, unsigned_peace.coursework.grading, unsigned_peace.coursework.runner\n"
        "print(*sys.modules)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    without = tuple(
        f"unsigned_peace.{name.removesuffix('.py').replace('/', '.')}"
        for name in grading.NOT_IN_A_GRADE
    )
    cells = "".join(path.read_text(encoding="utf-8") for path in paths())
    mistakes = "".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("mistakes/*.yaml"))
    for module in without:
        assert not re.search(rf"(^|\s){re.escape(module)}(\.|\s|$)", finished.stdout), module
        last = module.rpartition(".")[2]
        assert not re.search(rf"unsigned_peace( import .*\b|\.){last}\b", cells + mistakes), module


def test_work_in_the_wrong_place_is_named_with_where_it_belongs(assignment, tmp_path):
    folder, out, stem = tmp_path / "in", tmp_path / "out", assignment.stem
    name = f"{stem}.ipynb"
    places = {
        "hanako": f"hanako/{stem}/{name}",
        "olga": f"olga/{name}",
        "ivan": f"ivan/Joint Declaration/{name}",
        "ken": "ken/homework.ipynb",
        "mari": f"mari/{stem}/{stem}/{name}",
        "late": f"{stem}-late.ipynb",
        "": name,
    }
    for path in places.values():
        making.KINDS[0].write(assignment, (folder / path).parent)
        (folder / path).parent.joinpath(name).rename(folder / path)
    (folder / "hanako" / stem / ".ipynb_checkpoints").mkdir()
    (folder / "hanako" / stem / ".ipynb_checkpoints" / name).write_text("{}")
    found = collect(folder, [stem]).strays
    said = []
    lines = grade_all(folder, begun(out, assignment), [assignment], progress=said.append)
    write_all(out, lines, [assignment], found)
    lines = rows(out)
    assert (
        "1 of 1: hanako, joint-declaration: essay waits, 20 of 30 points" in said
        and lines["hanako", stem]["status"] == "essay waits"
    )
    assert {place: line["status"] for place, line in lines.items() if place[0] != "hanako"} == {
        **{(student, stem): "missing" for student in ("ivan", "ken", "mari", "olga")},
        ("ivan", "Joint Declaration"): "unknown",
    }
    assert (
        lines["olga", stem]["message"]
        == f"olga/{name} lies where it is not looked for; it belongs at olga/{stem}/{name}"
    )
    assert (
        lines["ivan", stem]["message"]
        == f"ivan/Joint Declaration/{name} lies where it is not looked for; it belongs at "
        f"ivan/{stem}/{name}"
    )
    assert (
        lines["ken", stem]["message"]
        == f"ken/homework.ipynb lies where it is not looked for; if it is this assignment, it "
        f"belongs at ken/{stem}/{name}"
    )
    assert lines["mari", stem]["message"].startswith(f"mari/{stem}/{stem}/{name} lies")
    assert (
        f"{name} lies where it is not looked for; it belongs at &lt;student&gt;/{stem}/{name}"
        in (out / "summary.html").read_text(encoding="utf-8")
    )
    assert [stray.belongs() for stray in found if not stray.student] == [
        f"{path} lies where it is not looked for; it belongs at <student>/{stem}/{name}"
        for path in (f"{stem}-late.ipynb", name)
    ]


def test_who_alone_handed_in_and_in_the_wrong_place_has_a_line(assignment, tmp_path):
    folder, stem = tmp_path / "in", assignment.stem
    making.KINDS[0].write(assignment, folder / "olga")
    making.KINDS[0].write(assignment, folder / stem / "ivan")  # the folders the other way round
    assert graded(folder, tmp_path / "out", assignment)["olga", stem]["status"] == "missing"
    assert [stray.belongs() for stray in collect(folder, [stem]).strays] == [
        f"{path}/{stem}.ipynb lies where it is not looked for; it belongs at "
        f"{student}/{stem}/{stem}.ipynb"
        for path, student in ((f"{stem}/ivan", "ivan"), ("olga", "olga"))
    ]


def test_of_very_many_notebooks_in_wrong_places_it_is_said_how_many_more_there_are(tmp_path):
    for number in range(25):
        (tmp_path / "olga" / "batch" / f"s{number:02}").mkdir(parents=True)
        (tmp_path / "olga" / "batch" / f"s{number:02}" / "work.ipynb").write_text("{}")
        (tmp_path / f"loose{number:02}.ipynb").write_text("{}")
    found = collect(tmp_path, [])
    assert len(found.strays) == 40
    assert "loose20.ipynb (and 4 others): it lies where it is not looked for" in found.passed_over
    more = "batch/s20/work.ipynb (and 4 others): it lies where it is not looked for"
    assert f"olga/{more}" in found.passed_over and more in found.beside["olga"]


def test_after_results_were_deleted_during_a_run_the_same_command_works_again(
    assignment, tmp_path, monkeypatch, capsys
):
    folder, out = tmp_path / "in", begun(tmp_path / "out", assignment)
    for student in ("hanako", "olga"):
        making.KINDS[0].write(assignment, folder / student / assignment.stem)
    monkeypatch.setattr(commands, "paths", lambda: [assignment.path])
    arguments, begin = ["grade", str(folder), str(out), "--jobs", "1"], grading._begin
    for gone in (out, out / "gradebook.db"):

        def begin_and_delete(slot, job, out, gone=gone):
            if job.student == "olga":
                shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
            return begin(slot, job, out)

        with monkeypatch.context() as patched:
            patched.setattr(grading, "_begin", begin_and_delete)
            assert commands.main(arguments) == 1
        assert "was deleted or replaced while it was written to" in capsys.readouterr().err
        if gone == out:
            assert not (out / "nbgrader_config.py").exists()
        assert commands.main(arguments) == 0
        assert [line["score"] for line in rows(out).values()] == ["20", "20"]
        for student in ("hanako", "olga"):  # to be graded anew
            (out / "records" / student / f"{assignment.stem}.json").unlink()


def test_the_last_line_counts_who_has_no_page(assignment, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "in"
    making.KINDS[0].write(assignment, folder / "hanako" / assignment.stem)
    making.KINDS[0].write(assignment, folder)
    (folder / "olga").mkdir()
    monkeypatch.setattr(commands, "paths", lambda: [assignment.path])
    out = begun(tmp_path / "out", assignment)
    assert commands.main(["grade", str(folder), str(out)]) == 0
    said = capsys.readouterr()
    assert (
        "2 lines (1 essay waits, 1 missing); 1 pages of feedback written, none for 1 missing;"
        in said.out
    )
    assert (
        said.err.splitlines()[-1]
        == f"Not graded: {assignment.stem}.ipynb lies where it is not looked for; it belongs "
        f"at <student>/{assignment.stem}/{assignment.stem}.ipynb"
    )


def test_names_of_folders_stop_nobody(assignment, tmp_path):
    folder = tmp_path / "in"
    names = ["花子 Ханако", "=1+1", 'a,b"c', "[x]*", "line\nbreak", os.fsdecode(b"caf\xe9")]
    for name in names:
        making.KINDS[0].write(assignment, folder / name / assignment.stem)
    making.KINDS[0].write(assignment, folder / names[0] / os.fsdecode(b"\xff"))
    lines = graded(folder, tmp_path / "out", assignment)
    shown = ["花子 Ханако", "'=1+1", "a,b\\x22c", "[x]*", "line\\x0abreak", "caf\\xe9"]
    assert [lines[name, assignment.stem]["score"] for name in shown] == ["20"] * 6
    assert lines[names[0], "\\xff"]["status"] == "unknown"


def test_results_do_not_go_among_the_submissions(assignment, tmp_path):
    (tmp_path / "in").mkdir()
    for out in (tmp_path / "in", tmp_path / "in" / "out", tmp_path):
        with pytest.raises(GradingError, match="a folder apart"):
            grade_all(tmp_path / "in", out, [assignment])
    with pytest.raises(GradingError, match="there is no folder"):
        grade_all(tmp_path / "nowhere", tmp_path / "out", [assignment])


def test_of_many_errors_of_a_cell_few_are_kept_and_the_last_is_known():
    outputs = scoring.Outputs()
    for number in range(1000):
        outputs.add({"error": {"ename": f"E{number}", "evalue": "", "traceback": ""}})
    assert len(outputs.list) == scoring.KEPT_ERRORS and outputs.error == "E999"


def test_answers_are_checked_when_their_code_has_ended(assignment, tmp_path, monkeypatch):
    """How long a check takes would tell code that runs whether it was right."""
    done = []

    def noted(what, of, name):
        function = getattr(of, name)

        def instead(*arguments, **named):
            done.append(what)
            return function(*arguments, **named)

        monkeypatch.setattr(of, name, instead)

    key = next(kind for kind in KINDS if kind.name == "key")
    key.write(assignment, tmp_path / "key" / assignment.stem)
    with scoring.Examiner(assignment) as examiner:
        noted("asked", grading, "ask_cell")
        noted("checked", scoring.Examiner, "test")
        path = tmp_path / "key" / assignment.stem / f"{assignment.stem}.ipynb"
        grading.grade(assignment, path, [], examiner, "key")
    assert done.count("checked") == len(assignment.tasks)
    assert "asked" not in done[done.index("checked") :]


_INTERRUPTED = """
import os, signal, sys, types
from unsigned_peace.coursework import grading

class Started:
    def __init__(self, **_):
        self.ended = False
    def start(self):
        os.kill(os.getpid(), signal.SIGINT)
        sum(range(100_000))  # where an interrupt would come, if it could
        print("started")

grading.multiprocessing = types.SimpleNamespace(
    get_context=lambda _: types.SimpleNamespace(Process=Started)
)
job = types.SimpleNamespace(assignment=None, key="")
slot = grading._Slot(examiner=types.SimpleNamespace(assignment=None))
try:
    grading._begin(slot, job, None)
except KeyboardInterrupt:
    print("interrupted, and known:", slot.now is not None)
"""


def test_an_interrupt_while_a_grading_begins_comes_when_it_has_begun():
    run = subprocess.run(
        # heard also where these tests run in the background of a shell
        ["env", "--default-signal=INT", sys.executable, "-c", _INTERRUPTED],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout == "started\ninterrupted, and known: True\n", run


def test_litter_that_nobody_can_look_into_is_named(tmp_path, monkeypatch):
    """As root all can be looked into, so that a folder is closed is acted here."""
    inner = tmp_path / "__pycache__" / "closed"
    inner.mkdir(parents=True)
    looked = os.scandir

    def scandir(path):
        if Path(path) == inner:
            raise PermissionError(13, "Permission denied")
        return looked(path)

    assert not collecting._may_hold_a_notebook(inner.parent)
    monkeypatch.setattr(os, "scandir", scandir)
    assert collecting._may_hold_a_notebook(inner.parent)


def test_a_loose_notebook_is_named_beside_many_files_of_moodles(tmp_path):
    for number in range(collecting.MAX_STRAYS + 3):
        name = f"Student{number:02}_1{number:02}_assignsubmission_file_islands.ipynb"
        (tmp_path / name).write_text("{}")
    (tmp_path / "zzz.ipynb").write_text("{}")
    found = collecting.collect(tmp_path, ["islands"])
    assert [stray.path for stray in found.strays] == [("zzz.ipynb",)] and not found.passed_over


def test_a_notebook_in_litter_is_one_whatever_was_added_to_its_name(tmp_path):
    half = tmp_path / "._islands.ipynb"
    half.write_bytes(b"\0\x05\x16\x07 what macOS keeps of another")
    assert not collecting._may_hold_a_notebook(tmp_path)
    half.write_bytes(b"{}")
    assert collecting._may_hold_a_notebook(tmp_path)
    half.rename(tmp_path / "islands.ipynb (1)")
    assert collecting._may_hold_a_notebook(tmp_path)


@pytest.mark.parametrize(
    ("name", "only"),
    [
        ("islands-checkpoint.ipynb", True),
        (".DS_Store", True),
        ("work/mine-checkpoint.ipynb", False),
        ("all-checkpoint.zip", False),
        ("mine.ipynb", False),
    ],
)
def test_what_jupyter_did_not_put_among_its_checkpoints_is_told_apart(tmp_path, name, only):
    path = tmp_path / ".ipynb_checkpoints" / name
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    (folder,) = os.scandir(tmp_path)
    assert collecting._has_checkpoints_only(folder) is only
