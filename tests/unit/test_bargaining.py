"""The two-level game: win-sets, their overlap, and the limits of both."""

import math
import re

import altair as alt
import pandas as pd
import pytest
import vl_convert

from unsigned_peace import bargaining, polling

JAPANESE_BEST_FIRST = ["four", "two first", "two", "none"]


def shares(*rows):
    """Rows (deal, country, low, high) as a frame, the share in the middle of its interval."""
    frame = pd.DataFrame(rows, columns=["deal", "country", "low", "high"])
    return frame.assign(percent=(frame["low"] + frame["high"]) / 2)


def a_list(*picked, question="q"):
    """First choices (deal, percent) of one question."""
    return pd.DataFrame(picked, columns=["deal", "percent"]).assign(
        question_id=question, derived=False
    )


# a share and a threshold --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (51, 57, "inside"),
        (47, 53, "possible"),
        (41, 49, "outside"),
        (50, 56, "inside"),  # the lower end touches: all of it reaches the threshold
        (44, 50, "possible"),  # the upper end touches: the share may just reach it
        (50, 50, "inside"),
        (math.nan, math.nan, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_membership(low, high, expected):
    assert bargaining.membership(low, high, 50) == expected


@pytest.mark.parametrize("size", [1, 50, 1000])
def test_nobody_accepts(size):
    low, high = polling.wilson_interval(0, size)
    # nobody is enough where nobody is needed
    assert bargaining.membership(low, high, 0) == "inside"
    assert bargaining.membership(low, high, 100) == "outside"


def test_all_accept():
    low, high = polling.wilson_interval(100, 1000)
    assert bargaining.membership(low, high, 50) == "inside"
    # a sample never proves that everybody does
    assert bargaining.membership(low, high, 100) == "possible"


def test_raising_the_threshold_never_lets_a_deal_in():
    surer = {"inside": 2, "possible": 1, "outside": 0}
    places = [surer[bargaining.membership(30, 40, threshold)] for threshold in range(101)]
    assert places == sorted(places, reverse=True)


@pytest.mark.parametrize("threshold", [-1, 101, math.nan])
def test_threshold_out_of_range(threshold):
    with pytest.raises(ValueError, match="threshold"):
        bargaining.membership(40, 45, threshold)


def test_swapped_interval():
    with pytest.raises(ValueError, match="above its end"):
        bargaining.membership(60, 40, 50)


# two win-sets -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("inside", "inside", "inside"),
        ("inside", "possible", "possible"),
        ("inside", "outside", "outside"),
        ("inside", "unknown", "unknown"),
        ("possible", "unknown", "unknown"),
        ("outside", "unknown", "outside"),  # one refusal settles it
        ("unknown", "unknown", "unknown"),
    ],
)
def test_in_both(first, second, expected):
    assert bargaining.in_both(first, second) == expected
    assert bargaining.in_both(second, first) == expected


def test_overlap():
    frame = shares(
        ("none", "Japan", 5, 9),
        ("none", "Russia", 52, 57),
        ("two", "Japan", 55, 60),
        ("two", "Russia", 48, 52),
        ("four", "Japan", 60, 66),
    )
    found = bargaining.overlap(frame, 50).set_index("deal")
    assert list(found.index) == ["none", "two", "four"]
    assert found.loc["none"].tolist() == ["outside", "inside", "outside"]
    assert found.loc["two"].tolist() == ["inside", "possible", "possible"]
    assert found.loc["four"].tolist() == ["inside", "unknown", "unknown"]
    assert bargaining.overlap(frame, 48).set_index("deal").loc["two", "both"] == "inside"


def test_overlap_of_nothing():
    empty = shares()
    assert bargaining.overlap(empty, 50).empty
    assert list(bargaining.overlap(empty, 50).columns) == ["deal", "Japan", "Russia", "both"]
    assert bargaining.shared_threshold(empty).empty


def test_two_questions_are_never_mixed():
    frame = shares(("two", "Japan", 5, 9), ("two", "Japan", 30, 40))
    for function in (
        bargaining.side_by_side,
        bargaining.shared_threshold,
        lambda rows: bargaining.overlap(rows, 50),
    ):
        with pytest.raises(ValueError, match="two shares for one deal"):
            function(frame)


def test_countries_of_other_data():
    frame = shares(("two", "A", 5, 9), ("two", "B", 30, 40))
    assert bargaining.overlap(frame, 4, countries=("A", "B")).iloc[0].tolist() == [
        "two",
        "inside",
        "inside",
        "inside",
    ]


def test_categories_are_read_as_text():
    frame = shares(("two", "Japan", 51, 59), ("two", "Russia", 51, 59)).astype(
        {"deal": "category", "country": "category"}
    )
    assert bargaining.overlap(frame, 50)["both"].tolist() == ["inside"]


