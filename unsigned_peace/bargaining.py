"""A two-level game from polls: which deals would each public accept, and which would both?

The model is the smallest part of Robert Putnam's: two governments bargain with each other (level
one), and each needs its own public behind the result (level two). A country's *win-set* is the
set of deals that enough people there accept; an agreement needs a deal that lies in both. How
many people are enough is the *threshold*, which no poll can tell: it is the reader's to choose.

Frames here have a row for each share of people who accept a deal: ``deal``, ``country``,
``percent`` (0 to 100) and, from ``polling.with_intervals``, ``low`` and ``high`` (percent).

Source: Robert D. Putnam, "Diplomacy and Domestic Politics: The Logic of Two-Level Games",
International Organization 42 (1988), 427-460. The intervals, the reading of polls as acceptance
and ``generous`` are not his but this book's.
"""

from __future__ import annotations

import pandas as pd

#: What a share says about a win-set, surest first.
MEMBERSHIPS = ("inside", "possible", "outside", "unknown")


def with_assumed_size(frame: pd.DataFrame, size: int) -> pd.DataFrame:
    """Poll answers with the gaps in ``sample_size`` filled by an assumed number of people.

    The new column ``size_assumed`` is True in those rows, so that a chart can draw them apart.
    Sizes that are known stay as they are. Raises ``ValueError`` if the assumed sample has nobody
    in it.
    """
    if size < 1:
        raise ValueError(f"a sample has at least one person, not {size}")
    missing = frame["sample_size"].isna()
    return frame.assign(sample_size=frame["sample_size"].fillna(size), size_assumed=missing)


def generous(frame: pd.DataFrame, best_first: list[str]) -> pd.DataFrame:
    """First choices from a list read as acceptance: also of everything better for one's own side.

    Who picks a deal from a list is taken to accept it, and every deal that is better for his or
    her own country. ``best_first`` orders the deals of the column ``deal`` by what they give that
    country, the best first; the share of a deal becomes the sum, within one question, of its own
    and of all that follow it. Questions are never added to each other. The shares are then
    derived: ``derived`` is True, and intervals drawn before are left out, to be computed anew.

    A row a row, in the order given. Raises ``ValueError`` if a deal has no place in the order,
    has two answers in one question, or if the shares of a question add to more than 101 percent
    (100 and rounding), as they do where people could pick several.
    """
    strange = set(frame["deal"]) - set(best_first)
    if strange:
        raise ValueError(f"no place in the order for: {', '.join(sorted(strange))}")
    if frame.duplicated(["question_id", "deal"]).any():
        raise ValueError("a deal has two answers in one question; keep one, or the net of both")
    total = frame.groupby("question_id", observed=True)["percent"].sum()
    if (total > 101).any():
        raise ValueError(
            f"answers add to more than 100 percent: {', '.join(total.index[total > 101])}"
        )
    worst_first = frame.reset_index(drop=True).sort_values(
        "deal", key=lambda deal: -deal.astype(object).map(best_first.index), kind="stable"
    )
    climbed = (
        worst_first["percent"]
        .astype("float64")
        .groupby(worst_first["question_id"], observed=True)
        .cumsum()
    )
    fresh = frame.drop(columns=["low", "high"], errors="ignore")
    return fresh.assign(percent=climbed.sort_index().to_numpy(), derived=True)


def membership(low: float, high: float, threshold: float) -> str:
    """Whether a share of interval ``low`` to ``high`` reaches a threshold (all percent).

    ``inside``: the whole interval does, its lower end included. ``outside``: none of it does.
    ``possible``: the interval holds the threshold, so the sample cannot tell. ``unknown``: there
    is no interval, because nobody was asked or the size of the sample is not known.

    Raises ``ValueError`` if the threshold is not between 0 and 100 or the ends are swapped.
    """
    if not 0 <= threshold <= 100:
        raise ValueError(f"a threshold lies between 0 and 100 percent, not {threshold}")
    if pd.isna(low) or pd.isna(high):
        return "unknown"
    if low > high:
        raise ValueError(f"the interval begins at {low}, above its end at {high}")
    if low >= threshold:
        return "inside"
    return "outside" if high < threshold else "possible"


