"""Pages of who and what is meant.

Persons with their offices and records, bodies by kind, terms with what each side means.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from unsigned_peace import dataset
from unsigned_peace.publishing.data_pages.cases import in_short, spoken
from unsigned_peace.publishing.data_pages.from_data import FromData
from unsigned_peace.publishing.data_pages.records import address_of, as_known, records_of
from unsigned_peace.validation.who import named

#: The page and the beginning of the address of each table's entries.
ENTRIES = {
    "persons": ("book/who-is-who", "who"),
    "bodies": ("book/bodies", "body"),
    "terms": ("book/glossary", "term"),
}
_COUNTRIES = {
    "Japan": "Japan",
    "Russia": "Russia, the Soviet Union and the Russian Empire",
    "": "Other countries",
}
_KINDS = {
    "Parliaments": ("parliament",),
    "Governments, ministries and courts": ("government", "ministry", "court"),
    "Parties and associations": ("party", "association"),
    "Pollsters and institutes": ("pollster", "institute"),
    "Newspapers, agencies and broadcasters": ("press",),
    "Companies": ("company",),
    "Groups of states and international bodies": ("states", "international"),
}
_SPEAKS = {"statements": "speaker", "events": "actors"}


def entry_address(table: str, record_id: str) -> str:
    """The anchor of a person, body or term on the page of its table (see ``ENTRIES``)."""
    return f"{ENTRIES[table][1]}-{record_id}"


def _list(cell: str) -> list[str]:
    return [item for item in cell.split(dataset.LIST_SEPARATOR) if item]


class Entries(FromData):
    """What these pages share: who speaks or acts where, and links to records."""

    def records_by_name(self) -> dict[str, dict[str, list[str]]]:
        """Statements, events and meetings by the names in them: name, table, identifiers."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for table, column in _SPEAKS.items():
            for record_id, record in records_of(table).items():
                cell = record[column]
                for name in {cell, *_list(cell), *named(cell)}:
                    found[name][table].append(record_id)
        for record_id, record in records_of("meetings").items():
            for side in ("japan", "russia"):
                for participant in _list(record[f"{side}_participant"]):
                    found[participant.partition(", ")[0]]["meetings"].append(record_id)
        return found

    def links(self, table: str, record_ids: list[str]) -> list[dict[str, str]]:
        """Links to records by their dates, in order of time."""
        records = records_of(table)
        dated = sorted(
            set(record_ids), key=lambda record_id: (records[record_id]["date"], record_id)
        )
        return [
            {
                "text": spoken(as_known(records[record_id], "date")),
                "href": address_of(self.env, table, record_id),
            }
            for record_id in dated
        ]

    def where(self, record: dict[str, str], found: dict) -> list[dict]:
        """The records in which a person or body speaks, meets or acts, by table."""
        names = [record["name"], *_list(record["also_called"])]
        groups = []
        for table in ("statements", "meetings", "events"):
            links = self.links(table, [key for name in names for key in found[name][table]])
            if links:
                noun = table if len(links) > 1 else table.removesuffix("s")
                groups.append({"title": f"{len(links)} {noun}", "links": links})
        return groups

    def own(self, record: dict[str, str]) -> dict[str, str]:
        """The name in its own script, with its language where that is not English letters."""
        latin = record["own_name"].isascii()
        return {"text": record["own_name"], "language": "" if latin else record["own_language"]}


