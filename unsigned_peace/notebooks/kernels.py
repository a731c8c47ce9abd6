"""Starts the kernels of chapters warm.

They are forked from one process that has imported what all of them import.

The standard library's fork server holds that process; Jupyter's kernel provisioner is the place
where a kernel is started in another way than as a new program. Nothing of this package is kept in a
kernel that starts, so that what a chapter imports of it is what that chapter uses. A kernel always
starts in the same environment: no setting of the machine or of its user reaches an output.

Measured in November 2026, twice each on two processors: all chapters afresh took 23 and 27 s from
the warm process, 41 and 44 s where every kernel was a program of its own.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.forkserver
import os
import signal
import sys
import tempfile
import threading
import types
from collections.abc import Iterator, Mapping
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from unsigned_peace.paths import PACKAGE
from unsigned_peace.processes import deaf_to_the_keyboard

PROVISIONER = "unsigned-peace-warm"

#: What chapters import, or the kernel itself; importing them has no effect that a chapter could
#: see.
_IMPORTED = [
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "IPython.core.completer",
    "pandas",
    "altair",
    "jsonschema",
]

#: The same for every execution, whatever the machine says: hashes, time zone, language, sums in one
#: order.
_FIXED = {
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}

#: The only other settings that reach a kernel: how to find programs, modules and the dataset.
_PASSED = (
    "PATH",
    "HOME",
    "TMPDIR",
    "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE",
    "VIRTUAL_ENV",
    "UNSIGNED_PEACE_DATA",
)


def environment_of(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a kernel, where that of the command that starts it is ``settings``."""
    return {**{name: settings[name] for name in _PASSED if name in settings}, **_FIXED}


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hides this process's environment and main module from processes started meanwhile."""
    settings, main = dict(os.environ), sys.modules["__main__"]
    os.environ.clear()
    os.environ.update(environment_of(settings))
    # or multiprocessing would import it again in every kernel
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        os.environ.clear()
        os.environ.update(settings)


class _FromSource(SourceFileLoader):
    """Loads a module from its source, never from what was compiled before.

    Python trusts what was compiled by its time and size.
    """

    def get_code(self, fullname: str) -> types.CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def _load_package_from_source() -> None:
    """From now on, modules of this package are compiled from source.

    That source is the one that the record of a chapter speaks of.
    """
    package = str(PACKAGE)
    finder = FileFinder.path_hook(
        (ExtensionFileLoader, EXTENSION_SUFFIXES), (_FromSource, SOURCE_SUFFIXES)
    )

    def hook(path: str) -> Any:
        if os.path.abspath(path) != os.path.dirname(package) and not os.path.abspath(
            path
        ).startswith(package):
            raise ImportError
        return finder(path)

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()


def warm_up() -> None:
    """Starts the process that kernels are forked from, if it does not run.

    It ends with this process, and listens to the keyboard through it alone.
    """
    multiprocessing.forkserver.set_forkserver_preload(_IMPORTED)
    with deaf_to_the_keyboard(), _alone():
        multiprocessing.forkserver.ensure_running()


def _serve(connection_file: str, folder: str, settings: dict[str, str]) -> None:
    """Becomes a kernel, in a process that was forked."""
    for name in [name for name in sys.modules if name.split(".")[0] == "unsigned_peace"]:
        del sys.modules[name]  # came with this function; a chapter imports what it uses itself
    _load_package_from_source()
    os.setsid()
    # until a cell runs there is nothing to stop; ipykernel does the same, once it has begun
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    os.environ.clear()
    os.environ.update(settings)
    os.chdir(folder)
    sys.argv = ["ipykernel_launcher"]
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.opened_by_chapter = opened = set()  # type: ignore[attr-defined]

    def note(event: str, arguments: tuple) -> None:
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            opened.add(os.path.abspath(os.fsdecode(arguments[0])))

    sys.addaudithook(note)
    import pandas
    from ipykernel.kernelapp import IPKernelApp

    # imported before there was a notebook, pandas took this for a terminal, whose text it cuts by
    # its width; in any other notebook it has this value
    pandas.set_option("display.max_columns", 20)

    IPKernelApp.launch_instance(
        argv=[
            "--IPKernelApp.log_level=50",
            "--HistoryManager.enabled=False",
            f"--ipython-dir={os.path.dirname(connection_file)}",
            "-f",
            connection_file,
        ]
    )


def _end_with_parent() -> None:
    """No kernel outlives the command that started it, however that one ended."""
    if parent := multiprocessing.parent_process():
        parent.join()
    os.killpg(0, signal.SIGKILL)


class _Forked:
    """A forked process with the methods of ``subprocess.Popen`` that a provisioner needs."""

    stdin = stdout = stderr = None

    def __init__(self, process: multiprocessing.process.BaseProcess) -> None:
        self._process, self.pid = process, process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid or 0, number)


class WarmProvisioner(LocalProvisioner):
    """Starts a kernel by forking the warm process."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        warm_up()
        arguments = (cmd[cmd.index("-f") + 1], str(options["cwd"]), environment_of(os.environ))
        process = multiprocessing.get_context("forkserver").Process(
            target=_serve, args=arguments, daemon=True
        )
        with _alone():
            process.start()
        # it has what a provisioner asks of one
        self.process = cast(Any, _Forked(process))
        self.pid = self.pgid = process.pid
        return self.connection_info


class WarmKernelManager(AsyncKernelManager):
    """A kernel of the Python that runs this module.

    No kernelspec need be installed, no port is opened.
    """

    def __init__(self, **options: Any) -> None:
        self._sockets = tempfile.TemporaryDirectory(prefix="chapter-")
        folder = self._sockets.name
        super().__init__(
            **{
                **options,
                "transport": "ipc",
                "ip": f"{folder}/kernel",
                "connection_file": f"{folder}/kernel.json",
            }
        )

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER}},
        )
