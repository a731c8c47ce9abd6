"""Runs the chapters, records what each one read, and keeps their executed outputs.

A chapter is a MyST notebook in ``book/``. Its executed twin is a notebook with outputs, with the
values of the figures in its prose (``user_expressions`` of Markdown cells, as JupyterLab keeps
them), and with a record of everything it was made from. Twins are committed in
``tests/outputs/`` and trusted only where that record still matches; else the chapter runs again.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import hashlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "book"
REFERENCE = ROOT / "tests" / "outputs"
EXECUTED = ROOT / "_build" / "executed"
LOCK = ROOT / "requirements.txt"
PACKAGE = ROOT / "unsigned_peace"

RECORD = "unsigned_peace"
CELL_TIMEOUT = 300
_EVAL = re.compile(r"\{eval\}`([^`]+)`")
_FENCE = re.compile(r"^(`{3,}|~{3,})\s*(\S*)")


class ChapterError(Exception):
    """A chapter cannot be executed; the message names chapter, line and cell, and what happened."""


# reading ---------------------------------------------------------------------------------------

def read(text: str) -> NotebookNode:
    """A chapter's source as a notebook without outputs; ``metadata.source_map`` has the line of each cell."""
    return read_myst_markdown_notebook(text, config=MdParserConfig(), add_source_map=True)


def chapters(folder: Path = CHAPTERS) -> list[Path]:
    """The chapters that have cells to run, by name."""
    return [path for path in sorted(folder.glob("*.md")) if is_myst_markdown_notebook(path.read_text(encoding="utf-8"))]


def expressions(markdown: str) -> list[str]:
    """The expressions of the figures in a Markdown cell, in order: ``{eval}`name``` gives ``name``.

    Figures stand in text and in directives such as admonitions, not in blocks of code.
    """
    open_fences: list[tuple[str, bool]] = []
    text = []
    for line in markdown.splitlines():
        fence = _FENCE.match(line)
        if fence and open_fences and fence[1].startswith(open_fences[-1][0]) and not fence[2]:
            open_fences.pop()
        elif fence and not any(is_code for _, is_code in open_fences):
            open_fences.append((fence[1], not fence[2].startswith("{") or fence[2].startswith("{code")))
        elif not any(is_code for _, is_code in open_fences):
            text.append(line)
    return _EVAL.findall("\n".join(text))


def what_runs(chapter: NotebookNode) -> tuple[NotebookNode, list[int]]:
    """All of a chapter that runs, and the source line (from 1) of each of its cells.

    Code cells stay whole; of a Markdown cell only its figures stay; other prose is left out, so
    that editing it changes nothing here.
    """
    cells, lines = [], []
    for cell, line in zip(chapter.cells, chapter.metadata["source_map"]):
        if cell.cell_type == "code":
            tags = cell.metadata.get("tags")
            runs = nbformat.v4.new_code_cell(cell.source, metadata={"tags": tags} if tags else {})
        elif cell.cell_type == "markdown" and (names := expressions(cell.source)):
            runs = nbformat.v4.new_markdown_cell("\n".join(f"{{eval}}`{name}`" for name in names))
        else:
            continue
        runs["id"] = f"cell-{len(cells)}"
        cells.append(runs)
        lines.append(line + 1)
    return nbformat.v4.new_notebook(cells=cells), lines


# what a chapter is made from -------------------------------------------------------------------

def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def cells_digest(runs: NotebookNode) -> str:
    """Digest of the cells that run, in their order."""
    return _digest(*(part.encode() for cell in runs.cells for part in (cell.cell_type, cell.source, str(cell.metadata.get("tags", [])))))


def _table_digest(table: str, data: Path) -> str:
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    entry = next((entry for entry in package["resources"] if entry["name"] == table), None)
    if entry is None:
        return "no such table"
    return _digest(json.dumps(entry, sort_keys=True).encode(), (data / entry["path"]).read_bytes())


def _module_digest(module: str) -> str:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return _digest(candidate.read_bytes())
    return "no such module"


def inputs(runs: NotebookNode, tables: Iterable[str], modules: Iterable[str], data: Path | None = None) -> dict:
    """What an execution depends on, each with its digest: cells, tables read, modules used, the lock."""
    data = data or Path(os.environ.get("UNSIGNED_PEACE_DATA", ROOT / "data"))
    return {
        "cells": cells_digest(runs),
        "tables": {table: _table_digest(table, data) for table in sorted(tables)},
        "modules": {module: _module_digest(module) for module in sorted({*modules, __name__})},
        "lock": _digest(LOCK.read_bytes()),
    }


