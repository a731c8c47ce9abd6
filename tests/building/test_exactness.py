"""What runs again and what does not; and that every way to a site leads to the same bytes."""

from __future__ import annotations

import os
import re
import shutil

import pytest

from bench.copies import copy
from tests.building.small import CHAPTER, SECOND, add_place, clean_site, content, make, make_project, write
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A small book, built once, its executed chapters kept with its sources."""
    folder = tmp_path_factory.mktemp("built") / "book"
    folder.mkdir()
    make_project(folder)
    status, output = make(folder)
    assert status == 0, output
    shutil.copytree(folder / "_build" / "executed", folder / "tests" / "outputs")
    assert make(folder)[0] == 0
    return folder


@pytest.fixture
def book(built, tmp_path):
    """A copy of the built book that a test may change."""
    return shutil.copytree(built, tmp_path / "book")


def executed(output: str) -> list[str]:
    return re.findall(r"executing book/(\w+)\.md", output)


def rewrite(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_with_nothing_changed_nothing_is_done(book):
    before = content(book)
    status, output = make(book)
    assert status == 0 and "nothing changed" in output and "building" not in output
    assert content(book) == before


def test_a_fresh_clone_with_valid_outputs_executes_nothing(book, built):
    shutil.rmtree(book / "_build")
    status, output = make(book)
    assert status == 0 and executed(output) == [], output
    assert content(book / "_build" / "html") == content(built / "_build" / "html")


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda b: rewrite(b / "book" / "index.md", "count = len(places)", "count = len(places) + 0"), ["index"]),
        (add_place, ["index"]),
        (lambda b: rewrite(b / "unsigned_peace" / "prose.py", "_SMALL = ", "#\n_SMALL = "), ["second"]),
        (lambda b: rewrite(b / "requirements.txt", "altair==", "#\naltair=="), ["index", "second"]),
        (lambda b: rewrite(b / "book" / "second.md", "quixotic", "curious"), []),
    ],
    ids=["cells", "table", "module", "lock", "prose"],
)
def test_exactly_the_chapters_run_again_that_something_changed_for(book, tmp_path, change, again):
    change(book)
    status, output = make(book)
    assert status == 0, output
    assert sorted(executed(output)) == again
    if again in (["index"], []):  # one build from nothing for each kind of going on is enough
        assert content(book / "_build" / "html") == clean_site(book, tmp_path / "clean")


def test_going_on_from_build_to_build_ends_where_a_build_from_nothing_does(book, tmp_path):
    steps = [
        (CHAPTER.replace("# A small chapter", "# A changed title"), SECOND),  # other pages show the title
        (CHAPTER.replace("# A small chapter", "# A changed title").replace(" {cite}`SOURCE`", ""), SECOND),  # another page lists what is cited
        (CHAPTER, SECOND.replace("## What it rests on", "(rest)=\n## Where it comes from")),
        (CHAPTER.replace("places. {cite}", "places, see [](rest). {cite}"), SECOND.replace("## What it rests on", "(rest)=\n## Where it comes from")),
        (CHAPTER.replace("places. {cite}", "places, see [](rest). {cite}"), SECOND.replace("## What it rests on", "(rest)=\n## Where all comes from").replace("quixotic", "old")),
    ]  # fmt: skip
    for number, (first, second) in enumerate(steps):
        write(book, first)
        write(book, second, "second")
        status, output = make(book)
        assert status == 0 and executed(output) == [], output
        if number in (1, 2, len(steps) - 1):
            assert content(book / "_build" / "html") == clean_site(book, tmp_path / f"clean-{number}"), f"step {number}"
    assert "quixot" not in (book / "_build" / "html" / "searchindex.js").read_text(encoding="utf-8")


def test_a_page_that_is_taken_away_leaves_nothing_behind(book, tmp_path):
    (book / "book" / "second.md").unlink()
    rewrite(book / "_toc.yml", "- file: book/second\n", "")
    status, output = make(book)
    assert status == 0, output
    assert content(book / "_build" / "html") == clean_site(book, tmp_path / "clean")


@pytest.mark.parametrize(
    "damaged",
    ["html/book/index.html", "html/searchindex.js", "work/.doctrees/book/second.doctree", "record.json", "drawings"],
)
def test_what_is_damaged_between_builds_is_not_gone_on_from(book, damaged):
    """A word of prose changes too, so that the build would go on from the state that is there."""
    good = content(book / "_build" / "html")
    rewrite(book / "book" / "index.md", "There are", "Here are")
    assert make(book)[0] == 0
    rewrite(book / "book" / "index.md", "Here are", "There are")
    path = book / "_build" / damaged
    for file in path.iterdir() if path.is_dir() else [path]:
        broken = bytearray(file.read_bytes())
        broken[len(broken) // 2] ^= 1
        file.write_bytes(broken)
    status, output = make(book)
    assert status == 0, output
    assert content(book / "_build" / "html") == good


def test_a_damaged_committed_output_is_named_and_never_shown(book):
    good = content(book / "_build" / "html")
    kept = book / "tests" / "outputs" / "second.ipynb"
    rewrite(kept, '"text/plain": "', '"text/plain": "9')
    status, output = make(book)
    assert status == 0 and "tests/outputs/second.ipynb: this executed notebook is damaged" in output
    assert content(book / "_build" / "html") == good
    shutil.rmtree(book / "_build")  # as on a fresh clone
    status, output = make(book)
    assert status == 0 and "tests/outputs/second.ipynb: this executed notebook is damaged" in output
    assert executed(output) == ["second"]
    assert content(book / "_build" / "html") == good


def test_the_book_is_the_same_to_the_byte_wherever_it_is_built(site, tmp_path):
    """The whole book: another folder, time zone, language, hash seed, and one processor."""
    elsewhere = copy(tmp_path / "another folder")
    one = str(min(os.sched_getaffinity(0)))
    status, output = make(elsewhere, "taskset", "-c", one, TZ="Pacific/Chatham", LC_ALL="ja_JP.UTF-8", LANG="ru_RU.UTF-8", PYTHONHASHSEED="4711")
    assert status == 0 and executed(output) == [], output
    assert content(elsewhere / "_build" / "html") == content(site)
    assert "unsigned-peace-data.zip" in os.listdir(elsewhere / "_build" / "html" / "downloads")
    assert str(ROOT) not in "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.html"))
