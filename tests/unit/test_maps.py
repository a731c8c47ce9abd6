"""Maps: distances, the scale bar and the lines between two sides, each reckoned another way."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from unsigned_peace import chronology, load
from unsigned_peace.charts import maps
from unsigned_peace.dataset import outlines

PLACES = load("places").set_index("place_id", drop=False)


def on_the_sphere(points) -> np.ndarray:
    lon, lat = np.radians(np.asarray(points, dtype=float)).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def kilometres(one, other) -> np.ndarray:
    """From one point to each of others, by vectors; the module uses another formula."""
    a, b = on_the_sphere([one])[0], on_the_sphere(other)
    return 6371 * np.arctan2(np.linalg.norm(np.cross(a, b), axis=1), b @ a)


def dense(ring: list[list[float]]) -> np.ndarray:
    """The points of an outline, a hundred to each of its edges."""
    edges = itertools.pairwise(np.array(ring))
    return np.concatenate([np.linspace(one, other, 100, endpoint=False) for one, other in edges])


@pytest.mark.parametrize("place", ["cape-nosappu", "nemuro", "yuzhno-sakhalinsk"])
def test_an_island_is_as_far_as_its_nearest_coast(place):
    lon, lat = PLACES.loc[place, ["lon", "lat"]]
    expected = {
        feature["properties"]["island"]: kilometres(
            (lon, lat), dense(feature["geometry"]["coordinates"][0])
        ).min()
        for feature in outlines()["features"]
    }
    del expected["land"]
    found = maps.kilometres_to_islands(lon, lat)
    assert found.to_dict() == pytest.approx(expected, abs=0.2)
    assert found.is_monotonic_increasing and {"iturup", "kunashir", "shikotan"} < set(found.index)


@pytest.mark.parametrize("frame", [maps.FOUR_ISLANDS, maps.HABOMAI, maps.SAKHALIN_TO_ISLANDS])
def test_the_scale_bar_is_as_long_as_it_says(frame):
    drawn = maps.place_map(PLACES, frame, kilometres=50).to_dict()
    rows = [rows[0] for rows in drawn["datasets"].values() if rows and "said" in rows[0]]
    assert [row["said"] for row in rows] == ["50 km"]
    ends = [(rows[0][lon], rows[0]["lat"]) for lon in ("lon", "lon2")]
    assert kilometres(ends[0], [ends[1]])[0] == pytest.approx(50, rel=0.001)


def test_a_map_names_each_of_its_places_and_marks_what_has_no_outline():
    here = PLACES[PLACES["place_id"].isin(maps.HABOMAI.spots)]
    drawn = maps.place_map(here, maps.HABOMAI).to_dict()
    tables = [rows for rows in drawn["datasets"].values() if rows]
    labels = [row["label"] for rows in tables for row in rows if "label_lon" in row]
    assert len(labels) == len(here) > 10
    marked = {row["place_id"] for rows in tables for row in rows if "mark" in row}
    outlined = {feature["properties"]["island"] for feature in outlines()["features"]}
    assert marked and marked == set(here["place_id"]) - outlined


# who ran what ------------------------------------------------------------------------------------

#: Between which places the line ran after the last change of a year.
BETWEEN = {
    1855: [("iturup", "urup")],
    1875: [("kurils-north-central", "kamchatka"), ("hokkaido", "sakhalin-south")],
    1905: [("kurils-north-central", "kamchatka"), ("sakhalin-north", "sakhalin-south")],
    1945: [("hokkaido", "kunashir"), ("hokkaido", "sakhalin-south")],
}


@pytest.fixture(scope="module")
def steps() -> dict[int, dict]:
    """The small maps by year; those of 1855 and 1875 are drawn as agreed."""
    spans = chronology.administration_until()
    country = (
        spans["state"]
        .astype(str)
        .replace(
            {
                "Russian Empire": "Russia",
                "Soviet Union": "USSR",
                "Russian Federation": "Russia",
                "joint (undivided)": "none",
            }
        )
    )
    spans = spans.assign(country=country, said=country)
    titles = {year: str(year) for year in BETWEEN}
    drawn = maps.administration_maps(spans, PLACES, titles, {1855, 1875}).to_dict()
    return {
        year: panel | {"datasets": drawn["datasets"]}
        for year, panel in zip(BETWEEN, drawn["concat"], strict=True)
    }


def strokes(panel: dict) -> tuple[list[dict], dict]:
    """The strokes of a small map, and how they are drawn."""
    (layer,) = [layer for layer in panel["layer"] if layer["mark"]["type"] == "rule"]
    return panel["datasets"][layer["data"]["name"]], layer["mark"]


@pytest.mark.parametrize("year", BETWEEN)
def test_the_line_runs_halfway_between_the_neighbours_of_two_states(steps, year):
    areas, (drawn, mark) = maps._areas(PLACES), strokes(steps[year])
    assert len(drawn) == len(BETWEEN[year])
    for stroke, (one, other) in zip(drawn, BETWEEN[year], strict=True):
        ends = np.array([[stroke["lon"], stroke["lat"]], [stroke["lon2"], stroke["lat2"]]])
        middle = ends.mean(axis=0)
        here, there = (np.vstack(areas[place]) for place in (one, other))
        flat = [1, 1 / np.cos(np.radians(maps.STEPS.latitude))]
        apart = [np.linalg.norm((coast - middle) * flat, axis=1).min() for coast in (here, there)]
        if year == 1905 and one == "sakhalin-north":
            assert (ends[:, 1] == 50).all() and min(here[:, 0]) <= middle[0] <= max(here[:, 0])
        else:
            assert apart[0] == pytest.approx(apart[1], abs=1e-6)
    assert mark["strokeDash"] == ([1, 0] if year in (1855, 1875) else [4, 3])


@pytest.mark.parametrize("year", BETWEEN)
def test_an_area_has_the_colour_of_who_ran_it_then(steps, year):
    until = chronology.administration_until()
    day = until.loc[until["start"].dt.year.eq(year), "start"].max()
    ran = until[until["start"].le(day) & until["end"].gt(day)]
    shown = [
        shape["country"]
        for layer in steps[year]["layer"]
        for shape in layer["data"].get("values", [])
        if "country" in shape
    ]
    areas = maps._areas(PLACES)
    japan = ran.loc[ran["state"].astype(str).eq("Japan"), "place_id"]
    assert shown.count("Japan") == sum(len(areas[place]) for place in japan)
    assert len(shown) == sum(len(areas[place]) for place in ran["place_id"])


@pytest.mark.parametrize(
    ("axis", "limit", "below", "area"),
    [(0, 1, True, 2), (0, 1, False, 6), (1, 1.5, True, 6), (0, 9, True, 8), (1, 5, False, 0)],
)
def test_a_ring_is_cut_along_a_line(axis, limit, below, area):
    ring = [[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [0.0, 2.0], [0.0, 0.0]]
    part = maps._cut(ring, axis, limit, below)
    x, y = np.array(part).T if part else (np.zeros(1), np.zeros(1))
    assert abs(x[:-1] @ y[1:] - x[1:] @ y[:-1]) / 2 == area
    assert part[:1] == part[-1:]


def test_the_outlines_and_the_table_of_places_know_each_other():
    """A place that is renamed in the one loses its outline in the other."""
    assert set(maps._areas(PLACES)) >= set(load("administration")["place_id"])
