"""Association of yearly series, against scipy and at the limits."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from unsigned_peace import association

YEARS = range(1956, 1996)
CHANCE = np.random.default_rng(7)
FIRST = pd.Series(CHANCE.normal(size=40).round(1), index=YEARS)
SECOND = pd.Series(CHANCE.integers(0, 4, size=40), index=YEARS, dtype="Int64")


def test_the_correlation_is_spearman_s():
    expected = stats.spearmanr(FIRST, SECOND).statistic
    assert association.rank_correlation(FIRST, SECOND) == pytest.approx(expected)


def test_series_that_rise_together_correlate_fully():
    assert association.rank_correlation(FIRST, np.exp(FIRST)) == pytest.approx(1)
    assert association.rank_correlation(FIRST, -FIRST) == pytest.approx(-1)


def test_a_series_that_never_changes_has_no_correlation():
    never = pd.Series(0, index=YEARS)
    assert math.isnan(association.rank_correlation(FIRST, never))
    assert association.compare(FIRST, never)["stands_out"].tolist() == [False]


def test_a_lag_takes_the_cause_from_earlier_years():
    outcome = FIRST.set_axis(FIRST.index + 3)  # what happens follows by three years
    found = association.compare(FIRST, outcome, range(-3, 5))
    assert found.set_index("lag")["correlation"].idxmax() == 3
    assert association.rank_correlation(FIRST, outcome, lag=3) == pytest.approx(1)
    assert association.pairs(FIRST, SECOND, lag=3).index.tolist() == list(range(1959, 1996))


def test_a_year_with_a_gap_is_left_out():
    assert 1964 not in association.pairs(FIRST.drop(1964), SECOND).index
    assert 1964 not in association.pairs(FIRST.where(FIRST.index != 1964), SECOND).index
    assert len(association.pairs(FIRST, SECOND)) == 40


def test_turning_keeps_the_runs_of_a_series():
    correlations = association.turned(FIRST, SECOND)
    assert len(correlations) == 40
    assert correlations[0] == pytest.approx(association.rank_correlation(FIRST, SECOND))
    assert correlations[5] == pytest.approx(stats.spearmanr(np.roll(FIRST, 5), SECOND).statistic)


def test_shuffling_agrees_with_scipy_s_permutation_test():
    def statistic(first):
        return stats.spearmanr(first, SECOND).statistic

    expected = stats.permutation_test(
        (FIRST,), statistic, permutation_type="pairings", n_resamples=1000, rng=1
    )
    share = association.at_least_as_strong(statistic(FIRST), association.shuffled(FIRST, SECOND))
    assert share == pytest.approx(expected.pvalue, abs=0.03)


def test_shuffling_is_the_same_each_time_and_differs_by_seed():
    once = association.shuffled(FIRST, SECOND, draws=50)
    assert (once == association.shuffled(FIRST, SECOND, draws=50)).all()
    assert (once != association.shuffled(FIRST, SECOND, draws=50, seed=1)).any()


def test_two_slow_series_often_look_related_and_turning_knows_it():
    """Random walks: the shuffle calls far more than one in twenty remarkable, the turning fewer."""
    walks = np.random.default_rng(3).normal(size=(60, 2, 60)).cumsum(axis=2)
    series = [(pd.Series(a), pd.Series(b)) for a, b in walks]
    by_shuffle = np.mean(
        [
            association.at_least_as_strong(
                association.rank_correlation(a, b), association.shuffled(a, b, draws=400)
            )
            < 0.05
            for a, b in series
        ]
    )
    by_turning = np.mean(
        [
            association.at_least_as_strong(
                association.rank_correlation(a, b), association.turned(a, b)
            )
            < 0.05
            for a, b in series
        ]
    )
    assert by_turning < 0.3
    assert by_shuffle > 0.5


def test_too_few_years_and_doubled_years_are_refused():
    with pytest.raises(ValueError, match="three years"):
        association.rank_correlation(FIRST.head(2), SECOND)
    with pytest.raises(ValueError, match="twice: 1956"):
        association.pairs(FIRST.set_axis([1956, *list(YEARS)[:-1]]), SECOND)


def test_a_correlation_stands_out_if_one_turn_in_twenty_or_fewer_is_as_strong():
    series = [pd.Series(CHANCE.normal(size=40), index=YEARS) for _ in range(40)]
    found = pd.concat(
        association.compare(a, b) for a, b in zip(series[::2], series[1::2], strict=True)
    )
    assert (found["stands_out"] == found["share"].le(association.REMARKABLE)).all()
    assert (found["stands_out"] == found["correlation"].abs().ge(found["needed"] - 1e-9)).all()
    turns = association.turned(series[0], series[1])
    row = association.compare(series[0], series[1]).iloc[0]
    assert row["by_luck"] == pytest.approx(np.mean(np.abs(turns) >= row["needed"] - 1e-9))
    assert row["by_luck"] <= association.REMARKABLE
    assert (row["lowest"], row["highest"]) == (turns.min(), turns.max())


def test_a_test_that_no_turn_could_pass_is_told_from_one_that_failed():
    once = pd.Series([1] + [0] * 39, index=YEARS)  # one eventful year: every turn but one is alike
    twice = pd.Series([1, 1] + [0] * 38, index=YEARS)
    for expected, could in ((None, True), (1, True), (-1, False)):
        assert association.compare(once, twice, expected=expected)["could"].item() is could
    short = association.compare(once.head(10), twice.head(10))  # one turn of ten is a tenth
    assert math.isnan(short["needed"].item())
    assert not short["could"].item() and not short["stands_out"].item()


def test_a_claim_with_a_direction_is_tested_on_its_side_only():
    turns = association.turned(FIRST, SECOND)
    two_sided = association.compare(FIRST, SECOND).iloc[0]
    for sign in (1, -1):
        found = association.compare(FIRST, SECOND, expected=sign).iloc[0]
        assert found["share"] == np.mean(sign * turns >= sign * turns[0] - 1e-9)
        assert found["either_side"] == two_sided["share"]
        assert found["needed"] <= two_sided["needed"]
    rising = pd.Series(range(40), index=YEARS)
    wrong_way = association.compare(rising, -rising, expected=1).iloc[0]
    assert not wrong_way["stands_out"] and wrong_way["share"] == 1
    directed = association.strongest({"same": FIRST}, SECOND.to_frame("one"), expected={"same": -1})
    assert directed.loc[0] == pytest.approx(-turns[0])


def test_ties_keep_a_correlation_from_one():
    rare = pd.Series([1, 1, 1] + [0] * 37, index=YEARS)
    low, high = association.attainable(FIRST, rare)
    turned = association.turned(FIRST, rare)
    assert -1 < low <= turned.min() and turned.max() <= high < 1
    best = rare.set_axis(FIRST.sort_values(ascending=False).index)
    assert association.rank_correlation(FIRST, best) == pytest.approx(high)
    assert association.attainable(FIRST, -FIRST)[0] == pytest.approx(-1)


def test_the_interval_is_fisher_s():
    r = stats.spearmanr(FIRST, SECOND).statistic
    ends = np.tanh(np.arctanh(r) + np.array([-1, 1]) * stats.norm.ppf(0.975) / math.sqrt(40 - 3))
    assert association.interval(FIRST, SECOND) == pytest.approx(tuple(ends))


def test_the_interval_holds_the_true_strength_about_nineteen_times_in_twenty():
    draws = np.random.default_rng(5).multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], (200, 40))
    true = 6 / math.pi * math.asin(0.25)  # Spearman's for a normal pair of correlation a half
    held = [
        low <= true <= high
        for low, high in (
            association.interval(*(pd.Series(one, index=YEARS) for one in pair.T)) for pair in draws
        )
    ]
    assert 0.9 < np.mean(held) < 0.98


def test_unrelated_walks_raise_more_false_alarms_than_unrelated_years():
    years = np.random.default_rng(2).normal(size=(100, 2, 40))
    alarms = [
        association.compare(*(pd.Series(one, index=YEARS) for one in pair))["stands_out"].item()
        for pair in years
    ]
    assert np.mean(alarms) < 0.09
    assert association.false_alarms(40, draws=200) > 0.1
    assert association.false_alarms(40, draws=200, expected=1) > association.REMARKABLE
    assert association.false_alarms(40, draws=50) == association.false_alarms(40, draws=50)


def test_power_grows_with_the_strength_and_without_a_link_is_the_rate_of_false_alarms():
    found = [association.power(FIRST, SECOND, strength, draws=200) for strength in (0, 0.3, 0.7)]
    assert found[0] < 0.1 < found[1] < found[2] and found[2] > 0.9


def test_the_best_of_many_tests_is_compared_with_the_best_of_all_turns():
    outcomes = pd.DataFrame({"one": SECOND.astype(float), "two": FIRST.round()}, index=YEARS)
    causes = {"same": FIRST, "lagged": FIRST.shift(1).dropna()}
    found = association.strongest(causes, outcomes, lags=[0, 1])
    by_hand = max(
        abs(stats.spearmanr(outcomes[name].loc[cause.index], cause).statistic)
        for cause in causes.values()
        for name in outcomes
    )
    assert found.loc[0] >= by_hand - 1e-9 and len(found) == 40
    alone = association.strongest({"same": FIRST}, outcomes[["one"]])
    assert sorted(alone) == pytest.approx(sorted(np.abs(association.turned(FIRST, SECOND))))
    without = association.strongest({"same": FIRST}, outcomes, without=[("same", "two", 0)])
    assert without.to_numpy() == pytest.approx(alone.to_numpy())


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: association.pairs(FIRST, SECOND, 0.5), TypeError, "whole number of years"),
        (
            lambda: association.pairs(FIRST.set_axis(pd.date_range("1956", periods=40)), SECOND),
            TypeError,
            "cause is not by year: its index holds datetime64",
        ),
        (
            lambda: association.pairs(FIRST, SECOND.set_axis(SECOND.index.astype(str))),
            TypeError,
            "outcome is not by year",
        ),
        (
            lambda: association.pairs(FIRST.replace(FIRST.iloc[0], math.inf), SECOND),
            ValueError,
            "cause has an infinite value",
        ),
        (lambda: association.compare(FIRST, SECOND, expected=0), ValueError, "sign 1 or -1"),
        (lambda: association.power(FIRST, SECOND, 1), ValueError, "between -1 and 1"),
        (
            lambda: association.at_least_as_strong(math.nan, association.turned(FIRST, SECOND)),
            ValueError,
            "never changes",
        ),
        (
            lambda: association.strongest({"a": FIRST}, pd.DataFrame({"b": SECOND}).drop(1970)),
            ValueError,
            "every year",
        ),
    ],
)
def test_what_it_is_not_made_for_is_refused(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_yardsticks_count_what_joint_texts_say():
    documents = pd.DataFrame(
        {
            "document_id": ["a", "b", "c", "d"],
            "date": pd.to_datetime(["1956-10-19", "1956-10-20", "1993-10-13", "1998-02-21"]),
            "kind": ["declaration", "letter", "declaration", "agreement"],
            "parties": ["USSR; Japan", "Japan; USSR", "Japan; Russia", "Japan; Russia"],
        }
    )
    positions = pd.DataFrame(
        {
            "government": ["joint", "joint", "joint", "Japan"],
            "form": ["text", "text", "text", "text"],
            "value": ["two", "none set", "four", "four"],
            "dimension": ["subject", "deadline", "subject", "demand"],
            "islands": [2, None, 4, 4],
            "date": pd.to_datetime(["1956-10-19", "1956-10-19", "1993-10-13", "1993-10-13"]),
        }
    )
    joint, said = association.joint_documents(documents), association.joint_formulas(positions)
    found = association.yardsticks(joint, said, pd.RangeIndex(1956, 1999))
    assert joint["document_id"].tolist() == ["a", "c"] and len(said) == 2
    assert found.loc[[1956, 1957, 1993, 1998]].to_numpy().tolist() == [
        [1, 1, 2, 1],
        [0, 0, 0, 1],
        [1, 1, 4, 2],
        [0, 0, 0, 2],
    ]


def test_yearly_series_leave_out_what_is_of_low_confidence():
    observations = pd.DataFrame(
        {
            "series_id": [f"trade-cow-{of}-imports" for of in ("japan", "russia")] * 2,
            "date": pd.to_datetime(["2010-01-01", "2010-01-01", "2011-01-01", "2011-01-01"]),
            "value": [1000.0, 500.0, 1000.0, 1.0],
            "confidence": ["high", "high", "high", "low"],
        }
    )
    assert association.trade(observations).to_dict() == {2010: 1.5}
