"""Draws a chart's specification as SVG that suits light and dark pages, wide and narrow.

Drawings are kept in ``_build/drawings``, each under the digest of all that it was drawn from.
"""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import vl_convert

from unsigned_peace import paths
from unsigned_peace.exhibits import exhibits_of
from unsigned_peace.files import digest, file_digest, write_whole
from unsigned_peace.notebooks.record import load_executed
from unsigned_peace.palette import NARROW, PALETTE
from unsigned_peace.publishing.charts import compact as _compact
from unsigned_peace.publishing.charts.compact import compact

DRAWINGS = paths.BUILT / "drawings"

#: What a kept drawing was drawn by, beside its specification.
_DRAWN_BY = f"{vl_convert.__version__} {file_digest(Path(_compact.__file__))}"

#: The kept drawings that this process has used.
used: set[Path] = set()

#: Plot width of each view of a chart of several views, on a telephone.
_NARROW_VIEW = 210
_COLOUR_VARIABLES = {light.lower(): f"var(--chart-{role.replace('_', '-')})" for role, (light, _) in PALETTE.items()}
_COUNTED = re.compile(r"\b(clip|gradient_)\d+\b")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")


def for_page(text: str) -> str:
    """A drawing or a specification with its colours left to the page: variables that know light from dark."""
    return _COLOUR.sub(lambda match: _COLOUR_VARIABLES.get(match.group().lower(), match.group()), text)


def drawn(specification: dict) -> dict:
    """The specification as a page draws it: its title and card are text on the page, not in the drawing."""
    return {key: value for key, value in specification.items() if key not in ("title", "usermeta", "description")}


def narrow_changes(specification: dict) -> list[list]:
    """What a telephone changes in a specification, as pairs of path and value."""
    changes: list[list] = []

    def visit(node, path: list) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in ("datasets", "data", "config", "legend"):
                    continue
                if key == "width" and isinstance(value, (int, float)) and value > _NARROW_VIEW:
                    changes.append([[*path, key], NARROW if fits else _NARROW_VIEW])
                elif key == "columns" and isinstance(value, int) and value > 1:
                    changes.append([[*path, key], 1])
                else:
                    visit(value, [*path, key])
        elif isinstance(node, list):
            for position, value in enumerate(node):
                visit(value, [*path, position])

    fits = isinstance(specification.get("autosize"), dict)
    visit(specification, [])
    changes.append([["config", "legend", "columns"], 2])
    changes.append([["config", "axis", "labelLimit"], 130])
    return changes


def changed(specification: dict, changes: list[list]) -> dict:
    """A copy of the specification with the changes made."""
    copied = copy.deepcopy(specification)
    for path, value in changes:
        place = copied
        for step in path[:-1]:
            place = place[step] if isinstance(place, list) else place.setdefault(step, {})
        place[path[-1]] = value
    return copied


def svg(specification: dict, prefix: str, hidden: bool = True) -> str:
    """A specification as an SVG element for the page, its colours left to the page's theme.

    ``prefix`` keeps the identifiers inside apart from those of other charts on the page. The
    drawing is hidden from screen readers, which get the figure's description instead.
    """
    quiet = changed(specification, [[["config", "aria"], False]])
    drawing = for_page(_drawing(quiet))
    drawing = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', drawing)
    drawing = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", drawing)
    drawing = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', drawing)
    # The width is the most that it takes: the page's style lets it shrink, its height with it.
    return re.sub(r'<svg version="[^"]*" width="([\d.]+)" height="[\d.]+"', r'<svg aria-hidden="true" focusable="false" width="\1"', drawing, count=1)


def _drawing(specification: dict) -> str:
    """A specification as the drawing library draws it, with names inside that depend on this drawing alone."""

    def draw() -> str:
        order: dict[str, int] = {}
        # the library counts clips and gradients on from one drawing to the next
        counted = vl_convert.vegalite_to_svg(specification)
        return compact(_COUNTED.sub(lambda match: f"{match[1]}{order.setdefault(match[0], len(order))}", counted))

    return _kept("svg", json.dumps(specification, ensure_ascii=False), draw)


def live_bundle() -> str:
    """The script library of live charts."""
    return _kept("js", "bundle", vl_convert.javascript_bundle)


def _kept(kind: str, made_from: str, make: Callable[[], str]) -> str:
    """What ``make`` gives, kept on disk for the next build. A kept file that is damaged is made again."""
    name = digest(_DRAWN_BY, made_from)
    path = DRAWINGS / f"{name}.{kind}"
    used.add(path)
    try:
        seal, _, content = path.read_text(encoding="utf-8").partition("\n")
        if seal == digest(content):
            return content
    except (FileNotFoundError, UnicodeDecodeError):
        pass
    content = make()
    write_whole(path, f"{digest(content)}\n{content}")
    return content


def forget_unused() -> None:
    """Removes kept drawings that this process did not use."""
    for path in set(DRAWINGS.glob("*")) - used:
        path.unlink()


def draw_ahead() -> None:
    """Draws all charts of the executed chapters, the last first, so that they are at hand when pages are read."""
    for path in sorted(paths.EXECUTED.glob("*.ipynb"), reverse=True):
        for specification in reversed([shown for kind, shown in exhibits_of(load_executed(path)) if kind == "chart"]):
            wide = drawn(specification)
            svg(changed(wide, narrow_changes(wide)), "")
            svg(wide, "")


if __name__ == "__main__":
    sys.exit(draw_ahead())
