"""What tests of the validator share: a copy of the data to damage, and a list of ways to do it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

from unsigned_peace.validation import check

#: A place, and enough of what is said there to tell one fault from another.
_NAMED = re.compile(r"data/[\w.-]+(?::\d+)?: (?!\w+: \Z).{8}", re.DOTALL)


class Copy:
    """A copy of the dataset that a test may damage."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, table: str) -> list[list[str]]:
        return list(
            csv.reader(io.StringIO((self.folder / f"{table}.csv").read_text(encoding="utf-8")))
        )

    def write(self, table: str, rows: list[list[str]]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        (self.folder / f"{table}.csv").write_text(text.getvalue(), encoding="utf-8")

    def find(self, table: str, **cells: str) -> int:
        """The line of the first record whose cells match these patterns."""
        rows = self.rows(table)
        for line, row in enumerate(rows[1:], start=2):
            record = dict(zip(rows[0], row))
            if all(re.fullmatch(pattern, record[column]) for column, pattern in cells.items()):
                return line
        raise LookupError(f"no record of {table} has {cells}")

    def cell(self, table: str, line: int, column: str, value: str) -> str:
        """Changes a cell; returns the place as a message names it."""
        rows = self.rows(table)
        rows[line - 1][rows[0].index(column)] = value
        self.write(table, rows)
        return f"data/{table}.csv:{line}: {column}: "

    def value(self, table: str, line: int, column: str) -> str:
        rows = self.rows(table)
        return rows[line - 1][rows[0].index(column)]

    def add(self, table: str, like: int, **cells: str) -> int:
        """Adds a record like that of a line, with some cells changed, in its place by key.

        Returns its line.
        """
        rows = self.rows(table)
        record = dict(zip(rows[0], rows[like - 1])) | cells
        new = [record[column] for column in rows[0]]
        at = next((i for i, row in enumerate(rows[1:], start=1) if row[0] > new[0]), len(rows))
        self.write(table, [*rows[:at], new, *rows[at:]])
        return at + 1

    def raw(self, table: str, change: Callable[[list[bytes]], None]) -> None:
        """Changes the lines of a file as bytes."""
        path = self.folder / f"{table}.csv"
        lines = path.read_bytes().split(b"\n")
        change(lines)
        path.write_bytes(b"\n".join(lines))


class Corruptions(list[Callable[[Copy], str]]):
    """Ways to damage a copy, in the order in which a test file defines them.

    Used as a decorator it takes one up. Each damages the copy and returns the beginning of the line
    that must be printed.
    """

    def __call__(self, corrupt: Callable[[Copy], str]) -> Callable[[Copy], str]:
        self.append(corrupt)
        return corrupt


def assert_named(copy: Copy, corrupt: Callable[[Copy], str]) -> None:
    """A corruption is named by file, line and column, with what is wrong."""
    expected = corrupt(copy)
    assert _NAMED.match(expected), f"{expected!r} would be found among any faults"
    faults = [str(fault) for fault in check(copy.folder)]
    assert any(fault.startswith(expected) for fault in faults), (
        f"expected {expected!r} among {faults[:8]}"
    )
