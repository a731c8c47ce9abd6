"""Where records are used: pages note it while they are read, for the pages that show the records.

What is noted is kept with Sphinx's environment, page by page, as Sphinx keeps its own references.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from unsigned_peace import dataset

_USES, _PLACES = "unsigned_peace_uses", "unsigned_peace_places_of_uses"

#: A record as it is noted: its table and its identifier.
Record = tuple[str, str]


@dataclass(frozen=True)
class Use:
    """A place that uses a record: page and anchor there; an exhibit has kind and title too."""

    page: str
    anchor: str
    kind: str = ""
    title: str = ""


def _noted(environment: BuildEnvironment, page: str) -> dict[Record, list[Use]]:
    return environment.__dict__.setdefault(_USES, {}).setdefault(page, {})


def note(environment: BuildEnvironment, table: str, record_ids: Iterable[str], use: Use) -> None:
    """Notes that the page being read uses some records."""
    noted = _noted(environment, use.page)
    for record_id in record_ids:
        its = noted.setdefault((table, record_id), [])
        if use not in its:
            its.append(use)


def first_mention(environment: BuildEnvironment, table: str, record_id: str, noted: str) -> str:
    """Notes a link to a record; its anchor if it is the first on the page, else nothing.

    ``noted`` is what the record is noted by: a short one by what it is a part of.
    """
    if mentioned(environment, table, noted):
        return ""
    anchor = f"said-{dataset.record_address(table, record_id)}"
    note(environment, table, [noted], Use(environment.docname, anchor))
    return anchor


def mentioned(environment: BuildEnvironment, table: str, noted: str) -> bool:
    """Whether the text of the page being read is noted as using a record."""
    its = _noted(environment, environment.docname).get((table, noted), ())
    return any(not use.kind for use in its)


def uses(environment: BuildEnvironment) -> dict[Record, list[Use]]:
    """All uses of each record, page by page."""
    found: dict[Record, list[Use]] = defaultdict(list)
    for _, noted in sorted(vars(environment).get(_USES, {}).items()):
        for record, its in noted.items():
            found[record] += its
    return found


def place(environment: BuildEnvironment, table: str, record_id: str) -> str:
    """A mark in the HTML of the page being read, where the uses of a record are to stand."""
    places(environment).setdefault(environment.docname, []).append((table, record_id))
    return mark(table, record_id)


def places(environment: BuildEnvironment) -> dict[str, list[Record]]:
    """The records of which each page shows the uses."""
    return environment.__dict__.setdefault(_PLACES, {})


def mark(table: str, record_id: str) -> str:
    """The mark for the uses of a record."""
    return f"<!-- uses of {table}:{record_id} -->"


def _forget(_app: Sphinx, environment: BuildEnvironment, page: str) -> None:
    for kept in (_USES, _PLACES):
        vars(environment).get(kept, {}).pop(page, None)


def setup(app: Sphinx) -> None:
    app.connect("env-purge-doc", _forget)
