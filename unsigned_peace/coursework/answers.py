"""Answers as plain data: encoded where a student's code ran, checked in between, decoded where the tests run.

The text in between is JSON of a closed set of tagged forms, so nothing that a student's process
writes can be anything but numbers, text, dates, containers and tables of these.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from typing import Any

#: Bounds of one task's answers.
MAX_BYTES, MAX_DEPTH, MAX_ITEMS, MAX_DIGITS = 2_000_000, 12, 100_000, 30

_SCALARS = ("float", "date", "datetime", "time", "timestamp", "timedelta", "nat", "na")
_CONTAINERS = ("list", "tuple", "set", "dict")
_TABLES = ("series", "frame", "index")
_DTYPE = re.compile(r"(u?int|float)(8|16|32|64)|U?Int(8|16|32|64)|Float(32|64)|bool|boolean|object|str|string|category|(datetime|timedelta)64\[(s|ms|us|ns)\]")


class NotPlain(ValueError):
    """A value that is not plain data; the message says of what kind it is."""


# encoding, in the process of the student ---------------------------------------------------------

def encode(value: Any, depth: int = 0) -> Any:
    """A value as JSON-ready tagged data. Raises ``NotPlain`` for functions, charts, objects and what is too large."""
    import numpy as np
    import pandas as pd

    if depth > MAX_DEPTH:
        raise NotPlain("nested too deeply")
    if value is None or value is True or value is False:
        return value
    if value is pd.NaT:
        return {"nat": None}
    if value is pd.NA:
        return {"na": None}
    if isinstance(value, pd.Timestamp):
        return {"timestamp": value.isoformat()}
    if isinstance(value, pd.Timedelta):
        return {"timedelta": int(value.as_unit("ns").value)}
    if isinstance(value, np.datetime64):
        return encode(pd.Timestamp(value), depth)
    if isinstance(value, np.timedelta64):
        return encode(pd.Timedelta(value), depth)
    if isinstance(value, np.generic):
        return encode(value.item(), depth)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        if abs(value) >= 10**MAX_DIGITS:
            raise NotPlain(f"a whole number of more than {MAX_DIGITS} digits")
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": repr(float(value))}
    if isinstance(value, dt.datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return encode(pd.Timedelta(value), depth)
    if isinstance(value, np.ndarray) and value.ndim == 1:
        return {"list": _items(value.tolist() if value.dtype.kind not in "mM" else list(value), depth)}
    if isinstance(value, pd.DataFrame):
        if value.size > MAX_ITEMS:
            raise NotPlain("a table of too many cells")
        columns = [_column(value.iloc[:, position], depth) for position in range(value.shape[1])]
        return {"frame": {"columns": _index(value.columns, depth), "index": _index(value.index, depth), "data": columns}}
    if isinstance(value, pd.Series):
        return {"series": {"name": encode(value.name, depth + 1), "index": _index(value.index, depth), "data": _column(value, depth)}}
    if isinstance(value, pd.Index):
        return {"index": _index(value, depth)}
    if isinstance(value, (pd.Categorical, pd.api.extensions.ExtensionArray)):
        return {"list": _items(list(value), depth)}
    if isinstance(value, dict):
        return {"dict": [[encode(key, depth + 1), encode(item, depth + 1)] for key, item in _short(value.items())]}
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(_items(value, depth), key=repr)}
    if isinstance(value, tuple):
        return {"tuple": _items(value, depth)}
    if isinstance(value, list):
        return {"list": _items(value, depth)}
    raise NotPlain(f"of kind {type(value).__name__}")


def _short(values) -> list:
    if len(values) > MAX_ITEMS:
        raise NotPlain("a collection of too many items")
    return list(values)


def _items(values, depth: int) -> list:
    return [encode(item, depth + 1) for item in _short(values)]


def _column(column, depth: int) -> dict:
    import pandas as pd

    encoded: dict[str, Any] = {"dtype": str(column.dtype), "values": _items(column.tolist(), depth)}
    if isinstance(column.dtype, pd.CategoricalDtype):
        encoded["dtype"] = "category"
        encoded["categories"] = _items(column.cat.categories.tolist(), depth)
        encoded["ordered"] = bool(column.cat.ordered)
    return encoded


def _index(index, depth: int) -> dict:
    encoded = {"values": _items(index.tolist(), depth), "names": _items(index.names, depth), "dtype": str(index.dtype)}
    if index.nlevels > 1:
        encoded["levels"] = [str(dtype) for dtype in index.dtypes]
    return encoded


# checking, outside -------------------------------------------------------------------------------

def check(encoded: Any, depth: int = 0) -> None:
    """Raises ``NotPlain`` unless data read from a student's process is of the forms that ``encode`` gives."""
    if depth > 4 * MAX_DEPTH:
        raise NotPlain("nested too deeply")
    if isinstance(encoded, int) and not isinstance(encoded, bool) and abs(encoded) >= 10**MAX_DIGITS:
        raise NotPlain("a number too large")
    if isinstance(encoded, float) and not math.isfinite(encoded):
        raise NotPlain("a number that JSON has not")
    if encoded is None or isinstance(encoded, (bool, int, float, str)):
        return
    if not (isinstance(encoded, dict) and len(encoded) == 1):
        raise NotPlain("of an unknown form")
    tag, content = next(iter(encoded.items()))
    if tag in _SCALARS:
        if not (content is None or isinstance(content, (str, int))) or isinstance(content, str) and len(content) > 64:
            raise NotPlain("of an unknown form")
    elif tag in _CONTAINERS:
        for item in _listed(content):
            for part in _listed(item, 2) if tag == "dict" else (item,):
                check(part, depth + 1)
    elif tag in _TABLES:
        _check_table(tag, content, depth)
    else:
        raise NotPlain("of an unknown form")


