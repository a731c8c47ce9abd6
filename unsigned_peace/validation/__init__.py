"""The rules of ``data/``: every fault at once, a line each, for the person who can mend it.

Texts of the book are held to the forms of its names and words.
"""

import sys
from collections.abc import Collection
from pathlib import Path

from unsigned_peace.validation.reading import Fault, Row, Table, read_tables
from unsigned_peace.validation.rules import check

__all__ = ["Fault", "Row", "Table", "check", "read_tables", "report"]


def report(folder: Path, texts: Collection[Path] = ()) -> int:
    """Prints every fault of the dataset, and of the forms in texts; 1 if there is one, else 0."""
    faults = check(folder, texts)
    for fault in faults:
        print(fault)
    if faults:
        print(
            f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in {folder.name}/"
            + (" and the texts" if texts else ""),
            file=sys.stderr,
        )
    else:
        sound = "and the names and words of the texts are" if texts else "is"
        print(f"{folder.name}/ {sound} sound.", flush=True)
    return 1 if faults else 0
