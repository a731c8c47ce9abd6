"""A process that runs cells inside bubblewrap, watched from outside.

Inside there are the Python that runs this module, the package and the dataset, all read-only, and
small folders in memory: no network, no other file, no other process. Bounds of one process are
set by ``runner``; bounds of all of them together (time, memory, processes, output) are held here.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import platform
import re
import secrets
import selectors
import shutil
import struct
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unsigned_peace.coursework.runner import WALL
from unsigned_peace.dataset import data_folder

PACKAGE = Path(__file__).resolve().parents[1]
WHAT_TO_DO = "Submissions are run only inside bubblewrap, which is not here: install it with your system's packages (Debian, Ubuntu: `apt-get install bubblewrap`)."

MOVED = "Nothing is graded: this folder was moved after .venv was made: delete .venv and run the command again"


class SandboxError(Exception):
    """The sandbox cannot be made here; the message says what is missing."""


class Stopped(Exception):
    """The process inside is gone; ``reason`` is ``time``, ``memory``, ``processes``, ``output`` or ``exit``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """What a submission may use. Times in seconds, sizes in bytes."""

    #: Of computing; by the clock on the wall a cell may take ``WALL`` times as long.
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
#: processes counts those of one user, and binds everybody but root. Each sandbox has its own.
FIRST_USER, USERS = 60_100, 5_000
_sandboxes = itertools.count()


def _mounts() -> list[str]:
    """What is seen inside, as bubblewrap's options: system libraries, Python, the package, the dataset."""
    options: list[str] = []
    for folder in ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32"):
        if os.path.islink(folder):
            options += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            options += ["--ro-bind", folder, folder]
    seen = [
        "/etc/ld.so.cache", "/etc/localtime", sys.base_prefix, sys.prefix, *(sysconfig.get_path(kind) for kind in ("purelib", "platlib", "stdlib")),
        str(Path(sys.executable).resolve().parent), str(PACKAGE), str(data_folder().resolve()),
    ]
    bound, made = ["/usr"], {"/usr", "/tmp"}
    for place in seen:
        if os.path.exists(place) and not any(Path(place).is_relative_to(parent) for parent in bound):
            for parent in reversed(Path(place).parents[:-1]):  # bubblewrap makes these for itself alone
                if str(parent) not in made:
                    options += ["--perms", "0755", "--dir", str(parent)]
                    made.add(str(parent))
            options += ["--ro-bind", place, place]
            bound.append(place)
    for hidden in (PACKAGE.parent / "coursework", PACKAGE.parent / "_build"):  # where Python itself lives in the project
        if hidden.exists() and any(hidden.is_relative_to(parent) for parent in bound):
            options += ["--tmpfs", str(hidden)]
    return options


def _own_threads() -> int:
    """Threads that this user has already, where the kernel counts them together with those inside (before Linux 5.14)."""
    release = tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2] if part.isdigit())
    if release >= (5, 14) or os.geteuid() == 0:
        return 0
    own = [status for status in Path("/proc").glob("[0-9]*") if status.stat().st_uid == os.getuid()]
    return sum(len(list((process / "task").glob("*"))) for process in own if (process / "task").is_dir())


def command(limits: Limits, filter_from: int | None = None) -> list[str]:
    """The command that starts ``runner`` inside; a filter of system calls is read from a descriptor.

    Raises ``SandboxError`` where bubblewrap is missing.
    """
    bubblewrap = shutil.which("bwrap")
    if not bubblewrap:
        raise SandboxError(WHAT_TO_DO)
    root = os.geteuid() == 0
    bounds = {
        "AS": limits.memory, "FSIZE": limits.file, "CPU": int(limits.total + limits.grace) + 1, "NOFILE": 256, "CORE": 0,
        "NPROC": limits.processes * 2 + _own_threads(), "user": FIRST_USER + (2 * os.getpid() + next(_sandboxes)) % USERS if root else 0,
    }
    size = ["--size", str(limits.folder)]
    return [
        bubblewrap, *size, "--perms", "1777", "--tmpfs", "/tmp", *_mounts(),  # in this order: the project may itself lie in /tmp
        "--proc", "/proc", "--dev", "/dev", *size, "--perms", "1777", "--tmpfs", "/dev/shm", "--remount-ro", "/dev",
        "--chdir", "/tmp", "--remount-ro", "/",
        *([] if root else ["--unshare-user"]), "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
        "--hostname", "coursework", *(["--seccomp", str(filter_from)] if filter_from is not None else []), "--die-with-parent", "--new-session", "--clearenv",
        *(option for name, value in _ENVIRONMENT.items() for option in ("--setenv", name, value)),
        "--setenv", "UNSIGNED_PEACE_DATA", str(data_folder().resolve()),
        sys.executable, "-P", "-m", "unsigned_peace.coursework.runner", json.dumps(bounds),
    ]


#: System calls that reach memory which no other bound counts, and doors into the kernel that no
#: notebook needs: memfd_create, shmget, userfaultfd, then io_uring_setup and memfd_secret everywhere.
_REFUSED = {"x86_64": (0xC000003E, (319, 29, 323, 425, 447)), "aarch64": (0xC00000B7, (279, 194, 282, 425, 447))}


