"""Maps of the islands: coasts without countries, and places labelled with both names."""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import altair as alt
import numpy as np
import pandas as pd

from unsigned_peace.charts.theme import INK, MUTED, PAPER, SOFT, by_width, country_color
from unsigned_peace.dataset import outlines

#: A closed outline: pairs of longitude and latitude.
Ring = list[list[float]]

#: Where a label stands beside its place: how it is aligned, and how far it is moved right and down,
#: in pixels.
_SIDES = {
    "right": ("left", 8, 0),
    "left": ("right", -8, 0),
    "above": ("center", 0, -20),
    "below": ("center", 0, 20),
    "on": ("center", 0, 0),
}

#: The side of the small map that shows where a frame lies, in pixels.
_INSET = 120
#: Of the names around the islands, those that a telephone's map has room for.
_MAINLY = ["Hokkaido", "Sakhalin"]
#: The length of a degree of latitude, in kilometres, on the sphere of ``kilometres_to_islands``.
_KM_A_DEGREE = 6371 * math.pi / 180

#: The height of a line of a label, in pixels.
_LINE = 14


@dataclass(frozen=True)
class Frame:
    """What a map shows.

    Its middle and extent in degrees, its height in pixels, and where its labels go.

    The whole extent shows at any width; where there is room, more of the coast shows around it.
    ``around`` names lands and seas, each with its longitude and latitude; ``spots`` says for a
    ``place_id`` on which side its label stands (a key of ``_SIDES``) or, where places are crowded,
    at which longitude and latitude: a thin line then leads there.
    """

    longitude: float
    latitude: float
    width: float
    height: float
    pixels: int
    around: tuple[tuple[str, float, float], ...]
    spots: dict[str, str | tuple[float, float]] = field(default_factory=dict)

    def projection(self, width: int | None = None) -> dict:
        """Mercator, scaled to the size at which the chart is drawn: a wide page or a telephone.

        One of several charts side by side has to be told its ``width`` in pixels.
        """
        north, south = (
            math.asinh(math.tan(math.radians(self.latitude + sign * self.height / 2)))
            for sign in (1, -1)
        )
        if width is not None:
            return {
                "type": "mercator",
                "center": [self.longitude, self.latitude],
                "scale": min(width / math.radians(self.width), self.pixels / (north - south)),
                "translate": [width / 2, self.pixels / 2],
            }
        return {
            "type": "mercator",
            "center": [self.longitude, self.latitude],
            "scale": alt.ExprRef(
                f"min(width / {math.radians(self.width):.6f}, height / {north - south:.6f})"
            ),
            "translate": alt.ExprRef("[width / 2, height / 2]"),
        }

    def features(self) -> list[dict]:
        """The outlines that can come into view, clockwise as the drawing library wants them."""
        # a narrow map shows more north and south, a wide one more east and west
        reach = 1.5 * max(self.width, self.height)

        def in_view(ring: list[list[float]]) -> bool:
            return any(
                abs(x - self.longitude) < reach and abs(y - self.latitude) < reach for x, y in ring
            )

        return [
            {
                **feature,
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [ring[::-1] for ring in feature["geometry"]["coordinates"]],
                },
            }
            for feature in outlines()["features"]
            if in_view(feature["geometry"]["coordinates"][0])
        ]


#: What every map rests on besides its places: goes into the records of a figure.
ATLAS = pd.DataFrame({"sources": ["world-atlas-202"]})

