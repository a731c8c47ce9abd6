"""Charts as pages draw them: without their words, in the page's colours, wide or narrow."""

from __future__ import annotations

import copy
import re

from unsigned_peace.palette import NARROW, PALETTE, WIDE

#: Plot width of each view of a chart of several views on a telephone, as tried first.
NARROW_VIEW = 210
_COLOUR_VARIABLES = {
    light.lower(): f"var(--chart-{role.replace('_', '-')})" for role, (light, _) in PALETTE.items()
}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")


def for_page(text: str) -> str:
    """A drawing or a specification with its colours left to the page.

    They become variables that know light from dark.
    """
    return _COLOUR.sub(
        lambda match: _COLOUR_VARIABLES.get(match.group().lower(), match.group()), text
    )


def drawn(specification: dict) -> dict:
    """The specification as a page draws it.

    Its title and card are text on the page, not in the drawing.
    """
    return {
        key: value
        for key, value in specification.items()
        if key not in ("title", "usermeta", "description")
    }


def narrower(specification: dict, view: int) -> list[list]:
    """The changes that make each view at most so wide."""
    changes: list[list] = []

    def visit(node: object, path: list) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in ("datasets", "data", "config", "legend"):
                    continue
                if key == "width" and isinstance(value, (int, float)) and value > view:
                    changes.append([[*path, key], view])
                elif key == "columns" and isinstance(value, int) and value > 1:
                    changes.append([[*path, key], 1])
                    if "facet" in node:  # no panel is far from its years, or narrower than it may
                        changes.append([[*path, "resolve", "axis", "x"], "independent"])
                        if isinstance(node["spec"].get("width"), (int, float)):
                            changes.append([[*path, "spec", "width"], view])
                else:
                    visit(value, [*path, key])
        elif isinstance(node, list):
            for position, value in enumerate(node):
                visit(value, [*path, position])

    visit(specification, [])
    changes.append([["config", "legend", "columns"], 1])
    changes.append([["config", "axis", "labelLimit"], 165])
    return changes


def changed(specification: dict, changes: list[list]) -> dict:
    """The specification with the changes made: a new one, which shares with it what is the same."""
    made = copy.copy(specification)
    for path, value in changes:
        place = made
        for step in path[:-1]:
            inner = place[step] if isinstance(place, list) else place.get(step, {})
            place[step] = copy.copy(inner)
            place = place[step]
        place[path[-1]] = value
    return made


def for_widths(specification: dict, narrow: list[list]) -> dict[str, list[list]]:
    """What is changed for each drawing that a page has of a specification, by its kind.

    ``page``, for a large page, is there only for what is wider than ``wide``.
    """
    width = specification.get("width")
    if isinstance(width, (int, float)) and width > WIDE:
        return {"page": [], "wide": [[["width"], WIDE]], "narrow": narrow}
    return {"wide": [], "narrow": narrow}


def unmeasured(specification: dict) -> dict[str, list[list]]:
    """The same where nothing can be drawn to be measured: several views get the first width."""
    fits = isinstance(specification.get("autosize"), dict)
    return for_widths(specification, narrower(specification, NARROW if fits else NARROW_VIEW))
