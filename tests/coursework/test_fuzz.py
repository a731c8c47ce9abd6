"""Whatever is handed in ends with a line and a status; nothing of it acts, nothing handed in
changes, bounds hold. A short search; the audit has the long one.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import tempfile
import zipfile
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from nbgrader.utils import is_locked

from tests.coursework import fuzz, making, sample
from unsigned_peace.coursework import collecting, inert
from unsigned_peace.coursework.assignments import grade_id, read
from unsigned_peace.coursework.collecting import collect, find, kind
from unsigned_peace.coursework.submissions import Unreadable, contents, rebuild
from unsigned_peace.coursework.submissions import read as read_cells

ASSIGNMENT = read(sample.write(Path(tempfile.mkdtemp())))
GIVEN = json.loads(json.dumps(ASSIGNMENT.release))
SHORT = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=dt.timedelta(minutes=2),
    suppress_health_check=list(HealthCheck),
)


def rebuilt(data: bytes) -> nbformat.NotebookNode | None:
    """The notebook that a file becomes, with all that must hold of it; None if it is refused."""
    try:
        notebook = rebuild(ASSIGNMENT, read_cells(data)).notebook
    except Unreadable as problem:
        assert str(problem)
        return None
    nbformat.validate(notebook)
    locked = {grade_id(cell): cell.source for cell in notebook.cells if is_locked(cell)}
    assert locked == {
        grade_id(cell): cell.source for cell in ASSIGNMENT.official.cells if is_locked(cell)
    }
    untouched = {cell.source for cell in ASSIGNMENT.official.cells}
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not is_locked(cell) and cell.source not in untouched:
            assert (
                "\n" not in cell.source
                and re.fullmatch(r"<div>.*</div>", cell.source)
                and not re.search(r"[\\$`\[]", cell.source)
            )
    return notebook


def inert_page(notebook: nbformat.NotebookNode) -> None:
    """Whatever shows the notebook, no cell of a student's holds anything that acts."""
    own = nbformat.v4.new_notebook(
        metadata=notebook.metadata, cells=[cell for cell in notebook.cells if not is_locked(cell)]
    )
    page = BeautifulSoup(
        HTMLExporter(template_name="classic").from_notebook_node(own)[0], "html.parser"
    ).body
    for element in page.select("#notebook-container *"):
        assert element.name in {"div", "span", "pre", *inert._TAGS}, element
        assert not [
            name
            for name in element.attrs
            if name not in ("class", "id", "src", "alt", "start", "tabindex")
        ], element
        assert re.match(
            r"data:image/(png|jpeg|gif|webp);base64,", element.get("src", "data:image/png;base64,")
        ), element


@SHORT
@given(fuzz.notebooks(GIVEN))
def test_any_notebook_is_refused_or_put_in_order_and_acts_nowhere(data):
    if notebook := rebuilt(data):
        inert_page(notebook)


@settings(SHORT, max_examples=6)
@given(st.lists(fuzz.TEXTS, max_size=12))
def test_any_text_becomes_one_line_of_harmless_markup(texts):
    shown = inert.Renderer()
    inert_page(
        nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_markdown_cell(
                    shown.markdown(text.encode("utf-8", "replace").decode())
                )
                for text in texts
            ]
        )
    )


@settings(SHORT, max_examples=8)
@given(fuzz.folders(GIVEN, sample.STEM))
def test_any_folder_gives_each_student_a_place_and_follows_no_link(entries):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "in"
        fuzz.lay_out(folder, entries)
        before = making.tree(folder)
        found = collect(folder, [sample.STEM])
        for path, _ in entries:
            assert path[0].startswith(".") or any(
                inert.name(path[0]).startswith(student)
                or inert.name(path[0].split("_assign")[0]) == student
                for student in found.places
            ), path
        for places in found.places.values():
            for stem, its in places.items():
                try:
                    path, notes = find(its, stem, {})
                    data = contents(path) if path else b""
                except Unreadable:
                    continue
                assert not data.startswith(b"root:") and all(note.isprintable() for note in notes)
                rebuilt(data)
        assert making.tree(folder) == before


