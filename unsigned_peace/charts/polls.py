"""Charts of polls: shares with their sampling error, and series cut where answers are not comparable.

Each function takes rows of ``polling.answers()`` with a few short label columns that the chapter
adds, and gives a chart for ``figure``. A rule through a mark is the 95 percent interval from
sampling; a mark without a rule has none, because the sample's size or its drawing is not known.
"""

from __future__ import annotations

import math

import altair as alt
import pandas as pd

from unsigned_peace import polling
from unsigned_peace.charts.theme import INK, MUTED, OTHER, PAPER, country_color

_PERCENT = alt.Axis(values=[0, 25, 50, 75, 100], format="d", grid=False)
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
    first = "" if start == end else f"{start.day} to " if (start.year, start.month) == (end.year, end.month) else f"{start.day} {start:%B} to "
    if poll["precision"] == "month":
        return f"{end:%B %Y}" if start.month == end.month else f"{start:%B} to {end:%B %Y}"
    return f"{first}{end.day} {end:%B %Y}"


def _people(size) -> str:
    return "size not seen" if pd.isna(size) else f"{size:,}"


def asked(frame: pd.DataFrame, headings: dict[str, str]) -> pd.DataFrame:
    """The answers to some questions as ``option_bars`` draws them: in the order of ``headings``, the largest first.

    ``headings`` gives each ``question_id`` the heading of its panel, in which ``{when}`` stands for
    the days of field work and ``{people}`` for the sample size. Subgroups are left out, and sums
    of answers where the single answers are known; "do not know" and the like come last.
    """
    chosen = frame[frame["question_id"].isin(headings) & frame["subgroup"].isna()]
    single = chosen["role"].eq("answer").groupby(chosen["question_id"]).transform("any")
    chosen = chosen[chosen["role"].ne("net") | ~single]
    chosen = chosen.assign(
        place=chosen["question_id"].map(list(headings).index),
        rest=chosen["role"].eq("no_answer"),
        panel=[headings[row["question_id"]].format(when=field_dates(row), people=_people(row["sample_size"])) for _, row in chosen.iterrows()],
        label=chosen["option"],
    )
    return chosen.sort_values(["place", "rest", "percent"], ascending=[True, True, False]).drop(columns=["place", "rest"])


def option_bars(frame: pd.DataFrame, panel: str = "panel", label: str = "label", columns: int = 2, width: int = 290, step: int = 38) -> alt.ConcatChart:
    """Bars for the answers of some questions, a panel a question, each with its share and interval.

    ``panel`` and ``label`` name the columns with the heading of the question and the answer; both
    appear in the order of the frame. "Do not know" and the like is grey.
    """
    data = polling.with_intervals(frame).assign(end=lambda rows: rows["high"].fillna(rows["percent"]))
    data = data[[panel, label, "country", "role", "percent", "low", "high", "end", "date", "sample_size"]]
    panels = [
        _bars(rows, label).properties(title=alt.TitleParams(heading.split("\n"), fontSize=13, offset=6), width=width, height=step * len(rows))
        for heading, rows in data.groupby(panel, sort=False, observed=True)
    ]
    return alt.concat(*panels, columns=columns, align="each", spacing={"row": 26, "column": 30})


def _bars(data: pd.DataFrame, label: str) -> alt.LayerChart:
    """The bars of one question: each answer's text above its bar, where long answers have room."""
    base = alt.Chart(data).encode(y=alt.Y(f"{label}:N", sort=list(data[label]), axis=None))
    names = base.mark_text(align="left", baseline="bottom", dy=-3).encode(x=alt.value(0), text=f"{label}:N")
    bars = base.mark_bar(height=12, yOffset=7).encode(
        x=alt.X("percent:Q", title="percent", scale=alt.Scale(domain=[0, 108], nice=False), axis=_PERCENT),
        color=alt.condition("datum.role === 'no_answer'", alt.value(OTHER), country_color(legend=None)),
        tooltip=[alt.Tooltip(f"{label}:N", title="answer"), "percent:Q", "low:Q", "high:Q", alt.Tooltip("sample_size:Q", title="people asked")],
    )
    intervals = base.transform_filter("isValid(datum.low)").mark_rule(color=INK, strokeWidth=2, yOffset=7).encode(x="low:Q", x2="high:Q")
    shares = base.mark_text(align="left", dx=5, dy=7).encode(x="end:Q", text="percent:Q")
    return alt.layer(bars, intervals, names, shares)


