"""``make check``: prints every fault of the dataset, a line each; status 1 if there is one."""

import sys
from pathlib import Path

from unsigned_peace.dataset import data_folder
from unsigned_peace.validation import check


def main(folder: Path) -> int:
    faults = check(folder)
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in {folder.name}/", file=sys.stderr)
    else:
        print(f"{folder.name}/ is sound.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else data_folder()))
