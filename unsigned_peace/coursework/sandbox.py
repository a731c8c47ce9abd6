"""A process that runs cells inside bubblewrap, watched from outside.

Inside there are the Python that runs this module, the package and the dataset, all read-only, and
small folders in memory: no network, no other file, no other process, nothing of the environment
outside. ``system_calls`` says what code there may ask of the kernel. Bounds of one process are set
by
``runner``; bounds of all of them together (time, memory, processes, output) are held here, by a
control group where there is one and by a watch in any case.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import itertools
import json
import os
import platform
import random
import re
import secrets
import select
import selectors
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Self, cast

from unsigned_peace.coursework import control_groups, system_calls
from unsigned_peace.coursework.runner import FAULTS, ORPHANS, PATIENCE, WALL, waited
from unsigned_peace.dataset import data_folder

PACKAGE = Path(__file__).resolve().parents[1]
#: The folder of the whole project: of what is in it, only what is named here is seen inside.
PROJECT = PACKAGE.parent
WHAT_TO_DO = (
    "Submissions are run only inside bubblewrap, which is not here: install it with your "
    "system's packages (Debian, Ubuntu: `apt-get install bubblewrap`)."
)

MOVED = (
    "Nothing is graded: this folder was moved after .venv was made: delete .venv and run the "
    "command again"
)


class SandboxError(Exception):
    """The sandbox cannot be made here; the message says what is missing."""


class Stopped(Exception):
    """The process inside is gone, by what it did itself; ``reason`` is ``time``, ``clock``,
    ``memory``, ``processes``, ``output`` or ``exit``.

    ``clock`` is for one that waited, and did not compute: it may have been the machine that had no
    time for it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Interrupted(RuntimeError):
    """The process inside was ended, or kept short, by something other than what it did; the message
    says by what, as far as that is known.
    """


@dataclass(frozen=True)
class Limits:
    """What a submission may use. Times in seconds, sizes in bytes."""

    #: Of computing; by the clock on the wall a cell may take ``WALL`` times as long. ``total`` is
    #: by that clock, while cells run.
    cell: float = 10
    total: float = 60
    memory: int = 2 * 2**30
    processes: int = 32
    file: int = 32 * 2**20
    folder: int = 64 * 2**20
    output: int = 8 * 2**20
    #: Beyond that, before a process that does not heed its own clock is ended.
    grace: float = 3


#: Unprivileged users for the processes inside, where the grader itself runs as root: a limit on
#: processes counts those of one user, and binds everybody but root. Each sandbox has its own, of
#: numbers that systems leave free.
FIRST_USER, USERS = 60_706, 478
#: Here a lock on a file says of each number that a sandbox on this machine has it. Root's alone.
TAKEN = Path("/run/unsigned-peace")


