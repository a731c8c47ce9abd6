"""Charts of what goes back to what.

Texts that later texts name, and reports that rest on one origin.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import altair as alt
import pandas as pd

from unsigned_peace.charts.theme import (
    INK,
    MUTED,
    OTHER,
    PAPER,
    country_color,
    country_shape,
)
from unsigned_peace.dataset import LIST_SEPARATOR

#: What a later text does with an earlier one: it builds on it, it names it and no more, it ends it.
USES = ("builds on", "names", "ends")
_USE = {"rests_on": "builds on", "upholds": "builds on", "repeats": "builds on"}
_RUSSIA = {"USSR", "Russia", "Russian Empire"}


def lines_of_texts(
    mentions: pd.DataFrame,
    provisions: pd.DataFrame,
    documents: pd.DataFrame,
    labels: Mapping[str, str],
) -> pd.DataFrame:
    """A row for each text that names an earlier one, once for each text that it names.

    ``mentions``, ``provisions`` and ``documents`` are the tables of these names; ``labels`` has a
    short name for each text that is shown, by ``document_id``. The columns: ``text`` (year and
    short name) and ``born`` (its day) of the earlier text, ``date`` and ``by`` (day and title) of
    the later one, ``use`` (one of ``USES``; of several clauses the first of these counts) and
    ``whose`` (whose the later text is: ``joint``, a government, or ``none`` of the two).
    """
    named = documents.set_index("document_id")
    rows = mentions[mentions["document_id"].isin(labels)].merge(
        provisions[["provision_id", "document_id"]].rename(columns={"document_id": "later"}),
        on="provision_id",
    )
    born, short = rows["document_id"].map(named["date"]), rows["document_id"].map(dict(labels))
    use = rows["how"].astype(str).map(lambda how: _USE.get(how, how))
    rows = rows.assign(
        text=born.dt.year.astype(str) + " " + short,
        born=born,
        date=rows["later"].map(named["date"]),
        by=rows["later"].map(named["title"]),
        use=pd.Categorical(use, USES, ordered=True),
        whose=rows["later"].map(named["parties"]).map(_whose),
    )
    rows = rows.sort_values(["born", "document_id", "date", "use"])
    rows = rows.drop_duplicates(["document_id", "later"])
    return rows[["text", "born", "date", "by", "use", "whose", "document_id", "mention_id"]]


def _whose(parties: str) -> str:
    """Whose a text is, by its parties."""
    whose = set(parties.split(LIST_SEPARATOR))
    if "Japan" in whose and whose & _RUSSIA:
        return "joint"
    return whose.pop() if len(whose) == 1 and whose & {"Japan", *_RUSSIA} else "none"


def lifelines(lines: pd.DataFrame, labels: Mapping[str, str]) -> alt.LayerChart:
    """Each text as a line from its own day to the last text that names it, a mark for each.

    A filled mark builds on the text, a hollow one names it, a bar ends it; a small ring is the text
    itself. ``lines`` are the rows of ``lines_of_texts``; ``labels`` has a text for each of
    ``USES``, for ``named`` and ``does``, and for whose a text is: ``joint``, ``Moscow`` and
    ``others``.
    """
    drawn = lines.assign(does=lines["use"].astype(str).map(labels), use=lines["use"].astype(str))
    drawn = drawn[["text", "date", "by", "does", "use", "whose", "mention_id"]].copy()
    order = list(dict.fromkeys(drawn["text"]))
    spans = lines.groupby("text", as_index=False).agg(born=("born", "first"), last=("date", "max"))
    y = alt.Y("text:N").title(None).sort(order).axis(labelLimit=190, domain=False, ticks=False)
    x = alt.X("date:T").title(None).scale(padding=10).axis(format="%Y", tickCount=6, grid=False)
    threads = alt.Chart(spans).mark_rule(color=OTHER).encode(alt.X("born:T"), y, x2="last:T")
    births = alt.Chart(spans).mark_point(color=OTHER, filled=True, size=22, opacity=1)
    # one mark for Moscow's texts, whichever state it spoke for
    names = {"joint": labels["joint"], "Japan": "Japan", "Russia": labels["Moscow"]}
    names["none"] = labels["others"]
    drawn["whose"] = drawn["whose"].replace({"USSR": "Russia", "Russian Empire": "Russia"})
    found = [whose for whose in names if whose in set(drawn["whose"])]
    legend = alt.Legend(title=None, values=found, labelExpr=f"{json.dumps(names)}[datum.label]")
    told = [
        alt.Tooltip("by:N").title("title"),
        alt.Tooltip("does:N").title(labels["does"]),
        alt.Tooltip("text:N").title(labels["named"]),
        alt.Tooltip("date:T").format("%-d %B %Y"),
    ]
    base = alt.Chart(drawn).encode(x, y, tooltip=told)
    ends = base.transform_filter("datum.use === 'ends'").mark_tick(
        thickness=3, size=18, color=INK, opacity=1
    )
    colour = country_color("whose", legend=legend)
    marks = base.transform_filter("datum.use !== 'ends'").mark_point(
        size=80, filled=False, opacity=1, strokeWidth=1.8
    )
    marks = marks.encode(
        stroke=colour,
        shape=country_shape("whose", legend=legend),
        fill=alt.when("datum.use === 'builds on'").then(colour).otherwise(alt.value(PAPER)),
    )
    return alt.layer(threads, births.encode(alt.X("born:T"), y), ends, marks).properties(
        height=24 * len(order)
    )


def one_origin(copies: pd.DataFrame, labels: Mapping[str, str]) -> alt.LayerChart:
    """Origins on the left, and a line to each publication that goes back to one.

    ``copies`` has a row a publication: ``origin`` (who it goes back to), ``claim`` (of what) and
    ``publication``. Rows stand in the order of the frame. ``labels`` has the heads ``origins`` and
    ``publications``.
    """
    rows = copies.reset_index(drop=True)
    # a free row parts one origin from the next
    group = (rows["origin"] != rows["origin"].shift()).cumsum() - 1
    rows = rows.assign(place=rows.index + group, start=0, end=1)
    rows["from"] = rows.groupby("origin", sort=False)["place"].transform("mean")
    heads = rows.drop_duplicates("origin")
    tops = pd.DataFrame(
        {
            "at": [0, 1],
            "place": [-1.4, -1.4],
            "words": [labels["origins"], labels["publications"]],
        }
    )
    x = alt.X("start:Q", axis=None).scale(domain=[-1.15, 3.1], nice=False)
    scale = alt.Scale(domain=[-2, rows["place"].max() + 0.6], reverse=True, nice=False)
    base = alt.Chart(rows[["origin", "claim", "publication", "place", "start", "end", "from"]])
    said = ["publication:N", "origin:N", "claim:N"]
    lines = base.mark_rule(color=OTHER).encode(
        x, alt.Y("from:Q", axis=None).scale(scale), x2="end:Q", y2="place:Q"
    )
    dots = base.mark_point(size=45, color=INK, filled=True, opacity=1).encode(
        alt.X("end:Q", axis=None), alt.Y("place:Q", axis=None), tooltip=said
    )
    names = base.mark_text(align="left", dx=9).encode(
        alt.X("end:Q", axis=None), alt.Y("place:Q", axis=None), text="publication:N"
    )
    origins = alt.Chart(heads[["origin", "start", "from"]])
    rings = origins.mark_point(size=130, filled=True, color=INK, opacity=1)
    rings = rings.encode(alt.X("start:Q", axis=None), alt.Y("from:Q", axis=None))
    words = origins.mark_text(align="right", dx=-12, fontWeight="bold", lineBreak="\n")
    words = words.encode(alt.X("start:Q", axis=None), alt.Y("from:Q", axis=None), text="origin:N")
    above = [
        alt.Chart(tops)
        .transform_filter(f"datum.at === {at}")
        .mark_text(align=align, dx=dx, color=MUTED)
        .encode(alt.X("at:Q", axis=None), alt.Y("place:Q", axis=None), text="words:N")
        for at, align, dx in ((0, "right", -12), (1, "left", 9))
    ]
    height = 20 * int(rows["place"].max() + 3)
    return alt.layer(lines, dots, names, rings, words, *above).properties(height=height)
