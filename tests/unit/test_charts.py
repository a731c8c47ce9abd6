"""Families of charts: the interval that a browser computes, and what a line may join."""

from __future__ import annotations

import itertools
import json
import re

import pandas as pd
import pytest
import vl_convert
from statsmodels.stats.proportion import proportion_confint

from unsigned_peace import load, paths, polling
from unsigned_peace.charts import polls, positions
from unsigned_peace.exhibits import card_of, exhibits_of
from unsigned_peace.notebooks.record import load_executed

ANSWERS = polling.answers()


def in_a_browser(expressions: dict[str, str], rows: list[dict], **signals) -> list[list[float]]:
    """What Vega makes of some expressions, a list for each row: drawn as text and read back."""
    drawing = vl_convert.vega_to_svg(
        {
            "signals": [{"name": name, "value": value} for name, value in signals.items()],
            "data": [{"name": "rows", "values": rows}],
            "marks": [
                {
                    "type": "text",
                    "from": {"data": "rows"},
                    "encode": {"enter": {"text": {"signal": f"'={name} ' + ({expression})"}}},
                }
                for name, expression in expressions.items()
            ],
        }
    )
    columns = [
        [float(value) for value in re.findall(rf"={name} ([\d.e+-]+)<", drawing)]
        for name in expressions
    ]
    return [list(row) for row in zip(*columns, strict=True)]


@pytest.mark.parametrize(("people", "design"), [(100, 1), (1000, 2), (1600, 1), (4000, 3.5)])
def test_the_interval_for_a_size_that_a_reader_sets_is_wilson_s(people, design):
    rows = ANSWERS[ANSWERS["question_id"].eq("2018-11-levada-exchange")].assign(row="Levada")
    chart = polls.share_points(
        rows,
        {"axis": "percent", "slider": "people", "design": "design"},
        answer="option",
        people=people,
        design_effect=design,
    ).to_dict()
    computed = {
        step["as"]: step["calculate"]
        for layer in chart["layer"]
        for step in layer.get("transform", [])
        if "calculate" in step
    }
    set_at = {param["name"]: param["value"] for param in chart["params"]}
    assert (set_at["people"], set_at["design"]) == (people, design)
    shares = [0, 0.4, 1, 17, 50, 74, 99.5, 100]
    drawn = in_a_browser(
        {bound: computed[bound] for bound in ("low", "high")},
        [{"percent": share} for share in shares],
        people=people,
        design=design,
    )
    for share, bounds in zip(shares, drawn, strict=True):
        alone = people / design  # as many drawn one by one tell as much
        expected = proportion_confint(share / 100 * alone, alone, method="wilson")
        assert bounds == pytest.approx([100 * bound for bound in expected], abs=0.001), share


# lines -------------------------------------------------------------------------------------------


def breaks() -> dict[str, list[tuple[pd.Timestamp, bool]]]:
    """For each series the days of its rounds in order, and whether something changed before it."""
    rounds = load("poll_questions").merge(load("polls"), on="poll_id")
    rounds = rounds.dropna(subset=["question_series_id"]).sort_values("field_end", kind="stable")
    return {
        series: list(zip(asked["field_end"], asked["break_before"].notna(), strict=True))
        for series, asked in rounds.groupby("question_series_id", observed=True)
    }


BREAKS = breaks()


def comparable(before: pd.Series, after: pd.Series) -> bool:
    """Whether two answers are of one series with no change after the first up to the second."""
    series = after["question_series_id"]
    return series == before["question_series_id"] and not any(
        changed for day, changed in BREAKS[series] if before["date"] < day <= after["date"]
    )


def joined(chart: dict) -> list[tuple[dict, dict]]:
    """Each two rows of a chart's data that one of its lines joins."""
    layers = [layer for layer in chart["spec"]["layer"] if layer["mark"]["type"] == "line"]
    assert len(layers) == 1 and chart["facet"]["field"] == "panel"
    detail = [channel["field"] for channel in layers[0]["encoding"]["detail"]]
    rows = chart["datasets"][chart["data"]["name"]]
    by = ["panel", layers[0]["encoding"]["color"]["field"], *detail]
    frame = pd.DataFrame(rows).sort_values("date")
    return [
        pair
        for _, line in frame.groupby(by, dropna=False)
        for pair in itertools.pairwise(line.to_dict("records"))
    ]


def records_of(point: dict, answers: pd.DataFrame) -> pd.DataFrame:
    """The answers that a point can stand for.

    A point has its share, and a day in the middle of the field work.
    """
    middle = answers["field_start"] + (answers["field_end"] - answers["field_start"]) / 2
    return answers[
        answers["percent"].sub(point["percent"]).abs().lt(0.01)
        & middle.dt.normalize().eq(pd.Timestamp(point["date"]))
    ]


