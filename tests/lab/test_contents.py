"""What JupyterLab may do with the book's files, and how it shows their text."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import pytest
import yaml
from tornado.web import HTTPError

from tests.conftest import ROOT
from unsigned_peace.lab.contents import ALL_CHAPTERS, BookContents
from unsigned_peace.notebooks.legible import legible
from unsigned_peace.notebooks.source import chapters, read

DATA = ROOT / "data"


@pytest.fixture
def home(tmp_path) -> Path:
    """A student's home with the book in it, as a hub pulls it."""
    for part in ("book", "data"):
        (tmp_path / "unsigned-peace" / part).mkdir(parents=True)
    for name in ("book/islands.md", "book/index.md", "data/datapackage.json", "data/places.csv"):
        shutil.copy(ROOT / name, tmp_path / "unsigned-peace" / name)
    (tmp_path / "unsigned-peace" / "my-work").mkdir()
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "own.md").write_text("# A book of somebody else\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def contents(home) -> BookContents:
    return BookContents(root_dir=str(home))


def get(contents: BookContents, path: str, **options) -> dict:
    return asyncio.run(contents.get(path, **options))


def test_a_chapter_is_a_notebook_that_is_read_only(contents):
    chapter = get(contents, "/unsigned-peace/book/islands.md", type="notebook")
    assert chapter["writable"] is False
    assert any(cell["cell_type"] == "code" for cell in chapter["content"]["cells"])


def code(chapter: dict) -> list[dict]:
    return [cell for cell in chapter["content"]["cells"] if cell["cell_type"] == "code"]


def test_code_is_folded_as_on_the_page_and_what_is_to_teach_stands_open(contents):
    cells = code(get(contents, "unsigned-peace/book/islands.md", type="notebook"))
    hidden = [bool(cell["metadata"].get("jupyter", {}).get("source_hidden")) for cell in cells]
    source = read((ROOT / "book" / "islands.md").read_text(encoding="utf-8"))
    shown = [
        "show-input" in cell.metadata.get("tags", [])
        for cell in source.cells
        if cell.cell_type == "code"
    ]
    assert hidden == [not teaches for teaches in shown]
    assert any(shown) and any(hidden)


def test_an_authors_chapter_has_no_setting_of_folds_that_would_be_saved(home):
    chapter = get(BookContents(root_dir=str(home), originals=[]), "unsigned-peace/book/islands.md")
    assert not [cell for cell in code(chapter) if "jupyter" in cell["metadata"]]


def test_a_chapter_leads_to_the_list_of_all_and_that_has_the_order_of_the_book(contents):
    first = get(contents, "unsigned-peace/book/islands.md", type="notebook")["content"]["cells"][0]
    assert ALL_CHAPTERS in first["source"].splitlines()
    listed = re.findall(
        r"^\d+\. \[[^\]]+\]\(([\w-]+)\.md\)",
        (ROOT / "book" / "run-it-yourself.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    contents_of_book = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    pages = [
        chapter["file"].removeprefix("book/")
        for part in contents_of_book["parts"]
        for chapter in part["chapters"]
    ]
    executed = {path.stem for path in chapters()}
    no_chapters = {"reading-this-book", "texts"}
    assert listed == [page for page in pages if page in executed - no_chapters]


def refusals(contents: BookContents):
    chapter = get(contents, "unsigned-peace/book/islands.md", type="notebook")
    book, work = "unsigned-peace/book/islands.md", "unsigned-peace/my-work/islands.md"
    yield contents.save(chapter, book)
    yield contents.save(chapter, f"/{book}")
    yield contents.save(chapter, "unsigned-peace/book/mine.md")
    yield contents.save(chapter, "unsigned-peace/my-work/../book/islands.md")
    yield contents.save(
        {"type": "file", "format": "text", "content": "x"}, "unsigned-peace/data/places.csv"
    )
    yield contents.delete(book)
    yield contents.delete("unsigned-peace/book")
    yield contents.rename(book, work)
    yield contents.rename("unsigned-peace/my-work", "unsigned-peace/data/more")
    yield contents.copy(book)
    yield contents.copy(book, "unsigned-peace/book")
    yield contents.new_untitled("unsigned-peace/book", type="notebook")
    yield contents.create_checkpoint(book)
    yield contents.restore_checkpoint("checkpoint", book)


def test_nothing_is_written_moved_or_deleted_where_the_book_is(contents, home):
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    for position, change in enumerate(refusals(contents)):
        with pytest.raises(HTTPError) as refused:
            asyncio.run(change)
        assert refused.value.status_code == 403, position
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_a_refusal_says_where_copies_go(contents):
    with pytest.raises(
        HTTPError,
        match="Keep your copy with File > Save Markdown File As: unsigned-peace/my-work/islands.md",
    ):
        asyncio.run(
            contents.save(
                {"type": "file", "format": "text", "content": "x"}, "unsigned-peace/book/islands.md"
            )
        )


def test_a_copy_is_the_readers_and_keeps_cells_and_prose(contents, home):
    chapter = get(contents, "unsigned-peace/book/islands.md", type="notebook")
    asyncio.run(contents.save(chapter, "unsigned-peace/my-work/islands.md"))
    copy = get(contents, "unsigned-peace/my-work/islands.md", type="notebook")
    assert copy["writable"]
    assert [cell["source"] for cell in copy["content"]["cells"]] == [
        cell["source"] for cell in chapter["content"]["cells"]
    ]
    assert "{code-cell}" in (home / "unsigned-peace" / "my-work" / "islands.md").read_text(
        encoding="utf-8"
    )


def test_files_of_others_are_theirs_though_their_folder_is_called_book(contents):
    own = get(contents, "book/own.md", type="notebook")
    assert own["writable"]
    asyncio.run(contents.save(own, "book/own.md"))


def test_an_author_may_write(home):
    contents = BookContents(root_dir=str(home), originals=[])
    chapter = get(contents, "unsigned-peace/book/islands.md", type="notebook")
    assert chapter["writable"]
    asyncio.run(contents.save(chapter, "unsigned-peace/book/islands.md"))


def test_records_sources_and_aims_read_as_words_and_links():
    shown = legible(
        "See {record}`Signalny <places:signalny>`, {cite}`mofa-data`.\n\n:::{aims}\n1. find it;\n"
        ":::\n",
        DATA,
    )
    row = next(
        number
        for number, line in enumerate(
            (DATA / "places.csv").read_text(encoding="utf-8").splitlines(), 1
        )
        if line.startswith("signalny,")
    )
    assert (
        f"See [Signalny](../data/places.csv#row={row}), "
        "[Northern Territories data](../data/sources.csv#row="
    ) in shown
    assert ":::{admonition} After this chapter you can\n1. find it;\n:::" in shown


def test_what_is_not_known_stays_as_words():
    assert (
        legible("{record}`a letter <letters:1945>` and {cite}`nobody` and {eval}`figure`", DATA)
        == "a letter and nobody and {eval}`figure`"
    )


@pytest.mark.parametrize(
    "chapter", sorted((ROOT / "book").glob("*.md")), ids=lambda path: path.stem
)
def test_no_chapter_keeps_a_mark_that_lab_cannot_read(chapter):
    shown = legible(chapter.read_text(encoding="utf-8"), DATA)
    assert not [
        mark
        for mark in ("{record}", "{cite}", "{aims}", "{short-answer}", "{check-yourself}")
        if mark in shown
    ]