#: Hokkaido, southern Sakhalin and the whole chain to Kamchatka.
REGION = Frame(
    longitude=149.3,
    latitude=46.9,
    width=17.2,
    height=9.8,
    pixels=480,
    around=(
        ("Hokkaido", 142.9, 43.5),
        ("Sakhalin", 142.9, 50.7),
        ("Kamchatka", 154.8, 51.5),
        ("Sea of Okhotsk", 149.0, 49.7),
        ("Pacific Ocean", 153.4, 44.0),
    ),
    spots={
        "iturup": (146.2, 46.2),
        "kunashir": (144.2, 44.95),
        "shikotan": (149.5, 43.4),
        "habomai": (147.6, 42.5),
        "sakhalin-south": (145.2, 48.1),
        "kurils-north-central": (154.6, 47.0),
        "shumshu": (154.7, 50.6),
        "urup": "below",
    },
)
#: The same, with room for a day under the names of each island where troops landed in 1945.
LANDINGS = replace(
    REGION,
    latitude=46.5,
    height=10.6,
    around=(
        ("Hokkaido", 142.9, 43.5),
        ("Sakhalin", 142.9, 50.7),
        ("Sea of Okhotsk", 148.2, 49.2),
        ("Pacific Ocean", 154.0, 46.4),
    ),
    spots={
        "shumshu": (154.4, 50.75),
        "urup": (149.3, 47.2),
        "iturup": (150.2, 44.75),
        "kunashir": (145.0, 45.5),
        "shikotan": (148.9, 43.0),
        "habomai": (146.3, 42.6),
    },
)
#: The four islands, the east of Hokkaido and the south of Sakhalin.
SAKHALIN_TO_ISLANDS = Frame(
    longitude=146.0,
    latitude=45.2,
    width=9.6,
    height=5.8,
    pixels=450,
    around=(
        ("Hokkaido", 143.2, 43.4),
        ("Sakhalin", 142.75, 47.75),
        ("Sea of Okhotsk", 149.0, 46.95),
        ("Pacific Ocean", 149.4, 44.3),
    ),
    spots={
        "iturup": (147.7, 45.95),
        "kunashir": (145.0, 45.0),
        "shikotan": (147.3, 43.5),
        "habomai": (145.7, 42.95),
        "yuzhno-sakhalinsk": (144.2, 47.4),
    },
)
#: The small maps of who administered what.
STEPS = Frame(
    longitude=149.4,
    latitude=47.25,
    width=16.4,
    height=9.3,
    pixels=180,
    around=(),
)
#: Where the word for who runs it stands, for one place of each group.
_STEP_WORDS = {
    "sakhalin-south": (145.3, 48.6),
    "kurils-north-central": (153.6, 46.9),
    "iturup": (149.2, 44.2),
}
_STEP_WIDTH = 210
#: Between which places a line can run, from the south-west.
_NEIGHBOURS = (
    ("hokkaido", "kunashir"),
    ("iturup", "urup"),
    ("kurils-north-central", "kamchatka"),
    ("hokkaido", "sakhalin-south"),
    ("sakhalin-north", "sakhalin-south"),
)
#: The parallel that Portsmouth drew across Sakhalin, and the south cape of Kamchatka.
_FIFTIETH, _CAPE_LOPATKA = 50.0, 51.0
#: Half the length of a stroke of the line, in degrees of longitude.
_REACH = 1.1
#: The four islands and the east of Hokkaido.
FOUR_ISLANDS = Frame(
    longitude=146.95,
    latitude=44.35,
    width=4.5,
    height=2.7,
    pixels=450,
    around=(
        ("Hokkaido", 145.12, 43.42),
        ("Notsuke", 145.62, 43.57),
        ("Pacific Ocean", 148.5, 44.35),
        ("Sea of Okhotsk", 146.25, 45.15),
    ),
    spots={
        "iturup": (147.3, 45.45),
        "kunashir": (145.35, 44.7),
        "shikotan": (147.75, 43.7),
        "habomai": (147.1, 43.4),
        "kurilsk": (148.12, 44.85),
        "yuzhno-kurilsk": (146.9, 44.12),
        "cape-nosappu": (146.35, 43.15),
        "nemuro": (145.7, 43.17),
    },
)
#: Shikotan, the Habomai islets, and the tip of Hokkaido.
HABOMAI = Frame(
    longitude=146.125,
    latitude=43.55,
    width=1.75,
    height=0.72,
    pixels=450,
    around=(
        ("Pacific Ocean", 146.8, 43.36),
        ("Kunashir (Kunashiri)", 145.97, 43.885),
        ("Notsuke", 145.52, 43.59),
        ("Hokkaido", 145.42, 43.2),
    ),
    spots={
        "shikotan": (146.6, 43.9),
        "polonsky": (146.38, 43.75),
        "oskolki": (146.6, 43.64),
        "zeleny": (146.04, 43.7),
        "dyomin": (146.55, 43.515),
        "yuri": (146.5, 43.395),
        "tanfilyev": (145.82, 43.55),
        "anuchin": (146.42, 43.335),
        "storozhevoy": (146.22, 43.205),
        "signalny": (145.66, 43.48),
        "cape-nosappu": (145.76, 43.23),
    },
)


