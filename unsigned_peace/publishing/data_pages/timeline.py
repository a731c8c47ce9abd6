"""The timeline of all events: a picture of where they lie, the dates to know, then every one."""

from __future__ import annotations

from calendar import month_abbr
from collections import Counter
from itertools import groupby

from docutils import nodes
from sphinx.application import Sphinx

from unsigned_peace import dataset
from unsigned_peace.palette import NARROW, WIDTHS
from unsigned_peace.publishing.data_pages.from_data import FromData
from unsigned_peace.publishing.data_pages.records import address_of, as_known, records_of

#: The first decade with a place of its own; what is older stands together before it.
_FIRST_DECADE = 1850
#: Widths of the two drawings of a picture, by its kind.
_WIDTHS = {"wide": WIDTHS["text"], "narrow": NARROW}
#: Of the picture of decades, in pixels: the height of the most, that of the letters under it, and
#: the room at its sides that these take.
_MOST, _FOOT, _EDGE = 60, 20, 10
#: Of the line of dates: the room that a number takes, in pixels, and the years under the line.
_NUMBER, _YEARS = 24, (1875, 1900, 1925, 1950, 1975, 2000, 2025)


def readable(day: str) -> str:
    """A day as a page shows it: ``1945-08-08`` as 8 Aug 1945, ``1973-10`` as Oct 1973."""
    year, *rest = day.split("-")
    month = [month_abbr[int(rest[0])]] if rest else []
    return " ".join([*(str(int(number)) for number in rest[1:]), *month, year])


def _decade(event: dict) -> int:
    """The decade of an event; 0 for all that lie before the first that has a place of its own."""
    decade = int(event["date"][:3]) * 10
    return decade if decade >= _FIRST_DECADE else 0


def decades(events: list[dict], width: float) -> dict:
    """A bar a decade, as high as it has events: places and sizes in a drawing of some width."""
    counts = Counter(map(_decade, events))
    shown = [*([0] if counts[0] else []), *range(_FIRST_DECADE, max(counts) + 10, 10)]
    step = (width - 2 * _EDGE) / len(shown)
    most = max(counts.values())
    every = 1 if step > 40 else 4
    bars = [
        {
            "x": round(_EDGE + step * place + 1, 1),
            "y": round(_MOST * (1 - counts[decade] / most), 1),
            "height": round(_MOST * counts[decade] / most, 1),
            "middle": round(_EDGE + step * (place + 0.5), 1),
            "label": f"{decade}s" if every == 1 else str(decade),
            "labelled": decade > 0 and (decade - _FIRST_DECADE) // 10 % every == (every > 1),
        }
        for place, decade in enumerate(shown)
    ]
    return {
        "bars": bars,
        "bar": round(step - 2, 1),
        "width": width,
        "height": _MOST + _FOOT,
        "foot": _MOST,
    }


def line(days: list[str], width: float) -> dict:
    """Numbered dots along a line of time, raised where they would lie on each other."""
    years = [int(day[:4]) + (int(day[5:7] or 1) - 1) / 12 for day in days]
    first, last = min(years), max(years)
    margin = _NUMBER / 2

    def across(year: float) -> float:
        return margin + (width - 2 * margin) * (year - first) / (last - first)

    ends: list[float] = []  # of each level, where its last dot ends
    placed = []
    for year in years:
        x = across(year)
        level = next((at for at, end in enumerate(ends) if end <= x - margin), len(ends))
        ends[level : level + 1] = [x + margin]
        placed.append((x, level))
    foot = len(ends) * _NUMBER
    dots = [
        {"number": place + 1, "x": round(x, 1), "y": round(foot - _NUMBER * (level + 0.5), 1)}
        for place, (x, level) in enumerate(placed)
    ]
    every = 1 if width > NARROW else 2
    ticks = [
        {"year": year, "x": round(across(year), 1)}
        for year in _YEARS[::every]
        if first <= year <= last
    ]
    return {"dots": dots, "ticks": ticks, "width": width, "height": foot + 26, "foot": foot}


class Timeline(FromData):
    """``{timeline}``: all events in order, those that its content names (``event_id``) larger.

    Above them stand a picture of how many lie in each decade and the named ones as a line. A
    filter by kind, years and words needs no server.
    """

    has_content = True

    def run(self) -> list[nodes.Node]:
        self.depends_on(["events"])
        known = records_of("events")
        named = [name for name in self.content if name.strip()]
        if unknown := [name for name in named if name not in known]:
            raise self.error(f"no event has the identifier {', '.join(unknown)}")
        events: list[dict] = [
            {
                **record,
                "event_id": name,
                "href": address_of(self.env, "events", name),
                "day": (day := as_known(record, "date")),
                "shown_date": readable(day),
                "is_key": name in named,
            }
            for name, record in sorted(known.items(), key=lambda item: (item[1]["date"], item[0]))
        ]
        key = [event for event in events if event["is_key"]]
        field = next(field for field in dataset.fields("events") if field["name"] == "kind")
        of_kind = Counter(event["kind"] for event in events)
        return self.page(
            "timeline.html",
            decades=[(decade, list(these)) for decade, these in groupby(events, _decade)],
            strips={kind: decades(events, width) for kind, width in _WIDTHS.items()},
            lines={
                kind: line([event["day"] for event in key], width)
                for kind, width in _WIDTHS.items()
            },
            key=key,
            count=len(events),
            kinds=[(kind, of_kind[kind]) for kind in field["constraints"]["enum"]],
            first=events[0]["date"][:4],
            last=events[-1]["date"][:4],
        )


def _script(
    app: Sphinx, pagename: str, _template: str, _context: dict, doctree: nodes.document | None
) -> None:
    if doctree is not None and any(
        'id="timeline-filter"' in node.astext() for node in doctree.findall(nodes.raw)
    ):
        for script in ("words", "timeline"):
            app.add_js_file(f"unsigned-peace/{script}.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.add_directive("timeline", Timeline)
    app.connect("html-page-context", _script)
