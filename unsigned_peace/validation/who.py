"""The rules of who is who: everybody who speaks or acts is a person or a body on record.

Their roles fit the date; names and terms stand in their own scripts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from unsigned_peace.validation.forms import hepburn, read_forms, transliterated
from unsigned_peace.validation.reading import Fault, Row, Table, items, of

Tables = dict[str, Table]

#: Letters that tell the script of a language.
SCRIPTS = {
    "ja": r"[\u3041-\u30ff\u4e00-\u9fff]",
    "zh": r"[\u4e00-\u9fff]",
    "ru": r"[\u0400-\u052f]",
    "en": r"[A-Za-z\u00c0-\u024f]",
}
#: What a cell says of somebody after the name: a report, an office, in whose account.
_AFTER_THE_NAME = re.compile(r" \(.*\)$|, .*")
_SIDES = {"Japan": "japan", "Russia": "russia"}


def _by_name(tables: Tables, table: str) -> dict[str, str]:
    """The identifier of each person or body by its names."""
    rows = of(tables, table).rows
    return {
        name: row.cells[tables[table].key]
        for row in rows
        for name in [row.cells["name"], *items(row, "also_called")]
    }


def named(text: str) -> list[str]:
    """Whom a cell names, each apart: two who speak together, a name without what follows it."""
    return re.split(r"; | and (?=[A-Z])", _AFTER_THE_NAME.sub("", text))


def _participants(tables: Tables) -> Iterator[tuple[Row, str, str, str]]:
    """Who met: the meeting, the column, the name, the office."""
    meetings = of(tables, "meetings")
    for row in meetings.rows:
        for side in _SIDES.values():
            for participant in items(row, f"{side}_participant"):
                name, _, office = participant.partition(", ")
                yield row, f"{side}_participant", name, office


def everybody_is_known(tables: Tables) -> Iterator[Fault]:
    """Who speaks, meets or acts is a person, a body, or neither with a reason.

    Those who are neither stand in ``forms.toml``.
    """
    if not {"persons", "bodies"} <= tables.keys():
        return
    known = {*_by_name(tables, "persons"), *_by_name(tables, "bodies")}
    known.update(name for group in read_forms()["neither"] for name in group["names"])
    missing = (
        "is neither in persons nor in bodies, nor among the names of forms.toml that are neither, "
        "with a reason"
    )
    for table, column in (("statements", "speaker"), ("events", "actors")):
        for row in of(tables, table).rows:
            cell = row.cells[column]
            for name in [] if cell in known else items(row, column):
                if name not in known and not known.issuperset(named(name)):
                    yield tables[table].fault(row, column, f'"{name}" {missing}')
    for row, column, name, _ in _participants(tables):
        if name not in known:
            yield tables["meetings"].fault(row, column, f'"{name}" {missing}')


def _within(day: str, role: Row) -> bool:
    """Whether a day lies in the time of a role, as far as both are known."""
    start, end = role.cells["start"], role.cells["end"]
    return day[: len(start)] >= start and (not end or day[: len(end)] <= end)


def roles_at_the_date(tables: Tables) -> Iterator[Fault]:
    """Nobody speaks or meets in a role that the table of roles does not have for that day."""
    if not {"persons", "roles"} <= tables.keys():
        return
    persons, held = _by_name(tables, "persons"), defaultdict(list)
    for row in tables["roles"].rows:
        held[row.cells["person_id"]].append(row)
        if (end := row.cells["end"]) and end < row.cells["start"][: len(end)]:
            yield tables["roles"].fault(row, "end", f"{end} lies before {row.cells['start']}")

    def fault(table: str, row: Row, column: str, name: str, office: str) -> Iterator[Fault]:
        fitting = [
            role
            for role in held[persons[name]]
            if f"{role.cells['role']} of ".casefold().startswith(f"{office} of ".casefold())
        ]
        day = row.cells["date"]
        if not fitting:
            yield tables[table].fault(
                row, column, f'{name} has no role "{office}" in the table of roles'
            )
        elif not any(_within(day, role) for role in fitting):
            since, until = (fitting[0].cells[end] or "..." for end in ("start", "end"))
            yield tables[table].fault(
                row, column, f'{name} was "{office}" from {since} to {until}, not on {day}'
            )

    statements = of(tables, "statements")
    for row in statements.rows:
        speaker = row.cells["speaker"]
        name = speaker if speaker in persons else _AFTER_THE_NAME.sub("", speaker)
        if name in persons and row.cells["role"]:
            yield from fault("statements", row, "role", name, row.cells["role"])
    for row, column, name, office in _participants(tables):
        for part in office.split(", ") if name in persons else []:
            yield from fault("meetings", row, column, name, part)


def a_former_office_comes_after(tables: Tables) -> Iterator[Fault]:
    """Nobody speaks as "Former ..." before a day on which the record has them in that office."""
    statements = of(tables, "statements")
    held = [(name, office, row.cells["date"]) for row, _, name, office in _participants(tables)]
    held += [
        (row.cells["speaker"], row.cells["role"], row.cells["date"]) for row in statements.rows
    ]
    for row in statements.rows:
        former = row.cells["role"]
        day = row.cells["date"][: {"month": 7, "year": 4}.get(row.cells["precision"], 10)]
        if not former.startswith("Former "):
            continue
        for name, office, later in held:
            if (
                name == row.cells["speaker"]
                and later[: len(day)] > day
                and f"{former[7:]} of ".casefold().startswith(f"{office} of ".casefold())
            ):
                yield statements.fault(
                    row, "role", f'{name} was still "{office}" on {later}, not former on {day}'
                )
                break


def names_in_their_own_script(tables: Tables) -> Iterator[Fault]:
    """A name in its own script has the letters of its language and a source that prints it.

    A Russian one and the name in use are one by the rule, or both stand there.
    """
    for table in (tables[name] for name in ("persons", "bodies") if name in tables):
        first: dict[str, int] = {}
        for row in table.rows:
            own, language, source = (
                row.cells[column] for column in ("own_name", "own_language", "own_name_source")
            )
            for name in [row.cells["name"], *items(row, "also_called")]:
                if first.setdefault(name, row.line) != row.line:
                    yield table.fault(
                        row, "name", f'"{name}" is taken by the record in line {first[name]}'
                    )
            if bool(own) != bool(source):
                yield table.fault(
                    row, "own_name_source", "stands with a name in its own script, and only there"
                )
            if source and source not in items(row, "sources"):
                yield table.fault(
                    row, "own_name_source", "is one of the sources of the record, and is not"
                )
            letters = SCRIPTS["en"] if own.isascii() else SCRIPTS.get(language, "")
            if own and not (letters and re.search(letters, own)):
                yield table.fault(row, "own_name", f'has no letter of the language "{language}"')
    persons = of(tables, "persons")
    for row in persons.rows:
        name, words = row.cells["name"], row.cells["own_name"].split()
        if row.cells["family_name"] not in name.split():
            yield persons.fault(row, "family_name", f'is no word of the name "{name}"')
        expected = ""
        if row.cells["own_language"] == "ru" and words:
            ruled = transliterated(f"{words[0]} {words[-1]}")
            expected = "" if ruled == name else ruled
        if row.cells["transliteration"] != expected:
            yield persons.fault(
                row,
                "transliteration",
                f'"{row.cells["transliteration"]}", expected "{expected}": '
                "the Russian name by the rule, where the name in use is another",
            )


def bodies_in_one_form(tables: Tables) -> Iterator[Fault]:
    """The name that ``forms.toml`` wants for a body is one that the table of bodies has."""
    bodies = tables.get("bodies")
    if bodies is None:
        return
    known = _by_name(tables, "bodies")
    for name in read_forms()["bodies"].values():
        if name not in known:
            yield bodies.fault(0, "name", f'there is no "{name}", the form that forms.toml wants')


def terms_of_both_sides(tables: Tables) -> Iterator[Fault]:
    """A disputed term says what each side means, each in its own letters.

    A technical one has no sides.
    """
    terms = of(tables, "terms")
    for row in terms.rows:
        cells, disputed = row.cells, row.cells["kind"] == "disputed"
        for column in ("japan_means", "russia_means", "sources", "see"):
            if disputed and not cells[column]:
                yield terms.fault(row, column, "missing, but the term is disputed")
        for column, language, latin in (
            ("japanese", "ja", "japanese_latin"),
            ("russian", "ru", "russian_latin"),
        ):
            word = cells[column]
            if not disputed and (word or cells[latin]):
                yield terms.fault(row, column, "a technical term has no word of a side")
            if word and not re.search(SCRIPTS[language], word):
                yield terms.fault(row, column, f'has no letter of the language "{language}"')
            if bool(word) != bool(cells[latin]):
                yield terms.fault(row, latin, f"stands with {column}, and only there")
        if disputed and not (cells["japanese"] or cells["russian"]):
            yield terms.fault(row, "japanese", "missing, and so is the Russian word")
        if (word := cells["russian"]) and cells["russian_latin"] != (
            expected := transliterated(word)
        ):
            yield terms.fault(
                row, "russian_latin", f'"{cells["russian_latin"]}", expected "{expected}"'
            )
        for word in re.findall(r"[^\W\d_]+", cells["japanese_latin"]):
            if not hepburn(word):
                yield terms.fault(
                    row, "japanese_latin", f'"{word}" is not Hepburn romanization without macrons'
                )


RULES = [
    everybody_is_known,
    roles_at_the_date,
    a_former_office_comes_after,
    names_in_their_own_script,
    bodies_in_one_form,
    terms_of_both_sides,
]
