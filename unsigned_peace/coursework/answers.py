"""Answers as plain data: encoded where a student's code ran, checked in between, decoded where the
tests run.

The text in between is JSON of a closed set of tagged forms, so nothing that a student's process
writes can be anything but numbers, text, dates, containers, and columns of tables of these.
"""

from __future__ import annotations

import json
import re

# What is called where a student's code has run goes by names of this module, as in ``runner``:
# a cell may put something else in a library (``numpy.bool = bool``).
from collections.abc import (
    Callable,
    Collection,
    ItemsView,
    Iterable,
    KeysView,
    Mapping,
    Sequence,
    ValuesView,
)
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import isfinite
from numbers import Integral, Real
from typing import Any

from numpy import bool as numpy_bool
from numpy import datetime64, flexible, ndarray, timedelta64
from pandas import (
    NA,
    Categorical,
    CategoricalDtype,
    Index,
    MultiIndex,
    NaT,
    Series,
    Timedelta,
    Timestamp,
)
from pandas.api.extensions import ExtensionArray

#: Bounds of one task's answers.
MAX_BYTES, MAX_DEPTH, MAX_ITEMS, MAX_DIGITS = 2_000_000, 12, 100_000, 30

#: How a value is made of what stands behind each tag.
_SCALARS: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "timestamp": Timestamp,
    "timedelta": lambda nanoseconds: Timedelta(nanoseconds, unit="ns"),
    "nat": lambda _: NaT,
    "na": lambda _: NA,
}
_CONTAINERS: dict[str, Callable[[Iterable], Any]] = {
    "list": list,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "dict": dict,
    "keys": lambda items: dict.fromkeys(items).keys(),
    "items": lambda pairs: dict(pairs).items(),
}
_DTYPE = re.compile(
    r"(u?int|float)(8|16|32|64)|U?Int(8|16|32|64)|Float(32|64)|bool|boolean|object|str|string"
    r"|category|(datetime|timedelta)64\[(s|ms|us|ns)\]"
)


class NotPlain(ValueError):
    """A value that is not plain data; the message says of what kind it is."""


# encoding, in the process of the student ---------------------------------------------------------


def encode(value: Any, depth: int = 0) -> Any:
    """A value as JSON-ready tagged data. Raises ``NotPlain`` for functions, charts, objects and
    what is too large.

    Any kind of number, set, list or dictionary crosses as Python's own (a range is a list), the
    keys and items of a dictionary as such: whoever asks for one takes them all.
    """
    if depth > MAX_DEPTH:
        raise NotPlain("nested too deeply")
    if value is None or value is True or value is False:
        return value
    if value is NaT:
        return {"nat": None}
    if value is NA:
        return {"na": None}
    if isinstance(value, Timestamp):
        return {"timestamp": Timestamp.isoformat(value)}
    if isinstance(value, Timedelta):
        return {"timedelta": int(value.as_unit("ns").value)}
    if isinstance(value, datetime64):
        return encode(Timestamp(value), depth)
    if isinstance(value, timedelta64):
        return encode(Timedelta(value), depth)
    if isinstance(value, (numpy_bool, flexible)):
        return encode(value.item(), depth)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Integral):
        if abs(value) >= 10**MAX_DIGITS:
            raise NotPlain(f"a whole number of more than {MAX_DIGITS} digits")
        return int(value)
    if isinstance(value, (Real, Decimal)):
        return float(value) if isfinite(value) else {"float": repr(float(value))}
    if isinstance(value, datetime):
        return {"datetime": datetime.isoformat(value)}
    if isinstance(value, date):
        return {"date": date.isoformat(value)}
    if isinstance(value, timedelta):
        return encode(Timedelta(value), depth)
    if isinstance(value, ndarray) and value.ndim == 0:
        return encode(value[()], depth)
    if isinstance(value, ndarray) and value.ndim == 1:
        return {
            "list": _items(value.tolist() if value.dtype.kind not in "mM" else list(value), depth)
        }
    if isinstance(value, Series):
        return {
            "series": {
                "name": _name(value.name, depth + 1),
                "index": _index(value.index, depth),
                "data": _column(value, depth),
            }
        }
    if isinstance(value, Index):
        return {"index": _index(value, depth)}
    if isinstance(value, (Categorical, ExtensionArray)):
        return {"list": _items(list(value), depth)}
    if isinstance(value, Mapping):
        return {
            "dict": [
                [encode(key, depth + 1), encode(item, depth + 1)]
                for key, item in _short(value.items())
            ]
        }
    if isinstance(value, (KeysView, ItemsView)):  # a set that has an order
        return {"keys" if isinstance(value, KeysView) else "items": _items(value, depth)}
    if isinstance(value, AbstractSet):  # one that can be hashed may be a key
        return {
            "frozenset" if isinstance(value, frozenset) else "set": sorted(
                _items(value, depth), key=repr
            )
        }
    if isinstance(value, tuple):
        return {"tuple": _items(value, depth)}
    if isinstance(value, (Sequence, ValuesView)) and not isinstance(
        value, (bytes, bytearray, memoryview)
    ):
        return {"list": _items(value, depth)}
    raise NotPlain(f"of kind {type(value).__name__}")


def _name(name: object, depth: int) -> Any:
    """A column's name; no answer fails for it, so one of a kind that does not cross, or could not
    be hashed there, is its text.
    """
    try:
        encoded = encode(name, depth)
        hash(decode(encoded))
    except (NotPlain, TypeError):
        return encode(str(name), depth)
    return encoded


def _short(values: Collection) -> list:
    if len(values) > MAX_ITEMS:
        raise NotPlain("a collection of too many items")
    return list(values)


