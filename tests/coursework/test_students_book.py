"""What students are given of the book: all that they need to run it, and nothing of the answers."""

from __future__ import annotations

import re

from unsigned_peace.coursework.assignments import paths
from unsigned_peace.coursework.handout import students_book
from unsigned_peace.notebooks.source import chapters


def _answers(source: str) -> set[str]:
    """Lines that only model answers and hidden tests of an assignment have."""
    parts = re.findall(r"### BEGIN (?:SOLUTION|HIDDEN TESTS)\n(.*?)### END", source, re.DOTALL)
    return {line.strip() for part in parts for line in part.splitlines() if len(line.strip()) > 60}


def test_the_book_for_students_runs_and_holds_no_answers():
    files = students_book()
    assert {
        "Makefile",
        "requirements.txt",
        "data/datapackage.json",
        "unsigned_peace/dataset.py",
        *(f"book/{path.name}" for path in chapters()),
    } <= set(files)
    assert not [name for name in files if name.startswith(("coursework/", "tests/coursework"))]
    answers = {line for path in paths() for line in _answers(path.read_text(encoding="utf-8"))}
    answers -= {
        line.strip()
        for path in chapters()
        for line in path.read_text(encoding="utf-8").splitlines()
    }  # what a chapter shows is no secret
    assert len(answers) > 100
    given = {
        line.strip()
        for path in files.values()
        if path.suffix in (".md", ".py", ".ipynb", ".json", ".csv")
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    assert not answers & given
