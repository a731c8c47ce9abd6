"""Charts of polls: shares with their sampling error, and series cut where answers are not comparable.

Each function takes rows of ``polling.answers()`` with a few short columns that the chapter adds,
and the ``labels`` of the chart's caption, and gives a chart for ``figure``. A rule through a mark
is the 95 percent interval from sampling; a mark without a rule has none, because the sample's size
or its drawing is not known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from unsigned_peace import polling
from unsigned_peace.charts.theme import INK, MUTED, OTHER, PAPER, country_color
from unsigned_peace.prose import number

import altair as alt
import pandas as pd

_QUARTERS = [0, 25, 50, 75, 100]
#: Shapes of points and the signs that stand for them in a heading.
_SHAPES = {"square": "\u25a0", "circle": "\u25cf", "triangle-up": "\u25b2", "diamond": "\u25c6"}
#: A line joins comparable rounds only if they lie at most so far apart: surveys are yearly at best.
LONGEST_GAP = pd.Timedelta(days=500)


def _in_order(column: pd.Series) -> list[str]:
    """The values of a column in the order in which a chart shows them: of its categories, else of its rows."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [value for value in column.cat.categories if (column == value).any()]
    return list(column.unique())


def field_dates(poll: pd.Series) -> str:
    """When a poll was in the field, as a reader would write it: ``22 to 28 November 2018``, ``May 2022``, ``2001``."""
    start, end = poll["field_start"], poll["field_end"]
    if poll["precision"] == "year":
        return f"{end:%Y}"
    first = (
        ""
        if start == end
        else f"{start.day} to "
        if (start.year, start.month) == (end.year, end.month)
        else f"{start.day} {start:%B} to "
    )
    if poll["precision"] == "month":
        return f"{end:%B %Y}" if start.month == end.month else f"{start:%B} to {end:%B %Y}"
    return f"{first}{end.day} {end:%B %Y}"


