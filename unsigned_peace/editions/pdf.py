"""Prints the chapters as one tagged PDF, the same to the byte for the same site."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from playwright.sync_api import Page
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject, TextStringObject

from unsigned_peace.editions import chromium
from unsigned_peace.editions.paper import (
    STYLE,
    Book,
    Chapter,
    EditionError,
    front,
    printed,
    text_of,
)
from unsigned_peace.publishing.frame.imprint import imprint
from unsigned_peace.publishing.html.templates import render

#: The width of the text on an A4 page with the margins of print.css, in CSS pixels.
_TEXT_WIDTH = round((210 - 2 * 22) / 25.4 * 96)
_WIDER_THAN_THE_PAGE = """() => {
  const edge = document.body.getBoundingClientRect().right + 1;
  return [...document.querySelectorAll("body :not(svg, svg *)")]
    .filter((element) => element.getBoundingClientRect().right > edge
      || element.scrollWidth > Math.max(element.clientWidth, 1) + 1 && element.clientWidth > 0)
    .map((element) => `${element.closest("section")?.id}: `
      + `${element.localName}.${element.className}: ${element.textContent.trim().slice(0, 60)}`)
    .slice(0, 9);
}"""
#: The signs of a page that no font has: each is drawn as one that stands for nothing is.
_NOT_DRAWN = r"""() => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 48;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = `24px ${getComputedStyle(document.body).fontFamily}`;
  const drawn = (sign) => {
    pen.clearRect(0, 0, 48, 48);
    pen.fillText(sign, 8, 34);
    return pen.getImageData(0, 0, 48, 48).data.join();
  };
  const none = drawn("\u0378");
  return [...new Set(document.body.textContent)]
    .filter((sign) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(sign) && drawn(sign) === none);
}"""

#: Narrows the drawings of exhibits that would, with their words, fill more than half of a page and
#: push the rest of the one before away. Below two thirds labels are hard to read: a drawing is made
#: smaller still only where its exhibit would take more than 60 percent of a page.
_FIT_EXHIBITS = """() => {
  const half = 118 / 25.4 * 96, most = 150 / 25.4 * 96;
  for (const exhibit of document.querySelectorAll("figure.chart")) {
    const drawings = [...exhibit.querySelectorAll(".drawing svg")];
    const drawn = drawings.reduce((sum, svg) => sum + svg.getBoundingClientRect().height, 0);
    const words = exhibit.getBoundingClientRect().height - drawn;
    const scale = Math.max((half - words) / drawn, Math.min(2 / 3, (most - words) / drawn));
    if (scale < 1)
      for (const svg of drawings) svg.style.width = `${100 * scale}%`;
  }
}"""


def write_pdf(chapters: list[Chapter], path: Path, book: Book) -> int:
    """Prints the chapters with Chromium, twice.

    The second time with the page numbers found in the first. Raises ``EditionError`` if something
    would be cut or lost.
    """
    printed_pages = {chapter.page: chapter.name for chapter in chapters}

    def link(page: str, anchor: str) -> str:
        if page not in printed_pages:
            return ""
        return f"#{printed_pages[page]}--{anchor}" if anchor else f"#{printed_pages[page]}"

    bodies = {
        chapter.name: printed(chapter.body, link, f"{chapter.name}--") for chapter in chapters
    }
    source, draft = path.with_suffix(".html"), path.with_suffix(".draft.pdf")

    def lay_out(page: Page, numbers: dict[str, int]) -> PdfReader:
        html = render(
            "edition.html",
            **front(chapters, book),
            style=STYLE.read_text(encoding="utf-8"),
            bodies=bodies,
            numbers=numbers,
            chapters=chapters,
        )
        source.write_text(html, encoding="utf-8")
        page.goto(source.as_uri())
        page.evaluate(_FIT_EXHIBITS)
        if wide := page.evaluate(_WIDER_THAN_THE_PAGE):
            raise EditionError("\n".join(["too wide for the page, and would be cut:", *wide]))
        if lost := page.evaluate(_NOT_DRAWN):
            raise EditionError(
                f"No font of this machine has these signs, which print would lose: "
                f"{''.join(lost[:20])}{f' and {len(lost) - 20} more' if lost[20:] else ''}\n"
                "`make setup` installs fonts as root; else ask for your system's package of "
                "Japanese fonts (Debian, Ubuntu: `apt-get install fonts-noto-cjk`)."
            )
        page.pdf(
            path=str(draft),
            prefer_css_page_size=True,
            tagged=True,
            outline=True,
            print_background=True,
        )
        return PdfReader(draft)

    with chromium.launched() as browser:
        page = browser.new_page(viewport={"width": _TEXT_WIDTH, "height": 900})
        page.emulate_media(media="print")
        first = lay_out(page, {})
        numbers = _page_numbers(first)
        second = lay_out(page, numbers)
        if _page_numbers(second) != numbers:
            raise EditionError(
                "the contents do not keep their pages: the numbers moved when they were filled in"
            )
    headings = [
        heading
        for chapter in chapters
        for heading in chapter.body.find_all(["h1", "h2", "h3", "h4"])
    ]
    titles = {_squeezed(heading.get_text()): text_of(heading) for heading in headings}
    _finish(second, path, book, titles)
    draft.unlink()
    source.unlink()
    return len(second.pages)


def _page_numbers(reader: PdfReader) -> dict[str, int]:
    """The page, from 1, of each place that a link leads to."""
    return {
        unquote(name).lstrip("/"): reader.get_destination_page_number(place) + 1
        for name, place in reader.named_destinations.items()
    }


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _finish(reader: PdfReader, path: Path, book: Book, titles: dict[str, str]) -> None:
    """Says whose the PDF is, and dates it by the version: the day of printing does not matter.

    ``titles`` has each heading by its letters: where one runs over two lines, Chromium's outline
    loses the blank between.
    """
    said = imprint()
    writer = PdfWriter(clone_from=reader)
    waiting = [writer.root_object["/Outlines"]]
    while waiting:
        entry = waiting.pop()
        waiting += [entry[key].get_object() for key in ("/First", "/Next") if key in entry]
        if "/Title" in entry:
            shown = _squeezed(entry["/Title"])
            entry[NameObject("/Title")] = TextStringObject(
                titles.get(shown, entry["/Title"].strip())
            )
    day = f"D:{said.released.replace('-', '')}000000Z"
    writer.metadata = {
        "/Title": f"{book.title}: {book.subtitle}",
        "/Author": "; ".join(said.authors),
        "/Subject": f"Version {said.edition}",
        "/CreationDate": day,
        "/ModDate": day,
    }
    writer.root_object[NameObject("/Lang")] = TextStringObject(book.language)
    writer.root_object[NameObject("/ViewerPreferences")] = DictionaryObject(
        {NameObject("/DisplayDocTitle"): BooleanObject(True)}
    )
    writer.write(path)
