"""The timeline's pictures: no dot lies on another, no bar says what the events do not."""

from __future__ import annotations

from itertools import combinations

import pytest

from unsigned_peace import load
from unsigned_peace.palette import NARROW, WIDTHS
from unsigned_peace.publishing.data_pages import timeline


@pytest.mark.parametrize(
    ("day", "shown"), [("1945-08-08", "8 Aug 1945"), ("1973-10", "Oct 1973"), ("1644", "1644")]
)
def test_a_day_is_written_no_finer_than_it_is_known(day, shown):
    assert timeline.readable(day) == shown


@pytest.mark.parametrize("width", [NARROW, WIDTHS["text"]])
def test_numbers_on_the_line_keep_clear_of_each_other_and_of_its_ends(width):
    days = ["1855-02-07", "1945-02-11", "1945-08-08", "1945-09-02", "1951-09-08", "1956", "2022-03"]
    drawn = timeline.line(days, width)
    dots = [(dot["x"], dot["y"]) for dot in drawn["dots"]]
    assert [dot["number"] for dot in drawn["dots"]] == list(range(1, 8))
    assert all(11 <= x <= width - 11 and 11 <= y <= drawn["foot"] for x, y in dots)
    for (x, y), (other_x, other_y) in combinations(dots, 2):
        assert abs(x - other_x) >= 22 or abs(y - other_y) >= 22


@pytest.mark.parametrize("width", [NARROW, WIDTHS["text"]])
def test_each_decade_has_a_bar_as_high_as_it_has_events(width):
    events = load("events")
    drawn = timeline.decades([{"date": f"{day:%Y-%m-%d}"} for day in events["date"]], width)
    forties = events["date"].dt.year.between(1940, 1949).sum()
    tens = events["date"].dt.year.between(2010, 2019).sum()
    early, *bars = drawn["bars"]
    heights = {bar["label"][:4]: bar["height"] for bar in bars}
    assert heights["1940"] / heights["2010"] == pytest.approx(forties / tens, abs=0.01)
    assert heights["1890"] == 0 and early["height"] > 0
    assert bars[-1]["x"] + drawn["bar"] <= width
