"""Survey arithmetic: joined answers, sampling error, differences between polls."""

from __future__ import annotations

import math

import pandas as pd

from unsigned_peace.dataset import load

#: Standard normal quantile of a 95 percent interval.
Z95 = 1.959963984540054


def answers() -> pd.DataFrame:
    """Every answer of every poll with its question and poll beside it, a row an answer.

    Columns of ``poll_answers``, then wording, series, base and breaks of ``poll_questions`` and
    pollster, country, field dates, mode and sample size of ``polls``; ``sources``, ``confidence``
    and notes are the answer's own. ``date`` is the last day of field work. ``stretch`` names the
    unbroken part of a series to which the question belongs: only answers of one stretch are
    comparable.
    """
    own = ["sources", "confidence", "accounts_differ", "note"]
    asked = load("poll_questions").drop(columns=own).merge(load("polls").drop(columns=own), on="poll_id")
    asked = asked.assign(date=asked["field_end"], stretch=_stretches(asked))
    return load("poll_answers").merge(asked, on="question_id")


def of_question(question_id: str) -> pd.Series:
    """The shares of one question by answer, in percent, of all who were asked: ``of_question("...")["For"]``.

    Answers are named as in ``option`` of ``poll_answers``, in the order of the record; sums of
    answers stand among them, subgroups do not. Raises ``KeyError`` if there is no such question.
    """
    table = load("poll_answers")
    asked = table[table["question_id"].eq(question_id) & table["subgroup"].isna()]
    if asked.empty:
        raise KeyError(f"no answers to a question {question_id!r} are on record; see question_id in poll_answers")
    return asked.set_index("option")["percent"]


def _stretches(asked: pd.DataFrame) -> pd.Series:
    """For each question the name of its stretch: its series and the breaks in it up to then.

    Counted over all questions of a series, so that a break is not lost where the round at which
    it happened lacks one of the answers. A question outside any series is a stretch of its own.
    """
    ordered = asked.sort_values("field_end", kind="stable")
    series = ordered["question_series_id"].fillna(ordered["question_id"]).astype(str)
    breaks = ordered["break_before"].notna().groupby(series).cumsum()
    return (series + "/" + breaks.astype(str)).reindex(asked.index)


def wilson_interval(percent: float, sample_size: float, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of a share, in percent.

    It answers: had the same question been put to another random sample of the same size, within
    which bounds would the share of all people plausibly lie? It covers chance in the draw only,
    not wording, mode, or who refuses.

    ``percent`` lies in 0 to 100 and ``sample_size`` is at least 1, else ``ValueError``. A missing
    sample size gives a missing interval. Source: Wilson (1927), as in any survey text.
    """
    if pd.isna(sample_size) or pd.isna(percent):
        return (math.nan, math.nan)
    if not 0 <= percent <= 100:
        raise ValueError(f"a share lies between 0 and 100 percent, not {percent}")
    if sample_size < 1:
        raise ValueError(f"a sample has at least one person, not {sample_size}")
    share, n = percent / 100, float(sample_size)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (max(0.0, 100 * (centre - half)), min(100.0, 100 * (centre + half)))


def with_intervals(frame: pd.DataFrame) -> pd.DataFrame:
    """The answers with columns ``low`` and ``high``: the 95 percent interval from sampling, in percent.

    Missing where the poll's sample size is not known, where people were not drawn at random, and
    where only a part of the sample was asked or counted (``base``, ``subgroup``), whose size the
    sources do not give.
    """
    drawn = frame["probability_sample"].ne("no") & frame["subgroup"].isna() & frame["base"].isna()
    bounds = [
        wilson_interval(percent, n) if random else (math.nan, math.nan)
        for percent, n, random in zip(frame["percent"], frame["sample_size"], drawn)
    ]
    return frame.assign(low=[low for low, _ in bounds], high=[high for _, high in bounds])


def difference_interval(
    percent_a: float, size_a: float, percent_b: float, size_b: float, z: float = Z95
) -> tuple[float, float]:
    """The interval of the difference a - b of shares of two independent samples, in percentage points.

    Newcombe's method: the two Wilson intervals combined, which stays honest near 0 and 100.
    Errors as in ``wilson_interval``. Source: Newcombe (1998), method 10.
    """
    low_a, high_a = wilson_interval(percent_a, size_a, z)
    low_b, high_b = wilson_interval(percent_b, size_b, z)
    difference = percent_a - percent_b
    return (
        difference - math.hypot(percent_a - low_a, high_b - percent_b),
        difference + math.hypot(high_a - percent_a, percent_b - low_b),
    )


def runs(frame: pd.DataFrame, by: list[str] | None = None) -> pd.DataFrame:
    """Answers with a column ``run``: the number of the unbroken stretch each belongs to.

    Within each group of ``by`` (series and option, unless told), sorted by date, a new run begins
    wherever wording, mode or population changed, even if the answer was not reported at that very
    round: a chart that draws one line a run never joins answers that are not comparable.
    """
    by = by or ["question_series_id", "option"]
    ordered = frame.sort_values([*by, "date"])
    groups = [ordered[column] for column in by]
    broken = ordered["break_before"].notna()
    if "stretch" in ordered:
        before = ordered["stretch"].groupby(groups, observed=True, dropna=False).shift()
        broken |= before.notna() & before.ne(ordered["stretch"])
    return ordered.assign(run=broken.groupby(groups, observed=True, dropna=False).cumsum().astype(int))