def _seal(executed: NotebookNode) -> str:
    """Digest of what an execution produced, so that a damaged file is noticed."""
    made = [[cell.get("outputs"), cell.metadata.get("user_expressions")] for cell in executed.cells]
    return _digest(json.dumps(made, sort_keys=True, ensure_ascii=False).encode())


def load_executed(path: Path) -> NotebookNode:
    """An executed notebook from disk. Raises ``ChapterError`` if the file is damaged."""
    try:
        executed = nbformat.read(path, as_version=4)
        if _seal(executed) != executed.metadata[RECORD]["seal"]:
            raise ValueError("its outputs are not those that were recorded")
    except (ValueError, KeyError, AttributeError, TypeError, UnicodeDecodeError, nbformat.reader.NotJSONError) as error:
        raise ChapterError(f"{_shown(path)}: this executed notebook is damaged ({error}); `make reference` writes it anew") from error
    return executed


def stale(executed: NotebookNode, runs: NotebookNode) -> list[str]:
    """What has changed since an execution, in words; empty if its outputs still hold."""
    recorded = executed.metadata[RECORD]["inputs"]
    current = inputs(runs, recorded["tables"], recorded["modules"])
    changed = [name for name in ("cells", "lock") if recorded[name] != current[name]]
    for kind in ("tables", "modules"):
        changed += [f"{kind[:-1]} {name}" for name in recorded[kind] if recorded[kind][name] != current[kind][name]]
    return changed


# running ---------------------------------------------------------------------------------------

class _ThisPython(AsyncKernelManager):
    """A kernel of the Python that runs this module: no kernelspec need be installed, no port is opened."""

    def __init__(self, **options) -> None:
        self._sockets = tempfile.TemporaryDirectory(prefix="chapter-")
        super().__init__(**{**options, "transport": "ipc", "ip": f"{self._sockets.name}/kernel"})

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "--IPKernelApp.log_level=50", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )


class _ChapterClient(NotebookClient):
    """Executes code cells, and evaluates the figures of a Markdown cell where it stands."""

    async def async_execute_cell(self, cell, cell_index, **options):
        if cell.cell_type == "markdown" and (names := expressions(cell.source)):
            values = await self.evaluate(names)
            cell.metadata["user_expressions"] = [{"expression": name, "result": values[name]} for name in names]
            for name in names:
                if values[name]["status"] != "ok":
                    raise _FigureError(cell_index, name, f"{values[name]['ename']}: {values[name]['evalue']}")
        return await super().async_execute_cell(cell, cell_index, **options)

    async def evaluate(self, names: list[str]) -> dict:
        message = self.kc.execute("", silent=True, store_history=False, user_expressions={name: name for name in names})
        while True:
            reply = await self.kc.get_shell_msg(timeout=CELL_TIMEOUT)
            if reply["parent_header"].get("msg_id") == message:
                return reply["content"]["user_expressions"]


class _FigureError(Exception):
    def __init__(self, position: int, name: str, problem: str) -> None:
        self.position, self.name, self.problem = position, name, problem


_WHAT_WAS_READ = (
    "(lambda sys: {"
    "'tables': sorted(getattr(sys.modules.get('unsigned_peace.dataset'), 'tables_read', ())),"
    "'modules': sorted(name for name in sys.modules if name.split('.')[0] == 'unsigned_peace')"
    "})(__import__('sys'))"
)


async def run(path: Path) -> NotebookNode:
    """Executes a chapter in a kernel of its own and returns it with outputs, figures and its record.

    Raises ``ChapterError`` naming chapter, line and cell if a cell fails or a figure has no value.
    """
    text = path.read_text(encoding="utf-8")
    notebook, lines = what_runs(read(text))
    client = _ChapterClient(
        notebook, kernel_manager_class=_ThisPython, timeout=CELL_TIMEOUT, resources={"metadata": {"path": str(path.parent)}}, record_timing=False
    )

    def place(position: int, figure: str = "") -> str:
        if figure:
            source = text.splitlines()
            line = next((line for line in range(lines[position], len(source) + 1) if f"{{eval}}`{figure}`" in source[line - 1]), lines[position])
            return f"{_shown(path)}:{line}: prose"
        code_cells = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        return f"{_shown(path)}:{lines[position]}: cell {code_cells.index(position) + 1}"

    position = 0
    try:
        async with client.async_setup_kernel(env={**os.environ, "PYTHONHASHSEED": "0"}):
            for position, cell in enumerate(notebook.cells):
                await client.async_execute_cell(cell, position, execution_count=None)
            read_by = ast.literal_eval((await client.evaluate([_WHAT_WAS_READ]))[_WHAT_WAS_READ]["data"]["text/plain"])
    except CellExecutionError as error:
        raise ChapterError(f"{place(position)}: {error.ename}: {error.evalue}") from error
    except _FigureError as error:
        raise ChapterError(f"{place(error.position, error.name)}: the figure {{eval}}`{error.name}` has no value: {error.problem}") from error
    except CellTimeoutError as error:
        raise ChapterError(f"{place(position)}: ran longer than {CELL_TIMEOUT} seconds") from error
    except DeadKernelError as error:
        raise ChapterError(f"{place(position)}: the kernel died") from error
    _check_figures(notebook, place)
    return _tidy(notebook, read_by)


