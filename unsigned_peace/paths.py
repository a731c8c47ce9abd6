"""Where things are in a checkout of the book.

Imports nothing of this package, so that everything may import it.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "unsigned_peace"
#: What chapters read lies in the checkout; in a wheel, which has no checkout around it, inside the
#: package (see ``publishing/take_away``).
CARRIED = PACKAGE / "carried" if (PACKAGE / "carried").is_dir() else ROOT
CHAPTERS = CARRIED / "book"
#: The words of charts and tables, a file a chapter and language.
CAPTIONS = CHAPTERS / "captions"
#: Short editions in other languages, a folder each.
EDITIONS = ROOT / "editions"
LOCK = ROOT / "requirements.txt"
#: The committed executed notebooks, which tests compare with a fresh run.
REFERENCE = ROOT / "tests" / "outputs"
#: All that is built; everything in it can be made again.
BUILT = ROOT / "_build"
#: The executed notebooks of this build, and the site that is made from them.
EXECUTED = BUILT / "executed"
SITE = BUILT / "html"


def data_folder() -> Path:
    """The folder that holds the dataset: the book's own ``data/``, or ``UNSIGNED_PEACE_DATA``."""
    return Path(os.environ.get("UNSIGNED_PEACE_DATA", CARRIED / "data"))


def texts() -> list[Path]:
    """What authors write: chapters, pages for teachers, captions, assignments, the README."""
    folders = [CHAPTERS, ROOT / "coursework"]
    found = (
        path for folder in folders for end in ("md", "yaml") for path in folder.rglob(f"*.{end}")
    )
    return [ROOT / "README.md", *sorted(found)]


def shown(path: Path) -> str:
    """A path as messages name it: from the checkout on, or whole if it is elsewhere."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
