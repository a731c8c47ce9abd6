"""Executes chapters; ``make reference`` writes their outputs to where tests compare them."""

from __future__ import annotations

import argparse
import asyncio
import sys

from unsigned_peace import paths
from unsigned_peace.commands import file
from unsigned_peace.notebooks.keep import bring_up_to_date, remove_orphans
from unsigned_peace.notebooks.source import chapters
from unsigned_peace.processes import one_at_a_time


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m unsigned_peace.notebooks", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--reference", action="store_true", help="write the committed outputs")
    parser.add_argument(
        "--all",
        action="store_true",
        help="execute every chapter afresh, not only those whose outputs do not hold",
    )
    parser.add_argument(
        "chapters", nargs="*", type=file, help="only these chapters (all, if none is named)"
    )
    options = parser.parse_args(arguments)
    folder = paths.REFERENCE if options.reference else paths.EXECUTED
    named = [path.resolve() for path in options.chapters] or chapters()
    with one_at_a_time():
        faults = asyncio.run(bring_up_to_date(named, folder, afresh=options.all))
        if not options.chapters:
            remove_orphans(named, folder)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
