"""Maps of the islands: coasts without countries, and places labelled with both names."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field

import altair as alt
import numpy as np
import pandas as pd

from unsigned_peace.charts.theme import INK, MUTED, PAPER, SOFT, country_color, country_shape
from unsigned_peace.dataset import outlines

#: Where a label stands beside its place: how it is aligned, and how far it is moved right and down, in pixels.
_SIDES = {"right": ("left", 8, 0), "left": ("right", -8, 0), "above": ("center", 0, -20), "below": ("center", 0, 20), "on": ("center", 0, 0)}


@dataclass(frozen=True)
class Frame:
    """What a map shows: its middle and extent in degrees, its height in pixels, and where its labels go.

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

    def projection(self) -> dict:
        """Mercator, scaled to the size at which the chart is drawn: a wide page or a telephone."""
        north, south = (math.asinh(math.tan(math.radians(self.latitude + sign * self.height / 2))) for sign in (1, -1))
        return {
            "type": "mercator",
            "center": [self.longitude, self.latitude],
            "scale": alt.ExprRef(f"min(width / {math.radians(self.width):.6f}, height / {north - south:.6f})"),
            "translate": alt.ExprRef("[width / 2, height / 2]"),
        }

    def features(self) -> list[dict]:
        """The outlines that can come into view, turned as the drawing library wants them (clockwise)."""
        reach = 1.5 * max(self.width, self.height)  # a narrow map shows more north and south, a wide one more east and west

        def in_view(ring: list[list[float]]) -> bool:
            return any(abs(x - self.longitude) < reach and abs(y - self.latitude) < reach for x, y in ring)

        return [
            {**feature, "geometry": {"type": "Polygon", "coordinates": [ring[::-1] for ring in feature["geometry"]["coordinates"]]}}
            for feature in outlines()["features"]
            if in_view(feature["geometry"]["coordinates"][0])
        ]


#: What every map rests on besides its places: goes into the records of a figure.
ATLAS = pd.DataFrame({"sources": ["world-atlas-202"]})

#: Hokkaido, southern Sakhalin and the whole chain to Kamchatka.
REGION = Frame(
    149.3, 46.9, 17.2, 9.8, 480,
    around=(("Hokkaido", 142.9, 43.5), ("Sakhalin", 142.9, 50.7), ("Kamchatka", 154.8, 51.5), ("Sea of Okhotsk", 149.0, 49.7), ("Pacific Ocean", 153.4, 44.0)),
    spots={
        "iturup": (146.2, 46.2), "kunashir": (143.8, 45.15), "shikotan": (149.5, 43.4), "habomai": (147.6, 42.5),
        "sakhalin-south": (145.2, 48.1), "kurils-north-central": (154.6, 47.0), "shumshu": (154.7, 50.6), "urup": "below",
    },
)  # fmt: skip
#: The four islands and the east of Hokkaido.
FOUR_ISLANDS = Frame(
    146.95, 44.35, 4.5, 2.7, 450,
    around=(("Hokkaido", 145.12, 43.42), ("Notsuke", 145.62, 43.57), ("Pacific Ocean", 148.4, 43.2), ("Sea of Okhotsk", 145.7, 45.3)),
    spots={
        "iturup": (147.3, 45.45), "kunashir": (145.5, 44.75), "shikotan": (147.6, 43.85), "habomai": (147.1, 43.4),
        "kurilsk": (148.45, 44.85), "yuzhno-kurilsk": (146.9, 44.12), "cape-nosappu": (146.35, 43.15), "nemuro": "below",
    },
)  # fmt: skip
#: Shikotan, the Habomai islets, and the tip of Hokkaido.
HABOMAI = Frame(
    146.125, 43.55, 1.75, 0.72, 450,
    around=(("Pacific Ocean", 146.8, 43.36), ("Kunashir (Kunashiri)", 145.8, 43.87), ("Notsuke", 145.52, 43.59), ("Hokkaido", 145.42, 43.2)),
    spots={
        "shikotan": "on", "polonsky": (146.3, 43.78), "oskolki": (146.6, 43.6), "zeleny": (146.04, 43.7),
        "dyomin": (146.5, 43.48), "yuri": (146.42, 43.385), "tanfilyev": (145.82, 43.55), "anuchin": (146.34, 43.3),
        "storozhevoy": (146.2, 43.19), "signalny": (145.66, 43.48), "cape-nosappu": (145.76, 43.23),
    },
)  # fmt: skip


def islands_drawn(frame: Frame) -> set[str]:
    """The ``island_id`` of each island that the outlines draw within a frame."""
    return {feature["properties"]["island"] for feature in frame.features()}


def coasts(frame: Frame) -> alt.LayerChart:
    """The coasts within a frame, with the names of lands and seas; other layers can be added."""
    land = alt.Chart(alt.Data(values=frame.features())).mark_geoshape(clip=True, fill=SOFT, stroke=MUTED, strokeWidth=0.7)
    around = alt.Chart(pd.DataFrame(frame.around, columns=["label", "lon", "lat"]))
    words = around.mark_text(color=MUTED, fontStyle="italic", fontSize=11).encode(longitude="lon:Q", latitude="lat:Q", text="label:N")
    return alt.layer(land, words).project(**frame.projection()).properties(height=frame.pixels)


