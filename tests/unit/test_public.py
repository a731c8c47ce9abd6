"""The public folder: what a published book has beside its pages, the same to the byte each time."""

from __future__ import annotations

import hashlib
import re
import zipfile
from xml.etree import ElementTree

import pytest
from pypdf import PdfWriter

from unsigned_peace import dataset
from unsigned_peace.files import folder_digest
from unsigned_peace.paths import ROOT
from unsigned_peace.public import folder as public
from unsigned_peace.public.spreadsheet import write_workbook

ADDRESS = "https://example.org/some/path/"
PAGE = '<html><head><link rel="canonical" href="{}">{}</head><body>{}</body></html>'
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def site(tmp_path):
    """A small site with a page for downloads, one to find and two that are not to be found."""
    site = tmp_path / "html"
    (site / "book").mkdir(parents=True)
    (site / "downloads").mkdir()
    (site / "404.html").write_text("<html><head></head></html>", encoding="utf-8")
    for name, head in (("downloads", ""), ("search", public._HIDDEN)):
        body = public.FURTHER if name == "downloads" else ""
        text = PAGE.format(f"{ADDRESS}book/{name}.html", head, body)
        (site / "book" / f"{name}.html").write_text(text, encoding="utf-8")
    return site


@pytest.fixture
def editions(tmp_path):
    editions = tmp_path / "print"
    editions.mkdir()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(editions / "the-unsigned-peace.pdf")
    (editions / "the-unsigned-peace.epub").write_bytes(b"0" * 2_345_678)
    return editions


@pytest.fixture
def target(tmp_path, monkeypatch):
    monkeypatch.setattr(public, "FOLDER", tmp_path / "public")
    return tmp_path / "public"


def test_the_folder_has_what_a_public_site_carries_and_is_the_same_twice(site, editions, target):
    assert public.assemble(ADDRESS, site, editions) == target
    first = folder_digest(target)
    public.assemble(ADDRESS, site, editions)
    assert folder_digest(target) == first
    said = (target / "book" / "downloads.html").read_text(encoding="utf-8")
    assert ">The book as PDF</a> (" in said and ">The book as EPUB</a> (2.3 MB)" in said
    assert "released on 22 November 2026" in said
    assert public.pages_to_find(target) == [f"{ADDRESS}book/downloads.html"]
    assert f"<loc>{ADDRESS}book/downloads.html</loc>" in (target / "sitemap.xml").read_text()
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (target / "robots.txt").read_text()


def test_each_file_is_in_the_list_of_checksums(site, editions, target):
    public.assemble(ADDRESS, site, editions)
    lines = (target / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    files = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert listed.keys() == files - {"SHA256SUMS"}
    for name, digest in listed.items():
        assert hashlib.sha256((target / name).read_bytes()).hexdigest() == digest


def test_the_terms_of_all_that_is_shipped_are_beside_it(site, editions, target):
    public.assemble(ADDRESS, site, editions)
    said = (target / "licences" / "README.txt").read_text(encoding="utf-8")
    charts = (target / "licences" / "charts.txt").read_text(encoding="utf-8")
    assert "charts.txt: Charts that answer to a reader" in said
    assert "fonts.txt: Pages are set in Source Serif 4 and Source Sans 3" in said
    for library in ("vega", "vega-lite", "vega-embed", "topojson-client"):
        assert re.search(rf"(^|, ){library}(,|$)", charts, re.MULTILINE), library
    assert (target / "licences" / "book.txt").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_what_no_page_loads_is_not_shipped(site, editions, target):
    own = site / "_static" / "unsigned-peace"
    own.mkdir(parents=True)
    for path in (site / "_static" / "doctools.js", site / "_static" / "favicon.svg", own / "a.js"):
        path.write_text("", encoding="utf-8")
    public.assemble(ADDRESS, site, editions)
    shipped = {path.name for path in (target / "_static").rglob("*") if path.is_file()}
    assert shipped == {"favicon.svg", "a.js"}


def test_a_page_that_loads_what_was_dropped_is_named(site, editions, target):
    (site / "_static").mkdir()
    (site / "_static" / "basic.css").write_text("", encoding="utf-8")
    page = '<link rel="stylesheet" href="../_static/basic.css">'
    (site / "book" / "other.html").write_text(page, encoding="utf-8")
    with pytest.raises(public.PublicError, match=r"_static/basic\.css"):
        public.assemble(ADDRESS, site, editions)


def test_the_terms_of_the_runtime_are_there_where_it_is(site, editions, target):
    public.assemble(ADDRESS, site, editions)
    assert not (target / "licences" / "runtime.txt").exists()
    (site / "_static" / "unsigned-peace" / "live").mkdir(parents=True)
    public.assemble(ADDRESS, site, editions)
    assert "runtime.txt: Cells run in a page" in (target / "licences" / "README.txt").read_text()


def test_without_an_address_nothing_needs_one(site, editions, target):
    public.assemble("", site, editions)
    assert not (target / "sitemap.xml").exists()
    assert "Sitemap" not in (target / "robots.txt").read_text(encoding="utf-8")


def test_a_page_without_a_place_for_the_editions_is_named(site, editions, target):
    (site / "book" / "downloads.html").write_text("<p>Nothing</p>", encoding="utf-8")
    with pytest.raises(public.PublicError, match=r"book/downloads\.md needs the directive"):
        public.assemble(ADDRESS, site, editions)
    assert not target.exists()


def test_a_workbook_has_every_record_and_is_the_same_twice(tmp_path):
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook(tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.xlsx") as book:
        names = [
            sheet.get("name")
            for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        ]
        assert names == ["about", *dataset.table_names()]
        for number, table in enumerate(dataset.table_names(), 2):
            sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            assert len(list(sheet.iter(f"{_MAIN}row"))) == len(dataset.load(table)) + 1, table
            assert not list(sheet.iter(f"{_MAIN}f")), "a cell became a formula"
