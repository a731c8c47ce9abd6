"""Which words of a student's code count as writing."""

from __future__ import annotations

import json

import pytest

from unsigned_peace.coursework import submissions, written
from unsigned_peace.coursework.assignments import read
from unsigned_peace.paths import ROOT

TWELVE = "orange apple cherry banana spring summer autumn winter morning evening night noon"


@pytest.fixture(scope="module")
def islands():
    return read(ROOT / "coursework" / "islands.md")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Peace peace PEACE", 5),
        ("a b c", 0),
        ("by_the_sea, and/or", 13),
        ("seaBigOldMen", 12),
        ("2 + 2 == 4", 0),
        ("✓ ──── ────", 4),
        ("nooo", 4),
        ("l’île déjà", 13),
        ("l’i\u0302le de\u0301ja\u0300", 13),
        ("İl İp", 8),
        ("領土問題", 8),
        ("島々は、\u3000小さく", 14),
        ("мирный договор", 26),
        ("작은섬은 비어있지않고", 20),
        ("ｱｲｳｴ", 8),
        ("ကခဂဃ", 8),
        ("मेरा मेरी", 16),
        ("كَتَبَ كُتِبَ", 24),
        ("\U00020000\U00020001", 4),
        ("\U00010d50\U00010d51 \ue001\ue002", 8),
        ("ⓞⓝⓔ", 6),
        ("⠏⠑⠁⠉⠑", 10),
    ],
)
def test_letters_are_counted_once_in_each_word_of_any_script(text, count):
    assert written.letters(written.words(text)) == count


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# only a comment", False),
        ('"a text", 1 + 1', False),
        ("no Python at all", False),
        ("!ls\nislands", False),
        ("print(1)", True),
        ("one = 1", True),
        ("%time print(1)\nimport os", True),
        ("%%time\nprint(1)", True),
        ("%%markdown\nland(sea, sky)", False),
    ],
)
def test_a_cell_computes_if_it_does_more_than_name_values(source, expected):
    assert written.computes(source) is expected


@pytest.mark.parametrize(
    "source",
    [f"# {TWELVE}", TWELVE, f"one = '{TWELVE}'", TWELVE.replace(" ", " = 1\n") + " = 1"],
)
def test_many_new_words_are_read_in_whatever_form(islands, source):
    assert written.in_code(islands, ["one = 1", source]) >= {source}


def test_words_of_several_cells_add_up(islands):
    words = TWELVE.split()
    assert written.in_code(islands, words[:4]) == set()
    assert written.in_code(islands, [f"x = {word!r}" for word in words]) == {
        f"x = {word!r}" for word in words
    }


def test_a_cell_of_known_words_is_read_beside_many_new_ones(islands):
    code = " ".join(cell.source for cell in islands.release.cells if cell.cell_type == "code")
    known = "# " + " ".join(sorted(written.words(code))[:20])
    new = f"one = '{TWELVE}'"
    assert written.in_code(islands, [known, new]) == {known, new}


def test_what_was_handed_out_and_its_answers_are_nobodys_writing(islands):
    code = [cell.source for cell in islands.release.cells if cell.cell_type == "code"]
    models = [islands.source.cells[task.solution].source for task in islands.tasks]
    assert written.in_code(islands, [*code, *models]) == set()


def test_cells_that_are_none_leave_the_bound_to_those_that_are():
    cells = [None, *[{"cell_type": "code", "source": ""}] * submissions.MAX_CELLS]
    assert len(submissions.read(json.dumps({"cells": cells}).encode())) == submissions.MAX_CELLS
    cells.append({"cell_type": "markdown", "source": "An essay."})
    with pytest.raises(submissions.Unreadable, match="more than 2000 cells"):
        submissions.read(json.dumps({"cells": cells}).encode())


def test_a_line_that_is_none_is_read_as_it_stands():
    cells = [{"cell_type": "markdown", "source": ["One ", ["two"], 3]}]
    assert submissions.read(json.dumps({"cells": cells}).encode())[0].source == 'One ["two"]3'


def test_a_picture_that_no_text_refers_to_is_part_of_what_is_written():
    cell = {"cell_type": "markdown", "source": "Here.", "attachments": {"a b\ud800.png": {}}}
    (read,) = submissions.read(json.dumps({"cells": [cell]}).encode())
    assert read.source == "Here.\n\n![](attachment:a%20b%3F.png)"
