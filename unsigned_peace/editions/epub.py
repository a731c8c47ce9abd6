"""Writes the chapters as an EPUB 3, the same to the byte for the same site."""

from __future__ import annotations

import re
import uuid
import zipfile
from pathlib import Path

from unsigned_peace.editions.paper import NAME, STYLE, Chapter, english, front, printed
from unsigned_peace.files import put_into
from unsigned_peace.publishing.frame.imprint import imprint
from unsigned_peace.publishing.html.templates import render


def write_epub(chapters: list[Chapter], path: Path) -> None:
    """Writes the chapters as an EPUB 3."""
    files = {chapter.page: f"{chapter.name}.xhtml" for chapter in chapters}

    def link(page: str, anchor: str) -> str:
        return f"{files[page]}{'#' if anchor else ''}{anchor}" if page in files else ""

    book = imprint()
    said = front(chapters, english())
    content = {
        "title.xhtml": render("epub-title.xhtml", **said),
        "nav.xhtml": render("epub-contents.xhtml", **said),
    }
    for chapter in chapters:
        content[files[chapter.page]] = render(
            "epub-chapter.xhtml", title=chapter.title, body=printed(chapter.body, link)
        )
    package = render(
        "epub-package.opf",
        **said,
        identifier=uuid.uuid5(uuid.NAMESPACE_URL, f"{NAME}/{book.edition}").urn,
        items=[(name, "<svg" in text) for name, text in content.items()],
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as epub:
        put_into(epub, "mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        put_into(epub, "META-INF/container.xml", render("epub-container.xml"))
        put_into(epub, "EPUB/package.opf", package)
        put_into(
            epub,
            "EPUB/style.css",
            re.sub(r"@page[^{]*\{(?:[^{}]|\{[^}]*\})*\}", "", STYLE.read_text(encoding="utf-8")),
        )
        for name, text in content.items():
            put_into(epub, f"EPUB/{name}", text)
