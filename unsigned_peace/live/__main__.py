"""``make live``: prepares what chapters run on in the reader's browser."""

from __future__ import annotations

import sys

from unsigned_peace.live.places import NotToBeHadError
from unsigned_peace.live.runtime import PREPARED, prepare
from unsigned_peace.paths import shown


def main() -> int:
    try:
        record = prepare()
    except NotToBeHadError as error:
        print(error, file=sys.stderr)
        return 1
    size = sum(file["bytes"] for file in record["files"].values())
    print(
        f"What pages run on is in {shown(PREPARED)} ({len(record['files'])} files, "
        f"{size / 1e6:.1f} MB); `make book` puts it into the site."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
