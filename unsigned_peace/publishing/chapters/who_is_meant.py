"""Notes in the margin: who or what is meant, where a chapter first names it.

They are made from the tables of persons, roles, bodies and terms. A note stands beside the text
that names somebody, or soon after where there is room, at most three a screen; whoever found no
room in the margin is listed at the story's end. On phones and in print they are plain notes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from docutils import nodes
from sphinx.application import Sphinx

from unsigned_peace import dataset
from unsigned_peace.publishing.chapters.folds import is_cell
from unsigned_peace.publishing.data_pages.records import records_of
from unsigned_peace.publishing.data_pages.who import ENTRIES, entry_address
from unsigned_peace.publishing.html.templates import render

#: A screen, and how many notes one may hold.
SCREEN, NOTES_A_SCREEN = 900, 3
#: So far may what is reckoned of a page lie from what a browser lays out.
_UNSURE = 100
#: How far below the name its note may stand.
_NEAR = 500
#: What the layout of a page takes at its widest, in pixels: a line of text and how many letters it
#: holds; of a note likewise; the gap below a block; a heading; a cell with a chart or table.
_LINE, _LETTERS, _NOTE_LINE, _NOTE_LETTERS, _GAP, _HEADING, _EXHIBIT = 28, 80, 20, 34, 20, 70, 420
#: Sections that tell no story: nobody is introduced in them.
_NO_STORY = {"check-yourself", "exercises", "further-reading", "the-way-on"}
#: What stands beside the story and takes none of its height.
_ASIDE = {"aims", "launch", "eyebrow"}
#: Terms in the words in which prose has them, where those of the table are longer.
_SHORTER = {
    "attribution": ("attribution",),
    "bluebook": ("Bluebook",),
    "margin": ("margin of error",),
}
#: Words of everyday language that are terms too: prose has them mostly in their everyday sense.
EVERYDAY = {"title", "return", "net"}
#: Family names that chapters write as names of places: such a person is known by the whole name.
PLACES = {"Shimoda"}
#: Persons first; bodies last, since most of them are newspapers that are named for a report.
_ORDER = {"persons": 0, "terms": 1, "bodies": 2}


@dataclass(frozen=True)
class Entry:
    """Somebody or something on record: its table, its identifier, the forms that name it."""

    table: str
    record_id: str
    forms: tuple[str, ...]


@dataclass
class Chapter:
    """What has been named and noted so far, reading a chapter from its first line."""

    page: str
    noted: set[Entry] = field(default_factory=set)
    #: Who waits for room: where the chapter named them, and their notes.
    waiting: dict[Entry, tuple[int, dict[str, str]]] = field(default_factory=dict)
    #: Who found none; a later mention tries again.
    without_room: dict[Entry, dict[str, str]] = field(default_factory=dict)
    height: int = 0
    #: Where notes stand, in pixels from the chapter's top.
    notes: list[int] = field(default_factory=list)


def _list(cell: str) -> list[str]:
    return [item for item in cell.split(dataset.LIST_SEPARATOR) if item]


@cache
def entries() -> tuple[Entry, ...]:
    """Whoever and whatever can get a note, persons first."""
    persons, bodies, terms = (records_of(table) for table in ENTRIES)
    families = Counter(record["family_name"] for record in persons.values())
    found = []
    for record_id, record in persons.items():
        its = [record["name"], *_list(record["also_called"])]
        if families[record["family_name"]] == 1 and record["family_name"] not in PLACES:
            its.append(record["family_name"])
        found.append(Entry("persons", record_id, tuple(name for name in its if "(" not in name)))
    for record_id, record in bodies.items():
        forms = (record["name"], *_list(record["also_called"]))
        found.append(Entry("bodies", record_id, forms))
    for record_id, record in terms.items():
        if record["term"] not in EVERYDAY:
            its = [*record["term"].split(" / "), *_SHORTER.get(record_id, ())]
            first_in_sentence = [form[0].upper() + form[1:] for form in its]
            found.append(Entry("terms", record_id, (*its, *first_in_sentence)))
    return tuple(sorted(found, key=lambda entry: _ORDER[entry.table]))


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, Entry]]:
    by_form: dict[str, Entry] = {}
    for entry in entries():
        for form in entry.forms:
            by_form.setdefault(form, entry)
    longest_first = sorted(by_form, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])"), by_form


def mentioned(text: str) -> Iterator[Entry]:
    """Whom and what a text names, in its order; the longer of two names wins."""
    pattern, by_form = _pattern()
    for found in pattern.finditer(text):
        yield by_form[found[0]]


def roles_in(records: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The role and year in which statements and meetings have each person, by name."""
    roles: dict[str, str] = {}
    for table, record_id in records:
        record = records_of(table)[record_id]
        if table == "statements" and record["role"]:
            roles.setdefault(record["speaker"], f"{record['role']} ({record['date'][:4]})")
        elif table == "meetings":
            for side, country in (("japan", "Japan"), ("russia", record_country(record["date"]))):
                for participant in _list(record[f"{side}_participant"]):
                    name, _, office = participant.partition(", ")
                    if office:
                        roles.setdefault(name, f"{office} of {country} ({record['date'][:4]})")
    return roles


def record_country(day: str) -> str:
    """The state that Japan met on a day."""
    return "the USSR" if "1922" < day < "1991-12-26" else "Russia"


