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

    expected = stats.permutation_test((FIRST,), statistic, permutation_type="pairings", n_resamples=1000, rng=1)
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
    by_shuffle = np.mean([association.at_least_as_strong(association.rank_correlation(a, b), association.shuffled(a, b, draws=400)) < 0.05 for a, b in series])
    by_turning = np.mean([association.at_least_as_strong(association.rank_correlation(a, b), association.turned(a, b)) < 0.05 for a, b in series])
    assert by_turning < 0.3 < 0.5 < by_shuffle


def test_too_few_years_and_doubled_years_are_refused():
    with pytest.raises(ValueError, match="three years"):
        association.rank_correlation(FIRST.head(2), SECOND)
    with pytest.raises(ValueError, match="twice: 1956"):
        association.pairs(FIRST.set_axis([1956, *list(YEARS)[:-1]]), SECOND)
