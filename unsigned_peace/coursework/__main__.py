"""Commands of coursework: ``write`` makes what is handed out, ``grade`` grades what comes back,
``mark`` opens the form for essays, ``check`` looks for authors' faults, ``pages`` gives student
versions to the book's site.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from unsigned_peace import commands
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
        print(
            "The assignments are sound: the key gets full marks, the untouched version "
            "none, and each mistake loses its points."
        )
    return 1 if found else 0


def _write(options: argparse.Namespace) -> int:
    from unsigned_peace.coursework.handout import FOLDER, STUDENTS_BOOK, write

    probe()
    assignments = [read(path) for path in paths(options.assignments)]
    faults = write(FOLDER, assignments)
    for fault in faults:
        print(fault, file=sys.stderr)
    place = shown(FOLDER)
    print(
        f"{len(assignments)} assignments: student versions in "
        f"{place}/release/<assignment>/, the book for students in "
        f"{place}/{STUDENTS_BOOK}.zip; "
        f"keys in {place}/key/ (keep these, and everything else there, to yourself)"
    )
    return 1 if faults else 0


def _pages(options: argparse.Namespace) -> int:
    from unsigned_peace.coursework import pages

    assignments = [read(path) for path in paths()]
    pages.write(assignments)
    print(f"{len(assignments)} assignments will have a page in which their cells run.")
    return 0


def _grade(options: argparse.Namespace) -> int:
    from nbgrader.api import MissingEntry
    from sqlalchemy.exc import DBAPIError

    from unsigned_peace.coursework.course import SETTINGS
    from unsigned_peace.coursework.grading import GradingError, collect, grade_all
    from unsigned_peace.coursework.reports import WITHOUT_PAGE, write_all

    assignments = [read(path) for path in paths()]
    try:
        lines = grade_all(options.submissions, options.out, assignments, options.jobs)
        astray = collect(options.submissions, assignments).strays
        pages = write_all(options.out, lines, assignments, astray)
    except (MissingEntry, DBAPIError, FileNotFoundError) as error:
        begun = options.out.exists() and (options.out / SETTINGS).exists()
        if begun and not isinstance(error, MissingEntry):
            raise
        raise GradingError(
            f"{options.out}, or the grade book in it, was deleted or replaced while it was written "
            "to. Run the command again: what is no longer there is graded anew."
        ) from error
    for stray in astray:
        print(f"Not graded: {stray.belongs()}", file=sys.stderr)
    counts = Counter(sorted(line.status for line in lines))
    none = {status: count for status, count in counts.items() if status in WITHOUT_PAGE}
    print(
        f"{options.out / 'grades.csv'}: {len(lines)} lines "
        f"({_counted(counts) or 'nothing handed in'}); "
        f"{pages} pages of feedback "
        f"written{f', none for {_counted(none)}' if none else ''}; "
        f"{options.out / 'summary.html'}"
    )
    if failed := counts["failed"]:
        print(
            f"{failed} of these failed and have no grade; grades.csv says why. Run the "
            f"command again: it grades only these, and what waited too long.",
            file=sys.stderr,
        )
    return 1 if failed else 0


def _mark(options: argparse.Namespace) -> int:
    if not (options.out / "gradebook.db").is_file():
        print("Say where: make mark OUT=dir (the folder that make grade wrote)", file=sys.stderr)
        return 2
    from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]  # it has none

    from unsigned_peace.coursework.course import PLAIN

    tools = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])
    os.chdir(options.out)
    with commands.plain(Path.cwd()) as place:
        os.environ[PLAIN] = str(place)
        # the settings there are found by that name too: of its own, Jupyter would read a $ as more
        others = os.environ.get("JUPYTER_CONFIG_PATH")
        os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(place), others]))
        LabApp.launch_instance(
            [
                *(["--allow-root"] if os.geteuid() == 0 else []),
                f"--ServerApp.root_dir={place}",
                "--ServerApp.jpserver_extensions=unsigned_peace.coursework.form=True",
                "--LabApp.default_url=/formgrader/gradebook",
            ]
        )
    return 0


def _place(said: str) -> Path:
    """A folder as it was named; not every shell knows a ~ behind the = of OUT=~/results."""
    return Path(os.path.expanduser(said))


def _counted(statuses: dict[str, int]) -> str:
    return ", ".join(f"{count} {status}" for status, count in statuses.items())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m unsigned_peace.coursework", description=(__doc__ or "").partition("\n")[0]
    )
    parts = parser.add_subparsers(required=True)
    for name, does, command in (
        ("write", "make student versions and keys", _write),
        ("check", "look for faults of assignments", _check),
    ):
        parser_of = parts.add_parser(name, help=does)
        parser_of.add_argument("assignments", nargs="*", help="only these (all, if none is named)")
        parser_of.set_defaults(command=command)
    pages = parts.add_parser("pages", help="give student versions to the book's site")
    pages.set_defaults(command=_pages)
    grade = parts.add_parser(
        "grade", help="grade SUBMISSIONS/<student>/<assignment>/<assignment>.ipynb into a folder"
    )
    grade.add_argument("submissions", type=_place)
    grade.add_argument("out", type=_place)
    grade.add_argument("--jobs", type=int, help="how many side by side (one for each processor)")
    grade.set_defaults(command=_grade)
    mark = parts.add_parser("mark", help="open nbgrader's form for the essays of a folder")
    mark.add_argument("out", type=_place)
    mark.set_defaults(command=_mark)
    options = parser.parse_args(arguments)
    from unsigned_peace.coursework.grading import GradingError

    try:
        return options.command(options)
    except (AssignmentError, GradingError, SandboxError) as error:
        print(error, file=sys.stderr)
        return 1
    except (Exception, KeyboardInterrupt) as error:
        sentence = commands.explanation(error) or _of_the_grade_book(error)
        if sentence is None:
            raise
        if options.command is _grade:
            kept = "What was graded until now is kept"
            if "Make room" in sentence:
                sentence = sentence.replace("Make room", f"{kept}: make room")
            else:
                sentence += f" {kept}."
        print(
            f"\n{sentence}" if isinstance(error, KeyboardInterrupt) else sentence, file=sys.stderr
        )
        return 130 if isinstance(error, KeyboardInterrupt) else 1


def _of_the_grade_book(error: BaseException) -> str | None:
    """What is the matter with a grade book that cannot be used, or None if it is not that."""
    from sqlalchemy.exc import DBAPIError

    if "disk is full" in str(error):  # in nbgrader's own errors too
        return commands.FULL
    if not isinstance(error, DBAPIError):
        return None
    return (
        f"The grade book gradebook.db in the folder of results cannot be used ({error.orig}): "
        "something else wrote it, or may not be written to. Name another folder as OUT, or move "
        "that file away."
    )


if __name__ == "__main__":
    sys.exit(main())
