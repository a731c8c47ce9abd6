"""The colours of charts, in light and dark, and their widths.

Charts and pages must agree on them.
"""

from __future__ import annotations

#: Role: (light, dark). A specification holds the light colours; pages replace each by a CSS
#: variable of the role's name, so the same drawing suits both themes. No two may be the same.
PALETTE = {
    "ink": ("#1f2328", "#e6e8eb"),
    "muted": ("#57606a", "#a9b1ba"),
    "rule": ("#d0d7df", "#3d444d"),
    "paper": ("#fffffe", "#14181c"),
    "japan": ("#b4233c", "#ff8a99"),
    "russia": ("#1f5fa8", "#7db4f5"),
    "both": ("#6b4fa0", "#bda6ee"),
    "other": ("#6e7178", "#a3a8b0"),
    "good": ("#1b7a4b", "#69c893"),
    "partly": ("#9a6a00", "#e3b14f"),
    "bad": ("#a33b12", "#f29468"),
    "unknown": ("#62667a", "#b3b7c9"),
    "japan_soft": ("#eccdd2", "#55303a"),
    "russia_soft": ("#c9d9ec", "#2b405c"),
    "soft": ("#e4e6ea", "#343a41"),
}

#: Widths of a chart, axes and legend included, in pixels: as wide as the text, a little wider, as
#: wide as a large page has room for. On a telephone all are of one width.
WIDTHS = {"text": 592, "wide": 680, "page": 872}
WIDE, NARROW = WIDTHS["wide"], 320
