"""Time arithmetic: days, spans, the old Russian calendar, who administered what on a day."""

from __future__ import annotations

import pandas as pd

from unsigned_peace.dataset import horizon, load

#: The first day after which the Julian calendar can be reckoned here: Russia had it until 1918.
_FIRST_OLD_STYLE = pd.Timestamp("1700-03-12")


def _day(value: str | pd.Timestamp) -> pd.Timestamp:
    """A whole day.

    Raises ``ValueError`` for a missing date, a time of day, or text that is no date.
    """
    day = pd.Timestamp(value)
    if pd.isna(day):
        raise ValueError("the day is missing")
    if day != day.normalize():
        raise ValueError(f"a day is expected, not a time of day: {value}")
    return day


def days_between(first: str | pd.Timestamp, second: str | pd.Timestamp) -> int:
    """Days from one date to another, in days.

    The same day gives 0, the next day 1; negative if ``second`` comes first. Both are days of the
    calendar that the dataset uses throughout (Gregorian, "new style"). Raises ``ValueError`` if a
    date is missing or is not a date.
    """
    return (_day(second) - _day(first)).days


def intervals(frame: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    """The rows of a frame that have both dates, with a column ``days``.

    It counts from ``start`` to ``end``, in days.

    Where the frame has a ``precision`` column, rows whose date is known by month or year only are
    left out: their days would be invented. Raises ``KeyError`` if a column is missing, and
    ``ValueError``, naming the first such row, if a span ends before it starts.
    """
    known = frame[start].notna() & frame[end].notna()
    if "precision" in frame:
        known &= frame["precision"].eq("day")
    spans = frame[known].assign(days=lambda rows: (rows[end] - rows[start]).dt.days)
    if spans["days"].lt(0).any():
        raise ValueError(f"a span ends before it starts: row {spans.index[spans['days'].lt(0)][0]}")
    return spans


def administration_until(
    until: str | pd.Timestamp | None = None, administration: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The administration of each place up to a day.

    Rows that continue end on it, with ``days``, in days.

    Without ``until`` that day is the last that the record covers (``dataset.horizon``).
    Rows that start after ``until`` are left out, and rows that end later are cut there, so that
    the ``days`` of a place add up to the time from its first record to ``until``.
    ``administration`` is the table of that name unless another frame is given.
    """
    last = _day(horizon() if until is None else until)
    frame = load("administration") if administration is None else administration
    begun = frame[frame["start"] < last]
    return intervals(begun.assign(end=begun["end"].fillna(last).clip(upper=last)), "start", "end")


def administered_by(
    day: str | pd.Timestamp, administration: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Who administered each place on a day.

    The row of ``administration`` in force then, one a place.

    Administration is actual rule, not title. On the day of a change the new administration counts,
    so that no place ever has two. Raises ``ValueError`` if the day lies before the first record of
    any place. A row without an end holds for any later day, as far as sources were seen (its note).
    """
    on = _day(day)
    frame = load("administration") if administration is None else administration
    first = frame.groupby("place_id")["start"].min().max()
    if on < first:
        raise ValueError(
            f"administration is on record from {first:%Y-%m-%d}, not for {on:%Y-%m-%d}"
        )
    in_force = frame["start"].le(on) & (frame["end"].gt(on) | frame["end"].isna())
    return frame[in_force].sort_values("place_id").reset_index(drop=True)


def old_style_gap(day: str | pd.Timestamp) -> int:
    """By how many days the Julian calendar ("old style", Russia's until 1918) was behind on a day.

    ``day`` is a Gregorian date; 12 for the years 1855 and 1875, 13 for 1905. Raises ``ValueError``
    before 12 March 1700, and for the one day a century (29 February 1800, 1900, ... of the old
    calendar) that the Gregorian calendar does not have.
    """
    new = _day(day)
    if new < _FIRST_OLD_STYLE:
        raise ValueError(
            f"old style is reckoned from {_FIRST_OLD_STYLE:%Y-%m-%d} on, not for {new:%Y-%m-%d}"
        )
    gap = new.year // 100 - new.year // 400 - 2
    leap_days_only_there = new.year % 100 == 0 and new.year % 400 != 0
    if leap_days_only_there:
        leap_day = pd.Timestamp(new.year, 3, 1) + pd.Timedelta(days=gap - 1)
        if new == leap_day:
            raise ValueError(
                f"{new:%Y-%m-%d} is 29 February {new.year} in the old style, "
                "a day that the new style does not have"
            )
        gap -= new < leap_day
    return gap


def old_style(day: str | pd.Timestamp) -> pd.Timestamp:
    """A date of the dataset as the old Russian calendar wrote it: ``1855-02-07`` as ``1855-01-26``.

    Use it to show or to recognise such a date, never to count days: mixed calendars give wrong
    spans. Errors as in ``old_style_gap``.
    """
    return _day(day) - pd.Timedelta(days=old_style_gap(day))
