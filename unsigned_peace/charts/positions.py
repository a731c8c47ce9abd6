"""Charts of what the two governments held, in which form it is known, and how often their leaders met.

Each chart takes its words as ``labels``: a text for each code that a reader sees (a caption's
``labels``); a code without one stands as it is in the record.
"""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from unsigned_peace.charts.theme import BOTH, INK, PAPER, SOFT, country_color
from unsigned_peace.prose import date as readable

#: The dimensions of the positions table, in the order of the panels. The first four are about islands.
DIMENSIONS = ["subject", "offer", "demand", "denial", "status_of_1956", "sequence", "deadline", "legal_basis", "economic_link"]
ON_ISLANDS = DIMENSIONS[:4]
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
BY_DECLARATION = "two by the Declaration"
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


def positions_matrix(positions: pd.DataFrame, labels: Mapping[str, str], since: int = 1955) -> alt.FacetChart:
    """When each side took a position on each dimension, and in which form it is known.

    A panel a dimension, a lane a side (Moscow, both together, Tokyo), a mark a position, its words
    in the tooltip. ``positions`` is the table of that name; other governments and years before
    ``since`` are left out. The choice of a form below the chart fades all other marks. ``labels``
    has a text for each of ``DIMENSIONS``, ``LANES`` and ``FORMS``, for ``all`` of them and for ``show``.
    """
    rows = _drawable(positions, since)
    rows = rows.assign(heading=_said(rows["dimension"], labels), side=_said(rows["side"], labels))
    return (
        _marks(rows, labels, size=80)
        .encode(x=_years(), y=alt.Y("side:N").sort(_said(LANES, labels)).title(None).axis(grid=True))
        .properties(width=255, height=72)
        .facet(alt.Facet("heading:N").sort(_said(DIMENSIONS, labels)).title(None), columns=2)
        .resolve_axis(x="independent", y="independent")
    )


def islands_strips(positions: pd.DataFrame, labels: Mapping[str, str], since: int = 1955) -> alt.FacetChart:
    """Islands named as the subject of talks, offered, claimed and denied: four strips over time.

    In a strip a lane is a side and a number of islands, in the last one a side and a kind of
    denial. Moscow's upholding of the 1956 Joint Declaration has a lane of its own among the
    offers. Islands named as a place only are left out. Pale: not put to the other side, or not the
    government's own. Marks, choice and ``labels`` as in ``positions_matrix``, from the same table.
    """
    rows = _strips(positions, since)
    numbers = [*_NUMBERS.values(), "more than two", "no number named"]
    lanes = [f"{side}: {number}" for number in _said(numbers, labels) for side in _said(LANES, labels)]
    rows = rows.assign(
        heading=_said(rows["heading"], labels),
        lane=_said(rows["side"], labels) + ": " + _said(rows["lane"], labels),
    )
    return (
        _marks(rows, labels, size=95)
        .encode(
            x=_years(),
            y=alt.Y("lane:N").sort(lanes).title(None).axis(grid=True, labelLimit=230),
            fillOpacity=alt.when("datum.standing == 'stated'").then(alt.value(1)).otherwise(alt.value(0.35)),
        )
        .properties(width=380, height=alt.Step(19))
        .facet(alt.Facet("heading:N").sort(_said(DIMENSIONS, labels)).title(None), columns=1)
        .resolve_scale(y="independent")
        .resolve_axis(x="independent", y="independent")
    )


def _strips(positions: pd.DataFrame, since: int) -> pd.DataFrame:
    """The rows that ``islands_strips`` draws, with the dimension that heads their strip (``heading``) and ``lane``."""
    rows = _drawable(positions, since)
    upholds = rows["dimension"].eq("status_of_1956") & rows["code"].str.startswith("upheld") & rows["side"].ne("Tokyo")
    rows = rows[(rows["dimension"].isin(ON_ISLANDS) & rows["code"].ne("named as a place")) | upholds]
    lane = rows["number"].mask(rows["dimension"].eq("denial"), rows["code"]).mask(upholds, BY_DECLARATION)
    return rows.assign(heading=rows["dimension"].mask(upholds, "offer"), lane=lane)