class Outlines(alt.Data):
    """Shapes for a chart, as plain data that no chart changes.

    Altair copies a chart for each layer that it is put into and looks at each number before it
    writes it, which with these coordinates took two thirds of a map's time.
    """

    def __deepcopy__(self, memo: object = None) -> Outlines:
        return self

    def to_dict(self, *_arguments: object, **_options: object) -> dict:
        return {"values": self._kwds["values"]}


def islands_drawn(frame: Frame) -> set[str]:
    """The ``island_id`` of each island that the outlines draw within a frame."""
    return {feature["properties"]["island"] for feature in frame.features()}


def coasts(frame: Frame) -> alt.LayerChart:
    """The coasts within a frame, with the names of lands and seas; other layers can be added."""
    land = alt.Chart(Outlines(values=frame.features())).mark_geoshape(
        clip=True, fill=SOFT, stroke=MUTED, strokeWidth=0.7
    )
    around = pd.DataFrame(frame.around, columns=["label", "lon", "lat"])
    words = [
        alt.Chart(around[around["label"].isin(_MAINLY) == mainly])
        .mark_text(color=MUTED, fontStyle="italic", opacity=1 if mainly else by_width(0, 1))
        .encode(longitude="lon:Q", latitude="lat:Q", text="label:N")
        for mainly in (True, False)
    ]
    return alt.layer(land, *words).project(**frame.projection()).properties(height=frame.pixels)


def outlines_of(islands: Iterable[str], frame: Frame, colour: str) -> alt.Chart:
    """The outlines of some islands (their ``island_id``) within a frame, filled with a colour.

    It goes on top of ``coasts``. What the outlines lack is left out.
    """
    wanted = set(islands)
    features = [each for each in frame.features() if each["properties"]["island"] in wanted]
    shapes = alt.Chart(Outlines(values=features)).mark_geoshape(clip=True, fill=colour)
    return shapes.project(**frame.projection())


def kilometres_to_islands(lon: float, lat: float) -> pd.Series:
    """How far each drawn island is from a point, in kilometres, by ``island``.

    The distance is that to the nearest place on its outline.

    Great-circle distance on a sphere of 6,371 km. It is as good as the outline: a kilometre or two
    at 1:10 million. Islands that the outlines lack are missing.
    """
    nearest = {}
    for feature in outlines()["features"]:
        corners = np.array(feature["geometry"]["coordinates"][0])
        # points between the corners count too
        along = np.linspace(0, 1, 20, endpoint=False)[:, None, None]
        x, y = np.radians(corners[:-1] + along * np.diff(corners, axis=0)).reshape(-1, 2).T
        from_x, from_y = math.radians(lon), math.radians(lat)
        half = (
            np.sin((y - from_y) / 2) ** 2
            + math.cos(from_y) * np.cos(y) * np.sin((x - from_x) / 2) ** 2
        )
        nearest[feature["properties"]["island"]] = float(2 * 6371 * np.arcsin(np.sqrt(half)).min())
    return pd.Series(nearest, name="km").rename_axis("island").drop("land").sort_values()


def _label(name: str) -> str:
    """A place's name for a map.

    What stands in brackets is left out; each of two names has a line of its own; no line is long.
    """
    return "\n".join(
        line for part in name.split(" (")[0].split(" / ") for line in textwrap.wrap(part, 21)
    )


def _side(lon: float, lat: float, spot: tuple[float, float]) -> str:
    """On which side of its spot a label stands: the one that lies farther from the place."""
    right, up = (spot[0] - lon) * math.cos(math.radians(lat)), spot[1] - lat
    if abs(right) > abs(up):
        return "right" if right > 0 else "left"
    return "above" if up > 0 else "below"


