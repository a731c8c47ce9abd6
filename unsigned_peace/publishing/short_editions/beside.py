"""Builds the editions beside the English pages, each in a process of its own."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from unsigned_peace.files import file_digest, write_whole
from unsigned_peace.paths import ROOT, shown
from unsigned_peace.publishing import incremental
from unsigned_peace.publishing.frame import address, repository
from unsigned_peace.publishing.short_editions import across
from unsigned_peace.publishing.short_editions.edition import Edition, editions
from unsigned_peace.publishing.short_editions.language import languages

#: Beside the state of a build of an edition: what it was made from.
_RECORD = "made-from.json"
#: The editions that are being built: process, and the file with what it says.
_building: list[tuple[subprocess.Popen, Path]] = []


def made_from(edition: Edition, files: Iterable[Path]) -> dict[str, str]:
    """What an edition built now would be made from; ``files`` are those that its pages read."""
    return {shown(file): file_digest(file) for file in files if file.is_file()} | {
        "book": incremental.version(),
        "pages": across.ways(edition.code, edition.pages()),
        "address": address.from_environment(),
        "origin": repository.origin(ROOT),
    }


def note(edition: Edition, state: Path, files: Iterable[Path]) -> None:
    """Notes beside the state of a build what the edition was made from."""
    write_whole(state / _RECORD, json.dumps(made_from(edition, files), indent=1))


def holds(edition: Edition, state: Path) -> bool:
    """Whether the edition of the last build is still what one built now would be."""
    try:
        before = json.loads((state / _RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    files = [ROOT / name for name in before if os.sep in name]
    return before == made_from(edition, files)


def _begin(app: Sphinx) -> None:
    """Begins all of them, once the English chapters are executed."""
    _building.clear()
    if app.builder.format != "html":
        return
    there = {edition.code: edition for edition in editions()}
    for code in languages() - there.keys():  # an edition that was taken away leaves nothing
        for folder in (Path(app.outdir), Path(app.doctreedir)):
            shutil.rmtree(folder / code, ignore_errors=True)
    for edition in there.values():
        state = Path(app.doctreedir) / edition.code
        if holds(edition, state):
            continue
        said = Path(app.doctreedir) / f"{edition.code}.txt"
        with said.open("wb") as output:
            process = subprocess.Popen(
                [
                    sys.executable, "-m", "unsigned_peace.publishing.short_editions.build",
                    str(edition.folder), str(Path(app.outdir) / edition.code), str(state),
                ],
                cwd=ROOT, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        atexit.register(process.kill)
        _building.append((process, said))


def _end(_app: Sphinx, error: Exception | None) -> None:
    """Waits for them. Raises ``ExtensionError`` with all that is wrong in any."""
    faults = []
    while _building:  # once: Sphinx says again that it has finished, of what is raised here
        process, said = _building.pop()
        if error is not None:
            process.kill()
        if process.wait() and error is None:
            faults.append(said.read_text(encoding="utf-8", errors="replace").strip())
        said.unlink()
    if faults:
        raise ExtensionError("\n".join(sorted(faults)))


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", _begin, priority=110)
    app.connect("build-finished", _end)
