"""Environments apart from the project's own, each from a lock of its own: for tools that judge."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


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
