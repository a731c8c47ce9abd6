"""Runs the chapters, records what each one read, and keeps their executed outputs.

A chapter is a MyST notebook in ``book/``. Its executed twin is a notebook with outputs and with the
values of the figures in its prose (``user_expressions`` of Markdown cells, as JupyterLab keeps
them); beside it, in ``inputs/``, stands a record of everything it was made from. Twins are committed in
``tests/outputs/`` and trusted only where that record still matches; else the chapter runs again.
A twin changes only if an output does; digests move in the records.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from unsigned_peace import kernels

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "book"
CAPTIONS = CHAPTERS / "captions"
REFERENCE = ROOT / "tests" / "outputs"
EXECUTED = ROOT / "_build" / "executed"
LOCK = ROOT / "requirements.txt"
PACKAGE = ROOT / "unsigned_peace"

#: Where, in memory, an executed notebook has its record; on disk that is a file beside it.
RECORD = "unsigned_peace"
#: What executes chapters counts as used by every one. Raise this if a change here can change an output.
EXECUTION_VERSION = 1
CELL_TIMEOUT = 300
_ATTEMPTS = 3
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


def _data() -> Path:
    return Path(os.environ.get("UNSIGNED_PEACE_DATA", ROOT / "data"))


def _resources() -> dict[str, dict]:
    """The descriptor's entries, by name."""
    return {entry["name"]: entry for entry in json.loads((_data() / "datapackage.json").read_text(encoding="utf-8"))["resources"]}


def _captions() -> list[str]:
    """The files with the words of charts, as they stand in a record beside the tables."""
    return [f"{CAPTIONS.name}/{path.name}" for path in sorted(CAPTIONS.glob("*.yaml"))]


def _table_digest(table: str) -> str:
    if table == "datapackage.json":
        return _digest((_data() / table).read_bytes())
    if table == "horizon":
        return _digest(str(json.loads((_data() / "datapackage.json").read_text(encoding="utf-8")).get(table)).encode())
    if table.startswith(f"{CAPTIONS.name}/"):
        path = CAPTIONS.parent / table
        return _digest(path.read_bytes()) if path.is_file() else "no such file"
    entry = _resources().get(table)
    if entry is None or not (path := _data() / entry["path"]).is_file():
        return "no such table"
    return _digest(json.dumps(entry, sort_keys=True).encode(), path.read_bytes())


def _module_digest(module: str) -> str:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return _digest(candidate.read_bytes())
    return "no such module"


def _modules() -> list[str]:
    """The names of all modules of the package."""
    paths = (path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py"))
    return [".".join(("unsigned_peace", *(part for part in path.parts if part != "__init__"))) for path in paths]


def inputs(runs: NotebookNode, tables: Iterable[str], modules: Iterable[str]) -> dict:
    """What an execution depends on, each with its digest: cells, tables read, modules used, the lock."""
    return {
        "execution": EXECUTION_VERSION,
        "cells": cells_digest(runs),
        "tables": {table: _table_digest(table) for table in sorted(tables)},
        "modules": {module: _module_digest(module) for module in sorted(modules)},
        "lock": _digest(LOCK.read_bytes()),
    }


def _checksum(executed: NotebookNode) -> str:
    """Digest of the whole executed notebook and its record but for this itself, so that any damage is noticed."""
    record = {name: value for name, value in executed.metadata[RECORD].items() if name != "checksum"}
    whole = {**executed, "metadata": {**executed.metadata, RECORD: record}}
    return _digest(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode())


def record_of(path: Path) -> Path:
    """Where the record of an executed notebook on disk is."""
    return path.parent / "inputs" / f"{path.stem}.json"


def load_executed(path: Path) -> NotebookNode:
    """An executed notebook from disk, with its record. Raises ``ChapterError`` if one of the two files is damaged."""
    try:
        executed = nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))
        executed.metadata[RECORD] = json.loads(record_of(path).read_text(encoding="utf-8"))
        if _checksum(executed) != executed.metadata[RECORD]["checksum"]:
            raise ValueError("it is not what was recorded")
    except FileNotFoundError as error:
        if not path.exists():
            raise
        raise ChapterError(f"{_shown(path)}: this executed notebook has no record in {_shown(record_of(path))}; `make reference` writes it anew") from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ChapterError(f"{_shown(path)}: this executed notebook is damaged ({error}); `make reference` writes it anew") from error
    return executed


