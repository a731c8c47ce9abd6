"""`make grade` as a teacher runs it, from outside: nothing of the grader is imported.

``UNSIGNED_PEACE_PROJECT`` names another checkout to try instead of this one.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(os.environ.get("UNSIGNED_PEACE_PROJECT", Path(__file__).resolve().parents[2]))
#: As which an ordinary user's grader runs, where the tests run as root.
USER = 59_000


def answers(stem: str) -> dict[str, str]:
    """The model answer of each task of an assignment, by the ``grade_id`` of its cell."""
    text = (PROJECT / "coursework" / f"{stem}.md").read_text(encoding="utf-8")
    cells = re.findall(
        r"^```\{code-cell\}[^\n]*\n---\n(.*?)^---\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL
    )
    return {
        name[1]: source
        for head, source in cells
        if (name := re.search(r"grade_id: (task-\d+)\b(?!-)", head))
    }


def hand_in(folder: Path, student: str, stem: str, cells: dict[str, str]) -> None:
    """Puts a notebook with these answers where it is looked for."""
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {
                "cell_type": "code",
                "id": name,
                "metadata": {"nbgrader": {"grade_id": name}},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for name, source in cells.items()
        ],
    }
    place = folder / student / stem
    place.mkdir(parents=True)
    (place / f"{stem}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


@contextmanager
def folders() -> Iterator[Path]:
    """A folder that anybody may write to."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        os.chmod(name, 0o777)
        yield Path(name)


def as_ordinary_user(*namespace: str) -> list[str]:
    """What to put before a command so that a user without rights runs it, with Python where that
    user can read it; the user of now, if that is no root.
    """
    if os.geteuid():
        return []
    python = Path(sys.base_prefix)
    home = Path(*python.parts[:2])  # /root, say, which is root's alone
    readable = []
    if home not in (Path("/usr"), Path("/opt")):
        parents = [
            parent
            for parent in reversed(python.parents)
            if parent.is_relative_to(home) and parent != home
        ]
        readable = [
            "--perms",
            "0755",
            "--tmpfs",
            str(home),
            *(option for parent in parents for option in ("--perms", "0755", "--dir", str(parent))),
            "--ro-bind",
            str(python),
            str(python),
        ]
    return [
        shutil.which("bwrap"),
        "--dev-bind",
        "/",
        "/",
        *readable,
        *namespace,
        "setpriv",
        "--reuid",
        str(USER),
        "--regid",
        str(USER),
        "--clear-groups",
        "env",
        "HOME=/tmp",
    ]


def command(folder: Path, out: Path) -> list[str]:
    return ["make", "-s", "grade", f"SUBMISSIONS={folder}", f"OUT={out}"]


def grade(
    folder: Path, out: Path, before: Sequence[str] = (), project: Path = PROJECT, **environment: str
) -> subprocess.CompletedProcess:
    """Grades a folder; ``before`` stands before the command."""
    return subprocess.run(
        [*before, *command(folder, out)],
        cwd=None if project != PROJECT else project,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **environment},
    )


def rows(out: Path) -> dict[str, dict]:
    """The lines of the grade file by student."""
    with open(out / "grades.csv", newline="", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def page(out: Path, student: str) -> str:
    """A student's feedback, as text without tags."""
    text = next((out / "feedback" / student).rglob("*.html")).read_text(encoding="utf-8")
    return re.sub(r"<[^>]*>", "", text)
