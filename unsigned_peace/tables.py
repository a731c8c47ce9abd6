"""Tables of the book: a frame shown with a caption, its sources, and links to its records."""

from __future__ import annotations

import html

import pandas as pd

from unsigned_peace.exhibits import about, caution

MIME_TYPE = "application/vnd.unsigned-peace.table+json"


class Table:
    """A table of the book, as a notebook shows it: made by ``table``."""

    def __init__(self, card: dict, columns: list[str], rows: list[list[str]], addresses: list[str] | None) -> None:
        self.card, self.columns, self.rows, self.addresses = card, columns, rows, addresses

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        shown = {"card": self.card, "columns": self.columns, "rows": self.rows, "records": self.addresses}
        return {MIME_TYPE: shown, "text/html": self._as_html(), "text/plain": f"<table: {self.card['title']}>"}

    def _as_html(self) -> str:
        head = "".join(f"<th scope='col'>{html.escape(column)}</th>" for column in self.columns)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows)
        note = caution(self.card)
        return (
            f"<table><caption>{html.escape(self.card['title'])}{' ' + html.escape(note) if note else ''}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def _cell(value) -> str:
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
    name: str,
    title: str,
    description: str,
    records: pd.DataFrame | list[pd.DataFrame] | None = None,
    link_to: str | None = None,
    key: str | None = None,
) -> Table:
    """A frame as a table of the book: a row a row, its columns as headings.

    ``name``, ``title``, ``description`` and ``records`` as for a figure; without ``records`` the
    frame itself has the ``sources`` column, which is then shown as a list below and not as a
    column. ``link_to`` names the dataset table whose records the rows are, and ``key`` the column
    that holds their identifiers: each row then links to its record.
    """
    shown = frame.drop(columns=[column for column in ("sources", "confidence", "accounts_differ", "note") if records is None and column in frame])
    addresses = None
    if link_to:
        addresses = [f"{link_to}:{identifier}" for identifier in frame[key]]
        shown = shown.drop(columns=key)
    rows = [[_cell(value) for value in row] for row in shown.itertuples(index=False)]
    card = about(name, title, description, frame if records is None else records)
    return Table(card, [str(column) for column in shown.columns], rows, addresses)
