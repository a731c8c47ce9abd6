"""The dataset is sound by our rules and by the public tool, typed, and complete in its promises."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pandas as pd
import pytest
from frictionless import Package

from unsigned_peace import dataset, load
from unsigned_peace.validation import check, reading

DATA = dataset.data_folder()


def test_the_dataset_has_no_fault():
    assert [str(fault) for fault in check(DATA)] == []


def test_a_check_does_not_wait_for_pandas_and_splits_lists_as_the_loader_does():
    assert reading.LIST_SEPARATOR == dataset.LIST_SEPARATOR
    code = "import sys, unsigned_peace.validation; sys.exit('pandas' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_public_tool_finds_the_package_valid():
    frictionless = Path(sys.executable).with_name("frictionless")
    run = subprocess.run(
        [frictionless, "validate", DATA / "datapackage.json", "--trusted"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_package_is_valid_where_it_is_published(address):
    """Read over the web, as somebody does who has nothing but its address."""
    package = Package(f"{address}/downloads/data/datapackage.json")
    report = package.validate()
    assert report.valid, report.to_summary()
    assert len(report.tasks) == len(dataset.descriptor()["resources"])
    outlines = urlopen(f"{address}/downloads/data/{dataset.resource('outlines')['path']}").read()
    assert json.loads(outlines) == dataset.outlines()


@pytest.mark.parametrize("table", dataset.table_names())
def test_every_table_loads_with_its_types(table):
    frame = load(table)
    assert len(frame) > 0
    for field in dataset.fields(table):
        column = frame[field["name"]]
        if field["type"] == "date":
            assert pd.api.types.is_datetime64_any_dtype(column)
        elif field["type"] == "integer":
            assert column.dtype == "Int64"
        elif field["type"] == "boolean":
            assert column.dtype == "boolean"
        elif "enum" in field.get("constraints", {}):
            assert list(column.cat.categories) == field["constraints"]["enum"]


@pytest.mark.parametrize("table", dataset.table_names())
def test_every_column_is_described(table):
    for field in dataset.fields(table):
        assert field["title"] and field["description"].endswith((".", ")")), (
            f"{table}.{field['name']}"
        )


def test_an_unknown_table_is_named_with_those_there_are():
    with pytest.raises(KeyError, match="no 'poll' in the dataset.*polls"):
        load("poll")


def test_a_cell_that_does_not_fit_says_how_to_find_it(tmp_path, monkeypatch):
    shutil.copytree(DATA, tmp_path / "data")
    path = tmp_path / "data" / "polls.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("2018-11-2", "2018-13-2", 1), encoding="utf-8"
    )
    monkeypatch.setenv("UNSIGNED_PEACE_DATA", str(tmp_path / "data"))
    with pytest.raises(ValueError, match="polls.csv.*make check"):
        load("polls")


def test_the_promised_amount_of_evidence_is_there():
    assert (
        sum(len(load(table)) for table in ("events", "provisions", "positions", "statements"))
        >= 500
    )
    assert len(load("polls")) >= 90
    assert len(load("poll_answers")) >= 400
    assert len(load("sources")) >= 600
    observations = load("observations")
    for series, first, last in [
        ("trade-cow-japan-imports", 1952, 2014),
        ("trade-cow-russia-imports", 1952, 2014),
        ("un-ideal-point-final-passage-russia", 1956, 1963),  # no votes in the session of 1964
        ("un-ideal-point-final-passage-japan", 1957, 1963),  # Japan joined in December 1956
        ("un-ideal-point-final-passage-japan", 1965, 2024),
        ("un-ideal-point-final-passage-russia", 1965, 2024),
    ]:
        years = set(observations.loc[observations["series_id"].eq(series), "date"].dt.year)
        assert set(range(first, last + 1)) <= years, series


def test_the_meetings_of_a_count_are_there_in_order():
    meetings = load("meetings")
    counts = {
        name: rows.sort_values("date")["number"].tolist()
        for name, rows in meetings.groupby("count")
    }
    assert len(counts["Abe-Putin, Japan's count"]) == 27
    assert {
        name: numbers
        for name, numbers in counts.items()
        if numbers != list(range(1, len(numbers) + 1))
    } == {}


def test_where_leaders_met_each_side_had_one_in_office():
    leaders = load("meetings").query("level == 'leaders'")
    offices = (
        r", (Acting )?(President|Prime Minister|Premier"
        r"|General Secretary of the Central Committee of the Communist Party)\b"
    )
    assert (
        leaders.loc[
            ~leaders["japan_participant"].str.contains(r", Prime Minister\b"), "meeting_id"
        ].tolist()
        == []
    )
    assert (
        leaders.loc[
            ~leaders["russia_participant"].str.contains(offices.replace("(", "(?:")), "meeting_id"
        ].tolist()
        == []
    )


def test_every_claim_of_the_two_articles_and_of_the_second_pair_is_there():
    claims = load("claims")
    assert (
        claims.groupby("origin")["position"]
        .apply(lambda positions: sorted(positions) == list(range(1, len(positions) + 1)))
        .all()
    )
    assert claims["origin"].value_counts().to_dict() == {
        "rferl2019jan22": 36,
        "bricspost2016dec13": 15,
        "kremlin2019jan22": 8,
        "mofa2019jan22": 7,
    }


def test_seven_places_are_administered_from_1855_without_a_gap():
    spans = load("administration").sort_values(["place_id", "start"])
    assert spans["place_id"].nunique() == 7
    assert spans.groupby("place_id")["start"].min().dt.year.le(1855).all()
    assert spans.groupby("place_id")["end"].apply(lambda ends: ends.isna().sum()).eq(1).all()


#: Words that decide the dispute.
LOADED = r"\b(?:liberat|illegal(?:ly)? occup|seized the (?:four )?islands|occupied islands)"


def test_neither_side_s_verdict_is_in_our_voice():
    """Words that decide the dispute may stand only between quotation marks, with who says them."""
    held = set()
    for table in set(dataset.table_names()) - {"sources"}:  # titles of sources are their authors'
        for column in ("title", "summary", "outcome", "what_the_record_says"):
            frame = load(table)
            if column in frame:
                ours = (
                    frame[column].dropna().str.replace(r"[\"“'‘][^\"”'’]*[\"”'’]", "", regex=True)
                )
                faults = frame.loc[
                    ours[ours.str.contains(LOADED, case=False, regex=True)].index,
                    dataset.key(table),
                ]
                assert faults.empty, f"{table}.{column}: {faults.tolist()}"
                held.add(f"{table}.{column}")
    assert {"events.summary", "statements.summary", "documents.title"} <= held


def test_a_verdict_in_a_record_is_found():
    said = pd.Series(["The four islands were Liberated.", "Both signed."])
    assert said.str.contains(LOADED, case=False).tolist() == [True, False]


def test_the_horizon_is_written_in_one_place_and_nothing_is_of_a_later_day():
    last = dataset.horizon()
    written = (f"{last:%Y-%m-%d}", f"{last.day} {last:%B %Y}")
    pages = [
        path for folder in ("book", "coursework") for path in (DATA.parent / folder).rglob("*.md")
    ]
    assert len(pages) > 24
    assert [
        path.name
        for path in pages
        if any(day in path.read_text(encoding="utf-8") for day in written)
    ] == []
    assert all(
        load(table)["date"].max() <= last
        for table in dataset.table_names()
        if "date" in load(table)
    )