def broken_series(
    frame: pd.DataFrame,
    panel: str = "panel",
    answer: str = "answer",
    kind: str = "kind",
    notes: dict[str, str] | None = None,
    columns: int = 2,
    width: int = 270,
    height: int = 200,
) -> alt.FacetChart:
    """Shares over time, a panel a pollster or question, cut wherever answers stop being comparable.

    ``kind`` gives answers to different questions a common shape, and ``answer`` their names, which
    stand under the panel's heading. A dashed rule parts two rounds between which wording, mode or
    population changed; ``notes`` gives it a word, by the ``question_id`` of the round after it. A
    line joins comparable rounds of neighbouring years only. A point stands in the middle of its
    field work; a hollow one is worked back from printed changes.
    """
    kinds, heading = _in_order(frame[kind]), _headings(frame, panel, answer, kind)
    data = _lines(polling.with_intervals(frame), panel, answer)
    data = data.merge(_cuts(data, panel, notes or {}), on="answer_id", how="left").assign(**{panel: data[panel].map(heading).to_numpy()})
    data = data[[panel, answer, kind, "country", "date", "percent", "low", "high", "sample_size", "derived", "line", "cut", "cut_note"]]
    base = alt.Chart(data).encode(
        x=alt.X("date:T", title=None, scale=alt.Scale(padding=10), axis=alt.Axis(format="%Y", tickCount=5, grid=False)),
        y=alt.Y("percent:Q", title=None, scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(values=[0, 25, 50, 75, 100], labelExpr="datum.label + '%'")),
        color=country_color(legend=None),
    )
    cut = base.transform_filter("isValid(datum.cut)").encode(x="cut:T", y=alt.value(0), color=alt.value(MUTED))
    rules = cut.mark_rule(strokeDash=[3, 3]).encode(y2=alt.value(height))
    words = cut.mark_text(align="right", dx=-4, dy=9, fontSize=11).encode(text="cut_note:N")
    lines = base.mark_line(strokeWidth=1.5).encode(detail=[f"{answer}:N", "line:N"])
    intervals = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=1.5).encode(y="low:Q", y2="high:Q")
    points = base.mark_point(filled=False, opacity=1, size=26).encode(
        shape=alt.Shape(f"{kind}:N", legend=None, scale=alt.Scale(domain=kinds, range=list(_SHAPES)[: len(kinds)])),
        fill=alt.condition("datum.derived", alt.value(PAPER), country_color(legend=None)),
        tooltip=[alt.Tooltip(f"{answer}:N", title="answer"), "percent:Q", alt.Tooltip("date:T", format="%B %Y"), alt.Tooltip("sample_size:Q", title="people asked")],
    )
    layers = alt.layer(rules, words, lines, intervals, points).properties(width=width, height=height)
    header = alt.Header(labelExpr="split(datum.label, '\\n')", labelLimit=330, labelPadding=6, title=None)
    facets = layers.facet(alt.Facet(f"{panel}:N", sort=list(heading.values()), header=header), columns=columns, spacing={"row": 26, "column": 30})
    return facets.resolve_axis(x="independent", y="independent")


def _headings(frame: pd.DataFrame, panel: str, answer: str, kind: str) -> dict[str, str]:
    """Each panel's heading, with the answers drawn in it and the shape of each as a line below."""
    sign = dict(zip(_in_order(frame[kind]), _SHAPES.values()))
    drawn = frame.drop_duplicates([panel, answer])
    drawn = drawn.assign(rank=drawn[kind].map(list(sign).index), shown=[f"{sign[row[kind]]} {row[answer]}" for _, row in drawn.iterrows()])
    return {
        name: name + "\n" + "\u00a0\u00a0 ".join(rows.sort_values("rank")["shown"])
        for name, rows in drawn.groupby(panel, sort=False, observed=True)
    }


