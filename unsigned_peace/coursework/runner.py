"""Runs cells in a process of its own: the program inside the sandbox.

There it is the first process, and stays that only to say how the second ended, which runs the
cells. It can be neither read nor traced by that one, and with it everything inside ends.

It reads requests from standard input, a JSON object a line, and writes events to standard output,
each a JSON object in pieces. Whatever a cell does, it can at most write other events: the other
side reads them as data within bounds, and never believes anything here about scores.

Threads and copies of the process write where it does, in the middle of what it writes. So a piece
is a line that the kernel keeps whole: which event it belongs to, a blank, ``+`` if more pieces
follow and ``.`` if none, and its part of the text.

Requests: ``{"run": source, "seconds": n}`` runs a cell; ``{"tell": [names]}`` gives those
variables as data (see ``answers``); ``{"try": source, "given": {name: data}, "tell": [names],
"seconds": n}`` does both in a copy of this process, which then ends, so that nothing of it stays.
Events: ``stream``, ``display``, ``result``, ``error`` while a cell runs; ``told``; ``done`` at the
end. The last two carry the request's ``token``.
``done`` names what stopped a cell: ``time`` (by its own computing), ``clock`` (it only waited),
``memory``, ``processes``, ``output``, ``exit`` or ``killed`` (a copy's end, by a signal that is
none of ``FAULTS``).
"""

from __future__ import annotations

import builtins
import ctypes
import errno
import io
import os
import resource
import signal
import subprocess
import sys

# What is called while a cell's changes may stand goes by names of this module, and not by those
# of a library, in which a cell may put something else: `json.dumps` with an indent, say.
from hashlib import sha256
from itertools import count
from json import JSONDecoder, JSONEncoder
from os import fork, getpid, waitpid, write
from select import PIPE_BUF
from signal import setitimer
from time import monotonic, process_time
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # loaded only behind the supervisor
    from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

dumps, loads = JSONEncoder(allow_nan=False).encode, JSONDecoder().decode

KEPT_TYPES = ("text/plain", "image/png")
#: Of what one cell writes so many characters are sent, more than is kept of it; what is beyond is
#: dropped here, so that no long text costs anybody their answers. A cell that goes on is stopped.
SENT, SENT_IMAGE, WRITTEN = 25_000, 1_000_000, 16_000_000
#: Of what all cells write and show so many bytes are sent: less than a process may send, so that
#: no number of honest outputs costs anybody their answers either.
SENT_ALL = 6_000_000
#: Where that is used up, errors are still named, in so many characters.
SENT_ERRORS = 200_000
#: What is printed in small pieces is sent in pieces of so many characters, or after so many
#: seconds: around each stand more bytes than are in it.
PIECE, PAUSE = 3_000, 0.1
#: A cell's seconds count its own computing, so that a busy machine stops no honest cell; by the
#: clock on the wall it may take so many times as long, which ends a cell that only waits.
WALL = 3
#: Of that time, what it waited for a processor that others kept busy does not count, up to so many
#: times as long.
PATIENCE = 4