def _records_linked(block: nodes.Element) -> Iterator[tuple[str, str]]:
    """The statements and meetings that a block links to."""
    for link in block.findall(nodes.reference):
        anchor = link.get("refuri", "").partition("#")[2]
        for table in ("statements", "meetings"):
            prefix = dataset.record_address(table, "")
            if anchor.startswith(prefix) and anchor[len(prefix) :] in records_of(table):
                yield table, anchor[len(prefix) :]


def _note(app: Sphinx, page: str, entry: Entry, roles: dict[str, str]) -> dict[str, str]:
    record = records_of(entry.table)[entry.record_id]
    target, _ = ENTRIES[entry.table]
    own = record.get("own_name", "")
    said = {"persons": "who", "bodies": "what", "terms": "meaning"}[entry.table]
    name = record["term" if entry.table == "terms" else "name"]
    return {
        "name": name[0].upper() + name[1:],
        "own": "" if own == name else own,
        "language": "" if own.isascii() else record.get("own_language", ""),
        "text": roles.get(name, "") or record[said],
        "href": f"{app.builder.get_relative_uri(page, target)}"
        f"#{entry_address(entry.table, entry.record_id)}",
    }


def _lines(text: str, letters: int) -> int:
    return -(-len(text) // letters)


def _note_height(note: dict[str, str]) -> int:
    return _NOTE_LINE * (_lines(f"{note['name']} {note['own']} {note['text']}", _NOTE_LETTERS) + 1)


def _height(node: nodes.Node) -> int:
    """How high a block stands on a wide screen, in pixels, rather too low than too high."""
    if is_cell(node):
        shown = any('class="exhibit' in raw.astext() for raw in node.findall(nodes.raw))
        return _EXHIBIT if shown else _GAP
    if isinstance(node, nodes.title):
        return _HEADING
    return _LINE * _lines(node.astext(), _LETTERS) + _GAP


def _read(app: Sphinx, chapter: Chapter, parent: nodes.Element) -> None:
    """Reads a section in its order and sets notes beside its blocks."""
    for block in list(parent.children):
        if isinstance(block, nodes.section):
            if not _NO_STORY & set(block["ids"]):
                _read(app, chapter, block)
        elif isinstance(block, nodes.container) and {"opener", "scene"} & set(block["classes"]):
            _read(app, chapter, block)
        elif isinstance(block, nodes.raw) or is_cell(block):
            chapter.height += _height(block)
        elif not _ASIDE & set(block.get("classes", ())):
            _beside(app, chapter, block)


def _beside(app: Sphinx, chapter: Chapter, block: nodes.Element) -> None:
    """Sets the notes that wait beside a block, as far as it has room for them."""
    top, room = chapter.height, _height(block)
    chapter.height += room
    if isinstance(block, nodes.title):
        return
    roles = roles_in(_records_linked(block))
    for entry in mentioned(block.astext()):
        if entry not in chapter.noted and entry not in chapter.waiting:
            note = chapter.without_room.pop(entry, None) or _note(app, chapter.page, entry, roles)
            chapter.waiting[entry] = top, note
    near = sum(top - place < SCREEN + _UNSURE for place in chapter.notes)
    placed: list[dict[str, str]] = []
    for entry in sorted(chapter.waiting, key=lambda one: _ORDER[one.table]):
        named_at, note = chapter.waiting[entry]
        needed = sum(map(_note_height, [*placed, note]))
        if top - named_at > _NEAR:
            chapter.without_room[entry] = chapter.waiting.pop(entry)[1]
        elif near + len(placed) < NOTES_A_SCREEN and needed <= room + 2 * _LINE:
            placed.append(chapter.waiting.pop(entry)[1])
            chapter.noted.add(entry)
    if placed:
        chapter.notes += [top] * len(placed)
        noted = nodes.container("", classes=["noted"])
        block.parent[block.parent.index(block)] = noted
        noted += [block, nodes.raw("", render("margin-notes.html", notes=placed), format="html")]


def _explain(app: Sphinx, doctree: nodes.document, page: str) -> None:
    if app.builder.format != "html" or not app.env.metadata[page].get("period"):
        return
    title = next((node for node in doctree.children if isinstance(node, nodes.section)), None)
    if title is None:
        return
    chapter = Chapter(page)
    _read(app, chapter, title)
    rest = [*chapter.without_room.values(), *(note for _, note in chapter.waiting.values())]
    if rest:
        notes = sorted(rest, key=lambda note: note["name"])
        last = nodes.raw("", render("also-named.html", notes=notes), format="html")
        ends = [
            place
            for place, node in enumerate(title)
            if isinstance(node, nodes.section) and _NO_STORY & set(node["ids"])
        ]
        title.insert(ends[0] if ends else len(title), last)


def _depend(app: Sphinx, _doctree: nodes.document) -> None:
    """A chapter is read again when a table changes that its notes are made from."""
    if app.env.metadata[app.env.docname].get("period"):
        for table in (*ENTRIES, "statements", "meetings"):
            records_of(table)


def _forget(_app: Sphinx) -> None:
    entries.cache_clear()
    _pattern.cache_clear()


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", _forget)
    app.connect("doctree-read", _depend)
    # after the opener is laid out, so that a first mention is the first that a reader meets
    app.connect("doctree-resolved", _explain, priority=600)
