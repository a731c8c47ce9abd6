"""Do two yearly series go together? Rank correlation, and what chance alone would give.

Series here are indexed by year. A year in which either value is missing is left out. Two answers
to "could this be chance?" are offered. ``shuffled`` deals the years of one series out anew, as if
each year stood alone. ``turned`` slides one series along the other, the end joined to the
beginning, and so keeps its runs of good and bad years (a circular shift; rough, since the joint is
artificial, and so is each seam where years are missing). Neither helps where both series grow:
``false_alarms`` says how often. ``compare`` applies the one rule of this book: a correlation
stands out if at most ``REMARKABLE`` of all turns are as strong, on the side that a claim expects
where it expects one.

Source: G. Udny Yule, "Why do we sometimes get nonsense-correlations between time-series?",
Journal of the Royal Statistical Society 89 (1926), on why years that resemble their neighbours
mislead; the rank correlation is Spearman's, as in any statistics text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

#: A correlation stands out if at most this share of all turns is as strong.
REMARKABLE = 0.05
SEED = 1956
_EQUAL = 1e-9  # two correlations that differ by less come from the same ranks


def joint_documents(documents: pd.DataFrame, since: int = 1956) -> pd.DataFrame:
    """The documents that Japan and Moscow adopted together on relations in general, from a year on.

    Communiques, declarations, statements and plans; no agreements on single matters.
    """
    of_both = documents["parties"].str.contains("Japan") & documents["parties"].str.contains(
        "USSR|Russia"
    )
    general = documents["kind"].isin(["communique", "declaration", "statement", "plan"])
    return documents[of_both & general & documents["date"].dt.year.ge(since)]


def joint_formulas(positions: pd.DataFrame, since: int = 1956) -> pd.DataFrame:
    """What joint texts say on the dimensions of the dispute; silence is no agreement."""
    silent = positions["value"].isin(["open question, none named", "none set", "not named"])
    joint = positions["government"].eq("joint") & positions["form"].eq("text")
    return positions[joint & ~silent & positions["date"].dt.year.ge(since)]


def yardsticks(joint: pd.DataFrame, formulas: pd.DataFrame, years: pd.Index) -> pd.DataFrame:
    """What can stand for "nearer" in each year, from ``joint_documents`` and ``joint_formulas``.

    ``document`` is 1 in a year with at least one; ``formulas`` counts the dimensions on which
    joint texts say something; ``islands`` is the highest number of islands that one names as the
    question or for transfer; ``so far`` counts documents up to and including the year.
    """
    papers = joint.groupby(joint["date"].dt.year).size().reindex(years, fill_value=0)
    year = formulas["date"].dt.year.rename("year")
    named = formulas["islands"].where(formulas["value"].ne("named as a place"))
    measures = {
        "document": papers.gt(0).astype(int),
        "formulas": formulas.groupby(year)["dimension"].nunique(),
        "islands": named.groupby(year).max(),
        "so far": papers.cumsum(),
    }
    return pd.DataFrame(measures).reindex(years).fillna(0).astype(int)


def yearly(observations: pd.DataFrame, series: str, since: int = 1956) -> pd.DataFrame:
    """Observations by year, a column for each series whose name matches; none of low confidence."""
    rows = observations[
        observations["series_id"].str.contains(series) & observations["confidence"].ne("low")
    ].assign(year=lambda rows: rows["date"].dt.year)
    return rows[rows["year"].ge(since)].pivot(index="year", columns="series_id", values="value")


def trade(observations: pd.DataFrame) -> pd.Series:
    """Goods both ways in a year, in billion current dollars, as each importer recorded them."""
    imports = yearly(observations, "^trade-cow")
    both = imports["trade-cow-japan-imports"] + imports["trade-cow-russia-imports"]
    return both.dropna() / 1000


def vote_distance(observations: pd.DataFrame, column: str = "all") -> pd.Series:
    """How far apart Japan and Moscow voted at the UN in a year, in ideal points.

    ``column`` is one of the data set's: ``all``, ``legacy`` or ``final-passage``.
    """
    points = yearly(observations, f"^un-ideal-point-{column}-")
    japan, russia = (points[f"un-ideal-point-{column}-{of}"] for of in ("japan", "russia"))
    return (japan - russia).abs().dropna()


def pairs(cause: pd.Series, outcome: pd.Series, lag: int = 0) -> pd.DataFrame:
    """The years known in both series, by year of the outcome.

    The columns are ``cause``, that of ``lag`` years before, and ``outcome``.

    A negative lag takes the cause from later years. Raises ``TypeError`` if an index holds no
    whole years (days, say, or numbers of rows that begin with text) or the lag is no whole number,
    ``ValueError`` if a year occurs twice or a value is infinite.
    """
    if isinstance(lag, bool) or lag != int(lag):
        raise TypeError(f"a lag is a whole number of years, not {lag!r}")
    series = {"cause": cause, "outcome": outcome}
    for name, values in series.items():
        if not pd.api.types.is_integer_dtype(values.index):
            raise TypeError(f"the {name} is not by year: its index holds {values.index.dtype}")
        if not values.index.is_unique:
            twice = values.index[values.index.duplicated()][0]
            raise ValueError(f"a year occurs twice: {twice}")
        if np.isinf(values.astype("float64")).any():
            raise ValueError(f"the {name} has an infinite value: take growth from above zero only")
    earlier = cause.set_axis(cause.index + int(lag)).astype("float64")
    both = {"cause": earlier, "outcome": outcome.astype("float64")}
    return pd.concat(both, axis=1, join="inner").dropna().sort_index()


def rank_correlation(cause: pd.Series, outcome: pd.Series, lag: int = 0) -> float:
    """Spearman's rank correlation, from -1 to 1; missing where one of the series never changes."""
    return float(_correlations(*_ranks(pairs(cause, outcome, lag))))


