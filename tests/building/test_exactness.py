"""What runs again and what does not; and that every way to a site leads to the same bytes."""

from __future__ import annotations

import os
import re
import shutil

import pytest

from bench.copies import copy
from tests.building.small import (
    CHAPTER,
    SECOND,
    add_place,
    clean_site,
    content,
    make,
    make_built,
    stock,
    write,
)
from tests.conftest import ROOT
from unsigned_peace.publishing.data_pages import search


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A small book, built once, its executed chapters kept with its sources."""
    return make_built(tmp_path_factory.mktemp("built") / "book")


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
        (
            lambda b: rewrite(
                b / "book" / "index.md", "count = len(places)", "count = len(places) + 0"
            ),
            ["index"],
        ),
        (add_place, ["index"]),
        (
            lambda b: rewrite(b / "unsigned_peace" / "prose.py", "_SMALL = ", "#\n_SMALL = "),
            ["second"],
        ),
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


def test_a_touched_table_has_only_the_pages_read_again_that_show_it(book):
    def read() -> dict[str, int]:
        trees = book / "_build" / "work" / ".doctrees"
        return {
            path.relative_to(trees).as_posix(): path.stat().st_mtime_ns
            for path in trees.rglob("*.doctree")
        }

    rewrite(book / "book" / "second.md", "quixotic", "curious")
    assert make(book)[0] == 0  # Sphinx takes no state that was made in another folder
    before = read()
    add_place(book)
    assert make(book)[0] == 0
    after = read()
    assert {page for page in after if after[page] != before[page]} == {
        "book/index.doctree",
        "book/records/places.doctree",
    }


def without_state(site: dict[str, str]) -> dict[str, str]:
    """A site of the stock command without what Sphinx keeps in it for itself."""
    return {name: mark for name, mark in site.items() if name != ".buildinfo"}


def test_the_stock_command_gives_the_same_site_and_keeps_it_up_to_date(built, tmp_path):
    """In a folder where nothing was built, and again after a change of each kind."""
    folder = shutil.copytree(built, tmp_path / "book", ignore=shutil.ignore_patterns("_build"))
    shutil.rmtree(folder / "tests")
    status, output = stock(folder)
    assert status == 0 and executed(output) == ["index", "second"], output
    site = folder / "_build" / "html"
    assert without_state(content(site)) == content(built / "_build" / "html")

    add_place(folder)
    rewrite(folder / "book" / "second.md", "quixotic", "curious")
    os.utime(folder / "book" / "second.md", (0, 0))  # as where an older file is put back
    status, output = stock(folder)
    assert status == 0 and executed(output) == ["index"], output
    assert without_state(content(site)) == clean_site(folder, tmp_path / "clean")


def test_the_stock_command_names_what_is_wrong(built, tmp_path):
    folder = shutil.copytree(built, tmp_path / "book", ignore=shutil.ignore_patterns("_build"))
    rewrite(folder / "book" / "index.md", "count = len(places)", "count = len(place)")
    status, output = stock(folder)
    assert status != 0 and "book/index.md:14: cell 1: NameError: name 'place'" in output
    rewrite(folder / "data" / "places.csv", "island", "isle")
    status, output = stock(folder)
    assert status != 0 and "data/places.csv:" in output and executed(output) == []


def test_going_on_from_build_to_build_ends_where_a_build_from_nothing_does(book, tmp_path):
    renamed = CHAPTER.replace("# A small chapter", "# A changed title")
    referring = CHAPTER.replace("places. {cite}", "places, see [](rest). {cite}")
    steps = [
        (renamed, SECOND),  # other pages show the title
        (renamed.replace(" {cite}`SOURCE`", ""), SECOND),  # another page lists what is cited
        (CHAPTER, SECOND.replace("## What it rests on", "(rest)=\n## Where it comes from")),
        (referring, SECOND.replace("## What it rests on", "(rest)=\n## Where it comes from")),
        (
            referring,
            SECOND.replace("## What it rests on", "(rest)=\n## Where all comes from").replace(
                "quixotic", "old"
            ),
        ),
    ]
    for number, (first, second) in enumerate(steps):
        write(book, first)
        write(book, second, "second")
        status, output = make(book)
        assert status == 0 and executed(output) == [], output
        if number in (1, 2, len(steps) - 1):
            assert content(book / "_build" / "html") == clean_site(
                book, tmp_path / f"clean-{number}"
            ), f"step {number}"
    assert "quixot" not in (book / "_build" / "html" / search.SCRIPT).read_text(encoding="utf-8")


def test_a_page_that_is_taken_away_leaves_nothing_behind(book, tmp_path):
    (book / "book" / "second.md").unlink()
    rewrite(book / "_toc.yml", "- file: book/second\n", "")
    status, output = make(book)
    assert status == 0, output
    assert content(book / "_build" / "html") == clean_site(book, tmp_path / "clean")


@pytest.mark.parametrize(
    "damaged",
    [
        "html/book/index.html",
        f"html/{search.SCRIPT}",
        "work/.doctrees/book/second.doctree",
        "record.json",
        "drawings",
    ],
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
    status, output = make(
        elsewhere,
        "taskset",
        "-c",
        one,
        TZ="Pacific/Chatham",
        LC_ALL="ja_JP.UTF-8",
        LANG="ru_RU.UTF-8",
        PYTHONHASHSEED="4711",
    )
    assert status == 0 and executed(output) == [], output
    assert content(elsewhere / "_build" / "html") == content(site)
    assert "unsigned-peace-data.zip" in os.listdir(elsewhere / "_build" / "html" / "downloads")
    assert str(ROOT) not in "".join(
        path.read_text(encoding="utf-8") for path in site.rglob("*.html")
    )