@SHORT
@given(st.one_of(fuzz.NAMES, st.text(max_size=300)))
def test_any_name_can_stand_in_a_table_a_path_and_a_page(name):
    shown = inert.name(name)
    assert shown.isprintable() or not [letter for letter in shown if inert._acts(letter)]
    assert len(shown.encode()) <= inert.MAX_NAME and not set(shown) & set('<>"')
    assert inert.cell(shown)[:1] not in tuple("=+-@\t\r\n")


def test_no_name_is_a_formula_where_tables_are_parted_at_semicolons():
    assert (
        inert.cell("a; =1") == "a; '=1"
        and inert.cell(" =1") == " '=1"
        and inert.cell("\t=1") == "'\t=1"
        and inert.cell('a;"＋1') == "a;\"'＋1"
        and inert.cell("a; b-1, =c") == "a; b-1, =c"
    )


def test_what_a_file_is_takes_no_time_to_say():
    """The title of a page that never ends, and a zip whose list of contents is all that it has;
    bounds are in characters and bytes.
    """
    assert "a web page, perhaps" in kind(b"<html><title>" + b" " * 65_000)
    assert "'Log in'" in kind(b"<html><title>\n Log\n in </title>")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for number in range(30_000):
            file.writestr(f"{number}.ipynb", b"")
    assert kind(archive.getvalue()) == "it is a zip; it must be unpacked"


def test_a_file_of_nothing_but_headings_is_looked_into_only_so_far(tmp_path):
    known = {"islands": {b"# One", b"# Two"}, "borders": {b"# One"}}
    for number, due in ((10, "islands"), (collecting.MAX_NAMES, None)):
        file = tmp_path / f"{number}.ipynb"
        file.write_bytes(b'"# a"' * number + b'"# One" "# Two\\n"')
        assert collecting.recognised(file, known) == due


def test_many_files_of_one_student_do_not_outvote_the_others(tmp_path):
    for student, names in {
        "A_1": [f"borders-{number}.ipynb" for number in range(5)],
        "B_2": [f"{sample.STEM}.ipynb"],
        "C_3": [f"{sample.STEM}.ipynb"],
        "D_4": ["mine.ipynb"],
    }.items():
        folder = tmp_path / f"{student}_assignsubmission_file"
        folder.mkdir()
        for name in names:
            (folder / name).write_text("{}")
    assert list(collect(tmp_path, [sample.STEM, "borders"]).places["D_4"]) == [sample.STEM]


def test_many_folders_of_one_student_cost_nobody_else_time_or_words(tmp_path, monkeypatch):
    monkeypatch.setattr(collecting, "MAX_NAMES", 150)
    for student in ("many", "B_2_assignsubmission_file", ".hidden", "honest"):
        (tmp_path / student / sample.STEM).mkdir(parents=True)
    for number in range(60):
        for student in ("many", "B_2_assignsubmission_file", ".hidden"):
            (tmp_path / student / f"{number}" / "empty" / "more").mkdir(parents=True)
        (tmp_path / "honest" / f"{number}").mkdir()
        (tmp_path / "honest" / f"to-{number}").symlink_to(".")
    (tmp_path / "honest" / "olga.ipynb").write_text("{}")
    looked = []
    monkeypatch.setattr(
        os, "scandir", lambda place, scan=os.scandir: looked.append(1) or scan(place)
    )
    found = collect(tmp_path, [sample.STEM])
    assert set(found.closed) == {"many", "B_2"} and "more than" in found.closed["many"]
    assert {name: len(places) for name, places in found.places.items()} == {
        "many": 0,
        "B_2": 0,
        "honest": 1 + collecting.MAX_STRAYS,
    }
    assert found.rest("honest") == {
        None: ["to-0, to-1, to-10 (and 57 others): it is a link, and links are not followed"]
    }
    assert found.passed_over == [
        "honest/27 (and 39 others): there is no assignment of this name",
        ".hidden: its name begins with a dot",
    ]
    assert [stray.path for stray in found.strays] == [("honest", "olga.ipynb")]
    assert len(looked) < 4 * collecting.MAX_NAMES


