"""Makes ``data/geo/outlines.geojson``, the coasts around the four islands.

They come from Natural Earth (public domain).

Run ``python scripts/outlines.py``; it needs npm, which fetches the package world-atlas 2.0.2 into
a temporary folder. The same package gives the same file, to the byte. Only the land layer is read:
it knows no countries, so the outlines show coasts and nothing about whose they are.
"""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

Point = tuple[float, float]
Ring = list[Point]

PACKAGE = "world-atlas@2.0.2"
SHA256 = "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97"
TARGET = Path(__file__).resolve().parents[1] / "data" / "geo" / "outlines.geojson"

#: What is kept: west, south, east, north, in degrees. From northern Honshu to Kamchatka's south.
BOX = (137.0, 39.0, 160.5, 55.0)
#: Around the four islands and eastern Hokkaido the coast keeps every point that the package has.
NEAR = (143.5, 42.3, 149.8, 46.2)
#: Elsewhere points closer than this to the simplified line go, and islands smaller than this, in
#: degrees.
TOLERANCE, SMALLEST = 0.015, 0.05
DECIMALS = 3

#: Where each island of the record lies in the 1:10 million data: west, south, east, north.
ISLANDS = {
    "iturup": (146.85, 44.41, 148.87, 45.54),
    "kunashir": (145.40, 43.64, 146.58, 44.52),
    "shikotan": (146.59, 43.70, 146.95, 43.89),
    "zeleny": (146.07, 43.46, 146.24, 43.56),
    "yuri": (146.02, 43.39, 146.12, 43.46),
    "tanfilyev": (145.85, 43.41, 145.96, 43.47),
    "polonsky": (146.26, 43.61, 146.37, 43.66),
}


def land_layer() -> dict:
    """The package's land layer at 1:10 million, as TopoJSON.

    Raises ``SystemExit`` if it is not the expected package.
    """
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", PACKAGE, "--silent"], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        (archive,) = Path(folder).glob("*.tgz")
        if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
            sys.exit(
                f"{PACKAGE} is not the package that this script was written for; "
                "nothing was changed"
            )
        with tarfile.open(archive) as package:
            file = package.extractfile("package/land-10m.json")
            if file is None:
                sys.exit(f"{PACKAGE} has no land-10m.json; nothing was changed")
            return json.load(file)


def polygons(topology: dict) -> Iterator[list[Ring]]:
    """The polygons of a TopoJSON land layer: lists of closed rings of longitude and latitude."""
    (scale_x, scale_y), (shift_x, shift_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for (
            step_x,
            step_y,
        ) in steps:  # an arc is written as steps from point to point, in whole numbers
            x, y = x + step_x, y + step_y
            arc.append((x * scale_x + shift_x, y * scale_y + shift_y))
        arcs.append(arc)
    for geometry in topology["objects"]["land"]["geometries"]:
        for polygon in geometry["arcs"]:
            rings = []
            for indexes in polygon:
                ring: Ring = []
                for (
                    index
                ) in indexes:  # a negative index, ~i, is arc i backwards; neighbours share an end
                    arc = arcs[index] if index >= 0 else arcs[~index][::-1]
                    ring += arc[1:] if ring else arc
                rings.append(ring)
            yield rings


def clipped(ring: Ring, box: tuple[float, float, float, float]) -> Ring:
    """The part of a ring inside a box (Sutherland and Hodgman); empty if none is."""
    west, south, east, north = box
    for axis, bound, sign in ((0, west, 1), (1, south, 1), (0, east, -1), (1, north, -1)):
        kept: Ring = []
        for before, point in zip(ring, ring[1:] + ring[:1]):
            was_in, is_in = (sign * (place[axis] - bound) >= 0 for place in (before, point))
            if was_in != is_in:
                share = (bound - before[axis]) / (point[axis] - before[axis])
                kept.append(
                    (
                        before[0] + share * (point[0] - before[0]),
                        before[1] + share * (point[1] - before[1]),
                    )
                )
            if is_in:
                kept.append(point)
        ring = kept
        if not ring:
            return []
    return [*ring, ring[0]] if ring[0] != ring[-1] else ring


def within(point: Point, box: tuple[float, float, float, float]) -> bool:
    """Whether a point lies in a box of west, south, east, north."""
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _distance(point: Point, start: Point, end: Point) -> float:
    """How far a point lies from the straight line through two others."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = math.hypot(x2 - x1, y2 - y1)
    if not length:
        return math.hypot(x - x1, y - y1)
    return abs((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)) / length


def simplified(line: Ring) -> Ring:
    """A line without points that its shape can spare far from the islands (Douglas and Peucker)."""
    keep = {0, len(line) - 1} | {
        position for position, point in enumerate(line) if within(point, NEAR)
    }
    spans = list(pairwise(sorted(keep)))
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        distances = {
            position: _distance(line[position], line[first], line[last])
            for position in range(first + 1, last)
        }
        farthest = max(distances, key=distances.__getitem__)
        if distances[farthest] > TOLERANCE:
            keep.add(farthest)
            spans += [(first, farthest), (farthest, last)]
    return [line[position] for position in sorted(keep)]


def tidy(ring: Ring) -> list[list[float]]:
    """A ring rounded, without repeated points, counter-clockwise as GeoJSON asks outer rings."""
    points: list[list[float]] = []
    for x, y in ring:
        point = [round(x, DECIMALS), round(y, DECIMALS)]
        if not points or points[-1] != point:
            points.append(point)
    doubled_area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(points))
    return points if doubled_area > 0 else points[::-1]


def features(topology: dict) -> Iterator[dict]:
    """The outlines as GeoJSON features, each with ``island``.

    That is an island_id of the record, or ``land``.
    """
    # no lake within the box is large enough to be in the data
    for outer, *_holes in polygons(topology):
        ring = clipped(outer, BOX)
        if not ring:
            continue
        xs, ys = zip(*ring)
        box = (min(xs), min(ys), max(xs), max(ys))
        island = next(
            (
                name
                for name, home in ISLANDS.items()
                if within(box[:2], home) and within(box[2:], home)
            ),
            "land",
        )
        if (
            island == "land"
            and max(box[2] - box[0], box[3] - box[1]) < SMALLEST
            and not within(box[:2], NEAR)
        ):
            continue
        outline = tidy(simplified(ring))
        if len(outline) >= 4:
            yield {
                "type": "Feature",
                "properties": {"island": island},
                "geometry": {"type": "Polygon", "coordinates": [outline]},
            }


def main() -> None:
    collection = sorted(
        features(land_layer()),
        key=lambda feature: (feature["properties"]["island"], feature["geometry"]["coordinates"]),
    )
    missing = set(ISLANDS) - {feature["properties"]["island"] for feature in collection}
    if missing:
        sys.exit(f"not found in {PACKAGE}: {', '.join(sorted(missing))}; nothing was changed")
    lines = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in collection)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(
        f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8"
    )
    print(f"{TARGET.name}: {len(collection)} outlines, {TARGET.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
