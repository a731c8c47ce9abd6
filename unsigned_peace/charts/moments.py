"""Events that mean something for a chart over time, marked where they fall."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from unsigned_peace.charts.theme import MUTED, by_width


def moments(events: pd.DataFrame, labels: Mapping[str, str], x: alt.X) -> alt.LayerChart:
    """Dashed lines at some events, each with its year and a few words above the chart.

    ``events`` are rows of that table, ``labels`` has a few words for each by ``event_id``. ``x`` is
    the chart's own channel of ``date``. A telephone has room for the years alone.
    """
    found = events.sort_values("date")
    year = found["date"].dt.year.astype(str)
    rows = pd.DataFrame(
        {
            "date": found["date"],
            "year": year,
            "words": year + " " + found["event_id"].map(labels),
            "event": found["title"],
        }
    )
    base = alt.Chart(rows).encode(x)
    lines = base.mark_rule(strokeDash=[3, 3], color=MUTED).encode(
        tooltip=["event:N", alt.Tooltip("date:T").format("%-d %B %Y")]
    )
    layers = [lines]
    for place, row in enumerate(rows["year"]):
        # words end at their line, but for the first, and neighbours stand on two levels
        side = {"align": "left", "dx": -2} if place == 0 else {"align": "right", "dx": 3}
        one = base.transform_filter(f"datum.year === '{row}'")
        wide = one.mark_text(**side, color=MUTED, opacity=by_width(0, 1))
        layers.append(wide.encode(y=alt.value(-13 - 17 * (place % 2)), text="words:N"))
        narrow = one.mark_text(color=MUTED, opacity=by_width(1, 0))
        layers.append(narrow.encode(y=alt.value(-13 - 17 * (place % 2)), text="year:N"))
    return alt.layer(*layers)
