"""Pages made from the dataset.

Every table's records, all sources, and links between them and the text.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from unsigned_peace import dataset
from unsigned_peace.exhibits import PARTS_OF
from unsigned_peace.prose import date
from unsigned_peace.publishing import incremental
from unsigned_peace.publishing.data_pages import uses
from unsigned_peace.publishing.html.templates import render

logger = logging.getLogger(__name__)
PAGES = "book/records"
_SOURCE_DETAILS = ("version", "citation", "licence", "note")
#: Columns of dates that the column of precision speaks of, and how many characters of a date each
#: precision leaves.
_DATED = ("date", "date_end", "field_start", "field_end")
_CHARACTERS = {"day": 10, "month": 7, "year": 4}
#: A record that a text names.
_NAMED = re.compile(r"\b([a-z_]+):([a-z0-9][a-z0-9-]*[a-z0-9])\b")
#: Tables of many short records: each record is a row, under the record that this column names.
ROWS_BY = PARTS_OF
#: What a poll should disclose: these are shown where the sources do not say it, too.
DISCLOSED = {
    "polls": ("sponsor", "draw", "sample_size", "response_rate", "stated_error", "weighting")
}
#: What a clause does with a text that it names.
_MENTIONS = {
    "rests_on": "rests on:",
    "upholds": "upholds:",
    "repeats": "repeats:",
    "names": "names:",
    "ends": "ends:",
}
#: Signs of a record's title where another record names it.
_LONGEST_NAME = 90
NOT_SEEN = "not seen in the sources"
#: Columns that hold somebody's own words, and the column that names their language.
_WORDS = {
    "words": "language",
    "quotation": "quotation_language",
    "own_name": "own_language",
}


def _number(value: float) -> str:
    if math.isnan(value):
        return ""
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.1f}"


def records_of(table: str) -> dict[str, dict[str, str]]:
    """The records of a table as text, by identifier, in the order of the file.

    The page being read is read again when the table changes.
    """
    incremental.note(_file_of(table))
    return _records(table)


@cache
def _file_of(table: str) -> Path:
    return dataset.data_folder() / dataset.resource(table)["path"]


@cache
def _records(table: str) -> dict[str, dict[str, str]]:
    frame = dataset.load(table)
    shown = frame.astype(object).where(frame.notna(), "")
    for field in dataset.fields(table):
        name = field["name"]
        if field["type"] == "date":
            shown[name] = frame[name].dt.strftime("%Y-%m-%d").fillna("")
        elif field["type"] == "boolean":
            shown[name] = shown[name].map({True: "yes", False: "no", "": ""})
        elif field["type"] == "number":
            shown[name] = frame[name].map(_number)
    return {
        row[dataset.key(table)]: {column: str(value) for column, value in row.items()}
        for row in shown.to_dict("records")
    }


def source_rows() -> dict[str, dict[str, str]]:
    """All sources, by identifier."""
    return records_of("sources")


def short_source(source: dict[str, str]) -> str:
    """A source in a line: author or publisher, title, date."""
    maker = source["author"] or source["publisher"]
    parts = [maker, source["title"], source["published"]]
    return ", ".join(part for part in parts if part) + (
        "" if source["checked"] == "text" else " (read in part)"
    )


def part_of(table: str, record: dict[str, str]) -> str:
    """The part of a large table that a record is shown in, each on a page of its own.

    It is empty for the other tables.
    """
    if table == "observations":
        return (
            records_of("series")[record["series_id"]]["topic"].replace("_", "-")
            if "series" in dataset.table_names()
            else ""
        )
    if table == "poll_answers":
        poll = records_of("poll_questions")[record["question_id"]]["poll_id"]
        return records_of("polls")[poll]["country"].lower()
    if table == "positions":
        return "until-1999" if record["date"] < "2000" else "since-2000"
    if table == "statements":
        return "until-2018" if record["date"] < "2019" else "since-2019"
    if table == "sources":
        kind, year = record["kind"].replace("_", "-"), record["published"][:4]
        return (
            kind
            if kind != "news"
            else "news-until-2015"
            if year < "2016"
            else "news-2016-to-2018"
            if year < "2019"
            else "news-2019-to-2021"
            if year < "2022"
            else "news-since-2022"
        )
    return ""


def page_of(environment: BuildEnvironment, table: str, record_id: str) -> str:
    """The page that shows a record: its part's, or its table's where that is not cut into parts."""
    page = f"{PAGES}/{table.replace('_', '-')}"
    part = f"{page}-{part_of(table, records_of(table)[record_id])}"
    return part if part in environment.found_docs else page


def address_of(environment: BuildEnvironment, table: str, record_id: str) -> str:
    """The address of a record's entry, relative to the page being read."""
    page = page_of(environment, table, record_id)
    relative = environment.app.builder.get_relative_uri(environment.docname, page)
    return f"{relative}#{dataset.record_address(table, record_id)}"