def kilometres_to_islands(lon: float, lat: float) -> pd.Series:
    """How far each drawn island is from a point: to the nearest place on its outline, in kilometres, by ``island``.

    Great-circle distance on a sphere of 6,371 km. It is as good as the outline: a kilometre or two
    at 1:10 million. Islands that the outlines lack are missing.
    """
    nearest = {}
    for feature in outlines()["features"]:
        corners = np.array(feature["geometry"]["coordinates"][0])
        along = np.linspace(0, 1, 20, endpoint=False)[:, None, None]  # points between the corners count too
        x, y = np.radians(corners[:-1] + along * np.diff(corners, axis=0)).reshape(-1, 2).T
        from_x, from_y = math.radians(lon), math.radians(lat)
        half = np.sin((y - from_y) / 2) ** 2 + math.cos(from_y) * np.cos(y) * np.sin((x - from_x) / 2) ** 2
        nearest[feature["properties"]["island"]] = float(2 * 6371 * np.arcsin(np.sqrt(half)).min())
    return pd.Series(nearest, name="km").rename_axis("island").drop("land").sort_values()


def _label(name: str) -> str:
    """A place's name for a map: without what stands in brackets, each of two names in its own line, no line long."""
    return "\n".join(line for part in name.split(" (")[0].split(" / ") for line in textwrap.wrap(part, 21))


def _side(lon: float, lat: float, spot: tuple[float, float]) -> str:
    """On which side of its spot a label stands: the one that lies farther from the place."""
    right, up = (spot[0] - lon) * math.cos(math.radians(lat)), spot[1] - lat
    if abs(right) > abs(up):
        return "right" if right > 0 else "left"
    return "above" if up > 0 else "below"


def names(places: pd.DataFrame, frame: Frame) -> alt.LayerChart:
    """The names of places (rows of that table) within a frame, both where there are two, one under the other."""
    rows = []
    for place in places.itertuples():
        spot = frame.spots.get(place.place_id, "right")
        lon, lat = (place.lon, place.lat) if isinstance(spot, str) else spot
        align, right, down = _SIDES[spot if isinstance(spot, str) else _side(place.lon, place.lat, spot)]
        shown = {"label": _label(place.name_en), "label_lon": lon, "label_lat": lat, "align": align, "right": right, "down": down}
        rows.append({**shown, "lon": place.lon, "lat": place.lat})
    base = alt.Chart(pd.DataFrame(rows))
    lines = base.transform_filter("datum.lon != datum.label_lon").mark_rule(strokeWidth=0.8, color=MUTED)
    moved = {"align": alt.ExprRef("datum.align"), "dx": alt.ExprRef("datum.right"), "dy": alt.ExprRef("datum.down")}
    text = base.mark_text(lineBreak="\n", baseline="middle", **moved)
    return lines.encode(longitude="lon:Q", latitude="lat:Q", longitude2="label_lon:Q", latitude2="label_lat:Q") + text.encode(
        longitude="label_lon:Q", latitude="label_lat:Q", text="label:N"
    )


def place_map(places: pd.DataFrame, frame: Frame) -> alt.LayerChart:
    """A map of places with both names: dots for settlements and capes, rings for islets that the outlines lack.

    Islands and island groups that are drawn have their label alone.
    """
    drawn = islands_drawn(frame)
    dots = places[~places["place_id"].isin(drawn) & places["kind"].isin(["islet", "city", "town", "village", "cape"])]
    shown = dots[["place_id", "name_en", "lon", "lat"]].assign(mark=dots["kind"].eq("islet").map({True: "ring", False: "dot"}))
    marks = (
        alt.Chart(shown)
        .mark_point(size=42, strokeWidth=1.6, stroke=INK, opacity=1)
        .encode(
            longitude="lon:Q",
            latitude="lat:Q",
            fill=alt.Fill("mark:N", scale=alt.Scale(domain=["dot", "ring"], range=[INK, PAPER]), legend=None),
            tooltip=[alt.Tooltip("name_en:N", title="place")],
        )
    )
    return (coasts(frame) + names(places, frame) + marks).properties(height=frame.pixels)


def administration_map(spans: pd.DataFrame, places: pd.DataFrame, frame: Frame, labels: Mapping[str, str], year: int) -> alt.LayerChart:
    """A map of who administered each place on 1 January of a year that the reader chooses; drawn for ``year``.

    ``spans`` are administrations that all have an end (see ``chronology.administration_until``),
    with a column ``country`` as in ``country_color``; ``places`` are rows of that table. ``labels``
    has the words beside the ``slider``, those before the year in the corner (``day``), and those of
    what is read when a point is pointed at (``place``, ``state``).
    """
    shown = spans.merge(places[["place_id", "name_en", "lon", "lat"]].reset_index(drop=True), on="place_id")
    first, last = spans["start"].min().year + 1, spans["end"].max().year
    chosen = alt.param("year", value=year, bind=alt.binding_range(min=first, max=last, step=1, name=labels["slider"]))
    legend = alt.Legend(values=list(shown["country"].unique()))
    points = (
        alt.Chart(shown[["name_en", "state", "country", "start", "end", "lon", "lat"]])
        .transform_filter("toDate(datum.start) <= datetime(year, 0, 1) && datetime(year, 0, 1) < toDate(datum.end)")
        .mark_point(size=170, opacity=1, stroke=PAPER, strokeWidth=1)
        .encode(
            longitude="lon:Q",
            latitude="lat:Q",
            color=country_color("country", title=None, legend=legend),
            shape=country_shape("country", title=None, legend=legend),
            tooltip=[alt.Tooltip("name_en:N", title=labels["place"]), alt.Tooltip("state:N", title=labels["state"])],
        )
    )
    corner = alt.Chart(pd.DataFrame([{"at": "top left"}])).transform_calculate(said=f"'{labels['day']}' + year")
    said = corner.mark_text(align="left", fontSize=15, fontWeight="bold").encode(x=alt.value(4), y=alt.value(10), text="said:N")
    return (coasts(frame) + names(places, frame) + points + said).add_params(chosen).properties(height=frame.pixels)
