"""Nothing that runs inside gets out, takes more than it may, or stops what is outside; as root and
as anybody.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import selectors
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.coursework.hostile import attacks, refusals
from tests.coursework.outside import USER, as_ordinary_user
from unsigned_peace.coursework import control_groups, sandbox, system_calls
from unsigned_peace.coursework.sandbox import Interrupted, Limits, Process, SandboxError, Stopped
from unsigned_peace.paths import ROOT

LIMITS = Limits(cell=1.5, grace=1, memory=2**30, processes=16, output=2**20, folder=8 * 2**20)
ATTACKS = attacks(
    key=str(ROOT / "coursework" / "islands.md"),
    others=str(ROOT / "tests"),
    outside=str(ROOT / "data"),
)  # a folder that is there inside too
QUICK = [
    attack for attack in ATTACKS if "ANSWER" not in attack.code or attack.name == "forges-the-tests"
]


def run(code: str, limits: Limits = LIMITS) -> tuple[list[dict], str]:
    """The events of one cell, and what stopped it."""
    events = []
    with Process(limits) as process:
        process.start()
        try:
            events += process.ask({"run": code})
        except Stopped as stopped:
            return events, _status(stopped.reason)
    why = events[-1]["done"].get("stopped")
    return events, _status(why) if why else "graded"


def _status(reason: str) -> str:
    return f"stopped: {'time' if reason == 'clock' else reason}"


def errors(events: list[dict]) -> list[str]:
    return [event["error"]["ename"] for event in events if "error" in event]


@pytest.mark.parametrize("attack", QUICK, ids=lambda attack: attack.name)
def test_an_attack_is_contained(attack):
    before = sorted(path.name for path in ROOT.iterdir())
    # to fill memory or write much takes a busy machine long: that bound, and not the one of time,
    # is what is tried here
    takes_long = attack.status in ("stopped: memory", "stopped: output")
    events, status = run(attack.code, replace(LIMITS, cell=10) if takes_long else LIMITS)
    assert status == attack.status
    if attack.named:
        assert (
            attack.named in " ".join(errors(events)) or attack.named == "OSError" and errors(events)
        )
    assert sorted(path.name for path in ROOT.iterdir()) == before


def refused() -> list[str]:
    """What was not refused with the error that is due."""
    wrong = []
    with Process(replace(LIMITS, cell=10)) as process:
        process.start()
        for attack in refusals(str(ROOT / "tests")):
            found = errors(list(process.ask({"run": attack.code})))
            if not found or attack.named not in found[0]:
                wrong.append(f"{attack.name}: {found}")
    return wrong


def test_what_reaches_outside_is_refused():
    assert not refused()


def test_what_reaches_outside_is_refused_for_an_ordinary_user_too():
    code = "from tests.coursework.test_sandbox import refused\nprint(refused())"
    finished = subprocess.run(
        [*as_ordinary_user(), sys.executable, "-B", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.stdout == "[]\n", finished.stdout + finished.stderr[-1000:]


def test_inside_there_is_only_python_the_package_and_the_dataset():
    code = (
        "import os\n"
        "print(sorted(os.listdir(os.environ['UNSIGNED_PEACE_DATA'] + '/..')), os.getuid(), "
        "len([p for p in os.listdir('/proc') if p.isdigit()]), dict(os.environ).keys() & "
        "{'HOME'})"
    )
    events, _ = run(code)
    text = "".join(event.get("text", "") for event in events)
    listed, _, rest = text.partition("] ")
    seen = set(json.loads((listed + "]").replace("'", '"')))
    assert {"data", "unsigned_peace"} <= seen <= {"data", "unsigned_peace", ".venv"}
    uid, processes = rest.split()[:2]
    assert int(uid) != 0 and int(processes) <= 4


TOLD = "print([open(f'/proc/{name}').read() for name in ('cmdline', 'keys', 'key-users')])"


def _of_the_machine() -> str:
    events, _ = run(TOLD)
    return "".join(event.get("text", "") for event in events)


def test_how_the_machine_was_started_and_the_keys_of_a_session_are_not_told():
    """As root and as an ordinary user."""
    assert Path("/proc/cmdline").read_text() and _of_the_machine() == "['', '', '']\n"
    code = "from tests.coursework import test_sandbox\nprint(test_sandbox._of_the_machine())"
    finished = subprocess.run(
        [*as_ordinary_user(), sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert finished.stdout.strip() == "['', '', '']"


def test_all_but_small_folders_in_memory_is_read_only():
    with Process(LIMITS) as process:
        process.start()
        first = sandbox.descendants_of(process._process.pid)[0]
        mounts = [
            line.split() for line in Path(f"/proc/{first}/mountinfo").read_text().splitlines()
        ]
        small = {
            place
            for place in ("/tmp", "/dev/shm")
            if os.statvfs(f"/proc/{first}/root{place}").f_blocks * 4096 <= LIMITS.folder
        }
    writable = {
        place for _, _, _, _, place, options, *_ in mounts if "ro" not in options.split(",")
    }
    # The first of these stands in the place of what is not told, too.
    devices = {"/dev/null", *sandbox._NOT_TOLD, "/dev/random", "/dev/urandom"}
    assert writable == {*small, "/proc", *devices} and len(small) == 2


def test_a_process_goes_on_after_errors_and_after_its_time_is_up():
    with Process(LIMITS) as process:
        process.start()
        assert errors(list(process.ask({"run": "1 / 0"}))) == ["ZeroDivisionError"]
        assert list(process.ask({"run": "while True: pass"}))[-1]["done"] == {"stopped": "time"}
        assert next(iter(process.ask({"run": "a = 6\na * 7"}))) == {"result": {"text/plain": "42"}}


def test_a_cell_has_its_time_by_its_own_computing_and_three_times_that_by_the_wall():
    with Process(Limits(cell=1.2, grace=3)) as process:
        process.start()
        waits = list(
            process.ask(
                {
                    "run": "import signal, time; time.sleep(1.4); [0 < signal.getitimer(clock)[0] "
                    "<= bound for clock, bound in ((signal.ITIMER_PROF, 1.25), "
                    "(signal.ITIMER_REAL, 2.25))]"
                }
            )
        )
        assert (
            waits[0] == {"result": {"text/plain": "[True, True]"}} and waits[-1]["done"] == {}
        )  # longer than 1.2, as on a machine that others keep busy
        loop, sleep = (
            list(process.ask({"run": code})) for code in ("while True: pass", "time.sleep(60)")
        )
        assert loop[-1]["done"]["stopped"] in ("time", "clock") and sleep[-1]["done"] == {
            "stopped": "clock"
        }
        assert loop[0]["error"]["evalue"] in (
            "the cell computed longer than 1.2 seconds",
            "the cell took longer than 3.6 seconds",
        )  # the latter where it gets no third of a processor
        assert sleep[0]["error"]["evalue"] == "the cell took longer than 3.6 seconds"
        assert next(iter(process.ask({"run": "6 * 7"}))) == {
            "result": {"text/plain": "42"}
        }  # no clock of before goes on


def test_a_forged_end_of_a_cell_is_noticed_and_has_no_effect():
    forged = next(attack for attack in ATTACKS if attack.name == "forges-the-score")
    with Process(LIMITS) as process:
        process.start()
        assert list(process.ask({"run": forged.code})) == [{"done": {}}] and process.disturbed
        list(process.ask({"run": "right = 3"}))
        assert [event["told"] for event in process.ask({"tell": ["right"]}) if "told" in event] == [
            {"right": 3}
        ]


def test_who_reads_no_request_holds_nobody_up():
    """It says that it is done, and is not: a request longer than a pipe holds is never taken."""
    code = (
        "import gc, signal\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\n"
        "[it for it in gc.get_objects() if type(it).__name__ == '_Channel'][0].answer(done={})\n"
        "while True: signal.pause()"
    )
    with Process(replace(LIMITS, cell=0.5, grace=0.5), always=True) as process:
        process.start()
        assert list(process.ask({"run": code})) == [{"done": {}}]
        rescue = threading.Timer(30, process._kill)
        rescue.start()
        with pytest.raises(Stopped, match="clock"):
            list(process.ask({"run": "#" + 300_000 * "x"}))
        rescue.cancel()


def test_a_copy_leaves_nothing_behind():
    with Process(LIMITS) as process:
        process.start()
        list(process.ask({"run": "a = 1"}))
        told = [
            event
            for event in process.ask(
                {"try": "a += given; b = 2", "given": {"given": 4}, "tell": ["a", "b"]}
            )
            if "told" in event
        ]
        assert told[0]["told"] == {"a": 5, "b": 2}
        assert next(event for event in process.ask({"tell": ["a", "b"]}) if "told" in event) == {
            "told": {"a": 1},
            "problems": {"b": "missing"},
        }


def test_to_make_values_of_answers_takes_no_longer_than_a_cell_may():
    """Whole numbers of one hash make a set slow; and what is no date ends in an error, not in the
    end of the process.
    """
    slow = {"set": [number * (2**61 - 1) for number in range(60_000)]}
    with Process(Limits(cell=0.5)) as process:
        process.start()
        assert list(process.ask({"try": "1", "given": {"a": slow}}))[-1]["done"] == {
            "stopped": "time"
        }
        events = list(process.ask({"try": "1", "given": {"a": {"date": "9"}}}))
        assert errors(events) == ["ValueError"]
        assert events[-1]["done"] == {"error": "ValueError"}


def test_who_computes_in_one_long_step_does_not_wait():
    """Where signals are heard late, the clock on the wall has rung too; a check that a made-up
    answer holds up so is no fault of the machine.
    """
    with Process(Limits(cell=0.1, grace=30)) as process:
        process.start()
        assert list(process.ask({"try": "max(range(3 * 10**7))"}))[-1] == {
            "done": {"stopped": "time"}
        }


def test_what_ends_while_it_is_looked_at_stops_nothing(monkeypatch):
    def gone(place):
        raise FileNotFoundError(place)

    monkeypatch.setattr(os, "listdir", gone)
    monkeypatch.setattr(os, "scandir", gone)
    assert sandbox._told(os.getpid(), "no-such-file", (b"VmRSS:",)) == 0


def test_who_hoards_what_a_user_has_once_stops_no_other_sandbox(monkeypatch):
    """As an ordinary user: with many pipes open, each new one holds a page or two; and of watches
    of epoll there may be none left.
    """

    class Nothing:
        def __init__(self):
            raise OSError(28, "No space left on device")

    def pipe(make=os.pipe):
        reading, writing = make()
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        os.set_blocking(writing, False)  # to write more would wait for ever
        return reading, writing

    monkeypatch.setattr(selectors.EpollSelector, "_selector_cls", Nothing)
    monkeypatch.setattr(os, "pipe", pipe)
    hidden = [ROOT / "unsigned_peace" / "publishing"] * 100  # so there is much to be told
    with Process(LIMITS, hidden) as process:
        process.start()
        events = list(process.ask({"run": "#" + 20_000 * "x" + "\n6 * 7"}))
        assert events == [{"result": {"text/plain": "42"}}, {"done": {}}]


ALONE = "import resource\nresource.setrlimit(resource.RLIMIT_NPROC, (0, 0))"


def test_a_process_that_cannot_make_a_copy_of_itself_says_so():
    with Process(LIMITS) as process:
        process.start()
        list(process.ask({"run": ALONE}))
        assert list(process.ask({"try": "1"})) == [{"done": {"stopped": "processes"}}]
        assert next(iter(process.ask({"run": "6 * 7"}))) == {"result": {"text/plain": "42"}}


def test_no_two_sandboxes_have_one_user(monkeypatch):
    if os.geteuid():
        assert sandbox._reserved() == (0, None)
        return
    monkeypatch.setattr(sandbox, "FIRST_USER", sandbox.FIRST_USER + sandbox.USERS)
    monkeypatch.setattr(sandbox, "USERS", 2)

    def users() -> set[int]:
        inside = [sandbox.descendants_of(process._process.pid)[-1] for process in both]
        return {Path(f"/proc/{one}").stat().st_uid for one in inside}

    with Process(LIMITS) as one, Process(LIMITS) as two:
        both = [one, two]
        for process in both:
            process.start()
        assert users() == {sandbox.FIRST_USER, sandbox.FIRST_USER + 1}
        with pytest.raises(SandboxError, match="2 sandboxes are at work here"):
            Process(LIMITS)
    with Process(LIMITS) as process:  # what has ended gives its number back
        process.start()


def test_the_time_of_all_cells_together_is_bounded():
    with (
        Process(Limits(cell=2, grace=1, total=2)) as process,
        pytest.raises(Stopped, match="clock"),
    ):
        process.start()
        for _ in range(5):
            list(process.ask({"run": "import time; time.sleep(0.7)"}))


def test_without_bubblewrap_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: None)
    with pytest.raises(SandboxError, match="apt-get install bubblewrap"):
        sandbox.probe()


def test_a_bubblewrap_that_cannot_work_is_named(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"
    )
    broken.chmod(0o755)
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: str(broken))
    with pytest.raises(SandboxError, match="No permissions to create new namespace"):
        sandbox.probe()


def test_a_folder_that_was_moved_after_its_environment_was_made_is_named(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    said = (
        "Error while finding module specification for 'unsigned_peace.coursework.runner' "
        "(ModuleNotFoundError: No module named 'unsigned_peace')"
    )
    broken.write_text(f'#!/bin/sh\necho "python: {said}" >&2\nexit 1\n')
    broken.chmod(0o755)
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: str(broken))
    with pytest.raises(
        SandboxError, match="moved after .venv was made: delete .venv and run the command again"
    ):
        sandbox.probe()


def test_a_sandbox_has_namespaces_of_its_own_and_an_empty_environment(monkeypatch):
    monkeypatch.setenv("TEACHER_KEY", "4711")
    with Process(LIMITS) as process:
        process.start()
        for inside in sandbox.descendants_of(process._process.pid):
            for kind in ("net", "pid", "ipc", "uts", "mnt"):
                assert os.readlink(f"/proc/{inside}/ns/{kind}") != os.readlink(
                    f"/proc/self/ns/{kind}"
                ), kind
            assert b"4711" not in Path(f"/proc/{inside}/environ").read_bytes()
        assert b"4711" not in Path(f"/proc/{process._process.pid}/environ").read_bytes()


STAYS = (
    "import ctypes, os, time\nif not os.fork():\n    ctypes.CDLL(None).prctl(1, 0)\n"
    "    os.setsid()\n    time.sleep(1000)"
)


def test_its_end_ends_all_that_was_inside_by_itself(monkeypatch):
    every = sandbox.options
    monkeypatch.setattr(
        sandbox,
        "options",
        lambda *given: [option for option in every(*given) if option != "--die-with-parent"],
    )
    with Process(LIMITS) as process:
        process.start()
        list(process.ask({"run": STAYS}))
        inside = sandbox.descendants_of(process._process.pid)
        assert len(inside) == 3
    assert not [one for one in inside if os.path.exists(f"/proc/{one}")]


def test_nothing_outlives_a_grader_that_is_killed():
    code = """
