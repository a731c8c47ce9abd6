"""Runs a chapter in a kernel of its own, and records what it read."""

from __future__ import annotations

import ast
import atexit
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

from jupyter_client.asynchronous.client import AsyncKernelClient
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from unsigned_peace import paths
from unsigned_peace.notebooks import kernels
from unsigned_peace.notebooks.record import (
    RECORD,
    captions,
    changes,
    checksum,
    inputs,
    modules,
    resources,
)
from unsigned_peace.notebooks.source import ChapterError, expressions, read, what_runs
from unsigned_peace.paths import data_folder, shown

CELL_TIMEOUT = 300
_ATTEMPTS = 3


class _ChapterClient(NotebookClient):
    """Executes code cells, and evaluates the figures of a Markdown cell where it stands."""

    async def async_execute_cell(
        self,
        cell: NotebookNode,
        cell_index: int,
        execution_count: int | None = None,
        store_history: bool = True,
    ) -> NotebookNode:
        if cell.cell_type == "markdown" and (names := expressions(cell.source)):
            values = await self.evaluate(names)
            cell.metadata["user_expressions"] = [
                {"expression": name, "result": values[name]} for name in names
            ]
            for name in names:
                if values[name]["status"] != "ok":
                    raise _FigureError(
                        cell_index, name, f"{values[name]['ename']}: {values[name]['evalue']}"
                    )
        return await super().async_execute_cell(cell, cell_index, execution_count, store_history)

    async def evaluate(self, names: list[str]) -> dict:
        client = cast(AsyncKernelClient, self.kc)
        message = client.execute(
            "", silent=True, store_history=False, user_expressions={name: name for name in names}
        )
        while True:
            reply = await client.get_shell_msg(timeout=CELL_TIMEOUT)
            if reply["parent_header"].get("msg_id") == message:
                return reply["content"]["user_expressions"]


class _FigureError(Exception):
    def __init__(self, position: int, name: str, problem: str) -> None:
        self.position, self.name, self.problem = position, name, problem


#: As JSON: IPython shows the first thousand items of a list and leaves out the others.
_WHAT_WAS_READ = (
    "(lambda json, sys: json.dumps({"
    "'tables': sorted(getattr(sys.modules.get('unsigned_peace.dataset'), 'tables_read', ())),"
    "'modules': sorted(name for name in sys.modules if name.split('.')[0] == 'unsigned_peace'),"
    "'opened': sorted(sys.opened_by_chapter)"
    "}))(__import__('json'), __import__('sys'))"
)


async def run(path: Path) -> NotebookNode:
    """Executes a chapter in its own kernel: the notebook with outputs, figures and its record.

    Raises ``ChapterError`` naming chapter, line and cell if a cell fails or a figure has no value,
    and if what the chapter reads is changed under it again and again.
    """
    for _ in range(_ATTEMPTS):
        runs, _ = what_runs(read(path.read_text(encoding="utf-8")))
        before = inputs(runs, ["datapackage.json", "horizon", *resources(), *captions()], modules())
        executed = await _run_once(path)
        record = executed.metadata[RECORD]["inputs"]
        # what was read is what was there before and is there after: else the record could speak of
        # other files than the kernel saw
        if not changes(record, before):
            return executed
    raise ChapterError(
        f"{shown(path)}: what it is made from changed while it ran; "
        "leave the files alone and run it again"
    )


async def _run_once(path: Path) -> NotebookNode:
    text = path.read_text(encoding="utf-8")
    notebook, lines = what_runs(read(text))
    client = _ChapterClient(
        notebook,
        kernel_manager_class=kernels.WarmKernelManager,
        timeout=CELL_TIMEOUT,
        shutdown_kernel="immediate",  # all that it said has been received
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
    )

    def place(position: int, figure: str = "", inside: int = 0) -> str:
        if figure:
            source = text.splitlines()
            line = next(
                (
                    line
                    for line in range(lines[position], len(source) + 1)
                    if f"{{eval}}`{figure}`" in source[line - 1]
                ),
                lines[position],
            )
            return f"{shown(path)}:{line}: prose"
        code_cells = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        line = lines[position]
        if inside:  # the cell's own lines begin below its options
            line = (
                text.splitlines().index(notebook.cells[position].source.splitlines()[0], line - 1)
                + inside
            )
        return f"{shown(path)}:{line}: cell {code_cells.index(position) + 1}"

    position = 0
    try:
        async with client.async_setup_kernel():
            for position, cell in enumerate(notebook.cells):
                await client.async_execute_cell(cell, position, execution_count=None)
            at_the_end = await client.evaluate(
                sorted(
                    {
                        name
                        for cell in notebook.cells
                        if cell.cell_type == "markdown"
                        for name in expressions(cell.source)
                    }
                )
            )
            said = (await client.evaluate([_WHAT_WAS_READ]))[_WHAT_WAS_READ]["data"]["text/plain"]
            read_by = json.loads(ast.literal_eval(said))
    except CellExecutionError as error:
        raise ChapterError(
            f"{place(position, inside=_failing_line(error))}: {error.ename}: {error.evalue}"
        ) from error
    except _FigureError as error:
        raise ChapterError(
            f"{place(error.position, error.name)}: the figure {{eval}}`{error.name}` has no "
            f"value: {error.problem}"
        ) from error
    except CellTimeoutError as error:
        raise ChapterError(f"{place(position)}: ran longer than {CELL_TIMEOUT} seconds") from error
    except DeadKernelError as error:
        raise ChapterError(f"{place(position)}: the kernel died") from error
    except RuntimeError as error:
        raise ChapterError(
            f"{shown(path)}: its kernel did not start ({error}); is there room on the disk, "
            "and memory?"
        ) from error
    finally:
        if client.km is None:  # stopped; where it was interrupted nbclient would stop it again
            atexit.unregister(client._cleanup_kernel)
    _check_figures(notebook, at_the_end, place)
    for position, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise ChapterError(
                    f"{place(position)}: it warns, and a warning is no part of a page: "
                    f"{output.text.strip().splitlines()[0]}"
                )
    return _tidy(notebook, _all_read(path, read_by))


