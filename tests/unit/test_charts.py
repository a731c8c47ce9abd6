"""Families of charts: intervals that a browser computes, what lines join, what marks stand for."""

from __future__ import annotations

import itertools
import json
import re

import altair as alt
import pandas as pd
import pytest
import vl_convert
from statsmodels.stats.proportion import proportion_confint

from unsigned_peace import load, paths, polling
from unsigned_peace.charts import claims, meetings, moments, polls, positions
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
        said_in="",
        summary="",
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


# marks -------------------------------------------------------------------------------------------


def tables(chart: dict) -> list[pd.DataFrame]:
    """The data sets of a chart as frames."""
    return [pd.DataFrame(rows) for rows in chart["datasets"].values()]


@pytest.mark.parametrize(
    ("islands", "qualifier", "words"),
    [
        (4, None, "four"),
        (4, "at least", "four"),
        (2, None, "two"),
        (2, "at least", "more than two"),
        (2, "more than", "more than two"),
        (1, None, "one"),
        (2.5, None, "more than two"),
        (3, None, "more than two"),
        (None, None, "no number named"),
    ],
)
def test_a_number_of_islands_is_said_as_it_was_meant(islands, qualifier, words):
    rows = pd.DataFrame({"islands": [islands], "islands_qualifier": [qualifier]})
    rows["islands"] = rows["islands"].astype("Float64")
    assert positions.islands_named(rows).tolist() == [words]


def test_each_position_since_a_year_has_one_mark_in_the_lane_of_its_side():
    table = load("positions")
    table = table.assign(said_in=positions.said_in(table, load("documents"), load("events")))
    chart = positions.positions_matrix(table, table["date"], {}, since=1990).to_dict()
    (drawn,) = tables(chart)
    expected = table[table["date"].dt.year.ge(1990) & table["government"].isin(positions._LANE)]
    assert len(drawn) == len(expected) > 100
    lanes = drawn.groupby("government")["side"].unique().map(list).to_dict()
    assert lanes == {
        "Japan": ["Tokyo"],
        "USSR": ["Moscow"],
        "Russia": ["Moscow"],
        "joint": ["both"],
    }
    assert set(drawn["form"]) <= set(positions.FORMS)
    assert drawn["said_in"].ne("").all() and drawn["sentence"].str.endswith((".", "?", "!")).all()


def test_bars_of_meetings_add_up_and_a_page_marks_each_year_with_a_text():
    table, events = load("meetings"), load("events").head(0)
    labels = {code: code for code in [*positions.OCCASIONS, "year", "occasion"]}
    labels |= {"meetings in the year": "in the year", "documents adopted": "texts"}
    chart = positions.leader_meetings(table, events, load("documents"), labels).to_dict()
    bars, pages = (
        next(frame for frame in tables(chart) if column in frame)
        for column in ("occasion", "texts")
    )
    leaders = table[table["level"].eq("leaders")]
    assert bars["meetings"].sum() == len(leaders) > 50
    with_text = leaders[leaders["document_id"].notna()]
    assert pd.to_datetime(pages["date"]).dt.year.tolist() == sorted(
        with_text["date"].dt.year.unique()
    )
    assert pages["texts"].sum() == len(with_text) > 0


@pytest.mark.parametrize(
    ("setting", "beside"),
    [
        ("Official visit to Moscow", False),
        ("Talks at the margins of a summit", True),
        ("Eastern Economic Forum", True),
        ("Meeting before the Olympic ceremony", True),
        (None, True),
    ],
)
def test_an_occasion_is_told_by_the_words_of_the_setting(setting, beside):
    rows = pd.DataFrame({"setting": pd.Series([setting], dtype="string")})
    assert positions.occasion(rows).tolist() == [positions.OCCASIONS[beside]]


def two_meetings(**second) -> pd.DataFrame:
    names = ["meeting_id", "date", *meetings.FORMATS[:-1], "minutes_total"]
    rows = [["a", "2016-01-01", 30, 10, None, 60], ["b", "2016-02-01", None, None, None, None]]
    table = pd.DataFrame(rows, columns=names).assign(
        date=lambda frame: pd.to_datetime(frame["date"])
    )
    for column, value in second.items():
        table.loc[1, column] = value
    return table.astype(dict.fromkeys(names[2:], "Int64"))


def test_the_parts_of_a_meeting_fill_its_length_and_none_is_made_up():
    parts = meetings.minutes_by_format(two_meetings())
    assert parts[["meeting_id", "format", "minutes", "start", "end"]].values.tolist() == [
        ["a", "minutes_one_on_one", 30, 0, 30],
        ["a", "minutes_small_format", 10, 30, 40],
        ["a", meetings.NOT_STATED, 20, 40, 60],
    ]
    whole = load("meetings")
    parts = meetings.minutes_by_format(whole).groupby("meeting_id")["minutes"].sum()
    known = whole.dropna(subset=["minutes_total"]).set_index("meeting_id")["minutes_total"]
    assert parts.sort_index().tolist() == known.sort_index().tolist() and len(known) > 20


def test_parts_longer_than_the_meeting_are_refused():
    table = two_meetings(minutes_extended=50, minutes_total=40)
    with pytest.raises(ValueError, match="^parts longer than the total: b$"):
        meetings.minutes_by_format(table)


