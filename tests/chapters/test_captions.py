"""The words of charts and tables stand as text apart from the code.

They are held to the rules of prose, in any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.chapters import VERDICT
from tests.chapters.test_prose import typed_figures
from unsigned_peace import captions, paths, prose
from unsigned_peace.exhibits import card_of, exhibits_of
from unsigned_peace.notebooks.record import load_executed
from unsigned_peace.notebooks.source import chapters, read

CHAPTERS = {path.stem: path for path in chapters()}
FILES = sorted(captions.CAPTIONS.glob("*.yaml"))


def texts(path) -> list[tuple[str, str]]:
    """Each text of a caption file with its place."""
    found = []
    for name, (lines, parts) in captions.read(path).items():
        for part, text in parts.items():
            pairs = (
                [(f"{part}.{key}", one) for key, one in text.items()]
                if isinstance(text, dict)
                else [(part, text)]
            )
            found += [(f"{path.name}:{lines[place]}: {name}: {place}", one) for place, one in pairs]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_words_of_exhibits_type_no_figure_and_give_no_verdict(path):
    for place, text in texts(path):
        assert typed_figures(text) == [], place
        assert not VERDICT.search(re.sub(r"[\"“'‘][^\"”'’]*[\"”'’]", "", text)), place


def code_of(chapter) -> str:
    cells = read(chapter.read_text(encoding="utf-8")).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


def strings(value) -> Iterator[str]:
    """Every text in a chart's specification or a table's content, but for its style."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key != "config":
                yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def unused_words(path, exhibits: dict[str, dict], code: str) -> list[str]:
    """The labels and headings of a caption file that its exhibit does not show.

    A label that the code names by its key may stand aside: a chart shows one of two, say.
    """
    unused = []
    for name, (lines, parts) in captions.read(path).items():
        shown = "\n".join(strings(exhibits[name]))
        for group in ("labels", "columns"):
            for key, text in parts.get(group, {}).items():
                pieces = re.split(r"\{eval\}`\w+`|\{\w+\}|\n", text)
                if not all(piece.strip() in shown for piece in pieces) and f'"{key}"' not in code:
                    unused.append(
                        f"{path.name}:{lines[f'{group}.{key}']}: {name}: {group}: {key}: "
                        "not shown by it, so take the line out or use it"
                    )
    return unused


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_caption_is_used_and_every_label(path):
    code = code_of(CHAPTERS[path.stem])
    assert set(captions.read(path)) == set(re.findall(r'captions\["([\w-]+)"\]', code))
    executed = load_executed(paths.REFERENCE / f"{path.stem}.ipynb")
    exhibits = {card_of(exhibit)["name"]: exhibit for _, exhibit in exhibits_of(executed)}
    assert unused_words(path, exhibits, code) == []


#: Signs that a title and a subtitle may have.
LONGEST_TITLE, LONGEST_SUBTITLE = 75, 90
_WORDS = [prose.words(number) for number in range(13)]


def at_its_longest(figure: str) -> str:
    """A figure that is as long as one of its kind can become when the record grows.

    A count in words has six letters at most, a share may gain a decimal, a number below a thousand
    a digit. Years and dates are those of what has happened.
    """
    if figure.lower() in _WORDS:
        return "eleven"
    if re.fullmatch(r"[\d.]+ percent|[\d.]+ \w+ [\d.]+ percent", figure):
        return re.sub(r"(?<![\d.])\d+(?![\d.])", r"\g<0>.5", figure)
    if re.fullmatch(r"\d{1,3}", figure):
        return figure + "0"
    return figure


