"""``python -m unsigned_peace`` is ``make book``."""

import gc
import sys
from importlib.util import find_spec

# a build makes objects and keeps them: to look for waste among them takes a sixth of its time
gc.set_threshold(200_000, 20, 20)

if __name__ == "__main__":
    if find_spec("jupyter_book") is None:
        sys.exit(
            "This environment has what chapters need to run (`make lab`) and not what builds the "
            "book. In a whole copy of the project, delete .venv and run `make book` again."
        )
    from unsigned_peace.site.book import make_book

    sys.exit(make_book())
