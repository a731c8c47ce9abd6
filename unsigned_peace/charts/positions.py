"""Charts of what the two governments held, in which form it is known, and how often their leaders met."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from unsigned_peace.charts.theme import BOTH, INK, PAPER, SOFT, country_color
from unsigned_peace.prose import date as readable

#: The dimensions of the positions table, as a chart heads them. The first four are about islands.
DIMENSIONS = {
    "subject": "Named as the subject of talks",
    "offer": "Offered for transfer",
    "demand": "Claimed or asked for",
    "denial": "Denied, closed or declined",
    "status_of_1956": "How the 1956 Declaration counts",
    "sequence": "What comes first",
    "deadline": "By when",
    "legal_basis": "On what ground",
    "economic_link": "Link to trade and aid",
}
ON_ISLANDS = ["subject", "offer", "demand", "denial"]
_PAGE = "M-0.75,-1H0.75V1H-0.75Z"
#: Forms in which a position is known, with their marks as paths: a page for a text, an empty page
#: for a reading of a text, a ring for spoken words, a cross for what is only reported.
FORMS = {
    "text": _PAGE,
    "interpretation": _PAGE + "M-0.4,-0.64V0.64H0.4V-0.64Z",
    "oral": "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0ZM0.6,0A0.6,0.6,0,1,0,-0.6,0A0.6,0.6,0,1,0,0.6,0Z",
    "reported": "M-0.95,-0.7L-0.7,-0.95L0,-0.25L0.7,-0.95L0.95,-0.7L0.25,0L0.95,0.7L0.7,0.95L0,0.25L-0.7,0.95L-0.95,0.7L-0.25,0Z",
}
ALL_FORMS = "all"
#: Whose position it is, from top to bottom: one side, a text or word of both, the other side.
LANES = ["Moscow", "both", "Tokyo"]
_LANE = {"USSR": "Moscow", "Russia": "Moscow", "joint": "both", "Japan": "Tokyo"}
#: What the Declaration provides for, as a lane of the strip of offers: whoever upholds it upholds that.
BY_DECLARATION = "two, by upholding 1956"
_NUMBERS = {4.0: "four", 2.0: "two", 1.0: "one"}
#: How leaders came to meet: for each other, or because both were at something else.
OCCASIONS = ["visit or talks of their own", "beside another event"]


def islands_named(positions: pd.DataFrame) -> pd.Series:
    """How many islands each position is about, in words: four, more than two, two, one, or none named.

    From the columns ``islands`` and ``islands_qualifier``. *More than two* covers fractions and
    two as the least; *no number named* is left for words that name none.
    """
    words = positions["islands"].map(_NUMBERS).where(positions["islands"].notna(), "no number named").fillna("more than two")
    open_ended = positions["islands_qualifier"].astype(str).isin(["at least", "more than"]) & positions["islands"].lt(4)
    return words.mask(open_ended, "more than two")


def when(records: pd.DataFrame) -> pd.Series:
    """The dates of records as a reader would write them, no finer than they are known."""
    return pd.Series([str(readable(day, known)) for day, known in zip(records["date"], records["precision"])], index=records.index)


def positions_matrix(positions: pd.DataFrame, since: int = 1955) -> alt.FacetChart:
    """When each side took a position on each dimension, and in which form it is known.

    A panel a dimension, a lane a side (Moscow, both together, Tokyo), a mark a position, its words
    in the tooltip. ``positions`` is the table of that name; other governments and years before
    ``since`` are left out. The choice of a form below the chart fades all other marks.
    """
    return (
        _marks(_drawable(positions, since).assign(heading=lambda rows: rows["dimension"].map(DIMENSIONS)), size=80)
        .encode(x=_years(), y=alt.Y("side:N", sort=LANES, title=None, axis=alt.Axis(grid=True)))
        .properties(width=255, height=72)
        .facet(alt.Facet("heading:N", sort=list(DIMENSIONS.values()), title=None), columns=2)
        .resolve_axis(x="independent", y="independent")
    )


def islands_strips(positions: pd.DataFrame, since: int = 1955) -> alt.FacetChart:
    """Islands named as the subject of talks, offered, claimed and denied: four strips over time.

    In a strip a lane is a side and a number of islands, in the last one a side and a kind of
    denial. Moscow's upholding of the 1956 Joint Declaration has a lane of its own among the
    offers. Islands named as a place only are left out. Pale: not put to the other side, or not the
    government's own. Marks and choice as in ``positions_matrix``, from the same table.
    """
    rows = strips(positions, since)
    lanes = [f"{side}: {number}" for number in [*_NUMBERS.values(), "more than two", "no number named"] for side in LANES]
    return (
        _marks(rows, size=95)
        .encode(
            x=_years(),
            y=alt.Y("lane:N", sort=lanes, title=None, axis=alt.Axis(grid=True, labelLimit=230)),
            fillOpacity=alt.condition("datum.standing == 'stated'", alt.value(1), alt.value(0.35)),
        )
        .properties(width=420, height=alt.Step(19))
        .facet(alt.Facet("heading:N", sort=list(DIMENSIONS.values()), title=None), columns=1)
        .resolve_scale(y="independent")
        .resolve_axis(x="independent", y="independent")
    )


def strips(positions: pd.DataFrame, since: int = 1955) -> pd.DataFrame:
    """The rows that ``islands_strips`` draws, with their strip (``heading``) and ``lane``."""
    rows = _drawable(positions, since)
    upholds = rows["dimension"].eq("status_of_1956") & rows["code"].str.startswith("upheld") & rows["side"].ne("Tokyo")
    rows = rows[(rows["dimension"].isin(ON_ISLANDS) & rows["code"].ne("named as a place")) | upholds]
    lane = rows["number"].mask(rows["dimension"].eq("denial"), rows["code"]).mask(upholds, BY_DECLARATION)
    dimension = rows["dimension"].mask(upholds, "offer")
    return rows.assign(heading=dimension.map(DIMENSIONS), lane=rows["side"] + ": " + lane)


def leader_meetings(meetings: pd.DataFrame) -> alt.LayerChart:
    """Meetings of the two countries' leaders by year, and the years in which they adopted a text.

    ``meetings`` is the table of that name; its rows of level ``leaders`` are counted, stacked by
    ``occasion``. A page above a bar marks a year in which a meeting adopted a document that has a
    record of its own.
    """
    leaders = meetings[meetings["level"].eq("leaders")]
    counted = leaders.assign(occasion=occasion(leaders), date=leaders["date"].dt.to_period("Y").dt.start_time)
    years = counted.groupby("date", as_index=False).agg(meetings=("meeting_id", "size"), texts=("document_id", "count"))
    year = {"field": "date", "type": "temporal", "timeUnit": "year"}
    x = alt.X(**year, axis=alt.Axis(format="%Y", tickCount=7), title=None)
    bars = (
        alt.Chart(counted.groupby(["date", "occasion"], as_index=False).agg(meetings=("meeting_id", "size")))
        .mark_bar(stroke=BOTH, strokeWidth=1)
        .encode(
            x=x,
            y=alt.Y("meetings:Q", axis=alt.Axis(tickMinStep=1, format="d"), title="meetings of leaders in the year"),
            color=alt.Color(
                "occasion:N",
                scale=alt.Scale(domain=OCCASIONS, range=[BOTH, SOFT]),
                legend=alt.Legend(title=None, symbolStrokeColor=BOTH, symbolStrokeWidth=1, offset=28),
            ),
            order=alt.Order("occasion:N", sort="descending"),
            tooltip=[alt.Tooltip(**year, title="year"), "occasion:N", "meetings:Q"],
        )
    )
    pages = (
        alt.Chart(years[years["texts"].gt(0)])
        .mark_point(shape=_PAGE, size=70, color=INK, yOffset=-10, opacity=1)
        .encode(
            x=x.bandPosition(0.5),
            y="meetings:Q",
            tooltip=[alt.Tooltip(**year, title="year"), alt.Tooltip("texts:Q", title="documents adopted")],
        )
    )
    return (bars + pages).properties(height=240)


def occasion(meetings: pd.DataFrame) -> pd.Series:
    """Whether leaders came for each other or met beside another event, by the words of ``setting``.

    Of their own: a visit, a meeting or talks. Beside: the margins of a summit, a forum, a ceremony, games.
    """
    words = meetings["setting"].str.lower()
    own = words.str.contains("visit|meeting|talks", na=False) & ~words.str.contains("margins|olympic", na=False)
    return pd.Series(np.where(own, *OCCASIONS), index=meetings.index)


def _drawable(positions: pd.DataFrame, since: int) -> pd.DataFrame:
    """The rows of the two governments from a year on, with the columns that the charts draw."""
    rows = positions[positions["government"].isin(list(_LANE)) & positions["date"].dt.year.ge(since)]
    words = rows[["government", "dimension", "form", "standing"]].astype(str)
    return words.assign(
        side=words["government"].map(_LANE),
        date=rows["date"],
        when=when(rows),
        code=rows["value"].astype(str),
        number=islands_named(rows),
        position=rows["label"],
    )


def _years() -> alt.X:
    return alt.X("date:T", axis=alt.Axis(format="%Y", tickCount=4), scale=alt.Scale(padding=9), title=None)


def _marks(rows: pd.DataFrame, size: int) -> alt.Chart:
    """A mark a position: its form as the shape, the government as the colour; a form can be chosen."""
    chosen = alt.param(name="form_shown", value=ALL_FORMS, bind=alt.binding_radio(options=[ALL_FORMS, *FORMS], name="Show: "))
    return (
        alt.Chart(rows)
        .mark_point(size=size, stroke=PAPER, strokeWidth=0.6)
        .encode(
            color=country_color("government", legend=None),
            shape=alt.Shape(
                "form:N",
                scale=alt.Scale(domain=list(FORMS), range=list(FORMS.values())),
                legend=alt.Legend(title=None, symbolFillColor=INK, symbolStrokeWidth=0),
            ),
            opacity=alt.condition(f"form_shown == '{ALL_FORMS}' || datum.form == form_shown", alt.value(1), alt.value(0.1)),
            tooltip=["when:N", "government:N", "position:N", "form:N"],
        )
        .add_params(chosen)
    )