def _of_part(table: str, options: dict) -> dict[str, dict[str, str]]:
    """The records of a table that belong on a page.

    Those of the part that its directive names, else all.
    """
    part = options.get("part")
    return {
        record_id: record
        for record_id, record in records_of(table).items()
        if part in (None, part_of(table, record))
    }


def _shown(records: dict, table: str) -> str:
    whole = len(records_of(table))
    return (
        f"{whole:,} records."
        if len(records) == whole
        else f"{len(records):,} of {whole:,} records."
    )


@cache
def cited_by() -> dict[str, list[tuple[str, str]]]:
    """For each source, the records that cite it, as table and identifier."""
    citing: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table in dataset.table_names():
        lists = [column for column, target in _lists(table).items() if target == "sources"]
        single = [column for column, target in _references(table).items() if target == "sources"]
        for record_id, record in records_of(table).items():
            named = {
                source
                for column in lists
                for source in record[column].split(dataset.LIST_SEPARATOR)
                if source
            }
            named |= {record[column] for column in single if record[column]}
            for source in named:
                citing[source].append((table, record_id))
    return citing


def as_known(record: dict[str, str], column: str) -> str:
    """A cell as a page shows it: a date no finer than it is known."""
    return (
        record[column][: _CHARACTERS[record.get("precision", "day")]]
        if column in _DATED
        else record[column]
    )


def language_of(record: dict[str, str], column: str) -> str:
    """The language of somebody's own words in a cell; empty for our own, and for English."""
    language = record.get(_WORDS.get(column, ""), "")
    return "" if language == "en" else language


def title_of(record: dict[str, str], table: str) -> str:
    """What a record is called."""
    if table == "meetings":
        return f"{record['place']}, {as_known(record, 'date')}"
    if table == "mentions":
        clause = records_of("provisions")[record["provision_id"]]
        one, other = (
            records_of("documents")[each["document_id"]]["title"] for each in (clause, record)
        )
        return f"{one} {_MENTIONS[record['how']]} {other}"
    if table == "roles":
        return f"{records_of('persons')[record['person_id']]['name']}: {record['role']}"
    for column in (
        "title",
        "name",
        "term",
        "label",
        "name_en",
        "claim",
        "wording",
        "words",
        "option",
        "summary",
        "outcome",
        "pollster",
    ):
        if record.get(column):
            return record[column]
    return record[dataset.key(table)]


