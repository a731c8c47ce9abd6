"""Keeps a current execution of every chapter, and runs only those that need it."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from nbformat import NotebookNode

from unsigned_peace import paths
from unsigned_peace.files import write_whole
from unsigned_peace.notebooks.record import RECORD, load_executed, record_of, stale
from unsigned_peace.notebooks.run import run
from unsigned_peace.notebooks.source import ChapterError, read, what_runs
from unsigned_peace.paths import shown
from unsigned_peace.processes import processors


def write(executed: NotebookNode, path: Path) -> None:
    """Writes an executed notebook and its record, each whole, and only where it changed."""
    metadata = {name: value for name, value in executed.metadata.items() if name != RECORD}
    for file, content in (
        (path, {**executed, "metadata": metadata}),
        (record_of(path), executed.metadata[RECORD]),
    ):
        _put(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", file)


def _put(text: str, file: Path) -> None:
    if not file.exists() or file.read_bytes() != text.encode():
        write_whole(file, text)


def _reusable(path: Path, runs: NotebookNode) -> tuple[Path | None, str]:
    """Where a kept execution of a chapter is that still holds, or None and why there is none."""
    reason = "not executed before"
    for kept in (paths.REFERENCE / f"{path.stem}.ipynb", paths.EXECUTED / f"{path.stem}.ipynb"):
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
            return kept, ""
        reason = f"changed: {', '.join(changed)}"
    return None, reason


async def bring_up_to_date(chapters: list[Path], folder: Path, afresh: bool = False) -> list[str]:
    """Puts a current execution of every chapter into a folder, running only those that need it.

    Chapters run side by side, two for each processor: to start and to end a kernel is mostly
    waiting. ``afresh`` trusts nothing kept. Returns the faults, one line each; a chapter with a
    fault keeps whatever file it had.
    """
    slots = asyncio.Semaphore(2 * processors())
    faults: list[str] = []

    async def one(path: Path) -> None:
        runs, _ = what_runs(read(path.read_text(encoding="utf-8")))
        kept, reason = (None, "asked for") if afresh else _reusable(path, runs)
        place = folder / f"{path.stem}.ipynb"
        if kept is not None:
            for file, copy in ((kept, place), (record_of(kept), record_of(place))):
                _put(file.read_text(encoding="utf-8"), copy)
            return
        async with slots:
            print(f"  executing {shown(path)} ({reason})", flush=True)
            try:
                write(await run(path), place)
            except ChapterError as error:
                faults.append(str(error))

    # all end before the first of what stopped them, such as a full disk, is raised
    for ended in await asyncio.gather(*(one(path) for path in chapters), return_exceptions=True):
        if ended is not None:
            raise ended
    return sorted(faults)


def remove_orphans(chapters: list[Path], folder: Path) -> None:
    """Removes executed notebooks whose chapter is gone, and drafts of a run that was killed."""
    names = {path.stem for path in chapters}
    for kept in [
        *folder.glob("*.ipynb"),
        *folder.glob(".*.ipynb.*"),
        *folder.glob("inputs/*.json"),
        *folder.glob("inputs/.*"),
    ]:
        if kept.stem not in names:
            kept.unlink()