def asked(frame: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """The answers to some questions as ``option_bars`` draws them: in the order of ``labels``, the largest first.

    ``labels`` gives each ``question_id`` that is wanted the heading of its panel, in which ``{when}``
    stands for the days of field work and ``{people}`` for the sample size; an ``option`` that has a
    label of its own is shortened to it. Subgroups are left out, and sums of answers where the single
    answers are known; "do not know" and the like come last. Where a size is asked for that is not
    known, ``labels["size_unknown"]`` says so.
    """
    chosen = frame[frame["question_id"].isin(labels) & frame["subgroup"].isna()]
    single = chosen["role"].eq("answer").groupby(chosen["question_id"]).transform("any")
    chosen = chosen[chosen["role"].ne("net") | ~single]
    chosen = chosen.assign(
        place=chosen["question_id"].map(list(labels).index),
        rest=chosen["role"].eq("no_answer"),
        panel=[_heading(labels, row) for _, row in chosen.iterrows()],
        label=chosen["option"].replace(labels),
    )
    return chosen.sort_values(["place", "rest", "percent"], ascending=[True, True, False]).drop(
        columns=["place", "rest"]
    )


def _heading(labels: Mapping[str, str], poll: pd.Series) -> str:
    heading = labels[poll["question_id"]]
    if "{people}" not in heading:
        return heading.format(when=field_dates(poll))
    people = labels["size_unknown"] if pd.isna(poll["sample_size"]) else number(poll["sample_size"])
    return heading.format(when=field_dates(poll), people=people)


def option_bars(frame: pd.DataFrame, labels: Mapping[str, str]) -> alt.ConcatChart:
    """Bars for the answers of some questions, a panel a question, each with its share and interval.

    The columns ``panel`` and ``label`` hold the heading of the question and the answer; both appear
    in the order of the frame. "Do not know" and the like is grey. ``labels`` has ``axis`` (percent)
    and ``people`` (how many were asked).
    """
    data = polling.with_intervals(frame).assign(
        end=lambda rows: rows["high"].fillna(rows["percent"])
    )
    data = data.rename(columns={"label": "answer"})
    data = data[
        [
            "panel",
            "answer",
            "country",
            "role",
            "percent",
            "low",
            "high",
            "end",
            "date",
            "sample_size",
        ]
    ]
    panels = [
        _bars(rows, labels).properties(
            title=alt.TitleParams(heading.split("\n"), fontSize=13, offset=6),
            width=290,
            height=38 * len(rows),
        )
        for heading, rows in data.groupby("panel", sort=False, observed=True)
    ]
    return alt.concat(*panels, columns=2, align="each", spacing={"row": 26, "column": 30})


def _bars(data: pd.DataFrame, labels: Mapping[str, str]) -> alt.LayerChart:
    """The bars of one question: each answer's text above its bar, where long answers have room."""
    base = alt.Chart(data).encode(alt.Y("answer:N").sort(list(data["answer"])).axis(None))
    names = base.mark_text(align="left", baseline="bottom", dy=-3).encode(
        x=alt.value(0), text="answer:N"
    )
    bars = base.mark_bar(height=12, yOffset=7).encode(
        alt.X("percent:Q")
        .title(labels["axis"])
        .scale(domain=[0, 108], nice=False)
        .axis(values=_QUARTERS, format="d", grid=False),
        color=alt.when("datum.role === 'no_answer'")
        .then(alt.value(OTHER))
        .otherwise(country_color(legend=None)),
        tooltip=[
            "answer:N",
            "percent:Q",
            "low:Q",
            "high:Q",
            alt.Tooltip("sample_size:Q").title(labels["people"]),
        ],
    )
    intervals = (
        base.transform_filter("isValid(datum.low)")
        .mark_rule(color=INK, strokeWidth=2, yOffset=7)
        .encode(x="low:Q", x2="high:Q")
    )
    shares = base.mark_text(align="left", dx=5, dy=7).encode(x="end:Q", text="percent:Q")
    return alt.layer(bars, intervals, names, shares)


def broken_series(
    frame: pd.DataFrame, labels: Mapping[str, str], height: int = 200
) -> alt.FacetChart:
    """Shares over time, a panel a pollster or question, cut wherever answers stop being comparable.

    The column ``panel`` holds the panel's heading, ``answer`` the answers' names, which stand under
    it, and ``kind`` what answers to different questions have in common: a shape. A dashed rule parts
    two rounds between which wording, mode or population changed; ``labels`` may give it a word, by
    the ``question_id`` of the round after it, and has ``people`` (how many were asked). A line joins
    comparable rounds of neighbouring years only. A point stands in the middle of its field work; a
    hollow one is worked back from printed changes.
    """
    kinds, heading = _in_order(frame["kind"]), _headings(frame)
    data = _lines(polling.with_intervals(frame))
    data = data.merge(_cuts(data, labels), on="answer_id", how="left").assign(
        panel=data["panel"].map(heading).to_numpy()
    )
    data = data[
        [
            "panel",
            "answer",
            "kind",
            "country",
            "date",
            "percent",
            "low",
            "high",
            "sample_size",
            "derived",
            "line",
            "cut",
            "cut_note",
        ]
    ]
    base = alt.Chart(data).encode(
        alt.X("date:T").title(None).scale(padding=10).axis(format="%Y", tickCount=5, grid=False),
        alt.Y("percent:Q")
        .title(None)
        .scale(domain=[0, 100])
        .axis(values=_QUARTERS, labelExpr="datum.label + '%'"),
        color=country_color(legend=None),
    )
    cut = base.transform_filter("isValid(datum.cut)").encode(
        x="cut:T", y=alt.value(0), color=alt.value(MUTED)
    )
    rules = cut.mark_rule(strokeDash=[3, 3]).encode(y2=alt.value(height))
    words = cut.mark_text(align="right", dx=-4, dy=9, fontSize=11).encode(text="cut_note:N")
    lines = base.mark_line(strokeWidth=1.5).encode(detail=["answer:N", "line:N"])
    intervals = (
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=1.5)
        .encode(y="low:Q", y2="high:Q")
    )
    points = base.mark_point(filled=False, opacity=1, size=26).encode(
        alt.Shape("kind:N").legend(None).scale(domain=kinds, range=list(_SHAPES)[: len(kinds)]),
        fill=alt.when("datum.derived").then(alt.value(PAPER)).otherwise(country_color(legend=None)),
        tooltip=[
            "answer:N",
            "percent:Q",
            alt.Tooltip("date:T").format("%B %Y"),
            alt.Tooltip("sample_size:Q").title(labels["people"]),
        ],
    )
    layers = alt.layer(rules, words, lines, intervals, points).properties(width=270, height=height)
    panel = (
        alt.Facet("panel:N")
        .title(None)
        .sort(list(heading.values()))
        .header(labelExpr="split(datum.label, '\\n')", labelLimit=330, labelPadding=6)
    )
    return layers.facet(panel, columns=2, spacing={"row": 26, "column": 30}).resolve_axis(
        x="independent", y="independent"
    )


def _headings(frame: pd.DataFrame) -> dict[str, str]:
    """Each panel's heading, with the answers drawn in it and the shape of each as a line below."""
    sign = dict(zip(_in_order(frame["kind"]), _SHAPES.values()))
    drawn = frame.drop_duplicates(["panel", "answer"])
    drawn = drawn.assign(
        rank=drawn["kind"].map(list(sign).index),
        shown=drawn["kind"].map(sign).astype(str) + " " + drawn["answer"].astype(str),
    )
    return {
        name: name + "\n" + "\u00a0\u00a0 ".join(rows.sort_values("rank")["shown"])
        for name, rows in drawn.groupby("panel", sort=False, observed=True)
    }


