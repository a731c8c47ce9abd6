"""The line that was never drawn: where it would run if Japan had none, two or four of the islands.

Each line is computed: every point of it is as far from the coasts on one side as from those on the
other. That is a way of drawing, and no boundary that anybody agreed or proposed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd
from scipy.spatial import Voronoi

from unsigned_peace.charts.maps import Frame, Outlines, names
from unsigned_peace.charts.theme import INK, MUTED, PAPER, SOFT, by_width

#: The islands that lie on Japan's side of a line, by the number that names it; the Habomai islets
#: are counted as one.
SIDES: dict[int, tuple[str, ...]] = {
    0: (),
    2: ("shikotan", "habomai"),
    4: ("shikotan", "habomai", "kunashir", "iturup"),
}
#: The four islands and all that the lines run between.
FRAME = Frame(
    longitude=147.35,
    latitude=44.5,
    width=6.2,
    height=2.9,
    pixels=400,
    around=(
        ("Hokkaido", 144.79, 43.27),
        ("Pacific Ocean", 148.95, 43.25),
        ("Sea of Okhotsk", 146.35, 45.82),
    ),
    spots={
        "iturup": (147.55, 45.45),
        "kunashir": (146.45, 44.72),
        "shikotan": (147.3, 43.75),
        "habomai": (146.7, 43.25),
        "urup": (149.98, 45.6),
    },
)
#: Where the number of a line stands: on the line, at its place nearest to here.
_NUMBERS = {0: (145.3, 44.6), 2: (147.9, 44.25), 4: (149.6, 44.3)}
#: Land without a name is Hokkaido and what belongs to it if it lies wholly south of this latitude,
#: and Urup or farther along the chain if wholly east of this longitude. Other land counts for none.
_NORTH_END_OF_HOKKAIDO, _WEST_END_OF_URUP = 45.55, 149.0
#: Coasts are taken as points this many degrees apart, about a kilometre.
_STEP = 0.01


def _belongs_to(feature: dict, islets: set[str]) -> str:
    island = feature["properties"]["island"]
    return "habomai" if island in islets else island


def _coast(ring: list[list[float]]) -> np.ndarray:
    """The points of an outline, close enough together to measure from."""
    corners = np.array(ring)
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    parts = np.maximum(1, (lengths / _STEP).astype(int))
    # counted in corners: 3.5 is halfway from the fourth to the fifth
    places = np.repeat(np.arange(len(parts)), parts) + np.concatenate(
        [np.arange(count) / count for count in parts]
    )
    return np.column_stack(
        [np.interp(places, np.arange(len(corners)), along) for along in corners.T]
    )


def coasts(islets: set[str], frame: Frame = FRAME) -> dict[str, np.ndarray]:
    """The coasts that lines run between, as longitudes and latitudes, by whose they are.

    ``islets`` are the ``island_id`` of the Habomai islets; the keys are the four islands with these
    as one, ``hokkaido`` and ``urup``, each with the land that belongs to it.
    """
    middle, reach = [frame.longitude, frame.latitude], [frame.width, frame.height]
    found = defaultdict(list)
    for feature in frame.features():
        coast = _coast(feature["geometry"]["coordinates"][0])
        of = _belongs_to(feature, islets)
        if of == "land":
            if coast[:, 1].max() < _NORTH_END_OF_HOKKAIDO:
                of = "hokkaido"
            elif coast[:, 0].min() >= _WEST_END_OF_URUP:
                of = "urup"
            else:
                continue
        found[of].append(coast[(abs(coast - middle) < reach).all(axis=1)].round(4))
    return {of: np.concatenate(parts) for of, parts in found.items()}


def median_lines(islets: set[str], frame: Frame = FRAME) -> dict[int, list[np.ndarray]]:
    """Each line halfway between the coasts on both sides, as longitudes and latitudes, in pieces.

    By its number, a key of ``SIDES``; ``islets`` as in ``coasts``. Distances are measured on a
    plane, which is good enough for a drawing of this size.
    """
    east = np.cos(np.radians(frame.latitude))
    middle, reach = [frame.longitude, frame.latitude], [frame.width, frame.height]
    land = coasts(islets, frame)
    # two outlines may share a corner, and points must differ
    points, first = np.unique(np.concatenate(list(land.values())), axis=0, return_index=True)
    whose = np.repeat(list(land), [len(coast) for coast in land.values()])[first]
    cells = Voronoi(points * [east, 1])
    seen = (abs(cells.vertices / [east, 1] - middle) < reach).all(axis=1)
    # on a plane every edge has two ends; -1 stands for one at no finite distance
    ends = np.array(cells.ridge_vertices)
    drawn = (ends >= 0).all(axis=1) & seen[ends].any(axis=1)
    lines = {}
    for count, of_japan in SIDES.items():
        on_japans_side = np.isin(whose, ["hokkaido", *of_japan])[cells.ridge_points]
        between = ends[drawn & (on_japans_side[:, 0] != on_japans_side[:, 1])]
        pieces = [cells.vertices[line] / [east, 1] for line in _chained(between.tolist())]
        # all from the west, so that the dashes of lines that run together fall on each other
        lines[count] = [line if line[0, 0] < line[-1, 0] else line[::-1] for line in pieces]
    return lines


def _chained(segments: list[list[int]]) -> list[list[int]]:
    """Segments that meet as lines, each a list of the vertices along it."""
    beside: dict[int, list[int]] = defaultdict(list)
    for one, other in segments:
        beside[one].append(other)
        beside[other].append(one)
    lines = []
    ends = sorted(vertex for vertex, met in beside.items() if len(met) == 1)
    for start in [*ends, *sorted(beside)]:
        line = [start]
        while beside[line[-1]]:
            following = beside[line[-1]].pop()
            beside[following].remove(line[-1])
            line.append(following)
        if len(line) > 1:
            lines.append(line)
    return lines


def undrawn_line(
    places: pd.DataFrame, islets: set[str], labels: Mapping[str, str], frame: Frame = FRAME
) -> alt.LayerChart:
    """A map with the three lines, the islands at issue in ink and no country coloured.

    ``places`` are the rows whose names it shows, ``labels`` the words for lands and seas.
    """
    at_issue = SIDES[max(SIDES)]
    shapes: dict[bool, list[dict]] = {True: [], False: []}
    for feature in frame.features():
        away = abs(
            _coast(feature["geometry"]["coordinates"][0]) - [frame.longitude, frame.latitude]
        )
        if (away < [frame.width, frame.height]).all(axis=1).any():
            shapes[_belongs_to(feature, islets) in at_issue].append(feature)
    layers = [
        alt.Chart(Outlines(values=shapes[inked])).mark_geoshape(
            clip=True, fill=INK if inked else SOFT, stroke=MUTED, strokeWidth=0.7
        )
        for inked in (False, True)
    ]
    numbers = []
    for count, pieces in median_lines(islets, frame).items():
        lines = [line.round(3).tolist() for line in pieces]
        shape = {"type": "Feature", "geometry": {"type": "MultiLineString", "coordinates": lines}}
        layers.append(
            alt.Chart(Outlines(values=[shape])).mark_geoshape(
                clip=True, fill=None, stroke=INK, strokeWidth=1.6, strokeDash=[5, 4]
            )
        )
        along = np.array([point for line in lines for point in line])
        lon, lat = along[np.hypot(*(along - _NUMBERS[count]).T).argmin()]
        numbers.append({"count": str(count), "lon": lon, "lat": lat})
    base = alt.Chart(pd.DataFrame(numbers)).encode(longitude="lon:Q", latitude="lat:Q")
    layers += [
        base.mark_point(shape="circle", size=420, filled=True, fill=INK, opacity=1),
        base.mark_text(color=PAPER, fontWeight="bold").encode(text="count:N"),
    ]
    words = pd.DataFrame(frame.around, columns=["name", "lon", "lat"])
    words["label"] = words["name"].map(labels)
    around = (
        alt.Chart(words)
        .mark_text(color=MUTED, fontStyle="italic", opacity=by_width(0, 1))
        .encode(longitude="lon:Q", latitude="lat:Q", text="label:N")
    )
    return (
        alt.layer(*layers, around, names(places, frame))
        .project(**frame.projection())
        .properties(height=frame.pixels)
    )