def longest_title(raw: str, title: str) -> str:
    """The computed title with each figure at its longest; ``raw`` names them."""
    parts = captions.FIGURE.split(" ".join(raw.split()))
    pattern = "(.+?)".join(map(re.escape, parts[::2]))
    found = re.fullmatch(pattern, title)
    assert found, f"the caption file and the committed outputs differ: {title}"
    figures = [*map(at_its_longest, found.groups()), ""]
    return "".join(text + figure for text, figure in zip(parts[::2], figures, strict=True))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_title_is_one_line_or_two_whatever_its_figures_become(chapter):
    raw = {name: texts for name, (_, texts) in captions.read(captions.file_of(chapter)).items()}
    executed = load_executed(paths.REFERENCE / f"{chapter}.ipynb")
    long = []
    for _, exhibit in exhibits_of(executed):
        card = card_of(exhibit)
        title = longest_title(raw[card["name"]]["title"], card["title"])
        long += [title] if max(len(title), len(card["title"])) > LONGEST_TITLE else []
        subtitle = card.get("subtitle", "")
        long += [subtitle] if len(subtitle) > LONGEST_SUBTITLE else []
    assert long == []


def test_a_title_at_its_longest_keeps_years_and_lets_counts_and_shares_grow():
    raw = "In {eval}`year` {eval}`n` of {eval}`share` had {eval}`many`, {eval}`part` of it"
    title = "In 1956 two of 5 to 6.5 percent had 23, 7 percent of it"
    assert (
        longest_title(raw, title)
        == "In 1956 eleven of 5.5 to 6.5 percent had 230, 7.5 percent of it"
    )


def test_an_unused_label_is_named_by_file_and_line(folder):
    path = folder / "a.yaml"
    path.write_text(
        "x:\n  title: A\n  description: d\n  labels:\n    tokyo: Tokyo, {when}\n"
        "    moscow: Moscow\n    axis: percent\n    two: second\n",
        encoding="utf-8",
    )
    chart = {"datasets": {"d": [{"panel": "Tokyo, May"}]}, "title": "percent", "config": "Moscow"}
    unused = unused_words(path, {"x": chart}, 'labels["one"] if one else labels["two"]')
    assert [line.split(": not shown")[0] for line in unused] == ["a.yaml:6: x: labels: moscow"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(captions, "CAPTIONS", tmp_path)
    return tmp_path


def test_a_notebook_lends_its_figures_and_a_card_keeps_them(folder):
    (folder / "a.yaml").write_text(
        "x:\n  title: It was {eval}`n`\n  description: d\n  labels:\n    one: "
        '"{eval}`n` of {eval}`m`"\n',
        encoding="utf-8",
    )
    names: dict[str, object] = {}
    caption = captions.load_captions("a", names)["x"]
    names |= {"n": 61.6, "m": "many"}  # computed after the words were loaded, as in a notebook
    assert (caption.title, caption.labels) == ("It was 61.6", {"one": "61.6 of many"})
    assert caption.figures == {"m": "many", "n": "61.6"}


def test_another_language_says_behind_a_name_how_its_figure_is_shown(folder):
    other = folder / "ru.yaml"
    other.write_text("x:\n  title: Было {eval}`n; bare`\n  description: о\n", encoding="utf-8")
    assert captions.load_captions("a", {"n; bare": "61,6"}, other)["x"].title == "Было 61,6"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x:\n  title: A\n", "a.yaml:2: x has no description"),
        (
            "x:\n  title: A\n  heading: B\n",
            "a.yaml:3: x: 'heading' is none of title, subtitle, note, description, labels, columns",
        ),
        ("x:\n  title: {eval}`n`\n  description: d\n", "a.yaml:2: found character '`'"),
        ("x:\n  title:\n  - A\n", "a.yaml:3: x: title: expected text"),
        ("x:\n  title: A\n  title: B\n", "a.yaml:3: title stands here twice"),
        ("- x\n", "a.yaml:1: expected charts and tables by name"),
    ],
)
def test_what_is_no_caption_is_named_by_file_and_line(folder, text, said):
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(captions.CaptionError, match=re.escape(said)):
        captions.load_captions("a", {})["x"]


def test_a_figure_that_no_cell_computes_is_named_by_file_and_line(folder):
    (folder / "a.yaml").write_text(
        "x:\n  title: A\n  description: >-\n    It was {eval}`n`\n", encoding="utf-8"
    )
    with pytest.raises(
        captions.CaptionError,
        match=re.escape(
            "a.yaml:3: x: description: no cell above this one computes the figure {eval}`n`"
        ),
    ):
        _ = captions.load_captions("a", {})["x"].description