def cells_of(path: Path) -> str:
    """The digest of the cells that an executed notebook on disk says it ran; empty if its record is damaged."""
    try:
        return json.loads(record_of(path).read_text(encoding="utf-8"))["inputs"]["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def stale(executed: NotebookNode, runs: NotebookNode) -> list[str]:
    """What has changed since an execution, in words; empty if its outputs still hold."""
    recorded = executed.metadata[RECORD]["inputs"]
    return _changes(recorded, inputs(runs, recorded["tables"], recorded["modules"]))


def _changes(recorded: dict, current: dict) -> list[str]:
    changed = [name for name in ("cells", "lock", "execution") if recorded[name] != current[name]]
    for kind in ("tables", "modules"):
        changed += [f"{kind[:-1]} {name}" for name in recorded[kind] if recorded[kind][name] != current[kind].get(name)]
    return changed


# running ---------------------------------------------------------------------------------------

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
    "'modules': sorted(name for name in sys.modules if name.split('.')[0] == 'unsigned_peace'),"
    "'opened': sorted(sys.opened_by_chapter)"
    "})(__import__('sys'))"
)


async def run(path: Path) -> NotebookNode:
    """Executes a chapter in a kernel of its own and returns it with outputs, figures and its record.

    Raises ``ChapterError`` naming chapter, line and cell if a cell fails or a figure has no value,
    and if what the chapter reads is changed under it again and again.
    """
    for _ in range(_ATTEMPTS):
        runs, _ = what_runs(read(path.read_text(encoding="utf-8")))
        before = inputs(runs, ["datapackage.json", "horizon", *_resources(), *_captions()], _modules())
        executed = await _run_once(path)
        record = executed.metadata[RECORD]["inputs"]
        # what was read is what was there before and is there after: else the record could speak of other files than the kernel saw
        if not _changes(record, before):
            return executed
    raise ChapterError(f"{_shown(path)}: what it is made from changed while it ran; leave the files alone and run it again")


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
            line = next((line for line in range(lines[position], len(source) + 1) if f"{{eval}}`{figure}`" in source[line - 1]), lines[position])
            return f"{_shown(path)}:{line}: prose"
        code_cells = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        line = lines[position]
        if inside:  # the cell's own lines begin below its options
            line = text.splitlines().index(notebook.cells[position].source.splitlines()[0], line - 1) + inside
        return f"{_shown(path)}:{line}: cell {code_cells.index(position) + 1}"

    position = 0
    try:
        async with client.async_setup_kernel():
            for position, cell in enumerate(notebook.cells):
                await client.async_execute_cell(cell, position, execution_count=None)
            read_by = ast.literal_eval((await client.evaluate([_WHAT_WAS_READ]))[_WHAT_WAS_READ]["data"]["text/plain"])
    except CellExecutionError as error:
        raise ChapterError(f"{place(position, inside=_failing_line(error))}: {error.ename}: {error.evalue}") from error
    except _FigureError as error:
        raise ChapterError(f"{place(error.position, error.name)}: the figure {{eval}}`{error.name}` has no value: {error.problem}") from error
    except CellTimeoutError as error:
        raise ChapterError(f"{place(position)}: ran longer than {CELL_TIMEOUT} seconds") from error
    except DeadKernelError as error:
        raise ChapterError(f"{place(position)}: the kernel died") from error
    except RuntimeError as error:
        raise ChapterError(f"{_shown(path)}: its kernel did not start ({error}); is there room on the disk, and memory?") from error
    _check_figures(notebook, place)
    for position, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise ChapterError(f"{place(position)}: it warns, and a warning is no part of a page: {output.text.strip().splitlines()[0]}")
    return _tidy(notebook, _all_read(path, read_by))


