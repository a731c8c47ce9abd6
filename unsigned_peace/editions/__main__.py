"""``make print``: writes the PDF and the EPUB into ``_build/print``."""

from __future__ import annotations

import sys
from pathlib import Path

from unsigned_peace.editions import paper
from unsigned_peace.editions.epub import write_epub
from unsigned_peace.editions.paper import FOLDER, EditionError, chapters_to_print
from unsigned_peace.editions.pdf import write_pdf
from unsigned_peace.paths import ROOT
from unsigned_peace.publishing.html import languages
from unsigned_peace.publishing.short_editions.edition import editions


def main() -> int:
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for old in FOLDER.glob("*.pdf"):  # of an edition that is no more
            old.unlink()
        english = paper.english()
        chapters = chapters_to_print(english)
        _print(english, chapters)
        epub = FOLDER / f"{english.name}.epub"
        write_epub(chapters, epub)
        _say(epub, f"{len(chapters)} chapters")
        for edition in editions():
            languages.at_home(edition.code, edition.language.rules["interface"])
            book = paper.of_edition(edition)
            _print(book, chapters_to_print(book))
    except (EditionError, FileNotFoundError) as error:  # the latter where Chromium is missing
        print(error, file=sys.stderr)
        return 1
    return 0


def _print(book: paper.Book, chapters: list[paper.Chapter]) -> None:
    path = FOLDER / f"{book.name}.pdf"
    _say(path, f"{write_pdf(chapters, path, book)} pages")


def _say(path: Path, what: str) -> None:
    print(f"{path.relative_to(ROOT)}: {what}, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
