"""Names of places, persons, bodies and terms in the language of an edition, from the tables."""

from __future__ import annotations

import re
from dataclasses import dataclass

from unsigned_peace import dataset
from unsigned_peace.publishing.data_pages.records import records_of
from unsigned_peace.publishing.short_editions.edition import Edition
from unsigned_peace.publishing.short_editions.language import FormError

TABLES = ("places", "persons", "bodies", "terms")
_COLUMNS = {
    "ru": {"places": "name_ru", "terms": "russian"},
    "ja": {"places": "name_ja", "terms": "japanese"},
}
_ENGLISH = {"places": "name_en", "terms": "term"}
#: Between two English names of a place.
_AND = " / "


@dataclass(frozen=True)
class Name:
    """A name in an edition's language, and the other side's in its letters; either may lack."""

    text: str
    other: str = ""


def name_of(edition: Edition, table: str, record_id: str) -> Name:
    """A record's name. Raises ``FormError`` for what is no such record, or has no name yet."""
    if table not in TABLES or table not in dataset.table_names():
        raise FormError(f"names are of {', '.join(TABLES)}, and not of {table!r}")
    record = records_of(table).get(record_id)
    if record is None:
        raise FormError(f"there is no record {table}:{record_id}")
    name = _recorded(edition, table, record)
    if not name.text:
        raise FormError(
            f"the tables have no name of {table}:{record_id} in {edition.language.name}: "
            f"give it in {edition.words_file.name} with its source"
        )
    return name


def _recorded(edition: Edition, table: str, record: dict[str, str]) -> Name:
    given = edition.words["names"].get(f"{table}:{record[dataset.key(table)]}") or {}
    column = _COLUMNS.get(edition.code, {}).get(table, "")
    text = record.get(column, "") if column else ""
    if record.get("own_language") == edition.code:
        text = record["own_name"]
    return Name(text or given.get("text", ""), given.get("other", ""))


def is_form_of(form: str, name: Name) -> bool:
    """Whether a writer's form is one of this name: its words begin as the name's do.

    Endings change in Russian: the last three letters may, and a part of the name may stand alone.
    """
    known = [word.casefold() for text in (name.text, name.other) for word in _words(text)]
    return bool(_words(form)) and all(
        any(_begin_alike(word.casefold(), each) for each in known) for word in _words(form)
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[\w-]+", text)


def _begin_alike(one: str, other: str) -> bool:
    shared = max(2, min(len(one), len(other)) - 3)
    return one[:shared] == other[:shared] if min(len(one), len(other)) > 1 else one == other


def in_drawings(edition: Edition) -> dict[str, str]:
    """What drawings call places, persons and bodies in English, and what the edition calls them.

    Where a place has two names, English has the Russian one first; an edition has its own first.
    """
    names: dict[str, str] = {}
    for table in TABLES[:3]:
        for record in records_of(table).values() if table in dataset.table_names() else ():
            name = _recorded(edition, table, record)
            english = record[_ENGLISH.get(table, "name")]
            parts, ours = english.split(_AND), [name.text, name.other]
            theirs = dict(zip(parts, ours)) if len(parts) == 2 else {english: name.text}
            if len(parts) == 2 and all(ours):
                theirs[english] = _AND.join(ours)
            names |= {word: translated for word, translated in theirs.items() if translated}
            if record.get("family_name") and name.text:
                names.setdefault(record["family_name"], _family(name.text))
    return names


def _family(name: str) -> str:
    """The family name of a person's whole name, as far as its form shows it."""
    return re.split("[ ・＝]", name)[-1]


def faults(edition: Edition) -> list[str]:
    """What is wrong with the names that an edition adds, a line each."""
    sources = records_of("sources")
    found = []
    for record, given in edition.words["names"].items():
        table, _, record_id = str(record).partition(":")
        place = f"{edition.words_file.name}: {record}"
        if table not in TABLES or record_id not in records_of(table):
            found.append(f"{place}: there is no such record")
        elif not isinstance(given, dict) or not given.keys() <= {"text", "other", "source"}:
            found.append(f"{place}: expected text or other, and source")
        elif given.get("source") not in sources:
            found.append(f"{place}: source: {given.get('source')!r} is no record of sources")
        elif (
            given.get("text")
            and _recorded(edition, table, records_of(table)[record_id]).text != given["text"]
        ):
            found.append(f"{place}: text: the table has the name itself; take the line out")
    return found
