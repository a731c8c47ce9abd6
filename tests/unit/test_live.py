"""What cells in a page run on: files by their SHA-256 alone, and which cells a cell needs."""

from __future__ import annotations

import io
import json
import zipfile
from hashlib import sha256

import pytest

from unsigned_peace.in_page import needs
from unsigned_peace.in_page.kernel import Kernel
from unsigned_peace.live import packing, places, runtime

RIGHT = b"what was asked for"
DIGEST = sha256(RIGHT).hexdigest()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(places.PLACES, raising=False)


def test_a_file_is_taken_from_the_first_place_that_has_the_right_one(tmp_path):
    for name, content in (("wrong", b"another"), ("right", RIGHT)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(content)
    found = places.Places([f"{tmp_path}/{name}/{{file}}" for name in ("none", "wrong", "right")])
    assert found.get("file", DIGEST) == RIGHT
    assert places.Places([]).get("file", DIGEST) == RIGHT  # from the cache


def test_places_of_the_environment_come_first(monkeypatch):
    monkeypatch.setenv(places.PLACES, "/one/{file} /two/{file}")
    assert places.Places(["/three/{file}"]).places == [
        "/one/{file}",
        "/two/{file}",
        "/three/{file}",
    ]


def test_where_no_place_has_a_file_it_is_said_which_and_what_to_do(tmp_path):
    (tmp_path / "file").write_bytes(b"another")
    with pytest.raises(places.NotToBeHadError) as error:
        places.Places([f"{tmp_path}/{{file}}", "/nowhere/{file}"]).get("file", DIGEST)
    said = str(error.value)
    assert f"file (SHA-256 {DIGEST[:12]}...) is not to be had here" in said
    assert "has another file of this name" in said and "No such file" in said
    assert places.PLACES in said and "the book is built as it is" in said


def test_a_damaged_file_in_the_cache_is_not_taken(tmp_path):
    (tmp_path / "file").write_bytes(RIGHT)
    found = places.Places([f"{tmp_path}/{{file}}"])
    found.get("file", DIGEST)
    (places.cache() / DIGEST).write_bytes(b"cut sh")
    assert found.get("file", DIGEST) == RIGHT


def test_packing_leaves_out_what_never_runs_and_is_the_same_every_time():
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as package:
        for name in ("a/__init__.py", "a/tests/test_a.py", "a/b.pyi", "a/c.cpython-312-x.so"):
            package.writestr(name, name)
        package.writestr("a/d.cpython-312-x86_64-linux-gnu.so", "foreign")
        package.writestr("a-1.dist-info/RECORD", "")
    packed = packing.stripped(whole.getvalue())
    assert packed == packing.stripped(whole.getvalue())
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert names == ["a/__init__.py", "a/c.cpython-312-x.so"]


def test_every_package_of_the_settings_is_pinned_with_its_hashes():
    settings = runtime.tomllib.loads(runtime.SETTINGS.read_text(encoding="utf-8"))
    for name in (*settings["compiled"], *settings["pure"]):
        assert runtime._locked(name).startswith(f"{name}==")
        assert "--hash=sha256:" in runtime._locked(name)


def chain(*sources: str) -> list[int]:
    """The cells that the last of these needs."""
    cells = [
        needs.read(source, lambda name: {"figure"} if name == "x" else set()) for source in sources
    ]
    return needs.needed(cells, len(cells) - 1)


@pytest.mark.parametrize(
    ("sources", "needed"),
    [
        (("a = 1", "b = 2", "a"), [0]),
        (("a = 1", "a = 2", "a"), [1]),
        (("a = 1", "a = a + 1", "a"), [0, 1]),
        (("a = []", "a.append(1)", "b = 1", "a"), [0, 1]),
        (("a = {}", "a['x'] = 1", "a"), [0, 1]),
        (("a = 1", "if b:\n    a = 2", "a"), [0, 1]),
        (("import m", "def f():\n    return m.x", "f()"), [0, 1]),
        (("a = 1", "[a for a in range(3)]"), []),
        (("a = 1", "lambda a: a"), []),
        (("a = 1", "del a.b", "a"), [0, 1]),
        (("a = 1", "a.f(inplace=True)", "a"), [0, 1]),
        (("figure = 1", "captions = 2", "captions['x'].title"), [0, 1]),
        (("(", "a = 1", "a"), [1]),
    ],
)
def test_a_cell_needs_those_above_that_make_what_it_uses(sources, needed):
    assert chain(*sources) == needed


class Page:
    """What a page is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict]] = []
        self.kernel = Kernel(
            "no such chapter", lambda event, text: self.told.append((event, json.loads(text)))
        )

    def run(self, sources: list[str], position: int) -> dict:
        self.told.clear()
        self.kernel.run(sources, position)
        return self.told[-1][1]

    @property
    def ran(self) -> list[int]:
        return [content["cell"] for event, content in self.told if event == "running"]


def text(ran: dict) -> str:
    assert ran["error"] is None, ran
    return ran["outputs"][0]["data"]["text/plain"]


def test_only_what_is_needed_runs_and_only_once():
    page, cells = Page(), ["a = 1", "b = 2", "a + 1"]
    assert text(page.run(cells, 2)) == "2" and page.ran == [0, 2]
    assert text(page.run(cells, 2)) == "2" and page.ran == [2]
    cells[0] = "a = 5"
    assert text(page.run(cells, 2)) == "6" and page.ran == [0, 2]


def test_a_cell_run_again_begins_where_it_began_the_first_time():
    page, cells = Page(), ["a = 1", "a = a + 1\na"]
    assert [text(page.run(cells, 1)) for _ in range(3)] == ["2", "2", "2"]


def test_a_cell_below_does_not_reach_one_above():
    page, cells = Page(), ["a = 1", "a", "a = 9\na"]
    assert text(page.run(cells, 2)) == "9"
    assert text(page.run(cells, 1)) == "1"


def test_what_a_cell_made_before_it_was_changed_is_gone():
    page = Page()
    page.run(["a = 1"], 0)
    assert page.run(["a"], 0)["error"]["name"] == "NameError"


def test_an_error_in_a_cell_that_is_needed_is_said_to_be_there():
    error = Page().run(["a = 1\na.b", "a"], 1)["error"]
    assert (error["cell"], error["line"], error["code"]) == (0, 2, "a.b")
    assert error["last"] == "AttributeError: 'int' object has no attribute 'b'"


def test_what_a_cell_prints_and_shows_is_kept_in_order_and_within_bounds():
    ran = Page().run(["print('one')\ndisplay(2)\nprint('three')\n4"], 0)
    shown = [output.get("text") or output["data"]["text/plain"] for output in ran["outputs"]]
    assert shown == ["one\n", "2", "three\n", "4"]
    counted = Page().run(["for n in range(200_000):\n    print(n)"], 0)["outputs"][0]["text"]
    assert counted.endswith("... and more, which is not shown\n")
    flood = Page().run(["print('x' * 1_000_000)"], 0)["outputs"][0]["text"]
    assert len(flood) < 210_000 and flood.endswith("... and more, which is not shown\n")


def test_a_semicolon_and_nothing_show_nothing():
    assert Page().run(["1;"], 0)["outputs"] == [] and Page().run(["None"], 0)["outputs"] == []
