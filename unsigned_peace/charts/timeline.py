"""Charts of who met, for how long, and who said what when: meetings by format, lanes on a time axis."""

from __future__ import annotations

import altair as alt
import pandas as pd

from unsigned_peace.charts.theme import BOTH, INK, MUTED, PAPER, country_color, country_shape

#: Columns of ``meetings`` that hold a part of the talks, and the words a reader sees for it.
FORMATS = {
    "minutes_one_on_one": "one-on-one",
    "minutes_small_format": "small circle",
    "minutes_extended": "delegations, meals",
    "minutes_not_stated": "format not stated",
}
#: How strongly each of them is filled.
_SHADES = [1.0, 0.55, 0.25, 0.0]

#: Records of one lane and side that are closer than this share of the time shown stand apart.
_CLOSE = 0.04
#: Where they then stand, and the labels of events too: in the middle, above, below.
_PLACES = [0, -1, 1]
_BLANK = " "


def minutes_by_format(meetings: pd.DataFrame) -> pd.DataFrame:
    """The minutes of each meeting, a row a part: ``format``, ``minutes``, ``start`` and ``end``.

    The other columns of ``meetings`` are repeated. Parts follow each other in the order of
    ``FORMATS``; what they leave of the total is the part "format not stated". ``start`` and ``end``
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
        .melt(id_vars=list(meetings.columns.drop(stated)), value_vars=list(FORMATS), var_name="format", value_name="minutes")
        .query("minutes > 0")
        .assign(format=lambda frame: pd.Categorical(frame["format"].map(FORMATS), list(FORMATS.values()), ordered=True))
        .sort_values(["date", "meeting_id", "format"], ignore_index=True)
    )
    end = parts.groupby("meeting_id")["minutes"].cumsum()
    return parts.assign(start=end - parts["minutes"], end=end)


def meeting_minutes(meetings: pd.DataFrame, label: str = "label") -> alt.LayerChart:
    """Meetings as bars, the first on top: their minutes, stacked by format.

    ``meetings`` has the columns of the table and one more, ``label``, a short text that is
    different for each. An empty stretch of a bar is time of which no format is stated. A disc at
    the end stands for a printed total, a ring for one that was added up from its parts; a meeting
    of unknown length says so.
    """
    y = alt.Y(f"{label}:N", sort=list(meetings.sort_values("date")[label]), title=None)
    parts = minutes_by_format(meetings).assign(total=lambda frame: frame["minutes_derived"].map({True: "added up", False: "printed"}))
    base = alt.Chart(parts[[label, "date", "format", "minutes", "start", "end", "minutes_total", "total"]]).encode(y=y)
    x = alt.X("start:Q", title="minutes", axis=alt.Axis(values=list(range(0, 600, 60))), scale=alt.Scale(domain=[0, 1.15 * float(parts["end"].max())]))
    shades = alt.Scale(type="ordinal", domain=list(FORMATS.values()), range=_SHADES)
    legend = alt.Legend(title=None, columns=2, values=list(FORMATS.values())[:-1])
    bars = base.mark_bar(color=BOTH, height=alt.RelativeBandSize(0.7)).encode(x=x, x2="end:Q", opacity=alt.Opacity("format:N", scale=shades, legend=legend))
    edges = base.mark_bar(fillOpacity=0, stroke=BOTH, strokeWidth=1, height=alt.RelativeBandSize(0.7)).encode(
        x=x,
        x2="end:Q",
        tooltip=[alt.Tooltip(f"{label}:N", title="meeting"), alt.Tooltip("date:T", format="%-d %B %Y"), "format:N", "minutes:Q"],
    )
    ends = base.transform_filter("datum.end == datum.minutes_total").encode(x="minutes_total:Q")
    marks = ends.mark_point(size=45, xOffset=9, stroke=INK, strokeWidth=1.5, opacity=1).encode(
        fill=alt.condition("datum.total == 'added up'", alt.value("transparent"), alt.value(INK)),
        tooltip=[alt.Tooltip("minutes_total:Q", title="minutes in all"), "total:N"],
    )
    totals = ends.mark_text(align="left", dx=17).encode(text="minutes_total:Q")
    missing = alt.Chart(meetings.loc[meetings["minutes_total"].isna(), [label, "date"]]).mark_text(align="left", dx=4, color=MUTED, fontStyle="italic")
    unknown = missing.encode(x=alt.datum(0), y=y, text=alt.value("length not found"))
    return (bars + edges + marks + totals + unknown).properties(height=21 * len(meetings))


def lanes(
    records: pd.DataFrame,
    lane: str,
    side: str = "government",
    sides: tuple[str, ...] = ("Japan", "Russia"),
    words: str = "summary",
    events: pd.DataFrame | None = None,
) -> alt.LayerChart:
    """Dated records as points on a time axis: a lane for each value of ``lane``, each side in its own half of it.

    Lanes stand in the order in which ``records`` first names them; colour and shape are the side's.
    Records that would hide one another stand above and below. ``words`` is the column to read when
    a point is pointed at. ``events`` (``date``, ``label``) are upright lines, named in a lane on top.
    """
    days = pd.concat([records["date"], *([] if events is None else [events["date"]])])
    first, span = days.min(), days.max() - days.min()
    order = list(dict.fromkeys(records[lane].astype(str)))
    if events is not None:
        order.insert(0, _BLANK)
    time = alt.X(
        "date:T",
        title=None,
        scale=alt.Scale(domain=[days.min().isoformat(), days.max().isoformat()], nice=False),
        axis=alt.Axis(format="%Y" if span.days > 1500 else "%b %Y", tickCount=4, grid=False),
    )
    placed = _apart(records, [lane, side], span)
    halves = [f"{name} {place}" for name in sides for place in sorted(_PLACES)]
    points = alt.Chart(placed.assign(half=placed[side].astype(str) + " " + placed["place"].astype(str))[["date", lane, side, words, "half"]])
    points = points.mark_point(size=60, opacity=1, stroke=PAPER, strokeWidth=0.7).encode(
        x=time,
        y=alt.Y(f"{lane}:N", sort=order, scale=alt.Scale(domain=order), title=None, axis=alt.Axis(grid=True, tickBand="extent")),
        yOffset=alt.YOffset("half:N", scale=alt.Scale(domain=halves)),
        color=country_color(side, legend=alt.Legend(title=None, values=list(sides))),
        shape=country_shape(side, legend=alt.Legend(title=None, values=list(sides))),
        tooltip=[alt.Tooltip("date:T", format="%-d %B %Y"), alt.Tooltip(f"{side}:N"), alt.Tooltip(f"{words}:N", title="said" if words == "summary" else words)],
    )
    return alt.layer(*_upright(events, time, first + 0.8 * span), points).properties(height=50 * len(order))


def _apart(records: pd.DataFrame, by: list[str], span: pd.Timedelta) -> pd.DataFrame:
    """The records with a ``place`` (0, -1 or 1), different for neighbours within ``by`` that are close in time."""
    ordered = records.sort_values([*by, "date"])
    gap = ordered.groupby(by, observed=True)["date"].diff()
    cluster = (gap.isna() | (gap > _CLOSE * span)).cumsum()
    return ordered.assign(place=ordered.groupby(cluster).cumcount().mod(len(_PLACES)).map(dict(enumerate(_PLACES))))


def _upright(events: pd.DataFrame | None, time: alt.X, late: pd.Timestamp) -> list[alt.Chart]:
    """Lines through all lanes with labels at three heights; labels of late events stand left of their line."""
    if events is None:
        return []
    named = events.sort_values("date")[["date", "label"]].assign(place=[_PLACES[number % len(_PLACES)] for number in range(len(events))])
    lines = alt.Chart(named[["date", "label"]]).mark_rule(strokeDash=[3, 3]).encode(x=time)
    labels = [
        alt.Chart(some[["date", "label"]])
        .mark_text(align="right" if is_late else "left", dx=-4 if is_late else 4, dy=14 * place, fontSize=11, color=MUTED)
        .encode(x=time, y=alt.datum(_BLANK), text="label:N")
        for (place, is_late), some in named.groupby(["place", named["date"] > late])
    ]
    return [lines, *labels]
