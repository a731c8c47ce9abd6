"""What readers take from the built pages: the data package, the files of exhibits, citations."""

from __future__ import annotations

import csv
import json
import re

import frictionless
import pybtex
from bs4 import BeautifulSoup

from tests.conftest import ROOT
from tests.visits import PROSE_PAGES, SITE
from unsigned_peace import load

EXHIBITS = SITE / "downloads" / "exhibits"
CHARTS = SITE / "_static" / "unsigned-peace" / "charts"
#: Channels that say nothing by themselves.
PLACING = {"order", "detail", "key", "href", "angle", "xOffset", "yOffset"}


def test_the_data_package_is_whole_for_a_program_that_has_only_its_address(address):
    package = frictionless.Package(f"{address}/downloads/data/datapackage.json")
    for resource in package.resources:
        assert resource.read_bytes() == (ROOT / "data" / resource.path).read_bytes(), resource.name
        if resource.format == "csv":
            assert len(resource.read_rows()) == len(load(resource.name))
    assert len(package.resources) > 20


def _rows(name: str) -> list[list[str]]:
    with (EXHIBITS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_record_in_an_exhibit_s_file_is_one_line():
    files = [path.stem for path in EXHIBITS.glob("*.csv")]
    broken = {name for name in files for row in _rows(name) for cell in row if "\n" in cell}
    assert len(files) > 100 and broken == set()


def _read_from(view: dict, above: dict) -> set[str]:
    """The columns that a reader can read from a chart.

    By words, colours or shapes, on an axis, on a map, with a pointer.
    """
    facet = view.get("facet", {})
    panels = {"facet": facet} if "field" in facet else facet
    encoding = {**above, **panels, **view.get("encoding", {})}
    parts = [
        part for kind in ("layer", "concat", "hconcat", "vconcat") for part in view.get(kind, [])
    ]
    parts += [view["spec"]] if "spec" in view else []
    if parts:
        return set().union(*(_read_from(part, encoding) for part in parts))
    words = view["mark"] == "text" or (
        isinstance(view["mark"], dict) and view["mark"]["type"] == "text"
    )
    found = set()
    for channel, said in encoding.items():
        place = encoding.get(channel[0], {}) if channel in ("x", "y", "x2", "y2") else {}
        nowhere = place.get("axis", "") is None and place.get("type") == "quantitative"
        if channel not in PLACING and not nowhere and not (words and channel[0] in "xy"):
            fields = said if isinstance(said, list) else [said]
            found |= {field["field"] for field in fields if isinstance(field.get("field"), str)}
    return found


def test_a_chart_s_file_has_the_columns_that_the_chart_shows_and_no_others():
    """Beside them identifiers, which lead to records."""
    charts = sorted(CHARTS.glob("*.js"))
    assert len(charts) > 40
    for path in charts:
        given = path.read_text(encoding="utf-8").partition("]=")[2].rstrip().rstrip(";")
        shown = _read_from(json.loads(given)["specification"], {})
        helpers = {
            column
            for column in _rows(path.stem)[0]
            if column not in shown and not column.endswith("_id")
        }
        assert helpers == set(), path.stem


def test_a_citation_keeps_its_capitals_in_a_style_that_lowers_them():
    cited = 0
    for name in PROSE_PAGES:
        page = BeautifulSoup((SITE / name).read_text(encoding="utf-8"), "html.parser")
        for entry in page.select(".highlight-bibtex pre"):
            title = re.search(r"^ *title = \{(.*)\},?$", entry.get_text(), re.MULTILINE)[1]
            shown = pybtex.format_from_string(
                entry.get_text(), style="plain", output_backend="plaintext"
            )
            names = re.findall(r"\b[A-Z]\w*", re.sub(r"[{}]", "", title))
            assert [name for name in names if name not in shown] == [], f"{name}: {shown}"
            cited += 1
    assert cited > 12
