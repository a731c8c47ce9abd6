"""A downloaded chapter and the wheel, in a fresh environment with Jupyter and nothing else of ours.

It is run from top to bottom and gives the outputs that it came with, in every Python that this
machine has and the book allows.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.visits import SITE
from unsigned_peace import wheel
from unsigned_peace.notebooks.source import chapters

FOLDER = SITE / "downloads" / "chapters"
UV = Path(sys.executable).with_name("uv")
STEMS = [path.stem for path in chapters()]


def _pythons() -> dict[str, str]:
    """The Pythons of this machine that the book allows, by version: on the path, or pyenv's."""
    named = [shutil.which(f"python3.{minor}") for minor in range(11, 30)]
    pyenv = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/*"))
    found = {}
    for python in [sys.executable, *filter(None, named), *(each / "bin/python" for each in pyenv)]:
        said = subprocess.run(
            [python, "-c", "import sys; print(*sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if said.returncode == 0 and (version := tuple(map(int, said.stdout.split()))) >= (3, 11):
            found.setdefault(".".join(map(str, version)), str(python))
    return found


@pytest.fixture(scope="module", params=_pythons().items(), ids=lambda version: version[0])
def jupyter(request, tmp_path_factory) -> Path:
    """Jupyter as it comes, then the wheel as the first cell of a notebook says."""
    folder = tmp_path_factory.mktemp("elsewhere")
    downloaded = folder / wheel.NAME
    shutil.copy(FOLDER / wheel.NAME, downloaded)
    python = folder / "env" / "bin" / "python"
    subprocess.run(
        [UV, "--quiet", "venv", "--python", request.param[1], folder / "env"], check=True
    )
    for what in (["ipykernel", "nbclient"], [downloaded]):
        subprocess.run([UV, "--quiet", "pip", "install", "--python", python, *what], check=True)
    return folder / "env" / "bin" / "jupyter"


def _shown(path: Path) -> list[list[tuple]]:
    """The outputs of a notebook, of every kind that Jupyter may show."""
    notebook = nbformat.read(path, as_version=4)
    return [
        [
            (output.output_type, output.get("text"), output.get("data", {}))
            for output in cell.outputs
        ]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


@pytest.mark.parametrize("name", STEMS)
def test_it_runs_anywhere_and_shows_the_same(jupyter, tmp_path, name):
    shutil.copy(FOLDER / f"{name}.ipynb", tmp_path)
    done = subprocess.run(
        [jupyter, "execute", "--output=run", f"{name}.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert _shown(tmp_path / "run.ipynb") == _shown(FOLDER / f"{name}.ipynb")