CLAIMS = pd.DataFrame(
    [
        ("one", 1, "refined"),
        ("one", 2, "corroborated"),
        ("one", 3, "corroborated"),
        ("two", 1, "not_found"),
    ],
    columns=["article", "position", "verdict"],
).assign(claim="said")


def test_each_claim_is_one_mark_and_its_row_counts_the_corroborated():
    units, counts = tables(claims.verdict_units(CLAIMS, "article").to_dict())
    assert units.groupby("article")["place"].apply(list).to_dict() == {"one": [1, 2, 3], "two": [1]}
    first = units[units["article"].eq("one")].sort_values("place")
    assert first["verdict"].tolist() == ["corroborated", "corroborated", "refined"]
    assert counts.set_index("article")["label"].to_dict() == {"one": "2 of 3", "two": "0 of 1"}


def test_a_verdict_that_no_claim_has_keeps_its_lane():
    chart = claims.verdict_lanes(CLAIMS).to_dict()
    lanes = [layer["encoding"]["y"]["scale"]["domain"] for layer in chart["spec"]["layer"]]
    assert lanes == [list(claims.VERDICT_SHAPES)] * 2 and "contradicted" in lanes[0]
    (drawn,) = tables(chart)
    assert len(drawn) == len(CLAIMS)


def test_events_are_marked_where_they_fall_with_their_year_and_words():
    events = load("events").sort_values("date").tail(3)
    labels = {event: f"words {number}" for number, event in enumerate(events["event_id"])}
    chart = moments.moments(events.iloc[::-1], labels, alt.X("date:T")).to_dict()
    (drawn,) = tables(chart)
    years = events["date"].dt.year.astype(str)
    assert drawn["words"].tolist() == [
        f"{year} words {number}" for number, year in enumerate(years)
    ]
    heights = [
        layer["encoding"]["y"]["value"]
        for layer in chart["layer"]
        if layer["mark"]["type"] == "text"
    ]
    assert len(heights) == 2 * len(events)
    assert all(one != other for one, other in itertools.pairwise(heights[::2]))


@pytest.mark.parametrize(
    ("start", "end", "precision", "shown"),
    [
        ("2018-11-22", "2018-11-28", "day", "22 to 28 November 2018"),
        ("2018-11-30", "2018-12-02", "day", "30 November to 2 December 2018"),
        ("2018-11-22", "2018-11-22", "day", "22 November 2018"),
        ("2022-05-01", "2022-05-31", "month", "May 2022"),
        ("2022-05-01", "2022-06-30", "month", "May to June 2022"),
        ("2001-01-01", "2001-12-31", "year", "2001"),
    ],
)
def test_days_of_field_work_are_written_no_finer_than_they_are_known(start, end, precision, shown):
    poll = {"field_start": pd.Timestamp(start), "field_end": pd.Timestamp(end)}
    assert polls.field_dates(pd.Series(poll | {"precision": precision})) == shown


def test_bars_show_single_answers_by_size_and_do_not_know_last():
    question = "2021-10-cabinet-office-affinity"
    labels = {question: "{people} people, {when}", "size_unknown": "an unseen number of"}
    its = ANSWERS[ANSWERS["question_id"].eq(question) & ANSWERS["subgroup"].isna()]
    assert set(its["role"]) == {"answer", "net", "no_answer"}
    shown = polls.asked(ANSWERS, labels)
    assert sorted(shown["answer_id"]) == sorted(its.loc[its["role"].ne("net"), "answer_id"])
    rest = shown["role"].eq("no_answer")
    assert shown.loc[~rest, "percent"].is_monotonic_decreasing and rest.tolist() == sorted(rest)
    days = polls.field_dates(its.iloc[0])
    assert shown["panel"].unique().tolist() == [f"an unseen number of people, {days}"]


def test_a_bar_has_an_interval_where_the_size_of_the_sample_was_seen():
    labels = {"2018-11-vciom-transfer": "{people} people", "axis": "percent", "people": "asked"}
    labels |= {"2021-10-cabinet-office-affinity": "{people} people", "size_unknown": "no number of"}
    shown = polls.asked(ANSWERS, labels)
    drawn = pd.concat(tables(polls.option_bars(shown, labels).to_dict()))
    assert sorted(drawn["percent"]) == sorted(shown["percent"])
    seen, rest = (of for _, of in drawn.groupby(drawn["panel"].ne("1,600 people")))
    assert (seen["low"].lt(seen["percent"]) & seen["high"].gt(seen["percent"])).all()
    assert rest[["low", "high"]].isna().all(axis=None)


def test_bars_show_sums_where_no_single_answer_is_known():
    labels = {"2018-11-levada-exchange": "{when}"}
    assert polls.asked(ANSWERS, labels)["role"].tolist() == ["net", "net", "no_answer"]


def test_shares_that_lie_close_are_written_apart_and_in_order():
    shares = pd.Series([50, 10, 11, 12, 70], index=list("abcde"))
    places = polls._apart(shares, gap=5)
    assert places.to_dict() == {"b": 10, "c": 15, "d": 20, "a": 50, "e": 70}
