"""The colours of pages and charts as CSS variables, for light and dark pages and for paper."""

from __future__ import annotations

from unsigned_peace.palette import PALETTE

#: Role: (light, dark), as in the charts' palette. Links and focus are nobody's colour: neither
#: side's in a chart.
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

#: What a reader's system paints in its own colours where it forces them on pages; the colours of
#: data stay, those of the scheme that suits the system's paper.
FORCED = {
    "--page-paper": "Canvas",
    "--page-panel": "Canvas",
    "--page-ink": "CanvasText",
    "--page-muted": "CanvasText",
    "--page-rule": "CanvasText",
    "--page-link": "LinkText",
    "--page-mark": "Mark",
    "--chart-paper": "Canvas",
    "--chart-ink": "CanvasText",
    "--chart-muted": "CanvasText",
    "--chart-rule": "color-mix(in srgb, CanvasText 45%, Canvas)",
    "--chart-soft": "color-mix(in srgb, CanvasText 20%, Canvas)",
}


def style() -> str:
    """Every colour as a variable.

    Colours that the reader's system forces on pages come first, then the page's theme, then the
    scheme of the system; paper is light.
    """
    pairs = {f"--page-{role}": pair for role, pair in PAGE.items()}
    pairs |= {f"--chart-{role.replace('_', '-')}": pair for role, pair in PALETTE.items()}
    light, dark = (
        "".join(f"{name}:{pair[which]};" for name, pair in pairs.items()) for which in (0, 1)
    )
    forced = "".join(f"{name}:{colour};" for name, colour in FORCED.items())
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n"
        "@media screen and (prefers-color-scheme:dark)"
        f"{{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f"@media (forced-colors:active){{:root:root{{color-scheme:light dark;{light}{forced}}}}}\n"
        "@media (forced-colors:active) and (prefers-color-scheme:dark)"
        f"{{:root:root{{{dark}{forced}}}}}\n"
        # a system shows a border that is transparent
        "@media (forced-colors:active)"
        "{:is(#contents,#on-this-page) a:not([aria-current]){border-left-color:Canvas}}\n"
    )
