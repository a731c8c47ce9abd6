"""Reads the tables strictly and finds what does not fit the descriptor: bytes, rows, cells."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

#: As in ``dataset``, of which a test reminds: to import that one is to wait for pandas, which
#: takes a quarter of the time of a check.
LIST_SEPARATOR = "; "

DESCRIPTOR = "datapackage.json"


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong.

    The file, the line in it (1 is the header), the column, and what is wrong.
    """

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return (
            f"{place}: {self.column}: {self.message}" if self.column else f"{place}: {self.message}"
        )


@dataclass
class Row:
    """A record: its line, its cells as text, and their typed values (None: blank or faulty)."""

    line: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)


def of(tables: dict[str, Table], name: str) -> Table:
    """A table by name; one without rows if it could not be read."""
    return tables.get(name) or Table(name, "", {})


def items(row: Row, column: str) -> list[str]:
    """The items of a cell that holds a list; of a column that is not there, none."""
    return [item for item in row.cells.get(column, "").split(LIST_SEPARATOR) if item]


@dataclass
class Table:
    """A table with its description, its readable rows, and the faults found while reading it."""

    name: str
    file: str
    schema: dict
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.schema["primaryKey"]

    def fault(self, row: Row | int, column: str, message: str) -> Fault:
        return Fault(self.file, row if isinstance(row, int) else row.line, column, message)


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"-?\d+", text):
        raise ValueError
    return int(text)


def _decimal(text: str) -> float:
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise ValueError
    return float(text)


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError
    return date.fromisoformat(text)


def _truth(text: str) -> bool:
    return {"true": True, "false": False}[text]


_PARSERS: dict[str, tuple[Callable, str]] = {
    "string": (str, "text"),
    "integer": (_whole_number, "a whole number"),
    "number": (_decimal, "a number"),
    "date": (_day, "a date that exists, as YYYY-MM-DD"),
    "boolean": (_truth, "true or false"),
}


def _shown(text: str) -> str:
    return json.dumps(text if len(text) <= 60 else text[:57] + "...", ensure_ascii=False)


def _odd_characters(text: str) -> list[str]:
    if text.isprintable():  # nearly all cells are: what is odd never is
        return []
    return [
        f"U+{ord(character):04X} {unicodedata.name(character, 'control character')}"
        for character in text
        if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp")
        or character == "\u00a0"
    ]


def _cell_faults(
    table: Table, line: int, description: dict, text: str
) -> tuple[list[Fault], object]:
    """The faults of one cell, and its typed value (None where it is blank or faulty)."""
    name = description["name"]
    constraints = description.get("constraints", {})
    faults = []

    def fault(message: str) -> None:
        faults.append(table.fault(line, name, message))

    for character in _odd_characters(text):
        fault(f"invisible character {character} in {_shown(text)}")
    if text != text.strip():
        fault(f"blank at the beginning or end of {_shown(text)}")
    elif "  " in text:
        fault(f"two blanks in a row in {_shown(text)}")
    text = text.strip()
    if not text:
        if constraints.get("required"):
            fault("missing, but every record needs it")
        return faults, None
    parse, expected = _PARSERS[description["type"]]
    try:
        value = parse(text)
    except (ValueError, KeyError):
        fault(f"{_shown(text)} is not {expected}")
        return faults, None
    if "enum" in constraints and text not in constraints["enum"]:
        fault(f"{_shown(text)} is not one of: {', '.join(constraints['enum'])}")
        return faults, None
    if "pattern" in constraints and not re.fullmatch(constraints["pattern"], text):
        fault(f"{_shown(text)} does not have the form {constraints['pattern']}")
    if "minimum" in constraints and value < constraints["minimum"]:
        fault(f"{text} is less than {constraints['minimum']}")
    if "maximum" in constraints and value > constraints["maximum"]:
        fault(f"{text} is more than {constraints['maximum']}")
    if "maxLength" in constraints and len(text) > constraints["maxLength"]:
        fault(f"{len(text)} characters long, at most {constraints['maxLength']} fit")
    if "listOf" in description:
        items = text.split(LIST_SEPARATOR)
        if any(not item or item != item.strip() or ";" in item for item in items):
            fault(f"{_shown(text)} is not a list with its items separated by '{LIST_SEPARATOR}'")
        for item in sorted({item for item in items if items.count(item) > 1}):
            fault(f"{_shown(item)} stands twice in the list")
    return faults, value


