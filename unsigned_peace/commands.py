"""What stops a command from outside, in a sentence; the commands of the Makefile run in it.

``python unsigned_peace/commands.py MODULE ARGUMENTS...`` does what ``python -m MODULE ...``
does. It imports nothing but Python's own library, so that it can say what is the matter with an
environment that is not whole.
"""

from __future__ import annotations

import argparse
import errno
import os
import re
import resource
import runpy
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

FULL = "The disk is full. Make room, and run the command again."
_REFUSED = (
    "Nothing may be written or read there. Run the command as the user to whom this belongs, or in "
    "a copy of your own."
)
_IN_THE_WAY = "Something of another kind is in the way. Name another place, or move it away."
#: What to do about what the system refuses.
_REMEDIES = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EACCES: _REFUSED,
    errno.EPERM: _REFUSED,
    errno.EROFS: _REFUSED,
    errno.EISDIR: _IN_THE_WAY,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
    errno.ENAMETOOLONG: "Name a shorter place.",
    errno.EFBIG: "Files may not grow so large here: raise that limit (ulimit -f).",
    errno.EMFILE: "More files may be open than here: raise that limit (ulimit -n).",
    errno.ENFILE: "This machine has too many files open. End something else, and try again.",
    errno.EAGAIN: "More processes are needed than are allowed here: raise that limit (ulimit -u).",
    errno.ENOMEM: "More memory is needed than there is, or is allowed here (ulimit -v).",
    errno.EADDRINUSE: "Another program has this port. Name another, such as PORT=8001.",
}
#: Files and bytes of memory that a command needs at least. What draws charts sets aside far more
#: addresses than it uses.
_FILES, _MEMORY, _TO_DRAW = 128, 2 * 2**30, 2**36
_SIZE = 16 * 2**20
_DRAWS = {"unsigned_peace", "bench", "pytest"}
_NOT_WHOLE = "The environment in .venv is not whole ({}). Delete .venv, and run the command again."
_STOPPED = "Stopped. What was finished before is as it was; the same command goes on from there."


def explanation(error: BaseException) -> str | None:
    """What stopped a command and what to do, in a sentence or two; None for a fault of ours."""
    if isinstance(error, KeyboardInterrupt):
        return _STOPPED
    if isinstance(error, MemoryError):
        return _REMEDIES[errno.ENOMEM]
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return _REMEDIES[errno.EAGAIN]
    if _is_of_the_environment(error):
        return _NOT_WHOLE.format(error)
    if isinstance(error, OSError) and error.errno in _REMEDIES:
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror}. {_REMEDIES[error.errno]}"
    return None


def explain_missing(error: BaseException | None) -> None:
    """Has an error about a library say that the book's environment does not have it."""
    if isinstance(error, ModuleNotFoundError) and error.name and not error.path:
        name = error.name.partition(".")[0]
        if name != "unsigned_peace" and "environment" not in error.msg:
            error.msg += (
                f". The book's environment does not have {name}, and assignments are graded in the "
                "same one: draw with altair, compute with pandas, numpy and scipy."
            )


def file(argument: str) -> Path:
    """The file that an argument of a command names, for ``argparse``, which says if it is none."""
    if not Path(argument).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {argument}")
    return Path(argument)


def _is_of_the_environment(error: BaseException) -> bool:
    """Whether something is wrong with what is installed, and not with what is the project's."""
    if isinstance(error, ImportError):
        return not (error.name or "").startswith(("unsigned_peace.", "tests", "bench", "scripts"))
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        return getattr(error.obj, "__file__", None) is None  # a folder whose files are gone
    place = getattr(error, "filename", None)
    return (
        isinstance(error, (FileNotFoundError, SyntaxError))
        and isinstance(place, (str, bytes))
        and Path(os.path.abspath(os.fsdecode(place))).is_relative_to(os.path.abspath(sys.prefix))
        and sys.prefix != sys.base_prefix
    )


@contextmanager
def plain(folder: Path) -> Iterator[Path]:
    """A name of a folder in which no library finds a pattern, a format or an address to read.

    A link to it, where its own name has brackets, braces, percent, question marks or the like.
    """
    folder = folder.resolve()
    if re.fullmatch(r"[\w/. -]+", str(folder)):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="unsigned-peace-") as around:
        (link := Path(around) / "folder").symlink_to(folder)
        yield link


def _let_jupyter_find(project: Path) -> None:
    """Names Jupyter its own folders in the environment: it looks for patterns in their names."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_CONFIG_PATH"):
        if name in os.environ:
            os.environ[name] = os.environ[name].replace(str(Path.cwd()), str(project))
    shared = project / ".venv" / "share" / "jupyter"
    os.environ["JUPYTER_PATH"] = str(shared)
    if sys.argv[0] == "jupyterlab":
        sys.argv.append(f"--LabApp.schemas_dir={shared / 'lab' / 'schemas'}")


def _too_little() -> str | None:
    """Which limit, set for this shell, no command of this project can do with."""
    if sys.argv[:2] == ["unsigned_peace.coursework", "grade"]:
        return None  # it names each limit with what the course needs
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < _FILES:
        return _REMEDIES[errno.EMFILE]
    if files < _FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, most))
    size, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    if size != resource.RLIM_INFINITY and size < _SIZE:
        return _REMEDIES[errno.EFBIG]
    memory, _ = resource.getrlimit(resource.RLIMIT_AS)
    least = _TO_DRAW if sys.argv[0] in _DRAWS else _MEMORY
    limited = memory != resource.RLIM_INFINITY
    return _REMEDIES[errno.ENOMEM] if limited and memory < least else None


def main(module: str, arguments: list[str]) -> int:
    """Runs a module as a command. Returns its status; 130 if it was stopped from the keyboard."""
    sys.argv = [module, *arguments]
    sys.path[0] = str(Path.cwd())
    if lacking := _too_little():
        print(lacking, file=sys.stderr)
        return 1
    try:
        with plain(Path.cwd()) as project:
            if project != Path.cwd():
                _let_jupyter_find(project)
            runpy.run_module(module, run_name="__main__", alter_sys=True)
            sys.stdout.flush()
    except BrokenPipeError:  # who reads what is printed has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (Exception, KeyboardInterrupt) as error:
        sentence = explanation(error)
        if sentence is None:
            raise
        print(
            f"\n{sentence}" if isinstance(error, KeyboardInterrupt) else sentence, file=sys.stderr
        )
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