def leader_meetings(meetings: pd.DataFrame, labels: Mapping[str, str]) -> alt.LayerChart:
    """Meetings of the two countries' leaders by year, and the years in which they adopted a text.

    ``meetings`` is the table of that name; its rows of level ``leaders`` are counted, stacked by
    ``occasion``. A page above a bar marks a year in which a meeting adopted a document that has a
    record of its own. ``labels`` has a text for each of ``OCCASIONS``, and for ``meetings in the
    year``, ``documents adopted``, ``year`` and ``occasion``.
    """
    leaders = meetings[meetings["level"].eq("leaders")]
    counted = leaders.assign(occasion=_said(occasion(leaders), labels), date=leaders["date"].dt.to_period("Y").dt.start_time)
    years = counted.groupby("date", as_index=False).agg(meetings=("meeting_id", "size"), texts=("document_id", "count"))
    by_occasion = counted.groupby(["date", "occasion"], as_index=False).agg(meetings=("meeting_id", "size"))
    head = {code: labels.get(code, code) for code in ("meetings in the year", "documents adopted", "year", "occasion")}
    x = alt.X("year(date):T").axis(format="%Y", tickCount=7).title(None)
    year = alt.Tooltip("year(date):T").title(head["year"])
    colours = alt.Color("occasion:N").scale(domain=_said(OCCASIONS, labels), range=[BOTH, SOFT])
    bars = (
        alt.Chart(by_occasion)
        .mark_bar(stroke=BOTH, strokeWidth=1)
        .encode(
            x,
            alt.Y("meetings:Q").axis(tickMinStep=1, format="d").title(head["meetings in the year"]),
            colours.legend(title=None, symbolStrokeColor=BOTH, symbolStrokeWidth=1, offset=28),
            alt.Order("occasion:N").sort("descending"),
            tooltip=[year, alt.Tooltip("occasion:N").title(head["occasion"]), alt.Tooltip("meetings:Q").title(head["meetings in the year"])],
        )
    )
    pages = (
        alt.Chart(years[years["texts"].gt(0)])
        .mark_point(shape=_PAGE, size=70, color=INK, yOffset=-10, opacity=1)
        .encode(x.bandPosition(0.5), y="meetings:Q", tooltip=[year, alt.Tooltip("texts:Q").title(head["documents adopted"])])
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


def _said(codes: pd.Series | list[str], labels: Mapping[str, str]) -> pd.Series | list[str]:
    """What a reader sees in place of codes: their label, or the code itself."""
    if isinstance(codes, pd.Series):
        return codes.map(lambda code: labels.get(code, code))
    return [labels.get(code, code) for code in codes]


def _years() -> alt.X:
    return alt.X("date:T").axis(format="%Y", tickCount=4).scale(padding=9).title(None)


def _marks(rows: pd.DataFrame, labels: Mapping[str, str], size: int) -> alt.Chart:
    """A mark a position: its form as the shape, the government as the colour; a form can be chosen."""
    every, *forms = _said([ALL_FORMS, *FORMS], labels)
    chosen = alt.param(name="form_shown", value=every, bind=alt.binding_radio(options=[every, *forms], name=labels.get("show", "show")))
    shown = alt.when(f"form_shown == {every!r} || datum.form == form_shown")
    return (
        alt.Chart(rows.assign(form=_said(rows["form"], labels)))
        .mark_point(size=size, stroke=PAPER, strokeWidth=0.6)
        .encode(
            color=country_color("government", legend=None),
            shape=alt.Shape("form:N").scale(domain=forms, range=list(FORMS.values())).legend(title=None, symbolFillColor=INK, symbolStrokeWidth=0),
            opacity=shown.then(alt.value(1)).otherwise(alt.value(0.1)),
            tooltip=["when:N", "government:N", "position:N", "form:N"],
        )
        .add_params(chosen)
    )
