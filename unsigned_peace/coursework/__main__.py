"""Commands of coursework: ``write`` makes what is handed out, ``grade`` grades what comes back, ``check`` looks for authors' faults."""

from __future__ import annotations

import argparse
import errno
import sys
from collections import Counter
from pathlib import Path

from unsigned_peace.coursework.assignments import AssignmentError, paths, read, shown
from unsigned_peace.coursework.sandbox import SandboxError, probe


def _check(options: argparse.Namespace) -> int:
    from unsigned_peace.coursework.checking import faults

    probe()
    found = 0
    for path in paths(options.assignments):
        try:
            lines = faults(read(path))
        except AssignmentError as error:
            lines = [str(error)]
        for line in lines:
            print(line, flush=True)
        found += len(lines)
    if not found:
        print("The assignments are sound: the key gets full marks, the untouched version none, and each mistake loses its points.")
    return 1 if found else 0


def _write(options: argparse.Namespace) -> int:
    from unsigned_peace.coursework.handout import FOLDER, STUDENTS_BOOK, write

    probe()
    assignments = [read(path) for path in paths(options.assignments)]
    faults = write(FOLDER, assignments)
    for fault in faults:
        print(fault, file=sys.stderr)
    place = shown(FOLDER)
    print(f"{len(assignments)} assignments: student versions in {place}/release/<assignment>/, the book for students in {place}/{STUDENTS_BOOK}.zip; "
          f"keys in {place}/key/ (keep these, and everything else there, to yourself)")
    return 1 if faults else 0


def _grade(options: argparse.Namespace) -> int:
    from unsigned_peace.coursework.grading import grade_all
    from unsigned_peace.coursework.reports import WITHOUT_PAGE, write_all
    from unsigned_peace.coursework.collecting import collect

    assignments = [read(path) for path in paths()]
    lines = grade_all(options.submissions, options.out, assignments, options.jobs)
    astray = collect(options.submissions, [assignment.stem for assignment in assignments]).strays
    pages = write_all(options.out, lines, assignments, astray)
    for stray in astray:
        print(f"Not graded: {stray.belongs()}", file=sys.stderr)
    counts = Counter(sorted(line.status for line in lines))
    none = {status: count for status, count in counts.items() if status in WITHOUT_PAGE}
    print(f"{options.out / 'grades.csv'}: {len(lines)} lines ({_counted(counts) or 'nothing handed in'}); "
          f"{pages} pages of feedback written{f', none for {_counted(none)}' if none else ''}; {options.out / 'summary.html'}")
    if failed := counts["failed"]:
        print(f"{failed} of these failed and have no grade; grades.csv says why. Run the command again: it grades only these, and what waited too long.", file=sys.stderr)
    return 1 if failed else 0


def _counted(statuses: dict[str, int]) -> str:
    return ", ".join(f"{count} {status}" for status, count in statuses.items())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m unsigned_peace.coursework", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    write = commands.add_parser("write", help="make student versions and keys")
    write.add_argument("assignments", nargs="*", help="only these (all, if none is named)")
    write.set_defaults(command=_write)
    check = commands.add_parser("check", help="look for faults of assignments")
    check.add_argument("assignments", nargs="*", help="only these (all, if none is named)")
    check.set_defaults(command=_check)
    grade = commands.add_parser("grade", help="grade SUBMISSIONS/<student>/<assignment>/<assignment>.ipynb into a folder")
    grade.add_argument("submissions", type=Path)
    grade.add_argument("out", type=Path)
    grade.add_argument("--jobs", type=int, help="how many side by side (one for each processor)")
    grade.set_defaults(command=_grade)
    options = parser.parse_args(arguments)
    from unsigned_peace.coursework.grading import GradingError

    try:
        return options.command(options)
    except (AssignmentError, GradingError, SandboxError) as error:
        print(error, file=sys.stderr)
        return 1
    except Exception as error:
        if not (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT) or "database or disk is full" in str(error)):
            raise
        print("The disk is full. What was graded until now is kept: make room, and run the command again.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