def _failing_line(error: CellExecutionError) -> int:
    """The line of a cell that failed, from 1; 0 if the error does not say."""
    named = re.search(r"Cell In\[\d+\], line (\d+)", re.sub(r"\x1b\[[0-9;]*m", "", str(error.traceback)))
    return int(named[1]) if named else 0


def _all_read(path: Path, read_by: dict) -> dict:
    """What a chapter read, with the tables whose files it opened in any other way than by ``load``.

    Raises ``ChapterError`` if it opened another file of the project: no record would show it.
    """
    data = _data().resolve()
    tables = {data / entry["path"]: name for name, entry in _resources().items()}
    known = {data / "datapackage.json", path.resolve()}
    environment = Path(sys.prefix).resolve()
    read = set(read_by["tables"])
    for opened in (Path(name).resolve() for name in read_by["opened"]):
        if opened in tables:
            read.add(tables[opened])
        elif opened.parent == CAPTIONS:
            read.add(f"{CAPTIONS.name}/{opened.name}")
        elif opened.is_relative_to(environment) or opened in known or (opened.is_relative_to(PACKAGE) and ".py" in opened.name):
            continue  # the lock, the chapter and the modules stand in the record; compiled modules are not read
        elif opened.is_relative_to(ROOT.resolve()) or opened.is_relative_to(data):
            raise ChapterError(f"{_shown(path)}: opens {_shown(opened)} itself; what a chapter is made from is recorded only for what `unsigned_peace` loads")
    return {"tables": read, "modules": read_by["modules"]}


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
        RECORD: {"inputs": inputs(notebook, read_by["tables"], read_by["modules"])},
    }
    notebook.metadata[RECORD]["checksum"] = _checksum(notebook)
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


def write(executed: NotebookNode, path: Path) -> None:
    """Writes an executed notebook and its record, each whole or not at all, and only where it changed."""
    metadata = {name: value for name, value in executed.metadata.items() if name != RECORD}
    for file, content in ((path, {**executed, "metadata": metadata}), (record_of(path), executed.metadata[RECORD])):
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        if not file.exists() or file.read_bytes() != text.encode():
            write_whole(file, text)


def write_whole(path: Path, text: str) -> None:
    """Writes a file whole or not at all, whatever happens meanwhile: what stood there stays until then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _reusable(path: Path, runs: NotebookNode) -> tuple[NotebookNode | None, str]:
    """The kept execution of a chapter that still holds, or None and why there is none."""
    reason = "not executed before"
    for kept in (REFERENCE / f"{path.stem}.ipynb", EXECUTED / f"{path.stem}.ipynb"):
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


async def bring_up_to_date(paths: list[Path], folder: Path, afresh: bool = False) -> list[str]:
    """Puts a current execution of every chapter into a folder, running only those that need it.

    Chapters run side by side, two for each processor: to start and to end a kernel is mostly waiting.
    ``afresh`` trusts nothing kept. Returns the faults, one line each; a chapter with a fault keeps
    whatever file it had.
    """
    slots = asyncio.Semaphore(2 * processors())
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


def remove_orphans(paths: list[Path], folder: Path) -> None:
    """Removes executed notebooks whose chapter is gone, and drafts of a run that was killed."""
    names = {path.stem for path in paths}
    for kept in [*folder.glob("*.ipynb"), *folder.glob(".*.ipynb.*"), *folder.glob("inputs/*.json"), *folder.glob("inputs/.*")]:
        if kept.stem not in names:
            kept.unlink()


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Waits until no other command builds or executes here. The system lifts the lock of a command that was killed."""
    path = EXECUTED.parent / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  another build is at work here; waiting for it to end", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def processors() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m unsigned_peace.execution", description=__doc__.splitlines()[0])
    parser.add_argument("--reference", action="store_true", help="execute every chapter afresh and write the committed outputs")
    parser.add_argument("chapters", nargs="*", type=Path, help="only these chapters (all, if none is named)")
    options = parser.parse_args(arguments)
    folder = REFERENCE if options.reference else EXECUTED
    paths = [path.resolve() for path in options.chapters] or chapters()
    with one_at_a_time():
        faults = asyncio.run(bring_up_to_date(paths, folder, afresh=options.reference))
        if not options.chapters:
            remove_orphans(paths, folder)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
