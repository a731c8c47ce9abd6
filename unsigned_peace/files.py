"""Reads and writes files in the ways that the whole package shares.

Digests, whole writes, tables, zips, folders put in place.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import zipfile
from collections.abc import Collection, Iterable
from pathlib import Path

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the oldest time stamp that a zip can hold
#: What editors and Python leave in folders.
_LEFT_OVER = {"__pycache__", ".ipynb_checkpoints"}


# digests -----------------------------------------------------------------------------------------


def digest(*parts: bytes | str) -> str:
    """Digest of some contents, each apart from the next."""
    whole = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        whole.update(len(content).to_bytes(8, "big"))
        whole.update(content)
    return whole.hexdigest()


def file_digest(path: Path) -> str:
    """Digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_in(place: Path) -> list[Path]:
    """The files of a folder in order, or the file itself."""
    if place.is_file():
        return [place]
    return sorted(
        path for path in place.rglob("*") if path.is_file() and not _LEFT_OVER & set(path.parts)
    )


def folder_digest(folder: Path) -> str:
    """Digest of all files of a folder and their names."""
    return digest(
        *(
            f"{path.relative_to(folder).as_posix()}\0{file_digest(path)}"
            for path in files_in(folder)
        )
    )


# writing -----------------------------------------------------------------------------------------


def write_whole(path: Path, text: str) -> None:
    """Writes a file whole or not at all, whatever happens meanwhile.

    What stood there stays until then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def as_csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Columns and rows as CSV, as the dataset writes it: lines end in LF."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def put_into(
    package: zipfile.ZipFile, name: str, content: bytes | str, how: int = zipfile.ZIP_DEFLATED
) -> None:
    """Adds a file to a zip so that the zip is the same to the byte for the same content."""
    entry = zipfile.ZipInfo(name, _EARLIEST)
    entry.compress_type = how
    entry.external_attr = 0o644 << 16
    package.writestr(entry, content)


def write_zip(path: Path, folder: str, files: dict[str, Path]) -> None:
    """Files (name inside, and the file) as a zip of one folder.

    It is the same to the byte for the same content.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, file in sorted(files.items()):
            put_into(package, f"{folder}/{name}", file.read_bytes())


def put_in_place(made: Path, folder: Path, leave_out: Collection[str] = ()) -> None:
    """Replaces a folder by a copy of what was made.

    Whoever looks in between finds the one or the other.
    """
    fresh = folder.with_name(f".{folder.name}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(made, fresh, ignore=shutil.ignore_patterns(*leave_out))
    replace(fresh, folder)


def replace(fresh: Path, folder: Path) -> None:
    """Puts a folder in the place of another."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
