"""Do two yearly series go together? Rank correlation, and what chance alone would give.

Series here are indexed by year. A year in which either value is missing is left out. Two answers
to "could this be chance?" are offered. ``shuffled`` deals the years of one series out anew, as if
each year stood alone. ``turned`` slides one series along the other, the end joined to the
beginning, and so keeps its runs of good and bad years (a circular shift; rough, since the joint is
artificial). Neither helps where both series grow: for that, compare changes.

Source: G. Udny Yule, "Why do we sometimes get nonsense-correlations between time-series?",
Journal of the Royal Statistical Society 89 (1926), on why years that resemble their neighbours
mislead; the rank correlation is Spearman's, as in any statistics text.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

#: The middle 95 percent of what chance gives.
MIDDLE = (0.025, 0.975)
SEED = 1956


def pairs(cause: pd.Series, outcome: pd.Series, lag: int = 0) -> pd.DataFrame:
    """The years known in both series: ``cause`` of ``lag`` years before, and ``outcome``, by year of the outcome.

    A negative lag takes the cause from later years. Raises ``ValueError`` if a year occurs twice.
    """
    for series in (cause, outcome):
        if not series.index.is_unique:
            raise ValueError(f"a year occurs twice: {series.index[series.index.duplicated()][0]}")
    earlier = cause.set_axis(cause.index + lag).astype("float64")
    return pd.concat({"cause": earlier, "outcome": outcome.astype("float64")}, axis=1, join="inner").dropna().sort_index()


def rank_correlation(cause: pd.Series, outcome: pd.Series, lag: int = 0) -> float:
    """Spearman's rank correlation, from -1 to 1; missing where one of the series never changes."""
    return float(_correlations(*_ranks(pairs(cause, outcome, lag))))


def turned(cause: pd.Series, outcome: pd.Series, lag: int = 0) -> np.ndarray:
    """The rank correlations of every way to slide the cause along the outcome, the true one first.

    With n years there are n, so that no share of them is below 1 in n.
    """
    first, second = _ranks(pairs(cause, outcome, lag))
    return _correlations(np.array([np.roll(first, shift) for shift in range(len(first))]), second)


def shuffled(cause: pd.Series, outcome: pd.Series, lag: int = 0, draws: int = 5000, seed: int = SEED) -> np.ndarray:
    """The rank correlations after ``draws`` random deals of the cause's years; the same for the same seed."""
    first, second = _ranks(pairs(cause, outcome, lag))
    deals = np.random.default_rng(seed).permuted(np.tile(first, (draws, 1)), axis=1)
    return _correlations(deals, second)


def at_least_as_strong(correlation: float, by_chance: np.ndarray) -> float:
    """The share of correlations by chance that are as far from zero as the one found, on either side."""
    return float(np.mean(np.abs(by_chance) >= abs(correlation) - 1e-9))


def compare(cause: pd.Series, outcome: pd.Series, lags: range | list[int] = (0,)) -> pd.DataFrame:
    """A row a lag: ``lag``, ``years`` compared, ``correlation``, and ``low`` and ``high``, the middle 95 percent of ``turned``.

    ``stands_out`` is True where the correlation lies outside that band.
    """
    rows = []
    for lag in lags:
        by_chance = turned(cause, outcome, lag)
        low, high = np.quantile(by_chance, MIDDLE)
        rows.append({"lag": lag, "years": len(by_chance), "correlation": float(by_chance[0]), "low": low, "high": high})
    found = pd.DataFrame(rows)
    return found.assign(stands_out=~found["correlation"].between(found["low"], found["high"]) & found["correlation"].notna())


def _ranks(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The ranks of both columns. Raises ``ValueError`` if fewer than three years are left."""
    if len(frame) < 3:
        raise ValueError(f"a correlation needs at least three years, not {len(frame)}")
    return stats.rankdata(frame["cause"]), stats.rankdata(frame["outcome"])


def _correlations(first: np.ndarray, second: np.ndarray) -> float | np.ndarray:
    """Pearson's correlation of ranks, which is Spearman's; ``first`` may hold a row for each of many orders."""
    first, second = first - first.mean(axis=-1, keepdims=True), second - second.mean()
    spread = np.sqrt((first**2).sum(axis=-1) * (second**2).sum())
    with np.errstate(invalid="ignore"):
        return (first @ second) / spread