def _filter() -> bytes:
    """A seccomp program that refuses these calls with EPERM; empty where their numbers are not known here."""
    if platform.machine() not in _REFUSED:
        return b""
    architecture, calls = _REFUSED[platform.machine()]
    load, equal, at_least, end = 0x20, 0x15, 0x35, 0x06
    allow, refuse = 0x7FFF0000, 0x00050001
    steps = [
        (load, 0, 0, 4), (equal, 0, len(calls) + 2, architecture),  # another architecture: to "allow"
        (load, 0, 0, 0), (at_least, len(calls) + 1, 0, 0x40000000),  # numbers of the x32 interface: to "refuse"
        *((equal, len(calls) - number, 0, call) for number, call in enumerate(calls)),
        (end, 0, 0, allow), (end, 0, 0, refuse),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONWARNINGS": "ignore", "IPYTHONDIR": "/tmp", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg",
}


def probe() -> None:
    """Makes a sandbox and lets it go. Raises ``SandboxError`` with what bubblewrap said if that fails here."""
    with Process(Limits()) as process:
        try:
            process.start()
        except Stopped as stopped:
            said = process.said() or f"it ended ({stopped.reason})"
            if re.search(r"No module named '?unsigned_peace'?(\W|$)", said):  # the editable installation names a place that is no more
                raise SandboxError(MOVED) from stopped
            raise SandboxError(f"bubblewrap cannot make a sandbox here, so nothing is graded. It says: {said}") from stopped


class Process:
    """A process inside a sandbox that answers requests; a context manager, whose end is the end of everything inside."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.output = 0
        #: Whether something other than ``runner`` has written where only that should write.
        self.disturbed = False
        with tempfile.TemporaryFile() as program:
            size = program.write(_filter())
            program.seek(0)
            descriptors = (program.fileno(),) if size else ()
            self._process = subprocess.Popen(
                command(limits, *descriptors), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, pass_fds=descriptors,
            )
        self._deadline = time.monotonic() + limits.total
        self._left = b""
        self._stderr = b""
        self._watched = 0.0
        for pipe in (self._process.stdout, self._process.stderr):
            os.set_blocking(pipe.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)
        self._selector.register(self._process.stderr, selectors.EVENT_READ)

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends everything inside: the first process of its namespace dies with bubblewrap, and all others with that."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            pipe.close()
        self._selector.close()

    def said(self) -> str:
        """What bubblewrap or Python wrote before ``runner`` began, in one line."""
        return " ".join(self._stderr.decode(errors="replace").split())[-300:]

    def start(self) -> None:
        """Waits until the process is ready. Raises ``Stopped`` if it never is."""
        for event in self._events(self.limits.total):
            if event.get("ready"):
                return

    def ask(self, request: dict, seconds: float | None = None) -> Iterator[dict]:
        """Sends a request and gives the events of its answer; the last one has ``done``.

        Raises ``Stopped`` when the process is ended, by itself or for what it used; the process is of no use then.
        """
        seconds = self.limits.cell if seconds is None else seconds
        token = secrets.token_hex(8)
        line = json.dumps({**request, "seconds": seconds, "token": token}).encode() + b"\n"
        try:
            self._process.stdin.write(line)
        except OSError as error:
            raise Stopped("exit") from error
        for event in self._events(WALL * seconds + self.limits.grace):
            if ("done" in event or "told" in event) and event.pop("token", None) != token:
                self.disturbed = True
                continue
            yield event
            if "done" in event:
                return

    def _events(self, seconds: float) -> Iterator[dict]:
        until = min(time.monotonic() + seconds, self._deadline)
        while True:
            while (end := self._left.find(b"\n")) >= 0:
                line, self._left = self._left[:end], self._left[end + 1:]
                try:
                    event = json.loads(line)
                except (ValueError, RecursionError):
                    event = None
                if isinstance(event, dict):
                    yield event
                else:
                    self.disturbed = True
            now = time.monotonic()
            if now >= until:
                raise Stopped("time")
            if now - self._watched > 0.2:
                self._watch()
                self._watched = time.monotonic()
            for key, _ in self._selector.select(min(0.2, until - now)):
                self._read(key.fileobj)

    def _read(self, pipe) -> None:
        piece = pipe.read(1 << 16)
        if piece is None:
            return
        if pipe is self._process.stderr:
            if not piece:
                self._selector.unregister(pipe)
            self._stderr = (self._stderr + piece)[-4096:]
            return
        if not piece:
            self._process.kill()
            self._process.wait()
            self._stderr += self._process.stderr.read() or b""
            raise Stopped("exit")
        self.output += len(piece)
        if self.output > self.limits.output:
            raise Stopped("output")
        self._left += piece

    def _watch(self) -> None:
        """Looks at all processes inside together."""
        inside = descendants_of(self._process.pid)
        if len(inside) > self.limits.processes:
            raise Stopped("processes")
        if memory(inside, self.limits.memory) > self.limits.memory:
            raise Stopped("memory")


def descendants_of(pid: int) -> list[int]:
    """All processes that descend from one."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", "rb") as file:
                    parent = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry))
    descendants, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        descendants += below
        waiting += below
    return descendants


def memory(processes: list[int], limit: int) -> int:
    """The memory in bytes that processes hold resident together; pages that they share count once if the sum would exceed the limit."""
    resident = 0
    for process in processes:
        with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{process}/statm", "rb") as file:
            resident += int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if resident <= limit:
        return resident
    shared_out = 0
    for process in processes:
        with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{process}/smaps_rollup", "rb") as file:
            shared_out += 1024 * next(int(line.split()[1]) for line in file if line.startswith(b"Pss:"))
    return shared_out