def names(places: pd.DataFrame, frame: Frame) -> alt.LayerChart:
    """The names of places (rows of that table) within a frame.

    Where a place has two, one stands under the other.
    """
    rows = []
    for place in places.itertuples():
        spot = frame.spots.get(place.place_id, "right")
        lon, lat = (place.lon, place.lat) if isinstance(spot, str) else spot
        align, right, down = _SIDES[
            spot if isinstance(spot, str) else _side(place.lon, place.lat, spot)
        ]
        label = _label(place.name_en)
        if down < 0:  # above its place: a third line would reach down to it
            down -= _LINE * max(0, label.count("\n") - 1)
        shown = {
            "label": label,
            "label_lon": lon,
            "label_lat": lat,
            "align": align,
            "right": right,
            "down": down,
        }
        rows.append({**shown, "lon": place.lon, "lat": place.lat})
    base = alt.Chart(pd.DataFrame(rows))
    lines = base.transform_filter("datum.lon != datum.label_lon").mark_rule(
        strokeWidth=0.8, color=MUTED
    )
    moved = {
        "align": alt.ExprRef("datum.align"),
        "dx": alt.ExprRef("datum.right"),
        "dy": alt.ExprRef("datum.down"),
    }
    text = base.mark_text(lineBreak="\n", baseline="middle", **moved)
    return lines.encode(
        longitude="lon:Q", latitude="lat:Q", longitude2="label_lon:Q", latitude2="label_lat:Q"
    ) + text.encode(longitude="label_lon:Q", latitude="label_lat:Q", text="label:N")


def place_map(
    places: pd.DataFrame, frame: Frame, ink: Iterable[str] = (), kilometres: int | None = None
) -> alt.LayerChart:
    """A map of places with both names.

    Dots for settlements and capes, rings for islets that the outlines lack. Islands and island
    groups that are drawn have their label alone; those of ``ink`` (their ``island_id``) are filled
    in ink, which is no country's colour. With ``kilometres`` a bar of that length is the scale, and
    a small map in the corner shows where the frame lies.
    """
    drawn = islands_drawn(frame)
    dots = places[
        ~places["place_id"].isin(drawn)
        & places["kind"].isin(["islet", "city", "town", "village", "cape"])
    ]
    shown = dots[["place_id", "name_en", "lon", "lat"]].assign(
        mark=dots["kind"].eq("islet").map({True: "ring", False: "dot"})
    )
    kinds = ["dot", "ring"]
    marks = (
        alt.Chart(shown)
        .mark_point(size=46, strokeWidth=1.6, opacity=1)
        .encode(
            longitude="lon:Q",
            latitude="lat:Q",
            fill=alt.Fill("mark:N", legend=None).scale(domain=kinds, range=[INK, PAPER]),
            stroke=alt.Stroke("mark:N", legend=None).scale(domain=kinds, range=[PAPER, INK]),
            tooltip=[alt.Tooltip("name_en:N", title="place")],
        )
    )
    layers = [coasts(frame), outlines_of(ink, frame, INK)]
    # each its own: the small map in the corner has another projection
    layers += [layer.project(**frame.projection()) for layer in (names(places, frame), marks)]
    if kilometres is not None:
        layers += [_scale_bar(frame, kilometres), _locator(frame)]
    return alt.layer(*layers).properties(height=frame.pixels)


def _scale_bar(frame: Frame, kilometres: int) -> alt.LayerChart:
    """A bar of so many kilometres along the parallel where it stands, near the frame's corner."""
    latitude = frame.latitude - 0.46 * frame.height
    degrees = kilometres / (_KM_A_DEGREE * math.cos(math.radians(latitude)))
    right = frame.longitude + 0.47 * frame.width
    bar = pd.DataFrame(
        {
            "lon": [right - degrees],
            "lon2": [right],
            "middle": [right - degrees / 2],
            "lat": [latitude],
            "said": [f"{kilometres} km"],
        }
    )
    base = alt.Chart(bar)
    rule = base.mark_rule(color=INK, strokeWidth=2.5).encode(
        longitude="lon:Q", latitude="lat:Q", longitude2="lon2:Q", latitude2="lat:Q"
    )
    text = base.mark_text(dy=-10, color=INK).encode(
        longitude="middle:Q", latitude="lat:Q", text="said:N"
    )
    return (rule + text).project(**frame.projection())