def _lines(frame: pd.DataFrame) -> pd.DataFrame:
    """The answers with ``date`` in the middle of their field work, and ``line``: what a line may join."""
    data = polling.runs(frame, by=["panel", "answer"])
    data = data.assign(
        date=(data["field_start"] + (data["field_end"] - data["field_start"]) / 2).dt.normalize()
    )
    groups = [data["panel"], data["answer"]]
    apart = data.groupby(groups, observed=True)["date"].diff().gt(LONGEST_GAP)
    return data.assign(
        line=data["run"].astype(str)
        + "/"
        + apart.groupby(groups, observed=True).cumsum().astype(str)
    )


def _cuts(data: pd.DataFrame, notes: Mapping[str, str]) -> pd.DataFrame:
    """For the first answer after each break: the day half-way from the round before, and a word on the break."""
    rounds = data.sort_values("date").drop_duplicates(["panel", "question_id"])
    before = rounds.groupby("panel", observed=True)[["date", "stretch"]].shift()
    half_way = (before["date"] + (rounds["date"] - before["date"]) / 2).dt.normalize()
    found = rounds.assign(cut=half_way, cut_note=rounds["question_id"].map(notes).fillna(""))
    return found.loc[
        before["stretch"].notna() & before["stretch"].ne(rounds["stretch"]),
        ["answer_id", "cut", "cut_note"],
    ]


def share_points(
    frame: pd.DataFrame,
    labels: Mapping[str, str],
    answer: str = "answer",
    people: int | None = None,
    step: int = 40,
) -> alt.LayerChart:
    """Shares as points, a row a poll (column ``row``), a shape an answer, each with its interval.

    With ``people`` the intervals are not those of the polls but those they would have, had so many
    been asked: a slider that starts there lets the reader choose. It is meant for polls whose
    sample size is not known. ``labels`` has ``axis`` (percent) and, with ``people``, ``slider``.
    """
    rows, answers = _in_order(frame["row"]), _in_order(frame[answer])
    data = polling.with_intervals(frame)[
        [
            "row",
            answer,
            "country",
            "date",
            "percent",
            *([] if people else ["low", "high", "sample_size"]),
        ]
    ]
    data = data.rename(columns={answer: "answer"})
    widest = min(100, 25 * math.ceil((data["percent"].max() + 10) / 25))
    base = alt.Chart(data).encode(
        alt.Y("row:N")
        .title(None)
        .sort(rows)
        .axis(labelLimit=220, grid=True, domain=False, ticks=False)
    )
    if people:
        slider = alt.param(
            "people",
            value=people,
            bind=alt.binding_range(min=100, max=4000, step=100, name=labels["slider"]),
        )
        base = base.transform_calculate(**_wilson(slider)).add_params(slider)
    points = base.mark_point(size=50, opacity=1).encode(
        alt.X("percent:Q")
        .title(labels["axis"])
        .scale(domain=[0, widest])
        .axis(values=_QUARTERS, format="d", grid=False),
        alt.Shape("answer:N")
        .title(None)
        .legend(columns=1, symbolFillColor=INK, symbolStrokeColor=INK)
        .scale(domain=answers, range=["circle", "square", "triangle-up", "diamond"]),
        color=country_color(legend=None),
        tooltip=[
            "answer:N",
            "percent:Q",
            alt.Tooltip("low:Q").format(".1f"),
            alt.Tooltip("high:Q").format(".1f"),
        ],
    )
    known = base.transform_filter("isValid(datum.low)").encode(color=country_color(legend=None))
    intervals = known.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q")
    ends = [
        known.mark_tick(thickness=2, size=9, opacity=1).encode(x=f"{bound}:Q")
        for bound in ("low", "high")
    ]
    numbers = base.mark_text(dy=-13).encode(x="percent:Q", text="percent:Q")
    return alt.layer(intervals, *ends, points, numbers).properties(height=step * len(rows) + 90)


def _wilson(people: alt.Parameter) -> dict[str, str]:
    """``polling.wilson_interval`` as expressions of the drawing, for a sample size that a reader sets."""
    square = f"({polling.Z95**2:.4f} / {people.name})"
    middle = f"(datum.percent / 100 + {square} / 2)"
    half = f"sqrt({square} * (datum.percent / 100 * (1 - datum.percent / 100) + {square} / 4))"
    return {
        "low": f"100 * ({middle} - {half}) / (1 + {square})",
        "high": f"100 * ({middle} + {half}) / (1 + {square})",
    }
