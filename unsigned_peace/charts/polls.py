"""Charts of polls.

Shares with their sampling error, and series cut where answers are not comparable.

Each function takes rows of ``polling.answers()`` with a few short columns that the chapter adds,
and the ``labels`` of the chart's caption, and gives a chart for ``figure``. A rule through a mark
is the 95 percent interval from sampling, with the largest design effect on record for the mode,
dashed where the sources do not say that people were drawn at random and it is presumed; a mark
without a rule has none, because the sample's size is not known or because people were not drawn at
random.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping

import altair as alt
import pandas as pd

from unsigned_peace import polling
from unsigned_peace.charts.theme import INK, MUTED, OTHER, PAPER, country_color
from unsigned_peace.prose import number

_QUARTERS = [0, 25, 50, 75, 100]
#: Shapes of points and the signs that stand for them in a heading.
_SHAPES = {"square": "\u25a0", "circle": "\u25cf", "triangle-up": "\u25b2", "diamond": "\u25c6"}
#: An interval that rests on a presumption is dashed.
_DASHED = alt.StrokeDash("draw_presumed:N").legend(None)
_DASHED = _DASHED.scale(domain=[False, True], range=[[1, 0], [3, 2]])
#: A line joins comparable rounds only if they lie at most so far apart: surveys are yearly at best.
LONGEST_GAP = pd.Timedelta(days=500)


def _in_order(column: pd.Series) -> list[str]:
    """The values of a column in the order in which a chart shows them.

    Of its categories, else of its rows.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [value for value in column.cat.categories if (column == value).any()]
    return list(column.unique())