def waited(process: int | str = "self") -> float:
    """Seconds for which a process was ready and had no processor; 0 where the kernel does not count
    them.
    """
    try:
        with open(f"/proc/{process}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


#: So many processes may end whose parents have ended before them. A chain of such, each with the
#: memory of the last, is never seen by who looks at processes one after the other.
ORPHANS = 500


#: Signals by which faults of a process end it. Whatever ended one by another may have been outside.
FAULTS = (
    signal.SIGABRT,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGPIPE,
    signal.SIGSEGV,
    signal.SIGSYS,
    signal.SIGTRAP,
    signal.SIGXFSZ,
)


def lower(name: str, bound: int) -> int | None:
    """Sets a limit of this process for good, or the lower one that the machine sets already, which
    is returned.
    """
    kind = getattr(resource, f"RLIMIT_{name}")
    _, allowed = resource.getrlimit(kind)
    lowered = allowed != resource.RLIM_INFINITY and allowed < bound
    resource.setrlimit(kind, (min(bound, allowed),) * 2 if lowered else (bound, bound))
    return allowed if lowered else None


def _bound(limits: dict[str, int], user: int) -> dict[str, int]:
    """Takes on the unprivileged user, if one is named, and applies the limits of a process, for
    good; those that the machine had set lower.
    """
    if user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    lowered = {name: lower(name, bound) for name, bound in limits.items()}
    return {name: allowed for name, allowed in lowered.items() if allowed is not None}


def _supervise() -> None:
    """Starts the process that runs the cells, as which it returns; this one waits, and says on
    standard error how that ended.
    """
    ctypes.CDLL(None).prctl(
        4, 0
    )  # PR_SET_DUMPABLE: none of the same user may trace it, or read or write its memory
    worker = fork()
    if not worker:
        return
    signal.signal(
        signal.SIGINT, signal.SIG_DFL
    )  # the kernel spares the first process of a namespace all signals that it does not handle
    os.close(0)
    os.close(1)
    ended, orphans = 0, -1
    while ended != worker and orphans < ORPHANS:
        ended, status, used = os.wait4(-1, 0)
        orphans += 1
    report = {
        "ended": os.waitstatus_to_exitcode(status),
        "computed": used.ru_utime + used.ru_stime,
        "orphans": orphans,
    }
    write(2, b"\n" + dumps(report).encode() + b"\n")
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
        self._count = count()
        self.token = ""
        self._left, self._left_for_errors = SENT_ALL, SENT_ERRORS
        self._printed: list[str] = []
        self._stream, self._unsent, self._sent = "", 0, 0.0
        self.begin()
        os.set_inheritable(self._events, False)
        os.register_at_fork(before=self.flush)

    def begin(self) -> None:
        """A cell begins: it has written and shown nothing yet."""
        self._written = 0
        self._room = {"text": SENT, "image": SENT_IMAGE}
        #: Of what class the last error is that came about in the running cell, or in one that it
        #: has Jupyter run, and whether any was shown.
        self.reported: type[BaseException] | None = None
        self.error_shown = False
        #: What the cell was told when its output was up, if it was.
        self.is_up: OutputIsUp | None = None

    def close_others(self) -> None:
        """Puts nothing in the place of standard input, output and errors."""
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)

    def answer(self, **event: object) -> None:
        """Emits an event that belongs to the request of this moment, by its token."""
        self.emit(token=self.token, **event)

    def emit(self, **event: object) -> None:
        self.flush()
        self._write(dumps(event).encode())

    def show(self, **event: Any) -> None:
        """Emits what a cell shows, if there is room; of an error at least its name."""
        self.flush()
        line = dumps(event).encode()
        if len(line) <= self._left:
            self._left -= len(line)
            self._write(line)
        elif "error" in event:
            named = {"ename": event["error"]["ename"][:100], "evalue": "", "traceback": ""}
            line = dumps({"error": named}).encode()
            self._left_for_errors -= len(line)
            if self._left_for_errors >= 0:
                self._write(line)

    def print(self, stream: str, text: str) -> None:
        """Takes what a cell prints. Raises ``OutputIsUp`` if it is more than a cell may."""
        self._written += len(text)
        if stream != self._stream:
            self.flush()
            self._stream = stream
        if sent := self._taken("text", text):
            self._printed.append(sent)
            self._unsent += len(sent)
        if self._unsent > PIECE or monotonic() - self._sent > PAUSE:
            self.flush()
        if self._written > WRITTEN:
            self.is_up = OutputIsUp(
                f"the cell wrote more than {WRITTEN // 1_000_000} million characters"
            )
            raise self.is_up

    def flush(self) -> None:
        """Sends what was printed and not yet sent."""
        text, self._printed = "".join(self._printed), []
        self._unsent, self._sent = 0, monotonic()
        if text:
            self.show(stream=self._stream, text=text)

    def display(self, kind: str, bundle: dict) -> None:
        """Emits of a displayed object what is kept, as far as there is room."""
        kept = {}
        for form in KEPT_TYPES:
            content, room = bundle.get(form), "image" if form.startswith("image/") else "text"
            if isinstance(content, str) and (room == "text" or len(content) <= self._room[room]):
                kept[form] = self._taken(room, content)
        if any(kept.values()):
            self.show(**{kind: kept})

    def _taken(self, room: str, content: str) -> str:
        kept = content[: self._room[room]]
        self._room[room] -= len(kept)
        return kept

    def _write(self, event: bytes) -> None:
        which = b"%d-%d " % (getpid(), next(self._count))
        room = PIPE_BUF - len(which) - 2
        for at in range(0, len(event), room):
            more = b"+" if at + room < len(event) else b"."
            write(self._events, which + more + event[at : at + room] + b"\n")