def _check_figures(notebook: NotebookNode, place) -> None:
    """One name, one value: a reader who meets a figure twice in a chapter meets the same figure."""
    first: dict[str, str] = {}
    for position, cell in enumerate(notebook.cells):
        for figure in cell.metadata.get("user_expressions", []):
            name, text = figure["expression"], figure["result"]["data"].get("text/plain", "")
            if first.setdefault(name, text) != text:
                raise ChapterError(
                    f"{place(position, name)}: the figure {{eval}}`{name}` is {text} here and {first[name]} before; give the second a name of its own"
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
        RECORD: {"inputs": inputs(notebook, read_by["tables"], read_by["modules"]), "seal": _seal(notebook)},
    }
    return notebook


def _joined_streams(outputs: list) -> list:
    """Text printed in several pieces as one: how it is cut depends on timing."""
    joined: list = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last is not None and output.output_type == "stream" == last.output_type and output.name == last.name:
            last["text"] += output.text
        else:
            joined.append(output)
    return joined


# keeping ---------------------------------------------------------------------------------------

def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def write(executed: NotebookNode, path: Path) -> bool:
    """Writes an executed notebook whole or not at all; True if the file changed."""
    text = json.dumps(executed, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    return True


def _reusable(path: Path, runs: NotebookNode) -> tuple[NotebookNode | None, str]:
    """The kept execution of a chapter that still holds, or None and why there is none."""
    reason = "not executed before"
    for kept in (EXECUTED / f"{path.stem}.ipynb", REFERENCE / f"{path.stem}.ipynb"):
        if not kept.exists():
            continue
        try:
            executed = load_executed(kept)
        except ChapterError as error:
            print(f"  {error}", file=sys.stderr)
            reason = "its outputs are damaged"
            continue
        changed = stale(executed, runs)
        if not changed:
            return executed, ""
        reason = f"changed: {', '.join(changed)}"
    return None, reason


async def bring_up_to_date(paths: list[Path], folder: Path, afresh: bool = False, jobs: int | None = None) -> list[str]:
    """Puts a current execution of every chapter into a folder, running only those that need it.

    Chapters run side by side, one for each processor. ``afresh`` trusts nothing kept. Returns the
    faults, one line each; a chapter with a fault keeps whatever file it had.
    """
    slots = asyncio.Semaphore(jobs or os.cpu_count() or 1)
    faults: list[str] = []

    async def one(path: Path) -> None:
        runs, _ = what_runs(read(path.read_text(encoding="utf-8")))
        executed, reason = (None, "asked for") if afresh else _reusable(path, runs)
        if executed is not None:
            write(executed, folder / f"{path.stem}.ipynb")
            return
        async with slots:
            print(f"  executing {_shown(path)} ({reason})", flush=True)
            try:
                write(await run(path), folder / f"{path.stem}.ipynb")
            except ChapterError as error:
                faults.append(str(error))

    await asyncio.gather(*(one(path) for path in paths))
    return sorted(faults)


def _remove_orphans(paths: list[Path], folder: Path) -> None:
    """Removes executed notebooks whose chapter is gone."""
    names = {f"{path.stem}.ipynb" for path in paths}
    for kept in folder.glob("*.ipynb"):
        if kept.name not in names:
            kept.unlink()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m unsigned_peace.execution", description=__doc__.splitlines()[0])
    parser.add_argument("--reference", action="store_true", help="execute every chapter afresh and write the committed outputs")
    parser.add_argument("chapters", nargs="*", type=Path, help="only these chapters (all, if none is named)")
    options = parser.parse_args(arguments)
    folder = REFERENCE if options.reference else EXECUTED
    paths = [path.resolve() for path in options.chapters] or chapters()
    faults = asyncio.run(bring_up_to_date(paths, folder, afresh=options.reference))
    if not options.chapters:
        _remove_orphans(paths, folder)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
