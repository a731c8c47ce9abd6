"""``python -m unsigned_peace`` is ``make book``."""

import gc
import sys

gc.set_threshold(200_000, 20, 20)  # a build makes objects and keeps them: to look for waste among them takes a sixth of its time

from unsigned_peace.site.book import make_book  # noqa: E402

if __name__ == "__main__":
    sys.exit(make_book())