def _reserved() -> tuple[int, int | None]:
    """A user that no other sandbox here has, and the lock that says so until it is closed; 0 and
    None where this is not root.
    """
    if os.geteuid():
        return 0, None
    try:
        TAKEN.mkdir(mode=0o700, exist_ok=True)
        # In any order: graders in other containers count processes with these, but see other locks.
        for number in random.sample(range(USERS), USERS):
            lock = os.open(TAKEN / str(FIRST_USER + number), os.O_CREAT | os.O_WRONLY, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return FIRST_USER + number, lock
            except BlockingIOError:
                os.close(lock)
    except OSError as error:
        raise SandboxError(
            f"As root, a grader writes down in {TAKEN} which users its sandboxes have, and "
            f"cannot: {error.strerror}"
        ) from error
    raise SandboxError(f"{USERS} sandboxes are at work here, and there can be no more")


def _needed() -> list[str]:
    """The folders and files that code needs: system libraries and programs, Python, installed
    packages, the package, the dataset.
    """
    system = ["bin", "lib", "lib32", "lib64", "libx32", "share/zoneinfo"]
    prefixes = ["bin", "lib", "lib64", "pyvenv.cfg"]
    return [
        *(f"/usr/{name}" for name in system),
        *(f"/usr/local/{name}" for name in prefixes),
        "/etc/ld.so.cache",
        "/etc/localtime",
        *(f"{prefix}/{name}" for prefix in (sys.base_prefix, sys.prefix) for name in prefixes),
        *(sysconfig.get_path(kind) for kind in ("purelib", "platlib", "stdlib", "platstdlib")),
        str(Path(sys.executable).resolve().parent),
        str(PACKAGE),
        str(data_folder().resolve()),
    ]


def _mounts(hidden: Iterable[Path]) -> list[str]:
    """What is seen inside, as bubblewrap's options; ``hidden`` folders are not, wherever they
    lie.
    """
    options: list[str] = []
    for folder in ("/bin", "/lib", "/lib32", "/lib64", "/libx32"):
        if os.path.islink(folder):
            options += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            options += ["--ro-bind", folder, folder]
    made = {"/tmp"}

    def bind(place: str) -> None:
        for parent in reversed(Path(place).parents[:-1]):  # bubblewrap makes these for itself alone
            if str(parent) not in made:
                options.extend(["--perms", "0755", "--dir", str(parent)])
                made.add(str(parent))
        options.extend(["--ro-bind", place, place])

    needed = [place for place in dict.fromkeys(_needed()) if os.path.exists(place)]
    own = {
        str(PACKAGE),
        str(data_folder().resolve()),
        *(place for place in needed if Path(place).resolve().is_relative_to(PROJECT)),
    }
    bound: list[Path] = []
    for place in sorted(set(needed) - own, key=lambda place: len(Path(place).parts)):
        if not any(Path(place).is_relative_to(folder) for folder in bound):
            bind(place)
            bound.append(Path(place))
    covers = []

    def cover(folder: Path) -> None:
        """Puts an empty folder in the place of one that was bound with what lies around it."""
        for around in bound:
            if (
                folder.is_dir()
                and folder.is_relative_to(resolved := around.resolve())
                and folder != resolved
            ):
                covers.append(str(around / folder.relative_to(resolved)))
                options.extend(["--perms", "0755", "--tmpfs", covers[-1]])

    cover(PROJECT)
    for place in sorted(own, key=lambda place: len(Path(place).parts)):
        if not any(
            Path(place).is_relative_to(folder)
            for folder in bound
            if not PROJECT.is_relative_to(folder.resolve())
        ):
            bind(place)
            bound.append(Path(place))
    for out_of_sight in hidden:
        cover(out_of_sight.resolve())
    for covered in covers:
        options += ["--remount-ro", covered]
    return options


def _own_threads() -> int:
    """Threads that this user has already, where the kernel counts them together with those inside
    (before Linux 5.14).
    """
    release = tuple(
        int(part) for part in platform.release().split("-")[0].split(".")[:2] if part.isdigit()
    )
    if release >= (5, 14) or os.geteuid() == 0:
        return 0
    own = [
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if process.stat().st_uid == os.getuid()
    ]
    return _threads(own)


#: Of the machine and its keys, what the kernel tells anybody and nobody needs: how it was started
#: may name a key or a password, and a session's keys name accounts.
_NOT_TOLD = ("/proc/cmdline", "/proc/keys", "/proc/key-users")


def options(limits: Limits, hidden: Iterable[Path] = ()) -> list[str]:
    """What bubblewrap is told."""
    size = ["--size", str(limits.folder)]
    devices = [
        option
        for name in ("null", "random", "urandom")
        for option in ("--dev-bind", f"/dev/{name}", f"/dev/{name}")
    ]  # not zero: memory shared by it belongs to no process
    told = [
        option
        for name in _NOT_TOLD
        if os.path.exists(name)
        for option in ("--dev-bind", "/dev/null", name)
    ]
    return [
        *size,
        "--perms",
        "1777",
        "--tmpfs",
        "/tmp",
        *_mounts(hidden),  # in this order: the project may itself lie in /tmp
        "--proc",
        "/proc",
        *told,
        "--tmpfs",
        "/dev",
        *devices,
        "--symlink",
        "/proc/self/fd",
        "/dev/fd",
        *size,
        "--perms",
        "1777",
        "--tmpfs",
        "/dev/shm",
        "--remount-ro",
        "/dev",
        "--chdir",
        "/tmp",
        "--remount-ro",
        "/",
        *([] if os.geteuid() == 0 else ["--unshare-user"]),
        "--unshare-ipc",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--hostname",
        "coursework",
        "--as-pid-1",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
        *(option for name, value in _ENVIRONMENT.items() for option in ("--setenv", name, value)),
        "--setenv",
        "UNSIGNED_PEACE_DATA",
        str(data_folder().resolve()),
    ]


def _bounds(limits: Limits) -> dict[str, int]:
    """The bounds of one process, for ``runner``."""
    return {
        "AS": limits.memory,
        "DATA": limits.memory,
        "STACK": 8 * 2**20,
        "FSIZE": limits.file,
        "CPU": int(limits.total + limits.grace) + 1,
        "NOFILE": 256,
        "CORE": 0,
        "NPROC": limits.processes * 2 + _own_threads(),
    }


#: What shells call these limits, and in which unit they count. Not CPU: the kernel ends by SIGKILL
#: what computes longer, which is no grade.
_ULIMITS = {
    "AS": ("v", 1024),
    "DATA": ("d", 1024),
    "STACK": ("s", 1024),
    "FSIZE": ("f", 1024),
    "NOFILE": ("n", 1),
    "NPROC": ("u", 1),
}


def _check_limits(lowered: dict[str, int], limits: Limits) -> None:
    """Raises ``SandboxError`` if the machine allows a process less than a submission may use: what
    fails for that is nobody's fault, and code that goes on after it says nothing of it.
    """
    bounds = _bounds(limits)
    less = [
        f"`ulimit -{letter}` is {lowered[name] // unit} here and must be {bounds[name] // unit}"
        for name, (letter, unit) in _ULIMITS.items()
        if name in lowered
    ]
    left, most = control_groups.processes_left(), 2 * limits.processes
    if left is not None and left < most:
        less.append(f"a control group around leaves {left} processes and must leave {most}")
    if less:
        raise SandboxError(
            f"This machine allows a process less than a submission may use, so nothing is graded: "
            f"{', '.join(less)}, or more"
        )


_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONWARNINGS": "ignore",
    "IPYTHONDIR": "/tmp",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
}