class _Stream(io.TextIOBase):
    """What a cell prints, as events."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, channel: _Channel, name: str) -> None:
        self._channel, self.name = channel, name

    def close(self) -> None:
        """Stays open: it is not the cell's to close."""

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._channel.print(self.name, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        """What another program may write to; nothing reads that."""
        return 1 if self.name == "stdout" else 2

    def flush(self) -> None:
        self._channel.flush()


def _shell(channel: _Channel) -> InteractiveShell:
    """An IPython shell whose outputs are events."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from unsigned_peace.commands import explain_missing

    class Hook(DisplayHook):
        def __call__(self, result: object = None) -> None:
            self.check_for_underscore()
            if result is not None and not self.quiet():
                self.fill_exec_result(result)
                self.update_user_ns(result)
                channel.display("result", self.compute_format_data(result)[0])

    class Publisher(DisplayPublisher):
        def publish(self, data: dict, metadata: object = None, *_: object, **__: object) -> None:
            channel.display("display", data)

        def clear_output(self, wait: bool = False) -> None:
            pass

    class Shell(InteractiveShell):
        def run_cell(self, *args: Any, **options: Any) -> ExecutionResult:
            """Runs a cell, also one that another cell has Jupyter run and keeps to itself."""
            result = super().run_cell(*args, **options)
            if (error := result.error_before_exec or result.error_in_exec) is not None:
                channel.reported = type(error)
            return result

        def system(self, cmd: str) -> None:
            """Runs a command of the system's: IPython's own way needs a terminal, and has none."""
            if cmd.rstrip().endswith("&"):
                raise OSError("Background processes not supported.")
            with subprocess.Popen(
                self.var_expand(cmd, depth=1),
                shell=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            ) as started:
                try:
                    while started.stdout and (text := started.stdout.read(PIECE)):
                        sys.stdout.write(text)
                except BaseException:
                    started.kill()
                    raise
            self.user_ns["_exit_code"] = started.returncode

        def _showtraceback(
            self, etype: type[BaseException], evalue: BaseException | None, stb: list[str]
        ) -> None:
            # what a cell shows as an error by itself may be of any kind
            channel.reported = etype if issubclass(type(etype), type) else Exception
            channel.error_shown = True
            parts = {
                "ename": getattr(etype, "__name__", str(etype)),
                "evalue": str(evalue),
                "traceback": self.InteractiveTB.stb2text(stb),
            }
            channel.show(error={name: part[:SENT] for name, part in parts.items()})

        def showtraceback(
            self,
            exc_tuple: tuple[type[BaseException], BaseException, TracebackType] | None = None,
            *args: Any,
            **options: Any,
        ) -> None:
            error = (exc_tuple or sys.exc_info())[1]
            if error is not None:  # also where Jupyter has other ways to show it
                channel.reported = type(error)
            explain_missing(error)
            if isinstance(error, MemoryError):  # a full traceback would need what is lacking
                reserve.clear()
                channel.error_shown = True
                channel.show(
                    error={
                        "ename": "MemoryError",
                        "evalue": "",
                        "traceback": "MemoryError: the cell needs more memory than it may have",
                    }
                )
            else:
                super().showtraceback(exc_tuple, *args, **options)

    reserve = [bytearray(32 * 2**20)]
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.displayhook_class = Hook
    config.InteractiveShell.display_pub_class = Publisher
    shell = Shell.instance(config=config, displayhook_class=Hook, display_pub_class=Publisher)
    if shell.display_formatter:
        shell.display_formatter.active_types = list(KEPT_TYPES)
    return shell


#: By its computing, and by the clock on the wall.
_CLOCKS = ((signal.ITIMER_PROF, signal.SIGPROF), (signal.ITIMER_REAL, signal.SIGALRM))


def _run(
    shell: InteractiveShell,
    source: str,
    seconds: float,
    channel: _Channel,
    given: dict | None = None,
) -> dict:
    """Runs a cell, with variables given as data; what stopped it, if anything did, in one word.

    To make values of the data is its time too: they may be a student's, and made to take long.
    """

    def stop_clocks() -> None:
        for clock, number in _CLOCKS:
            setitimer(clock, 0)
            signal.signal(number, signal.SIG_IGN)

    up: TimeIsUp | None = None
    idle, excused, before, computed = False, 0.0, waited(), process_time()
    began = monotonic()

    def time_is_up(number: int, _: FrameType | None) -> None:
        nonlocal idle, excused, up
        has_computed = process_time() - computed
        if has_computed < 0.9 * seconds and monotonic() - began < 0.9 * WALL * seconds:
            return  # neither clock has rung: somebody sent this signal
        # Where nothing looks for signals for long, both clocks have rung, and this one is heard.
        idle = number == signal.SIGALRM and has_computed < seconds
        more = min(waited() - before, (PATIENCE - 1) * WALL * seconds) - excused
        if idle and more > 0.1:  # the machine was busy
            excused += more
            setitimer(signal.ITIMER_REAL, more)
            return
        stop_clocks()  # the other would interrupt what shows the error
        up = TimeIsUp(
            f"the cell computed longer than {seconds:g} seconds"
            if not idle
            else f"the cell took longer than {WALL * seconds:g} seconds"
        )
        raise up

    channel.begin()
    for (clock, number), bound in zip(_CLOCKS, (seconds, WALL * seconds), strict=True):
        signal.signal(number, time_is_up)
        setitimer(clock, bound)
    try:
        if given:
            from unsigned_peace.coursework.answers import decode

            shell.user_ns.update({name: decode(value) for name, value in given.items()})
        result = shell.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
    except BaseException as caught:  # noqa: BLE001 (a cell may leave the shell itself broken)
        error = caught
    finally:
        stop_clocks()
    error = up or channel.is_up or error  # whatever the cell did with it
    if error is not None and not channel.error_shown:  # the cell broke what shows errors
        name = type(error).__name__
        channel.show(error={"ename": name, "evalue": "", "traceback": name})
    if isinstance(error, TimeIsUp):
        return {"stopped": "clock" if idle else "time"}
    if isinstance(error, OutputIsUp):
        return {"stopped": "output"}
    # a cell that has Jupyter run another, or keeps what is shown, does not end with its error
    kind = channel.reported if error is None else type(error)
    if kind is not None and issubclass(kind, MemoryError):
        return {"stopped": "memory"}
    if (
        isinstance(error, BlockingIOError)
        and error.errno == errno.EAGAIN
        or isinstance(error, RuntimeError)
        and "start new thread" in str(error)
    ):
        return {"stopped": "processes"}
    # by the class itself, whatever a cell's own says of its name
    return {} if kind is None else {"error": _NAME.__get__(kind)[:100]}


_NAME = type.__dict__["__name__"]


def _read(shell: InteractiveShell, names: list[str]) -> dict[str, dict]:
    from unsigned_peace.coursework.answers import MAX_BYTES, NotPlain, encode

    told, problems = {}, {}
    there = vars(builtins) | shell.user_ns  # where Python would find a name
    for name in names:
        if name not in there:
            problems[name] = "missing"
            continue
        try:
            told[name] = encode(there[name])
            if len(dumps(told[name])) > MAX_BYTES:
                del told[name]
                problems[name] = "too large"
        except NotPlain as problem:
            problems[name] = str(problem)
        except BaseException as error:  # noqa: BLE001 (an answer's class may raise anything)
            problems[name] = f"of a kind that fails when it is read ({type(error).__name__})"
    return {"told": told, "problems": problems}


def _digest(read: dict[str, dict]) -> str:
    return sha256(dumps(read).encode()).hexdigest()


def main() -> None:
    """Serves requests until standard input ends."""
    if getpid() == 1:
        _supervise()
    # An interrupt from outside would be an error of the cell that runs, and what a shell has
    # commands in the background ignore would be ignored by cells too.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    channel = _Channel()
    lowered = _bound(*loads(sys.argv[1]))
    sys.stdout, sys.stderr = _Stream(channel, "stdout"), _Stream(channel, "stderr")
    # Modules that a cell writes beside it are found, after all others.
    sys.path[:] = [*filter(None, sys.path), os.getcwd()]
    sys.argv[:] = ["cell"]
    shell = _shell(channel)
    # V8 reserves more addresses than a process has here, and ends it where it gets none. The book
    # for students has no such package either: to save a chart as a picture is an ordinary error.
    sys.modules["vl_convert"] = None  # type: ignore[assignment]  # how Python refuses an import
    # Every assignment needs pandas, whose import is not the student's time; and after a cell's
    # changes nothing is imported here.
    import pandas  # noqa: F401

    import unsigned_peace.coursework.answers  # noqa: F401

    this, exit_now = getpid(), os._exit
    channel.close_others()
    channel.emit(ready=True, lowered=lowered)
    for line in channel.requests:
        request = loads(line)
        channel.token = request["token"]
        if "run" in request:
            channel.answer(done=_run(shell, request["run"], request["seconds"], channel))
        elif "try" in request:
            try:
                child = fork()
            except OSError:
                channel.answer(done={"stopped": "processes"})
                continue
            if not child:
                outcome = _run(
                    shell, request["try"], request["seconds"], channel, request.get("given", {})
                )
                channel.answer(**_read(shell, request.get("tell", [])))
                channel.answer(done=outcome)
                exit_now(0)
            _, ending = waitpid(child, 0)
            if ending:
                channel.answer(
                    done={
                        "stopped": "killed"
                        if os.WIFSIGNALED(ending) and os.WTERMSIG(ending) not in FAULTS
                        else "exit"
                    }
                )
        elif "tell" in request:
            channel.answer(**(read := _read(shell, request["tell"])))
            channel.answer(done={"digests": [_digest(read)]})
        elif "digest" in request:
            digests = [_digest(_read(shell, names)) for names in request["digest"]]
            channel.answer(done={"digests": digests})
        if getpid() != this:  # a copy that a cell made by forking
            exit_now(0)
    exit_now(0)


if __name__ == "__main__":
    main()