def _listed(content: Any, length: int | None = None) -> list:
    if not isinstance(content, list) or len(content) > MAX_ITEMS or length not in (None, len(content)):
        raise NotPlain("of an unknown form")
    return content


def _check_table(tag: str, content: Any, depth: int) -> None:
    def column(part: Any, size: int | None) -> int:
        if not isinstance(part, dict) or not set(part) <= {"dtype", "values", "names", "levels", "categories", "ordered"}:
            raise NotPlain("of an unknown form")
        for key in ("values", "names", "categories"):
            for item in _listed(part.get(key, [])):
                check(item, depth + 1)
        if not isinstance(part.get("dtype"), str) or not isinstance(part.get("ordered", False), bool):
            raise NotPlain("of an unknown form")
        if not all(isinstance(dtype, str) for dtype in _listed(part.get("levels", []))):
            raise NotPlain("of an unknown form")
        if size is not None and len(part.get("values", [])) != size:
            raise NotPlain("a table whose columns differ in length")
        return len(part.get("values", []))

    if tag == "index":
        column(content, None)
        return
    if not isinstance(content, dict) or set(content) != {"series": {"name", "index", "data"}, "frame": {"columns", "index", "data"}}[tag]:
        raise NotPlain("of an unknown form")
    rows = column(content["index"], None)
    if tag == "series":
        check(content["name"], depth + 1)
        column(content["data"], rows)
        return
    width = column(content["columns"], None)
    for part in _listed(content["data"], width):
        column(part, rows)


def read(text: bytes) -> dict[str, Any]:
    """Encoded answers by name from what a student's process wrote. Raises ``NotPlain`` if it is anything else."""
    if len(text) > MAX_BYTES:
        raise NotPlain(f"more than {MAX_BYTES // 1_000_000} MB")
    try:
        answers = json.loads(text, parse_constant=lambda name: None)
    except (ValueError, RecursionError) as error:
        raise NotPlain("not JSON") from error
    if not isinstance(answers, dict):
        raise NotPlain("of an unknown form")
    for encoded in answers.values():
        check(encoded)
    return answers


# decoding, in the process of the tests -----------------------------------------------------------

def decode(encoded: Any) -> Any:
    """The value that ``encode`` was given (numpy scalars as Python's own, arrays as lists)."""
    import pandas as pd

    if not isinstance(encoded, dict):
        return encoded
    tag, content = next(iter(encoded.items()))
    match tag:
        case "float":
            return float(content)
        case "date":
            return dt.date.fromisoformat(content)
        case "datetime":
            return dt.datetime.fromisoformat(content)
        case "timestamp":
            return pd.Timestamp(content)
        case "timedelta":
            return pd.Timedelta(content, unit="ns")
        case "nat":
            return pd.NaT
        case "na":
            return pd.NA
        case "list":
            return [decode(item) for item in content]
        case "tuple":
            return tuple(decode(item) for item in content)
        case "set":
            return {decode(item) for item in content}
        case "dict":
            return {decode(key): decode(item) for key, item in content}
        case "index":
            return _decoded_index(content)
        case "series":
            return _decoded_column(content["data"], _decoded_index(content["index"])).rename(decode(content["name"]))
        case "frame":
            index = _decoded_index(content["index"])
            frame = pd.DataFrame({position: _decoded_column(column, index) for position, column in enumerate(content["data"])}, index=index)
            frame.columns = _decoded_index(content["columns"])
            return frame
    raise NotPlain("of an unknown form")


def _decoded_column(column: dict, index):
    import pandas as pd

    values = [decode(value) for value in column["values"]]
    if column["dtype"] == "category":
        categories = pd.CategoricalDtype([decode(value) for value in column.get("categories", [])], ordered=column.get("ordered", False))
        return pd.Series(values, index=index, dtype=categories)
    dtype = column["dtype"] if _DTYPE.fullmatch(column["dtype"]) else None
    try:
        return pd.Series(values, index=index, dtype=dtype)
    except (ValueError, TypeError, OverflowError):
        return pd.Series(values, index=index, dtype=object)


def _decoded_index(index: dict):
    import pandas as pd

    values, names = [decode(value) for value in index["values"]], [decode(name) for name in index["names"]]
    if levels := index.get("levels"):
        columns = list(zip(*values)) if values else [()] * len(levels)
        return pd.MultiIndex.from_arrays([_decoded_level(list(column), dtype, None) for column, dtype in zip(columns, levels, strict=True)], names=names)
    return _decoded_level(values, index["dtype"], names[0] if names else None)


def _decoded_level(values: list, dtype: str, name):
    import pandas as pd

    try:
        return pd.Index(values, name=name, dtype=dtype if _DTYPE.fullmatch(dtype) and dtype != "category" else None, tupleize_cols=False)
    except (ValueError, TypeError, OverflowError):
        return pd.Index(values, name=name, dtype=object, tupleize_cols=False)
