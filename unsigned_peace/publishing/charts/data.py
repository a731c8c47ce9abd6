"""The data that a chart draws: whole, for the file to download, and as tables that a reader reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: What a table leaves out: channels that only place things.
_PLACING = ("order", "detail", "key", "href", "angle", "xOffset", "yOffset", "latitude2", "longitude2")
#: The order of a table's columns: what a row is about, then its values, then what a pointer shows.
_CHANNELS = ("facet", "row", "column", "y", "latitude", "x", "longitude", "y2", "x2", "color", "fill", "stroke", "shape", "text", "tooltip")
#: Of a label its words are read, not its place.
_OF_TEXT = ("facet", "row", "column", "text", "tooltip")
_PARTS = ("layer", "concat", "hconcat", "vconcat")


def _datasets(specification: dict) -> dict[str, list[dict]]:
    """The data sets with rows, by name; outlines of a map are none."""
    return {
        name: rows
        for name, rows in specification.get("datasets", {}).items()
        if isinstance(rows, list) and rows and all(isinstance(row, dict) and row.get("type") != "Feature" for row in rows)
    }


def whole(specification: dict) -> tuple[list[str], list[list[str]]]:
    """The rows that a chart draws, as columns and cells, all its data sets one under another."""
    datasets = _datasets(specification)
    columns = list(dict.fromkeys(column for rows in datasets.values() for column in rows[0]))
    return columns, [[_cell(row.get(column)) for column in columns] for rows in datasets.values() for row in rows]


def tables(specification: dict) -> list[tuple[str, list[str], list[list[str]]]]:
    """For each data set what a reader sees of it in the chart: its panel, heads as the chart's titles say, rounded cells.

    Left out are a data set whose table is part of another's, and one that beside others says one thing only.
    """
    shown: dict[str, dict[str, str]] = {}
    panels: dict[str, str] = {}
    for name, panel, field, title in _fields({**specification, "title": ""}, "", "", {}):
        heads = shown.setdefault(name, {})
        panels.setdefault(name, panel)
        heads[field] = heads.get(field) or title
    made: list[tuple[str, list[str], list[tuple[str, ...]]]] = []
    for name, rows in _datasets(specification).items():
        heads = {field: title for field, title in shown.get(name, {}).items() if any(row.get(field) not in (None, "") for row in rows)}
        if len(heads) < 2:
            continue
        columns = [_readable([row.get(field) for row in rows]) for field in heads]
        titles = [title if title and list(heads.values()).count(title) == 1 else field.replace("_", " ") for field, title in heads.items()]
        made.append((panels[name], titles, list(dict.fromkeys(zip(*columns)))))
    said = [{frozenset(zip(heads, row)) for row in rows} for _, heads, rows in made]
    return [
        (panel, heads, [list(row) for row in rows])
        for at, (panel, heads, rows) in enumerate(made)
        if not any(
            made[position][0] == panel and _is_part(said[at], other) and (position < at or not _is_part(other, said[at]))
            for position, other in enumerate(said) if position != at
        )
    ]


def _is_part(rows: set[frozenset], others: set[frozenset]) -> bool:
    """Whether each row says nothing that one of the others does not say."""
    return all(any(row <= other for other in others) for row in rows)


def _fields(view: dict, data: str, panel: str, above: dict) -> Iterator[tuple[str, str, str, str]]:
    """Each field that a view and its parts show, as name of the data set, panel, field and title, in the order of columns."""
    data, panel = view.get("data", {}).get("name", data), _text(view.get("title")) or panel
    facet = view.get("facet", {})
    encoding = {**above, **(facet if "field" not in facet else {"facet": facet}), **view.get("encoding", {})}
    parts = [part for kind in _PARTS for part in view.get(kind, [])] + ([view["spec"]] if "spec" in view else [])
    for part in parts:
        yield from _fields(part, data, panel, encoding)
    if parts:
        return
    mark = view["mark"]["type"] if isinstance(view.get("mark"), dict) else view.get("mark")
    for channel in sorted(encoding.keys() - set(_PLACING), key=lambda channel: _CHANNELS.index(channel) if channel in _CHANNELS else _CHANNELS.index("text")):
        if mark == "text" and channel not in _OF_TEXT:
            continue
        is_range = {channel[0], f"{channel[0]}2"} <= encoding.keys()  # its title is that of what lies between
        definitions = encoding[channel] if isinstance(encoding[channel], list) else [encoding[channel]]
        for definition in definitions:
            if isinstance(definition, dict) and isinstance(definition.get("field"), str):
                yield data, panel, definition["field"], "" if is_range and channel[0] in "xy" else _title(definition)


def _title(definition: dict) -> str:
    """The title that a chart gives a field; empty if it gives none."""
    places = (definition, *(definition.get(part) or {} for part in ("axis", "legend", "header")))
    return next((title for place in places if (title := _text(place.get("title")))), "")


def _text(title) -> str:
    """A title on one line, however the specification writes it."""
    if isinstance(title, dict):
        title = title.get("text")
    return " ".join(" ".join(title if isinstance(title, list) else [title or ""]).split())


def _cell(value) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and value.endswith("T00:00:00"):
        return value.removesuffix("T00:00:00")
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(value)


def _readable(values: list) -> list[str]:
    """A column's cells: on one line, with two decimals, as years where all are first days of one."""
    cells = [f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) and abs(value) >= 1 else _cell(value) for value in values]
    if all(re.fullmatch(r"\d{4}-01-01|", cell) for cell in cells):
        cells = [cell[:4] for cell in cells]
    return [" ".join(cell.split()) for cell in cells]
