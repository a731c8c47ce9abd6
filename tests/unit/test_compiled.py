"""What Python compiled in a page is taken over as it is, out of folders and out of a zip."""

from __future__ import annotations

import subprocess
import sys
import zipfile

from tests.conftest import ROOT

IMPORTS = """
import sys
sys.path[:0] = [{root!r}, {folder!r}, {folder!r} + "/library.zip"]
from unsigned_peace.in_page import compiled
{first}
import inside, package.part, plain
print(inside.SAYS, package.part.SAYS, plain.SAYS)
{then}
"""
FILES = ("package/__init__.py", "package/part.py", "plain.py")


def _written(folder, text: str) -> None:
    (folder / "package").mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).write_text(f"SAYS = {text!r}\n", encoding="utf-8")
    with zipfile.ZipFile(folder / "library.zip", "w") as library:
        library.writestr("inside.py", f"SAYS = {text!r}\n")


def _run(folder, first: str, then: str = "") -> str:
    code = IMPORTS.format(root=str(ROOT), folder=str(folder), first=first, then=then)
    return subprocess.run(
        [sys.executable, "-B", "-c", code], capture_output=True, text=True, check=True, cwd=folder
    ).stdout.strip()


def test_what_was_compiled_before_runs_and_not_the_source(tmp_path):
    """So nothing was compiled: the sources here say something else since."""
    place = tmp_path / "kept"
    keep = f"open({str(place)!r}, 'wb').write(compiled.gathered())"
    _written(tmp_path, "before")
    assert _run(tmp_path, "compiled.write()", keep) == "before before before"
    with zipfile.ZipFile(place) as kept:
        names = kept.namelist()
    assert f"{tmp_path}/library.zip/inside.pyc" in names
    assert sum(str(tmp_path) in name for name in names) == 1 + len(FILES)
    for folder in (tmp_path / "__pycache__", tmp_path / "package" / "__pycache__"):
        for file in folder.iterdir():
            file.unlink()
    _written(tmp_path, "after")
    assert _run(tmp_path, "") == "after after after"
    take_over = f"compiled.take_over(open({str(place)!r}, 'rb').read())"
    assert _run(tmp_path, take_over) == "before before before"
