"""Nothing that runs inside gets out, takes more than it may, or stops what is outside; as root and as anybody."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.coursework.hostile import attacks
from unsigned_peace.coursework import sandbox
from unsigned_peace.coursework.sandbox import Limits, Process, SandboxError, Stopped
from unsigned_peace.paths import ROOT

LIMITS = Limits(cell=1.5, grace=1, memory=2**30, processes=16, output=2**20, folder=8 * 2**20)
ATTACKS = attacks(key=str(ROOT / "coursework" / "islands.md"), others=str(ROOT / "tests"), outside=str(ROOT / "data"))  # a folder that is there inside too
QUICK = [attack for attack in ATTACKS if "ANSWER" not in attack.code or attack.name == "forges-the-tests"]


def run(code: str, limits: Limits = LIMITS) -> tuple[list[dict], str]:
    """The events of one cell, and what stopped it."""
    events = []
    with Process(limits) as process:
        process.start()
        try:
            events += process.ask({"run": code})
        except Stopped as stopped:
            return events, f"stopped: {stopped.reason}"
    why = events[-1]["done"].get("stopped")
    return events, f"stopped: {why}" if why else "graded"


def errors(events: list[dict]) -> list[str]:
    return [event["error"]["ename"] for event in events if "error" in event]


@pytest.mark.parametrize("attack", QUICK, ids=lambda attack: attack.name)
def test_an_attack_is_contained(attack):
    before = sorted(path.name for path in ROOT.iterdir())
    # to fill memory takes a busy machine long: that bound, and not the one of time, is what is tried here
    events, status = run(attack.code, replace(LIMITS, cell=10) if attack.status == "stopped: memory" else LIMITS)
    assert status == attack.status
    if attack.named:
        assert attack.named in " ".join(errors(events)) or attack.named == "OSError" and errors(events)
    assert sorted(path.name for path in ROOT.iterdir()) == before


def test_inside_there_is_only_python_the_package_and_the_dataset():
    code = "import os\nprint(sorted(os.listdir(os.environ['UNSIGNED_PEACE_DATA'] + '/..')), os.getuid(), len([p for p in os.listdir('/proc') if p.isdigit()]), dict(os.environ).keys() & {'HOME'})"
    events, _ = run(code)
    text = "".join(event.get("text", "") for event in events)
    listed, _, rest = text.partition("] ")
    seen = set(json.loads((listed + "]").replace("'", '"')))
    assert {"data", "unsigned_peace"} <= seen <= {"data", "unsigned_peace", ".venv", "coursework", "_build"}
    uid, processes = rest.split()[:2]
    assert int(uid) != 0 and int(processes) <= 4


def test_a_process_goes_on_after_errors_and_after_its_time_is_up():
    with Process(LIMITS) as process:
        process.start()
        assert errors(list(process.ask({"run": "1 / 0"}))) == ["ZeroDivisionError"]
        assert list(process.ask({"run": "while True: pass"}))[-1]["done"] == {"stopped": "time"}
        assert list(process.ask({"run": "a = 6\na * 7"}))[0] == {"result": {"text/plain": "42"}}


def test_a_cell_has_its_time_by_its_own_computing_and_three_times_that_by_the_wall():
    with Process(Limits(cell=0.7, grace=3)) as process:
        process.start()
        waits = list(process.ask({"run": "import signal, time; time.sleep(1.2); [0 < signal.getitimer(clock)[0] <= bound for clock, bound in ((signal.ITIMER_PROF, 0.75), (signal.ITIMER_REAL, 0.95))]"}))
        assert waits[0] == {"result": {"text/plain": "[True, True]"}} and waits[-1]["done"] == {}  # longer than 0.7, as on a machine that others keep busy
        loop, sleep = (list(process.ask({"run": code})) for code in ("while True: pass", "time.sleep(60)"))
        assert loop[-1]["done"] == sleep[-1]["done"] == {"stopped": "time"}
        assert loop[0]["error"]["evalue"] in ("the cell computed longer than 0.7 seconds", "the cell took longer than 2.1 seconds")  # the latter where it gets no third of a processor
        assert sleep[0]["error"]["evalue"] == "the cell took longer than 2.1 seconds"
        assert list(process.ask({"run": "6 * 7"}))[0] == {"result": {"text/plain": "42"}}  # no clock of before goes on


def test_a_forged_end_of_a_cell_is_noticed_and_has_no_effect():
    forged = next(attack for attack in ATTACKS if attack.name == "forges-the-score")
    with Process(LIMITS) as process:
        process.start()
        assert list(process.ask({"run": forged.code})) == [{"done": {}}] and process.disturbed
        list(process.ask({"run": "right = 3"}))
        assert [event["told"] for event in process.ask({"tell": ["right"]}) if "told" in event] == [{"right": 3}]


@pytest.mark.parametrize("call", ["os.memfd_create('x')", "libc(319 if os.uname().machine == 'x86_64' else 279, b'x', 0)", "libc(29 if os.uname().machine == 'x86_64' else 194, 0, 4096, 0o1600)"])
def test_memory_that_nothing_counts_cannot_be_had(call):
    code = f"import ctypes, os\nC = ctypes.CDLL(None, use_errno=True)\ndef libc(*given):\n    if C.syscall(*given) < 0:\n        raise OSError(ctypes.get_errno(), 'refused')\n{call}"
    assert errors(run(code)[0]) == ["PermissionError"]


def test_a_copy_leaves_nothing_behind():
    with Process(LIMITS) as process:
        process.start()
        list(process.ask({"run": "a = 1"}))
        told = [event for event in process.ask({"try": "a += given; b = 2", "given": {"given": 4}, "tell": ["a", "b"]}) if "told" in event]
        assert told[0]["told"] == {"a": 5, "b": 2}
        assert [event for event in process.ask({"tell": ["a", "b"]}) if "told" in event][0] == {"told": {"a": 1}, "problems": {"b": "missing"}}


def test_the_time_of_all_cells_together_is_bounded():
    with Process(Limits(cell=2, grace=1, total=2)) as process, pytest.raises(Stopped, match="time"):
        process.start()
        for _ in range(5):
            list(process.ask({"run": "import time; time.sleep(0.7)"}))


def test_without_bubblewrap_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: None)
    with pytest.raises(SandboxError, match="apt-get install bubblewrap"):
        sandbox.probe()


def test_a_bubblewrap_that_cannot_work_is_named(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: str(broken))
    with pytest.raises(SandboxError, match="No permissions to create new namespace"):
        sandbox.probe()


def test_a_folder_that_was_moved_after_its_environment_was_made_is_named(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    said = "Error while finding module specification for 'unsigned_peace.coursework.runner' (ModuleNotFoundError: No module named 'unsigned_peace')"
    broken.write_text(f'#!/bin/sh\necho "python: {said}" >&2\nexit 1\n')
    broken.chmod(0o755)
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: str(broken))
    with pytest.raises(SandboxError, match="moved after .venv was made: delete .venv and run the command again"):
        sandbox.probe()


@pytest.mark.parametrize("attack", [attack for attack in QUICK if attack.name in ("fork-bomb", "stubborn-fork-bomb", "thread-bomb", "memory-of-many", "reads-the-key", "writes-outside", "network")],
                         ids=lambda attack: attack.name)
def test_an_attack_is_contained_for_an_ordinary_user_too(attack):
    """The grader itself runs as a user without rights, with Python where that user can read it."""
    code = (
        "from tests.coursework.test_sandbox import run, errors\n"
        f"events, status = run({attack.code!r})\n"
        "import json, os; print(json.dumps([os.geteuid(), status, errors(events)]))"
    )
    python = Path(sys.base_prefix)
    home = Path(*python.parts[:2])  # /root, say, which is root's alone
    readable = ["--perms", "0755", "--tmpfs", str(home), "--ro-bind", str(python), str(python)] if home not in (Path("/usr"), Path("/opt")) else []
    for parent in python.parents:
        if readable and parent.is_relative_to(home) and parent != home:
            readable[4:4] = ["--perms", "0755", "--dir", str(parent)]
    becoming = [shutil.which("bwrap"), "--dev-bind", "/", "/", *readable, "setpriv", "--reuid", "61000", "--regid", "61000", "--clear-groups"]
    finished = subprocess.run(
        [*(becoming if os.geteuid() == 0 else []), sys.executable, "-B", "-c", code],
        cwd=ROOT, capture_output=True, text=True, timeout=60, env={**os.environ, "HOME": "/tmp"},
    )
    assert finished.returncode == 0, finished.stderr[-1000:]
    uid, status, found = json.loads(finished.stdout.splitlines()[-1])
    assert uid == (os.geteuid() or 61000) and status == attack.status
    assert not attack.named or attack.named in " ".join(found) or attack.named == "OSError" and found
