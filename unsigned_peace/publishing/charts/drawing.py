"""Draws a chart's specification as SVG that suits light and dark pages, wide and narrow.

Drawings are kept in ``_build/drawings``, each under the digest of all that it was drawn from.
"""

from __future__ import annotations

import atexit
import functools
import html
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import vl_convert

from unsigned_peace import paths
from unsigned_peace.exhibits import exhibits_of
from unsigned_peace.files import digest, file_digest, write_whole
from unsigned_peace.in_page.drawings import (
    NARROW_VIEW,
    changed,
    drawn,
    for_page,
    for_widths,
    narrower,
)
from unsigned_peace.notebooks.record import load_executed
from unsigned_peace.palette import NARROW
from unsigned_peace.processes import deaf_to_the_keyboard, processors
from unsigned_peace.publishing.charts import compact as _compact
from unsigned_peace.publishing.charts.compact import compact

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DRAWINGS = paths.BUILT / "drawings"

#: A font in which every Japanese sign is a square (``scripts/square_signs.py`` makes it).
_SQUARE_SIGNS = Path(__file__).parent / "fonts" / "square-signs.ttf"

#: What a kept drawing was drawn by, beside its specification.
_DRAWN_BY = " ".join(
    [
        metadata.version("vl-convert-python"),
        *map(file_digest, [Path(_compact.__file__), _SQUARE_SIGNS]),
    ]
)

#: The kept drawings that this process has used.
used: set[Path] = set()

_WIDTH = re.compile(r'<svg version="[^"]*" width="([\d.]+)"')
_COUNTED = re.compile(r"\b(clip|gradient_)\d+\b")


def narrow_changes(specification: dict) -> list[list]:
    """What a telephone changes in a specification, as pairs of path and value.

    A chart of several views has them one below another, as wide as its axes and headings leave
    room for, which is known when it has been drawn once.
    """
    if isinstance(specification.get("autosize"), dict):
        return narrower(specification, NARROW)
    tried = narrower(specification, NARROW_VIEW)
    width = _WIDTH.search(_drawing(changed(specification, tried)))
    assert width, "a drawing has a width"
    return narrower(specification, NARROW_VIEW + NARROW - math.ceil(float(width[1])))


def changes(specification: dict) -> dict[str, list[list]]:
    """What is changed for each drawing that a page has of a specification (see ``for_widths``)."""
    return for_widths(specification, narrow_changes(specification))


def said_by_inputs(specification: dict) -> list[list]:
    """The changes that take from a live chart each legend whose words its inputs say already."""
    offered = [
        set(param["bind"].get("options", []))
        for param in specification.get("params", [])
        if isinstance(param.get("bind"), dict)
    ]
    found: list[list] = []

    def visit(node: object, path: list) -> None:
        if isinstance(node, dict):
            scale, legend = node.get("scale"), node.get("legend", {})
            domain = scale.get("domain") if isinstance(scale, dict) else None
            words = set(map(str, domain)) if isinstance(domain, list) else set()
            drawn = words and legend is not None and "field" in node
            if drawn and any(words <= options for options in offered):
                found.append([[*path, "legend"], None])
            for key, value in node.items():
                if key not in ("datasets", "config"):
                    visit(value, [*path, key])
        elif isinstance(node, list):
            for position, value in enumerate(node):
                visit(value, [*path, position])

    if any(offered):
        visit(specification, [])
    return found


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
    return re.sub(
        r'<svg version="[^"]*" width="([\d.]+)" height="[\d.]+"',
        r'<svg aria-hidden="true" focusable="false" width="\1"',
        drawing,
        count=1,
    )


@functools.cache
def settle_fonts() -> None:
    """Has the drawing library know the fonts that come with it and no others, and Japanese signs by
    their width.

    It measures words by the fonts that it finds. By the system's, drawings would differ from one
    machine to the next, and where none has Japanese signs these would stand in too little room.
    """
    before = os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory() as empty:
        settings = Path(empty) / "fonts.conf"
        settings.write_text(f"<fontconfig><dir>{html.escape(empty)}</dir></fontconfig>")
        # It looks for the system's once, at its first use; nothing else is to go by this.
        os.environ["FONTCONFIG_FILE"] = str(settings)
        try:
            vl_convert.register_font_directory(str(_SQUARE_SIGNS.parent))
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


def _drawing(specification: dict) -> str:
    """A specification as the drawing library draws it; its names depend on this drawing alone."""

    def draw() -> str:
        settle_fonts()
        order: dict[str, int] = {}
        # the library counts clips and gradients on from one drawing to the next
        counted = vl_convert.vegalite_to_svg(specification)
        return compact(
            _COUNTED.sub(
                lambda match: f"{match[1]}{order.setdefault(match[0], len(order))}", counted
            )
        )

    return _kept("svg", json.dumps(specification, ensure_ascii=False), draw)


def live_bundle() -> str:
    """The script library of live charts."""
    # the library's types ask for a snippet that it does not need
    return _kept("js", "bundle", lambda: vl_convert.javascript_bundle())  # type: ignore[call-arg]


def _kept(kind: str, made_from: str, make: Callable[[], str]) -> str:
    """What ``make`` gives, kept on disk for the next build.

    A kept file that is damaged is made again.
    """
    name = digest(_DRAWN_BY, made_from)
    path = DRAWINGS / f"{name}.{kind}"
    used.add(path)
    try:
        checksum, _, content = path.read_text(encoding="utf-8").partition("\n")
        if checksum == digest(content):
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
    """Draws all charts of the executed chapters, the last first, before pages are read."""
    for path in sorted(paths.EXECUTED.glob("*.ipynb"), reverse=True):
        for specification in reversed(
            [shown for kind, shown in exhibits_of(load_executed(path)) if kind == "chart"]
        ):
            wide = drawn(specification)
            for changed_so in reversed(changes(wide).values()):
                svg(changed(wide, changed_so), "")


def _end(process: subprocess.Popen) -> None:
    process.kill()
    process.wait()


def _begin(app: Sphinx) -> None:
    """Has another processor draw ahead, for a build that reads every page."""
    if not app.env.all_docs and processors() > 1 and app.config.language == "en":
        with deaf_to_the_keyboard():
            ahead = subprocess.Popen([sys.executable, "-m", __name__], cwd=paths.ROOT)
        atexit.register(ahead.kill)
        app.connect("build-finished", lambda *_: _end(ahead))


def setup(app: Sphinx) -> None:
    # charts show dates: nobody's time zone may reach them
    os.environ.update({"TZ": "UTC", "LC_ALL": "C.UTF-8"})
    time.tzset()
    app.connect("builder-inited", _begin, priority=200)  # when chapters are executed


if __name__ == "__main__":
    draw_ahead()