def read_table(folder: Path, shown_as: str, entry: dict) -> Table:
    """One table of a folder by its entry in the descriptor, with what is wrong in the file itself.

    Faults name the file as ``shown_as``/path. A file that cannot be read gives no rows.
    """
    table = Table(entry["name"], f"{shown_as}/{entry['path']}", entry["schema"])
    try:
        raw = (folder / entry["path"]).read_bytes()
    except OSError as error:
        table.faults.append(table.fault(0, "", f"cannot be read: {error.strerror}"))
        return table
    if raw.startswith(b"\xef\xbb\xbf"):
        table.faults.append(
            table.fault(1, "", "begins with a byte order mark; save the file as plain UTF-8")
        )
        raw = raw[3:]
    if raw and not raw.endswith(b"\n"):
        table.faults.append(table.fault(raw.count(b"\n") + 1, "", "the last line has no line end"))
        raw += b"\n"
    descriptions = entry["schema"]["fields"]
    names = [description["name"] for description in descriptions]
    header: list[str] | None = None
    if crlf := raw.count(b"\r\n"):
        first = raw[: raw.index(b"\r\n")].count(b"\n") + 1
        table.faults.append(
            table.fault(
                first,
                "",
                f"ends in CR LF, as {crlf} lines of this file do; "
                "save it with lines that end in LF alone",
            )
        )
        raw = raw.replace(b"\r\n", b"\n")
    for line, content in enumerate(raw.split(b"\n")[:-1], start=1):
        if content.startswith((b"<<<<<<< ", b">>>>>>> ")) or content == b"=======":
            table.faults.append(
                table.fault(
                    line,
                    "",
                    "a mark of a merge that was not finished; "
                    "choose a version and remove the marks",
                )
            )
            continue
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            table.faults.append(
                table.fault(
                    line, "", f"byte {error.start + 1} (0x{content[error.start]:02x}) is not UTF-8"
                )
            )
            continue
        try:
            cells = next(csv.reader([text], strict=True), [])
        except csv.Error:
            table.faults.append(
                table.fault(line, "", "a quotation mark is opened and not closed as CSV wants it")
            )
            continue
        rewritten = io.StringIO()
        csv.writer(rewritten, lineterminator="").writerow(cells)
        if cells and rewritten.getvalue() != text:
            table.faults.append(
                table.fault(
                    line,
                    "",
                    "a stray or needless quotation mark; as CSV the line reads "
                    + _shown(rewritten.getvalue()),
                )
            )
        if header is None:
            header = cells
            table.faults += _header_faults(table, header, names)
            if set(names) - set(header):
                return table  # without its columns no row can be judged
            continue
        if len(cells) != len(header):
            table.faults.append(
                table.fault(line, "", f"{len(cells)} cells, expected {len(header)}")
            )
            continue
        row = Row(line, dict(zip(header, cells)))
        for description in descriptions:
            faults, value = _cell_faults(table, line, description, row.cells[description["name"]])
            table.faults += faults
            row.values[description["name"]] = value
        table.rows.append(row)
    if header is None:
        table.faults.append(
            table.fault(1, "", f"is empty; its first line must be {','.join(names)}")
        )
    return table


def _header_faults(table: Table, header: list[str], names: list[str]) -> list[Fault]:
    faults = [
        table.fault(1, name, "this column is missing") for name in names if name not in header
    ]
    faults += [
        table.fault(1, name, "this column is not described in datapackage.json")
        for name in header
        if name not in names
    ]
    faults += [
        table.fault(1, name, "this column stands twice")
        for name in sorted(set(header))
        if header.count(name) > 1
    ]
    if not faults and header != names:
        faults.append(
            table.fault(
                1, "", f"the columns are not in the order of the description: {','.join(names)}"
            )
        )
    return faults


def read_horizon(folder: Path) -> tuple[date | None, list[Fault]]:
    """The last day that the record covers, or the fault that the descriptor names none."""
    try:
        return _day(json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))["horizon"]), []
    except (OSError, ValueError, KeyError, TypeError):
        return None, [
            Fault(
                f"{folder.name}/{DESCRIPTOR}",
                0,
                "horizon",
                "missing or not a date that exists, as YYYY-MM-DD",
            )
        ]


def read_tables(folder: Path) -> tuple[dict[str, Table], list[Fault]]:
    """All tables that the descriptor of a folder names, and the faults found while reading.

    A table that cannot be read is there without rows; no content of the folder makes this raise.
    """
    shown_as = folder.name
    try:
        package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
        entries = [entry for entry in package["resources"] if entry.get("type") == "table"]
        for entry in entries:
            entry["name"], entry["path"], entry["schema"]["fields"], entry["schema"]["primaryKey"]
    except (OSError, UnicodeDecodeError) as error:
        return {}, [Fault(f"{shown_as}/{DESCRIPTOR}", 0, "", f"cannot be read: {error}")]
    except json.JSONDecodeError as error:
        return {}, [
            Fault(f"{shown_as}/{DESCRIPTOR}", error.lineno, "", f"is not JSON: {error.msg}")
        ]
    except (KeyError, TypeError) as error:
        return {}, [
            Fault(
                f"{shown_as}/{DESCRIPTOR}",
                0,
                "",
                f"does not describe tables as a Data Package does: {error}",
            )
        ]
    tables = {entry["name"]: read_table(folder, shown_as, entry) for entry in entries}
    described = {entry["path"] for entry in entries}
    stray = [
        Fault(f"{shown_as}/{path.name}", 0, "", "is not described in datapackage.json")
        for path in sorted(folder.glob("*.csv"))
        if path.name not in described
    ]
    return tables, stray + [fault for table in tables.values() for fault in table.faults]