def probe() -> None:
    """Makes a sandbox and lets it go. Raises ``SandboxError`` with what bubblewrap said if that
    fails here.
    """
    with Process(Limits()) as process:
        try:
            process.start()
        except (Stopped, Interrupted) as ended:
            said = process.said() or f"it ended ({ended})"
            if os.geteuid() == 0 and (closed := _closed()):
                raise SandboxError(
                    "Nothing is graded: submissions run as users of their own here, and what they "
                    f"need may be read by its owner alone. Type: chmod -R go+rX {closed}"
                ) from ended
            if re.search(
                r"No module named '?unsigned_peace'?(\W|$)", said
            ):  # the editable installation names a place that is no more
                raise SandboxError(MOVED) from ended
            raise SandboxError(
                f"bubblewrap cannot make a sandbox here, so nothing is graded. It says: {said}"
            ) from ended


def _closed() -> str:
    """The places of what code needs in which something may be read by its owner alone, as a shell
    takes them: made, or cloned, under a umask such as 077.
    """

    def is_closed(place: Path) -> bool:
        for folder, folders, files in os.walk(place):
            folders[:] = [name for name in folders if name != "__pycache__"]  # is done without
            if ~os.stat(folder).st_mode & 0o5:
                return True
            paths = (os.path.join(folder, name) for name in files)
            if any(~os.lstat(path).st_mode & 0o4 for path in paths):
                return True
        return False

    places = (Path(sys.base_prefix), Path(sys.prefix), PACKAGE, data_folder().resolve())
    return shlex.join(
        os.path.relpath(place) if place.is_relative_to(Path.cwd()) else str(place)
        for place in dict.fromkeys(places)
        if not place.is_relative_to("/usr") and is_closed(place)
    )


def _held(content: bytes) -> int:
    """A descriptor from which this is read: of memory, since a pipe holds little while another
    sandbox of the same user hoards pipes.
    """
    held = os.memfd_create("unsigned-peace")
    os.write(held, content)
    os.lseek(held, 0, os.SEEK_SET)
    return held