def _locator(frame: Frame) -> alt.LayerChart:
    """A small map of the whole chain in the corner, with the frame as a box."""
    inset = replace(REGION, latitude=47.2, pixels=_INSET - 6)
    projection = inset.projection(_INSET)
    land = []
    for feature in inset.features():
        ring = _within(feature["geometry"]["coordinates"][0][::-1], inset)
        if ring:
            land.append(_feature(ring))
    corners = [
        [frame.longitude + x * frame.width / 2, frame.latitude + y * frame.height / 2]
        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    ]
    back = (
        alt.Chart(pd.DataFrame([{"at": "corner"}]))
        .mark_rect(fill=PAPER, stroke=MUTED, strokeWidth=0.8)
        .encode(x=alt.value(0), x2=alt.value(_INSET), y=alt.value(0), y2=alt.value(_INSET))
    )
    coast = alt.Chart(Outlines(values=land)).mark_geoshape(fill=MUTED, stroke=None)
    box = alt.Chart(Outlines(values=[_feature(corners)])).mark_geoshape(
        fill="transparent", stroke=INK, strokeWidth=1.6
    )
    return back + coast.project(**projection) + box.project(**projection)


def administration_maps(
    spans: pd.DataFrame, places: pd.DataFrame, titles: Mapping[int, str], agreed: Collection[int]
) -> alt.ConcatChart:
    """A small map for each change of administration: areas, who runs them, and the line between.

    ``spans`` are administrations that all have an end (see ``chronology.administration_until``),
    with a column ``country`` as in ``country_color`` and one ``said``, the word for it in the map;
    ``places`` are rows of that table. ``titles`` has the years to show, each with the words above
    its map, which shows the state of things after the last change of that year. ``agreed`` are the
    years in which a treaty drew the line: it is dashed in the others. Lines are schematic: where
    two sides of a strait are nearest, they run halfway between and square to it.
    """
    areas = _areas(places)
    panels = []
    for year, title in titles.items():
        day = spans.loc[spans["start"].dt.year.eq(year), "start"].max()
        then = spans[spans["start"].le(day) & spans["end"].gt(day)].set_index("place_id")
        panels.append(_step(areas, then, year in agreed).properties(title=title))
    return (
        alt.concat(*panels, columns=3, spacing={"row": 22, "column": 20})
        .resolve_scale(color="shared")
        .configure_title(anchor="start", offset=6)
    )


def _step(areas: Mapping[str, list[Ring]], then: pd.DataFrame, agreed: bool) -> alt.LayerChart:
    """One of the small maps: ``then`` says by ``place_id`` who runs it."""
    country = then["country"]
    shown = [
        {**_feature(ring), "country": country[place]}
        for place in country.index
        for ring in areas[place]
    ]
    filled = (
        alt.Chart(Outlines(values=shown))
        .mark_geoshape(strokeWidth=2)
        .encode(
            color=country_color("country", legend=None),
            stroke=country_color("country", legend=None),
        )
    )
    coast = alt.Chart(Outlines(values=[_feature(ring) for ring in areas["land"]])).mark_geoshape(
        fill=SOFT, stroke=MUTED, strokeWidth=0.5
    )
    dash = [1, 0] if agreed else [4, 3]
    border = (
        alt.Chart(pd.DataFrame(_border(areas, country)))
        .mark_rule(color=INK, strokeWidth=2.2, strokeDash=dash)
        .encode(longitude="lon:Q", latitude="lat:Q", longitude2="lon2:Q", latitude2="lat2:Q")
    )
    said = pd.DataFrame(
        [
            {"country": country[place], "said": then.loc[place, "said"], "lon": lon, "lat": lat}
            for place, (lon, lat) in _STEP_WORDS.items()
        ]
    )
    words = (
        alt.Chart(said)
        .mark_text(align="left", fontWeight="bold")
        .encode(
            longitude="lon:Q",
            latitude="lat:Q",
            text="said:N",
            color=country_color("country", legend=None),
        )
    )
    return (
        alt.layer(coast, filled, border, words)
        .project(**STEPS.projection(_STEP_WIDTH))
        .properties(width=_STEP_WIDTH, height=STEPS.pixels)
    )


def _feature(ring: Ring) -> dict:
    """A ring as a shape that the drawing library fills on the right side: clockwise."""
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring[::-1]]}}


