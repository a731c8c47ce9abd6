"""What pages are made of.

Drawings that suit both themes and telephones, cards of exhibits, links, the zip.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import altair as alt
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from unsigned_peace import dataset, exhibits, load, palette, paths
from unsigned_peace.captions import Caption
from unsigned_peace.charts import country_color, figure, theme
from unsigned_peace.exhibits import CARD, CHART_TYPE, about, caution
from unsigned_peace.publishing.chapters import dataframes
from unsigned_peace.publishing.charts import data as chart_data
from unsigned_peace.publishing.charts import drawing
from unsigned_peace.publishing.charts.clock import by_utc
from unsigned_peace.publishing.data_pages import downloads
from unsigned_peace.publishing.html import columns
from unsigned_peace.site.links import broken_links
from unsigned_peace.tables import table

RECORDS = pd.DataFrame(
    {
        "country": ["Japan", "Russia", "Japan"],
        "x": [1, 2, 3],
        "sources": ["b; a", "c", "a"],
        "confidence": ["high", "low", "high"],
        "accounts_differ": ["Tokyo says 1, Moscow says 2.", None, None],
    }
)


def chart():
    return (
        alt.Chart(RECORDS[["country", "x"]])
        .mark_bar()
        .encode(x="x:Q", y="country:N", color=country_color())
    )


def caption(name, **texts):
    return Caption(name, Path("a.yaml"), {}, texts, {})


def made(records=RECORDS, **changes):
    words = {
        "name": "a-chart",
        "title": "One is more than two",
        "description": "Two bars, of three and of two.",
    }
    return figure(chart(), caption(**words | changes), records)


def test_a_figure_carries_title_description_and_the_sources_of_its_records():
    specification = made().to_dict()
    card = specification["usermeta"][CARD]
    assert card["sources"] == ["a", "b", "c"]
    assert card["low_confidence"] == 1 and card["accounts_differ"] == 1
    assert specification["description"] == "Two bars, of three and of two."
    assert "1 of the 3 records shown is of low confidence." in specification["title"]["subtitle"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"description": ""}, "has no description"),
        ({"description": "  "}, "has no description"),
        ({"title": ""}, "has no title"),
        ({"name": "A chart"}, "cannot be an address"),
        ({"records": RECORDS.iloc[:0]}, "rests on no source"),
    ],
)
def test_a_figure_without_its_parts_is_refused_by_name(changes, said):
    with pytest.raises(ValueError, match=said):
        made(**changes)


def test_records_that_are_sure_need_no_caution():
    assert caution(about("a", "t", "d", RECORDS[RECORDS["confidence"] != "low"])) == ""


def test_a_chart_reaches_a_notebook_without_a_network():
    bundle = made()._repr_mimebundle_()
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    assert set(bundle) == {CHART_TYPE, "text/plain"}


def test_colours_of_the_palette_are_all_different():
    lights = [light for light, _ in palette.PALETTE.values()]
    assert len(set(lights)) == len(lights)


@pytest.mark.parametrize("position", [0, 1], ids=["light", "dark"])
def test_text_colours_stand_out_from_the_page(position):
    """WCAG contrast of ink and of both sides' colours on the page.

    At least 4.5 for text, 3 for marks.
    """

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one, other):
        high, low = sorted((luminance(one), luminance(other)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    paper = palette.PALETTE["paper"][position]
    for role in (
        "ink",
        "muted",
        "japan",
        "russia",
        "both",
        "other",
        "good",
        "partly",
        "bad",
        "unknown",
    ):
        assert contrast(palette.PALETTE[role][position], paper) >= 4.5, role


def test_a_drawing_leaves_its_colours_to_the_page():
    svg = drawing.svg(drawing.drawn(made().to_dict()), "a-chart")
    assert "var(--chart-japan)" in svg and theme.JAPAN not in svg
    assert "One is more than two" not in svg, "the title is text on the page"


def test_what_two_drawings_of_a_page_name_alike_is_told_apart():
    clipped = alt.Chart(RECORDS[["x"]]).mark_line(clip=True).encode(x="x:Q", y="x:Q")
    svg = drawing.svg(drawing.drawn(clipped.to_dict()), "a-chart")
    named = re.findall(r'\bid="([^"]*)"', svg)
    assert named and all(name.startswith("a-chart-") for name in named)
    assert set(re.findall(r'url\(#([^)]*)\)|href="#([^"]*)"', svg)) == {
        (name, "") for name in named
    }


def test_a_telephone_gets_a_narrower_drawing():
    drawn = drawing.drawn(made().to_dict())
    narrow = drawing.changed(drawn, drawing.narrow_changes(drawn))
    assert drawn["width"] == palette.WIDE and narrow["width"] == palette.NARROW
    assert f'viewBox="0 0 {palette.NARROW} ' in drawing.svg(narrow, "n")


def test_a_drawing_is_the_same_at_every_build():
    drawn = drawing.drawn(made().to_dict())
    assert drawing.svg(drawn, "a") == drawing.svg(json.loads(json.dumps(drawn)), "a")


def test_the_data_of_a_chart_are_its_rows():
    assert chart_data.whole(made().to_dict()) == (
        ["country", "x"],
        [["Japan", "1"], ["Russia", "2"], ["Japan", "3"]],
    )


def test_a_file_of_a_chart_s_data_has_what_the_chart_shows_a_line_a_row():
    rows = pd.DataFrame(
        {
            "poll_id": ["a"],
            "x": [1],
            "up": [7],
            "label": ["two\nlines"],
            "run": ["r1"],
            "place": [3],
        }
    )
    points = alt.Chart(rows).mark_line().encode(x="x:Q", detail="run:N", tooltip="label:N")
    points = points.encode(y=alt.Y("up:Q").axis(None))
    marks = alt.Chart(pd.DataFrame({"place": [7], "up": [2]})).mark_text(text="here")
    specification = (points + marks.encode(x="place:Q", y="up:Q")).to_dict()
    assert chart_data.whole(specification) == (["poll_id", "x", "label"], [["a", "1", "two lines"]])


def test_the_data_of_a_chart_are_read_as_its_titles_say():
    frame = pd.DataFrame(
        {
            "who": ["Japan", "Russia"],
            "day": pd.to_datetime(["1956-01-01", "1960-01-01"]),
            "share": [61.6, 57.50166],
            "low": [1.0, 2.0],
            "high": [3.0, 4.0],
            "nudge": [1, 2],
            "unknown": [None, None],
        }
    )
    x = alt.X("share:Q", title=["percent", "asked"])
    bars = (
        alt.Chart(frame)
        .mark_bar()
        .encode(x=x, y=alt.Y("who:N", title=None), tooltip=alt.Tooltip("day:T", title="since"))
    )
    bars = bars.encode(color="unknown:N")  # a column that says nothing is left out
    spans = (
        alt.Chart(frame)
        .mark_rule()
        .encode(x=alt.X("low:Q", title="percent asked"), x2="high:Q", y="who:N")
    )
    words = alt.Chart(frame).mark_text().encode(x="nudge:Q", text="share:Q", y="who:N")
    alone = (
        alt.Chart(frame.head(1))
        .mark_bar()
        .encode(x=x, y=alt.Y("who:N", title=None), tooltip=alt.Tooltip("day:T", title="since"))
    )
    chart = alt.hconcat((bars + spans + words).properties(title="A\npanel"), alone)
    assert chart_data.tables(chart.to_dict()) == [
        (
            "A panel",
            ["Who", "Percent asked", "Since", "Interval from", "To"],
            [["Japan", "61.6", "1956", "1", "3"], ["Russia", "57.5", "1960", "2", "4"]],
        ),
        ("", ["Who", "Percent asked", "Since"], [["Japan", "61.6", "1956"]]),
    ]


def test_a_frame_that_only_places_words_is_no_table_and_days_are_readable():
    days = pd.DataFrame({"who": ["A", "B"], "day": pd.to_datetime(["1945-08-08", "1945-09-02"])})
    bars = alt.Chart(days).mark_bar().encode(x="day:T", y="who:N", tooltip=["who:N", "day:T"])
    heads = pd.DataFrame({"at": [1, 2], "said": ["one", "two"]})
    words = alt.Chart(heads).mark_text().encode(x="at:Q", text="said:N")
    assert chart_data.tables((bars + words).to_dict()) == [
        ("", ["Who", "Day"], [["A", "8 Aug 1945"], ["B", "2 Sep 1945"]])
    ]


def test_a_table_shows_rows_and_links_them_to_their_records():
    frame = pd.DataFrame(
        {"id": ["one", "two"], "day": pd.to_datetime(["2019-01-22", None]), "share": [61.6, 74.0]}
    )
    words = caption(
        "a-table",
        title="A title",
        description="What it shows.",
        columns={"day": "Day", "share": "Share"},
    )
    shown = table(frame, words, RECORDS, link_to="meetings", key="id")._repr_mimebundle_()
    content = shown["application/vnd.unsigned-peace.table+json"]
    assert content["columns"] == ["Day", "Share"]
    assert content["rows"] == [["2019-01-22", "61.6"], ["", "74"]]
    assert content["records"] == ["meetings:one", "meetings:two"]
    assert "<caption>A title" in shown["text/html"]


def test_links_that_lead_nowhere_are_named(tmp_path):
    (tmp_path / "a.html").write_text(
        '<p id="here"></p>\n<a href="b.html#there">b</a><a href="c.html">c</a>'
        '<a href="#here">a</a>',
        encoding="utf-8",
    )
    (tmp_path / "b.html").write_text(
        '<a href="a.html#here">a</a><img src="no.png"><a href="https://example.org/x">out</a>',
        encoding="utf-8",
    )
    assert broken_links(tmp_path) == [
        "a.html:2: the link b.html#there leads to no place on that page",
        "a.html:2: the link c.html leads to no file",
        "b.html:1: the link no.png leads to no file",
    ]


def test_an_address_that_two_places_have_is_named(tmp_path):
    (tmp_path / "a.html").write_text('<p id="here"></p>\n<p id="here"></p>', encoding="utf-8")
    assert broken_links(tmp_path) == ["a.html:2: the address #here is taken twice"]


def test_the_zip_of_the_dataset_is_the_same_to_the_byte(tmp_path):
    downloads.write_zip(tmp_path / "one.zip", downloads.PACKAGE_NAME, downloads.package_files())
    downloads.write_zip(tmp_path / "two.zip", downloads.PACKAGE_NAME, downloads.package_files())
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    names = zipfile.ZipFile(tmp_path / "one.zip").namelist()
    assert {
        "unsigned-peace-data/datapackage.json",
        "unsigned-peace-data/LICENSE",
        "unsigned-peace-data/polls.csv",
        "unsigned-peace-data/geo/outlines.geojson",
    } <= set(names)


def test_a_data_frame_is_a_plain_table_with_one_row_of_heads():
    frame = pd.DataFrame(
        {"km": [7.0, 13.7]}, index=pd.Index(["tanfilyev", "anuchin"], name="island_id")
    )
    html = dataframes.on_the_page(frame._repr_html_())
    assert "style" not in html and 'border="1"' not in html
    assert html.count("<tr>") == 3
    assert '<th scope="col">island_id</th>' in html and '<th scope="row">anuchin</th>' in html
    assert "<th></th>" not in html


def test_a_long_data_frame_says_how_long_it_is():
    with pd.option_context("display.max_rows", 4):
        assert "9 rows × 1 columns" in dataframes.on_the_page(
            pd.DataFrame({"km": range(9)})._repr_html_()
        )


def test_tables_reach_pages_only_through_what_notes_the_page():
    """Else a page would not be read again when a table changes that it shows."""
    publishing = paths.PACKAGE / "publishing"
    loading = [
        path.relative_to(publishing).as_posix()
        for path in publishing.rglob("*.py")
        if re.search(r"\bdataset\.load\(|import load\b|read_csv", path.read_text("utf-8"))
    ]
    assert loading == ["data_pages/records.py"]


@pytest.mark.parametrize(
    ("part", "faults"),
    [
        ({"transform": [{"filter": "utcyear(datum.date) == 1992"}]}, 1),
        ({"encoding": {"x": {"field": "date", "timeUnit": "utcyearmonth"}}}, 1),
        ({"encoding": {"x": {"field": "date", "scale": {"type": "utc"}}}}, 1),
        ({"encoding": {"text": {"field": "date", "formatType": "utc"}}}, 1),
        ({"transform": [{"calculate": "utcFormat(datum.date, '%Y')"}]}, 1),
        ({"layer": [{"encoding": {"x": {"timeUnit": "utcyear"}}}, {"mark": "bar"}]}, 1),
        ({"transform": [{"filter": "year(datum.date) == 1992"}]}, 0),
        ({"title": "utc", "datasets": {"d": [{"kind": "utc"}]}}, 0),
        ({"encoding": {"x": {"field": "outcome", "timeUnit": "yearmonth"}}}, 0),
    ],
)
def test_a_chart_that_mixes_two_clocks_is_named(part, faults):
    named = list(by_utc(part))
    assert len(named) == faults
    assert all("goes by UTC" in fault for fault in named)


def test_numbers_and_days_of_a_table_are_told_from_words():
    rows = [["1956", "19 October 1956", "1,155", "two"], ["2001", "", "\u221215", "3 or 4"]]
    assert columns.kinds(["Text", "When", "Days", "Islands"], rows) == [
        "date",
        "date",
        "number",
        "",
    ]
    assert columns.kinds(["Article"], [["1"], ["2"]]) == [""]  # a number that is a name


def test_a_long_table_shows_its_first_rows_and_folds_the_rest_with_columns_of_one_width():
    rows = [[f"claim {number}", "a long remark on it " * 4] for number in range(20)]
    shape = columns.on_page(["Claim", "Remark"], rows)
    assert shape["first"] == 8 and sum(shape["shares"]) == 100
    assert shape["shares"][0] < shape["shares"][1]
    assert columns.on_page(["Claim"], rows[:12]) == {"classes": "", "shares": [], "first": None}


def test_a_folded_table_is_whole_again_on_paper():
    page = BeautifulSoup(
        "<div><table><tbody><tr><td>1</td></tr></tbody></table><details class='more-rows'><summary>"
        "</summary><table><tbody><tr><td>2</td></tr></tbody></table></details></div>",
        "html.parser",
    )
    columns.rejoin(page)
    assert [cell.text for cell in page.select("table td")] == ["1", "2"]
    assert page.find("details") is None


def test_a_legend_goes_from_a_live_chart_whose_inputs_say_its_words():
    frame = pd.DataFrame({"x": [1, 2], "form": ["text", "oral"], "who": ["A", "B"]})
    forms = alt.binding_radio(options=["all", "text", "oral"])
    chart = (
        alt.Chart(frame)
        .mark_point()
        .encode(
            x="x:Q",
            shape=alt.Shape("form:N").scale(domain=["text", "oral"]),
            color=alt.Color("who:N").scale(domain=["A", "B"]),
        )
        .add_params(alt.param("form", value="all", bind=forms))
    )
    assert drawing.said_by_inputs(chart.to_dict()) == [[["encoding", "shape", "legend"], None]]


def test_a_card_names_the_records_that_an_exhibit_rests_on():
    positions = load("positions").head(3)
    answers = load("poll_answers").head(5)
    assert exhibits.rests_on(positions, answers, positions.set_index("position_id")) == {
        "poll_answers": sorted(set(answers["question_id"])),
        "positions": sorted(positions["position_id"]),
    }
    assert exhibits.rests_on(load("events"), load("statements")) == {}  # too many to be about one


def test_naming_the_records_makes_no_chapter_rest_on_other_tables(monkeypatch):
    monkeypatch.setattr(dataset, "tables_read", set())
    exhibits.rests_on(load("disputes"))
    assert dataset.tables_read == {"disputes", dataset.WHOLE}


# drawings and the system's fonts -----------------------------------------------------------------

_MEASURES = """
import re, sys
from unsigned_peace.publishing.charts import drawing
drawing._kept = lambda _kind, _from, make: make()
y = {"field": "a", "type": "nominal", "axis": {"labelLimit": 500, "labelFontSize": 14}}
chart = {
    "data": {"values": [{"a": sys.argv[1]}]}, "mark": "bar", "encoding": {"y": y}, "width": 100
}
print(re.search(r'width="([\\d.]+)"', drawing._drawing(chart))[1])
"""


def _width(label: str, **environment: str) -> float:
    command = [sys.executable, "-c", _MEASURES, label]
    env = {**os.environ, **environment}
    return float(subprocess.run(command, env=env, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("label", ["\u6761\u7d04\u3001\u3042", "\u2192 \u2713 \u1e3f"])
def test_a_drawing_is_the_same_whatever_fonts_the_system_has(tmp_path, label):
    none = tmp_path / "fonts.conf"
    none.write_text(f"<fontconfig><dir>{tmp_path}</dir></fontconfig>")
    assert _width(label) == _width(label, FONTCONFIG_FILE=str(none))


def test_a_japanese_sign_has_its_room_in_a_drawing():
    assert _width("\u5cf6" * 7) - _width("\u5cf6" * 2) == 5 * 14