def attainable(cause: pd.Series, outcome: pd.Series, lag: int = 0) -> tuple[float, float]:
    """The lowest and highest rank correlation that any order of these years could give.

    Years of equal value are ties, and ties keep a rank correlation away from -1 and 1.
    """
    first, second = (np.sort(ranks) for ranks in _ranks(pairs(cause, outcome, lag)))
    return float(_correlations(first[::-1], second)), float(_correlations(first, second))


def interval(
    cause: pd.Series, outcome: pd.Series, lag: int = 0, level: float = 0.95
) -> tuple[float, float]:
    """Fisher's interval for the correlation of ranks: which true strengths fit the years seen.

    It takes each year to stand alone, so it is too narrow for series that have runs.
    """
    found = stats.pearsonr(*_ranks(pairs(cause, outcome, lag)))
    low, high = found.confidence_interval(level)
    # digits beyond are those of the machine's mathematics, and differ from one to the next
    return round(float(low), 12), round(float(high), 12)


def turned(cause: pd.Series, outcome: pd.Series, lag: int = 0) -> np.ndarray:
    """The rank correlations of every way to slide the cause along the outcome, the true one first.

    With n years there are n, so that no share of them is below 1 in n.
    """
    return _turned(*_ranks(pairs(cause, outcome, lag)))


def shuffled(
    cause: pd.Series, outcome: pd.Series, lag: int = 0, draws: int = 5000, seed: int = SEED
) -> np.ndarray:
    """The rank correlations after ``draws`` random deals of the cause's years.

    They are the same for the same seed.
    """
    first, second = _ranks(pairs(cause, outcome, lag))
    deals = np.random.default_rng(seed).permuted(np.tile(first, (draws, 1)), axis=1)
    return _correlations(deals, second)


def at_least_as_strong(
    correlation: float, by_chance: np.ndarray, expected: int | None = None
) -> float:
    """The share of correlations by chance that are as strong as the one found.

    ``expected`` is the sign that a claim expects, 1 or -1: counted are those that lie as far on its
    side (a one-sided test). Without it those as far from zero on either side are (two-sided).
    Raises ``ValueError`` for another sign, and if the correlation is missing: a series that never
    changes was not tested.
    """
    if np.isnan(correlation):
        raise ValueError("there is no correlation: one of the series never changes")
    found, others = (_strength(values, expected) for values in (correlation, by_chance))
    return float(np.mean(others >= found - _EQUAL))


def compare(
    cause: pd.Series, outcome: pd.Series, lags: Iterable[int] = (0,), expected: int | None = None
) -> pd.DataFrame:
    """A row a lag: does the correlation stand out, and could it have?

    ``expected`` is the sign of the correlation that a claim expects, 1 or -1, and makes the test
    one-sided: only turns as far on that side count against the claim, and a correlation on the
    other side never stands out. Without it the test is two-sided.

    ``lag`` and ``years`` compared; ``correlation``; ``share`` of the turns at least as strong, and
    ``either_side``, the same for a two-sided test; ``needed``, the least strength that stands out,
    missing if no turn is strong enough; ``lowest`` and ``highest`` correlation among the turns;
    ``by_luck``, the share of all turns that are strong enough, which is what chance gives this
    test. ``stands_out`` is True if ``share`` is at most ``REMARKABLE``, ``could`` if some turn
    would. A test that could not is no evidence against the claim. Raises ``ValueError`` for
    another sign.
    """
    rows = []
    for lag in lags:
        by_chance = turned(cause, outcome, lag)
        needed, found = _needed(by_chance, expected), float(by_chance[0])
        missing = np.isnan(found)
        rows.append(
            {
                "lag": lag,
                "years": len(by_chance),
                "correlation": found,
                "share": np.nan if missing else at_least_as_strong(found, by_chance, expected),
                "either_side": np.nan if missing else at_least_as_strong(found, by_chance),
                "needed": needed,
                "lowest": by_chance.min(),
                "highest": by_chance.max(),
                "by_luck": float(np.mean(_strength(by_chance, expected) >= needed - _EQUAL)),
                "could": not np.isnan(needed),
                "stands_out": bool(_strength(found, expected) >= needed - _EQUAL),
            }
        )
    return pd.DataFrame(rows)


