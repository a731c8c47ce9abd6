"""The words of charts and tables: as text apart from the code, held to the rules of prose, in any language."""

from __future__ import annotations

import re

import pytest

from tests.chapters.test_prose import typed_figures
from unsigned_peace import captions
from unsigned_peace.notebooks.source import chapters, read

CHAPTERS = {path.stem: path for path in chapters()}
FILES = sorted(captions.CAPTIONS.glob("*.yaml"))
VERDICTS = re.compile(r"\b(?:liberat\w*|illegal(?:ly)? occup\w*|were seized|seized the)\b", re.IGNORECASE)


def texts(path) -> list[tuple[str, str]]:
    """Each text of a caption file with its place."""
    found = []
    for name, (lines, parts) in captions.read(path).items():
        for part, text in parts.items():
            pairs = [(f"{part}.{key}", one) for key, one in text.items()] if isinstance(text, dict) else [(part, text)]
            found += [(f"{path.name}:{lines[place]}: {name}: {place}", one) for place, one in pairs]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_words_of_exhibits_type_no_figure_and_give_no_verdict(path):
    for place, text in texts(path):
        assert typed_figures(text) == [], place
        assert not VERDICTS.search(re.sub(r"[\"“'‘][^\"”'’]*[\"”'’]", "", text)), place


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_caption_is_used_and_every_label(path):
    chapter = CHAPTERS[path.name.split(".")[0]]
    code = "\n".join(cell.source for cell in read(chapter.read_text(encoding="utf-8")).cells if cell.cell_type == "code")
    assert set(captions.read(path)) == set(re.findall(r'captions\["([\w-]+)"\]', code))


def test_a_translation_has_the_captions_and_figures_of_the_original():
    for path in FILES:
        original = captions.CAPTIONS / f"{path.name.split('.')[0]}.yaml"
        theirs, ours = ({place.split(": ", 1)[1]: set(captions.FIGURE.findall(text)) for place, text in texts(file)} for file in (path, original))
        assert theirs == ours, path.name


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(captions, "CAPTIONS", tmp_path)
    return tmp_path


def test_a_notebook_lends_its_figures_and_the_language_is_a_setting(folder, monkeypatch):
    (folder / "a.yaml").write_text("x:\n  title: It was {eval}`n`\n  description: d\n  labels:\n    one: \"{eval}`n` of them\"\n", encoding="utf-8")
    (folder / "a.ru.yaml").write_text("x:\n  title: Было {eval}`n`\n  description: о\n", encoding="utf-8")
    names: dict[str, object] = {}
    english = captions.load_captions("a", names)["x"]
    names["n"] = 61.6  # computed after the words were loaded, as in a notebook
    assert (english.title, english.labels) == ("It was 61.6", {"one": "61.6 of them"})
    monkeypatch.setenv(captions.LANGUAGE, "ru")
    assert captions.load_captions("a", names)["x"].title == "Было 61.6"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x:\n  title: A\n", "a.yaml:2: x has no description"),
        ("x:\n  title: A\n  heading: B\n", "a.yaml:3: x: 'heading' is none of title, subtitle, description, labels, columns"),
        ("x:\n  title: {eval}`n`\n  description: d\n", "a.yaml:2: "),
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
    (folder / "a.yaml").write_text("x:\n  title: A\n  description: >-\n    It was {eval}`n`\n", encoding="utf-8")
    with pytest.raises(captions.CaptionError, match=re.escape("a.yaml:3: x: description: no cell above this one computes the figure {eval}`n`")):
        captions.load_captions("a", {})["x"].description
