"""Charts of who met and for how long: meetings by format."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from unsigned_peace.charts.theme import INK, MUTED

#: Columns of ``meetings`` that hold a part of the talks, in their order; the last is what is left.
NOT_STATED = "minutes_not_stated"
FORMATS = ["minutes_one_on_one", "minutes_small_format", "minutes_extended", NOT_STATED]
#: How strongly each of them is filled.
_SHADES = [1.0, 0.55, 0.25, 0.0]


def minutes_by_format(meetings: pd.DataFrame) -> pd.DataFrame:
    """The minutes of each meeting, a row a part: ``format``, ``minutes``, ``start`` and ``end``.

    The other columns of ``meetings`` are repeated. Parts follow each other in the order of
    ``FORMATS``; what they leave of the total is ``NOT_STATED``. ``start`` and ``end``
    count from the beginning of the meeting. A meeting of unknown length has no row. Raises
    ``ValueError`` if the parts of a meeting are longer than its total.
    """
    stated = [column for column in FORMATS if column in meetings]
    rest = meetings["minutes_total"] - meetings[stated].fillna(0).sum(axis=1)
    too_long = meetings.loc[(rest < 0).fillna(False), "meeting_id"]
    if len(too_long):
        raise ValueError(f"parts longer than the total: {', '.join(too_long)}")
    parts = (
        meetings.assign(minutes_not_stated=rest.astype("Int64"))
        .melt(
            id_vars=list(meetings.columns.drop(stated)),
            value_vars=FORMATS,
            var_name="format",
            value_name="minutes",
        )
        .query("minutes > 0")
        .assign(format=lambda frame: pd.Categorical(frame["format"], FORMATS, ordered=True))
        .sort_values(["date", "meeting_id", "format"], ignore_index=True)
    )
    end = parts.groupby("meeting_id")["minutes"].cumsum()
    return parts.assign(start=end - parts["minutes"], end=end)


def meeting_minutes(meetings: pd.DataFrame, labels: Mapping[str, str]) -> alt.LayerChart:
    """Meetings as bars, the first on top: their minutes, stacked by format.

    ``meetings`` has the columns of the table and one more, ``label``, a short text that is
    different for each. An empty stretch of a bar is time of which no format is stated. A disc at
    the end stands for a printed total, a ring for one that was added up from its parts; a meeting
    of unknown length says so. ``labels`` has a text for each of ``FORMATS``, and for ``meeting``,
    ``minutes``, ``total``, ``added up``, ``printed`` and ``unknown``.
    """
    y = alt.Y("label:N").sort(list(meetings.sort_values("date")["label"])).title(None)
    parts = minutes_by_format(meetings).assign(
        format=lambda frame: frame["format"].astype(str).map(labels),
        total=lambda frame: frame["minutes_derived"].map(
            {True: labels["added up"], False: labels["printed"]}
        ),
    )
    base = alt.Chart(
        parts[["label", "date", "format", "minutes", "start", "end", "minutes_total", "total"]]
    ).encode(y=y)
    x = alt.X("start:Q").title(labels["minutes"]).axis(values=list(range(0, 600, 60)))
    x = x.scale(domain=[0, 1.35 * float(parts["end"].max())])
    formats = [labels[format] for format in FORMATS]
    shade = alt.Opacity("format:N").scale(type="ordinal", domain=formats, range=_SHADES)
    shade = shade.legend(title=None, columns=1, values=formats[:-1])
    bars = base.mark_bar(color=INK, height=alt.RelativeBandSize(0.7)).encode(x, shade, x2="end:Q")
    edges = base.mark_bar(
        fillOpacity=0, stroke=INK, strokeWidth=1, height=alt.RelativeBandSize(0.7)
    ).encode(
        x,
        x2="end:Q",
        tooltip=[
            alt.Tooltip("label:N").title(labels["meeting"]),
            alt.Tooltip("date:T").format("%-d %B %Y"),
            "format:N",
            "minutes:Q",
        ],
    )
    ends = base.transform_filter("datum.end == datum.minutes_total").encode(x="minutes_total:Q")
    marks = ends.mark_point(size=45, xOffset=9, stroke=INK, strokeWidth=1.5, opacity=1).encode(
        fill=alt.condition(
            alt.datum["total"] == labels["added up"], alt.value("transparent"), alt.value(INK)
        ),
        tooltip=[alt.Tooltip("minutes_total:Q").title(labels["total"]), "total:N"],
    )
    totals = ends.mark_text(align="left", dx=17).encode(text="minutes_total:Q")
    missing = alt.Chart(
        meetings.loc[meetings["minutes_total"].isna(), ["label", "date"]]
    ).mark_text(align="left", dx=4, color=MUTED, fontStyle="italic")
    unknown = missing.encode(x=alt.datum(0), y=y, text=alt.value(labels["unknown"]))
    return (bars + edges + marks + totals + unknown).properties(height=21 * len(meetings))