class Process:
    """A process inside a sandbox that answers requests; a context manager, whose end is the end of
    everything inside.

    Folders that are ``hidden`` are not seen inside, even where something that is needed lies around
    them.
    ``always`` watches it also while it is not asked, which takes a thread: not in a process that
    forks.
    Raises ``SandboxError`` where bubblewrap is missing.
    """

    def __init__(self, limits: Limits, hidden: Iterable[Path] = (), always: bool = False) -> None:
        bubblewrap = shutil.which("bwrap")
        if not bubblewrap:
            raise SandboxError(WHAT_TO_DO)
        if not system_calls.known():
            raise SandboxError(
                f"Submissions are run only where the sandbox can refuse system calls, on "
                f"{' and '.join(system_calls.ARCHITECTURES)}; this machine is "
                f"{platform.machine()}."
            )
        self.limits = limits
        self.output = 0
        #: Whether something other than ``runner`` has written where only that should write.
        self.disturbed = False
        #: For what the watch has ended it.
        self.exceeded: str | None = None
        user, self._user_lock = _reserved()
        self._group = control_groups.make(limits.memory, 2 * limits.processes + 1)
        said, says = os.pipe()
        descriptors = [
            _held(system_calls.program()),
            _held("\0".join(options(limits, hidden)).encode("utf-8", "surrogateescape") + b"\0"),
            says,
        ]
        command = [
            bubblewrap,
            "--seccomp",
            str(descriptors[0]),
            "--args",
            str(descriptors[1]),
            "--info-fd",
            str(says),
        ]
        command += [
            "--",
            sys.executable,
            "-P",
            "-m",
            "unsigned_peace.coursework.runner",
            json.dumps([_bounds(limits), user]),
        ]
        try:
            self._process = subprocess.Popen(
                self._group.entering(command) if self._group else command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                pass_fds=descriptors,
                env={},
            )
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        #: The first process of the namespace inside: with it everything there ends.
        self._first = _first_process(said)
        self._spent = 0.0
        self._left = b""
        #: Of events that have not ended, the pieces that have come.
        self._pieces: dict[bytes, list[bytes]] = {}
        #: Whether it, or this process, was stopped for some time while it was asked last.
        self._held_up = False
        self._unsent = b""
        self._stderr = b""
        self._watched = 0.0
        self._selector = selectors.PollSelector()  # epoll's watches a user has not for ever
        pipes = self._process.stdin, self._process.stdout, self._process.stderr
        self._requests, self._answers, self._said = cast("tuple[FileIO, FileIO, FileIO]", pipes)
        for pipe in (self._requests, self._answers, self._said):
            os.set_blocking(pipe.fileno(), False)
        self._selector.register(self._answers, selectors.EVENT_READ, self._read_answers)
        self._selector.register(self._said, selectors.EVENT_READ, self._read_said)
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch_always, daemon=True) if always else None
        self._ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _kill(self) -> None:
        if self._first is None:
            self._process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)

    def stop(self) -> None:
        """Ends everything inside, and waits until it has ended."""
        self._stopping.set()
        if self._watcher and self._ready:
            self._watcher.join()
        self._kill()
        if self._first is not None:
            select.select(
                [self._first], [], [], 30
            )  # it ends when all others in its namespace have
            os.close(self._first)
            self._first = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)  # bubblewrap follows it
        self._process.kill()
        self._process.wait()
        for pipe in (self._requests, self._answers, self._said):
            pipe.close()
        self._selector.close()
        if self._group:
            self._group.close()
        if self._user_lock is not None:
            os.close(self._user_lock)
            self._user_lock = None

    def said(self) -> str:
        """What bubblewrap or Python wrote before ``runner`` began, in one line."""
        return " ".join(
            re.sub(rb'\n\{"ended".*', b"", self._stderr, flags=re.DOTALL)
            .decode(errors="replace")
            .split()
        )[-300:]

    def start(self) -> None:
        """Waits until the process is ready. Raises ``Stopped`` or ``Interrupted`` if it never is,
        and ``SandboxError`` if it may have less than its limits.
        """
        for event in self._events(self.limits.total):
            self._stderr += str(event.get("text", "")).encode()
            if event.get("ready"):
                _check_limits(event["lowered"], self.limits)
                self._ready = True
                if self._watcher:
                    self._watcher.start()
                return

    def ask(self, request: dict, seconds: float | None = None) -> Iterator[dict]:
        """Sends a request and gives the events of its answer; the last one has ``done``.

        Raises ``Stopped`` when the process is ended, by itself or for what it used, and
        ``Interrupted`` when it was neither; the process is of no use then.
        """
        seconds = self.limits.cell if seconds is None else seconds
        token = secrets.token_hex(8)
        line = json.dumps({**request, "seconds": seconds, "token": token}).encode() + b"\n"
        self._unsent += line
        self._send()
        for event in self._events(WALL * seconds + self.limits.grace, seconds):
            if ("done" in event or "told" in event) and event.pop("token", None) != token:
                self.disturbed = True
                continue
            if isinstance(done := event.get("done"), dict) and (short := self._kept_short(done)):
                raise Interrupted(short)
            yield event
            if "done" in event:
                return

    def _send(self) -> None:
        """Writes as much of a request as is taken: a process inside that reads nothing is waited
        for no longer than one that answers nothing.
        """
        pipe = self._requests
        try:
            while self._unsent:
                self._unsent = self._unsent[os.write(pipe.fileno(), self._unsent) :]
        except BlockingIOError:
            pass
        except OSError as error:
            raise self._ended() from error
        waits = pipe in self._selector.get_map()
        if self._unsent and not waits:
            self._selector.register(pipe, selectors.EVENT_WRITE, self._send)
        elif waits and not self._unsent:
            self._selector.unregister(pipe)

    def _kept_short(self, done: dict) -> str | None:
        """If the machine, and not a bound of ours or the code, made this of a cell: how, in words.

        What was held up may fail by a bound of its own, such as how long it waits for a program.
        """
        inside, reason = descendants_of(self._process.pid), done.get("stopped")
        if reason == "memory":
            allowed, left = control_groups.memory_allowed(), memory_left()
            short = left is not None and left + memory(inside, 0) < self.limits.memory
            if short or allowed is not None and allowed < self.limits.memory:
                return (
                    f"this machine has less memory free than the {self.limits.memory // 2**20} "
                    f"MB that a submission may use, and this one wanted more"
                )
        if self._held_up and (reason == "clock" or done.get("error")):
            return "the process that ran it was held up from outside"
        if reason == "processes":
            left = control_groups.processes_left()
            if left is not None and left + _threads(inside) < 2 * self.limits.processes:
                return (
                    "this machine allows fewer processes than a submission may start, and this "
                    "one wanted more"
                )
        return None

    def _events(self, seconds: float, computing: float | None = None) -> Iterator[dict]:
        """Events, for so many seconds in which this process itself ran and that one had a
        processor.

        While the machine sleeps, or a stopped grader, nobody's time passes; while others keep the
        machine busy, little.
        """
        passed, before, computed, delay = 0.0, time.monotonic(), None, 0.0
        inside: list[int] = []
        self._held_up, looked = False, 0.0
        while True:
            now = time.monotonic()
            step, gap, before = min(now - before, 1.0), now - before, now
            # Clocks inside go on while a process is stopped, or this one with all of them.
            if now - looked > 0.2:
                self._held_up, looked = self._held_up or gap > 5 or _is_stopped(inside), now
            while (end := self._left.find(b"\n")) >= 0:
                line, self._left = self._left[:end], self._left[end + 1 :]
                if (text := self._put_together(line)) is None:
                    continue
                try:
                    event = json.loads(text)
                except (ValueError, RecursionError):
                    event = None
                if isinstance(event, dict):
                    yield event
                else:
                    self.disturbed = True
            if self.exceeded:
                raise Stopped(self.exceeded)
            passed, self._spent = passed + step, self._spent + step
            if computed is None:
                inside = descendants_of(self._process.pid)
                computed, delay = computing_of(inside), _delay(inside)
            if passed >= seconds or self._spent >= self.limits.total:
                excused = _delay(descendants_of(self._process.pid))
                bounds = (
                    (passed, seconds, excused - delay),
                    (self._spent, self.limits.total, excused),
                )
                if any(
                    time_ >= min(bound + more, PATIENCE * bound) for time_, bound, more in bounds
                ):
                    raise self._late(computed, computing)
            if self._ready and not self._watcher and now - self._watched > 0.2:
                self._watch()
                self._watched = time.monotonic()
            for key, _ in self._selector.select(0.2):
                key.data()

    def _put_together(self, line: bytes) -> bytes | None:
        """The text of the event of which a line is the last piece (see ``runner``), else None."""
        which, _, piece = line.partition(b" ")
        if piece.startswith(b"+"):
            self._pieces.setdefault(which, []).append(piece[1:])
            return None
        return b"".join([*self._pieces.pop(which, []), piece[1:]])

    def _late(self, before: float, computing: float | None) -> Exception:
        """What to raise when time is up: it has computed too long, or waited, or was stopped by
        somebody.
        """
        inside = descendants_of(self._process.pid)
        now = computing_of(inside)
        long = (
            computing is not None
            and now - before >= 0.9 * computing
            or now >= 0.9 * self.limits.total
        )
        if _is_stopped(inside) or self._held_up and not long:
            return Interrupted("the process that ran it was held up from outside")
        return Stopped("time" if long else "clock")

    def _read_said(self) -> bool:
        """Takes what stands in the channel of errors; whether that has ended."""
        piece = self._said.read(1 << 16)
        if piece == b"" and self._said in self._selector.get_map():
            self._selector.unregister(self._said)
        self._stderr = (self._stderr + (piece or b""))[-4096:]
        return piece == b""

    def _read_answers(self) -> None:
        piece = self._answers.read(1 << 16)
        if piece is None:
            return
        if not piece:
            raise self._ended()
        self.output += len(piece)
        if self.output > self.limits.output:
            raise Stopped("output")
        self._left += piece

    def _ended(self) -> Exception:
        """Why the process inside is no more, or listens no more: what its supervisor reports of it,
        the watch, the control group.
        """
        until = time.monotonic() + 3
        while time.monotonic() < until:
            if select.select([self._said], [], [], 0.1)[0] and self._read_said():
                break
        else:  # its supervisor is there still: it has closed its channel itself
            self._kill()
            return Stopped("exit")
        found = re.search(rb'\n(\{"ended": .*\})\n$', self._stderr)
        report = json.loads(found[1]) if found else {}
        self._kill()
        if self.exceeded:
            return Stopped(self.exceeded)
        if self._group and self._group.out_of_memory():
            return Stopped("memory")
        if report.get("orphans", 0) >= ORPHANS:
            return Stopped("processes")
        ended = -report.get("ended", -signal.SIGKILL)
        if ended <= 0 or ended in FAULTS:
            return Stopped("exit")
        if report.get("computed", 0) >= self.limits.total:  # the kernel's own limit
            return Stopped("time")
        return Interrupted(
            "the process that ran it was ended from outside"
            + (", perhaps because memory ran out" if report and ended == signal.SIGKILL else "")
        )

    def _watch_always(self) -> None:
        while not self._stopping.wait(0.2) and not self.exceeded:
            with contextlib.suppress(Stopped, OSError):
                self._watch()

    def _watch(self) -> None:
        """Looks at all processes inside together, and ends them if they use too much."""
        inside = descendants_of(self._process.pid)
        if len(inside) > self.limits.processes:
            self._exceed("processes")
        elif (
            memory(inside, self.limits.memory) > self.limits.memory
            or self._group
            and self._group.out_of_memory()
        ):
            self._exceed("memory")

    def _exceed(self, reason: str) -> None:
        self.exceeded = reason
        self._kill()
        if not self._watcher:
            raise Stopped(reason)


