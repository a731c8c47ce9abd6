"""Whatever is handed in ends with a line and a status; nothing of it acts, nothing handed in changes, bounds hold. A short search; the audit has the long one."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import tempfile
import zipfile
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from nbgrader.utils import is_locked

from tests.coursework import fuzz, making, sample
from unsigned_peace.coursework import inert
from unsigned_peace.coursework.assignments import grade_id, read
from unsigned_peace.coursework.collecting import collect, find, kind
from unsigned_peace.coursework.submissions import Unreadable, contents, rebuild
from unsigned_peace.coursework.submissions import read as read_cells

ASSIGNMENT = read(sample.write(Path(tempfile.mkdtemp())))
GIVEN = json.loads(json.dumps(ASSIGNMENT.release))
SHORT = settings(max_examples=12, derandomize=True, database=None, deadline=dt.timedelta(seconds=20), suppress_health_check=list(HealthCheck))


def rebuilt(data: bytes) -> nbformat.NotebookNode | None:
    """The notebook that a file becomes, with all that must hold of it; None if it is refused."""
    try:
        notebook = rebuild(ASSIGNMENT, read_cells(data)).notebook
    except Unreadable as problem:
        assert str(problem)
        return None
    nbformat.validate(notebook)
    locked = {grade_id(cell): cell.source for cell in notebook.cells if is_locked(cell)}
    assert locked == {grade_id(cell): cell.source for cell in ASSIGNMENT.official.cells if is_locked(cell)}
    untouched = {cell.source for cell in ASSIGNMENT.official.cells}
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not is_locked(cell) and cell.source not in untouched:
            assert "\n" not in cell.source and re.fullmatch(r"<div>.*</div>", cell.source) and not re.search(r"[\\$`\[]", cell.source)
    return notebook


def inert_page(notebook: nbformat.NotebookNode) -> None:
    """Whatever shows the notebook, no cell of a student's holds anything that acts."""
    own = nbformat.v4.new_notebook(metadata=notebook.metadata, cells=[cell for cell in notebook.cells if not is_locked(cell)])
    page = BeautifulSoup(HTMLExporter(template_name="classic").from_notebook_node(own)[0], "html.parser").body
    for element in page.select("#notebook-container *"):
        assert element.name in {"div", "span", "pre", *inert._TAGS}, element
        assert not [name for name in element.attrs if name not in ("class", "id", "src", "alt", "tabindex")], element
        assert re.match(r"data:image/(png|jpeg|gif|webp);base64,", element.get("src", "data:image/png;base64,")), element


@SHORT
@given(fuzz.notebooks(GIVEN))
def test_any_notebook_is_refused_or_put_in_order_and_acts_nowhere(data):
    if notebook := rebuilt(data):
        inert_page(notebook)


@settings(SHORT, max_examples=6)
@given(st.lists(fuzz.TEXTS, max_size=12))
def test_any_text_becomes_one_line_of_harmless_markup(texts):
    shown = inert.Renderer()
    inert_page(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(shown.markdown(text.encode("utf-8", "replace").decode())) for text in texts]))


@settings(SHORT, max_examples=8)
@given(fuzz.folders(GIVEN, sample.STEM))
def test_any_folder_gives_each_student_a_place_and_follows_no_link(entries):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "in"
        fuzz.lay_out(folder, entries)
        before = making.tree(folder)
        found = collect(folder, [sample.STEM])
        for path, _ in entries:
            assert path[0].startswith(".") or any(inert.name(path[0]).startswith(student) or inert.name(path[0].split("_assign")[0]) == student for student in found.places), path
        for places in found.places.values():
            for stem, its in places.items():
                try:
                    path, notes = find(its, stem)
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
    assert inert.name(shown) == shown and len(shown.encode()) <= inert.MAX_NAME and not set(shown) & set('<>"')
    assert inert.cell(shown)[:1] not in tuple("=+-@\t\r\n")


def test_no_name_is_a_formula_where_tables_are_parted_at_semicolons():
    assert inert.cell("a; =1") == "a; '=1" and inert.cell('a;"＋1') == "a;\"'＋1" and inert.cell("a; b-1, =c") == "a; b-1, =c"


def test_what_a_file_is_takes_no_time_to_say():
    """The title of a page that never ends, and a zip whose list of contents is all that it has; bounds are in characters and bytes."""
    assert "a web page, perhaps" in kind(b"<html><title>" + b" " * 65_000)
    assert "'Log in'" in kind(b"<html><title>\n Log\n in </title>")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for number in range(30_000):
            file.writestr(f"{number}.ipynb", b"")
    assert kind(archive.getvalue()) == "it is a zip; it must be unpacked"


def test_many_files_of_one_student_do_not_outvote_the_others(tmp_path):
    for student, names in {"A_1": [f"borders-{number}.ipynb" for number in range(5)], "B_2": [f"{sample.STEM}.ipynb"], "C_3": [f"{sample.STEM}.ipynb"], "D_4": ["mine.ipynb"]}.items():
        folder = tmp_path / f"{student}_assignsubmission_file"
        folder.mkdir()
        for name in names:
            (folder / name).write_text("{}")
    assert list(collect(tmp_path, [sample.STEM, "borders"]).places["D_4"]) == [sample.STEM]


def test_nobody_gets_into_the_place_of_another_by_what_they_call_themselves(tmp_path):
    for student in ("A_1", "A_1_assignsubmission_file_x_2"):
        (tmp_path / f"{student}_assignsubmission_file").mkdir()
    assert sorted(collect(tmp_path, [sample.STEM]).places) == ["A_1", "A_1_assignsubmission_file_x_2"]
    (tmp_path / "B_3_assignsubmission_file_B_3_assignsubmission_file_mine.ipynb").write_text("{}")
    assert "B_3" in collect(tmp_path, [sample.STEM]).places


def test_what_takes_renderers_and_lexers_long_takes_no_time():
    """A hundred times what a person writes; bounds are counted in characters, so that a busy machine changes nothing."""
    for part in ("[", "![", "*a ", "_a", "[a]: b\n", "`", "> ", "- ", "<a", "a|", "\\", "&", " \n", "# a" + " " * 500):
        text = part * (190_000 // len(part))
        assert inert.Renderer().markdown(text).startswith("<div><pre>")
    assert inert.lexer(["x = 1\n" * 100]) == "python"
    assert inert.lexer([" \n" * 5_000]) == inert.lexer(["(" * 30_000]) == "text"
