"""Makes a chapter's text legible where only Markdown and computed figures are understood.

It puts records, sources and boxes into words and links.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

_RECORD = re.compile(r"\{record\}`(?:(?P<text>[^`]*?)\s*<(?P<target>[^`<>]+)>|(?P<bare>[^`<>]+))`")
_CITE = re.compile(r"\{cite\}`([^`]+)`")
#: The boxes that only the book's pages know, and the titles that they have there.
_BOXES = {
    "aims": "After this chapter you can",
    "short-answer": "The short answer",
    "check-yourself": "Questions and answers",
    "known": "What we know",
    "with-a-margin": "What we know with a margin",
    "not-known": "What we do not know",
}
_BOX = re.compile(
    rf"^(?P<fence>:{{3,}}|`{{3,}})\{{(?P<name>{'|'.join(_BOXES)})\}}[ \t]*$", re.MULTILINE
)


@cache
def _rows(table: Path) -> dict[str, tuple[int, dict[str, str]]]:
    """The records of a table by identifier (its first column), each with its row in the file.

    The header is row 1.
    """
    if not table.is_file():
        return {}
    with table.open(encoding="utf-8", newline="") as lines:
        return {
            next(iter(row.values())): (number, row)
            for number, row in enumerate(csv.DictReader(lines), 2)
        }


def _link(text: str, table: str, record: str, data: Path) -> str:
    row, _ = _rows(data / f"{table}.csv").get(record, (None, {}))
    return f"[{text}](../data/{table}.csv#row={row})" if row else text


def legible(text: str, data: Path) -> str:
    """A Markdown cell whose records and sources are links into tables of the folder ``data``.

    That folder lies beside the chapter's.

    What it does not know, or a record that is not there, stays as words.
    """

    def record(match: re.Match) -> str:
        table, _, identifier = (match["target"] or match["bare"]).partition(":")
        return _link(match["text"] or identifier, table, identifier, data)

    def sources(match: re.Match) -> str:
        known = _rows(data / "sources.csv")
        return "; ".join(
            _link(known[source][1]["title"] if source in known else source, "sources", source, data)
            for source in re.split(r"\s*,\s*", match[1])
        )

    text = _RECORD.sub(record, text)
    text = _CITE.sub(sources, text)
    return _BOX.sub(lambda box: f"{box['fence']}{{admonition}} {_BOXES[box['name']]}", text)
