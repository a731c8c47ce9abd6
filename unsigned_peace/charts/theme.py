"""One look for every chart: the Altair theme made from the palette."""

from __future__ import annotations

import json
from typing import Any

import altair as alt

from unsigned_peace.palette import NARROW, PALETTE, WIDE

JAPAN, RUSSIA, BOTH, OTHER = (PALETTE[role][0] for role in ("japan", "russia", "both", "other"))
INK, MUTED, RULE, PAPER, SOFT = (
    PALETTE[role][0] for role in ("ink", "muted", "rule", "paper", "soft")
)
#: Fonts of one width: labels are measured while the book is built and must fit where it is read.
FONT = "'Liberation Sans', Arial, Helvetica, sans-serif"
#: The least size of letters in a drawing, and that of nearly all of them, in pixels.
LETTERS = 14


def by_width(narrow: float | str, wide: float | str) -> alt.ExprRef:
    """A property of a mark or an axis that is otherwise on a telephone than on a wide page."""
    return alt.ExprRef(f"width < {NARROW} ? {json.dumps(narrow)} : {json.dumps(wide)}")


def country_color(field: str = "country", **options: Any) -> alt.Color:
    """Colour by country or government, the same in every chart.

    Japan, Russia or the USSR, joint, others.
    """
    domain = ["Japan", "Russia", "USSR", "joint", "United States", "none"]
    colours = [JAPAN, RUSSIA, RUSSIA, BOTH, OTHER, OTHER]
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=domain, range=colours), **options)


def country_shape(field: str = "country", **options: Any) -> alt.Shape:
    """Shape by country or government, to go with the colour: never colour alone."""
    domain = ["Japan", "Russia", "USSR", "joint", "United States", "none"]
    shapes = ["circle", "square", "square", "diamond", "triangle-up", "cross"]
    return alt.Shape(f"{field}:N", scale=alt.Scale(domain=domain, range=shapes), **options)


def verdict_color(field: str = "verdict", **options: Any) -> alt.Color:
    """Colour by the verdict on a claim."""
    roles = {
        "corroborated": "good",
        "refined": "partly",
        "contradicted": "bad",
        "not_found": "unknown",
    }
    return alt.Color(
        f"{field}:N",
        scale=alt.Scale(domain=list(roles), range=[PALETTE[role][0] for role in roles.values()]),
        **options,
    )


@alt.theme.register("unsigned_peace", enable=True)
def theme() -> alt.theme.ThemeConfig:
    """The Altair theme of the book; enabled when this module is imported."""
    text = {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelColor": INK,
        "titleColor": MUTED,
        "labelFontSize": LETTERS,
        "titleFontSize": LETTERS,
    }
    return {
        "config": {
            "background": "transparent",
            "font": FONT,
            "view": {"stroke": None, "continuousWidth": WIDE, "continuousHeight": 320},
            "title": {
                "anchor": "start",
                "font": FONT,
                "fontSize": LETTERS,
                "color": INK,
                "subtitleFont": FONT,
                "subtitleFontSize": LETTERS,
                "subtitleColor": MUTED,
                "offset": 14,
            },
            "axis": {
                **text,
                "titleFontWeight": "normal",
                "gridColor": RULE,
                # what is drawn is seen before what it is read by
                "gridOpacity": 0.6,
                "domainColor": RULE,
                "tickColor": RULE,
                "labelExpr": "split(datum.label, '\\n')",
                "labelLimit": 260,
            },
            "axisY": {
                # a label of two lines stands beside its tick, and not below it
                "labelOffset": {
                    "condition": [
                        {
                            "test": f"length(split(datum.label, '\\n')) === {lines}",
                            "value": -(lines - 1) * LETTERS / 2,
                        }
                        for lines in (2, 3)
                    ],
                    "value": 0,
                },
                "domain": False,
                "ticks": False,
                "titleAnchor": "end",
                "titleAngle": 0,
                "titleAlign": "left",
                "titleY": -12,
                "titleX": 0,
            },
            "legend": {
                **text,
                "titleFontWeight": "normal",
                "orient": "top",
                "direction": "horizontal",
                "symbolStrokeWidth": 2,
                "symbolBaseFillColor": INK,
                "symbolBaseStrokeColor": INK,
                "offset": 24,
                "labelLimit": 260,
                "columns": 3,
            },
            "header": {
                **text,
                "labelAnchor": "start",
                "labelFontWeight": "bold",
                "title": None,
            },
            "text": {"color": INK, "font": FONT, "fontSize": LETTERS},
            "bar": {"color": OTHER},
            "line": {"color": INK, "strokeWidth": 2},
            "point": {"color": INK, "filled": True, "size": 70},
            "rule": {"color": MUTED},
            "tick": {"color": INK},
            "area": {"color": OTHER},
            "geoshape": {"fill": SOFT, "stroke": MUTED},
            "range": {
                # none that means something: countries, joint texts and verdicts have their own
                "category": [INK, OTHER, MUTED, RULE]
            },
        }
    }
