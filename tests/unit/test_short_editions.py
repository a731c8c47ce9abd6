"""Short editions: figures as a language writes them, drawings in its words, what they rest on."""

from __future__ import annotations

import json
import re
from datetime import date as day

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from unsigned_peace import captions, paths, prose
from unsigned_peace.captions import Caption
from unsigned_peace.publishing.frame.pages import ASSETS, THEME
from unsigned_peace.publishing.html import languages, templates
from unsigned_peace.publishing.short_editions import drawings, names, rests_on
from unsigned_peace.publishing.short_editions.edition import Edition
from unsigned_peace.publishing.short_editions.language import RULES, FormError, language, parsed
from unsigned_peace.publishing.short_editions.names import Name

LANGUAGES = sorted(path.stem for path in RULES.glob("*.yaml"))
RUSSIAN, JAPANESE = language("ru"), language("ja")
DAYS = st.dates(day(1600, 1, 1), day(2100, 1, 1)).map(pd.Timestamp)
SHARES = st.floats(0, 100).map(lambda share: round(share, 1))


# figures -----------------------------------------------------------------------------------------


@given(st.floats(-1e7, 1e7), st.integers(0, 3))
def test_a_number_is_read_as_it_was_written(value, decimals):
    text = prose.number(value, decimals)
    figure = parsed(text)
    assert figure.kind == "number"
    assert f"{figure.numbers[0]:,.{decimals}f}" == str(text)


@given(SHARES, SHARES)
def test_shares_are_read_as_they_were_written(low, high):
    for text, kind in (
        (prose.percent(low), "percent"),
        (prose.points(low), "points"),
        (prose.span(low, high), "span"),
    ):
        figure = parsed(text)
        assert (figure.kind, float(figure.numbers[0])) == (kind, low)
    assert float(parsed(prose.span(low, high, "and")).numbers[1]) == high


@given(DAYS, st.sampled_from(["day", "day and month", "month"]))
def test_a_date_is_read_as_it_was_written(value, precision):
    figure = parsed(prose.date(value, precision))
    expected = {
        "day": (value.day, value.month, value.year),
        "day and month": (value.day, value.month, 0),
        "month": (0, value.month, value.year),
    }[precision]
    assert (figure.kind, tuple(map(int, figure.numbers))) == ("date", expected)


@given(st.integers(0, 5000))
def test_lengths_and_numbers_in_words_are_read_as_they_were_written(value):
    hours, minutes = parsed(prose.minutes(value)).numbers
    assert 60 * hours + minutes == value
    assert parsed(prose.words(value)).numbers == (value,)


@given(st.integers(0, 30), st.integers(1, 30))
def test_so_many_of_so_many_are_read_as_they_were_written(part, whole):
    part = min(part, whole)
    figure = parsed(prose.out_of(part, whole))
    if (part, whole) != (0, 1):  # "none" says no whole
        assert (figure.kind, figure.numbers) == ("out of", (part, whole))


@pytest.mark.parametrize(
    ("english", "how", "russian", "japanese"),
    [
        ("five of the six", "", "5 из 6", "6のうち5"),
        ("all six", "part", "6", "6"),
        ("both", "whole; words", "два", "二"),
        ("61.6 percent", "", "61,6\u00a0%", "61.6%"),
        ("7 percent", "bare", "7", "7"),
        ("17,291", "", "17\u00a0291", "17,291"),
        ("2019", "", "2019", "2019"),
        ("−0.43", "", "−0,43", "−0.43"),
        ("8.0", "", "8,0", "8.0"),
        ("nine", "", "9", "9"),
        ("nine", "words", "девять", "九"),
        ("5 to 11 percent", "", "5–11\u00a0%", "5〜11%"),
        ("5 to 11 percent", "low", "5\u00a0%", "5%"),
        ("30.8 percentage points", "", "30,8\u00a0процентного пункта", "30.8ポイント"),
        ("13 percentage points", "", "13\u00a0процентных пунктов", "13ポイント"),
        ("1 hour 22 minutes", "", "1\u00a0час 22\u00a0минуты", "1時間22分"),
        ("14 October 1956", "", "14 октября 1956 года", "1956年10月14日"),
        ("14 October 1956", "day and month", "14 октября", "10月14日"),
        ("14 October 1956", "year", "1956", "1956"),
        ("October 1956", "", "октябрь 1956 года", "1956年10月"),
        ("2 September", "", "2 сентября", "9月2日"),
    ],
)
def test_a_figure_is_shown_as_a_language_writes_it(english, how, russian, japanese):
    assert RUSSIAN.show(parsed(english), how.split(";")) == russian
    assert JAPANESE.show(parsed(english), how.split(";")) == japanese


