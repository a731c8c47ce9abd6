"""The short editions as text: equal to the English book in all that is computed, and fair."""

from __future__ import annotations

import asyncio
import csv
import re
import shutil
import tomllib
from collections.abc import Iterator

import pytest

from tests.chapters.test_prose import prose
from unsigned_peace import captions, paths
from unsigned_peace.exhibits import card_of, exhibits_of
from unsigned_peace.notebooks.record import load_executed
from unsigned_peace.notebooks.run import run
from unsigned_peace.publishing.charts import drawing
from unsigned_peace.publishing.data_pages.records import _records
from unsigned_peace.publishing.short_editions import drawings, names, rests_on
from unsigned_peace.publishing.short_editions.edition import Edition, editions
from unsigned_peace.publishing.short_editions.language import Language, language, parsed

RULES = tomllib.loads(
    (paths.ROOT / "tests" / "chapters" / "editions.toml").read_text(encoding="utf-8")
)
_ROLE = re.compile(r"\{(figure|name)\}`([^`]+)`")
_CHART = re.compile(r"^```\{chart\} +(\S+?):(\S+)", re.MULTILINE)
#: What a page names by address, and no reader reads.
_ADDRESSES = re.compile(r"^```\{(?:rests-on|chart)\}.*?^```", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"«[^»]*»|「[^」]*」|“[^”]*”")


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    """Each page of an edition: where it is, and its text."""
    for page in edition.pages():
        path = edition.folder / f"{page}.md"
        yield paths.shown(path), path.read_text(encoding="utf-8")


def typed_figures(text: str, code: str) -> list[str]:
    """Each typed figure with the signs around it."""
    read = prose(_ADDRESSES.sub("", text))
    plain = re.sub("|".join(RULES[code]["names"]), "", _QUOTED.sub("", read))
    found = re.finditer(r"\d+", plain)
    return [plain[max(0, each.start() - 20) : each.end() + 10].strip() for each in found]


def verdicts(text: str, code: str) -> list[str]:
    """A side's verdict in the book's own voice."""
    return re.findall("|".join(RULES[code]["verdicts"]), _QUOTED.sub("", prose(text)))


def told(part) -> Iterator[str]:
    """What readers see of a chart's words: not the names of its labels."""
    for value in part.values() if isinstance(part, dict) else [part]:
        yield from told(value) if isinstance(value, dict) else [str(value)]


def executed(stem: str):
    return load_executed(paths.REFERENCE / f"{stem}.ipynb")


def numbers(text: str, decimal: str = ".") -> list[float]:
    """The numbers of a text as a reader reads them, whatever stands between thousands."""
    joined = re.sub(r"(?<=\d)[\u00a0,](?=\d{3}(?!\d))", "", text) if decimal == "." else text
    joined = re.sub(r"(?<=\d)\u00a0(?=\d{3}(?!\d))", "", joined).replace(decimal, ".")
    return [float(each) for each in re.findall(r"\d+(?:\.\d+)?", joined)]


def differing(english: str, shown: str, of: Language) -> bool:
    """Whether a figure in another language says a number that the English one does not say."""
    if re.search(r"\d", english) is None or re.search(r"\d", shown) is None:
        return False
    figure = parsed(english)
    expected = [float(number) for number in figure.numbers] or numbers(english)
    expected += [
        float(number.scaleb(places))
        for number in figure.numbers
        for places, _ in of.rules["units"].values()
    ]
    decimal = str(of.locale.number_symbols["latn"]["decimal"])
    return not set(numbers(shown, decimal)) <= set(map(abs, expected))


def figures_that_differ(edition: Edition) -> list[str]:
    found = []
    for place, text in pages(edition):
        for role, asked in _ROLE.findall(text):
            if role == "figure":
                stem, _, name = asked.partition(":")
                figures = drawings.Figures(executed(stem), edition.language, edition.words["texts"])
                english = figures.english[name.split(";")[0].strip()]
                if differing(english, figures[name], edition.language):
                    found.append(f"{place}: {asked}: {figures[name]}, in English {english}")
    return found


def charts(edition: Edition) -> Iterator[tuple[str, dict, dict, dict]]:
    """Each chart that an edition shows: its name, in English, in the edition, and its words."""
    for _, text in pages(edition):
        for stem, name in _CHART.findall(text):
            notebook = executed(stem)
            english = drawings.chart_of(notebook, name)
            words = drawings.captions_of(edition, stem, notebook, name)
            ours = drawings.translated(english, *words, edition)
            yield f"{edition.code}: {stem}:{name}", english, ours, drawings.words(*words, edition)


def plotted(specification: dict) -> list:
    """Everything that a chart draws but for words: numbers and days, in their order."""
    return [
        cell if isinstance(cell, (int, float)) else str(cell)[:10]
        for rows in specification["datasets"].values()
        for row in (rows if isinstance(rows, list) else ())
        for cell in row.values()
        if isinstance(cell, (int, float)) or re.match(r"\d{4}-\d\d-\d\d", str(cell))
    ]


def letters(specification: dict) -> int:
    """How many texts a drawing has: none is lost because what names it was translated."""
    svg = drawing.svg(drawing.drawn(specification), "")
    return len(re.findall(r"<text\b[^>]*(?<!/)>(?:<tspan[^>]*>)?[^<\s]", svg))