from tests.coursework.test_sandbox import LIMITS, STAYS, Process, sandbox
process = Process(LIMITS)
process.start()
list(process.ask({"run": STAYS}))
print(*sandbox.descendants_of(process._process.pid), flush=True)
heedless = "import signal\\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\\n"
list(process.ask({"run": heedless + "os.read(os.pipe()[0], 1)"}))
"""
    grader = subprocess.Popen(
        [sys.executable, "-B", "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    inside = grader.stdout.readline().split()
    time.sleep(1)  # until it heeds nothing any more
    grader.kill()
    grader.wait()
    until = time.monotonic() + 20
    while (
        left := [one for one in inside if os.path.exists(f"/proc/{one}")]
    ) and time.monotonic() < until:
        time.sleep(0.05)
    assert len(inside) == 3 and not left


HOG = (
    "import os, time\nif not os.fork():\n    time.sleep(1)\n    for _ in range(3):\n"
    "        if not os.fork():\n            break\n    hog = bytearray(b'1') * 500_000_000\n"
    "    time.sleep(60)\n    os._exit(0)"
)


@pytest.mark.parametrize("grouped", [True, False], ids=["group", "watch"])
def test_memory_is_bounded_while_nothing_is_asked(grouped, monkeypatch):
    """By the control group where there is one, by the watch without one; by either alone."""
    if grouped and control_groups.make(2**30, 8):
        monkeypatch.setattr(sandbox, "memory", lambda *_: 0)
    else:
        monkeypatch.setattr(control_groups, "make", lambda *_: None)
    with Process(LIMITS, always=True) as process:
        process.start()
        list(process.ask({"run": HOG}))
        until = time.monotonic() + 30
        while not process.exceeded and time.monotonic() < until:
            time.sleep(0.1)
        assert process.exceeded == "memory"
        with pytest.raises(Stopped, match="memory"):
            list(process.ask({"run": "1"}))


#: Its first thread ends and another one takes the memory: the kernel then says nothing of it under
#: the process's own number.
HEADLESS = """
import ctypes, os, threading, time
def take():
    time.sleep(0.5)
    hog = bytearray(b"1") * 700_000_000
    time.sleep(60)
