"""``make check``: prints every fault of the dataset, a line each; status 1 if there is one."""

import sys
from pathlib import Path

from unsigned_peace.dataset import data_folder
from unsigned_peace.validation import report

if __name__ == "__main__":
    sys.exit(report(Path(sys.argv[1]) if len(sys.argv) > 1 else data_folder()))
