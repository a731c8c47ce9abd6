"""Short editions of a small book in two languages, built beside its English pages."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest

from tests.building.small import (
    add_place,
    clean_site,
    command,
    content,
    make,
    make_built,
    make_editions,
)
from tests.building.test_exactness import executed, rewrite


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A small book with editions, built once, its executed chapters kept with its sources."""
    return make_built(tmp_path_factory.mktemp("built") / "book", make_editions, reviewed)


def rests_on(folder, page: str = "") -> str:
    """What writers hear of all editions, or of a page that they have read again."""
    _, options = command(folder, UNSIGNED_PEACE_PAGE=page)
    module = "unsigned_peace.publishing.short_editions.rests_on"
    run = subprocess.run([sys.executable, "-m", module], capture_output=True, check=True, **options)
    return run.stdout


def reviewed(folder) -> None:
    for path in sorted((folder / "editions").rglob("*.md")):
        rests_on(folder, str(path.relative_to(folder)))


def page(folder, name: str) -> str:
    return (folder / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")


def counted(html: str) -> list[int]:
    """The number in a page's first sentence, and that in the title of its chart."""
    article = html[html.index("</h1>") :]
    said = (
        re.search(rf"<p{mark}>(.*?)</p>", article) for mark in ("", ' class="exhibit-title".*?')
    )
    texts = [re.sub("<[^>]*>", " ", found[1]) for found in said if found]
    return [int(re.search(r"\d+", text)[0]) for text in texts]


def test_an_edition_is_a_site_of_its_own_with_ways_across(built):
    for code, heading in (("ru", "Малая книга"), ("ja", "小さな本")):
        html = page(built, f"{code}/index")
        assert f'<html lang="{code}"' in html and f"{heading}" in html
        ways = dict(re.findall(r'href="([^"]*)" lang="(\w\w)" hreflang="\2"', html))
        other = {"ru": "ja", "ja": "ru"}[code]
        assert ways == {"../book/index.html": "en", f"../{other}/index.html": other}
        search = built / "_build" / "html" / code / "_static" / "unsigned-peace" / "text.js"
        assert heading in search.read_text(encoding="utf-8")
        assert not re.search(r'(?:src|href)="https?:', html)
    ways = re.findall(r'href="([^"]*)" lang="(\w\w)" hreflang', page(built, "book/second"))
    assert ways == [("../ja/second.html", "ja"), ("../ru/second.html", "ru")]
    ways = re.findall(r'href="([^"]*)" lang="(\w\w)" hreflang', page(built, "book/records/places"))
    assert ways == [("../../ja/index.html", "ja"), ("../../ru/index.html", "ru")]


def test_a_book_without_editions_has_no_way_across(built, tmp_path):
    folder = shutil.copytree(
        built, tmp_path / "book", ignore=shutil.ignore_patterns("_build", "editions")
    )
    status, output = make(folder)
    assert status == 0, output
    assert 'class="across"' not in page(folder, "book/index")
    assert {path.name for path in (folder / "_build" / "html").iterdir()}.isdisjoint({"ru", "ja"})


def test_a_changed_record_changes_all_languages_alike(book, tmp_path):
    names = ("book/index", "ru/index", "ja/index")
    before = [counted(page(book, name)) for name in names]
    add_place(book)
    status, output = make(book)
    assert status == 0 and executed(output) == ["index"], output
    after = [counted(page(book, name)) for name in names]
    assert before[0] == before[1] == before[2] != after[0] == after[1] == after[2]
    assert [now - was for was, now in zip(before[0], after[0])] == [1, 1]
    assert content(book / "_build" / "html") == clean_site(book, tmp_path / "clean")


def test_an_english_edit_stops_nobody_and_is_said(book):
    assert rests_on(book) == ""
    rewrite(book / "book" / "second.md", "quixotic", "curious")
    status, output = make(book)
    assert status == 0 and executed(output) == [], output
    changed = "После того как это было написано"
    assert changed in page(book, "ru/second") and changed not in page(book, "ru/index")
    said = rests_on(book)
    assert said.splitlines() == [
        f"editions/{code}/second.md:4: second#what-it-rests-on: has changed since; read it, "
        f"then: make reviewed PAGE=editions/{code}/second.md"
        for code in ("ja", "ru")
    ]
    assert "1 digest renewed" in rests_on(book, "editions/ru/second.md")
    assert make(book)[0] == 0
    assert changed not in page(book, "ru/second")


def test_going_on_ends_where_a_build_from_nothing_does(book, tmp_path):
    ru = book / "editions" / "ru"
    rewrite(ru / "captions" / "index.yaml", "порознь", "врозь")
    rewrite(ru / "index.md", "всё верно", "всё так")
    (ru / "second.md").unlink()
    (ru / "third.md").write_text("---\nenglish: second\n---\n# Третья\n\nСлово.\n", "utf-8")
    rewrite(ru / "_toc.yml", "second", "third")
    status, output = make(book)
    assert status == 0, output
    assert content(book / "_build" / "html") == clean_site(book, tmp_path / "clean")
    assert "../ru/third.html" in page(book, "book/second")
    assert "../ru/third.html" in page(book, "ja/second")


FAULTS = {
    "{figure}`index:cuont`": "the chapter index computes no figure of this name",
    "{figure}`nowhere:count`": "there is no chapter 'nowhere' in English",
    "{figure}`index:count; month`": "a figure of this kind is not shown as 'month'",
    "{name}`places:tokio`": "there is no record places:tokio",
    "{name}`Киото <places:tokyo>`": "'Киото' is no form of 'Токио'",
    "{name}`places:tokyo; both`": "words.yaml has no name of the other side for it",
    "{date}`places:tokyo`": "the record has no date in its column 'date'",
    "{quote}`places:tokyo`": "words are quoted from wordings and statements",
    "{record}`запись <places:tokio>`": "there is no record places:tokio",
    "{english}`Tokyo <third>`": "expected {english}`text <page>` with a page of book/",
    "$x^2$": "no formula is set",
    "```{chart} index:palaces\n```": "the chapter index has no chart 'palaces'",
}


def test_every_fault_is_named_by_line_and_the_last_good_site_stays(book):
    before = content(book / "_build" / "html")
    path = book / "editions" / "ru" / "index.md"
    written = path.read_text(encoding="utf-8") + "".join(f"\n{fault}\n" for fault in FAULTS)
    path.write_text(written, encoding="utf-8")
    status, output = make(book)
    assert status == 1, output
    lines = written.splitlines()
    for fault, said in FAULTS.items():
        line = lines.index(fault.splitlines()[0]) + 1
        assert re.search(rf"editions/ru/index\.md:{line}: .*{re.escape(said)}", output), output
    assert content(book / "_build" / "html") == before
