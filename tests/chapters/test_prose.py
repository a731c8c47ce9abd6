"""The chapters as text: no figure typed by hand, short cells, the parts that every chapter has."""

from __future__ import annotations

import re

import pytest

from tests.chapters import VERDICT, full_chapters
from unsigned_peace.notebooks.source import chapters, read

CHAPTERS = chapters()
LONGEST_CELL = 25

#: Digits that are part of a name and not a figure.
NAMES = re.compile(
    # the 1956 Joint Declaration
    r"\b(?:18|19|20)\d\d(?:\s[a-z]+)?\s(?:[A-Z][\w'-]+|declaration|treaty|memorandum|compendium|"
    r"convention|communiqué|communique)"
    r"|\b(?:[Tt]reaty|[Dd]eclaration|[Mm]emorandum|[Cc]ommuniqu[eé]|[Cc]onvention|[Ss]tatement|"
    r"[Aa]ccord) of (?:[A-Z][a-z]+ of )?(?:18|19|20)\d\d"
    r"|\b(?:[Aa]ims?|[Aa]rticles?|[Pp]aragraphs?|[Pp]oints?|[Ss]ections?|[Cc]lauses?|[Pp]art|"
    r"[Cc]hapter|"
    r"No\.|Number) \d+(?:\.\d+)?(?:\(\w\))?(?: (?:and|to) \d+)?"
    r"|\bSCAPIN-\d+|\bG\d+\b|\b95 percent (?:interval|confidence)"
    r"|\b1945 to now"  # the subtitle of the book
    r"|\b200-mile zones?\b|\bSakhalin-2\b"
    r"|\b(?:[Oo]f|[Oo]n|[Aa]s a basis|named) 1956\b"  # short for the Declaration
)


def prose(text: str) -> str:
    """What a reader reads as running text.

    No cells, no code, no roles, no names of chapters, no addresses.
    """
    text = re.sub(r"\A---.*?^---\s*$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(
        r"^( *)(`{3,}|~{3,})\s*(?:\{code[^}]*\}|python|py|text)?[^\S\n]*(?:python)?\n.*?^\1\2\s*$",
        "",
        text,
        flags=re.MULTILINE | re.DOTALL,
    )
    text = re.sub(r"^\s*(?:`{3,}|:{3,}|:[a-z-]+:).*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\{[a-z:]+\}`[^`]*`", "", text)
    text = re.sub(r"`[^`\n]*`", "", text)
    text = re.sub(r"[\"“][^\"”\n]{1,220}[\"”]", "", text)  # others' exact words
    text = re.sub(r"\[[^\]]*\]\([^)]*\.md[^)]*\)", "", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return re.sub(r"^\s*(?:\*\*)?\d+\. ", "", text, flags=re.MULTILINE)


def typed_figures(text: str) -> list[str]:
    """Each typed figure with the words around it."""
    without_names = NAMES.sub("", prose(text))
    return [
        without_names[max(0, match.start() - 40) : match.end() + 20].replace("\n", " ").strip()
        for match in re.finditer(r"\d+", without_names)
    ]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_no_figure_is_typed_by_hand(chapter):
    assert typed_figures(chapter.read_text(encoding="utf-8")) == []


def test_a_typed_figure_is_found():
    assert typed_figures("It was 61.6 percent in the 1956 Joint Declaration, article 9.") != []
    assert (
        typed_figures(
            "It was {eval}`share` in the 1956 Joint Declaration, article 9, "
            "on {record}`22 January 2019 <meetings:a>`."
        )
        == []
    )


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_no_cell_is_longer_than_a_reader_takes_in(chapter):
    notebook = read(chapter.read_text(encoding="utf-8"))
    too_long = [
        cell.source.splitlines()[0]
        for cell in notebook.cells
        if cell.cell_type == "code" and len(cell.source.splitlines()) > LONGEST_CELL
    ]
    assert too_long == []


@pytest.mark.parametrize(
    "chapter",
    full_chapters(),
    ids=lambda path: path.stem,
)
def test_a_chapter_has_all_its_parts(chapter):
    text = chapter.read_text(encoding="utf-8")
    assert re.search(r"^# .*\?$", text, re.MULTILINE), "the title is a question"
    for part in (
        r"^:::\{aims\}",
        r"^## What we know, and what we do not",
        r"^## Exercises",
        r"^## Further reading",
        r"^## The way on",
        r":class: look-again",
    ):
        assert re.search(part, text, re.MULTILINE), f"missing: {part}"
    assert len(re.findall(r"^\d\. ", text.split("{aims}")[1].split(":::")[0], re.MULTILINE)) == 3, (
        "three aims"
    )


@pytest.mark.parametrize(
    "chapter",
    full_chapters(),
    ids=lambda path: path.stem,
)
def test_a_chapter_reads_in_15_to_25_minutes(chapter):
    from unsigned_peace.publishing.chapters.reading_time import WORDS_A_MINUTE, reading_words

    minutes = reading_words(chapter.read_text(encoding="utf-8")) / WORDS_A_MINUTE
    assert 15 <= minutes <= 25, (
        f'{chapter.name} takes {minutes:.0f} minutes; see CONTRIBUTING.md, "A chapter"'
    )


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_neither_side_s_verdict_is_in_our_voice(chapter):
    text = re.sub(r"[\"“'‘][^\"”'’\n]*[\"”'’]", "", prose(chapter.read_text(encoding="utf-8")))
    assert VERDICT.findall(text) == []


@pytest.mark.parametrize("verdict", ["the Liberation of the islands", "islands illegally occupied"])
def test_a_verdict_is_found(verdict):
    assert VERDICT.search(verdict)
