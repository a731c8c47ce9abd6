"""Charts of what the two governments held, and how often their leaders met.

A position's shape says in which form it is known.

Each chart takes its words as ``labels``: a text for each code that a reader sees (a caption's
``labels``); a code without one stands as it is in the record.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from unsigned_peace.charts.moments import moments
from unsigned_peace.charts.theme import (
    BOTH,
    INK,
    OTHER,
    PAPER,
    SOFT,
    country_color,
    country_shape,
)
from unsigned_peace.prose import date as readable

#: The dimensions of the positions table, in the order of the panels. The first four are about
#: islands.
DIMENSIONS = [
    "subject",
    "offer",
    "demand",
    "denial",
    "status_of_1956",
    "sequence",
    "deadline",
    "legal_basis",
    "economic_link",
]
ON_ISLANDS = DIMENSIONS[:4]
_PAGE = "M-0.75,-1H0.75V1H-0.75Z"
#: Forms in which a position is known, with their marks as paths: a page for a text, an empty page
#: for a reading of a text, a ring for spoken words, a cross for what is only reported.
FORMS = {
    "text": _PAGE,
    "interpretation": _PAGE + "M-0.4,-0.64V0.64H0.4V-0.64Z",
    "oral": "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0ZM0.6,0A0.6,0.6,0,1,0,-0.6,0A0.6,0.6,0,1,0,0.6,0Z",
    "reported": (
        "M-0.95,-0.7L-0.7,-0.95L0,-0.25L0.7,-0.95L0.95,-0.7L0.25,0"
        "L0.95,0.7L0.7,0.95L0,0.25L-0.7,0.95L-0.95,0.7L-0.25,0Z"
    ),
}
#: The same marks as signs, for a line of text.
SIGNS = {"text": "\u25ae", "interpretation": "\u25af", "oral": "\u25cb", "reported": "\u2715"}
ALL_FORMS = "all"
#: What a pointer reads of a position: where it stands and what is said there come first.
POINTED = [
    alt.Tooltip("said_in:N").title("title"),
    alt.Tooltip("sentence:N").title("in our words"),
    alt.Tooltip("when:N"),
    alt.Tooltip("government:N"),
    alt.Tooltip("form:N"),
]
#: The first sentence of a text: its last word is no initial and no abbreviation.
_FIRST_SENTENCE = r"^(.*?[\w\u201d\"')]{3,}[.?!])(?= [A-Z\"\u201c]|$)"
#: Whose position it is, from top to bottom: one side, a text or word of both, the other side.
LANES = ["Moscow", "both", "Tokyo"]
_LANE = {"USSR": "Moscow", "Russia": "Moscow", "joint": "both", "Japan": "Tokyo"}
_NUMBERS = {4.0: "four", 2.0: "two", 1.0: "one"}
#: The rungs of the ladder of islands, from top to bottom. On the last stand words that name no
#: number, and words by which there is no question.
RUNGS = ["four", "more than two", "two", "one", "no number named"]
#: How leaders came to meet: for each other, or because both were at something else.
OCCASIONS = ["visit or talks of their own", "beside another event"]


def islands_named(positions: pd.DataFrame) -> pd.Series:
    """How many islands each position is about, in words.

    Four, more than two, two, one, or none named.

    From the columns ``islands`` and ``islands_qualifier``. *More than two* covers fractions and
    two as the least; *no number named* is left for words that name none.
    """
    words = (
        positions["islands"]
        .map(_NUMBERS)
        .where(positions["islands"].notna(), "no number named")
        .fillna("more than two")
    )
    open_ended = positions["islands_qualifier"].astype(str).isin(
        ["at least", "more than"]
    ) & positions["islands"].lt(4)
    return words.mask(open_ended, "more than two")


def when(records: pd.DataFrame) -> pd.Series:
    """The dates of records as a reader would write them, no finer than they are known."""
    return pd.Series(
        [str(readable(day, known)) for day, known in zip(records["date"], records["precision"])],
        index=records.index,
    )


def said_in(positions: pd.DataFrame, documents: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
    """Where each position stands: the title of the document, else of the event, else its date.

    ``documents`` and ``events`` are the tables of these names.
    """
    texts, events = (
        positions[key].map(table.set_index(key)["title"])
        for key, table in (("document_id", documents), ("event_id", events))
    )
    return texts.fillna(events).fillna(positions["government"].astype(str) + ", " + when(positions))


def first_sentence(texts: pd.Series) -> pd.Series:
    """The first sentence of each text; the whole text where it has no other."""
    return texts.str.extract(_FIRST_SENTENCE, expand=False).fillna(texts)


def positions_matrix(
    positions: pd.DataFrame, marked: pd.Series, labels: Mapping[str, str], since: int = 1955
) -> alt.FacetChart:
    """When each side took a position on each dimension, and in which form it is known.

    A panel a dimension, a lane a side (Moscow, both together, Tokyo), a mark a position, its words
    in the tooltip. ``positions`` is the table of that name with a column ``said_in`` (see there);
    other governments and years before ``since`` are left out. The axes have the years of the days
    ``marked``. The choice of a form below the chart fades all other marks. ``labels`` has a text
    for each of ``DIMENSIONS``, ``LANES`` and ``FORMS``, for ``all`` of them and for ``show``.
    """
    rows = _drawable(positions, since)
    rows = rows.assign(heading=_said(rows["dimension"], labels), side=_said(rows["side"], labels))
    return (
        _marks(rows, labels, size=80, chosen="form_in_matrix")
        .encode(
            x=_years(marked),
            y=alt.Y("side:N").sort(_said(LANES, labels)).title(None).axis(grid=True),
        )
        .properties(width=160, height=66)
        .facet(
            alt.Facet("heading:N")
            .sort(_said(DIMENSIONS, labels))
            .title(None)
            .header(labelExpr="split(datum.label, '\\n')"),
            columns=3,
        )
        .resolve_axis(y="independent")
    )


def islands_ladder(
    positions: pd.DataFrame, labels: Mapping[str, str], since: int = 1955
) -> alt.LayerChart:
    """How many islands were at issue, by whose word: a ladder over the years.

    A rung a number of islands, in it a lane each for Tokyo, both together and Moscow; filled marks
    stand in a text. The pale ribbon follows the last joint text that names a number as the subject
    of talks or as to be handed over. Whoever upholds the 1956 Joint Declaration, Tokyo apart,
    stands at two; a denial stands on the last rung. Left out: what was not put to the other side,
    the refusal of a proposal, islands named as a place.

    ``positions`` is the table of that name with a column ``said_in`` (see there). ``labels`` has a
    text for each of ``RUNGS`` and ``LANES`` and for ``ribbon``; a joint text at which the ribbon
    moves has its year, and with it the text that ``labels`` has for its ``document_id``.
    """
    rows = _on_rungs(positions, since)
    rungs = [rung for rung in RUNGS if rung in set(rows["rung"])]
    texts = rows[rows["side"].eq("both") & rows["form"].eq("text")]
    named = texts[texts["dimension"].ne("status_of_1956")]
    turns = pd.concat(
        [
            named[named["rung"].ne(named["rung"].shift())],
            texts[texts["dimension"].eq("status_of_1956")].head(1),
        ]
    )
    years, places = turns["date"].dt.year.astype(str), turns["document_id"].map(dict(labels))
    turns = turns.assign(words=years.where(places.isna(), years + ", " + places.fillna("")))
    up = named["date"][named["rung"].eq(rungs[0])].min()
    middle = pd.DataFrame({"date": [up], "words": labels["ribbon"]})
    middle["lane"] = _lane(rungs[1], "both")
    heads = pd.DataFrame(
        {"lane": [_lane(rung, "") for rung in rungs], "words": _said(rungs, labels)}
    )
    end = named.tail(1).assign(date=rows["date"].max())
    said = json.dumps(_said(LANES, labels))
    lanes = [_lane(rung, side) for rung in rungs for side in ("", *reversed(LANES))]
    y = alt.Y("lane:N").scale(domain=lanes).title(None)
    y = y.axis(labelExpr=f"{said}[toNumber(split(datum.value, '|')[1])] || ''")
    x = alt.X("date:T").title(None).scale(padding=10)
    x = x.axis(format="%Y", tickCount=6, grid=False)

    def text(frame: pd.DataFrame, colour: str, **options: Any) -> alt.Chart:
        marks = alt.Chart(frame[["lane", "words", *frame.columns.intersection(["date"])]])
        return marks.mark_text(color=colour, **options).encode(y=y, text="words:N")

    ribbon = alt.Chart(pd.concat([named, end])[["date", "lane"]]).mark_line(
        interpolate="step-after", color=BOTH, strokeWidth=13, opacity=0.25
    )
    filled = alt.when("datum.form == 'text'").then(country_color("government", legend=None))
    marked = rows.assign(rung=_said(rows["rung"], labels))
    shown = ["date", "lane", "government", "form", "when", "position"]
    marks = alt.Chart(marked[[*shown, "rung", "said_in", "sentence"]]).mark_point(
        size=70, filled=False, opacity=1, strokeWidth=1.8
    )
    first = turns["date"].eq(turns["date"].min())
    return alt.layer(
        ribbon.encode(x, y),
        marks.encode(
            x,
            y,
            stroke=country_color("government", legend=None),
            fill=filled.otherwise(alt.value(PAPER)),
            shape=country_shape("government", legend=None),
            tooltip=POINTED,
        ),
        text(heads, INK, align="left", fontWeight="bold").encode(x=alt.value(0)),
        text(turns[first], BOTH, align="left", dx=10).encode(x),
        text(turns[~first], BOTH, align="right", dx=-10).encode(x),
        text(middle, BOTH, align="right", dx=-10).encode(x),
    ).properties(height=21 * len(lanes))


def _on_rungs(positions: pd.DataFrame, since: int) -> pd.DataFrame:
    """The rows that ``islands_ladder`` draws, with ``document_id``, ``rung`` and ``lane``."""
    rows = _drawable(positions, since).join(positions["document_id"])
    upholds = _upholds(rows)
    rows = rows[
        (rows["dimension"].isin(ON_ISLANDS) | upholds)
        & rows["standing"].eq("stated")
        & ~rows["code"].isin(["named as a place", "proposal declined"])
    ]
    rung = rows["number"].mask(rows["dimension"].eq("denial"), RUNGS[-1]).mask(upholds, "two")
    lane = [_lane(*of) for of in zip(rung, rows["side"])]
    return rows.assign(rung=rung, lane=lane).sort_values("date")


def _lane(rung: str, side: str) -> str:
    """A place of the ladder: a rung, and its side by number, so that no word is looked up by it."""
    return f"{rung}|{LANES.index(side) if side else ''}"


def _upholds(rows: pd.DataFrame) -> pd.Series:
    """Which rows uphold the 1956 Joint Declaration, and with it two islands.

    Tokyo's do not count: it upholds the Declaration and asks for more.
    """
    return (
        rows["dimension"].eq("status_of_1956")
        & rows["code"].str.startswith("upheld")
        & rows["side"].ne("Tokyo")
    )


def leader_meetings(
    meetings: pd.DataFrame,
    events: pd.DataFrame,
    documents: pd.DataFrame,
    labels: Mapping[str, str],
) -> alt.LayerChart:
    """Meetings of the two countries' leaders by year, and the years in which they adopted a text.

    ``meetings`` and ``documents`` are the tables of these names; meetings of level ``leaders`` are
    counted, stacked by ``occasion``. A page above a bar marks a year in which a meeting adopted a
    document that has a record of its own. ``labels`` has a text for each of ``OCCASIONS``, and for
    ``meetings in the year``, ``documents adopted``, ``year`` and ``occasion``, and for each of
    ``events`` (rows of
    that table), which are marked, by ``event_id``.
    """
    leaders = meetings[meetings["level"].eq("leaders")]
    counted = leaders.assign(
        occasion=occasion(leaders).map(labels),
        date=leaders["date"].dt.to_period("Y").dt.start_time,
        title=leaders["document_id"].map(documents.set_index("document_id")["title"]),
    )
    years = counted.groupby("date", as_index=False).agg(
        meetings=("meeting_id", "size"),
        texts=("title", "count"),
        titles=("title", lambda titles: "; ".join(dict.fromkeys(titles.dropna()))),
    )
    by_occasion = counted.groupby(["date", "occasion"], as_index=False).agg(
        meetings=("meeting_id", "size")
    )
    x = alt.X("year(date):T").axis(format="%Y", tickCount=7).title(None)
    year = alt.Tooltip("year(date):T").title(labels["year"])
    colours = alt.Color("occasion:N").scale(
        domain=[labels[code] for code in OCCASIONS], range=[OTHER, SOFT]
    )
    bars = (
        alt.Chart(by_occasion)
        .mark_bar(stroke=OTHER, strokeWidth=1)
        .encode(
            x,
            alt.Y("meetings:Q").axis(tickMinStep=1, format="d").title(None),
            colours.legend(
                title=None, symbolStrokeColor=OTHER, symbolStrokeWidth=1, columns=1, orient="bottom"
            ),
            alt.Order("occasion:N").sort("descending"),
            tooltip=[
                alt.Tooltip("occasion:N").title(labels["occasion"]),
                year,
                alt.Tooltip("meetings:Q").title(labels["meetings in the year"]),
            ],
        )
    )
    pages = (
        alt.Chart(years[years["texts"].gt(0)])
        .mark_point(shape=_PAGE, size=70, color=BOTH, yOffset=-10, opacity=1)
        .encode(
            x.bandPosition(0.5),
            y="meetings:Q",
            tooltip=[alt.Tooltip("titles:N").title(labels["documents adopted"]), year],
        )
    )
    marked = moments(events, labels, alt.X("date:T"))
    return alt.layer(marked, bars, pages).properties(height=240)


def occasion(meetings: pd.DataFrame) -> pd.Series:
    """Whether leaders came for each other or met beside another event, by the words of ``setting``.

    Of their own: a visit, a meeting or talks. Beside: the margins of a summit, a forum, a ceremony,
    games.
    """
    words = meetings["setting"].str.lower()
    own = words.str.contains("visit|meeting|talks", na=False) & ~words.str.contains(
        "margins|olympic", na=False
    )
    return pd.Series(np.where(own, *OCCASIONS), index=meetings.index)


def _drawable(positions: pd.DataFrame, since: int) -> pd.DataFrame:
    """The rows of the two governments from a year on, with the columns that the charts draw."""
    rows = positions[
        positions["government"].isin(list(_LANE)) & positions["date"].dt.year.ge(since)
    ]
    words = rows[["government", "dimension", "form", "standing"]].astype(str)
    return words.assign(
        side=words["government"].map(_LANE),
        date=rows["date"],
        when=when(rows),
        code=rows["value"].astype(str),
        number=islands_named(rows),
        position=rows["label"],
        said_in=rows["said_in"],
        sentence=first_sentence(rows["summary"]),
    )


def _said(codes: Iterable[str], labels: Mapping[str, str]) -> list[str]:
    """What a reader sees in place of codes: their label, or the code itself."""
    return [labels.get(code, code) for code in codes]


def _years(marked: pd.Series) -> alt.X:
    """The years of a small panel: its axis has those of the days that are marked."""
    values = [{"year": int(year)} for year in marked.dt.year.unique()]
    return alt.X("date:T").axis(format="%Y", values=values).scale(padding=9).title(None)


def _marks(rows: pd.DataFrame, labels: Mapping[str, str], size: int, chosen: str) -> alt.Chart:
    """A mark a position: its form as the shape, the government as the colour.

    A form can be chosen by an input of the name ``chosen``: each chart has its own, since inputs
    of one name on one page are one group.
    """
    every, *forms = _said([ALL_FORMS, *FORMS], labels)
    # the inputs show the signs: with them a chart needs no legend (see ``said_by_inputs``)
    signed = [f"{sign} {form}" for sign, form in zip(SIGNS.values(), forms)]
    choice = alt.param(
        name=chosen,
        value=every,
        bind=alt.binding_radio(
            options=[every, *forms], labels=[every, *signed], name=labels.get("show", "show")
        ),
    )
    shown = alt.when(f"{chosen} == {every!r} || datum.form == {chosen}")
    return (
        alt.Chart(rows.assign(form=_said(rows["form"], labels)))
        .mark_point(size=size, stroke=PAPER, strokeWidth=0.6)
        .encode(
            color=country_color("government", legend=None),
            shape=alt.Shape("form:N")
            .scale(domain=forms, range=list(FORMS.values()))
            .legend(title=None, symbolFillColor=INK, symbolStrokeWidth=0),
            opacity=shown.then(alt.value(1)).otherwise(alt.value(0.1)),
            tooltip=POINTED,
        )
        .add_params(choice)
    )