def _items(values: Collection, depth: int) -> list:
    return [encode(item, depth + 1) for item in _short(values)]


def _column(column: Series, depth: int) -> dict:
    encoded: dict[str, Any] = {"dtype": str(column.dtype), "values": _items(column.tolist(), depth)}
    if isinstance(column.dtype, CategoricalDtype):
        encoded["dtype"] = "category"
        encoded["categories"] = _items(column.cat.categories.tolist(), depth)
        encoded["ordered"] = bool(column.cat.ordered)
    return encoded


def _index(index: Index, depth: int) -> dict:
    encoded = {
        "values": _items(index.tolist(), depth),
        "names": [_name(name, depth + 1) for name in _short(index.names)],
        "dtype": str(index.dtype),
    }
    if index.nlevels > 1:
        encoded["levels"] = [str(dtype) for dtype in index.dtypes]
    return encoded


# checking, outside -------------------------------------------------------------------------------


def check(encoded: Any, depth: int = 0) -> None:
    """Raises ``NotPlain`` unless data read from a student's process is of the forms that ``encode``
    gives.
    """
    if depth > 4 * MAX_DEPTH:
        raise NotPlain("nested too deeply")
    if (
        isinstance(encoded, int)
        and not isinstance(encoded, bool)
        and abs(encoded) >= 10**MAX_DIGITS
    ):
        raise NotPlain("a number too large")
    if isinstance(encoded, float) and not isfinite(encoded):
        raise NotPlain("a number that JSON has not")
    if encoded is None or isinstance(encoded, (bool, int, float, str)):
        return
    if not (isinstance(encoded, dict) and len(encoded) == 1):
        raise NotPlain("of an unknown form")
    tag, content = next(iter(encoded.items()))
    if tag in _SCALARS:
        if (
            not (content is None or isinstance(content, (str, int)))
            or isinstance(content, str)
            and len(content) > 64
        ):
            raise NotPlain("of an unknown form")
    elif tag in _CONTAINERS:
        for item in _listed(content):
            for part in _listed(item, 2) if tag == "dict" else (item,):
                check(part, depth + 1)
    elif tag == "index":
        _check_column(content, depth)
    elif tag == "series":
        if not isinstance(content, dict) or set(content) != {"name", "index", "data"}:
            raise NotPlain("of an unknown form")
        check(content["name"], depth + 1)
        if _check_column(content["index"], depth) != _check_column(content["data"], depth):
            raise NotPlain("a column and an index that differ in length")
    else:
        raise NotPlain("of an unknown form")


def _listed(content: Any, length: int | None = None) -> list:
    if (
        not isinstance(content, list)
        or len(content) > MAX_ITEMS
        or length not in (None, len(content))
    ):
        raise NotPlain("of an unknown form")
    return content


#: What a column, or an index, may say of itself.
_PARTS = {"dtype", "values", "names", "levels", "categories", "ordered"}


def _check_column(part: Any, depth: int) -> int:
    """The length of an encoded column or index."""
    if not isinstance(part, dict) or not set(part) <= _PARTS:
        raise NotPlain("of an unknown form")
    for key in ("values", "names", "categories"):
        for item in _listed(part.get(key, [])):
            check(item, depth + 1)
    if not isinstance(part.get("dtype"), str) or not isinstance(part.get("ordered", False), bool):
        raise NotPlain("of an unknown form")
    if not all(isinstance(dtype, str) for dtype in _listed(part.get("levels", []))):
        raise NotPlain("of an unknown form")
    return len(part.get("values", []))


def read(text: bytes) -> dict[str, Any]:
    """Encoded answers by name from what a student's process wrote. Raises ``NotPlain`` if it is
    anything else.
    """
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
    if not isinstance(encoded, dict):
        return encoded
    tag, content = next(iter(encoded.items()))
    if tag in _SCALARS:
        return _SCALARS[tag](content)
    if tag in _CONTAINERS:
        items = (map(decode, item) if tag == "dict" else decode(item) for item in content)
        return _CONTAINERS[tag](items)
    if tag == "index":
        return _decoded_index(content)
    return _decoded_column(content["data"], _decoded_index(content["index"])).rename(
        decode(content["name"])
    )


def _decoded_column(column: dict, index: Index) -> Series:
    values = [decode(value) for value in column["values"]]
    if column["dtype"] == "category":
        categories = CategoricalDtype(
            [decode(value) for value in column.get("categories", [])],
            ordered=column.get("ordered", False),
        )
        return Series(values, index=index, dtype=categories)
    dtype = column["dtype"] if _DTYPE.fullmatch(column["dtype"]) else None
    try:
        return Series(values, index=index, dtype=dtype)
    except (ValueError, TypeError, OverflowError):
        return Series(values, index=index, dtype=object)


def _decoded_index(index: dict) -> Index:
    values, names = ([decode(item) for item in index[part]] for part in ("values", "names"))
    if levels := index.get("levels"):
        columns = list(zip(*values)) if values else [()] * len(levels)
        return MultiIndex.from_arrays(
            [
                _decoded_level(list(column), dtype, None)
                for column, dtype in zip(columns, levels, strict=True)
            ],
            names=names,
        )
    return _decoded_level(values, index["dtype"], names[0] if names else None)


def _decoded_level(values: list, dtype: str, name: object) -> Index:
    try:
        return Index(
            values,
            name=name,
            dtype=dtype if _DTYPE.fullmatch(dtype) and dtype != "category" else None,
            tupleize_cols=False,
        )
    except (ValueError, TypeError, OverflowError):
        return Index(values, name=name, dtype=object, tupleize_cols=False)