def test_each_edition_has_its_rules_here():
    """What is held below is held of these; one that is taken away takes its rules along."""
    assert sorted(edition.code for edition in editions()) == sorted(RULES)


def test_no_figure_is_typed_and_no_verdict_given():
    for edition in editions():
        for place, text in pages(edition):
            assert typed_figures(text, edition.code) == [], place
            assert verdicts(text, edition.code) == [], place
        for path in sorted((edition.folder / "captions").glob("*.yaml")):
            for name, (_, parts) in captions.read(path).items():
                words = "\n".join(told(parts))
                assert typed_figures(words, edition.code) == [], f"{path.name}: {name}"
                assert verdicts(words, edition.code) == [], f"{path.name}: {name}"


def test_every_figure_is_equal_in_all_languages():
    for edition in editions():
        assert figures_that_differ(edition) == []


def test_every_chart_is_equal_in_all_languages_and_says_nothing_in_english():
    for edition in editions():
        for name, english, ours, words in charts(edition):
            assert plotted(ours) == plotted(english), name
            assert drawings.left_in_english(ours, words) == [], name
            assert letters(ours) == letters(english), name


def test_captions_have_the_figures_of_the_english_ones():
    for edition in editions():
        for path in sorted((edition.folder / "captions").glob("*.yaml")):
            cards = [card_of(exhibit) for _, exhibit in exhibits_of(executed(path.stem))]
            english = captions.read(captions.file_of(path.stem))
            for name, (_, parts) in captions.read(path).items():
                title = {"title": parts["title"]}
                figures = {each.split(";")[0] for each in captions.FIGURE.findall(repr(title))}
                theirs = captions.FIGURE.findall(english[name][1]["title"])
                assert figures == set(theirs), f"{path}: {name}: title"
                assert name in {card["name"] for card in cards}, f"{path}: {name}"


def test_every_section_says_what_it_rests_on():
    for edition in editions():
        assert [note for note in rests_on.notes(edition) if "no digest" in note] == []


@pytest.mark.parametrize(
    ("code", "typed", "fair"),
    [
        (
            "ru",
            "Было 61,6 процента.",
            "Совместная декларация 1956 года, статья 9, {figure}`a:b; остров, острова, островов`.",
        ),
        ("ja", "およそ17,291人です。", "1956年の日ソ共同宣言の第9項と{figure}`a:b`人。"),
    ],
)
def test_a_typed_figure_is_found(code, typed, fair):
    assert typed_figures(typed, code) != []
    assert typed_figures(fair, code) == []


@pytest.mark.parametrize(
    ("code", "unfair", "fair"),
    [
        ("ru", "Острова освобождены.", "Москва: «острова освобождены»."),
        ("ja", "不法占拠された島。", "日本政府は「不法占拠」と呼ぶ。"),
    ],
)
def test_a_verdict_is_found(code, unfair, fair):
    assert verdicts(unfair, code) != []
    assert verdicts(fair, code) == []


@pytest.mark.parametrize(
    ("english", "code", "same", "other"),
    [
        ("61.6 percent", "ru", "61,6\u00a0%", "616\u00a0%"),
        ("17,291", "ru", "17\u00a0291", "17,291"),
        ("17,291", "ja", "17,291人", "17.291"),
        ("37.2", "ja", "372億ドル", "37億ドル"),
        ("14 October 1956", "ja", "1956年10月14日", "1956年11月14日"),
        ("14 October 1956", "ru", "14 октября", "15 октября"),
    ],
)
def test_a_figure_that_differs_is_found(english, code, same, other):
    assert not differing(english, same, language(code))
    assert differing(english, other, language(code))


def test_a_name_is_that_of_the_tables(tmp_path):
    table = paths.ROOT / "data" / "places.csv"
    with table.open(encoding="utf-8") as file:
        recorded = {row["place_id"]: row for row in csv.DictReader(file)}
    for code, column in (("ru", "name_ru"), ("ja", "name_ja")):
        edition = Edition(tmp_path / code)
        for place in ("iturup", "kunashir", "shikotan", "habomai"):
            assert names.name_of(edition, "places", place).text == recorded[place][column]


def test_one_poll_answer_changes_the_figure_in_all_languages_alike(tmp_path, monkeypatch):
    """The chapter runs on a copy of the data in which one answer is another."""
    data = shutil.copytree(paths.ROOT / "data", tmp_path / "data")
    answers = data / "poll_answers.csv"
    text = answers.read_text(encoding="utf-8")
    line = next(
        line
        for line in text.splitlines()
        if line.startswith("2018-11-levada-exchange-against,") and ",74," in line
    )
    answers.write_text(text.replace(line, line.replace(",74,", ",73,")), encoding="utf-8")
    before = executed("index")
    monkeypatch.setenv("UNSIGNED_PEACE_DATA", str(data))
    _records.cache_clear()
    try:
        after = asyncio.run(run(paths.CHAPTERS / "index.md"))
    finally:
        _records.cache_clear()
    for notebook, shown in (
        (before, ("74 percent", "74\u00a0%", "74%")),
        (after, ("73 percent", "73\u00a0%", "73%")),
    ):
        figures = drawings.figures_of(notebook)
        other = [drawings.Figures(notebook, language(code), {})["against"] for code in ("ru", "ja")]
        assert (figures["against"], *other) == shown
