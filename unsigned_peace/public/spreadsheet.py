"""The dataset as one workbook for spreadsheets, the same to the byte for the same data."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from unsigned_peace import dataset
from unsigned_peace.publishing.frame.imprint import imprint

#: Cells are what the tables say and nothing that a spreadsheet might make of it: dates stay text,
#: since spreadsheets know no day before 1900 and change the form of others.
_AS_WRITTEN = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_ABOUT = "about"
_WIDEST = 60


def write_workbook(path: Path) -> None:
    """Writes a sheet for each table, after one that says what tables and columns mean."""
    book = imprint()
    workbook = xlsxwriter.Workbook(path, _AS_WRITTEN)
    released = datetime.fromisoformat(book.released)
    workbook.set_properties(
        {"title": book.title, "author": "; ".join(book.authors), "created": released}
    )
    head = workbook.add_format({"bold": True, "bottom": 1})
    _sheet(workbook, head, _ABOUT, *_about())
    for table in dataset.table_names():
        frame = dataset.load(table)
        columns = [field["name"] for field in dataset.fields(table)]
        _sheet(workbook, head, table, columns, _cells(frame, table))
    workbook.close()


def _about() -> tuple[list[str], list[list[object]]]:
    rows: list[list[object]] = []
    for table in dataset.table_names():
        entry = dataset.resource(table)
        rows.append([table, "", "", entry["title"], entry["description"]])
        rows += [
            [table, field["name"], field["type"], field["title"], field["description"]]
            for field in dataset.fields(table)
        ]
    return ["table", "column", "type", "title", "description"], rows


def _cells(frame: pd.DataFrame, table: str) -> list[list[object]]:
    """The rows of a table: numbers as numbers, all else as its file has it."""
    shown = frame.astype(object).where(frame.notna(), None)
    for field in dataset.fields(table):
        name = field["name"]
        if field["type"] == "date":
            shown[name] = frame[name].dt.strftime("%Y-%m-%d").where(frame[name].notna(), None)
    return [list(row) for row in shown.itertuples(index=False)]


def _sheet(
    workbook: xlsxwriter.Workbook,
    head: xlsxwriter.workbook.Format,
    name: str,
    columns: list[str],
    rows: list[list[object]],
) -> None:
    sheet = workbook.add_worksheet(name)
    sheet.write_row(0, 0, columns, head)
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, place, cell)
            elif isinstance(cell, bool):
                sheet.write_boolean(number, place, cell)
            elif cell is not None and not pd.isna(cell):
                sheet.write_number(number, place, float(cell))  # type: ignore[arg-type]
    for place in range(len(columns)):
        longest = max([len(columns[place]), *(len(str(row[place] or "")) for row in rows)])
        sheet.set_column(place, place, min(longest + 2, _WIDEST))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
