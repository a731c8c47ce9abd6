"""A whole class of 200, 28 of them hostile: exact points, everything contained and named, nothing lost, and how long it takes."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

from tests.coursework import hostile, making
from unsigned_peace.coursework.assignments import SOURCES, paths, read
from unsigned_peace.coursework.grading import grade_all
from unsigned_peace.coursework.reports import write_all

STUDENTS = 200
#: Each of these once or twice; the rest of the class are the ordinary ways of handing in.
ORDINARY = ("key", "blank", "partial", "no-essay", "all-wrong")


def test_a_class_of_200_with_hostile_submissions(tmp_path, figure):
    assignments = [read(path) for path in paths()]
    folder, others = tmp_path / "in", str(tmp_path / "in")
    attacks = hostile.attacks(key=str(SOURCES / "islands.md"), others=others, outside=str(tmp_path))
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

    files, seconds = [], []
    for run in ("one", "two"):
        out = tmp_path / run
        times: list[float] = []
        began = time.monotonic()
        lines = grade_all(folder, out, assignments, progress=lambda text: times.append(time.monotonic()))
        write_all(out, lines, assignments)
        seconds.append(time.monotonic() - began)
        files.append((out / "grades.csv").read_bytes())
        figure(f"{STUDENTS} submissions, run {run}", f"{seconds[-1]:.0f} s, {STUDENTS / seconds[-1] * 60:.0f} a minute")
        figure("longest wait between two results", f"{max((b - a for a, b in zip(times, times[1:])), default=0):.1f} s")
    assert making.tree(folder) == before, "something that was handed in has changed"
    assert files[0] == files[1]

    with open(tmp_path / "one" / "grades.csv", newline="", encoding="utf-8") as file:
        rows = {(row["student"], row["assignment"]): row for row in csv.DictReader(file)}
    assert set(expected) <= set(rows)
    wrong = []
    for (student, stem), (kind, attack) in expected.items():
        row, assignment = rows[student, stem], next(assignment for assignment in assignments if assignment.stem == stem)
        if kind:
            right = float(row["score"]) == kind.points(assignment) and row["status"] == kind.status and kind.named in row["message"]
        else:
            others_points = sum(task.points for task in assignment.tasks if task.name != "task-1")
            gone = attack.status == "stopped: exit" or re.search("stopped in the (cell|check) of task 1", row["message"]) is not None
            right = row["status"] in (attack.status, "essay waits" if attack.status == "graded" else attack.status)
            named = attack.named in row["message"] or attack.status != "graded"
            right = right and named and float(row["score"]) <= (0 if gone else others_points)
        if not right:
            wrong.append((student, stem, row["score"], row["status"], row["message"]))
    assert not wrong, "\n".join(map(str, wrong))
    assert not (tmp_path / "written").exists()


def test_what_one_submission_costs(tmp_path, figure):
    """Alone, on as many processors as there are: from the file to the grade book and the feedback page."""
    assignment = read(Path(SOURCES / "public-opinion.md"))
    for count in (2, 26):
        folder, out = tmp_path / f"in-{count}", tmp_path / f"out-{count}"
        for number in range(count):
            making.KINDS[number % 3].write(assignment, folder / f"student-{number:02}" / assignment.stem)
        began = time.monotonic()
        write_all(out, grade_all(folder, out, [assignment], progress=lambda text: None), [assignment])
        spent = time.monotonic() - began
        figure(f"{count} submissions", f"{spent:.1f} s")
        if count == 2:
            first = spent
    figure("each further submission", f"{(spent - first) / 24:.2f} s")