def _failing_line(error: CellExecutionError) -> int:
    """The line of a cell that failed, from 1; 0 if the error does not say."""
    named = re.search(
        r"Cell In\[\d+\], line (\d+)", re.sub(r"\x1b\[[0-9;]*m", "", str(error.traceback))
    )
    return int(named[1]) if named else 0


def _all_read(path: Path, read_by: dict) -> dict:
    """What a chapter read, with the tables whose files it opened in any other way than by ``load``.

    Raises ``ChapterError`` if it opened another file of the project: no record would show it.
    """
    data = data_folder().resolve()
    tables = {data / entry["path"]: name for name, entry in resources().items()}
    known = {data / "datapackage.json", path.resolve()}
    environment = Path(sys.prefix).resolve()
    read = set(read_by["tables"])
    for opened in (Path(name).resolve() for name in read_by["opened"]):
        if opened in tables:
            read.add(tables[opened])
        elif opened.parent == paths.CAPTIONS:
            read.add(f"{paths.CAPTIONS.name}/{opened.name}")
        elif (
            opened.is_relative_to(environment)
            or opened in known
            or (opened.is_relative_to(paths.PACKAGE) and ".py" in opened.name)
        ):
            # the lock, the chapter and the modules stand in the record; compiled modules are not
            # read
            continue
        elif opened.is_relative_to(paths.ROOT.resolve()) or opened.is_relative_to(data):
            raise ChapterError(
                f"{shown(path)}: opens {shown(opened)} itself; "
                "what a chapter is made from is recorded only for what `unsigned_peace` loads"
            )
    return {"tables": read, "modules": read_by["modules"]}


def _check_figures(notebook: NotebookNode, at_the_end: dict, place: Callable[..., str]) -> None:
    """Figures read as prose, and one name has one value.

    A reader who meets a figure twice in a chapter meets the same figure.
    """
    first: dict[str, str] = {}
    for position, cell in enumerate(notebook.cells):
        for figure in cell.metadata.get("user_expressions", []):
            name, text = figure["expression"], figure["result"]["data"].get("text/plain", "")
            if text[:1] in ("'", '"'):
                raise ChapterError(
                    f"{place(position, name)}: the figure {{eval}}`{name}` would stand in the "
                    f"sentence as {text}, quotes included; give it as Figure(...) of "
                    "unsigned_peace.prose"
                )
            if first.setdefault(name, text) != text:
                raise ChapterError(
                    f"{place(position, name)}: the figure {{eval}}`{name}` is {text} here and "
                    f"{first[name]} before; give the second a name of its own"
                )
            if (last := at_the_end[name].get("data", {}).get("text/plain")) != text:
                raise ChapterError(
                    f"{place(position, name)}: the figure {{eval}}`{name}` is {text} here and "
                    f"{last} at the chapter's end; give what the code makes of it later a name of "
                    "its own"
                )


def _tidy(notebook: NotebookNode, read_by: dict) -> NotebookNode:
    """Leaves only what is the same at every execution, and adds the record."""
    count = 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            count += 1
            cell["execution_count"] = count
            cell["outputs"] = _joined_streams(cell.outputs)
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output["execution_count"] = count
                for bundle in (output.get("data"), output.get("metadata")):
                    if bundle is not None and not isinstance(bundle, dict):
                        raise ChapterError("an output is not a bundle of MIME types")
    notebook["metadata"] = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
        RECORD: {"inputs": inputs(notebook, read_by["tables"], read_by["modules"])},
    }
    notebook.metadata[RECORD]["checksum"] = checksum(notebook)
    return notebook


def _joined_streams(outputs: list) -> list:
    """Text printed in several pieces as one: how it is cut depends on timing."""
    joined: list = []
    for output in outputs:
        last = joined[-1] if joined else None
        if (
            last is not None
            and output.output_type == "stream" == last.output_type
            and output.name == last.name
        ):
            last["text"] += output.text
        else:
            joined.append(output)
    return joined