def _first_process(said: int) -> int | None:
    """A descriptor of the first process inside, by what bubblewrap says of it; None if it made
    none.
    """
    text = b""
    with os.fdopen(said, "rb", buffering=0) as pipe:
        while b"}" not in text and (piece := pipe.read(4096)):
            text += piece
    found = re.search(rb'"child-pid"\s*:\s*(\d+)', text)
    try:
        return os.pidfd_open(int(found[1])) if found else None
    except ProcessLookupError:
        return None


def memory_left() -> int | None:
    """Memory in bytes that this machine has for more, free and not promised already; None if
    unknown.
    """
    told = {}
    with contextlib.suppress(OSError, ValueError), open("/proc/meminfo", encoding="ascii") as file:
        told = {
            name: 1024 * int(value.split()[0])
            for name, _, value in (line.partition(":") for line in file)
        }
    left = [told["MemAvailable"] + told.get("SwapFree", 0)] if "MemAvailable" in told else []
    with (
        contextlib.suppress(OSError, ValueError),
        open("/proc/sys/vm/overcommit_memory", encoding="ascii") as file,
    ):
        if int(file.read()) == 2 and "CommitLimit" in told:
            left.append(told["CommitLimit"] - told["Committed_AS"])
    return min(left, default=None)


def _threads(processes: list[int]) -> int:
    return sum(len(list(Path(f"/proc/{process}/task").glob("*"))) for process in processes)


