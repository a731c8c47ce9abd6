"""A whole class of 300, many of them hostile or odd, on a machine that fails: exact points,
everything contained and named, nothing lost, and how long it takes.
"""

from __future__ import annotations

import contextlib
import csv
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.coursework import hostile, making
from unsigned_peace.coursework.assignments import SOURCES, paths, read
from unsigned_peace.coursework.grading import grade_all
from unsigned_peace.coursework.reports import write_all
from unsigned_peace.paths import ROOT

STUDENTS = 300
#: Each of these once or twice; the rest of the class are the ordinary ways of handing in.
ORDINARY = ("key", "blank", "partial", "no-essay", "all-wrong")


def test_a_class_of_300_with_hostile_submissions_on_a_machine_that_fails(tmp_path, figure):
    assignments = [read(path) for path in paths()]
    folder, others = tmp_path / "in", str(tmp_path / "in")
    attacks = [
        *hostile.attacks(key=str(SOURCES / "islands.md"), others=others, outside=str(tmp_path)),
        *hostile.refusals(others),
    ]
    expected: dict[tuple[str, str], tuple] = {}
    for number, attack in enumerate(attacks):
        assignment = assignments[number % len(assignments)]
        making.attack(attack.code)(assignment, folder / f"hostile-{attack.name}" / assignment.stem)
        expected[f"hostile-{attack.name}", assignment.stem] = (None, attack)
    kinds = [*making.KINDS, making.large(100)]
    ordinary = [kind for kind in kinds if kind.name in ORDINARY]
    for number in range(STUDENTS - len(attacks)):
        kind = kinds[number] if number < len(kinds) else ordinary[number % len(ordinary)]
        assignment = assignments[number % len(assignments)]
        student = f"student-{number:03}-{kind.name}"
        kind.write(assignment, folder / student / assignment.stem)
        expected[student, assignment.stem] = (kind, None)
    before = making.tree(folder)
    figure("hostile or odd", len(attacks) + len(kinds) - len(ORDINARY))

    one, two = tmp_path / "one", tmp_path / "two"
    began = time.monotonic()
    assert grader(folder, one).wait() == 0
    seconds = time.monotonic() - began
    figure(
        f"{STUDENTS} submissions, undisturbed",
        f"{seconds:.0f} s, {STUDENTS / seconds * 60:.0f} a minute",
    )

    found = rows(one)
    assert set(expected) <= set(found)
    wrong = []
    for (student, stem), (kind, attack) in expected.items():
        row, assignment = (
            found[student, stem],
            next(assignment for assignment in assignments if assignment.stem == stem),
        )
        if kind:
            right = (
                float(row["score"]) == kind.points(assignment)
                and row["status"] == kind.status
                and kind.named in row["message"]
            )
        else:
            others_points = sum(task.points for task in assignment.tasks if task.name != "task-1")
            gone = (
                attack.status == "stopped: exit"
                or re.search("stopped in the (cell|check) of task 1", row["message"]) is not None
            )
            right = row["status"] in (
                attack.status,
                "essay waits" if attack.status == "graded" else attack.status,
            )
            told = "Error" if attack.named == "OSError" else attack.named  # one of its kinds
            named = told in row["message"] or attack.status != "graded"
            right = right and named and float(row["score"]) <= (0 if gone else others_points)
        if not right:
            wrong.append((student, stem, row["score"], row["status"], row["message"]))
    assert not wrong, "\n".join(map(str, wrong))

    run = grader(folder, two)  # the first is killed with all its children
    until_graded(two, 60, run)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    run = grader(
        folder, two, "ulimit -v 3000000"
    )  # the second has too little memory, loses children, and is stopped for a while
    for count in (90, 120, 150):
        until_graded(two, count, run)
        for child in children(run.pid)[:1]:
            os.kill(child, signal.SIGKILL)
    until_graded(two, 180, run)
    os.killpg(run.pid, signal.SIGSTOP)
    time.sleep(70)
    os.killpg(run.pid, signal.SIGCONT)
    failing = run.wait()
    failed = sum(row["status"] == "failed" for row in rows(two).values())
    figure("without a grade in the disturbed run", failed)
    assert failing == 1 and failed
    assert not [
        row for place, row in rows(two).items() if row["status"] == "failed" and row["score"]
    ]
    assert grader(folder, two).wait() == 0
    assert making.tree(folder) == before, "something that was handed in has changed"
    assert (one / "grades.csv").read_bytes() == (two / "grades.csv").read_bytes()

    assert not (tmp_path / "written").exists()


def grader(folder: Path, out: Path, limit: str = ":") -> subprocess.Popen:
    """`make grade` without make, in a process group of its own."""
    command = [sys.executable, "-m", "unsigned_peace.coursework", "grade", str(folder), str(out)]
    return subprocess.Popen(
        ["bash", "-c", f'{limit}; exec "$@"', "bash", *command],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=open(f"{out}.log", "a"),
        start_new_session=True,
    )


def until_graded(out: Path, count: int, run: subprocess.Popen) -> None:
    while len(list(out.glob("records/*/*.json"))) < count and run.poll() is None:
        time.sleep(0.1)


def children(pid: int) -> list[int]:
    """The processes that grade a submission each."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (entry / "status").read_text()
            if (
                f"\nPPid:\t{pid}\n" in status
                and b"coursework\0grade" in (entry / "cmdline").read_bytes()
            ):
                found.append(int(entry.name))
    return found


def rows(out: Path) -> dict[tuple[str, str], dict]:
    with open(out / "grades.csv", newline="", encoding="utf-8") as file:
        return {(row["student"], row["assignment"]): row for row in csv.DictReader(file)}


def test_what_one_submission_costs(tmp_path, figure):
    """Alone, on as many processors as there are: from the file to the grade book and the feedback
    page.
    """
    assignment = read(Path(SOURCES / "public-opinion.md"))
    for count in (2, 26):
        folder, out = tmp_path / f"in-{count}", tmp_path / f"out-{count}"
        for number in range(count):
            making.KINDS[number % 3].write(
                assignment, folder / f"student-{number:02}" / assignment.stem
            )
        began = time.monotonic()
        write_all(
            out, grade_all(folder, out, [assignment], progress=lambda text: None), [assignment]
        )
        spent = time.monotonic() - began
        figure(f"{count} submissions", f"{spent:.1f} s")
        if count == 2:
            first = spent
    figure("each further submission", f"{(spent - first) / 24:.2f} s")