@pytest.mark.parametrize(
    ("english", "how", "shown"),
    [
        ("one", "остров, острова, островов", "1\u00a0остров"),
        ("two", "остров, острова, островов", "2\u00a0острова"),
        ("eleven", "остров, острова, островов", "11\u00a0островов"),
        ("21", "остров, острова, островов", "21\u00a0остров"),
        ("7.2 percent", "процент, процента, процентов", "7,2\u00a0процента"),
        ("two", "words feminine;группа, группы, групп", "две\u00a0группы"),
        ("four", "words prepositional", "четырёх"),
        ("13", "words", "13"),
        ("May 1956", "month prepositional", "мае 1956 года"),
        ("May 1956", "month genitive", "мая 1956 года"),
    ],
)
def test_russian_has_forms_for_numbers_and_cases(english, how, shown):
    assert RUSSIAN.show(parsed(english), how.split(";")) == shown


def test_japanese_has_counters():
    assert JAPANESE.show(parsed("nine"), ["つの島"]) == "9つの島"


@pytest.mark.parametrize(
    ("english", "how", "shown"),
    [("37.2", "billion", "372億"), ("37", "billion", "370億"), ("3.5", "million", "350万")],
)
def test_japanese_counts_large_numbers_in_its_own_units(english, how, shown):
    assert language("ja").show(parsed(english), [how]) == shown


def test_marks_of_a_quotation_within_another_are_other_marks():
    assert language("ja").quoted("島を「引き渡す」と") == "「島を『引き渡す』と」"
    assert language("ru").quoted("имя «Курильские»") == "«имя „Курильские“»"


@pytest.mark.parametrize(
    ("english", "how", "fault"),
    [
        ("May 1956", "day", "the date says no more than its month"),
        ("the largest", "", "it is a text in English"),
        ("nine", "month", "not shown as 'month'"),
        ("7.2 percent", "words", "a whole number is shown as"),
        ("nine", "words; bare", "one form and one noun at most"),
    ],
)
def test_what_a_figure_cannot_be_shown_as_is_said(english, how, fault):
    with pytest.raises(FormError, match=fault):
        RUSSIAN.show(parsed(english), how.split(";"))


# drawings ----------------------------------------------------------------------------------------

ENGLISH = {
    "title": "A",
    "description": "d",
    "labels": {"axis": "kilometres", "when": "visit, {when}", "total": "total"},
}
OURS = {
    "title": "Заголовок",
    "description": "о",
    "labels": {"axis": "километры", "when": "поездка, {when}", "total": "всего"},
    "texts": {"late": "поздно", "said": "сказано", "long words": ""},
}
CHART = {
    "usermeta": {"unsigned_peace": {"name": "x", "title": "A"}},
    "title": {"text": ["A"]},
    "config": {"font": "late"},
    "datasets": {
        "d": [
            {"total": "total", "said": "visit, May 1956", "at": 1.5, "day": "1956-05-01"},
            {"total": "late", "said": "late\n61.6 percent", "at": 2, "day": "1956-06-01"},
        ]
    },
    "encoding": {
        "x": {"field": "at", "title": "kilometres", "sort": ["late", "total"]},
        "y": {"field": "total", "axis": {"format": "%b %Y"}},
        "tooltip": [{"field": "said"}, {"field": "long_words"}],
    },
    "params": [{"name": "late", "bind": {"name": "late"}}],
    "transform": [{"filter": "datum['total'] == 'total' && datum.said != \"late\""}],
}


@pytest.fixture
def edition(tmp_path, monkeypatch) -> Edition:
    monkeypatch.setattr(drawings, "in_drawings", lambda edition: {})
    return Edition(tmp_path / "ru")


def caption(texts: dict) -> Caption:
    return Caption("x", ROOT / "x.yaml", {}, texts, {})


def test_a_drawing_says_everywhere_the_same_in_other_words(edition):
    shown = drawings.translated(CHART, caption(ENGLISH), caption(OURS), edition)
    assert shown["datasets"]["d"] == [
        {"total": "всего", "said": "поездка, май 1956 года", "at": 1.5, "day": "1956-05-01"},
        {"total": "поздно", "said": "поздно\n61,6\u00a0%", "at": 2, "day": "1956-06-01"},
    ]
    assert shown["encoding"]["x"] == {
        "field": "at",
        "title": "километры",
        "sort": ["поздно", "всего"],
    }
    assert shown["encoding"]["y"] == {"field": "total", "axis": {"format": "%m.%Y"}}
    assert shown["encoding"]["tooltip"] == [{"field": "said", "title": "сказано"}]
    assert shown["params"] == [{"name": "late", "bind": {"name": "поздно"}}]
    assert shown["transform"] == [
        {"filter": "datum['total'] == 'всего' && datum.said != \"поздно\""}
    ]
    assert shown["config"]["font"] == "late"
    assert shown["config"]["locale"]["number"]["decimal"] == ","
    assert (shown["title"], shown["description"]) == ("Заголовок", "о")
    assert shown["usermeta"]["unsigned_peace"]["title"] == "Заголовок"


def test_what_stays_in_english_is_named(monkeypatch):
    monkeypatch.setattr(
        drawings.drawing,
        "svg",
        lambda *_: '<text x="1"/><text><tspan>Япония</tspan><tspan>NHK poll</tspan></text>',
    )
    left = drawings.left_in_english(
        {
            "datasets": {"d": [{"who": "Tokyo", "day": "1956-05-01", "other": "hidden"}]},
            "encoding": {"tooltip": [{"field": "who", "title": "кто"}, {"field": "day"}]},
        },
        {"NHK": "NHK"},
    )
    assert left == ["NHK poll", "Tokyo"]
    assert drawings.left_in_english({}, {"poll": "NHK poll"}) == []


