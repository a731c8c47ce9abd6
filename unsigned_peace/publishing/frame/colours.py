"""The colours of pages and charts as CSS variables, for light and dark pages and for paper."""

from __future__ import annotations

from unsigned_peace.palette import PALETTE

#: Role: (light, dark), as in the charts' palette. Links and focus are nobody's colour: neither side's in a chart.
PAGE = {
    "paper": ("#ffffff", "#14181c"),
    "panel": ("#f5f6f7", "#1c2126"),
    "ink": ("#1f2328", "#e6e8eb"),
    "muted": ("#57606a", "#a9b1ba"),
    "rule": ("#d0d7df", "#3d444d"),
    "link": ("#0b6470", "#6fcbd6"),
    "mark": ("#fff3c4", "#4a3f13"),
    "code-keyword": ("#7a2d8f", "#d7a6e8"),
    "code-string": ("#7a4a00", "#e3b981"),
    "code-comment": ("#57606a", "#a9b1ba"),
}


def style() -> str:
    """Every colour as a variable; the page's theme decides, or else the reader's system; paper is light."""
    pairs = {f"--page-{role}": pair for role, pair in PAGE.items()}
    pairs |= {f"--chart-{role.replace('_', '-')}": pair for role, pair in PALETTE.items()}
    light, dark = ("".join(f"{name}:{pair[which]};" for name, pair in pairs.items()) for which in (0, 1))
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
    )
