"""Tables of the book: a frame shown with a caption, its sources, and links to its records."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd

from unsigned_peace.captions import Caption
from unsigned_peace.exhibits import TABLE_TYPE, about, caution


class Table:
    """A table of the book, as a notebook shows it: made by ``table``."""

    def __init__(
        self, card: dict, columns: list[str], rows: list[list[str]], addresses: list[str] | None
    ) -> None:
        self.card, self.columns, self.rows, self.addresses = card, columns, rows, addresses

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict:
        shown = {
            "card": self.card,
            "columns": self.columns,
            "rows": self.rows,
            "records": self.addresses,
        }
        return {
            TABLE_TYPE: shown,
            "text/html": self._as_html(),
            "text/plain": f"<table: {self.card['title']}>",
        }

    def _as_html(self) -> str:
        head = "".join(f"<th scope='col'>{html.escape(column)}</th>" for column in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows
        )
        caption = f"{self.card['title']} {caution(self.card)}".rstrip(" ")
        return (
            f"<table><caption>{html.escape(caption)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def _cell(value: Any) -> str:
    if not isinstance(value, str) and pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value)


def table(
    frame: pd.DataFrame,
    caption: Caption,
    records: pd.DataFrame | list[pd.DataFrame] | None = None,
    *,
    link_to: str | None = None,
    key: str | None = None,
) -> Table:
    """A frame as a table of the book, a row a row: ``table(frame, captions["name"], records)``.

    The caption's ``columns`` say which columns are shown, in which order and under which
    headings. Without ``records`` the frame itself has the ``sources`` column. ``link_to`` names
    the dataset table whose records the rows are, and ``key`` the column that holds their
    identifiers: each row then links to its record. Raises ``ValueError`` as ``exhibits.about``
    does, and ``KeyError`` if a column of the caption is not in the frame.
    """
    shown = frame[list(caption.columns)].rename(columns=caption.columns)
    addresses = [f"{link_to}:{identifier}" for identifier in frame[key]] if link_to else None
    rows = [[_cell(value) for value in row] for row in shown.itertuples(index=False)]
    rest_on = frame if records is None else records
    card = about(caption.name, caption.title, caption.description, rest_on, caption.figures)
    return Table(card, list(shown.columns), rows, addresses)
