"""Runs cells in a process of its own: the program inside the sandbox.

There it is the first process, and stays that only to say how the second ended, which runs the cells.
It can be neither read nor traced by that one, and with it everything inside ends.

It reads requests from standard input, a JSON object a line, and writes events to standard output,
a JSON object a line. Whatever a cell does, it can at most write other events: the other side reads
them as data within bounds, and never believes anything here about scores.

Requests: ``{"run": source, "seconds": n}`` runs a cell; ``{"tell": [names]}`` gives those
variables as data (see ``answers``); ``{"try": source, "given": {name: data}, "tell": [names],
"seconds": n}`` does both in a copy of this process, which then ends, so that nothing of it stays.
Events: ``stream``, ``display``, ``result``, ``error`` while a cell runs; ``told``; ``done`` at the end. The last two carry the request's ``token``.
``done`` names what stopped a cell: ``time`` (by its own computing), ``clock`` (it only waited), ``memory``, ``processes``, ``output``, ``exit`` or ``killed`` (a copy's end).
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import signal
import sys

KEPT_TYPES = ("text/plain", "image/png")
#: Of what one cell writes so many characters are sent, more than is kept of it; what is beyond is
#: dropped here, so that no long text costs anybody their answers. A cell that goes on is stopped.
SENT, SENT_IMAGE, WRITTEN = 25_000, 1_000_000, 16_000_000
#: A cell's seconds count its own computing, so that a busy machine stops no honest cell; by the
#: clock on the wall it may take so many times as long, which ends a cell that only waits.
WALL = 3
#: Of that time, what it waited for a processor that others kept busy does not count, up to so many times as long.
PATIENCE = 4


def waited(process: int | str = "self") -> float:
    """Seconds for which a process was ready and had no processor; 0 where the kernel does not count them."""
    try:
        with open(f"/proc/{process}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0

#: So many processes may end whose parents have ended before them. A chain of such, each with the memory
#: of the last, is never seen by who looks at processes one after the other.
ORPHANS = 500


def lower(name: str, bound: int) -> bool:
    """Sets a limit of this process for good, or the lower one that the machine sets already; whether that is so."""
    kind = getattr(resource, f"RLIMIT_{name}")
    _, allowed = resource.getrlimit(kind)
    lowered = allowed != resource.RLIM_INFINITY and allowed < bound
    resource.setrlimit(kind, (min(bound, allowed),) * 2 if lowered else (bound, bound))
    return lowered


def _bound(limits: dict) -> list[str]:
    """Applies the limits of a process, and takes on the unprivileged user, for good; the limits that were lower already."""
    lowered = [name for name in ("AS", "FSIZE", "CPU", "NOFILE", "CORE") if lower(name, limits[name])]
    if user := limits.get("user"):
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    return lowered + ["NPROC"] * lower("NPROC", limits["NPROC"])


def _supervise() -> None:
    """Starts the process that runs the cells, as which it returns; this one waits, and says on standard error how that ended."""
    ctypes.CDLL(None).prctl(4, 0)  # PR_SET_DUMPABLE: none of the same user may trace it, or read or write its memory
    worker = os.fork()
    if not worker:
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the kernel spares the first process of a namespace all signals that it does not handle
    os.close(0)
    os.close(1)
    ended, orphans = 0, -1
    while ended != worker and orphans < ORPHANS:
        ended, status, used = os.wait4(-1, 0)
        orphans += 1
    report = {"ended": os.waitstatus_to_exitcode(status), "computed": used.ru_utime + used.ru_stime, "orphans": orphans}
    os.write(2, b"\n" + json.dumps(report).encode() + b"\n")
    os._exit(0)


class TimeIsUp(KeyboardInterrupt):
    """A cell ran longer than it may."""


class OutputIsUp(KeyboardInterrupt):
    """A cell wrote more than it may."""


class _Channel:
    """Where events go; the process that a cell sees as standard input and output is another."""

    def __init__(self) -> None:
        self.requests = os.fdopen(os.dup(0), "r", encoding="utf-8", newline="\n")
        self._events = os.dup(1)
        self.token = ""
        self.written = 0
        os.set_inheritable(self._events, False)

    def close_others(self) -> None:
        """Puts nothing in the place of standard input, output and errors."""
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)

    def answer(self, **event) -> None:
        """Emits an event that belongs to the request of this moment, by its token."""
        self.emit(token=self.token, **event)

    def emit(self, **event) -> None:
        line = json.dumps(event).encode() + b"\n"
        while line:
            line = line[os.write(self._events, line):]


class _Stream:
    """What a cell prints, as events."""

    encoding, errors, closed = "utf-8", "replace", False

    def __init__(self, channel: _Channel, name: str) -> None:
        self._channel, self.name = channel, name

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        sent = text[:max(0, SENT - self._channel.written)]
        self._channel.written += len(text)
        for start in range(0, len(sent), 65536):
            self._channel.emit(stream=self.name, text=sent[start:start + 65536])
        if self._channel.written > WRITTEN:
            raise OutputIsUp(f"the cell wrote more than {WRITTEN // 1_000_000} million characters")
        return len(text)

    def writelines(self, lines) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False


def _short(bundle: dict) -> dict:
    """Of a displayed object what is kept, no longer than it may be."""
    kept = {kind: bundle[kind] for kind in KEPT_TYPES if isinstance(bundle.get(kind), str)}
    return {kind: content if kind.startswith("image/") else content[:SENT] for kind, content in kept.items() if len(content) <= SENT_IMAGE or not kind.startswith("image/")}


def _shell(channel: _Channel):
    """An IPython shell whose outputs are events."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Hook(DisplayHook):
        def __call__(self, result=None):
            self.check_for_underscore()
            if result is not None and not self.quiet():
                self.fill_exec_result(result)
                self.update_user_ns(result)
                channel.emit(result=_short(self.compute_format_data(result)[0]))

    class Publisher(DisplayPublisher):
        def publish(self, data, metadata=None, **_):
            channel.emit(display=_short(data))

        def clear_output(self, wait=False):
            pass

    class Shell(InteractiveShell):
        reported = False  # whether the running cell's error was emitted

        def _showtraceback(self, etype, evalue, stb):
            self.reported = True
            parts = {"ename": getattr(etype, "__name__", str(etype)), "evalue": str(evalue), "traceback": self.InteractiveTB.stb2text(stb)}
            channel.emit(error={name: part[:SENT] for name, part in parts.items()})

        def showtraceback(self, exc_tuple=None, **options):
            if isinstance((exc_tuple or sys.exc_info())[1], MemoryError):  # a full traceback would need what is lacking
                reserve.clear()
                self.reported = True
                channel.emit(error={"ename": "MemoryError", "evalue": "", "traceback": "MemoryError: the cell needs more memory than it may have"})
            else:
                super().showtraceback(exc_tuple, **options)

    reserve = [bytearray(32 * 2**20)]
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.displayhook_class = Hook
    config.InteractiveShell.display_pub_class = Publisher
    shell = Shell.instance(config=config, displayhook_class=Hook, display_pub_class=Publisher)
    shell.display_formatter.active_types = list(KEPT_TYPES)
    return shell


