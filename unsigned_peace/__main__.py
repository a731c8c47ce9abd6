"""``python -m unsigned_peace`` is ``make book``."""

import sys

from unsigned_peace.building import make_book

if __name__ == "__main__":
    sys.exit(make_book())