def _delay(inside: list[int]) -> float:
    """Seconds for which processes inside waited for a processor: the worker, and copies of it."""
    return sum(map(waited, inside[1:]))


def _is_stopped(inside: list[int]) -> bool:
    """Whether the first process or the worker is, which none inside can stop; others it may."""
    return any(_state(process) in ("T", "t") for process in inside[:2])


def _state(process: int) -> str:
    return (_stat(process) or ["?"])[0]


def _stat(process: int) -> list[str]:
    """What the kernel says of a process, behind its name."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].decode("ascii").split()
    except OSError:
        return []


def computing_of(processes: list[int]) -> float:
    """Seconds that processes have computed, and those that they started and waited for."""
    return sum(
        sum(map(int, stat[11:15])) for process in processes if (stat := _stat(process))
    ) / os.sysconf("SC_CLK_TCK")


def descendants_of(pid: int) -> list[int]:
    """All processes that descend from one."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (stat := _stat(int(entry))):
            children.setdefault(int(stat[1]), []).append(int(entry))
    descendants, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        descendants += below
        waiting += below
    return descendants


def memory(processes: list[int], limit: int) -> int:
    """The memory in bytes that processes hold together, in use or swapped out, in their folders and
    sockets; pages that they share count once if the sum would exceed the limit.
    """
    beside = _beside(processes[0]) if processes else 0
    resident = sum(_told(process, "status", (b"VmRSS:", b"VmSwap:")) for process in processes)
    if resident + beside <= limit:
        return resident + beside
    return (
        sum(_told(process, "smaps_rollup", (b"Pss:", b"SwapPss:")) for process in processes)
        + beside
    )


