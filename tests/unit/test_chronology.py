"""Time arithmetic: days, spans, calendars, and who administered what."""

from __future__ import annotations

import pandas as pd
import pytest

from unsigned_peace import load
from unsigned_peace.chronology import (
    administered_by,
    administration_until,
    days_between,
    intervals,
    old_style,
    old_style_gap,
)
from unsigned_peace.dataset import horizon


def spans(*rows: tuple) -> pd.DataFrame:
    """A small administration: place, start, end (None continues), state."""
    frame = pd.DataFrame(rows, columns=["place_id", "start", "end", "state"])
    return frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))


SMALL = spans(
    ("a", "1855-02-07", "1875-08-22", "Russian Empire"),
    ("a", "1875-08-22", None, "Japan"),
    ("b", "1855-02-07", None, "Japan"),
)


# days ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "days"),
    [
        ("1956-10-19", "1956-10-19", 0),
        ("1956-10-19", "1956-12-12", 54),
        ("1956-12-12", "1956-10-19", -54),
        ("2000-02-28", "2000-03-01", 2),
        ("1900-02-28", "1900-03-01", 1),
        ("1855-02-07", "2026-02-07", 62457),
    ],
)
def test_days_between(first, second, days):
    assert days_between(first, pd.Timestamp(second)) == days


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (None, "the day is missing"),
        (pd.NaT, "the day is missing"),
        ("1945-02-30", "day is out of range|must be in range"),
        ("soon", "soon"),
        (pd.Timestamp("1945-08-15 12:00"), "a day is expected, not a time of day"),
    ],
)
def test_days_need_two_whole_days(wrong, said):
    with pytest.raises(ValueError, match=said):
        days_between("1945-08-15", wrong)


def test_intervals_leave_out_what_is_not_known_to_the_day():
    documents = pd.DataFrame(
        {
            "date": pd.to_datetime(["1875-05-07", "1982-01-01", "1855-02-07"]),
            "in_force": pd.to_datetime(["1875-08-22", "1982-09-01", None]),
            "precision": ["day", "year", "day"],
        }
    )
    assert intervals(documents, "date", "in_force")["days"].tolist() == [107]


def test_intervals_of_one_day_are_none_long():
    assert intervals(spans(("a", "2020-07-04", "2020-07-04", "x")), "start", "end")[
        "days"
    ].tolist() == [0]


def test_intervals_refuse_an_end_before_the_start():
    with pytest.raises(ValueError, match="ends before it starts: row 1"):
        intervals(
            spans(("a", "1900-01-01", "1900-01-02", "x"), ("a", "1900-01-02", "1900-01-01", "x")),
            "start",
            "end",
        )


# administration --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("1855-02-07", "Russian Empire"),
        ("1875-08-21", "Russian Empire"),
        ("1875-08-22", "Japan"),
        ("2099-01-01", "Japan"),
    ],
)
def test_the_new_administration_counts_from_the_day_of_the_change(day, state):
    assert administered_by(day, SMALL).set_index("place_id")["state"].to_dict() == {
        "a": state,
        "b": "Japan",
    }


def test_no_administration_is_made_up_before_the_record():
    with pytest.raises(ValueError, match="on record from 1855-02-07, not for 1855-02-06"):
        administered_by("1855-02-06", SMALL)


def test_the_record_knows_one_administration_a_place_on_every_day_of_change():
    administration = load("administration")
    changes = administration["start"].drop_duplicates()
    for day in [*changes, *(changes[changes > changes.min()] - pd.Timedelta(days=1))]:
        on_the_day = administered_by(day)
        assert sorted(on_the_day["place_id"]) == sorted(administration["place_id"].unique()), day


@pytest.mark.parametrize(
    ("day", "place", "state"),
    [
        ("1874-01-01", "urup", "Russian Empire"),
        ("1874-01-01", "iturup", "Japan"),
        ("1874-01-01", "sakhalin-south", "joint (undivided)"),
        ("1904-01-01", "sakhalin-south", "Russian Empire"),
        ("1944-01-01", "sakhalin-south", "Japan"),
        ("1945-09-02", "iturup", "Soviet Union"),
        ("1945-09-02", "habomai", "Japan"),
        ("2020-01-01", "shikotan", "Russian Federation"),
    ],
)
def test_the_record_of_administration(day, place, state):
    assert administered_by(day).set_index("place_id").loc[place, "state"] == state


def test_administration_runs_to_the_last_day_of_the_record_unless_a_day_is_given():
    assert administration_until().groupby("place_id")["end"].max().eq(horizon()).all()


def test_administration_until_a_day_adds_up_and_is_cut_there():
    until = administration_until("1900-01-01", SMALL)
    assert until["end"].max() == pd.Timestamp("1900-01-01")
    assert (
        until.groupby("place_id")["days"].sum().eq(days_between("1855-02-07", "1900-01-01")).all()
    )
    assert administration_until("1870-01-01", SMALL)["state"].tolist() == [
        "Russian Empire",
        "Japan",
    ]
    assert administration_until("1855-02-07", SMALL).empty


# calendars -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "old", "gap"),
    [
        ("1700-03-12", "1700-03-01", 11),
        ("1800-03-11", "1800-02-28", 11),
        ("1800-03-13", "1800-03-01", 12),
        ("1855-02-07", "1855-01-26", 12),
        ("1875-05-07", "1875-04-25", 12),
        ("1900-03-12", "1900-02-28", 12),
        ("1900-03-14", "1900-03-01", 13),
        ("1905-09-05", "1905-08-23", 13),
        ("2000-02-29", "2000-02-16", 13),
    ],
)
def test_old_style(new, old, gap):
    assert old_style(new) == pd.Timestamp(old)
    assert old_style_gap(new) == gap


@pytest.mark.parametrize("day", ["1800-03-12", "1900-03-13"])
def test_a_leap_day_of_the_old_calendar_alone_has_no_date(day):
    with pytest.raises(ValueError, match="is 29 February"):
        old_style(day)


def test_old_style_has_a_beginning():
    with pytest.raises(ValueError, match="from 1700-03-12"):
        old_style("1700-03-11")
