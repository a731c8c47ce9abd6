"""Apart from the project's own: environments, each from a lock of its own, for tools that judge;
and a checkout, as somebody gets it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def uv(*arguments: str | Path) -> None:
    """Runs the project's installer."""
    subprocess.run([Path(sys.executable).with_name("uv"), "--quiet", *arguments], check=True)


def environment(folder: Path, lock: Path | None = None) -> Path:
    """A virtual environment in a folder with what a lock names; the folder of its programs."""
    uv("venv", "--python", sys.executable, folder)
    if lock:
        python = folder / "bin" / "python"
        uv("pip", "install", "--python", python, "--require-hashes", "-r", lock)
    return folder / "bin"


def checkout_into(folder: Path, without: tuple[str, ...] = ()) -> None:
    """Copies every file that git knows or would take into a folder, but for some folders."""
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(without):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
