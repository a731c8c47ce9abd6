"""``make print``: writes the PDF and the EPUB into ``_build/print``."""

from __future__ import annotations

import sys

from unsigned_peace.editions.epub import write_epub
from unsigned_peace.editions.paper import FOLDER, NAME, EditionError, chapters_to_print
from unsigned_peace.editions.pdf import write_pdf
from unsigned_peace.paths import ROOT


def main() -> int:
    try:
        chapters = chapters_to_print()
        FOLDER.mkdir(parents=True, exist_ok=True)
        pdf, epub = FOLDER / f"{NAME}.pdf", FOLDER / f"{NAME}.epub"
        pages = write_pdf(chapters, pdf)
        write_epub(chapters, epub)
    except EditionError as error:
        print(error, file=sys.stderr)
        return 1
    for path, what in ((pdf, f"{pages} pages"), (epub, f"{len(chapters)} chapters")):
        print(f"{path.relative_to(ROOT)}: {what}, {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
