"""Charts of what the two governments held, in which form it is known, and how often their leaders met."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from unsigned_peace.charts.theme import BOTH, INK, PAPER, SOFT, country_color
from unsigned_peace.prose import date as readable

#: The six dimensions of the positions table, as a chart heads them.
DIMENSIONS = {
    "islands_named": "Which islands are named",
    "status_of_1956": "How the 1956 Declaration counts",
    "sequence": "What comes first",
    "deadline": "By when",
    "legal_basis": "On what ground",
    "economic_link": "Link to trade and aid",
}
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
#: What a code on the islands begins with, step by step; the first that fits counts. Codes that
#: claim or leave open more than two without saying four stand together.
_ISLANDS = {"four": "^4", "more than two": r"^(?:3|more than 2|neither|2 \+|2 and others|2, then)", "two": "^2", "none": "^(?:none|issue, unnamed)"}
_OTHER_ISLANDS = "other"
#: How leaders came to meet: for each other, or because both were at something else.
OCCASIONS = ["visit or talks of their own", "beside another event"]


def islands_at_issue(codes: pd.Series) -> pd.Series:
    """The codes of positions on ``islands_named`` as steps: four, more than two, two, none, or other.

    *None* covers a text that names no island, the view that there is no issue, and the refusal to
    cede any; the code itself says which.
    """
    fits = [codes.str.contains(pattern, regex=True, na=False) for pattern in _ISLANDS.values()]
    return pd.Series(np.select(fits, list(_ISLANDS), _OTHER_ISLANDS), index=codes.index)


def when(records: pd.DataFrame) -> pd.Series:
    """The dates of records as a reader would write them, no finer than they are known."""
    return pd.Series([str(readable(day, known)) for day, known in zip(records["date"], records["precision"])], index=records.index)


def positions_matrix(positions: pd.DataFrame, since: int = 1955) -> alt.FacetChart:
    """When each side took a position on each dimension, and in which form it is known.

    A panel a dimension, a lane a side (Moscow, both together, Tokyo), a mark a position, its code
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


def islands_ladder(positions: pd.DataFrame, since: int = 1955) -> alt.FacetChart:
    """How many islands each position on ``islands_named`` was about, over time.

    A panel a side, the steps of ``islands_at_issue`` from bottom to top, marks and choice as in
    ``positions_matrix``, from the same table.
    """
    rows = _drawable(positions[positions["dimension"].eq("islands_named")], since)
    rows["islands"] = islands_at_issue(rows["position"])
    steps = [step for step in [*_ISLANDS, _OTHER_ISLANDS] if step in set(rows["islands"])]
    return (
        _marks(rows, size=110)
        .encode(x=_years(), y=alt.Y("islands:N", sort=steps, title=None, axis=alt.Axis(grid=True)))
        .properties(width=570, height=92)
        .facet(alt.Facet("side:N", sort=LANES, title=None), columns=1)
        .resolve_axis(x="independent")
    )


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
    words = rows[["government", "dimension", "form"]].astype(str)
    return words.assign(
        side=words["government"].map(_LANE),
        date=rows["date"],
        when=when(rows),
        position=rows["value"],
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
