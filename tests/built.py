"""The built book, which tests of pages look at: built first if it is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from unsigned_peace.paths import ROOT, SITE


@cache
def site() -> Path:
    """The folder of the built book. Raises ``RuntimeError`` with all that was said if it fails.

    A book that is there is taken as it is: ``make test`` brings it up to date first. A folder that
    ``BOOK_SITE`` in the environment names is taken in its place: one that goes public, say.
    """
    if elsewhere := os.environ.get("BOOK_SITE"):
        return Path(elsewhere)
    if not (SITE / "index.html").exists():
        build = subprocess.run(
            [sys.executable, "-m", "unsigned_peace"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if build.returncode:
            said = build.stdout + build.stderr
            raise RuntimeError(f"the book, which these tests need, was not built:\n{said}")
    return SITE
