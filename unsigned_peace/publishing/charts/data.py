"""The data that a chart draws.

Whole, for the file to download, and as tables that a reader reads.
"""

from __future__ import annotations

import re
from calendar import month_abbr
from collections.abc import Collection, Iterator
from typing import Any

from unsigned_peace.exhibits import card_of

#: What a table leaves out: channels that only place things.
_PLACING = (
    "order",
    "detail",
    "key",
    "href",
    "angle",
    "xOffset",
    "yOffset",
    "latitude2",
    "longitude2",
)
#: The order of a table's columns: what a row is about, then its values, then what a pointer shows.
_CHANNELS = (
    "facet",
    "row",
    "column",
    "y",
    "latitude",
    "x",
    "longitude",
    "y2",
    "x2",
    "color",
    "fill",
    "stroke",
    "shape",
    "text",
    "tooltip",
)
#: Of a label its words are read, not its place.
_OF_TEXT = ("facet", "row", "column", "text", "tooltip")
_DAY = re.compile(r"^(\d{4})-(\d\d)-(\d\d)$")
#: How a column is headed where the chart has no title for it.
_HEADS = {
    "lat": "latitude",
    "lon": "longitude",
    "low": "interval from",
    "high": "to",
    "draw_presumed": "drawn at random: presumed",
    "date": "day",
}
_COORDINATES = {"lat", "lon"}
_PARTS = ("layer", "concat", "hconcat", "vconcat")


def _datasets(specification: dict) -> dict[str, list[dict]]:
    """The data sets with rows, by name; outlines of a map are none."""
    return {
        name: rows
        for name, rows in specification.get("datasets", {}).items()
        if isinstance(rows, list)
        and rows
        and all(isinstance(row, dict) and row.get("type") != "Feature" for row in rows)
    }


def whole(specification: dict) -> tuple[list[str], list[list[str]]]:
    """The rows that a chart draws, as columns and cells, all its data sets one under another.

    Columns are those that the chart shows, and identifiers; what only places marks is left out, and
    so are rows of which nothing else is left, and data sets that only place words and rules beside
    the marks of others. A cell is one line.
    """
    datasets = _datasets(specification)
    marked = _with_marks(specification, "", {}) & datasets.keys() or datasets.keys()
    datasets = {name: rows for name, rows in datasets.items() if name in marked}
    shown = {field for _, _, field, _ in _fields({**specification, "title": ""}, "", "", {})}
    columns = [
        column
        for column in dict.fromkeys(column for rows in datasets.values() for column in rows[0])
        if column in shown or column.endswith("_id")
    ]
    rows = [
        [" ".join(_cell(row.get(column)).split()) for column in columns]
        for rows in datasets.values()
        for row in rows
    ]
    return columns, [row for row in rows if any(row)]


def tables(specification: dict) -> list[tuple[str, list[str], list[list[str]]]]:
    """For each data set what a reader sees of it in the chart.

    Its panel, heads as the caption's ``columns`` or the chart's titles say, rounded cells.

    Left out are a data set whose table is part of another's, one that beside others says one
    thing only, and, where a pointer reads the marks of some, those that only place words and lines.
    """
    chosen = dict((card_of(specification) or {}).get("columns", []))
    shown: dict[str, dict[str, str]] = {}
    panels: dict[str, str] = {}
    read = _read_by_pointer(specification, "")
    for name, panel, field, title in _fields({**specification, "title": ""}, "", "", {}, read):
        heads = shown.setdefault(name, {})
        panels.setdefault(name, panel)
        heads[field] = heads.get(field) or title
    made: list[tuple[str, list[str], list[tuple[str, ...]]]] = []
    for name, rows in _datasets(specification).items():
        if (read and name not in read) or len(shown.get(name, {})) < 2:
            continue
        heads = {
            field: title
            for field, title in (chosen or shown.get(name, {})).items()
            if any(row.get(field) not in (None, "") for row in rows)
        }
        if len(heads) < 2 or heads.keys() <= _COORDINATES:
            continue
        columns = [_readable([row.get(field) for row in rows]) for field in heads]
        titles = [
            title
            if title and list(heads.values()).count(title) == 1
            else _HEADS.get(field, field.replace("_", " "))
            for field, title in heads.items()
        ]
        titles = [title[:1].upper() + title[1:] for title in titles]
        made.append((panels[name], titles, list(dict.fromkeys(zip(*columns)))))
    said = [{frozenset(zip(heads, row)) for row in rows} for _, heads, rows in made]
    return [
        (panel, heads, [list(row) for row in rows])
        for at, (panel, heads, rows) in enumerate(made)
        if not any(
            made[position][0] == panel
            and _is_part(said[at], other)
            and (position < at or not _is_part(other, said[at]))
            for position, other in enumerate(said)
            if position != at
        )
    ]


