"""The page of primary texts.

Clauses side by side in the languages seen, and one list of what could not be seen.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pandas as pd
from docutils import nodes
from sphinx.application import Sphinx

from unsigned_peace import dataset
from unsigned_peace.prose import date, words
from unsigned_peace.publishing.data_pages.from_data import FromData
from unsigned_peace.publishing.data_pages.records import (
    address_of,
    as_known,
    name_of_source,
    records_of,
)

LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "ja": "Japanese",
    "nl": "Dutch",
    "ru": "Russian",
    "zh": "Chinese",
}
_STANDINGS = {
    "signed": "",
    "official_translation": "official translation",
    "other_translation": "another's translation",
}
#: Languages of one party to the texts here: two states will not have signed in it alone.
_OF_ONE_PARTY = {"ja", "ru"}
#: Parts of the page: the first year of each, and its title.
PERIODS = [
    (0, "Borders before the war"),
    (1941, "War and surrender"),
    (1951, "San Francisco"),
    (1955, "The end of the state of war"),
    (1957, "Memoranda and communiques"),
    (1991, "Declarations and statements"),
    (2013, "The last attempts"),
]
_TABLES = ("documents", "provisions", "wordings", "sources")


def wordings_of() -> dict[str, list[dict[str, str]]]:
    """The wordings of each clause: as signed first, then official translations, then others."""
    order = list(_STANDINGS)
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for wording in records_of("wordings").values():
        found[wording["provision_id"]].append(wording)
    return {
        provision: sorted(wordings, key=lambda wording: order.index(wording["standing"]))
        for provision, wordings in found.items()
    }


def in_words(languages: str) -> str:
    """A list of language codes as a reader says it: "Japanese and Russian"."""
    *most, last = [LANGUAGES[code] for code in languages.split(dataset.LIST_SEPARATOR)]
    return f"{', '.join(most)} and {last}" if most else last


def languages_line(document: dict[str, str]) -> str:
    """In which languages a document was signed or issued, and which of them count.

    Empty where that was not seen.
    """
    languages, authentic = document["languages"], document["authentic"]
    if not languages:
        return ""
    many = dataset.LIST_SEPARATOR in document["parties"]
    if many and not authentic and languages in _OF_ONE_PARTY:
        return f"Read in {in_words(languages)}; in which languages it was drawn up was not seen."
    line = f"{'Signed' if many else 'Issued'} in {in_words(languages)}"
    if not authentic:
        return f"{line}."
    if authentic == languages:
        several = dataset.LIST_SEPARATOR in languages
        return f"{line}, {'equally authentic' if several else 'which alone counts'}."
    verb = "count" if dataset.LIST_SEPARATOR in authentic else "counts"
    return f"{line}; {in_words(authentic)} {verb} where they differ."


def clause_name(clause: dict[str, str]) -> str:
    """How a reader finds a clause in its document.

    Its number, where it has one, and its subject.
    """
    article, subject = clause["article"], clause["topic"].replace("_", " ")
    if not article:
        return subject.capitalize()
    name = f"Article {article}" if article[0].isdigit() else article[0].upper() + article[1:]
    return name if subject == "other" else f"{name}: {subject}"


def in_order(clause: dict[str, str]) -> list[int]:
    """Puts numbered clauses in the order of their numbers, and leaves the others as in the file."""
    return [int(number) for number in re.findall(r"\d+", clause["article"])]


class Texts(FromData):
    """``{texts}``: every document of which words are recorded, clause by clause.

    The wordings of a clause stand side by side.
    """

    def run(self) -> list[nodes.Node]:
        self.depends_on(_TABLES)
        wordings = wordings_of()
        clauses: dict[str, list[dict[str, str]]] = defaultdict(list)
        for clause in records_of("provisions").values():
            clauses[clause["document_id"]].append(clause)
        shown = sorted(
            (
                document
                for document_id, document in records_of("documents").items()
                if any(clause["provision_id"] in wordings for clause in clauses[document_id])
            ),
            key=lambda document: (document["date"], document["document_id"]),
        )
        sections: list[nodes.Node] = [*self.page("texts-counts.html", **self._counts(shown))]
        for (start, title), (end, _) in zip(PERIODS, [*PERIODS[1:], (9999, "")]):
            of_period = [document for document in shown if start <= int(document["date"][:4]) < end]
            if of_period:
                section = self.headed(title, f"texts-from-{of_period[0]['date'][:4]}", "")
                section += [
                    self._document(
                        document,
                        sorted(clauses[document["document_id"]], key=in_order),
                        wordings,
                    )
                    for document in of_period
                ]
                sections.append(section)
        return sections

    def _counts(self, shown: list[dict[str, str]]) -> dict:
        wordings = list(records_of("wordings").values())
        languages = Counter(LANGUAGES[wording["language"]] for wording in wordings)
        return {
            "documents": words(len(shown)),
            "clauses": len({wording["provision_id"] for wording in wordings}),
            "wordings": len(wordings),
            "languages": languages.most_common(),
            "whole": sum(wording["seen"] == "text" for wording in wordings),
        }

    def _document(
        self,
        document: dict[str, str],
        clauses: list[dict[str, str]],
        wordings: dict[str, list[dict[str, str]]],
    ) -> nodes.section:
        record = document["document_id"]
        body = self.page(
            "text.html",
            document=document,
            date=as_known(document, "date"),
            day=date(pd.Timestamp(document["date"]), document["precision"]),
            href=address_of(self.env, "documents", record),
            languages=languages_line(document),
            unseen=f"#unseen-{record}" if document["unseen"] else "",
            clauses=[
                self._clause(clause, wordings[clause["provision_id"]])
                for clause in clauses
                if clause["provision_id"] in wordings
            ],
            others=[
                self._link("provisions", clause["provision_id"], clause_name(clause))
                for clause in clauses
                if clause["provision_id"] not in wordings
            ],
        )
        section = self.headed(document["title"], f"text-{record}", "")
        section += body
        return section

    def _clause(self, clause: dict[str, str], wordings: list[dict[str, str]]) -> dict:
        return {
            **clause,
            "name": clause_name(clause),
            "href": address_of(self.env, "provisions", clause["provision_id"]),
            "wordings": [
                {
                    **wording,
                    "in": LANGUAGES[wording["language"]],
                    "standing": _STANDINGS[wording["standing"]],
                    "href": address_of(self.env, "wordings", wording["wording_id"]),
                    "sources": [
                        self._link("sources", source, name_of_source(records_of("sources")[source]))
                        for source in wording["sources"].split(dataset.LIST_SEPARATOR)
                    ],
                }
                for wording in wordings
            ],
        }

    def _link(self, table: str, record: str, text: str) -> dict[str, str]:
        return {"text": text, "href": address_of(self.env, table, record)}


class Unseen(FromData):
    """``{unseen}``: what could not be seen of documents, and where it can be found."""

    def run(self) -> list[nodes.Node]:
        self.depends_on(_TABLES)
        missing = [
            {**document, "href": address_of(self.env, "documents", record)}
            for record, document in sorted(
                records_of("documents").items(), key=lambda item: (item[1]["date"], item[0])
            )
            if document["unseen"]
        ]
        return self.page("unseen.html", documents=missing)


def setup(app: Sphinx) -> None:
    app.add_directive("texts", Texts)
    app.add_directive("unseen", Unseen)
