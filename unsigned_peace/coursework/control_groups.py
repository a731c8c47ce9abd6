"""A control group of the kernel for one sandbox, where there is one to be had: it bounds all
processes inside together, and the kernel's own memory for them.

Used are version 2 or version 1, as root or wherever this user may make groups (a delegated
subtree).
Where none can be had, the watch in ``sandbox`` bounds what can be seen from outside.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "unsigned-peace"
_numbers = itertools.count()


#: Files of version 2, and of version 1: of memory its bound, and that with swap.
_V2 = "memory.max", "memory.swap.max"
_V1 = "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"


def _hierarchies() -> dict[str, tuple[Path, Path]]:
    """Where each controller's files are (``""`` for version 2): the mount, and this process's own
    group below it.
    """
    mounts: dict[str, tuple[str, Path]] = {}
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            before, _, after = line.partition(" - ")
            root, place = before.split()[3:5]
            kind, _, options = after.split()[:3]
            if kind == "cgroup2":
                mounts[""] = (root, Path(place))
            elif kind == "cgroup":
                for controller in {"memory", "pids"} & set(options.split(",")):
                    mounts[controller] = (root, Path(place))
    found: dict[str, tuple[Path, Path]] = {}
    with open("/proc/self/cgroup", encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            _, controllers, group = line.rstrip("\n").split(":", 2)
            for controller in controllers.split(","):
                if controller in mounts:
                    root, mount = mounts[controller]
                    below = os.path.relpath(group, root)
                    found[controller] = (mount, mount if below.startswith("..") else mount / below)
    return found


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return []


def _number(path: Path, name: str | None = None) -> int | None:
    """A file's number, or the one behind a name in it."""
    words = _words(path)
    if name is not None:
        words = words[words.index(name) + 1 :] if name in words else []
    return int(words[0]) if words and words[0].isdigit() else None


def _around(controller: str, name: str) -> Iterator[tuple[Path, int]]:
    """The groups of a controller that this process is already in and that set a bound, with it."""
    if found := _hierarchies().get(controller):
        mount, group = found
        for place in (group, *group.parents):
            if place.is_relative_to(mount) and (bound := _number(place / name)) is not None:
                yield place, bound


def memory_allowed() -> int | None:
    """The least bound of memory, in bytes, of the groups that this process is already in; None if
    there is none.
    """
    around = itertools.chain(_around("", _V2[0]), _around("memory", _V1[0]))
    return min((bound for _, bound in around), default=None)


def processes_left() -> int | None:
    """How many more processes, threads included, these groups allow; None if they set no bound."""
    around = itertools.chain(_around("", "pids.max"), _around("pids", "pids.max"))
    return min(
        (bound - (_number(place / "pids.current") or 0) for place, bound in around), default=None
    )


def _parents() -> dict[str, Path] | None:
    """Where a group for a sandbox may be made: a folder for version 2, or one for each controller
    of version 1.
    """
    found = _hierarchies()
    if "" in found:
        mount, group = found[""]
        for place in (group, *group.parents):
            if not place.is_relative_to(mount):
                break
            if {"memory", "pids"} <= set(_words(place / "cgroup.subtree_control")) and os.access(
                place, os.W_OK
            ):
                return {"": place}
    if {"memory", "pids"} <= set(found):
        places = {controller: found[controller][1] for controller in ("memory", "pids")}
        if all(os.access(place, os.W_OK) for place in places.values()):
            return places
    return None


def _sweep(parents: dict[str, Path]) -> None:
    """Removes groups that graders which are no more have left."""
    for place in parents.values():
        for left in place.glob(f"{_PREFIX}-*"):
            owner = re.fullmatch(rf"{_PREFIX}-(\d+)-\d+", left.name)
            if owner and not os.path.exists(f"/proc/{owner[1]}"):
                with contextlib.suppress(OSError):
                    left.rmdir()


@functools.cache
def _usable() -> dict[str, Path] | None:
    """The parents, if a group made there really takes a process in; asked once a run."""
    try:
        parents = _parents()
        if not parents:
            return None
        _sweep(parents)
        with contextlib.closing(_new(parents, 2**30, 64)) as group:
            subprocess.run(
                group.entering(["/bin/true"]),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=30,
                check=True,
            )
        return parents
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


class ControlGroup:
    """A group made for one sandbox."""

    def __init__(self, places: dict[str, Path], memory: int, processes: int) -> None:
        self._places = places
        self._memory = places.get("") or places["memory"]
        self._second = "" in places
        self._limit, swap = (self._memory / name for name in (_V2 if self._second else _V1))
        try:
            for place in places.values():
                place.mkdir()
            self._limit.write_text(str(memory))
            with contextlib.suppress(OSError):  # where swap is not accounted
                swap.write_text("0" if self._second else str(memory))
            with contextlib.suppress(OSError):
                (self._memory / "memory.oom.group").write_text("1")
            ((places.get("") or places["pids"]) / "pids.max").write_text(str(processes))
        except OSError:
            self.close()
            raise

    def entering(self, command: list[str]) -> list[str]:
        """A command that first joins the group, with all that it starts."""
        joins = [str(place / "cgroup.procs") for place in self._places.values()]
        return [
            "/bin/sh",
            "-c",
            'while [ "$1" != -- ]; do echo 0 > "$1" || exit 125; shift; done; shift; exec "$@"',
            "sh",
            *joins,
            "--",
            *command,
        ]

    def out_of_memory(self) -> bool:
        """Whether the kernel ended something inside because this group, and not the machine, was
        out of memory.
        """
        if self._second:
            events = self._memory / "memory.events"
            return bool(_number(events, "oom") and _number(events, "oom_kill"))
        most = _number(self._memory / "memory.max_usage_in_bytes") or 0
        killed = _number(self._memory / "memory.oom_control", "oom_kill")
        # what is asked for comes in pieces of up to two megabytes
        return bool(killed) and most > (_number(self._limit) or 0) - 2**22

    def close(self) -> None:
        """Ends what may still be inside, and removes the group."""
        if self._second:
            with contextlib.suppress(OSError):
                (self._memory / "cgroup.kill").write_text("1")
        for place in self._places.values():
            for _ in range(50):
                with contextlib.suppress(OSError):
                    place.rmdir()
                if not place.exists():
                    break
                time.sleep(0.02)


def make(memory: int, processes: int) -> ControlGroup | None:
    """A group with these bounds, or None where there is none to be had."""
    parents = _usable()
    if not parents:
        return None
    try:
        return _new(parents, memory, processes)
    except OSError:
        return None


def _new(parents: dict[str, Path], memory: int, processes: int) -> ControlGroup:
    name = f"{_PREFIX}-{os.getpid()}-{next(_numbers)}"
    return ControlGroup(
        {controller: place / name for controller, place in parents.items()}, memory, processes
    )