def field_dates(poll: pd.Series) -> str:
    """When a poll was in the field, as a reader would write it.

    ``22 to 28 November 2018``, ``May 2022``, ``2001``.
    """
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
    """The answers to some questions as ``option_bars`` draws them.

    In the order of ``labels``, the largest first.

    ``labels`` gives each ``question_id`` that is wanted the heading of its panel, in which
    ``{when}`` stands for the days of field work and ``{people}`` for the sample size; an ``option``
    that has a label of its own is shortened to it. Subgroups are left out, and sums of answers
    where the single answers are known; "do not know" and the like come last. Where a size is asked
    for that is not known, ``labels["size_unknown"]`` says so.
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


def pairs(
    frame: pd.DataFrame, labels: Mapping[str, str], lists: Collection[str], firm: Collection[str]
) -> pd.DataFrame:
    """The answers to two questions in each country as ``slopes`` draws them.

    ``labels`` has the heading of each country, a text for each question and for each answer that is
    drawn, by ``answer_id``; ``lists`` are the questions on the right, ``firm`` the answers that a
    slope joins, by ``answer_id``.
    """
    chosen = frame[frame["answer_id"].isin(labels)]
    return chosen.assign(
        panel=chosen["country"].astype(str).map(labels),
        place=chosen["question_id"].isin(lists).astype(int),
        label=chosen["answer_id"].map(labels),
        firm=chosen["answer_id"].isin(firm),
    ).sort_values("country", ascending=False, kind="stable")


def option_bars(frame: pd.DataFrame, labels: Mapping[str, str]) -> alt.ConcatChart:
    """Bars for the answers of some questions, a panel a question, each with its share and interval.

    The columns ``panel`` and ``label`` hold the heading of the question and the answer; both appear
    in the order of the frame. "Do not know" and the like is grey. ``labels`` has ``axis`` (percent)
    and ``people`` (how many were asked).
    """
    data = polling.with_intervals(frame, designed=True).assign(
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
            "draw_presumed",
        ]
    ]
    panels = [
        _bars(rows, labels).properties(
            title=alt.TitleParams(heading.split("\n"), offset=6),
            width=290,
            height=32 * len(rows),
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
    # each bar has its share beside it: no axis says it again
    bars = base.mark_bar(height=9, yOffset=6).encode(
        alt.X("percent:Q").axis(None).scale(domain=[0, 108], nice=False),
        color=alt.when("datum.role === 'no_answer'")
        .then(alt.value(OTHER))
        .otherwise(country_color(legend=None)),
        tooltip=[
            "answer:N",
            alt.Tooltip("percent:Q").title(labels["axis"]),
            "low:Q",
            "high:Q",
            alt.Tooltip("sample_size:Q").title(labels["people"]),
        ],
    )
    intervals = (
        base.transform_filter("isValid(datum.low)")
        .mark_rule(color=INK, strokeWidth=2, yOffset=6)
        .encode(x="low:Q", x2="high:Q", strokeDash=_DASHED)
    )
    shares = base.mark_text(align="left", dx=5, dy=6).encode(x="end:Q", text="percent:Q")
    return alt.layer(bars, intervals, names, shares)


def broken_series(
    frame: pd.DataFrame, labels: Mapping[str, str], height: int = 200, notes: int = 100
) -> alt.FacetChart:
    """Shares over time, a panel a pollster or question, cut wherever answers stop being comparable.

    The column ``panel`` holds the panel's heading, ``answer`` the answers' names, which stand under
    it, and ``kind`` what answers to different questions have in common: a shape. A dashed rule
    parts two rounds between which wording, mode or population changed; ``labels`` may give it a
    word, by the ``question_id`` of the round after it, and has ``people`` (how many were asked).
    These words begin at the height of ``notes`` percent. A line joins comparable rounds of
    neighbouring years only. A point stands in the middle of its field work; a hollow one is worked
    back from printed changes.
    """
    kinds, heading = _in_order(frame["kind"]), _headings(frame)
    data = _lines(polling.with_intervals(frame, designed=True))
    data = data.merge(_cuts(data, labels), on="answer_id", how="left").assign(
        series=data["panel"].astype(str).str.replace("\n", " ").to_numpy(),
        panel=data["panel"].map(heading).to_numpy(),
    )
    data = data[
        [
            "panel",
            "series",
            "answer",
            "kind",
            "country",
            "date",
            "percent",
            "low",
            "high",
            "sample_size",
            "draw_presumed",
            "derived",
            "line",
            "cut",
            "cut_note",
            "cut_place",
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
    words = [
        cut.transform_filter(f"datum.cut_place == {place}")
        .mark_text(align="right", dx=-4, dy=9 + 17 * place + height * (1 - notes / 100))
        .encode(text="cut_note:N")
        for place in sorted(data["cut_place"].dropna().unique())
    ]
    lines = base.mark_line(strokeWidth=1.5).encode(detail=["answer:N", "line:N"])
    intervals = (
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=1.5)
        .encode(y="low:Q", y2="high:Q", strokeDash=_DASHED)
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
    layers = alt.layer(rules, *words, lines, intervals, points).properties(width=270, height=height)
    panel = (
        alt.Facet("panel:N")
        .title(None)
        .sort(list(heading.values()))
        .header(labelExpr="split(datum.label, '\\n')", labelLimit=330, labelPadding=6)
    )
    return layers.facet(panel, columns=2, spacing={"row": 26, "column": 30}).resolve_axis(
        y="independent"
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
    """The answers with ``date``, the middle of their field work, and ``line``.

    A line joins the answers that have the same ``line``.
    """
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
    """For the first answer after each break.

    The day half-way from the round before, and a word on the break.
    """
    rounds = data.sort_values("date").drop_duplicates(["panel", "question_id"])
    before = rounds.groupby("panel", observed=True)[["date", "stretch"]].shift()
    half_way = (before["date"] + (rounds["date"] - before["date"]) / 2).dt.normalize()
    found = rounds.assign(cut=half_way, cut_note=rounds["question_id"].map(notes).fillna(""))
    found = found[before["stretch"].notna() & before["stretch"].ne(rounds["stretch"])]
    # the words of neighbours stand one below another
    found = found.assign(cut_place=found.groupby("panel", observed=True).cumcount())
    return found[["answer_id", "cut", "cut_note", "cut_place"]]


def share_points(
    frame: pd.DataFrame,
    labels: Mapping[str, str],
    answer: str = "answer",
    people: int | None = None,
    design_effect: float = 1.0,
    step: int = 40,
) -> alt.LayerChart:
    """Shares as points, a row a poll (column ``row``), a shape an answer, each with its interval.

    With ``people`` the intervals are not those of the polls but those they would have, had so many
    been asked with such a ``design_effect``: two sliders that start there let the reader choose. It
    is meant for polls whose sample size is not known. ``labels`` has ``axis`` (percent) and, with
    ``people``, ``slider`` and ``design``.
    """
    rows, answers = _in_order(frame["row"]), _in_order(frame[answer])
    data = polling.with_intervals(frame, designed=True)[
        [
            "row",
            answer,
            "country",
            "date",
            "percent",
            *([] if people else ["low", "high", "sample_size", "draw_presumed"]),
        ]
    ]
    data = data.rename(columns={answer: "answer"})
    in_row = data.groupby("row", observed=True)["percent"]
    data["lowest"] = data["percent"].eq(in_row.transform("min")) & in_row.transform("size").gt(1)
    widest = min(100, 25 * math.ceil((data["percent"].max() + 15) / 25))
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
        design = alt.param(
            "design",
            value=design_effect,
            bind=alt.binding_range(min=1, max=4, step=0.5, name=labels["design"]),
        )
        base = base.transform_calculate(**_wilson(slider, design)).add_params(slider, design)
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
    if not people:
        intervals = intervals.encode(strokeDash=_DASHED)
    ends = [
        known.mark_tick(thickness=2, size=9, opacity=1).encode(x=f"{bound}:Q")
        for bound in ("low", "high")
    ]
    # the lowest share of a row stands on its left, the others on their right, clear of intervals
    numbers = [
        base.transform_filter(f"{'' if lowest else '!'}datum.lowest")
        .transform_calculate(edge=f"isValid(datum.{bound}) ? datum.{bound} : datum.percent")
        .mark_text(align=align, dx=dx)
        .encode(x="edge:Q", text="percent:Q")
        for lowest, bound, align, dx in ((True, "low", "right", -9), (False, "high", "left", 9))
    ]
    return alt.layer(intervals, *ends, points, *numbers).properties(height=step * len(rows) + 90)


def _wilson(people: alt.Parameter, design: alt.Parameter) -> dict[str, str]:
    """``polling.wilson_interval`` as expressions of a drawing, for what a reader sets."""
    square = f"({polling.Z95**2:.4f} * {design.name} / {people.name})"
    middle = f"(datum.percent / 100 + {square} / 2)"
    half = f"sqrt({square} * (datum.percent / 100 * (1 - datum.percent / 100) + {square} / 4))"
    return {
        "low": f"100 * ({middle} - {half}) / (1 + {square})",
        "high": f"100 * ({middle} + {half}) / (1 + {square})",
    }


def slopes(frame: pd.DataFrame, labels: Mapping[str, str]) -> alt.ConcatChart:
    """Two questions side by side, a panel a country, and a slope from one firm answer to the other.

    The columns: ``panel``, its heading; ``place``, 0 for the question on the left and 1 for the
    other; ``label``, the answer in a few words; ``firm``, True for the one answer to each question
    that the slope joins, which is filled. The slope is no course in time: what changes along it is
    the question, and ``labels`` gives its words under either end, by the ``question_id``.
    """
    panels = [_slope(rows, labels) for _, rows in frame.groupby("panel", sort=False, observed=True)]
    return alt.concat(*panels, columns=2, spacing={"row": 26, "column": 30})


def _slope(frame: pd.DataFrame, labels: Mapping[str, str], height: int = 330) -> alt.LayerChart:
    ends = frame.drop_duplicates("place").set_index("place")["question_id"].map(labels)
    ends = ends.map(json.dumps)
    data = frame[["label", "place", "country", "percent", "firm"]].rename(
        columns={"label": "answer"}
    )
    data["question"] = frame["question_id"].map(labels)
    data["at"] = data.groupby("place")["percent"].transform(
        lambda shares: _apart(shares, gap=80 * 19 / height)
    )
    data["text"] = [f"{share:g} {name}" for share, name in zip(data["percent"], data["answer"])]
    firm = data[data["firm"]].set_index("place")["percent"]
    lines = pd.DataFrame([{"place": 0, "percent": firm[0], "to": 1, "share": firm[1]}])
    across = alt.X("place:Q").title(None).scale(domain=[-1, 2.35], nice=False)
    across = across.axis(
        values=[0, 1],
        labelExpr=f"split(datum.value < 0.5 ? {ends[0]} : {ends[1]}, '\\n')",
        grid=False,
        domain=False,
        labelAlign={"condition": {"test": "datum.value < 0.5", "value": "right"}, "value": "left"},
        labelLimit=400,
    )
    upward = alt.Y("percent:Q").axis(None).scale(domain=[0, 80], nice=False)
    base = alt.Chart(data).encode(across, upward, color=country_color(legend=None))
    slope = (
        alt.Chart(lines)
        .mark_rule(strokeWidth=2, color=MUTED, strokeDash=[6, 4])
        .encode(across, upward, x2="to:Q", y2="share:Q")
    )
    points = base.mark_point(filled=False, size=70, opacity=1, strokeWidth=2).encode(
        fill=alt.when("datum.firm").then(country_color(legend=None)).otherwise(alt.value(PAPER)),
        tooltip=["answer:N", "question:N", "percent:Q"],
    )
    words = [
        base.transform_filter(f"datum.place === {place}")
        .mark_text(align=align, dx=dx, color=INK)
        .encode(y="at:Q", text="text:N", color=alt.value(INK))
        for place, align, dx in ((0, "right", -9), (1, "left", 9))
    ]
    title = alt.TitleParams(frame["panel"].iloc[0], offset=6)
    return alt.layer(slope, points, *words).properties(title=title, width=350, height=height)


def _apart(shares: pd.Series, gap: float) -> pd.Series:
    """Where to write shares so that no two stand nearer than ``gap``: near ones are pushed up."""
    placed, below = {}, -math.inf
    for row, share in shares.sort_values().items():
        below = max(share, below + gap)
        placed[row] = below
    return shares.index.to_series().map(placed)
