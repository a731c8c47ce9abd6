"""The package as a wheel that carries the data: what a chapter needs wherever it runs.

A checkout has data and captions beside the package; the wheel has them inside it (see ``paths``).
What only builds the book or grades is left out. The same files give the same wheel, to the byte.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unsigned_peace import __version__
from unsigned_peace.files import files_in
from unsigned_peace.paths import CAPTIONS, PACKAGE, ROOT, data_folder

NAME = f"unsigned_peace-{__version__}-py3-none-any.whl"

_CLOCK = "SOURCE_DATE_EPOCH"
#: Of a checkout alone: what builds the book, serves it, grades, and makes this wheel.
_STAYS = (
    "__main__.py",
    "coursework",
    "editions",
    "lab",
    "live",
    "notebooks",
    "public",
    "publishing",
    "site",
    "validation",
    "wheel.py",
)
#: What of ``pyproject.toml`` an installer has to know. Its entry points are for building the book.
_SAID = ("name", "dynamic", "description", "requires-python", "license", "dependencies")


def write_wheel(folder: Path) -> Path:
    """Writes the wheel into a folder, under ``NAME``; its path."""
    # here, since whoever only asks for the name need not have it
    from flit_core.wheel import make_wheel_in

    folder.mkdir(parents=True, exist_ok=True)
    with _laid_out() as project:
        path = Path(make_wheel_in(project, folder).file)
    path.chmod(0o644)  # it was made as a temporary file, which only its owner may read
    return path


def write_source(folder: Path) -> Path:
    """Writes the same as a source distribution into a folder; its path."""
    from flit_core.sdist import SdistBuilder

    folder.mkdir(parents=True, exist_ok=True)
    with _laid_out() as project:
        return SdistBuilder.from_ini_path(project).build(folder)


@contextmanager
def _laid_out() -> Iterator[Path]:
    """The project file of what is packed, laid out, while the time for archives stands still."""
    before = os.environ.get(_CLOCK)
    os.environ[_CLOCK] = "315532800"  # 1980, where the time of a zip begins
    try:
        with tempfile.TemporaryDirectory() as made:
            _lay_out(Path(made))
            yield Path(made) / "pyproject.toml"
    finally:
        if before is None:
            del os.environ[_CLOCK]
        else:
            os.environ[_CLOCK] = before


def _lay_out(tree: Path) -> None:
    """Lays out what the wheel is made of, as a project of its own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    described = "".join(f"{key} = {json.dumps(project[key])}\n" for key in _SAID)
    (tree / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
        f'[project]\n{described}license-files = ["LICENSE"]\n',
        encoding="utf-8",
    )
    carried = PACKAGE.name + "/carried"
    files = {f"{PACKAGE.name}/{name}": path for name, path in _package().items()}
    for inside, folder in (("data", data_folder()), ("book/captions", CAPTIONS)):
        files |= {
            f"{carried}/{inside}/{path.relative_to(folder).as_posix()}": path
            for path in files_in(folder)
            if not path.name.startswith(".")
        }
    for name, path in {**files, "LICENSE": ROOT / "LICENSE"}.items():
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _package() -> dict[str, Path]:
    """The modules that the wheel has, by their place in the package."""
    found = {path.relative_to(PACKAGE).as_posix(): path for path in files_in(PACKAGE)}
    return {
        name: path
        for name, path in found.items()
        if path.suffix == ".py" and name.split("/")[0] not in _STAYS
    }