# names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "fits"),
    [("Итурупа", True), ("Итурупом", True), ("Эторофу", True), ("Кунашир", False), ("", False)],
)
def test_a_writer_s_form_is_held_to_the_name(form, fits):
    assert names.is_form_of(form, Name("Итуруп", "Эторофу")) is fits


# what sections rest on ---------------------------------------------------------------------------

PAGE = """# A title

Words with {eval}`figure`
on two lines.

```{code-cell} python
## no heading
figure(chart, captions["x"], records)
```

## A part: which one?

Its words.

### Below it

More.

## Another

Others.
"""


@pytest.fixture
def english(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CHAPTERS", tmp_path)
    monkeypatch.setattr(captions, "CAPTIONS", tmp_path)
    (tmp_path / "a.yaml").write_text("x:\n  title: A\n  description: d\n", encoding="utf-8")

    def write(text: str) -> None:
        (tmp_path / "a.md").write_text(text, encoding="utf-8")

    write(PAGE)
    return write


def test_a_section_is_known_by_its_words(english):
    assert "on two lines. ## A" not in rests_on.words_of("a")
    assert "Words with {eval}`figure` on two lines." in rests_on.words_of("a")
    assert rests_on.words_of("a#a-part-which-one").endswith("### Below it More.")
    assert rests_on.words_of("a#below-it") == "### Below it More."
    assert rests_on.words_of("a#nowhere") == rests_on.words_of("b") == ""


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("on two lines", "in two lines", True),
        ("\non two", " on two", False),
        ("chart, captions", "other, captions", False),
        ("Others", "Still others", False),
    ],
)
def test_only_other_words_change_a_section(english, old, new, changes):
    basis = rests_on.Basis("a", rests_on.Basis("a").today())
    english(PAGE.replace(old, new))
    assert basis.has_changed() is changes


def test_other_words_of_its_chart_change_a_section(english, tmp_path):
    basis = rests_on.Basis("a", rests_on.Basis("a").today())
    (tmp_path / "a.yaml").write_text("x:\n  title: B\n  description: d\n", encoding="utf-8")
    assert basis.has_changed()


def test_writers_hear_what_to_read_again_and_renew_it(english, tmp_path):
    folder = tmp_path / "ru"
    folder.mkdir()
    page = folder / "a.md"
    page.write_text(
        "# А\n\n```{rests-on}\na\na#another 0123456789ab\na#nowhere\nplaces:nowhere\n```\n",
        encoding="utf-8",
    )
    said = list(rests_on.notes(Edition(folder)))
    assert [re.sub(r"^.*/a\.md:", "", line)[:30] for line in said] == [
        "4: a: no digest; once you have",
        "5: a#another: has changed sinc",
        "6: a#nowhere: no section of th",
        "7: places:nowhere: no section ",
    ]
    assert rests_on.review(page) == 2
    assert [line.split(": ")[1] for line in rests_on.notes(Edition(folder))] == [
        "a#nowhere",
        "places:nowhere",
    ]
    assert rests_on.review(page) == 0


# the frame ---------------------------------------------------------------------------------------


def spoken() -> set[str]:
    """Every text that the frame of pages says in the language of the page."""
    found: set[str] = set()
    folder = ROOT / "unsigned_peace" / "publishing"
    for file in [*THEME.glob("*.html"), *ASSETS.glob("*.js"), *folder.rglob("*.py"),
                 *folder.glob("html/templates/*.html")]:  # fmt: skip
        text = file.read_text(encoding="utf-8")
        for said_here in re.findall(
            r'\b(?:say|translated|unsignedPeaceSay|interface)\(\s*("(?:[^"\\]|\\.)*")', text
        ):
            found.add(json.loads(said_here))
    return found


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_language_says_all_that_the_frame_says(code):
    said_there = set(language(code).rules["interface"])
    themes = {"automatic", "light", "dark"}
    from unsigned_peace.publishing.short_editions import build

    expected = spoken() | themes | {rests_on.CHANGED, build.LICENCE}
    assert said_there == expected


@pytest.fixture
def at_home():
    yield languages.at_home
    languages._home = languages._Home("en")
    templates._environment.cache_clear()


def test_in_an_edition_english_is_foreign_and_its_own_language_is_not(at_home):
    at_home("ru", {"Search": "Искать"})
    assert list(languages.passages("Остров Bluebook и 色丹")) == [
        ("Остров ", ""),
        ("Bluebook", "en"),
        (" и ", ""),
        ("色丹", "ja"),
    ]
    assert languages.marked("<p>да &amp; нет, NHK</p>") == (
        '<p>да &amp; нет, <span lang="en">NHK</span></p>'
    )
    assert languages.say("Search") == "Искать"
    with pytest.raises(KeyError, match="Contents"):
        languages.say("Contents")
