"""Charts of claims: every claim of a press article is one mark, coloured by the verdict on it."""

from __future__ import annotations

import altair as alt
import pandas as pd

from unsigned_peace.charts.theme import verdict_color

#: The verdicts in the order of the dataset, and the shape of each, so that colour is never alone.
VERDICT_SHAPES = {
    "corroborated": "circle",
    "refined": "diamond",
    "contradicted": "cross",
    "not_found": "triangle-up",
}
_READABLE = "replace(datum.label, '_', ' ')"
_TOOLTIP = ["claim:N", "verdict:N"]


def verdict_lanes(claims: pd.DataFrame) -> alt.FacetChart:
    """A panel for each article and a lane for each verdict.

    The claims in the order in which the article makes them.

    ``claims`` has the columns ``article``, ``position``, ``claim`` and ``verdict``. A lane that
    stays empty is drawn: that no claim got a verdict is a finding too.
    """
    last = int(claims["position"].max())
    lane = alt.Y("verdict:N").title(None).scale(domain=list(VERDICT_SHAPES))
    lane = lane.axis(labelExpr=_READABLE, grid=True)
    marks = (
        alt.Chart()
        .mark_tick(thickness=4, size=20, opacity=1)
        .encode(
            alt.X("position:Q")
            .title("place in the article")
            .axis(grid=False, values=[1, 10, 20, 30])
            .scale(domain=[0, last + 4]),
            lane,
            color=verdict_color(legend=None),
            tooltip=_TOOLTIP,
        )
    )
    counts = (
        alt.Chart()
        .mark_text(align="right", fontWeight="bold")
        .encode(x=alt.datum(last + 4), y=lane, text="count()")
    )
    return (
        alt.layer(marks, counts, data=claims)
        .properties(width=270, height=alt.Step(32))
        .facet("article:N", columns=2)
    )


def verdict_units(claims: pd.DataFrame, by: str) -> alt.LayerChart:
    """A row for each value of the column ``by``, in the order of the frame.

    One mark a claim, the corroborated first.

    ``claims`` has the columns ``claim``, ``verdict`` and ``by``. At the end of a row stands how
    many of its claims are corroborated.
    """
    rows = list(dict.fromkeys(claims[by]))
    ranked = claims.assign(
        rank=claims["verdict"].astype(str).map(list(VERDICT_SHAPES).index)
    ).sort_values("rank", kind="stable")
    ranked["place"] = ranked.groupby(by, observed=True).cumcount() + 1
    found = [verdict for verdict in VERDICT_SHAPES if verdict in set(claims["verdict"])]
    legend = alt.Legend(title=None, values=found, labelExpr=_READABLE)
    row = alt.Y(f"{by}:N").title(None).sort(rows)
    units = (
        alt.Chart(ranked)
        .mark_point(size=100, opacity=1)
        .encode(
            alt.X("place:Q").axis(None).scale(domain=[0, ranked["place"].max() + 11]),
            row,
            verdict_color(legend=legend),
            alt.Shape("verdict:N")
            .scale(domain=list(VERDICT_SHAPES), range=list(VERDICT_SHAPES.values()))
            .legend(legend),
            tooltip=_TOOLTIP,
        )
    )
    kept = (
        ranked.assign(kept=ranked["verdict"].eq("corroborated"))
        .groupby(by, observed=True)
        .agg(kept=("kept", "sum"), of=("kept", "size"))
        .reset_index()
    )
    kept["label"] = kept["kept"].astype(str) + " of " + kept["of"].astype(str)
    counts = (
        alt.Chart(kept)
        .mark_text(align="left", dx=12)
        .encode(alt.X("of:Q").axis(None), row, text="label:N")
    )
    return alt.layer(units, counts).properties(height=alt.Step(34))
