"""The three lines of the first page's map: what each separates, and that it lies halfway."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from unsigned_peace import load
from unsigned_peace.charts import undrawn
from unsigned_peace.charts.undrawn import FRAME, SIDES

EAST = np.cos(np.radians(FRAME.latitude))


@pytest.fixture(scope="module")
def islets() -> set[str]:
    islands = load("islands")
    return set(islands.loc[islands["part_of"].eq("habomai"), "island_id"])


@pytest.fixture(scope="module")
def land(islets) -> dict[str, cKDTree]:
    return {of: cKDTree(coast * [EAST, 1]) for of, coast in undrawn.coasts(islets).items()}


@pytest.fixture(scope="module")
def lines(islets) -> dict[int, list[np.ndarray]]:
    return undrawn.median_lines(islets)


def distance(land: dict[str, cKDTree], sides: set[str], points: np.ndarray) -> np.ndarray:
    return np.min([land[of].query(points * [EAST, 1])[0] for of in sides], axis=0)


def test_the_lands_are_the_four_islands_and_their_neighbours(land):
    assert set(land) == {*SIDES[4], "hokkaido", "urup"}


@pytest.mark.parametrize("count", SIDES)
def test_every_point_of_a_line_is_as_far_from_both_sides(land, lines, count):
    of_japan = {"hokkaido", *SIDES[count]}
    points = np.concatenate(lines[count])
    ours, others = (distance(land, side, points) for side in (of_japan, set(land) - of_japan))
    assert len(points) > 20 and np.allclose(ours, others, atol=1e-9)


@pytest.mark.parametrize("count", SIDES)
def test_a_line_separates_its_islands_from_all_others(land, lines, count):
    """Wherever a way between two coasts leaves the one side for the other, it crosses the line."""
    of_japan = {"hokkaido", *SIDES[count]}
    for one in land:
        for other in land:
            start, end = land[one].data.mean(axis=0), land[other].data.mean(axis=0)
            crossed = sum(_crossings(line * [EAST, 1], start, end) for line in lines[count])
            assert crossed % 2 == ((one in of_japan) != (other in of_japan)), (one, other)


def _crossings(line: np.ndarray, start: np.ndarray, end: np.ndarray) -> int:
    """How often a line of segments crosses a straight way."""

    def side(of: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.sign((b[..., 0] - a[..., 0]) * (of[..., 1] - a[..., 1])
                       - (b[..., 1] - a[..., 1]) * (of[..., 0] - a[..., 0]))  # fmt: skip

    a, b = line[:-1], line[1:]
    apart = side(a, start, end) != side(b, start, end)
    return int((apart & (side(start, a, b) != side(end, a, b))).sum())


def test_each_line_is_one_and_crosses_the_whole_map(lines):
    for pieces in lines.values():
        assert len(pieces) == 1
        for end in (pieces[0][0], pieces[0][-1]):
            beyond = abs(end - [FRAME.longitude, FRAME.latitude]) * 2 / [FRAME.width, FRAME.height]
            assert beyond.max() > 1