class RecordsDirective(SphinxDirective):
    """``{records} TABLE``: every record of a table.

    Each has an address, its columns and its sources.

    With ``:part: NAME`` only the records of that part (see ``part_of``). Tables of ``ROWS_BY`` show
    each record as a row of a table, the others as an entry.
    """

    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], str]]] = {"part": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        table = self.arguments[0]
        entry = dataset.resource(table)
        self.env.note_dependency(str(dataset.data_folder() / entry["path"]))
        self.env.note_dependency(str(dataset.data_folder() / "datapackage.json"))
        records = _of_part(table, self.options)
        if not records:
            raise self.error(f"no record of {table} is in the part {self.options['part']!r}")
        html = (
            self._rows(table, entry, records)
            if table in ROWS_BY
            else self._entries(table, entry, records)
        )
        return [nodes.raw("", html, format="html")]

    def _entries(self, table: str, entry: dict, records: dict[str, dict[str, str]]) -> str:
        entries = [
            {
                "address": dataset.record_address(table, record_id),
                "id": record_id,
                "title": title_of(record, table),
                "language": language_of(record, "words"),
                "report": self.config.reports.link(f"{table}:{record_id}"),
                "uses": uses.place(self.env, table, record_id),
                "columns": [
                    {
                        "title": field["title"],
                        "items": self._items(
                            table, field["name"], as_known(record, field["name"]) or NOT_SEEN
                        ),
                        "language": language_of(record, field["name"]),
                    }
                    # what is said comes before how finely it is dated
                    for field in sorted(
                        dataset.fields(table), key=lambda field: field["name"] == "precision"
                    )
                    if record[field["name"]] != title_of(record, table)
                    and (record[field["name"]] or field["name"] in DISCLOSED.get(table, ()))
                    and field["name"] != dataset.key(table)
                ],
            }
            for record_id, record in records.items()
        ]
        return render("records.html", entry=entry, records=entries, shown=_shown(records, table))

    def _rows(self, table: str, entry: dict, records: dict[str, dict[str, str]]) -> str:
        by = ROWS_BY[table]
        target = _references(table)[by]
        grouped: dict[str, list[dict[str, str]]] = defaultdict(list)
        for record in records.values():
            grouped[record[by]].append(record)
        groups = []
        for value, members in sorted(grouped.items()):
            columns = [
                field
                for field in dataset.fields(table)
                if field["name"] not in (dataset.key(table), by)
                and any(record[field["name"]] not in ("", "no") for record in members)
            ]
            groups.append(
                {
                    "title": title_of(records_of(target)[value], target),
                    "value": value,
                    "address": _group_address(table, value),
                    "href": address_of(self.env, target, value),
                    "report": self.config.reports.link(f"{table} of {target}:{value}"),
                    "uses": uses.place(self.env, table, value),
                    "columns": columns,
                    "rows": [
                        {
                            "address": dataset.record_address(table, record[dataset.key(table)]),
                            "record": (named := f"{table}:{record[dataset.key(table)]}"),
                            "report": self.config.reports.link(named),
                            "cells": [
                                self._items(table, field["name"], as_known(record, field["name"]))
                                for field in columns
                            ],
                        }
                        for record in members
                    ],
                }
            )
        return render("rows.html", entry=entry, groups=groups, shown=_shown(records, table))

    def _items(self, table: str, name: str, value: str) -> list[dict]:
        if not value:
            return []
        target = _references(table).get(name) or _lists(table).get(name)
        items = value.split(dataset.LIST_SEPARATOR)
        if target == "records":
            named = [item.split(":", 1) for item in items]
            return [
                {"text": _in_short(*record), "href": address_of(self.env, *record)}
                for record in named
            ]
        if target == "sources":
            known = source_rows()
            return [
                {"text": name_of_source(known[item]), "href": address_of(self.env, "sources", item)}
                for item in items
                if item in known
            ]
        if target in dataset.table_names():
            return [
                {"text": _in_short(target, item), "href": address_of(self.env, target, item)}
                for item in items
            ]
        return self._text(value)

    def _text(self, value: str) -> list[dict]:
        """A text with links to the records that it names."""
        pieces, end = [], 0
        for named in _NAMED.finditer(value):
            if named[1] in dataset.table_names() and named[2] in records_of(named[1]):
                pieces += [
                    {"text": value[end : named.start()], "href": "", "runs_on": True},
                    {
                        "text": f"\u201c{_in_short(named[1], named[2])}\u201d",
                        "href": address_of(self.env, named[1], named[2]),
                        "runs_on": True,
                    },
                ]
                end = named.end()
        return [*pieces, {"text": value[end:], "href": ""}]


def _references(table: str) -> dict[str, str]:
    """Columns that refer to one record, and the table that they refer to."""
    return {
        key["fields"]: key["reference"]["resource"] or table
        for key in dataset.resource(table)["schema"].get("foreignKeys", [])
    }


def _lists(table: str) -> dict[str, str]:
    """Columns that hold lists, and what they list."""
    return {field["name"]: field["listOf"] for field in dataset.fields(table) if "listOf" in field}


def name_of_source(source: dict[str, str]) -> str:
    """A source in a few words: who published it, and when."""
    maker = source["publisher"] or source["author"] or source["title"]
    return f"{maker}, {source['published']}" if source["published"] else maker


def _in_short(table: str, record_id: str) -> str:
    """A record in a line: its title, cut after a word where it is long."""
    title = title_of(records_of(table)[record_id], table)
    if len(title) <= _LONGEST_NAME:
        return title
    return title[:_LONGEST_NAME].rsplit(" ", 1)[0].rstrip(",;:") + " \u2026"


def _group_address(table: str, value: str) -> str:
    return f"{table}-of-{value}"


class SourcesDirective(SphinxDirective):
    """``{sources} PART``: the sources of a part (see ``part_of``).

    Each says how far it was read, and the records that cite it.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        for table in dataset.table_names():
            self.env.note_dependency(str(dataset.data_folder() / dataset.resource(table)["path"]))
        shown = [
            {
                **source,
                "address": dataset.record_address("sources", source_id),
                "host": urlsplit(source["url"]).netloc.removeprefix("www."),
                "details": [
                    (field["title"], source[field["name"]])
                    for field in dataset.fields("sources")
                    if field["name"] in _SOURCE_DETAILS and source[field["name"]]
                ],
                "citations": len(cited_by()[source_id]),
                "report": self.config.reports.link(f"sources:{source_id}"),
                "uses": uses.place(self.env, "sources", source_id),
                "cited_by": self._cited_by(source_id),
            }
            for source_id, source in _of_part("sources", {"part": self.arguments[0]}).items()
        ]
        if not shown:
            raise self.error(f"no source is in the part {self.arguments[0]!r}")
        shown.sort(
            key=lambda source: (
                source["author"] or source["publisher"] or source["title"],
                source["published"],
            )
        )
        return [nodes.raw("", render("sources.html", sources=shown), format="html")]

    def _cited_by(self, source_id: str) -> list[dict]:
        """The records that cite a source, by table.

        Those shown as rows are named by what they are rows of, once.
        """
        tables: dict[str, dict[str, str]] = defaultdict(dict)
        for table, record_id in cited_by()[source_id]:
            address = address_of(self.env, table, record_id)
            if table in ROWS_BY:
                record_id = records_of(table)[record_id][ROWS_BY[table]]
                address = f"{address.partition('#')[0]}#{_group_address(table, record_id)}"
            tables[table][record_id] = address
        return [
            {
                "title": dataset.resource(table)["title"],
                "items": [{"text": text, "href": href} for text, href in items.items()],
            }
            for table, items in tables.items()
        ]


class RecordRole(SphinxRole):
    """``{record}`table:identifier``` or ``{record}`text <table:identifier>```.

    A link to a record.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        text, _, target = self.text.rpartition("<")
        target = target.rstrip(">").strip()
        table, _, record_id = target.partition(":")
        if table not in dataset.table_names() or record_id not in records_of(table):
            logger.warning(
                "there is no record %r", target, location=self.get_location(), type="record"
            )
            return [nodes.inline(self.rawtext, text.strip() or target)], []
        record = records_of(table)[record_id]
        shown = text.strip() or title_of(record, table)
        noted = record[ROWS_BY[table]] if table in ROWS_BY else record_id
        anchor = uses.first_mention(self.env, table, record_id, noted)
        return [
            nodes.reference(
                self.rawtext,
                shown,
                ids=[anchor] if anchor else [],
                refuri=address_of(self.env, table, record_id),
                classes=["record"],
                internal=True,
            )
        ], []


class HorizonRole(SphinxRole):
    """``{horizon}`day``` or ``{horizon}`month```: the record's last day or month."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        self.env.note_dependency(str(dataset.data_folder() / "datapackage.json"))
        if self.text not in _CHARACTERS:
            logger.warning(
                "the role horizon has the text %r, expected one of: %s",
                self.text,
                ", ".join(_CHARACTERS),
                location=self.get_location(),
                type="record",
            )
            return [nodes.inline(self.rawtext, self.text)], []
        return [nodes.Text(date(dataset.horizon(), self.text))], []


def setup(app: Sphinx) -> None:
    _records.cache_clear()
    _file_of.cache_clear()
    cited_by.cache_clear()
    app.add_directive("records", RecordsDirective)
    app.add_directive("sources", SourcesDirective)
    app.add_role("record", RecordRole())
    app.add_role("horizon", HorizonRole())