def test_nobody_gets_into_the_place_of_another_by_what_they_call_themselves(tmp_path):
    for student in ("A_1", "A_1_assignsubmission_file_x_2"):
        (tmp_path / f"{student}_assignsubmission_file").mkdir()
    assert sorted(collect(tmp_path, [sample.STEM]).places) == [
        "A_1",
        "A_1_assignsubmission_file_x_2",
    ]
    (tmp_path / "B_3_assignsubmission_file_B_3_assignsubmission_file_mine.ipynb").write_text("{}")
    assert "B_3" in collect(tmp_path, [sample.STEM]).places


def _files_of(folder: Path, *names: str) -> dict[str, list[str]]:
    """Each student's files, by path, of a folder with these in it."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"{}")
    places = collect(folder, [sample.STEM]).places
    return {
        student: sorted(
            str(find(its, stem, {})[0].relative_to(folder)) for stem, its in stems.items()
        )
        for student, stems in places.items()
    }


@pytest.mark.parametrize("own", [f"{sample.STEM}.ipynb", "my work.ipynb"])
@pytest.mark.parametrize(
    "mallory",
    ["B_1_assignsubmission_file_x", "B_1_assignsubmission_file_", "B_1_assignsubmission_a"],
)
@pytest.mark.parametrize("handed_in", [True, False])
def test_a_display_name_with_moodles_mark_takes_nobodys_place(tmp_path, own, mallory, handed_in):
    """In Moodle's flat files, whether the other handed something in or not."""
    mine = f"B_1_assignsubmission_file_{own}"
    names = [
        f"A_3_assignsubmission_file_{sample.STEM}.ipynb",
        f"{mallory}_2_assignsubmission_file_{sample.STEM}.ipynb",
    ]
    found = _files_of(tmp_path, *names, *([mine] if handed_in else []))
    assert found == {
        "A_3": names[:1],
        f"{mallory}_2": names[1:],
        **({"B_1": [mine]} if handed_in else {}),
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('Rob "B" Smith', "Rob \\x22B\\x22 Smith"),
        ("a\nb", "a\\x0ab"),
        ("\u202eann", "\\u202eann"),
        ("caf\udce9", "caf\\xe9"),
        ("caf\udc85", "caf\x85"),
        ("\\x22", "\\x5cx22"),
        ("L" * 210, inert.name("L" * 210)),
    ],
)
def test_a_name_that_looks_like_what_another_is_written_as_takes_nobodys_place(
    tmp_path, one, other
):
    paths = [f"{name}/{sample.STEM}/{sample.STEM}.ipynb" for name in (one, other)]
    assert sorted(_files_of(tmp_path, *paths).values()) == sorted([path] for path in paths)


def test_a_student_named_like_an_assignment_gets_into_nobodys_place(tmp_path):
    """As folders are named that hold a repository of each student."""
    own = f"{sample.STEM}-bob/{sample.STEM}/{sample.STEM}.ipynb"
    for number, who in enumerate((f"{sample.STEM}-bob", "eve", "eve_7")):
        folder = tmp_path / str(number)
        inside = f"{sample.STEM}-mallory/{who}_assignsubmission_file_/{sample.STEM}.ipynb"
        found = _files_of(folder, own, "eve_7/other/work.ipynb", inside)
        assert found[f"{sample.STEM}-bob"] == [own] and inside in found[f"{sample.STEM}-mallory"]
        assert "eve" not in found and found["eve_7"] == ["eve_7/other/work.ipynb"]


