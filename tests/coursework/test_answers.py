"""Answers cross from the student's process to the tests as plain data, and nothing else does."""

from __future__ import annotations

import datetime as dt
import json
from collections import ChainMap, Counter, deque
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from unsigned_peace import load
from unsigned_peace.coursework import answers


def crossed(value):
    return answers.decode(
        answers.read(json.dumps({"value": answers.encode(value)}).encode())["value"]
    )


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -(10**20),
        1.5,
        "Хабомаи 歯舞",
        "",
        [1, [2, (3, "a")]],
        (1, 2),
        {1, 2},
        {"a": [1], ("b", 2): None},
        {1.5: {"x"}},
        dt.date(1956, 10, 19),
        dt.datetime(1956, 10, 19, 12, 30),
        pd.Timestamp("1956-10-19"),
        pd.Timestamp("2020-01-01", tz="Asia/Tokyo"),
        pd.Timedelta(days=3),
        float("inf"),
    ],
)
def test_a_plain_value_arrives_as_it_was(value):
    arrived = crossed(value)
    assert arrived == value and type(arrived) is type(value)


@pytest.mark.parametrize("name", [pd.Period("1900", "Y"), pd.Interval(1, 2), print])
def test_no_answer_fails_for_the_name_of_a_column_or_an_index(name):
    arrived = crossed(pd.Series([1, 2], index=pd.Index([3, 4], name=name), name=name))
    assert arrived.to_dict() == {3: 1, 4: 2}
    assert arrived.name == arrived.index.name == str(name)


def test_keys_and_items_keep_their_order():
    by_size = {"iturup": 1, "habomai": 4, "shikotan": 3}
    assert list(crossed(by_size.keys())) == list(by_size) and crossed(by_size.keys()) == {*by_size}
    assert list(crossed({"a": [1], "b": [0]}.items())) == [("a", [1]), ("b", [0])]


def test_missing_values_arrive():
    assert crossed(pd.NaT) is pd.NaT and crossed(pd.NA) is pd.NA and np.isnan(crossed(float("nan")))


@pytest.mark.parametrize(
    "value, plain",
    [
        (np.int64(3), 3),
        (np.float64(0.5), 0.5),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.array([1, 2]), [1, 2]),
        (np.datetime64("2019-01-22"), pd.Timestamp("2019-01-22")),
        (dt.timedelta(1), pd.Timedelta(days=1)),
    ],
)
def test_numpy_values_arrive_as_plain_ones(value, plain):
    assert crossed(value) == plain


@pytest.mark.parametrize(
    "value, plain",
    [
        ({"a": 1, "b": 2}.values(), [1, 2]),
        (range(3), [0, 1, 2]),
        (deque(["a"]), ["a"]),
        (MappingProxyType({"a": 1}), {"a": 1}),
        (ChainMap({"a": 1}), {"a": 1}),
        (Counter("aab"), {"a": 2, "b": 1}),
        (Fraction(1, 4), 0.25),
        (Decimal("2.5"), 2.5),
        (np.longdouble(1.5), 1.5),
        (np.array(3), 3),
        (np.array("2019-01-22", dtype="datetime64[D]"), pd.Timestamp("2019-01-22")),
    ],
)
def test_every_kind_of_number_set_list_and_dictionary_arrives_as_pythons_own(value, plain):
    arrived = crossed(value)
    assert arrived == plain and type(arrived) is type(plain)


@pytest.mark.parametrize("table", ["documents", "polls", "observations", "events"])
def test_columns_of_the_dataset_arrive_with_their_types(table):
    frame = load(table)
    for column in frame:
        pd.testing.assert_series_equal(crossed(frame[column]), frame[column])


def test_indices_arrive():
    documents = load("documents")
    counts = documents.groupby([documents["date"].dt.year, documents["kind"].astype(str)]).size()
    pd.testing.assert_series_equal(crossed(counts), counts)
    pd.testing.assert_index_equal(crossed(counts.index), counts.index)
    by_date = documents.set_index("date")["title"]
    pd.testing.assert_series_equal(crossed(by_date), by_date)


class Anything:
    def __eq__(self, other):
        return True


@pytest.mark.parametrize(
    "value",
    [
        len,
        Anything(),
        [Anything()],
        {"a": lambda: 1},
        pd,
        object,
        iter([]),
        10**40,
        b"bytes",
        bytearray(b"bytes"),
        1j,
        np.clongdouble(1),
        map(str, [1]),
        np.zeros((2, 2)),
        pd.DataFrame({"a": [1]}),
    ],
)
def test_what_is_not_plain_data_does_not_cross(value):
    with pytest.raises(answers.NotPlain):
        answers.encode(value)


def test_nested_too_deeply_or_too_large_does_not_cross():
    deep: list = []
    for _ in range(10_000):
        deep = [deep]
    for value in (
        deep,
        list(range(answers.MAX_ITEMS + 1)),
        pd.Series(np.zeros(answers.MAX_ITEMS + 1)),
    ):
        with pytest.raises(answers.NotPlain):
            answers.encode(value)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[1]",
        b'{"a": {"list": 3}}',
        b'{"a": {"pickle": "gASV"}}',
        b'{"a": {"list": [], "set": []}}',
        b'{"a": {"dict": [[1]]}}',
        b'{"a": [1]}',
        b'{"a": {"series": {"name": null, "index": {}, "data": {}}}}',
        b'{"a": {"date": ' + b'"9"' * 1 + b', "x": 1}}',
        b'{"a": ' + b"[" * 100_000,
        b'{"a": 1' + b"0" * 50 + b"}",
        b'{"a": "' + b"x" * 3_000_000 + b'"}',
        b'{"a": {"frame": {"columns": {}, "index": {}, "data": []}}}',
        (
            b'{"a": {"series": {"name": null, "index": {"dtype": "int64", "values": [0]}, '
            b'"data": {"dtype": "str", "values": []}}}}'
        ),
    ],
)
def test_forged_data_is_refused(text):
    with pytest.raises(answers.NotPlain):
        answers.read(text)


def test_what_can_be_hashed_can_be_hashed_on_the_other_side():
    for value in (frozenset({1}), {frozenset({1}): {2}}, {(frozenset({1}), 2)}):
        assert answers.decode(answers.encode(value)) == value
    for name, wanted in ((frozenset({1}), frozenset({1})), (range(3), "range(0, 3)")):
        column = answers.decode(answers.encode(pd.Series([1], name=name)))
        assert column.name == wanted