def _run(shell, source: str, seconds: float, channel: _Channel) -> dict:
    """Runs a cell; what stopped it, if anything did, in one word."""
    def stop_clocks() -> None:
        for clock in (signal.ITIMER_PROF, signal.ITIMER_REAL):
            signal.setitimer(clock, 0)

    idle, excused, before = False, 0.0, waited()

    def time_is_up(number: int, _):
        nonlocal idle, excused
        idle = number == signal.SIGALRM
        more = min(waited() - before, (PATIENCE - 1) * WALL * seconds) - excused
        if idle and more > 0.1:  # the machine was busy
            excused += more
            signal.setitimer(signal.ITIMER_REAL, more)
            return
        stop_clocks()  # the other would interrupt what shows the error
        raise TimeIsUp(f"the cell computed longer than {seconds:g} seconds" if number == signal.SIGPROF else f"the cell took longer than {WALL * seconds:g} seconds")

    shell.reported = False
    channel.written = 0
    for clock, number, bound in ((signal.ITIMER_PROF, signal.SIGPROF, seconds), (signal.ITIMER_REAL, signal.SIGALRM, WALL * seconds)):
        signal.signal(number, time_is_up)
        signal.setitimer(clock, bound)
    try:
        result = shell.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
    except BaseException as caught:  # a cell may leave the shell itself broken
        error = caught
    finally:
        stop_clocks()
    if error is not None and not shell.reported:  # the cell broke what shows errors
        name = type(error).__name__
        channel.emit(error={"ename": name, "evalue": "", "traceback": name})
    if isinstance(error, TimeIsUp):
        return {"stopped": "clock" if idle else "time"}
    if isinstance(error, OutputIsUp):
        return {"stopped": "output"}
    if isinstance(error, MemoryError):
        return {"stopped": "memory"}
    if isinstance(error, BlockingIOError) and error.errno == errno.EAGAIN or isinstance(error, RuntimeError) and "start new thread" in str(error):
        return {"stopped": "processes"}
    return {}


def _tell(shell, names: list[str], channel: _Channel) -> None:
    from unsigned_peace.coursework.answers import MAX_BYTES, NotPlain, encode

    told, problems = {}, {}
    for name in names:
        if name not in shell.user_ns:
            problems[name] = "missing"
            continue
        try:
            told[name] = encode(shell.user_ns[name])
            if len(json.dumps(told[name], allow_nan=False)) > MAX_BYTES:
                del told[name]
                problems[name] = "too large"
        except NotPlain as problem:
            problems[name] = str(problem)
        except Exception as error:
            problems[name] = f"of a kind that fails when it is read ({type(error).__name__})"
    channel.answer(told=told, problems=problems)


def main() -> None:
    """Serves requests until standard input ends."""
    if os.getpid() == 1:
        _supervise()
    channel = _Channel()
    lowered = _bound(json.loads(sys.argv[1]))
    sys.stdout, sys.stderr = _Stream(channel, "stdout"), _Stream(channel, "stderr")
    sys.path[:] = [path for path in sys.path if path]
    sys.argv[:] = ["cell"]
    shell = _shell(channel)
    import pandas  # noqa: F401 - every assignment needs it; its import is not the student's time

    this, exit_now = os.getpid(), os._exit
    channel.close_others()
    channel.emit(ready=True, lowered=lowered)
    for line in channel.requests:
        request = json.loads(line)
        channel.token = request["token"]
        if "run" in request:
            channel.answer(done=_run(shell, request["run"], request["seconds"], channel))
        elif "try" in request:
            child = os.fork()
            if not child:
                from unsigned_peace.coursework.answers import decode

                shell.user_ns.update({name: decode(value) for name, value in request.get("given", {}).items()})
                outcome = _run(shell, request["try"], request["seconds"], channel)
                _tell(shell, request.get("tell", []), channel)
                channel.answer(done=outcome)
                exit_now(0)
            _, ending = os.waitpid(child, 0)
            if ending:
                channel.answer(done={"stopped": "killed" if os.WIFSIGNALED(ending) and os.WTERMSIG(ending) == signal.SIGKILL else "exit"})
        elif "tell" in request:
            _tell(shell, request["tell"], channel)
            channel.answer(done={})
        if os.getpid() != this:  # a copy that a cell made by forking
            exit_now(0)
    exit_now(0)


if __name__ == "__main__":
    main()
