"""Every cell of every chapter, run in the page by the other engine that readers have."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.running import PATIENCE, PRESS, RUNTIME, committed, differences, prepared
from unsigned_peace.notebooks.source import chapters

DRIVER = Path(__file__).with_name("firefox.mjs")
#: What a page asks for ahead, for the reader who goes on, Firefox refuses by the pages' policy, and
#: says so; it is asked for when it is needed.
_ASKED_AHEAD = re.compile(r"Content-Security-Policy: .*/book/[\w/-]+\.html ")


@pytest.fixture(scope="module")
def firefox():
    """The program; driven as it is, without a build of its own for tests."""
    found = shutil.which("firefox-esr") or shutil.which("firefox")
    assert found, "the audit drives Firefox too (Debian: apt-get install firefox-esr)"
    return found


@pytest.mark.parametrize("chapter", [path.stem for path in chapters()])
def test_every_cell_gives_what_the_book_shows(firefox, address, chapter):
    assert prepared(), f"there is no {RUNTIME}: `make live`, then `make book`, and run this again"
    command = ["node", DRIVER, firefox, address, f"book/{chapter}.html", PRESS]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=4 * PATIENCE / 1000, check=False
    )
    assert done.returncode == 0, done.stderr
    page, outputs = json.loads(done.stdout), committed(chapter)
    wrong = [
        f"cell {ran['index'] + 1}: {line}"
        for ran in page["ran"]
        for line in ran["error"]
        and [str(ran["error"])]
        or differences(outputs[ran["index"]], ran["outputs"])
    ]
    assert wrong == []
    assert {ran["index"] for ran in page["ran"]} == set(range(len(outputs)))
    assert page["outside"] == []
    assert [error for error in page["errors"] if not _ASKED_AHEAD.search(error)] == []
