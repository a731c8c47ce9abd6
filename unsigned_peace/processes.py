"""What commands that run side by side have to know.

Whether another one builds here, how many processors there are, and who hears the keyboard.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator
from multiprocessing import resource_tracker

from unsigned_peace import paths

#: The lock that this process holds, if it does.
_held: list[str] = []


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Waits until no other command builds or executes here.

    A part of the command that does goes on at once. The system lifts the lock of a command that
    was killed.
    """
    if _held:
        yield
        return
    path = paths.EXECUTED.parent / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  another build is at work here; waiting for it to end", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        _held.append(str(path))
        try:
            yield
        finally:
            _held.clear()


@contextlib.contextmanager
def deaf_to_the_keyboard() -> Iterator[None]:
    """Processes begun meanwhile do not hear Ctrl-C, which reaches all that a terminal runs.

    Their parent hears it and ends them; each would print a traceback of its own. A stop that comes
    meanwhile reaches this process right after.
    """
    resource_tracker.ensure_running()  # it unblocks the signal, if it begins meanwhile
    kept = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, kept)


def processors() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