def _told(process: int, name: str, begin: tuple[bytes, ...]) -> int:
    """What a file about a process says in lines that begin so, in bytes; of a process whose first
    thread has ended, one of its others says it.
    """
    for place in itertools.chain([f"/proc/{process}"], glob.iglob(f"/proc/{process}/task/*")):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if told := [
                int(line.split()[1])
                for line in Path(place, name).read_bytes().splitlines()
                if line.startswith(begin)
            ]:
                return 1024 * sum(told)
    return 0


#: What the kernel may keep, in bytes, for a file however small, and for a socket that nobody reads.
_FILE, _SOCKET = 2048, 2**18


def _beside(first: int) -> int:
    """The memory of a sandbox, by its first process, that is in no process: of files in memory, and
    of sockets.
    """
    total = 0
    for folder in ("tmp", "dev/shm"):
        with contextlib.suppress(OSError):
            told = os.statvfs(f"/proc/{first}/root/{folder}")
            total += (told.f_blocks - told.f_bfree) * told.f_frsize + (
                told.f_files - told.f_ffree
            ) * _FILE
    with (
        contextlib.suppress(OSError, ValueError, IndexError),
        open(f"/proc/{first}/net/sockstat", encoding="ascii") as file,
    ):
        total += int(file.readline().split()[2]) * _SOCKET
    return total