for _ in range(2):
    if not os.fork():
        threading.Thread(target=take).start()
        ctypes.CDLL(None).syscall(EXIT, 0)
time.sleep(60)
""".replace(
    "EXIT", str(system_calls.ALLOWED["exit"][system_calls.ARCHITECTURES[platform.machine()][1]])
)
#: Processes whose parents end before them, one after the other: so memory is handed on faster than
#: a list of processes is read.
CHAIN = "import os\nos.system('i=0; while [ $i -lt 5000 ]; do (: &); i=$((i+1)); done')"


@pytest.mark.parametrize(
    "code, status",
    [(HEADLESS, "stopped: memory"), (CHAIN, "stopped: processes")],
    ids=["headless", "chain"],
)
def test_memory_cannot_hide_from_the_watch(code, status, monkeypatch):
    monkeypatch.setattr(control_groups, "make", lambda *_: None)
    assert run(code, replace(LIMITS, cell=20))[1] == status


def test_memory_of_the_kernel_counts_too():
    def inside() -> int:
        return sandbox.memory(sandbox.descendants_of(process._process.pid), 0)

    with Process(replace(LIMITS, cell=10)) as process:
        process.start()
        before = inside()
        list(
            process.ask(
                {
                    "run": "import os, socket\n"
                    "kept = [pair for _ in range(100) for pair in socket.socketpair()]"
                }
            )
        )
        after = inside()
        assert after - before > 200 * 200_000
        list(
            process.ask(
                {
                    "run": "for number in range(30_000):\n"
                    "    os.close(os.open(f'/tmp/{number}', os.O_CREAT))"
                }
            )
        )
        assert inside() - after > 30_000 * 1_000


def test_a_death_that_nothing_inside_explains_is_none_of_its_own():
    for victim in (0, -1):  # the first process inside, and the worker
        with Process(LIMITS) as process:
            process.start()
            inside = sandbox.descendants_of(process._process.pid)
            os.kill(inside[victim], signal.SIGKILL)
            while (worker := sandbox._stat(inside[-1])) and worker[0] not in ("Z", b"Z"):
                time.sleep(0.01)  # else a quick one answers before the first takes it along
            with pytest.raises(Interrupted, match="from outside"):
                list(process.ask({"run": "1"}))


@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGPWR"])
def test_an_ending_by_a_signal_of_the_system_is_none_of_its_own(number):
    """As of a shutdown, whether it waits for its next cell or runs one; what a fault sends is its
    own doing.
    """
    for code in ("1", "import time\ntime.sleep(20)"):
        with Process(LIMITS) as process:
            process.start()
            worker = sandbox.descendants_of(process._process.pid)[-1]
            end = threading.Timer(0.5, os.kill, (worker, getattr(signal, number)))
            end.start()
            if code == "1":
                end.join()
                while sandbox.descendants_of(process._process.pid)[-1:] == [worker]:
                    time.sleep(0.01)
            with pytest.raises(Interrupted, match="from outside$"):
                list(process.ask({"run": code}))
    assert run("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")[1] == "stopped: exit"


def test_a_clock_that_somebody_else_rings_ends_nothing():
    code = "import os, signal\n[os.kill(os.getpid(), n) for n in (signal.SIGALRM, signal.SIGPROF)]"
    with Process(LIMITS) as process:
        process.start()
        for request in (code, "6 * 7"):
            events = list(process.ask({"run": request}))
            for number in (signal.SIGALRM, signal.SIGPROF):
                os.kill(sandbox.descendants_of(process._process.pid)[-1], number)
        assert events == [{"result": {"text/plain": "42"}}, {"done": {}}]
        assert list(process.ask({"run": "1"}))[-1] == {"done": {}}


@pytest.mark.parametrize("number", ["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1"])
def test_a_copy_that_is_ended_by_a_signal_of_the_system_is_told_apart(number):
    kill = f"import os, signal\nos.kill(os.getpid(), signal.{number})"
    with Process(LIMITS) as process:
        process.start()
        assert list(process.ask({"try": kill}))[-1] == {"done": {"stopped": "killed"}}
        assert list(process.ask({"try": "import os; os.abort()"}))[-1] == {
            "done": {"stopped": "exit"}
        }


def test_what_is_held_up_from_outside_is_none_of_its_own():
    with Process(replace(LIMITS, cell=0.3, grace=0.5)) as process:
        process.start()
        os.kill(sandbox.descendants_of(process._process.pid)[-1], signal.SIGSTOP)
        with pytest.raises(Interrupted, match="held up"):
            list(process.ask({"run": "1"}))


@pytest.mark.parametrize(
    ("cell", "code"),
    [(1, "import time; time.sleep(2.5)"), (9, "import time; time.sleep(1)\nassert time_() < 3")],
    ids=["by our clock", "by its own"],
)
def test_what_was_held_up_while_it_waited_is_none_of_its_own_either(cell, code):
    """As by who pauses a container: its clocks inside have gone on."""
    with Process(replace(LIMITS, cell=cell, grace=60)) as process:
        process.start()
        began = "from time import monotonic; began = monotonic()"
        list(process.ask({"run": f"{began}\ntime_ = lambda: monotonic() - began"}))
        worker = sandbox.descendants_of(process._process.pid)[-1]
        for after, number in ((0.5, signal.SIGSTOP), (5, signal.SIGCONT)):
            threading.Timer(after, os.kill, (worker, number)).start()
        with pytest.raises(Interrupted, match="held up"):
            list(process.ask({"run": code}))


def test_what_ended_while_the_grader_was_held_up_is_none_of_its_own_either():
    """A clock inside rang meanwhile, and what it said has been waiting."""
    with Process(replace(LIMITS, cell=0.3, grace=60)) as process:
        process.start()
        select = process._selector.select

        def late(seconds):  # as where the whole process was stopped
            time.sleep(5.5)
            process._selector.select = select
            return select(seconds)

        process._selector.select = late
        with pytest.raises(Interrupted, match="held up"):
            list(process.ask({"run": "import time; time.sleep(2.5)"}))


def test_time_in_which_others_keep_the_machine_busy_does_not_count():
    """A cell that computes is stopped by what it computed, however few processors it gets."""
    burners = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(5 * (os.cpu_count() or 1))
    ]
    try:
        with Process(replace(LIMITS, cell=0.4)) as process:
            process.start()
            os.sched_setaffinity(
                sandbox.descendants_of(process._process.pid)[1], {min(os.sched_getaffinity(0))}
            )
            assert list(process.ask({"run": "while True: pass"}))[-1]["done"] == {"stopped": "time"}
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


@pytest.mark.parametrize(
    ("code", "stopped"),
    [
        ("while True:\n        pass", "stopped: time"),
        ("print('.' * 17_000_000)", "stopped: output"),
    ],
)
def test_a_bound_that_the_code_ignores_is_said_all_the_same(code, stopped):
    events, status = run(
        f"try:\n    {code}\nexcept BaseException:\n    pass", replace(LIMITS, cell=0.3)
    )
    assert status == stopped
    assert any("error" in event for event in events)


def test_an_error_is_named_where_all_that_may_be_shown_is_used_up():
    picture = "display({'image/png': 'iVBO' * 240_000}, raw=True)"
    with Process(replace(LIMITS, output=Limits().output)) as process:
        process.start()
        list(process.ask({"run": "from IPython.display import display"}))
        for shown in (picture, "'x' * 10_000", "'x' * 10"):
            while len(list(process.ask({"run": shown}))) > 1:
                pass
        *events, done = process.ask({"run": "1 / 0"})
    assert events == [{"error": {"ename": "ZeroDivisionError", "evalue": "", "traceback": ""}}]
    assert done["done"] == {"error": "ZeroDivisionError"}


def test_who_stops_a_process_of_its_own_is_not_held_up_from_outside():
    code = (
        "import os, time\nchild = os.fork()\nif not child:\n    time.sleep(60)\n"
        "os.kill(child, 19)\nos.waitpid(child, 0)"
    )
    assert run(code, replace(LIMITS, cell=0.3, grace=0.5))[1] == "stopped: time"


def test_where_groups_around_allow_too_few_processes_it_is_nobodys_doing(monkeypatch):
    stopped = 'raise RuntimeError("can\'t start new thread")'  # as Python says it
    with Process(LIMITS) as process:
        process.start()
        assert list(process.ask({"run": stopped}))[-1] == {"done": {"stopped": "processes"}}
        monkeypatch.setattr(control_groups, "processes_left", lambda: 20)
        with pytest.raises(Interrupted, match="fewer processes"):
            list(process.ask({"run": stopped}))
    with Process(LIMITS) as process, pytest.raises(SandboxError, match="leaves 20 processes"):
        process.start()


def test_time_in_which_the_grader_itself_was_stopped_does_not_count():
    code = """
