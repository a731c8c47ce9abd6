"""Where things are in a checkout of the book. Imports nothing of this package, so that everything may import it."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "unsigned_peace"
CHAPTERS = ROOT / "book"
#: The words of charts and tables, a file a chapter and language.
CAPTIONS = CHAPTERS / "captions"
LOCK = ROOT / "requirements.txt"
#: The committed executed notebooks, which tests compare with a fresh run.
REFERENCE = ROOT / "tests" / "outputs"
#: All that is built; everything in it can be made again.
BUILT = ROOT / "_build"
#: The executed notebooks of this build, and the site that is made from them.
EXECUTED = BUILT / "executed"
SITE = BUILT / "html"


def data_folder() -> Path:
    """The folder that holds the dataset: ``data/`` of the checkout, or ``UNSIGNED_PEACE_DATA``."""
    return Path(os.environ.get("UNSIGNED_PEACE_DATA", ROOT / "data"))


def shown(path: Path) -> str:
    """A path as messages name it: from the checkout on, or whole if it is elsewhere."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
