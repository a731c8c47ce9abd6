"""Writes each requirement of a lock that names extras once more without them.

The pip that comes with Python 3.11 (23.2) asks for a hash of both, since other packages ask for the
same one without extras. ``make lock`` runs it on the files that it wrote.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_WITH_EXTRAS = re.compile(r"^([\w.-]+)\[[^\]\n]*\](==(?:[^\n]*\\\n)*[^\n]*\n)", re.MULTILINE)


def repeated(lock: str) -> str:
    """The text of a lock, below each requirement with extras the same one without."""
    return _WITH_EXTRAS.sub(lambda found: f"{found[0]}{found[1]}{found[2]}", lock)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(repeated(path.read_text(encoding="utf-8")), encoding="utf-8")