def strongest(
    causes: Mapping[str, pd.Series],
    outcomes: pd.DataFrame,
    lags: Iterable[int] = (0,),
    without: Iterable[tuple[str, str, int]] = (),
    expected: Mapping[str, int] | None = None,
) -> pd.Series:
    """The strongest correlation of many tests, for every way to turn all outcomes together.

    A row a turn, the true one (0) first: the largest strength over all pairs of cause and outcome
    at all lags, but for those named in ``without`` (cause, outcome, lag). Strength is the distance
    from zero, or how far a correlation lies on the side that ``expected`` names for its cause.
    Turned together, the outcomes keep their relation to one another, so that the share of turns
    whose best is as strong speaks for the best of all tests at once (a maximum statistic). Raises
    ``ValueError`` if the years of the outcomes have gaps.
    """
    years = outcomes.index
    if list(years) != list(range(years.min(), years.max() + 1)):
        raise ValueError("the outcomes need every year from the first to the last")
    left_out = set(without)
    strengths = []
    for cause, values in causes.items():
        for lag in lags:
            names = [name for name in outcomes if (cause, name, lag) not in left_out]
            for name in names:
                known = pairs(values, outcomes[name], lag)
                first, at = stats.rankdata(known["cause"]), known.index - years.min()
                turns = [np.roll(outcomes[name].to_numpy(), turn)[at] for turn in range(len(years))]
                found = _correlations(stats.rankdata(turns, axis=1), first)
                strengths.append(_strength(found, expected[cause] if expected else None))
    return pd.Series(np.nanmax(strengths, axis=0), index=pd.RangeIndex(len(years), name="turn"))


def false_alarms(
    years: int, draws: int = 400, seed: int = SEED, expected: int | None = None
) -> float:
    """The share of pairs of unrelated random walks of so many years that stand out by turning."""
    walks = np.random.default_rng(seed).normal(size=(draws, 2, years)).cumsum(axis=2)
    ranked = stats.rankdata(walks, axis=2)
    return float(np.mean([_stands_out(first, second, expected) for first, second in ranked]))


def power(
    cause: pd.Series,
    outcome: pd.Series,
    strength: float,
    lag: int = 0,
    draws: int = 400,
    seed: int = SEED,
) -> float:
    """How often a link of this strength would stand out, with these years and these values.

    Both series keep their values. Those of the outcome are dealt out so that they follow the cause
    with the correlation ``strength`` before ties (a normal copula), each year for itself. The test
    is one-sided, on the side of ``strength``. Raises ``ValueError`` if that does not lie between -1
    and 1.
    """
    if not -1 < strength < 1:
        raise ValueError(f"a strength lies between -1 and 1, not {strength}")
    first, second = _ranks(pairs(cause, outcome, lag))
    noise = np.random.default_rng(seed).normal(size=(draws, len(first)))
    scores = stats.norm.ppf(first / (len(first) + 1))
    latent = strength * scores / scores.std() + np.sqrt(1 - strength**2) * noise
    dealt = np.sort(second)[latent.argsort(axis=1).argsort(axis=1)]
    expected = -1 if strength < 0 else 1
    return float(np.mean([_stands_out(first, values, expected) for values in dealt]))


def _strength(correlations: float | np.ndarray, expected: int | None) -> np.ndarray:
    """How far correlations lie from zero, or on the side that a claim expects."""
    if expected not in (None, 1, -1):
        raise ValueError(f"a claim expects the sign 1 or -1, not {expected!r}")
    return np.asarray(np.abs(correlations) if expected is None else expected * correlations)


def _needed(by_chance: np.ndarray, expected: int | None) -> float:
    """The least strength that at most ``REMARKABLE`` of the turns reach; missing if none is."""
    strengths = _strength(by_chance, expected)
    enough = [
        one
        for one in np.unique(strengths[strengths > _EQUAL].round(9))
        if np.mean(strengths >= one - _EQUAL) <= REMARKABLE
    ]
    return float(min(enough, default=np.nan))


def _stands_out(first: np.ndarray, second: np.ndarray, expected: int | None) -> bool:
    by_chance = _turned(first, second)
    return bool(_strength(by_chance[0], expected) >= _needed(by_chance, expected) - _EQUAL)


def _turned(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return _correlations(np.array([np.roll(first, shift) for shift in range(len(first))]), second)


def _ranks(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The ranks of both columns. Raises ``ValueError`` if fewer than three years are left."""
    if len(frame) < 3:
        raise ValueError(f"a correlation needs at least three years, not {len(frame)}")
    return stats.rankdata(frame["cause"]), stats.rankdata(frame["outcome"])


def _correlations(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pearson's correlation of ranks, which is Spearman's, for each row of ``first``."""
    first, second = first - first.mean(axis=-1, keepdims=True), second - second.mean()
    spread = np.sqrt((first**2).sum(axis=-1) * (second**2).sum())
    with np.errstate(invalid="ignore"):
        return np.asarray((first @ second) / spread)
