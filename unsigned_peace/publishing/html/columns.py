"""How a table's columns stand on a page: what each holds, and how wide it is.

A long table shows its first rows; the rest is a fold, a table of its own with the same columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bs4 import Tag

#: A longer table than this shows its first rows, and the rest in a fold.
MOST_ROWS, FIRST_ROWS = 12, 8
#: The longest cell of a column of days; longer ones are texts about days.
_LONGEST_DAY = 17
#: Signs from which on a longer text makes a column no wider.
_WIDE_ENOUGH = 90
#: Widths are told apart by as many percent.
_STEP = 5

_AMOUNT = r"[+\u2212-]?\d[\d,]*(?:\.\d+)?"
_NUMBER = re.compile(
    rf"{_AMOUNT}(?: ?%| percent(?:age points)?)?(?: \({_AMOUNT} to {_AMOUNT}\))?"
    rf"|{_AMOUNT} to {_AMOUNT}"
)
_DAY = re.compile(r"(?:(?:\d{1,2} )?[A-Z][a-z]{2,8} )?\d{4}|\d{4}(?:-\d\d){1,2}")


def on_page(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dict:
    """What the templates need to know of a table: its columns, and how many rows come first."""
    long = len(rows) > MOST_ROWS
    # once for a table: a class at each cell would weigh on pages with many rows
    named = [f"{kind}-{place}" for place, kind in enumerate(kinds(columns, rows), 1) if kind]
    return {
        "classes": " ".join(named),
        "shares": shares(columns, rows) if long else [],
        "first": FIRST_ROWS if long else None,
    }


def kinds(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """What each column holds: ``number``, ``date``, or nothing of these.

    The first column says what a row is about, so that a number in it is a name.
    """
    return [
        _kind([row[place] for row in rows if row[place]], place == 0)
        for place in range(len(columns))
    ]


def _kind(cells: list[str], first: bool) -> str:
    if cells and all(_DAY.fullmatch(cell) and len(cell) <= _LONGEST_DAY for cell in cells):
        return "date"
    if cells and not first and all(_NUMBER.fullmatch(cell) for cell in cells):
        return "number"
    return ""


def shares(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How many percent of a table's width each column has, in steps of five.

    By its longest word and by its longer cells, so that two tables of the same columns agree.
    """
    needs = []
    for place, head in enumerate(columns):
        cells = [row[place] for row in rows]
        words = max(len(word) for text in (head, *cells) for word in [*text.split(), ""])
        long = sorted(map(len, cells))[int(0.9 * (len(cells) - 1))] if cells else 0
        needs.append(max(words + 2, min(long, _WIDE_ENOUGH) * 0.8))
    found = [max(_STEP, _STEP * round(100 * need / sum(needs) / _STEP)) for need in needs]
    found[needs.index(max(needs))] += 100 - sum(found)
    return found


def rejoin(part: Tag) -> None:
    """Puts the rows of folds back into their tables, for paper and for books."""
    for fold in part.select("details.more-rows"):
        table = fold.find_previous_sibling("table")
        assert isinstance(table, Tag) and table.tbody, "a fold of rows stands below its table"
        table.tbody.extend([row.extract() for row in fold.select("tbody > tr")])
        fold.decompose()