def test_shared_threshold_is_the_weaker_share():
    frame = shares(
        ("none", "Japan", 6, 8),
        ("none", "Russia", 54, 56),
        ("two", "Japan", 10, 12),
        ("two", "Russia", 10, 12),
        ("four", "Japan", 60, 66),
    )
    found = bargaining.shared_threshold(frame)
    assert found["deal"].tolist() == ["two", "none"]  # four was asked in Japan only
    assert found["shared"].tolist() == [11, 7]
    assert found["weaker"].tolist() == ["equal", "Japan"]


# reading lists ------------------------------------------------------------------------------


def test_generous_adds_what_is_worse_for_ones_own_side():
    found = bargaining.generous(
        a_list(("none", 7), ("two", 10), ("two first", 44), ("four", 33)), JAPANESE_BEST_FIRST
    )
    assert found["deal"].tolist() == ["none", "two", "two first", "four"]
    assert found["percent"].tolist() == [7, 17, 61, 94]
    assert found["derived"].all()


def test_generous_keeps_questions_apart_and_rows_in_order():
    frame = pd.concat(
        [
            a_list(("four", 60), ("none", 20), question="a"),
            a_list(("none", 5), ("four", 30), question="b"),
        ]
    )
    frame.index = [4, 7, 4, 7]  # as frames put together have
    found = bargaining.generous(frame, JAPANESE_BEST_FIRST)
    assert found["percent"].tolist() == [80, 20, 5, 35]
    assert list(found.index) == [4, 7, 4, 7]


def test_generous_drops_intervals_of_the_first_choices():
    found = bargaining.generous(
        a_list(("none", 7), ("four", 33)).assign(low=1.0, high=2.0), JAPANESE_BEST_FIRST
    )
    assert not {"low", "high"} & set(found.columns)


def test_generous_of_nothing():
    assert bargaining.generous(a_list(), JAPANESE_BEST_FIRST).empty


@pytest.mark.parametrize(
    ("picked", "message"),
    [
        ([("joint rule", 12)], "no place in the order for: joint rule"),
        ([("two", 12), ("two", 8)], "two answers in one question"),
        ([("two", 60), ("four", 61)], "more than 100 percent: q"),
    ],
)
def test_generous_refuses(picked, message):
    with pytest.raises(ValueError, match=message):
        bargaining.generous(a_list(*picked), JAPANESE_BEST_FIRST)


# sample sizes -------------------------------------------------------------------------------


def polled(**columns):
    row = {
        "percent": 50.0,
        "sample_size": pd.NA,
        "probability_sample": "presumed",
        "subgroup": pd.NA,
        "base": pd.NA,
    }
    return pd.DataFrame([{**row, **columns}]).astype({"sample_size": "Int64"})


def test_a_missing_sample_size_is_unknown_until_one_is_assumed():
    frame = polled()
    bare = polling.with_intervals(frame).iloc[0]
    assert bargaining.membership(bare["low"], bare["high"], 10) == "unknown"
    assumed = polling.with_intervals(bargaining.with_assumed_size(frame, 1000)).iloc[0]
    assert assumed["size_assumed"]
    assert bargaining.membership(assumed["low"], assumed["high"], 10) == "inside"


def test_a_known_sample_size_stays():
    found = bargaining.with_assumed_size(polled(sample_size=207), 1000).iloc[0]
    assert found["sample_size"] == 207
    assert not found["size_assumed"]


def test_an_assumed_size_gives_no_interval_to_those_not_drawn_at_random():
    found = polling.with_intervals(
        bargaining.with_assumed_size(polled(probability_sample="no"), 1000)
    ).iloc[0]
    assert pd.isna(found["low"])


def test_an_empty_sample_cannot_be_assumed():
    with pytest.raises(ValueError, match="at least one person"):
        bargaining.with_assumed_size(polled(), 0)


# the same rule on the page -------------------------------------------------------------------


def test_the_chart_draws_what_the_model_computes():
    """The Vega expressions agree with the functions, touching and missing intervals included."""
    ends = [(0, 10), (40, 50), (45, 55), (50, 60), (70, 80), (None, None)]
    pairs = [(first, second) for first in ends for second in ends]
    frame = pd.DataFrame(
        [[*first, *second] for first, second in pairs],
        columns=["Japan_low", "Japan_high", "Russia_low", "Russia_high"],
    )
    expected = []
    for first, second in pairs:
        places = [bargaining.membership(*first, 50), bargaining.membership(*second, 50)]
        expected.append("/".join([*places, bargaining.in_both(*places)]))
    chart = (
        alt.Chart(frame.assign(row=range(len(frame))))
        .add_params(alt.param(name="threshold", value=50))
        .transform_calculate(
            japan=bargaining.membership_expression("Japan"),
            russia=bargaining.membership_expression("Russia"),
        )
        .transform_calculate(both=bargaining.in_both_expression("japan", "russia"))
        .transform_calculate(all="datum.japan + '/' + datum.russia + '/' + datum.both")
        .mark_text()
        .encode(y=alt.Y("row:O", axis=None), text="all:N")
    )
    drawn = re.findall(r">([a-z]+/[a-z]+/[a-z]+)<", vl_convert.vegalite_to_svg(chart.to_dict()))
    assert drawn == expected
