"""The rules of ``data/``: every fault at once, a line each, for the person who can mend it."""

import sys
from pathlib import Path

from unsigned_peace.validation.reading import Fault, Row, Table, read_tables
from unsigned_peace.validation.rules import check

__all__ = ["Fault", "Row", "Table", "check", "read_tables", "report"]


def report(folder: Path) -> int:
    """Prints every fault of the dataset; 1 if there is one, else 0."""
    faults = check(folder)
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in {folder.name}/", file=sys.stderr)
    else:
        print(f"{folder.name}/ is sound.", flush=True)
    return 1 if faults else 0
