"""``make check``: prints every fault, a line each; status 1 if there is one.

Without an argument those of the dataset and of the names and words in the texts of the book; with a
folder, those of the dataset in it.
"""

import sys
from pathlib import Path

from unsigned_peace import paths
from unsigned_peace.validation import report

if __name__ == "__main__":
    sys.exit(
        report(Path(sys.argv[1]))
        if len(sys.argv) > 1
        else report(paths.data_folder(), paths.texts())
    )
