"""The record of an executed notebook.

Everything that it was made from, each with its digest, and whether that still holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from unsigned_peace import paths
from unsigned_peace.files import digest
from unsigned_peace.notebooks.source import ChapterError
from unsigned_peace.paths import data_folder, shown

#: Where, in memory, an executed notebook has its record; on disk that is a file beside it.
RECORD = "unsigned_peace"
#: What executes chapters counts as used by every one. Raise this if a change here can change an
#: output.
EXECUTION_VERSION = 2


def cells_digest(runs: NotebookNode) -> str:
    """Digest of the cells that run, in their order."""
    return digest(
        *(
            part
            for cell in runs.cells
            for part in (cell.cell_type, cell.source, str(cell.metadata.get("tags", [])))
        )
    )


def resources() -> dict[str, dict]:
    """The descriptor's entries, by name."""
    return {
        entry["name"]: entry
        for entry in json.loads((data_folder() / "datapackage.json").read_text(encoding="utf-8"))[
            "resources"
        ]
    }


def captions() -> list[str]:
    """The files with the words of charts, as they stand in a record beside the tables."""
    return [f"{paths.CAPTIONS.name}/{path.name}" for path in sorted(paths.CAPTIONS.glob("*.yaml"))]


def _table_digest(table: str, entries: dict[str, dict]) -> str:
    if table == "datapackage.json":
        return digest((data_folder() / table).read_bytes())
    if table == "horizon":
        return digest(
            str(
                json.loads((data_folder() / "datapackage.json").read_text(encoding="utf-8")).get(
                    table
                )
            ).encode()
        )
    if table.startswith(f"{paths.CAPTIONS.name}/"):
        path = paths.CAPTIONS.parent / table
        return digest(path.read_bytes()) if path.is_file() else "no such file"
    entry = entries.get(table)
    if entry is None or not (path := data_folder() / entry["path"]).is_file():
        return "no such table"
    return digest(json.dumps(entry, sort_keys=True).encode(), path.read_bytes())


def _module_digest(module: str) -> str:
    path = paths.PACKAGE.joinpath(*module.split(".")[1:])
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return digest(candidate.read_bytes())
    return "no such module"


def modules() -> list[str]:
    """The names of all modules of the package."""
    found = (
        path.relative_to(paths.PACKAGE).with_suffix("") for path in paths.PACKAGE.rglob("*.py")
    )
    return [
        ".".join(("unsigned_peace", *(part for part in path.parts if part != "__init__")))
        for path in found
    ]


def inputs(runs: NotebookNode, tables: Iterable[str], modules: Iterable[str]) -> dict:
    """What an execution depends on, each with its digest.

    Cells, tables read, modules used, the lock.
    """
    entries = resources()
    return {
        "execution": EXECUTION_VERSION,
        "cells": cells_digest(runs),
        "tables": {table: _table_digest(table, entries) for table in sorted(tables)},
        "modules": {module: _module_digest(module) for module in sorted(modules)},
        "lock": digest(paths.LOCK.read_bytes()),
    }


def checksum(executed: NotebookNode) -> str:
    """Digest of an executed notebook and its record but for this itself; it shows any damage."""
    record = {
        name: value for name, value in executed.metadata[RECORD].items() if name != "checksum"
    }
    whole = {**executed, "metadata": {**executed.metadata, RECORD: record}}
    return digest(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode())


def record_of(path: Path) -> Path:
    """Where the record of an executed notebook on disk is."""
    return path.parent / "inputs" / f"{path.stem}.json"


def load_executed(path: Path) -> NotebookNode:
    """An executed notebook from disk, with its record.

    Raises ``ChapterError`` if one of the two files is damaged.
    """
    try:
        executed = nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))
        executed.metadata[RECORD] = json.loads(record_of(path).read_text(encoding="utf-8"))
        if checksum(executed) != executed.metadata[RECORD]["checksum"]:
            raise ValueError("it is not what was recorded")
    except FileNotFoundError as error:
        if not path.exists():
            raise
        raise ChapterError(
            f"{shown(path)}: this executed notebook has no record in {shown(record_of(path))}; "
            "`make reference` writes it anew"
        ) from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ChapterError(
            f"{shown(path)}: this executed notebook is damaged ({error}); "
            "`make reference` writes it anew"
        ) from error
    return executed


def stale(executed: NotebookNode, runs: NotebookNode) -> list[str]:
    """What has changed since an execution, in words; empty if its outputs still hold."""
    recorded = executed.metadata[RECORD]["inputs"]
    return changes(recorded, inputs(runs, recorded["tables"], recorded["modules"]))


def changes(recorded: dict, current: dict) -> list[str]:
    """What differs between two records of inputs, in words."""
    changed = [name for name in ("cells", "lock", "execution") if recorded[name] != current[name]]
    for kind in ("tables", "modules"):
        changed += [
            f"{kind[:-1]} {name}"
            for name in recorded[kind]
            if recorded[kind][name] != current[kind].get(name)
        ]
    return changed
