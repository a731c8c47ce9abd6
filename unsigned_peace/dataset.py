"""Loads the tables of ``data/`` as typed frames, by their description ``datapackage.json``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pandas as pd

from unsigned_peace.paths import data_folder

LIST_SEPARATOR = "; "

#: In ``tables_read``: the descriptor as a whole, not one table's entry.
WHOLE = "datapackage.json"

#: In ``tables_read``: the horizon.
HORIZON = "horizon"

#: Parts of the dataset that this process has asked for: what a chapter depends on (see
#: ``execution``).
tables_read: set[str] = set()


def _there(path: Path) -> Path:
    """The same path. Raises ``FileNotFoundError`` with the way to mend it if the file is gone."""
    if path.is_file():
        return path
    raise FileNotFoundError(
        f"the dataset has no file {path.name} in {path.parent}. This copy of the book is not "
        "whole: `git checkout data` brings its files back, or fetch the book again."
    )


@cache
def descriptor(folder: Path | None = None) -> dict:
    """The Data Package descriptor, as read from ``datapackage.json``."""
    return json.loads(_there((folder or data_folder()) / WHOLE).read_text(encoding="utf-8"))


def table_names() -> list[str]:
    """The names of all tables, in the order of the descriptor."""
    tables_read.add(WHOLE)
    return [entry["name"] for entry in descriptor()["resources"] if entry.get("type") == "table"]


def tables_by_key() -> dict[str, str]:
    """The names of all tables, by the column that identifies their records."""
    tables_read.add(WHOLE)  # and none of the tables: no chapter rests on all by asking
    return {
        entry["schema"]["primaryKey"]: entry["name"]
        for entry in descriptor()["resources"]
        if entry.get("type") == "table"
    }


def horizon() -> pd.Timestamp:
    """The last day that the record covers.

    The search went beyond it and found no dated page on the subject.

    No record is of a later day, and what came after is not known here. It stands in one place,
    ``horizon`` of the descriptor. Raises ``KeyError`` if it is missing there and ``ValueError`` if
    it is no date.
    """
    tables_read.add(HORIZON)
    return pd.to_datetime(descriptor()[HORIZON], format="%Y-%m-%d")


def resource(table: str) -> dict:
    """The descriptor's entry for one table or for the outlines of the map.

    Raises ``KeyError``, naming what there is, if there is none of that name.
    """
    tables_read.add(table)
    for entry in descriptor()["resources"]:
        if entry["name"] == table:
            return entry
    raise KeyError(
        f"there is no {table!r} in the dataset; there is: "
        f"{', '.join(entry['name'] for entry in descriptor()['resources'])}"
    )


def fields(table: str) -> list[dict]:
    """The descriptor's columns of one table, in order."""
    return resource(table)["schema"]["fields"]


def key(table: str) -> str:
    """The name of the column that identifies a record of the table."""
    return resource(table)["schema"]["primaryKey"]


def _typed(column: pd.Series, field: dict) -> pd.Series:
    match field["type"]:
        case "date":
            return pd.to_datetime(column, format="%Y-%m-%d")
        case "integer":
            return column.astype("Int64")
        case "number":
            return column.astype("float64")
        case "boolean":
            return column.map({"true": True, "false": False}).astype("boolean")
    values = field.get("constraints", {}).get("enum")
    return column.astype(pd.CategoricalDtype(values)) if values else column


def load(table: str) -> pd.DataFrame:
    """One table of the dataset, a row a record, typed as the descriptor says.

    Dates are ``datetime64``, columns with a fixed set of values are categories in the descriptor's
    order, integers are nullable, blanks are missing. Columns that hold lists (``sources``,
    ``actors``) stay text, their items separated by ``"; "``.

    Raises ``KeyError`` if there is no such table, and ``FileNotFoundError`` or ``ValueError`` with
    the way to mend it if its file is gone or a cell does not fit its type.
    """
    entry = resource(table)
    path = _there(data_folder() / entry["path"])
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    try:
        return pd.DataFrame(
            {
                field["name"]: _typed(frame[field["name"]], field)
                for field in entry["schema"]["fields"]
            }
        )
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(
            f"{path.name} does not fit its description ({str(error).splitlines()[0]}); "
            "run `make check` to see every fault"
        ) from error


def outlines() -> dict:
    """The outlines of coasts and islands, as a GeoJSON feature collection.

    Longitude comes before latitude, in degrees of WGS 84.
    """
    return json.loads(
        _there(data_folder() / resource("outlines")["path"]).read_text(encoding="utf-8")
    )


def record_address(table: str, record_id: str) -> str:
    """The anchor of a record on the page of its table, as used all over the book."""
    return f"{table}-{record_id}"


def cited(*frames: pd.DataFrame) -> list[str]:
    """The identifiers of all sources that the records of some frames cite, sorted, each once."""
    return sorted(
        {
            source
            for frame in frames
            for cell in frame["sources"].dropna()
            for source in cell.split(LIST_SEPARATOR)
        }
    )
