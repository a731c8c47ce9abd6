"""Makes a drawing of Vega's light: the same picture with a third of the text.

Measured in November 2026: without it, 7 of 14 pages with charts would pass 300 kB; and of eleven
drawings of 301 kB in all, scour, the library for this, left 180 kB, and this 114 kB.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from xml.etree import ElementTree

#: Attributes that no page needs: a drawing is hidden from assistive technology as a whole, and
#: takes no clicks.
_NEEDLESS = {"class", "role", "aria-roledescription", "aria-hidden", "aria-label", "pointer-events"}
#: What a drawing shows anyway when the attribute is not there.
_USUAL = {
    "opacity": "1",
    "fill-opacity": "1",
    "font-weight": "normal",
    "text-anchor": "start",
    "transform": "translate(0,0)",
    "stroke-dasharray": "none",
}
#: Attributes that children take from their group; those of the second line matter only where there
#: is text.
_PAINT = (
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-dasharray",
    "stroke-linecap",
)
_FONT = ("font-family", "font-size", "font-weight")
_WORTH_A_GROUP = 3
#: From so many marks on, and so many signs of outline, it is shorter to say the outline once.
_WORTH_A_SHAPE, _LONG_OUTLINE = 4, 40
#: So long an outline is worth it from the second on.
_LONG_COAST = 400
_NOTHING = re.compile(r"(?:M0,0h0v0h0Z)?")
#: How Vega draws a round point.
_CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0")
_PLACE = re.compile(r"translate\(([-\d.]+),([-\d.]+)\)")
_LONG_NUMBER = re.compile(r"-?\d*\.\d{2,}(?:e-?\d+)?|-?\d+e-\d+")


def compact(drawing: str) -> str:
    """The SVG without what shows nothing.

    Coordinates are cut to a tenth of a pixel (small ones to a hundredth), shared attributes said
    once.
    """
    root = ElementTree.fromstring(
        re.sub(r' xmlns(?::xlink)?="[^"]*"| xlink:(?=href)', " ", drawing)
    )
    _prune(root)
    _reuse_shapes(root)
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def _reuse_shapes(root: ElementTree.Element) -> None:
    """Says an outline once that many have: points of a scatter plot, the coast of small maps."""
    paths = [
        path
        for path in root.iter("path")
        if len(path.get("d", "")) >= _LONG_OUTLINE
        and ("transform" not in path.attrib or _PLACE.fullmatch(path.attrib["transform"]))
    ]
    alike = Counter(path.get("d", "") for path in paths)
    names = {
        outline: f"shape{number}"
        for number, outline in enumerate(
            outline
            for outline, count in alike.items()
            if count >= _WORTH_A_SHAPE or (count > 1 and len(outline) >= _LONG_COAST)
        )
    }
    for path in paths:
        name = names.get(path.get("d", ""))
        if name:
            place = _PLACE.fullmatch(path.get("transform", ""))
            where = {"x": place[1], "y": place[2]} if place else {}
            _become(path, "use", {"href": f"#{name}"} | where)
    if names:
        shapes = ElementTree.Element("defs")
        shapes.extend(
            ElementTree.Element("path", {"id": name, "d": outline})
            for outline, name in names.items()
        )
        root.insert(0, shapes)


def _prune(element: ElementTree.Element) -> None:
    """Prunes an element and all below it, from the leaves up."""
    _prune_attributes(element)
    _say_shorter(element)
    kept: list[ElementTree.Element] = []
    for child in element:
        _prune(child)
        child.tail = None if element.tag != "text" else child.tail
        if child.tag == "g" and (not child.attrib or not len(child)):
            kept += list(child)
        elif not _shows_nothing(child):
            kept.append(child)
    element[:] = kept
    if element.tag == "g":
        _share(element)
        element[:] = [
            each
            for child in element
            for each in (child if child.tag == "g" and not child.attrib else [child])
        ]


def _prune_attributes(element: ElementTree.Element) -> None:
    for name, value in list(element.attrib.items()):
        if name in _NEEDLESS or _USUAL.get(name) == value:
            del element.attrib[name]
        elif "." in value or "e-" in value:
            element.set(name, _LONG_NUMBER.sub(_rounded, value))


def _say_shorter(element: ElementTree.Element) -> None:
    """Says a round point, a line or a line of text in the shortest way that SVG has for it."""
    place = _PLACE.fullmatch(element.get("transform", "translate(0,0)"))
    circle = _CIRCLE.fullmatch(element.get("d", "")) if element.tag == "path" else None
    if not place:
        return
    if circle:
        _become(element, "circle", {"cx": place[1], "cy": place[2], "r": circle[1]})
    elif element.tag == "line" and not {"x1", "y1"} & set(element.attrib):
        _become(
            element,
            "path",
            {"d": f"M{place[1]},{place[2]}l{element.get('x2', '0')},{element.get('y2', '0')}"},
        )
    elif (
        element.tag == "text"
        and not len(element)
        and not {"x", "y", "dx", "dy"} & set(element.attrib)
    ):
        _become(element, "text", {"x": place[1], "y": place[2]})


def _become(element: ElementTree.Element, tag: str, geometry: dict[str, str]) -> None:
    paint = {
        name: value
        for name, value in element.attrib.items()
        if name not in ("d", "transform", "x2", "y2")
    }
    element.tag = tag
    element.attrib.clear()
    element.attrib.update(geometry | paint)


def _rounded(number: re.Match) -> str:
    value = float(number.group())
    return f"{round(value, 1 if abs(value) >= 10 else 2) + 0:g}"  # + 0 makes -0.0 a plain 0


def _shows_nothing(element: ElementTree.Element) -> bool:
    """A path without extent, or one without paint of its own.

    Such are Vega's frames, whose group paints nothing.
    """
    if element.tag != "path":
        return False
    return (
        bool(_NOTHING.fullmatch(element.get("d", "")))
        or element.get("display") == "none"
        or set(element.attrib) <= {"d"}
    )


def _share(group: ElementTree.Element) -> None:
    """Moves to the group what all its children say alike.

    Of what remains, runs of children that are painted alike get a group.
    """
    if any(child.tag not in ("path", "circle", "text", "g") for child in group):
        return
    written = [child for child in group if next(child.iter("text"), None) is not None]
    _move(_PAINT, list(group), group)
    _move(_FONT, written, group)
    kept: list[ElementTree.Element] = []
    for paint, run in groupby(
        list(group),
        lambda child: tuple((name, child.get(name)) for name in _PAINT if name in child.attrib),
    ):
        alike = list(run)
        if paint and len(alike) >= _WORTH_A_GROUP:
            together = ElementTree.Element("g")
            together.extend(alike)
            _move(_PAINT, alike, together)
            alike = [together]
        kept += alike
    group[:] = kept


def _move(
    names: tuple[str, ...], children: list[ElementTree.Element], group: ElementTree.Element
) -> None:
    for name in names:
        value = children[0].get(name) if children else None
        if value is not None and all(child.get(name) == value for child in children):
            group.set(name, value)
            for child in children:
                del child.attrib[name]