from tests.coursework.test_sandbox import LIMITS, Process, replace
with Process(replace(LIMITS, cell=0.7, grace=0.5)) as process:
    process.start()
    print("ready", flush=True)
    print(list(process.ask({"run": "import time; time.sleep(1); 6 * 7"}))[0], flush=True)
"""
    grader = subprocess.Popen(
        [sys.executable, "-B", "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert grader.stdout.readline() == "ready\n"
    time.sleep(0.3)
    grader.send_signal(signal.SIGSTOP)
    time.sleep(3.5)  # longer than a cell may take
    grader.send_signal(signal.SIGCONT)
    assert grader.communicate(timeout=60)[0] == "{'result': {'text/plain': '42'}}\n"


@pytest.mark.parametrize(
    "attack",
    [
        attack
        for attack in QUICK
        if attack.name
        in (
            "fork-bomb",
            "stubborn-fork-bomb",
            "thread-bomb",
            "memory-of-many",
            "reads-the-key",
            "writes-outside",
            "network",
        )
    ],
    ids=lambda attack: attack.name,
)
def test_an_attack_is_contained_for_an_ordinary_user_too(attack):
    """The grader itself runs as a user without rights, with Python where that user can read it."""
    code = (
        "from tests.coursework.test_sandbox import run, errors\n"
        f"events, status = run({attack.code!r})\n"
        "import json, os; print(json.dumps([os.geteuid(), status, errors(events)]))"
    )
    finished = subprocess.run(
        [*as_ordinary_user(), sys.executable, "-B", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-1000:]
    uid, status, found = json.loads(finished.stdout.splitlines()[-1])
    assert uid == (os.geteuid() or USER) and status == attack.status
    assert (
        not attack.named or attack.named in " ".join(found) or attack.named == "OSError" and found
    )


@pytest.mark.parametrize(
    "writer",
    ["threading.Thread(target=chatter, daemon=True).start()", "os.fork() or chatter()"],
    ids=["a thread", "a copy"],
)
def test_who_writes_meanwhile_tears_no_answer(writer):
    code = (
        "import os, threading, time\n"
        "def chatter():\n    while True: print('.', flush=True); time.sleep(0.0005)\n"
        f"long = 'x' * 1_000_000\n{writer}"
    )
    with Process(replace(LIMITS, output=2**25)) as process:
        process.start()
        list(process.ask({"run": code}))
        for _ in range(10):
            told = [event["told"] for event in process.ask({"tell": ["long"]}) if "told" in event]
            assert told == [{"long": "x" * 1_000_000}]
        assert not process.disturbed


SCRIPT = "open('a.py', 'w').write({!r})\n%run a.py"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("%%capture\n1 / 0", "ZeroDivisionError"),
        ("%%capture\n%nothing_of_this_name", "UsageError"),
        ("%%capture\nraise ExceptionGroup('two', [ValueError(), KeyError()])", "ExceptionGroup"),
        ("%%capture\nget_ipython().set_custom_exc((KeyError,), print)\n{}[0]", "KeyError"),
        (SCRIPT.format("1 / 0"), "ZeroDivisionError"),
        (SCRIPT.format("get_ipython().run_line_magic('no_such', '')"), "UsageError"),
        (SCRIPT.format("raise ExceptionGroup('one', [ValueError()])"), "ExceptionGroup"),
    ],
)
def test_an_error_that_a_cell_keeps_is_named(code, name):
    with Process(LIMITS) as process:
        process.start()
        assert list(process.ask({"run": code}))[-1] == {"done": {"error": name}}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import numpy as np; right = np.bool(1); np.bool = bool", True),
        (
            "import datetime; right = datetime.date(2023, 1, 1); datetime.date = right",
            {"date": "2023-01-01"},
        ),
        (
            "import pandas as pd; right = pd.Timestamp(2023, 1, 1); pd.Timestamp = pd.to_datetime",
            {"timestamp": "2023-01-01T00:00:00"},
        ),
        (
            (
                "import datetime\nclass Day(datetime.date):\n"
                "    def isoformat(self): return 'day'\nright = Day(2023, 1, 1)"
            ),
            {"date": "2023-01-01"},
        ),
        ("import builtins; builtins.right = 3", 3),
    ],
)
def test_an_answer_is_read_whatever_a_cell_has_done_to_libraries(code, told):
    with Process(LIMITS) as process:
        process.start()
        list(process.ask({"run": code}))
        (event,) = [event for event in process.ask({"tell": ["right"]}) if "told" in event]
        assert event["told"] == {"right": told}