class Persons(Entries):
    """``{persons}``: everybody by country and family name, with offices and records."""

    def run(self) -> list[nodes.Node]:
        self.depends_on(["persons", "roles", "statements", "events", "meetings"])
        found, held = self.records_by_name(), defaultdict(list)
        for record in records_of("roles").values():
            held[record["person_id"]].append(record)
        groups: dict[str, list[dict]] = defaultdict(list)
        for record_id, record in records_of("persons").items():
            country = record["country"] if record["country"] in _COUNTRIES else ""
            groups[country].append(
                {
                    **record,
                    "address": entry_address("persons", record_id),
                    "href": address_of(self.env, "persons", record_id),
                    "own": self.own(record),
                    "life": " to ".join(
                        filter(None, map(spoken, (record["born"], record["died"])))
                    ),
                    "roles": [self._role(role) for role in held[record_id]],
                    "where": self.where(record, found),
                }
            )
        sections = []
        for country, title in _COUNTRIES.items():
            people = sorted(groups[country], key=lambda one: (one["family_name"], one["name"]))
            section = self.headed(title, f"persons-{country.lower() or 'other'}", "")
            section += self.page("persons.html", persons=people)
            sections.append(section)
        return sections

    def _role(self, role: dict[str, str]) -> dict[str, str]:
        start, end = spoken(role["start"]), spoken(role["end"])
        held = f"{start} to {end}" if start and end else f"from {start}" if start else ""
        return {"text": role["role"], "held": held}


class Unseen(Entries):
    """``{names-unseen}``: whose name in kanji or Cyrillic no source shows that was seen."""

    def run(self) -> list[nodes.Node]:
        self.depends_on(["persons"])
        persons = records_of("persons")
        missing = {
            record_id: record
            for record_id, record in persons.items()
            if record["own_language"] != "en" and not record["own_name"]
        }
        other = sum(record["own_language"] != "en" for record in persons.values())
        return self.page(
            "names-unseen.html",
            seen=other - len(missing),
            others=other,
            persons=[
                {
                    "name": record["name"],
                    "href": f"{self._page('persons')}#{entry_address('persons', record_id)}",
                }
                for record_id, record in missing.items()
            ],
        )

    def _page(self, table: str) -> str:
        return self.env.app.builder.get_relative_uri(self.env.docname, ENTRIES[table][0])


class Bodies(Entries):
    """``{bodies}``: the bodies by kind, each in a sentence, with their records."""

    def run(self) -> list[nodes.Node]:
        self.depends_on(["bodies", "statements", "events", "meetings"])
        found = self.records_by_name()
        sections = []
        for title, kinds in _KINDS.items():
            bodies: list[dict[str, Any]] = [
                {
                    **record,
                    "address": entry_address("bodies", record_id),
                    "href": address_of(self.env, "bodies", record_id),
                    "own": self.own(record),
                    "also": ", ".join(_list(record["also_called"])),
                    "where": self.where(record, found),
                }
                for record_id, record in records_of("bodies").items()
                if record["kind"] in kinds
            ]
            section = self.headed(title, f"bodies-{kinds[0]}", "")
            section += self.page(
                "bodies.html", bodies=sorted(bodies, key=lambda one: one["name"].casefold())
            )
            sections.append(section)
        return sections


class Terms(Entries):
    """``{terms} KIND``: the terms of a kind, disputed or technical, with their records."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        self.depends_on(dataset.table_names())
        shown: list[dict[str, Any]] = [
            {
                **record,
                "address": entry_address("terms", record_id),
                "href": address_of(self.env, "terms", record_id),
                "records": [self._record(*item.split(":", 1)) for item in _list(record["see"])],
            }
            for record_id, record in records_of("terms").items()
            if record["kind"] == self.arguments[0]
        ]
        if not shown:
            raise self.error(f"no term is of the kind {self.arguments[0]!r}")
        shown.sort(key=lambda one: one["term"].casefold())
        return self.page("terms.html", terms=shown, disputed=self.arguments[0] == "disputed")

    def _record(self, table: str, record_id: str) -> dict[str, str]:
        href = address_of(self.env, table, record_id)
        record = records_of(table)[record_id]
        if table == "wordings":  # a clause says more than the words of one language
            table, record = "provisions", records_of("provisions")[record["provision_id"]]
        return {"text": in_short(table, record), "href": href}


def setup(app: Sphinx) -> None:
    for name, directive in (
        ("persons", Persons),
        ("names-unseen", Unseen),
        ("bodies", Bodies),
        ("terms", Terms),
    ):
        app.add_directive(name, directive)
