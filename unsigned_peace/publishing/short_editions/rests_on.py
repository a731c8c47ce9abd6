"""What the sections of an edition rest on, and what of it has changed since they were written.

A section names English sections and records, each with a digest of the words that its writer read.
Figures, and the data behind them, are no part of it: a page takes those in by itself. So an author
of the English book is stopped by nothing, and the writer of an edition knows what to read again.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from unsigned_peace import captions, dataset, paths
from unsigned_peace.files import digest, write_whole
from unsigned_peace.paths import shown
from unsigned_peace.publishing.data_pages.records import records_of
from unsigned_peace.publishing.html.addresses import make_id
from unsigned_peace.publishing.short_editions.edition import Edition, editions

CHANGED = (
    "The English text of this section has changed since this was written; "
    "figures, names and charts are those of today."
)
_BLOCK = re.compile(r"^```\{rests-on\}\s*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"^(`{3,})\{code-cell\}.*?^\1\s*$", re.MULTILINE | re.DOTALL)
_FENCED = re.compile(r"^(`{3,}|~{3,}).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,4}) (.+?)\s*$", re.MULTILINE)
_EXHIBIT = re.compile(r'captions\["([\w-]+)"\]')


@dataclass(frozen=True)
class Basis:
    """What a section rests on: ``page``, ``page#heading`` or ``table:record``, and its digest."""

    target: str
    digest: str = ""

    @classmethod
    def of(cls, line: str) -> Basis:
        target, _, mark = line.partition(" ")
        return cls(target, mark.strip())

    def today(self) -> str:
        """The digest of its words today; empty if there is no such section or record."""
        text = words_of(self.target)
        return digest(text)[:12] if text else ""

    def has_changed(self) -> bool:
        """Whether its words are others than the writer read; not where the writer gave no mark."""
        return bool(self.digest) and self.today() != self.digest


def files_of(targets: Iterable[str]) -> Iterator[Path]:
    """The files that hold the words of what sections rest on."""
    for target in targets:
        page, at, record = target.partition(":")
        if at and record:
            if page in dataset.table_names():
                yield dataset.data_folder() / dataset.resource(page)["path"]
        else:
            stem = page.partition("#")[0]
            yield paths.CHAPTERS / f"{stem}.md"
            yield captions.file_of(stem)


def words_of(target: str) -> str:
    """The words of an English section or of a record, without how their lines are broken."""
    table, at, record_id = target.partition(":")
    if at:
        known = records_of(table) if table in dataset.table_names() else {}
        return repr(sorted(known.get(record_id, {}).items())) if record_id in known else ""
    page, _, anchor = target.partition("#")
    path = paths.CHAPTERS / f"{page}.md"
    section = _section(path.read_text(encoding="utf-8"), anchor) if path.is_file() else ""
    if not section:
        return ""
    shown_there = [name for cell in _CODE.finditer(section) for name in _EXHIBIT.findall(cell[0])]
    words = [_CODE.sub("", section)]
    if captions.file_of(page).is_file():
        of_exhibits = captions.read(captions.file_of(page))
        words += [repr(of_exhibits[name][1]) for name in shown_there if name in of_exhibits]
    return " ".join(" ".join(words).split())


def _section(text: str, anchor: str) -> str:
    """A section with what is below it; without an anchor all above the first of second level."""
    plain = _FENCED.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), text)
    headings = [(found.start(), len(found[1]), found[2]) for found in _HEADING.finditer(plain)]
    for at, (start, level, title) in enumerate(headings):
        if make_id(re.sub(r"[`*]", "", title)) == anchor or (not anchor and level == 1):
            deepest = level if anchor else 2
            below = headings[at + 1 :]
            end = next((place for place, its, _ in below if its <= deepest), len(text))
            return text[start:end]
    return ""


def bases(text: str) -> Iterator[tuple[int, Basis]]:
    """Everything that a page rests on, with the lines (from 1) that say so."""
    for block in _BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(1)) + 1
        for number, line in enumerate(block[1].splitlines(), first):
            if line.strip():
                yield number, Basis.of(line.strip())


def notes(edition: Edition) -> Iterator[str]:
    """What the writers of an edition have to read again, a line each, with file and line."""
    for page in edition.pages():
        path = edition.folder / f"{page}.md"
        again = f"make reviewed PAGE={shown(path)}"
        for line, basis in bases(path.read_text(encoding="utf-8")):
            place = f"{shown(path)}:{line}: {basis.target}"
            today = basis.today()
            if not today:
                yield f"{place}: no section of the English book, and no record of the dataset"
            elif not basis.digest:
                yield f"{place}: no digest; once you have read it: {again}"
            elif basis.digest != today:
                yield f"{place}: has changed since; read it, then: {again}"


def review(path: Path) -> int:
    """Writes today's digests into a page; how many changed."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    changed = 0
    for number, basis in bases(text):
        if (today := basis.today()) and today != basis.digest:
            lines[number - 1] = f"{basis.target} {today}\n"
            changed += 1
    if changed:
        write_whole(path, "".join(lines))
    return changed


def main() -> int:
    """Without a page says what is to be read again; with one takes it as read."""
    page = os.environ.get("UNSIGNED_PEACE_PAGE", "")
    if page:
        path = (paths.ROOT / page).resolve()
        if not path.is_file() or not path.is_relative_to(paths.EDITIONS):
            print(f"{page} is no page of editions/", file=sys.stderr)
            return 2
        count = review(path)
        print(f"{shown(path)}: {count} digest{'' if count == 1 else 's'} renewed")
        return 0
    found = [line for edition in editions() for line in notes(edition)]
    for line in found:
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
