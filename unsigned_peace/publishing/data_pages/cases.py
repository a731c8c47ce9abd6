"""The page of each side's case.

Question by question, the steps of both sides with what answers them.
"""

from __future__ import annotations

from collections import defaultdict

import pandas as pd
from docutils import nodes
from sphinx.application import Sphinx

from unsigned_peace import dataset
from unsigned_peace.prose import date, words
from unsigned_peace.publishing.data_pages.from_data import FromData
from unsigned_peace.publishing.data_pages.records import (
    address_of,
    as_known,
    records_of,
    short_source,
    title_of,
)

_PRECISIONS = {4: "year", 7: "month", 10: "day"}
_VOICES = {"government": "", "participant": "a participant", "scholar": "a scholar or writer"}


def spoken(day: str) -> str:
    """A date of the tables, as far as it is known, in words: "5 April 1945"."""
    return date(pd.Timestamp(day), _PRECISIONS[len(day)]) if day else ""


def in_short(table: str, record: dict[str, str]) -> str:
    """A record in a few words.

    Who spoke and when, or the clause of which document, else its title.
    """
    if table == "provisions":
        article = f", {record['article']}" if record["article"] else ""
        return records_of("documents")[record["document_id"]]["title"] + article
    if table == "statements":
        return f"{record['speaker']}, {spoken(as_known(record, 'date'))}"
    return title_of(record, table)


class Cases(FromData):
    """``{cases}``: each point at issue with what the texts say.

    The arguments of both sides stand beside each other.
    """

    def run(self) -> list[nodes.Node]:
        self.depends_on(dataset.table_names())
        steps: dict[str, list[dict[str, str]]] = defaultdict(list)
        for step in records_of("arguments").values():
            steps[step["point_id"]].append(step)
        points = sorted(
            records_of("points_at_issue").values(), key=lambda point: int(point["position"])
        )
        return [
            self._point(
                point, sorted(steps[point["point_id"]], key=lambda step: int(step["position"]))
            )
            for point in points
        ]

    def _point(self, point: dict[str, str], steps: list[dict[str, str]]) -> nodes.section:
        answered: dict[str, list[dict[str, str]]] = defaultdict(list)
        for step in steps:
            for other in filter(None, step["answers"].split(dataset.LIST_SEPARATOR)):
                answered[other].append(step)
        body = self.page(
            "case.html",
            point=point,
            href=address_of(self.env, "points_at_issue", point["point_id"]),
            texts=self._records(point["rests_on"]),
            steps=[self._step(step, answered[step["argument_id"]]) for step in steps],
        )
        section = self.headed(point["title"], f"case-{point['point_id']}", "")
        section += body
        return section

    def _step(self, step: dict[str, str], answers: list[dict[str, str]]) -> dict:
        sources = records_of("sources")
        return {
            **step,
            "other": "Russia" if step["side"] == "Japan" else "Japan",
            "made": spoken(step["made"]),
            "voice": _VOICES[step["voice"]],
            "href": address_of(self.env, "arguments", step["argument_id"]),
            "own": {
                "text": short_source(sources[step["own_source"]]),
                "href": address_of(self.env, "sources", step["own_source"]),
            },
            "rests": self._records(step["rests_on"]),
            "against_rests": self._records(step["against_rests_on"]),
            "answered_by": [
                {"text": answer["title"], "href": f"#step-{answer['argument_id']}"}
                for answer in answers
            ],
        }

    def _records(self, named: str) -> list[dict[str, str]]:
        """Links to records, one for all that have the same short name."""
        links: dict[str, dict[str, str]] = {}
        for item in filter(None, named.split(dataset.LIST_SEPARATOR)):
            table, record_id = item.split(":", 1)
            text = in_short(table, records_of(table)[record_id])
            links.setdefault(text, {"text": text, "href": address_of(self.env, table, record_id)})
        return list(links.values())


class CasesCount(FromData):
    """``{cases-count}``: how many points and steps there are, and whose."""

    def run(self) -> list[nodes.Node]:
        self.depends_on(["arguments", "points_at_issue"])
        steps = list(records_of("arguments").values())
        return self.page(
            "cases-count.html",
            points=words(len(records_of("points_at_issue"))),
            steps=len(steps),
            sides={
                side: sum(step["side"] == side for step in steps) for side in ("Japan", "Russia")
            },
            weaker={
                side: sum(step["side"] == side and step["confidence"] != "high" for step in steps)
                for side in ("Japan", "Russia")
            },
            unanswered=sum(bool(step["unanswered"]) for step in steps),
        )


def setup(app: Sphinx) -> None:
    app.add_directive("cases", Cases)
    app.add_directive("cases-count", CasesCount)