def may_be_joined(one: dict, other: dict, answers: pd.DataFrame) -> bool:
    return any(
        comparable(before, after) and before["option"] == after["option"]
        for _, before in records_of(one, answers).iterrows()
        for _, after in records_of(other, answers).iterrows()
    )


def test_a_line_never_crosses_a_break_in_any_series_of_the_record():
    """All series are drawn at once: what is joined is comparable, and what may be joined is."""
    asked = ANSWERS.dropna(subset=["question_series_id", "percent"])
    asked = asked[asked["subgroup"].isna() & asked["base"].isna()]
    frame = asked.assign(
        panel=asked["question_series_id"].astype(str), answer=asked["option"], kind="share"
    )
    chart = polls.broken_series(frame, {"people": "people"}).to_dict()
    pairs = joined(chart)
    assert len(pairs) > 40
    by_series = dict(tuple(asked.groupby(asked["question_series_id"].astype(str))))
    for one, other in pairs:
        series = by_series[one["panel"].split("\n")[0]]
        assert may_be_joined(one, other, series), (one, other)
        assert pd.Timestamp(other["date"]) - pd.Timestamp(one["date"]) <= polls.LONGEST_GAP
    expected = sum(
        comparable(before, after) and _middle(after) - _middle(before) <= polls.LONGEST_GAP
        for _, rows in asked.sort_values("date").groupby(
            ["question_series_id", "option"], observed=True
        )
        for (_, before), (_, after) in itertools.pairwise(rows.iterrows())
    )
    assert len(pairs) == expected


def _middle(poll: pd.Series) -> pd.Timestamp:
    return (poll["field_start"] + (poll["field_end"] - poll["field_start"]) / 2).normalize()


@pytest.mark.parametrize("name", ["russian-series", "warmth"])
def test_a_line_of_the_book_joins_comparable_rounds_only(name):
    executed = load_executed(paths.REFERENCE / "public-opinion.ipynb")
    charts = {card_of(exhibit)["name"]: exhibit for kind, exhibit in exhibits_of(executed)}
    pairs = joined(charts[name])
    assert len(pairs) >= 3
    for one, other in pairs:
        assert may_be_joined(one, other, ANSWERS), (one, other)


def test_the_book_has_no_other_line_through_polls():
    """A chart that joins shares over time goes through ``broken_series``, which is held above."""
    found = set()
    for path in sorted(paths.REFERENCE.glob("*.ipynb")):
        for kind, exhibit in exhibits_of(load_executed(path)):
            if kind == "chart" and re.search(
                r'"mark": \{[^{}]*"type": "line"', json.dumps(exhibit)
            ):
                rows = [rows[0] for rows in exhibit["datasets"].values() if rows]
                if any({"date", "percent"} <= set(row) for row in rows):
                    found.add((path.stem, card_of(exhibit)["name"]))
    assert found == {("public-opinion", "russian-series"), ("public-opinion", "warmth")}


def test_the_ribbon_of_the_ladder_follows_joint_texts_and_leaves_out_what_it_says():
    rows = [
        # government, dimension, value, islands, form, standing, year
        ("joint", "offer", "transfer agreed", 2, "text", "stated", 1956),
        ("USSR", "denial", "no cession", 4, "oral", "stated", 1960),
        ("USSR", "offer", "transfer offered", 2, "reported", "internal", 1962),
        ("Russia", "denial", "proposal declined", 4, "oral", "stated", 1965),
        ("joint", "subject", "named as the question", 4, "text", "stated", 1991),
        ("joint", "subject", "named as a place", 4, "text", "stated", 1995),
        ("joint", "status_of_1956", "upheld", None, "text", "stated", 2001),
        ("Japan", "status_of_1956", "upheld", None, "text", "stated", 2002),
        ("Russia", "status_of_1956", "upheld with limits", None, "oral", "stated", 2004),
    ]
    names = ["government", "dimension", "value", "islands", "form", "standing", "year"]
    table = pd.DataFrame(rows, columns=names).assign(
        islands=lambda frame: frame["islands"].astype("Float64"),
        islands_qualifier=None,
        precision="day",
        document_id=None,
        label="",
        date=lambda frame: pd.to_datetime(frame.pop("year").astype(str)),
    )
    chart = positions.islands_ladder(table, {"ribbon": "the last joint text"}).to_dict()
    ribbon, marks = (
        [(row["lane"], row["date"][:4]) for row in chart["datasets"][layer["data"]["name"]]]
        for layer in chart["layer"][:2]
    )
    assert ribbon == [("two|1", "1956"), ("four|1", "1991"), ("four|1", "2004")]
    assert [lane for lane, _ in marks] == [
        "two|1",
        "no number named|0",
        "four|1",
        "two|1",
        "two|0",
    ]
