"""Execution of chapters: what a chapter depends on, what is trusted, and what a fault says."""

from __future__ import annotations

import asyncio
import json
import multiprocessing.forkserver
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.conftest import ROOT
from unsigned_peace import paths
from unsigned_peace.notebooks import kernels
from unsigned_peace.notebooks.keep import bring_up_to_date
from unsigned_peace.notebooks.record import RECORD, load_executed
from unsigned_peace.notebooks.run import run
from unsigned_peace.notebooks.source import chapters, expressions

CHAPTER = """---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---
# A chapter

```{code-cell} python
from unsigned_peace import load
count = len(load("places"))
print("places")
```

There are {eval}`count` places.
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of one chapter, with a copy of the data, the lock and the package's sources."""
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "one.md").write_text(CHAPTER, encoding="utf-8")
    shutil.copytree(paths.ROOT / "data", tmp_path / "data")
    shutil.copy(paths.LOCK, tmp_path / "requirements.txt")
    shutil.copytree(paths.PACKAGE, tmp_path / "package")
    monkeypatch.setenv("UNSIGNED_PEACE_DATA", str(tmp_path / "data"))
    for name, path in {
        "ROOT": tmp_path,
        "CHAPTERS": tmp_path / "book",
        "REFERENCE": tmp_path / "reference",
        "EXECUTED": tmp_path / "executed",
        "LOCK": tmp_path / "requirements.txt",
        "PACKAGE": tmp_path / "package",
    }.items():
        monkeypatch.setattr(paths, name, path)
    return tmp_path


def up_to_date(project):
    return asyncio.run(bring_up_to_date(chapters(project / "book"), project / "executed"))


def executions(project, capsys) -> list[str]:
    """The lines that say which chapter was executed and why."""
    assert up_to_date(project) == []
    return [line.strip() for line in capsys.readouterr().out.splitlines() if "executing" in line]


def append(path, text):
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_chapter_is_executed_once_and_then_kept(project, capsys):
    assert executions(project, capsys) == ["executing book/one.md (not executed before)"]
    before = (project / "executed" / "one.ipynb").read_bytes()
    assert executions(project, capsys) == []
    assert (project / "executed" / "one.ipynb").read_bytes() == before


def test_its_record_names_cells_tables_modules_and_lock(project):
    up_to_date(project)
    inputs = load_executed(project / "executed" / "one.ipynb").metadata[RECORD]["inputs"]
    assert list(inputs["tables"]) == ["places"]
    assert set(inputs["modules"]) == {
        "unsigned_peace",
        "unsigned_peace.dataset",
        "unsigned_peace.paths",
    }
    assert inputs["cells"] and inputs["lock"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda p: (p / "book/one.md").write_text(
                CHAPTER.replace('print("places")', 'print("more")'), encoding="utf-8"
            ),
            "cells",
        ),
        (lambda p: append(p / "data/places.csv", "zz\n"), "table places"),
        (
            lambda p: append(p / "package/dataset.py", "# changed\n"),
            "module unsigned_peace.dataset",
        ),
        (lambda p: append(p / "requirements.txt", "# changed\n"), "lock"),
    ],
    ids=["cells", "table", "module", "lock"],
)
def test_a_chapter_runs_again_when_something_it_was_made_from_changed(
    project, capsys, change, reason
):
    executions(project, capsys)
    change(project)
    _, lines = up_to_date(project), capsys.readouterr().out
    assert f"executing book/one.md (changed: {reason})" in lines


def test_a_module_that_moves_no_output_changes_the_record_and_not_the_notebook(project, capsys):
    executions(project, capsys)
    notebook, record = (
        project / "executed" / "one.ipynb",
        project / "executed" / "inputs" / "one.json",
    )
    before = notebook.read_bytes(), record.read_bytes()
    append(project / "package/dataset.py", "# changed\n")
    assert executions(project, capsys) == [
        "executing book/one.md (changed: module unsigned_peace.dataset)"
    ]
    assert notebook.read_bytes() == before[0] and record.read_bytes() != before[1]