def _lines(frame: pd.DataFrame, panel: str, answer: str) -> pd.DataFrame:
    """The answers with ``date`` in the middle of their field work, and ``line``: what a line may join."""
    data = polling.runs(frame, by=[panel, answer])
    data = data.assign(date=(data["field_start"] + (data["field_end"] - data["field_start"]) / 2).dt.normalize())
    groups = [data[panel], data[answer]]
    apart = data.groupby(groups, observed=True)["date"].diff().gt(LONGEST_GAP)
    return data.assign(line=data["run"].astype(str) + "/" + apart.groupby(groups, observed=True).cumsum().astype(str))


def _cuts(data: pd.DataFrame, panel: str, notes: dict[str, str]) -> pd.DataFrame:
    """For the first answer after each break: the day half-way from the round before, and a word on the break."""
    rounds = data.sort_values("date").drop_duplicates([panel, "question_id"])
    before = rounds.groupby(panel, observed=True)[["date", "stretch"]].shift()
    half_way = (before["date"] + (rounds["date"] - before["date"]) / 2).dt.normalize()
    found = rounds.assign(cut=half_way, cut_note=rounds["question_id"].map(notes).fillna(""))
    return found.loc[before["stretch"].notna() & before["stretch"].ne(rounds["stretch"]), ["answer_id", "cut", "cut_note"]]


def share_points(frame: pd.DataFrame, row: str = "row", answer: str = "answer", people: int | None = None, step: int = 40) -> alt.LayerChart:
    """Shares as points, a row a poll, a shape an answer, each with its interval.

    With ``people`` the intervals are not those of the polls but those they would have, had so many
    been asked: a slider that starts there lets the reader choose. It is meant for polls whose
    sample size is not known.
    """
    rows, answers = _in_order(frame[row]), _in_order(frame[answer])
    data = polling.with_intervals(frame)[[row, answer, "country", "date", "percent", *([] if people else ["low", "high", "sample_size"])]]
    widest = min(100, 25 * math.ceil((data["percent"].max() + 10) / 25))
    base = alt.Chart(data).encode(y=alt.Y(f"{row}:N", sort=rows, axis=alt.Axis(title=None, labelLimit=220, grid=True, domain=False, ticks=False)))
    if people:
        slider = alt.param("people", value=people, bind=alt.binding_range(min=100, max=4000, step=100, name="People asked in each poll: "))
        base = base.transform_calculate(**_wilson(slider)).add_params(slider)
    points = base.mark_point(size=50, opacity=1).encode(
        x=alt.X("percent:Q", title="percent", scale=alt.Scale(domain=[0, widest]), axis=_PERCENT),
        color=country_color(legend=None),
        shape=alt.Shape(f"{answer}:N", title=None, legend=alt.Legend(columns=1, symbolFillColor=INK, symbolStrokeColor=INK), scale=alt.Scale(domain=answers, range=["circle", "square", "triangle-up", "diamond"])),
        tooltip=[alt.Tooltip(f"{answer}:N", title="answer"), "percent:Q", alt.Tooltip("low:Q", format=".1f"), alt.Tooltip("high:Q", format=".1f")],
    )
    known = base.transform_filter("isValid(datum.low)").encode(color=country_color(legend=None))
    intervals = known.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q")
    ends = [known.mark_tick(thickness=2, size=9, opacity=1).encode(x=f"{bound}:Q") for bound in ("low", "high")]
    numbers = base.mark_text(dy=-13).encode(x="percent:Q", text="percent:Q")
    return alt.layer(intervals, *ends, points, numbers).properties(height=step * len(rows) + 90)


def _wilson(people: alt.Parameter) -> dict:
    """``polling.wilson_interval`` as expressions of the drawing, for a sample size that a reader sets."""
    square = f"({polling.Z95 ** 2:.4f} / {people.name})"
    middle = f"(datum.percent / 100 + {square} / 2)"
    half = f"sqrt({square} * (datum.percent / 100 * (1 - datum.percent / 100) + {square} / 4))"
    return {"low": f"100 * ({middle} - {half}) / (1 + {square})", "high": f"100 * ({middle} + {half}) / (1 + {square})"}