def _parts(view: dict) -> list[dict]:
    return [part for kind in _PARTS for part in view.get(kind, [])] + (
        [view["spec"]] if "spec" in view else []
    )


def _mark(view: dict) -> str | None:
    mark = view.get("mark")
    return mark["type"] if isinstance(mark, dict) else mark


def _read_by_pointer(view: dict, data: str) -> set[str]:
    """The data sets of which some mark says something to a pointer."""
    data = view.get("data", {}).get("name", data)
    own = {data} if "tooltip" in view.get("encoding", {}) else set()
    return own.union(*(_read_by_pointer(part, data) for part in _parts(view)))


def _with_marks(view: dict, data: str, above: dict) -> set[str]:
    """The data sets that are more than words and rules: drawn, on a map, or read by a pointer."""
    data = view.get("data", {}).get("name", data)
    encoding = {**above, **view.get("encoding", {})}
    drawn = _mark(view) not in (None, "text", "rule") or encoding.keys() & {"tooltip", "latitude"}
    own = {data} if drawn else set()
    return own.union(*(_with_marks(part, data, encoding) for part in _parts(view)))


def _is_part(rows: set[frozenset], others: set[frozenset]) -> bool:
    """Whether each row says nothing that one of the others does not say."""
    return all(any(row <= other for other in others) for row in rows)


def _fields(
    view: dict, data: str, panel: str, above: dict, read: Collection[str] = ()
) -> Iterator[tuple[str, str, str, str]]:
    """Each field that a view and its parts show, in the order of columns.

    A field comes as name of the data set, panel, field and title. A number that places something
    where there is no axis to read it from is not shown, nor are words beside marks of the data sets
    in ``read``, which a pointer reads.
    """
    data, panel = view.get("data", {}).get("name", data), _text(view.get("title")) or panel
    facet = view.get("facet", {})
    encoding = {
        **above,
        **(facet if "field" not in facet else {"facet": facet}),
        **view.get("encoding", {}),
    }
    if parts := _parts(view):
        for part in parts:
            yield from _fields(part, data, panel, encoding, read)
        return
    for channel in sorted(
        encoding.keys() - set(_PLACING),
        key=lambda channel: (
            _CHANNELS.index(channel) if channel in _CHANNELS else _CHANNELS.index("text")
        ),
    ):
        if _mark(view) == "text" and channel not in _OF_TEXT:
            continue
        if _mark(view) == "text" and channel == "text" and data in read:
            continue
        if channel in ("x", "y", "x2", "y2") and _is_unread(encoding.get(channel[0], {})):
            continue
        is_range = {
            channel[0],
            f"{channel[0]}2",
        } <= encoding.keys()  # its title is that of what lies between
        definitions = (
            encoding[channel] if isinstance(encoding[channel], list) else [encoding[channel]]
        )
        for definition in definitions:
            if isinstance(definition, dict) and isinstance(definition.get("field"), str):
                yield (
                    data,
                    panel,
                    definition["field"],
                    "" if is_range and channel[0] in "xy" else _title(definition),
                )


def _is_unread(place: dict) -> bool:
    return place.get("axis", "") is None and place.get("type") == "quantitative"


def _title(definition: dict) -> str:
    """The title that a chart gives a field; empty if it gives none."""
    places = (definition, *(definition.get(part) or {} for part in ("axis", "legend", "header")))
    return next((title for place in places if (title := _text(place.get("title")))), "")


def _text(title: Any) -> str:
    """A title on one line, however the specification writes it."""
    if isinstance(title, dict):
        title = title.get("text")
    return " ".join(" ".join(title if isinstance(title, list) else [title or ""]).split())


def _day(day: re.Match) -> str:
    return f"{int(day[3])} {month_abbr[int(day[2])]} {day[1]}"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.endswith("T00:00:00"):
        return value.removesuffix("T00:00:00")
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(value)


def _readable(values: list) -> list[str]:
    """A column's cells.

    On one line, with two decimals; days as "8 Aug 1945", years where all are first days of one.
    """
    cells = [
        f"{value:.2f}".rstrip("0").rstrip(".")
        if isinstance(value, float) and abs(value) >= 1
        else _cell(value)
        for value in values
    ]
    if all(re.fullmatch(r"\d{4}-01-01|", cell) for cell in cells):
        cells = [cell[:4] for cell in cells]
    cells = [_DAY.sub(_day, cell) for cell in cells]
    return [" ".join(cell.split()) for cell in cells]
