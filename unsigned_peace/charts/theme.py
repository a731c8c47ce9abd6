"""One look for every chart: the Altair theme made from the palette."""

from __future__ import annotations

import altair as alt

from unsigned_peace.palette import PALETTE, WIDE

JAPAN, RUSSIA, BOTH, OTHER = (PALETTE[role][0] for role in ("japan", "russia", "both", "other"))
INK, MUTED, RULE, PAPER, SOFT = (PALETTE[role][0] for role in ("ink", "muted", "rule", "paper", "soft"))
#: Fonts of one width: labels are measured while the book is built and must fit where it is read.
FONT = "'Liberation Sans', Arial, Helvetica, sans-serif"


def country_color(field: str = "country", **options) -> alt.Color:
    """Colour by country or government, the same in every chart: Japan, Russia or the USSR, joint, others."""
    domain = ["Japan", "Russia", "USSR", "joint", "United States", "none"]
    colours = [JAPAN, RUSSIA, RUSSIA, BOTH, OTHER, OTHER]
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=domain, range=colours), **options)


def country_shape(field: str = "country", **options) -> alt.Shape:
    """Shape by country or government, to go with the colour: never colour alone."""
    domain = ["Japan", "Russia", "USSR", "joint", "United States", "none"]
    shapes = ["circle", "square", "square", "diamond", "triangle-up", "cross"]
    return alt.Shape(f"{field}:N", scale=alt.Scale(domain=domain, range=shapes), **options)


def verdict_color(field: str = "verdict", **options) -> alt.Color:
    """Colour by the verdict on a claim."""
    roles = {"corroborated": "good", "refined": "partly", "contradicted": "bad", "not_found": "unknown"}
    return alt.Color(
        f"{field}:N", scale=alt.Scale(domain=list(roles), range=[PALETTE[role][0] for role in roles.values()]), **options
    )


@alt.theme.register("unsigned_peace", enable=True)
def theme() -> alt.theme.ThemeConfig:
    """The Altair theme of the book; enabled when this module is imported."""
    text = {"labelFont": FONT, "titleFont": FONT, "labelColor": INK, "titleColor": MUTED, "labelFontSize": 12, "titleFontSize": 12}
    return {
        "config": {
            "background": "transparent",
            "font": FONT,
            "view": {"stroke": None, "continuousWidth": WIDE, "continuousHeight": 320},
            "title": {"anchor": "start", "font": FONT, "fontSize": 15, "color": INK, "subtitleFont": FONT, "subtitleFontSize": 12, "subtitleColor": MUTED, "offset": 14},
            "axis": {**text, "titleFontWeight": "normal", "gridColor": RULE, "domainColor": MUTED, "tickColor": MUTED, "labelLimit": 260},
            "axisY": {"domain": False, "ticks": False, "titleAnchor": "end", "titleAngle": 0, "titleAlign": "left", "titleY": -12, "titleX": 0},
            "legend": {**text, "titleFontWeight": "normal", "orient": "top", "direction": "horizontal", "symbolStrokeWidth": 2, "symbolBaseFillColor": INK, "symbolBaseStrokeColor": INK, "offset": 24, "labelLimit": 260, "columns": 3},
            "header": {**text, "labelFontSize": 13, "labelAnchor": "start", "labelFontWeight": "bold", "title": None},
            "text": {"color": INK, "font": FONT, "fontSize": 12},
            "bar": {"color": OTHER},
            "line": {"color": INK, "strokeWidth": 2},
            "point": {"color": INK, "filled": True, "size": 70},
            "rule": {"color": MUTED},
            "tick": {"color": INK},
            "area": {"color": OTHER},
            "geoshape": {"fill": SOFT, "stroke": MUTED},
            "range": {"category": [INK, PALETTE["good"][0], PALETTE["partly"][0], PALETTE["both"][0], OTHER, PALETTE["bad"][0]]},
        }
    }
