"""Formats the code cells of chapters and assignments with ruff, and checks them.

Used by ``make format`` and ``make lint``.
A MyST notebook is given to ruff as the Jupyter notebook that it is, so that one cell sees the names
of the cells above; front matter, prose and the options of cells stay to the letter.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("book", "coursework")
LONGEST_CELL = 25
# In a chapter the book's own import stands first: its error is the one that students understand.
FIRST_PARTY_FIRST = """lint.isort.section-order = [
    "future", "standard-library", "first-party", "third-party", "local-folder"
]"""

_CELL = re.compile(
    r"^(?P<indent>[ ]*)(?P<fence>`{3,})\{code-cell\}[^\n]*\n"
    r"(?P<inside>.*?)^(?P=indent)(?P=fence)[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_PARTS = re.compile(r"^### (?:BEGIN|END) (?:HIDDEN TESTS|SOLUTION)$", re.MULTILINE)
_OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?:^:[\w-]+:[^\n]*\n)+)?\n?", re.MULTILINE | re.DOTALL)


def cells(text: str) -> list[tuple[int, int, int]]:
    """Where the code of each cell begins and ends in a text, and its first line (from 1)."""
    found = []
    for match in _CELL.finditer(text):
        options = _OPTIONS.match(match["inside"])
        start = match.start("inside") + (options.end() if options else 0)
        found.append((start, match.end("inside"), text.count("\n", 0, start) + 1))
    return found


def formatted(path: Path, ruff: list[str], fix: bool) -> tuple[str, list[str]]:
    """A notebook's text with its cells formatted, and the faults that are left.

    Each fault names file and line.
    """
    text = path.read_text(encoding="utf-8")
    places = cells(text)
    code = [text[start:end].rstrip("\n") for start, end, _ in places]
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    with tempfile.TemporaryDirectory() as folder:
        notebook = Path(folder) / f"{path.stem}.ipynb"
        notebook.write_text(json.dumps(_notebook(code)), encoding="utf-8")
        if fix:
            subprocess.run(
                [*ruff, "check", "--fix", "--quiet", "--exit-zero", str(notebook)],
                check=True,
                capture_output=True,
            )
        subprocess.run(
            [*ruff, "format", "--quiet", str(notebook)], check=False, capture_output=True
        )
        said = subprocess.run(
            [*ruff, "check", "--output-format", "json", str(notebook)],
            check=False,
            capture_output=True,
            text=True,
        ).stdout
        after = [
            "".join(cell["source"])
            for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        ]
    faults = [
        (
            f"{shown}:{places[fault['cell'] - 1][2] + fault['location']['row'] - 1}: "
            f"{fault['code'] or 'syntax'}: {fault['message']}"
        )
        for fault in json.loads(said or "[]")
    ]
    for (start, end, _), source in reversed(list(zip(places, after, strict=True))):
        text = text[:start] + (source.rstrip("\n") + "\n" if source.strip() else "") + text[end:]
    for (_, _, line), source in zip(cells(text), after, strict=True):
        if (length := _longest_part(source)) > LONGEST_CELL:
            faults.append(
                f"{shown}:{line}: a cell of {length} lines; a reader takes in {LONGEST_CELL}: "
                "give it one purpose, or move plumbing into unsigned_peace"
            )
    return text, faults


def _longest_part(source: str) -> int:
    """Lines of a cell, or of the longer of its two parts.

    A graded cell holds what students see and what they do not.
    """
    return max(len(part.strip("\n").splitlines()) for part in _PARTS.split(source))


def _notebook(code: list[str]) -> dict:
    sources: list[dict] = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": source.splitlines(keepends=True),
        }
        for number, source in enumerate(code)
    ]
    return {
        "cells": sources,
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.format_cells", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; name what would change"
    )
    parser.add_argument(
        "notebooks",
        nargs="*",
        type=Path,
        help="only these (all of book/ and coursework/, if none is named)",
    )
    options = parser.parse_args(arguments)
    if lost := [path for path in options.notebooks if not path.is_file()]:
        parser.error(f"there is no file {lost[0]}")
    ruff = [sys.executable, "-m", "ruff"]
    # as it is seen from here: in a whole path ruff would read names such as $HOME
    own = os.path.relpath(ROOT / "pyproject.toml")
    settings = ["--config", own, "--config", FIRST_PARTY_FIRST]
    paths = [path.resolve() for path in options.notebooks] or sorted(
        path for folder in FOLDERS for path in (ROOT / folder).glob("*.md")
    )
    failed = False
    for path in paths:
        before = path.read_text(encoding="utf-8")
        if "{code-cell}" not in before:
            continue
        text, faults = formatted(path, ruff + settings, fix=not options.check)
        if options.check and text != before:
            faults.insert(
                0, f"{path.relative_to(ROOT)}: cells are not formatted; run `make format`"
            )
        elif text != before:
            path.write_text(text, encoding="utf-8")
        for fault in faults:
            print(fault, file=sys.stderr)
        failed |= bool(faults)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