def in_both(first: str, second: str) -> str:
    """Whether a deal is in both win-sets, from its place in each of them.

    One ``outside`` settles it, even if the other side was never asked; then one ``unknown`` leaves
    it open; else one ``possible`` makes it possible.
    """
    for answer in ("outside", "unknown", "possible"):
        if answer in (first, second):
            return answer
    return "inside"


def overlap(
    frame: pd.DataFrame, threshold: float, countries: tuple[str, str] = ("Japan", "Russia")
) -> pd.DataFrame:
    """The place of each deal in the two win-sets, and in both, at a threshold in percent.

    A row for each deal of the frame, in order of appearance: ``deal``, a column for each of the
    ``countries``, and ``both``, all with the words of ``MEMBERSHIPS``. A country without a row for
    a deal was not asked: ``unknown``. An empty frame gives an empty frame.

    Raises ``ValueError`` if a country has two shares for one deal: two questions are two measures,
    and the model never mixes them. Other errors as in ``membership``.
    """
    wide = side_by_side(frame, countries)
    for country in countries:
        wide[country] = [
            membership(low, high, threshold)
            for low, high in zip(wide[f"{country}_low"], wide[f"{country}_high"])
        ]
    wide["both"] = [in_both(*pair) for pair in zip(*(wide[country] for country in countries))]
    return wide[["deal", *countries, "both"]]


def side_by_side(
    frame: pd.DataFrame, countries: tuple[str, str] = ("Japan", "Russia")
) -> pd.DataFrame:
    """One row for each deal, the two countries beside each other.

    Columns ``deal``, then for each country ``Japan_percent``, ``Japan_low``, ``Japan_high`` and so
    on (percent); missing where that country was not asked. Order and errors as in ``overlap``.
    """
    if frame.duplicated(["deal", "country"]).any():
        raise ValueError("a country has two shares for one deal: choose one question for each")
    wide = pd.DataFrame({"deal": pd.unique(frame["deal"].astype(object))})
    for country in countries:
        own = frame[frame["country"] == country].set_index("deal")
        for column in ("percent", "low", "high"):
            wide[f"{country}_{column}"] = wide["deal"].map(own[column]).astype("float64")
    return wide


def shared_threshold(
    frame: pd.DataFrame, countries: tuple[str, str] = ("Japan", "Russia")
) -> pd.DataFrame:
    """For each deal asked about in both countries, the highest threshold at which both accept it.

    That is the smaller of the two shares: ``shared`` (percent), with ``weaker``, the country it
    comes from (``equal`` if the shares are). Highest first; deals asked about on one side only are
    left out. Errors as in ``overlap``.
    """
    wide = side_by_side(frame, countries)
    shares = wide[[f"{country}_percent" for country in countries]].set_axis(list(countries), axis=1)
    asked = shares.notna().all(axis=1)
    shares = shares[asked]
    weaker = [
        countries[0] if a < b else countries[1] if b < a else "equal"
        for a, b in shares.itertuples(index=False)
    ]
    found = wide.loc[asked, ["deal"]].assign(shared=shares.min(axis=1), weaker=weaker)
    return found.sort_values("shared", ascending=False, kind="stable").reset_index(drop=True)


def membership_expression(country: str, threshold: str = "threshold") -> str:
    """``membership`` as a Vega expression, for a chart whose threshold the reader moves.

    It reads the columns of ``side_by_side`` and the chart's parameter named by ``threshold``.
    """
    low, high = f"datum['{country}_low']", f"datum['{country}_high']"
    return (
        f"!isValid({low}) || !isValid({high}) ? 'unknown' : "
        f"{low} >= {threshold} ? 'inside' : {high} < {threshold} ? 'outside' : 'possible'"
    )


def in_both_expression(first: str, second: str) -> str:
    """``in_both`` as a Vega expression, from two columns that hold the words of ``MEMBERSHIPS``."""
    either = " : ".join(
        f"datum['{first}'] == '{answer}' || datum['{second}'] == '{answer}' ? '{answer}'"
        for answer in ("outside", "unknown", "possible")
    )
    return f"{either} : 'inside'"