@pytest.mark.parametrize(
    ("student", "beside", "moodles"),
    [
        ("anna", "anna", "Anna_7_assignsubmission_file_work.ipynb"),
        ("anna", "anna", "my_assignsubmission_file_/notes.txt"),
        (sample.STEM, sample.STEM, f"Anna_7_assignsubmission_file_/{sample.STEM}.ipynb"),
        (f"Bo {sample.STEM}", "anna", f"Bo_7_assignsubmission_file_/{sample.STEM}.ipynb"),
    ],
)
def test_who_has_a_folder_of_an_assignment_has_a_line_beside_anything_of_moodles(
    tmp_path, student, beside, moodles
):
    own = f"{student}/{sample.STEM}/{sample.STEM}.ipynb"
    names = [own, f"{student}/{moodles}", f"{beside}/{sample.STEM}/{sample.STEM}.ipynb"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"{}")
    places = collect(tmp_path, [sample.STEM]).places
    assert places[student] == {sample.STEM: [(tmp_path / own).parent]}
    assert moodles.partition("_assign")[0] in places


def test_what_lies_among_moodles_folders_and_is_none_of_them_is_named(tmp_path):
    """In a folder around them: a student's own, a loose notebook, an archive, links."""
    outer = f"{sample.STEM}-7"
    mine = f"{outer}/Bob_2_assignsubmission_file_/{sample.STEM}.ipynb"
    plain = f"{outer}/Zed/{sample.STEM}/{sample.STEM}.ipynb"
    names = [mine, plain, f"{outer}/eve.ipynb", f"{outer}/cy.zip", f"{outer}/.dot/own.ipynb"]
    _files_of(tmp_path, *names)
    for link in ("to", "Al_3_assignsubmission_file_"):
        (tmp_path / outer / link).symlink_to(tmp_path)
    found = collect(tmp_path, [sample.STEM])
    assert list(found.places) == ["Bob_2"]
    assert sorted(passed.partition(": ")[0] for passed in found.passed_over) == [
        f"{outer}/.dot",
        f"{outer}/Al_3_assignsubmission_file_",
        f"{outer}/Zed",
        f"{outer}/cy.zip",
        f"{outer}/eve.ipynb",
        f"{outer}/to",
    ]
    assert [("/".join(stray.path), stray.stem, stray.student) for stray in found.strays] == [
        (plain, sample.STEM, None),
        (f"{outer}/eve.ipynb", sample.STEM, None),
    ]


@pytest.mark.parametrize(
    "path",
    [
        "Jo Borders_2_assignsubmission_file_islands.ipynb",
        "islands-7/Jo Borders_2_assignsubmission_file_hw.ipynb",
        "islands-7/Jo Borders_2_assignsubmission_file_/hw.ipynb",
        "islands-7/Jo Borders_2_assignsubmission_file_/draft/hw.ipynb",
        "islands-7/Jo Borders_2_assignsubmission_file_",
    ],
)
def test_what_a_student_is_called_says_nothing_of_the_assignment(tmp_path, path):
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(b"{}")
    found = collect(tmp_path, ["borders", "islands"])
    assert found.places == {"Jo Borders_2": {"islands": [tmp_path / path]}}


@pytest.mark.parametrize("others", [["borders", "islands"], ["borders"], ["islands"], []])
def test_no_file_of_one_student_and_no_chance_decides_anothers_assignment(tmp_path, others):
    bobs = "Bob_1_assignsubmission_file_hw.ipynb"
    for number, stem in enumerate(others):
        (tmp_path / f"Eve_{number + 2}_assignsubmission_file_{stem}.ipynb").write_bytes(b"{}")
    (tmp_path / bobs).write_bytes(b"{}")
    found = collect(tmp_path, ["borders", "islands"])
    assert found.places["Bob_1"] == {}
    assert found.passed_over == [
        f"Bob_1/{bobs}: its name does not say which assignment it is; name it <assignment>.ipynb"
    ]
    assert [(stray.path, stray.student) for stray in found.strays] == [((bobs,), "Bob_1")]