@pytest.mark.parametrize(
    "change",
    [
        lambda p: (p / "book/one.md").write_text(
            CHAPTER.replace("There are", "The dataset has"), encoding="utf-8"
        ),
        lambda p: append(p / "data/events.csv", "zz\n"),
        lambda p: append(p / "package/polling.py", "# changed\n"),
    ],
    ids=["prose", "another table", "another module"],
)
def test_nothing_runs_when_something_else_changed(project, capsys, change):
    executions(project, capsys)
    change(project)
    assert executions(project, capsys) == []


def test_committed_outputs_serve_where_they_hold(project, capsys):
    executions(project, capsys)
    (project / "executed").rename(project / "reference")
    assert executions(project, capsys) == []
    assert (project / "executed" / "one.ipynb").exists()


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("one.ipynb", lambda text: text.replace("places\\n", "people\\n")),
        ("one.ipynb", lambda text: text[: len(text) // 2]),
        ("one.ipynb", lambda text: ""),
        (
            "one.ipynb",
            lambda text: json.dumps(
                {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
            ),
        ),
        ("one.ipynb", lambda text: "[1]"),
        ("inputs/one.json", lambda text: text.replace('"places": "', '"places": "0')),
        ("inputs/one.json", lambda text: ""),
    ],
    ids=[
        "an output changed",
        "cut",
        "empty",
        "another notebook",
        "no notebook",
        "the record changed",
        "the record empty",
    ],
)
def test_a_damaged_output_is_named_and_not_used(project, capsys, file, damage):
    executions(project, capsys)
    kept = project / "executed" / file
    sound = kept.read_text(encoding="utf-8")
    kept.write_text(damage(sound), encoding="utf-8")
    assert up_to_date(project) == []
    printed = capsys.readouterr()
    assert "executed/one.ipynb: this executed notebook is damaged" in printed.err
    assert "executing book/one.md (its outputs are damaged)" in printed.out
    assert kept.read_text(encoding="utf-8") == sound


def test_a_notebook_without_its_record_is_not_used(project, capsys):
    executions(project, capsys)
    (project / "executed" / "inputs" / "one.json").unlink()
    assert executions(project, capsys) == ["executing book/one.md (its outputs are damaged)"]


@pytest.mark.parametrize(
    ("cell", "prose", "expected"),
    [
        ("1 / 0", "", r"book/one\.md:10: cell 1: ZeroDivisionError: division by zero"),
        (
            "n = 1",
            "{eval}`missing`",
            r"book/one\.md:13: prose: the figure \{eval\}`missing` has no value: NameError",
        ),
        (
            "n = 1",
            "{eval}`n`\n\n```{code-cell} python\nn = 2\n```\n\n{eval}`n`",
            r"book/one\.md:13: prose: the figure \{eval\}`n` is 1 here and 2 at the chapter's end",
        ),
        (
            "place = 'Moscow'",
            "{eval}`place`",
            r"book/one\.md:13: prose: the figure .*`place` would .* as 'Moscow', quotes included",
        ),
        ("import os; os._exit(1)", "", r"book/one\.md:10: cell 1: the kernel died"),
    ],
    ids=["raises", "no value", "one name with two values", "in quotes", "kernel dies"],
)
def test_a_fault_names_chapter_line_and_cell(project, cell, prose, expected):
    head = CHAPTER.split("```")[0]
    (project / "book" / "one.md").write_text(
        f"{head}```{{code-cell}} python\n{cell}\n```\n\n{prose}\n", encoding="utf-8"
    )
    [fault] = up_to_date(project)
    import re

    assert re.search(expected, fault), fault
    assert not (project / "executed" / "one.ipynb").exists()


def test_of_thousands_of_opened_files_each_one_counts(project):
    """The one that no record would speak of is the last of them by name."""
    many, own = project.parent / "a", project / "own.txt"
    many.mkdir()
    own.write_text("7", encoding="utf-8")
    opens = (
        f"for number in range(1500):\n    open(f'{many}/{{number}}', 'w').close()\n"
        f"count = int(open('{own}').read())\n"
    )
    path = project / "book" / "one.md"
    text = path.read_text(encoding="utf-8")
    cell = re.search(r"(?s)(?<=```\{code-cell\} python\n).*?(?=```)", text)
    path.write_text(text.replace(cell[0], opens), encoding="utf-8")
    assert up_to_date(project) == [
        (
            "book/one.md: opens own.txt itself; what a chapter is made from is recorded only for "
            "what `unsigned_peace` loads"
        )
    ]


def test_a_failing_chapter_keeps_the_file_it_had(project, capsys):
    executions(project, capsys)
    kept = (project / "executed" / "one.ipynb").read_bytes()
    (project / "book" / "one.md").write_text(
        CHAPTER.replace('print("places")', "1 / 0"), encoding="utf-8"
    )
    assert len(up_to_date(project)) == 1
    assert (project / "executed" / "one.ipynb").read_bytes() == kept


def test_two_runs_write_the_same_bytes(project):
    path = project / "book" / "one.md"
    assert asyncio.run(run(path)) == asyncio.run(run(path))


@pytest.mark.parametrize(
    ("markdown", "names"),
    [
        ("{eval}`a` and\n```\n{eval}`b`\n```\n{eval}`c`", ["a", "c"]),
        ("```{dropdown} A hint\n{eval}`a`\n```\n{eval}`b`", ["a", "b"]),
        ("````{admonition} Look\n```python\n{eval}`a`\n```\n{eval}`b`\n````", ["b"]),
        ("```{code-block} python\n{eval}`a`\n```", []),
    ],
)
def test_figures_stand_in_text_and_boxes_and_not_in_code(markdown, names):
    assert expressions(markdown) == names


def test_a_stop_that_comes_while_kernels_begin_is_heard_right_after(monkeypatch):
    begun = []

    def begin() -> None:
        # to this thread: a worker of the tests has others, which would hear it at once
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        begun.append(True)

    monkeypatch.setattr(multiprocessing.forkserver, "ensure_running", begin)
    with pytest.raises(KeyboardInterrupt):
        kernels.warm_up()
    assert begun


def test_what_a_command_begins_hears_no_ctrl_c_from_its_first_moment_on():
    """Ctrl-C reaches all processes of a terminal; only the command itself speaks of it."""
    begins = (
        "import multiprocessing, signal, subprocess, sys\n"
        "from unsigned_peace.notebooks import kernels\n"
        "from unsigned_peace.processes import deaf_to_the_keyboard\n"
        "kernels.warm_up()\n"
        "with deaf_to_the_keyboard():\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import pandas'])\n"
        "    pool = multiprocessing.get_context('spawn').Pool(1)\n"
        "signal.signal(signal.SIGINT, lambda *_: None)\n"
        "print('begun', flush=True)\n"
        "child.wait()\n"
        "assert pool.apply(abs, (-1,)) == 1 and not child.returncode\n"
        # where Python ends, it stops handling signals first
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})\n"
    )
    process = subprocess.Popen(
        ["env", "--default-signal=INT", sys.executable, "-c", begins],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "begun\n"
    while process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.005)
    assert (process.stdout.read(), process.returncode) == ("", 0)


def test_a_kernel_that_begins_is_not_stopped():
    async def interrupted() -> str:
        manager = kernels.WarmKernelManager()
        await manager.start_kernel(cwd=str(ROOT))
        try:
            os.kill(manager.provisioner.pid, signal.SIGINT)
            client = manager.client()
            client.start_channels()
            await client.wait_for_ready(timeout=60)
            reply = await client.execute_interactive("1 / 0", timeout=60, output_hook=lambda _: 0)
            client.stop_channels()
            return reply["content"]["ename"]
        finally:
            await manager.shutdown_kernel(now=True)

    assert asyncio.run(interrupted()) == "ZeroDivisionError"
