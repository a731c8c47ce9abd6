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
    comparable. ``design_effect`` is the largest that is on record for the poll's mode, or for any
    mode where none is (see ``stated_errors``); missing where nobody was drawn at random.
    """
    own = ["sources", "confidence", "accounts_differ", "note"]
    asked = (
        load("poll_questions")
        .drop(columns=own)
        .merge(load("polls").drop(columns=own), on="poll_id")
    )
    stated = stated_errors()
    by_mode = stated.groupby("mode")["design_effect"].max()
    effects = asked["mode"].astype(str).map(by_mode).fillna(by_mode.max())
    effects = effects.where(asked["probability_sample"].ne("no"))
    asked = asked.assign(
        date=asked["field_end"], stretch=_stretches(asked), design_effect=effects.to_numpy()
    )
    return load("poll_answers").merge(asked, on="question_id")


def of_question(question_id: str) -> pd.Series:
    """The shares of one question by answer, in percent, of all who were asked.

    ``of_question("...")["For"]`` is one of them.

    Answers are named as in ``option`` of ``poll_answers``, in the order of the record; sums of
    answers stand among them, subgroups do not. Raises ``KeyError`` if there is no such question.
    """
    table = load("poll_answers")
    asked = table[table["question_id"].eq(question_id) & table["subgroup"].isna()]
    if asked.empty:
        raise KeyError(
            f"no answers to a question {question_id!r} are on record; "
            "see question_id in poll_answers"
        )
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


def wilson_interval(
    percent: float, sample_size: float, z: float = Z95, design_effect: float = 1.0
) -> tuple[float, float]:
    """The Wilson score interval of a share, in percent.

    Which shares of all people would make a random sample like this one no surprise? It bounds the
    share of all people and not the next poll: two polls differ by more. It covers chance in the
    draw only, not wording, mode, or who refuses.

    ``percent`` lies in 0 to 100, ``sample_size`` is at least 1 and ``design_effect`` (see the
    function of that name) above 0, else ``ValueError``. A missing sample size gives a missing
    interval. Source: Wilson (1927), as in any survey text.
    """
    if pd.isna(sample_size) or pd.isna(percent):
        return (math.nan, math.nan)
    if not 0 <= percent <= 100:
        raise ValueError(f"a share lies between 0 and 100 percent, not {percent}")
    share, n = percent / 100, _effective(sample_size, design_effect)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (max(0.0, 100 * (centre - half)), min(100.0, 100 * (centre + half)))


def _effective(sample_size: float, design_effect: float) -> float:
    """The size of the simple random sample that tells as much as this one."""
    if sample_size < 1:
        raise ValueError(f"a sample has at least one person, not {sample_size}")
    if not design_effect > 0:
        raise ValueError(f"a design effect is above 0, not {design_effect}")
    return float(sample_size) / design_effect


def design_effect(stated_margin: float, sample_size: float, z: float = Z95) -> float:
    """How many times wider in variance a survey is than a simple random sample of its size.

    From the largest sampling error that a pollster states, in percentage points to either side
    (at 50 percent): what it is against the simple formula, squared. ``sample_size`` divided by it
    is the effective sample size. Raises ``ValueError`` for a margin outside 0 to 50.
    """
    if not 0 < stated_margin < 50:
        raise ValueError(f"a margin lies between 0 and 50 percentage points, not {stated_margin}")
    return (stated_margin / 100 / (z * math.sqrt(0.25 / _effective(sample_size, 1)))) ** 2


def stated_errors() -> pd.DataFrame:
    """The errors of sampling that pollsters state, and the design effect that follows from each.

    A row for each poll that has a ``stated_error``, and for each survey of ``sampling_errors``:
    ``table`` and ``record`` where it stands, ``pollster``, ``country``, ``mode``, ``year``,
    ``sample_size``, ``stated_error`` (points), ``simple`` (points, by the formula for people drawn
    one by one) and ``design_effect``. Of people who were not drawn at random there is none.
    """
    polls = load("polls").rename(columns={"poll_id": "record"})
    polls = polls[polls["stated_error"].notna() & polls["probability_sample"].ne("no")]
    polls = polls.assign(table="polls", year=polls["field_end"].dt.year)
    others = load("sampling_errors").rename(columns={"error_id": "record"})
    columns = ["table", "record", "pollster", "country", "mode", "year"]
    columns += ["sample_size", "stated_error"]
    stated = [frame[columns] for frame in (polls, others.assign(table="sampling_errors"))]
    stated = pd.concat(stated, ignore_index=True).astype({"mode": str, "country": str})
    sizes = stated[["stated_error", "sample_size"]].astype(float).itertuples(index=False)
    stated["design_effect"] = [design_effect(error, size) for error, size in sizes]
    return stated.assign(simple=stated["stated_error"] / stated["design_effect"] ** 0.5)


def with_intervals(frame: pd.DataFrame, designed: bool = False) -> pd.DataFrame:
    """The answers with columns ``low`` and ``high``.

    The 95 percent interval from sampling, in percent, as if people were drawn one by one, or, if
    ``designed``, with each row's ``design_effect``; and ``draw_presumed``: True where the sources
    do not say that people were drawn at random, and the interval rests on a presumption.

    Missing where the poll's sample size is not known, where people were not drawn at random, and
    where only a part of the sample was asked or counted (``base``, ``subgroup``), whose size the
    sources do not give.
    """
    drawn = frame["probability_sample"].ne("no") & frame["subgroup"].isna() & frame["base"].isna()
    effects = frame["design_effect"] if designed else [1.0] * len(frame)
    bounds = [
        wilson_interval(percent, n, design_effect=effect) if random else (math.nan, math.nan)
        for percent, n, random, effect in zip(
            frame["percent"], frame["sample_size"], drawn, effects, strict=True
        )
    ]
    return frame.assign(
        low=[low for low, _ in bounds],
        high=[high for _, high in bounds],
        draw_presumed=frame["probability_sample"].eq("presumed"),
    )


def difference_interval(
    percent_a: float,
    size_a: float,
    percent_b: float,
    size_b: float,
    z: float = Z95,
    design_effect: float | tuple[float, float] = 1.0,
) -> tuple[float, float]:
    """The interval of the difference a - b of shares in two samples, in percentage points.

    For two samples only: of two answers to one question see ``difference_within``, and
    ``difference_of`` looks up which of the two applies. Newcombe's method: the two Wilson intervals
    combined, which stays honest near 0 and 100. ``design_effect`` is one for both samples, or one
    for each. Errors as in ``wilson_interval``. Source: Newcombe (1998), method 10.
    """
    effects = design_effect if isinstance(design_effect, tuple) else (design_effect, design_effect)
    low_a, high_a = wilson_interval(percent_a, size_a, z, effects[0])
    low_b, high_b = wilson_interval(percent_b, size_b, z, effects[1])
    difference = percent_a - percent_b
    return (
        difference - math.hypot(percent_a - low_a, high_b - percent_b),
        difference + math.hypot(high_a - percent_a, percent_b - low_b),
    )


def difference_within(
    percent_a: float, percent_b: float, sample_size: float, z: float = Z95, design_effect: float = 1
) -> tuple[float, float]:
    """The interval of the difference a - b of two answers to one question, in percentage points.

    Whoever gives one answer does not give the other, so the shares move against each other: the
    variance is that of a value of 1, -1 or 0, (a + b - (a - b)^2) / n with shares of 1. Raises
    ``ValueError`` where the two add to more than 100 percent, as they do where people could give
    both; other errors, and missing sizes, as in ``wilson_interval``.
    """
    if pd.isna(sample_size):
        return (math.nan, math.nan)
    if min(percent_a, percent_b) < 0 or percent_a + percent_b > 100:
        raise ValueError(
            f"{percent_a} and {percent_b} percent are not two answers of which people give one"
        )
    a, b = percent_a / 100, percent_b / 100
    n = _effective(sample_size, design_effect)
    half = 100 * z * math.sqrt((a + b - (a - b) ** 2) / n)
    return (percent_a - percent_b - half, percent_a - percent_b + half)


def difference_of(
    first: pd.Series, second: pd.Series, z: float = Z95, designed: bool = False
) -> tuple[float, float]:
    """The interval of the difference of two answers, rows of ``answers()``, in percentage points.

    Two answers to one question and answers from two polls are each reckoned in their own way, as if
    people were drawn one by one or, if ``designed``, with the ``design_effect`` of each row.
    Raises ``ValueError`` for what neither fits: people not drawn at random, a part of a sample, a
    sum beside one of its parts, and two questions put to the same people, whose answers hang
    together in a way that no source prints. A size that is not known gives a missing interval.
    """
    for row in (first, second):
        if row["probability_sample"] == "no":
            raise ValueError(
                f"{row['answer_id']}: nobody was drawn at random, so chance has no part"
            )
        if pd.notna(row["subgroup"]) or pd.notna(row["base"]):
            raise ValueError(f"{row['answer_id']}: how many were in this part is not on record")
    effects = (first["design_effect"], second["design_effect"]) if designed else (1.0, 1.0)
    if first["poll_id"] != second["poll_id"]:
        sides = (first["percent"], first["sample_size"], second["percent"], second["sample_size"])
        return difference_interval(*sides, z, effects)
    names = f"{first['answer_id']} and {second['answer_id']}"
    if first["question_id"] != second["question_id"]:
        raise ValueError(f"{names}: the same people answered both, and how is not on record")
    for whole, part in ((first, second), (second, first)):
        if part["answer_id"] in str(whole["parts"]).split("; "):
            raise ValueError(f"{names}: one is a part of the other")
    if first["multiple_choice"] or first["answer_id"] == second["answer_id"]:
        raise ValueError(f"{names}: these are not two answers of which people give one")
    return difference_within(
        first["percent"], second["percent"], first["sample_size"], z, effects[0]
    )


def worst_case(percent: float, reached: float) -> tuple[float, float]:
    """Between which bounds the share of all lies if only a part of them was heard, in percent.

    ``percent`` is the share among those heard, ``reached`` how many percent of all were heard. At
    the lower bound none of the others would give the answer, at the upper bound all. No assumption
    is made about them, and none about chance. Raises ``ValueError`` unless both lie in 0 to 100.
    """
    for value in (percent, reached):
        if not 0 <= value <= 100:
            raise ValueError(f"a share lies between 0 and 100 percent, not {value}")
    heard = percent * reached / 100
    return (heard, heard + 100 - reached)


def of_those_with_an_opinion(frame: pd.DataFrame) -> pd.DataFrame:
    """The answers as shares of those who gave one that was reported, others left out.

    ``frame`` has rows of ``answers()``, all reported answers of each question. "Hard to say" and
    what a source does not print drop out of the share and out of the sample. Raises ``ValueError``
    for subgroups, and where a single answer was reported, which would become all of it.
    """
    if frame["subgroup"].notna().any():
        raise ValueError("a subgroup has shares of its own; leave subgroups out")
    said = frame[frame["role"].ne("no_answer")]
    single = said["role"].eq("answer").groupby(said["question_id"]).transform("any")
    apart = said[said["role"].ne("net") | ~single]
    total = apart.groupby("question_id", observed=True)["percent"].agg(["size", "sum"])
    alone = total.index[total["size"] < 2]
    if len(alone):
        raise ValueError(f"only one answer was reported: {', '.join(alone)}")
    of_all = said["question_id"].map(total["sum"]).astype("float64")
    return said.assign(
        percent=100 * said["percent"] / of_all,
        sample_size=(said["sample_size"].astype("Float64") * of_all / 100).round(),
        derived=True,
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
    return ordered.assign(
        run=broken.groupby(groups, observed=True, dropna=False).cumsum().astype(int)
    )