def test_a_students_own_files_decide_where_the_class_does_not(tmp_path):
    folder = tmp_path / "Bob_1_assignsubmission_file_"
    folder.mkdir()
    for name in ("islands.ipynb", "notes.txt"):
        (folder / name).write_bytes(b"{}")
    (tmp_path / "Eve_2_assignsubmission_file_borders.ipynb").write_bytes(b"{}")
    found = collect(tmp_path, ["borders", "islands"])
    assert list(found.places["Bob_1"]) == ["islands"] and not found.passed_over


def test_a_display_name_that_begins_with_a_dot_is_not_dropped(tmp_path):
    names = [
        f".Dot_7_assignsubmission_file_{sample.STEM}.ipynb",
        f"..._8_assignsubmission_file_/{sample.STEM}.ipynb",
    ]
    names += [f"{who}_assignsubmission_file_{sample.STEM}.ipynb" for who in ("._A_9", "A_1")]
    found = _files_of(tmp_path, *names, f"._{names[-1]}")  # the last is what macOS leaves
    assert found == {
        "\\x2eDot_7": [names[0]],
        "\\x2e.._8": [names[1]],
        "\\x2e_A_9": [names[2]],
        "A_1": [names[3]],
    }


def test_what_takes_renderers_and_lexers_long_takes_no_time():
    """A hundred times what a person writes; bounds are counted in characters, so that a busy
    machine changes nothing.
    """
    for part in (
        "[",
        "![",
        "*a ",
        "_a",
        "[a]: b\n",
        "`",
        "> ",
        "- ",
        "<a",
        "a|",
        "\\",
        "&",
        " \n",
        "# a" + " " * 500,
    ):
        text = part * (190_000 // len(part))
        assert inert.Renderer().markdown(text).startswith("<div><pre>")
    assert inert.lexer(["x = 1\n" * 100]) == "python"
    assert inert.lexer([" \n" * 5_000]) == inert.lexer(["(" * 30_000]) == "text"


@pytest.mark.parametrize(
    "text",
    [
        "|a" * 2_500 + "\n" + "|-" * 2_500 + "\n" + "|\n" * 4_900,
        f"[x]: attachment:{'b' * 299}\n" + "![x]" * 4_000,
        f"[x]: attachment:{'b' * 299}\n" + "![x]" * 50_000,
    ],
    ids=["a table of short rows", "a name for a long address", "the same in a long text"],
)
def test_what_would_grow_by_being_laid_out_is_shown_as_typed(text):
    shown = inert.Renderer().markdown(text)
    assert shown.startswith("<div><pre>") and len(shown) < 10 * len(text)


@pytest.mark.parametrize(
    "text",
    [
        "```日本政府の調査によれば\nrest\n```",
        "~~~Small-holds-for-the land\n~~~",
        "[Fig 1]: attachment:map.png (a map) Small holds for the land",
        '[Fig 1]: attachment:map.png "Small holds',
        '![one][Fig 1]\n\n[Fig 1]: attachment:map.png "Small holds"',
        '<img src="attachment:map.png" alt="Small holds" width="300">',
        '[here](https://example.org "Small holds")',
        "data:image/png,日本政府の調査によれば",
        "data:image/png;base64,Small/holds/for",
        "![](data:image/png,Small/holds)",
    ],
)
def test_no_word_of_a_text_is_hidden_by_its_markdown(text):
    shown = inert.Renderer().markdown(text)
    said = inert._text_of(shown)
    for word in ("日本政府", "調査", "Small", "holds", "land", "rest"):
        assert word not in text or word in said, shown


@pytest.mark.parametrize(
    "text",
    [
        "One **t**wo _three_ `four` [five](https://example.org)",
        "```python\nprint(6)\n```",
        "1. one\n2. two\n\n> - 7. three",
        '<img src="attachment:map.png" width="300" style="x">',
        "![map][image1]\n\n[image1]: attachment:map.png",
        f"![map](data:image/png;base64,{'iVBO' * 30})",
    ],
)
def test_what_is_laid_out_whole_is_not_shown_twice(text):
    shown = inert.Renderer().markdown(text)
    assert "As it was typed" not in shown and "iVBOiVBO" not in inert._text_of(shown), shown
