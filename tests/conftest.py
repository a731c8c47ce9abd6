"""What all tests share.

The places of the project, the built site, served, a browser, and how outputs that differ are
reported.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from jupyter_client.provisioning import KernelProvisionerFactory

from tests import built
from tests.serving import served
from tests.system import NO_CHROMIUM
from unsigned_peace import paths
from unsigned_peace.editions.chromium import find, launched
from unsigned_peace.notebooks import kernels
from unsigned_peace.notebooks.source import read, what_runs

ROOT = Path(__file__).resolve().parents[1]


#: The files that take longest, the longest first. Left to itself, xdist begins with those of most
#: tests and ends with one worker alone at a file of few long ones.
LONGEST = (
    "building/test_exactness.py",
    "pages/test_access.py",
    "pages/test_pages.py",
    "building/test_faults.py",
    "building/test_commands.py",
    "coursework/test_safety.py",
    "coursework/test_handing_in.py",
    "coursework/test_grading.py",
    "pages/test_live.py",
    "coursework/test_sandbox.py",
    "building/test_interruptions.py",
    "coursework/test_assignments.py",
    "building/test_editions_beside.py",
    "pages/test_legible.py",
    "building/test_lint.py",
    "lab/test_lab.py",
)


def pytest_collection_modifyitems(items):
    """Has the longest files begin, so that two workers end at about the same time."""
    place = {ROOT / "tests" / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.fixture(scope="session")
def site() -> Path:
    """The built book; built now if there is none."""
    return built.site()


@pytest.fixture(scope="session")
def address(site):
    """The address of the built book, served as a web host does.

    Under the path that ``BOOK_UNDER`` in the environment names, if it names one.
    """
    with served(site, os.environ.get("BOOK_UNDER", "")) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    """A Chromium that asks nobody for anything by itself.

    It is closed after each file: while it is open nothing else can run a loop of asyncio.
    """
    assert find(), NO_CHROMIUM
    with launched() as browser:
        yield browser


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """nbval compares outputs with those of a kernel that starts as the chapters' own kernels do."""
    if item.path.suffix != ".ipynb":
        return (yield)
    factory = KernelProvisionerFactory.instance()
    before, factory.default_provisioner_name = factory.default_provisioner_name, kernels.PROVISIONER
    try:
        return (yield)
    finally:
        factory.default_provisioner_name = before


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """No test is skipped: what one needs and does not find is an error that says how to get it.

    So is a list of cases that came out empty, whose test pytest would skip. (Of a notebook that
    failed in one cell, nbval leaves out the cells after it.)
    """
    report = yield
    if report.skipped and item.path.suffix != ".ipynb":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} did not run: {report.longrepr[-1]}"
    return report


def pytest_terminal_summary(terminalreporter):
    """Names each cell whose output is not the committed one by its chapter, and says what to do."""
    different = []
    for report in terminalreporter.stats.get("failed", []) + terminalreporter.stats.get(
        "error", []
    ):
        if match := re.fullmatch(r"(?:.*/)?([^/]+)\.ipynb::Cell (\d+)", report.nodeid):
            different.append((match[1], int(match[2])))
    if different:
        terminalreporter.section("outputs that differ from the committed ones")
        for chapter, number in sorted(set(different)):
            terminalreporter.line(
                f"{_place(chapter, number)}: a fresh run gives another output than "
                f"tests/outputs/{chapter}.ipynb has"
            )
        terminalreporter.line(
            "If the new outputs are right: `make reference`, then review `git diff "
            "tests/outputs`. Cells after a failing one may differ because of it."
        )


def _place(chapter: str, number: int) -> str:
    """Where the chapter has the cell that nbval counts so (from 0)."""
    path = paths.CHAPTERS / f"{chapter}.md"
    if path.exists():
        runs, lines = what_runs(read(path.read_text(encoding="utf-8")))
        places = [line for cell, line in zip(runs.cells, lines) if cell.cell_type == "code"]
        if number < len(places):
            return f"book/{chapter}.md:{places[number]}: cell {number + 1}"
    return f"{chapter}: cell {number + 1}"
