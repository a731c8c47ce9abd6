"""The copies that ``make bench`` measures."""

from __future__ import annotations

import re
from collections import Counter

import yaml

from bench import copies
from unsigned_peace.notebooks import source
from unsigned_peace.validation import check


def test_a_book_of_more_chapters_names_each_page_and_place_once(tmp_path):
    folder = copies.more_chapters(tmp_path, 2)
    chapters = source.chapters(folder / "book")
    assert len(chapters) == 2 * len(source.chapters())
    places = Counter(
        place
        for path in folder.glob("book/*.md")
        for place in re.findall(r"(?m)^\(([\w-]+)\)=$", path.read_text(encoding="utf-8"))
    )
    assert places and set(places.values()) == {1}
    listed = re.findall(
        r"book/[\w/-]+", yaml.safe_dump(yaml.safe_load((folder / "_toc.yml").read_text()))
    )
    assert len(listed) == len(set(listed))
    for path in chapters:
        assert (folder / "tests" / "outputs" / f"{path.stem}.ipynb").is_file()
        assert (folder / "tests" / "outputs" / "inputs" / f"{path.stem}.json").is_file()


def test_a_book_of_more_rows_is_sound(tmp_path):
    folder = copies.more_rows(tmp_path, 2)
    assert copies.rows_in(folder) > copies.rows_in(copies.ROOT)
    assert [str(fault) for fault in check(folder / "data")] == []
