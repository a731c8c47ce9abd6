"""Figures for running text."""

import numpy as np
import pandas as pd
import pytest
from IPython.lib.pretty import pretty

from unsigned_peace import prose


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        (prose.number(1234), "1,234"),
        (prose.number(6.94, 1), "6.9"),
        (prose.words(3), "three"),
        (prose.words(27), "27"),
        (prose.words(0, zero="no"), "no"),
        (prose.out_of(5, 6), "five of the six"),
        (prose.out_of(6, 6), "all six"),
        (prose.out_of(0, 14), "none of the 14"),
        (prose.out_of(2, 2), "both"),
        (prose.out_of(0, 2), "neither"),
        (prose.out_of(1, 1), "the one"),
        (prose.out_of(0, 1), "none"),
        (prose.percent(61.6), "61.6 percent"),
        (prose.percent(np.float64(74)), "74 percent"),
        (prose.percent(66.666, 0), "67 percent"),
        (prose.points(30.8), "30.8 percentage points"),
        (prose.span(41.5, np.float64(58)), "41.5 to 58 percent"),
        (prose.span(5.0, 11.0, "and"), "5 and 11 percent"),
        (prose.span(90.04, 96.2, decimals=0), "90 to 96 percent"),
        (prose.minutes(50), "50 minutes"),
        (prose.minutes(60), "1 hour"),
        (prose.minutes(190), "3 hours 10 minutes"),
        (prose.date(pd.Timestamp("2019-01-22")), "22 January 2019"),
        (prose.date(pd.Timestamp("2018-11-01"), "month"), "November 2018"),
        (prose.date(pd.Timestamp("1990-01-01"), "year"), "1990"),
    ],
)
def test_a_figure_reads_as_a_writer_would_write_it(figure, shown):
    assert str(figure) == shown
    assert pretty(figure) == shown, "no quotation marks in a notebook"


@pytest.mark.parametrize(
    "make", [prose.number, prose.words, prose.percent, prose.points, prose.minutes, prose.date]
)
@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, pd.NaT])
def test_a_missing_value_is_refused(make, value):
    with pytest.raises(ValueError, match="missing"):
        make(value)


@pytest.mark.parametrize("ends", [(float("nan"), 5), (5, None)])
def test_a_range_without_an_end_is_refused(ends):
    with pytest.raises(ValueError, match="missing"):
        prose.span(*ends)


@pytest.mark.parametrize(("part", "whole"), [(7, 6), (-1, 6), (0, 0)])
def test_a_part_is_within_its_whole(part, whole):
    with pytest.raises(ValueError, match="no part of a whole"):
        prose.out_of(part, whole)


@pytest.mark.parametrize("counts", [(float("nan"), 5), (5, None)])
def test_a_part_without_a_count_is_refused(counts):
    with pytest.raises(ValueError, match="missing"):
        prose.out_of(*counts)


def test_several_values_are_refused():
    with pytest.raises(ValueError, match="2 values, expected one"):
        prose.percent(pd.Series([1.0, 2.0]))
