"""Assembles the public folder: the built site, and what only a published book needs beside it."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
from babel import Locale
from pypdf import PdfReader

from unsigned_peace.editions import paper
from unsigned_peace.files import file_digest, files_in, replace
from unsigned_peace.paths import BUILT, ROOT, SITE
from unsigned_peace.prose import date
from unsigned_peace.public.spreadsheet import write_workbook
from unsigned_peace.publishing.data_pages.downloads import FURTHER, PACKAGE_NAME
from unsigned_peace.publishing.frame import fonts
from unsigned_peace.publishing.frame.imprint import imprint
from unsigned_peace.publishing.html.templates import render
from unsigned_peace.site.links import broken_links

FOLDER = BUILT / "public"
SUMS = "SHA256SUMS"
#: The terms of what others made and the site ships, a file for each; those of fonts are with them.
LICENCES = Path(__file__).with_name("licences")
_OF_FONTS = "fonts.txt"
#: What pages run their cells on, where it was prepared, and the file of its terms.
_RUNTIME, _OF_RUNTIME = "_static/unsigned-peace/live", "runtime.txt"
_DOWNLOADS = "downloads"
_LISTED_ON = "book/downloads.html"
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)">')
_HIDDEN = '<meta name="robots" content="noindex">'


class PublicError(Exception):
    """The folder cannot be made; the message says why, and what to do."""


@dataclass(frozen=True)
class Form:
    """Another form of the book or the dataset, to download."""

    file: str
    title: str
    note: str


FORMS = (
    Form(f"{paper.NAME}.pdf", "The book as PDF", "tagged, for paper and screens"),
    Form(f"{paper.NAME}.epub", "The book as EPUB", "for readers of electronic books"),
    Form(f"{PACKAGE_NAME}.xlsx", "The dataset as a workbook", "a sheet for each table"),
)


def assemble(address: str, site: Path = SITE, editions: Path = paper.FOLDER) -> Path:
    """Makes the folder anew and puts it in place when it is whole; gives its path.

    ``address`` is where it will be served, empty if that is not known: then nothing that needs
    whole addresses is written. Raises ``PublicError`` if a link leads nowhere.
    """
    fresh = FOLDER.with_name(f".{FOLDER.name}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(site, fresh)
    _drop_unused(fresh)
    downloads = fresh / _DOWNLOADS
    pdfs = sorted(editions.glob(f"{paper.NAME}*.pdf"))
    for edition in (*pdfs, editions / f"{paper.NAME}.epub"):
        shutil.copy(edition, downloads)
    _write_licences(fresh, sorted({font for pdf in pdfs for font in fonts_in(pdf)}))
    write_workbook(downloads / f"{PACKAGE_NAME}.xlsx")
    _list_forms(fresh)
    _write_for_engines(fresh, address)
    # GitHub's Pages of a branch would leave out folders whose names begin with a line
    (fresh / ".nojekyll").touch()
    _write_sums(fresh)
    if faults := broken_links(fresh):
        raise PublicError("\n".join(faults))
    replace(fresh, FOLDER)
    return FOLDER


def _drop_unused(folder: Path) -> None:
    """Drops what Sphinx puts into every site for its own themes: others' work, which no page loads.

    The link checker, which comes later, names a page that does.
    """
    for static in (folder / "_static", *folder.glob("??/_static")):
        for ending in ("css", "js", "png"):
            for path in static.glob(f"*.{ending}"):
                path.unlink()


def short_editions(downloads: Path) -> list[Form]:
    """The printed short editions that are there, by the code of their language."""
    codes = [path.stem[-2:] for path in sorted(downloads.glob(f"{paper.NAME}-??.pdf"))]
    names = [Locale.parse(code).get_language_name("en") for code in codes]
    return [
        Form(f"{paper.NAME}-{code}.pdf", f"A short edition in {name} as PDF", "tagged, for paper")
        for code, name in zip(codes, names)
    ]


def _list_forms(folder: Path) -> None:
    """Names the further forms on the page of downloads, each with its size."""
    page = folder / _LISTED_ON
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    if text.count(FURTHER) != 1:
        raise PublicError(
            f"{_LISTED_ON} has no place for the editions: book/downloads.md needs "
            "the directive {downloads}, once"
        )
    forms = [
        {"form": form, "size": megabytes((folder / _DOWNLOADS / form.file).stat().st_size)}
        for form in (*FORMS, *short_editions(folder / _DOWNLOADS))
    ]
    book = imprint()
    shown = render(
        "further-forms.html",
        forms=forms,
        book=book,
        released=date(pd.Timestamp(book.released)),
        sums=SUMS,
    )
    page.write_text(text.replace(FURTHER, shown), encoding="utf-8")


def fonts_in(pdf: Path) -> list[str]:
    """The families of the fonts that a PDF holds letters of, in order."""
    fonts = {
        str(font.get_object().get("/BaseFont", ""))
        for page in PdfReader(pdf).pages
        for font in page.get("/Resources", {}).get("/Font", {}).values()
    }
    families = {name.rpartition("+")[2].partition("-")[0] for name in fonts}
    return sorted(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) for name in families if name)


def _write_licences(folder: Path, printed: list[str]) -> None:
    """The terms of all that is shipped, beside it; the fonts that the PDF was ``printed`` in."""
    target = folder / "licences"
    target.mkdir()
    terms = {path.name: path for path in LICENCES.glob("*.txt")} | {_OF_FONTS: fonts.TERMS}
    texts = []
    for name, path in sorted(terms.items()):
        if name == _OF_RUNTIME and not (folder / _RUNTIME).exists():
            continue
        shutil.copy(path, target / name)
        texts.append((name, path.read_text(encoding="utf-8").partition("\n\n")[0]))
    shutil.copy(ROOT / "LICENSE", target / "book.txt")
    said = render("licences.txt", texts=texts, fonts=printed)
    (target / "README.txt").write_text(said, encoding="utf-8")


def megabytes(size: int) -> str:
    """A size in bytes as a reader takes it."""
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.0f} kB"


def pages_to_find(folder: Path) -> list[str]:
    """The whole addresses of pages that search engines are to know, in order.

    Those that are canonical and not hidden; without the site's address no page is.
    """
    found = []
    for path in folder.rglob("*.html"):
        head = path.read_text(encoding="utf-8").partition("</head>")[0]
        canonical = _CANONICAL.search(head)
        if canonical and _HIDDEN not in head:
            address = unescape(canonical[1])
            if unquote(address).endswith(f"/{path.relative_to(folder).as_posix()}"):
                found.append(address)
    return sorted(found)


def _write_for_engines(folder: Path, address: str) -> None:
    lines = ["User-agent: *", "Allow: /"]
    if address:
        sitemap = render("sitemap.xml", addresses=pages_to_find(folder))
        (folder / "sitemap.xml").write_text(sitemap, encoding="utf-8")
        lines += ["", f"Sitemap: {address}sitemap.xml"]
    (folder / "robots.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_sums(folder: Path) -> None:
    """The digest of each file, as ``sha256sum --check`` reads it."""
    lines = [
        f"{file_digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files_in(folder)
    ]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
