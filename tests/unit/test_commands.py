"""What stops a command, and what students' code lacks, in a sentence."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest
from jupyter_client.manager import start_new_kernel

from tests.conftest import ROOT
from unsigned_peace.commands import explanation, plain


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyboardInterrupt(), "Stopped."),
        (OSError(errno.ENOSPC, "No space left on device", "a.csv"), "a.csv: No space left on dev"),
        (
            PermissionError(errno.EACCES, "Permission denied", "/b"),
            "/b: Permission denied. Nothing",
        ),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
        (MemoryError(), "More memory is needed"),
        (RuntimeError("can't start new thread"), "ulimit -u"),
        (ModuleNotFoundError("No module named 'x'", name="x"), "Delete .venv, and run"),
        (
            FileNotFoundError(errno.ENOENT, "No such file", f"{sys.prefix}/lib/x.json"),
            "Delete .venv",
        ),
    ],
    ids=str,
)
def test_what_stops_a_command_from_outside_is_said_with_what_to_do(error, words):
    assert words in explanation(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        FileNotFoundError(errno.ENOENT, "No such file", "book/x.md"),
        ImportError("cannot import name 'x'", name="unsigned_peace.prose"),
        AttributeError("x", name="x", obj=os),
    ],
    ids=str,
)
def test_a_fault_of_ours_keeps_its_traceback(error):
    assert explanation(error) is None


def test_who_has_read_enough_of_what_is_printed_may_go():
    run = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' unsigned_peace/commands.py this | head -c 1"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert run.stdout and b"Traceback" not in run.stderr


def test_a_folder_with_a_hard_name_has_a_plain_one_too(tmp_path):
    (hard := tmp_path / "a [b] {c} 50%?").mkdir()
    with plain(hard) as place:
        assert place.resolve() == hard and not set("[]{}%?") & set(str(place))
    assert not place.exists() and hard.is_dir()
    with plain(tmp_path) as place:
        assert place == tmp_path.resolve()


def test_a_library_that_is_not_here_is_named_in_jupyterlab_with_what_to_do(monkeypatch):
    monkeypatch.setenv("PYTHONSTARTUP", str(ROOT / "unsigned_peace" / "lab" / "startup.py"))
    manager, client = start_new_kernel(cwd=str(ROOT))
    shown = []
    try:
        for code in ("import matplotlib_that_is_not", "1 / 0"):
            client.execute_interactive(
                code,
                output_hook=lambda message: (
                    message["msg_type"] == "error" and shown.append(message["content"]["evalue"])
                ),
                timeout=60,
            )
    finally:
        manager.shutdown_kernel(now=True)
    assert "The book's environment does not have matplotlib_that_is_not" in shown[0]
    assert "draw with altair" in shown[0] and shown[1] == "division by zero"
