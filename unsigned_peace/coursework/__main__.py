"""Commands of coursework: ``check`` looks for faults of assignments."""

from __future__ import annotations

import argparse
import sys

from unsigned_peace.coursework.assignments import AssignmentError, paths, read
from unsigned_peace.coursework.sandbox import SandboxError, probe


def _check(options: argparse.Namespace) -> int:
    from unsigned_peace.coursework.checking import faults

    probe()
    found = 0
    for path in paths(options.assignments):
        try:
            lines = faults(read(path))
        except AssignmentError as error:
            lines = [str(error)]
        for line in lines:
            print(line, flush=True)
        found += len(lines)
    if not found:
        print("The assignments are sound: the key gets full marks, the untouched version none, and each mistake loses its points.")
    return 1 if found else 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m unsigned_peace.coursework", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    check = commands.add_parser("check", help="look for faults of assignments")
    check.add_argument("assignments", nargs="*", help="only these (all, if none is named)")
    check.set_defaults(command=_check)
    options = parser.parse_args(arguments)
    try:
        return options.command(options)
    except (AssignmentError, SandboxError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