def _cut(ring: Ring, axis: int, limit: float, below: bool) -> Ring:
    """The part of a ring on one side of a meridian (``axis`` 0) or a parallel (1), closed."""
    kept: Ring = []
    for one, other in itertools.pairwise(ring):
        inside, follows = ((corner[axis] <= limit) == below for corner in (one, other))
        if inside:
            kept.append(one)
        if inside != follows:
            along = (limit - one[axis]) / (other[axis] - one[axis])
            crossing = [a + along * (b - a) for a, b in zip(one, other, strict=True)]
            crossing[axis] = limit
            kept.append(crossing)
    return [*kept, kept[0]] if kept else []


def _within(ring: Ring, frame: Frame) -> Ring:
    """The part of a ring within a frame, closed; empty if none is."""
    for sign, below in ((-1, False), (1, True)):
        ring = _cut(ring, 0, frame.longitude + sign * frame.width / 2, below)
        ring = _cut(ring, 1, frame.latitude + sign * frame.height / 2, below)
    return ring


def _areas(places: pd.DataFrame) -> dict[str, list[Ring]]:
    """The outlines of each place that was administered, and those of its neighbours.

    Beside the ``place_id``s: ``hokkaido``, ``kamchatka`` and ``sakhalin-north``, and ``land`` for
    all coasts within the small maps.
    """
    east = STEPS.longitude + STEPS.width / 2
    areas: dict[str, list[Ring]] = {"land": []}
    urup = places.loc["urup"]
    for feature in outlines()["features"]:
        ring = _within(feature["geometry"]["coordinates"][0], STEPS)
        if not ring:
            continue
        areas["land"].append(ring)
        name = feature["properties"]["island"]
        (left, low), (right, high) = np.min(ring, axis=0), np.max(ring, axis=0)
        if name in HABOMAI.spots and name != "shikotan":
            name = "habomai"
        elif left < urup["lon"] < right and low < urup["lat"] < high and right < east:
            name = "urup"
        elif name == "land" and left > urup["lon"] and high < _CAPE_LOPATKA:
            name = "kurils-north-central"
        elif name == "land" and right == east:
            name = "kamchatka"
        elif low < _FIFTIETH < high and left < 143 < right:
            areas["sakhalin-north"] = [_cut(ring, 1, _FIFTIETH, False)]
            name, ring = "sakhalin-south", _cut(ring, 1, _FIFTIETH, True)
        elif name == "land" and left < 143 < right and high < 46:
            name = "hokkaido"
        if name != "land":
            areas.setdefault(name, []).append(ring)
    return areas


def _border(areas: Mapping[str, list[Ring]], country: pd.Series) -> list[dict[str, float]]:
    """Where places under Japan and under Russia or the USSR are neighbours: a stroke for each."""
    sakhalin = country["sakhalin-south"]
    runs = {
        **country.replace("USSR", "Russia"),
        "hokkaido": "Japan",
        "kamchatka": "Russia",
        "sakhalin-north": "none" if sakhalin == "none" else "Russia",
    }
    return [
        _across(areas[one], areas[other])
        for one, other in _NEIGHBOURS
        if {runs[one], runs[other]} == {"Japan", "Russia"}
    ]


def _across(one: list[Ring], other: list[Ring]) -> dict[str, float]:
    """A stroke between two coasts, square to the shortest way; or along the border they share."""
    here, there = np.vstack(one), np.vstack(other)
    shared = here[here[:, 1] == _FIFTIETH]
    if len(shared):
        return {
            "lon": shared[:, 0].min() - 0.4,
            "lat": _FIFTIETH,
            "lon2": shared[:, 0].max() + 0.4,
            "lat2": _FIFTIETH,
        }
    flat = [1, 1 / math.cos(math.radians(STEPS.latitude))]  # a degree of latitude is longer
    apart = np.linalg.norm((here[:, None] - there[None, :]) * flat, axis=2)
    at, to = np.unravel_index(apart.argmin(), apart.shape)
    (x, y), (right, up) = (here[at] + there[to]) / 2, (there[to] - here[at]) * flat
    right, up = np.array([right, up]) / np.hypot(right, up) * _REACH
    return {"lon": x - up, "lat": y + right / flat[1], "lon2": x + up, "lat2": y - right / flat[1]}
