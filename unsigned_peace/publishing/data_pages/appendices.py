"""Appendices made from the dataset.

Data dictionary, glossary of names.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from unsigned_peace import dataset
from unsigned_peace.publishing.data_pages.from_data import FromData
from unsigned_peace.publishing.data_pages.records import address_of, records_of
from unsigned_peace.publishing.html.templates import render


def _constraints(field: dict) -> list[str]:
    constraints = field.get("constraints", {})
    said = []
    if constraints.get("required"):
        said.append("required")
    if constraints.get("unique"):
        said.append("unique")
    if "enum" in constraints:
        said.append("one of: " + ", ".join(constraints["enum"]))
    if "minimum" in constraints:
        said.append(f"at least {constraints['minimum']}")
    if "maximum" in constraints:
        said.append(f"at most {constraints['maximum']}")
    if "maxLength" in constraints:
        said.append(f"at most {constraints['maxLength']} characters")
    if "pattern" in constraints:
        said.append(f"form {constraints['pattern']}")
    if "listOf" in field:
        said.append(f"a list, items separated by '{dataset.LIST_SEPARATOR.strip()}' and a blank")
    return said


def _example(table: str, column: str) -> str:
    """A short value of the column as the data have it."""
    values = [record[column] for record in records_of(table).values() if record[column]]
    return min(values, key=lambda value: (abs(len(value) - 24), value)) if values else ""


class DataDictionary(FromData):
    """``{data-dictionary}``: every table and column.

    Each has its type, unit, meaning, constraints and an example.
    """

    def run(self) -> list[nodes.Node]:
        self.depends_on(dataset.table_names())
        sections = []
        for table in dataset.table_names():
            entry = dataset.resource(table)
            references = {
                key["fields"]: key["reference"]["resource"] or table
                for key in entry["schema"].get("foreignKeys", [])
            }
            columns = [
                {
                    **{
                        name: field.get(name, "")
                        for name in ("name", "title", "type", "unit", "description")
                    },
                    "constraints": _constraints(field),
                    "codes": [
                        {
                            "dimension": "",
                            **code,
                            "href": address_of(self.env, table, code["example"]),
                        }
                        for code in field.get("codes", [])
                    ],
                    "refers_to": references.get(field["name"])
                    or (
                        field.get("listOf") if field.get("listOf") in dataset.table_names() else ""
                    ),
                    "example": _example(table, field["name"]),
                }
                for field in dataset.fields(table)
            ]
            body = render(
                "dictionary.html",
                table=table,
                entry=entry,
                columns=columns,
                count=len(records_of(table)),
            )
            sections.append(self.headed(entry["title"], f"table-{table.replace('_', '-')}", body))
        return sections


class Glossary(FromData):
    """``{names}``: the places with their names in English, Russian and Japanese."""

    def run(self) -> list[nodes.Node]:
        self.depends_on(["places"])
        places = [
            {**record, "href": address_of(self.env, "places", record_id)}
            for record_id, record in sorted(
                records_of("places").items(), key=lambda item: item[1]["name_en"]
            )
        ]
        return self.page("names.html", places=places)


def setup(app: Sphinx) -> None:
    for name, directive in (
        ("data-dictionary", DataDictionary),
        ("names", Glossary),
    ):
        app.add_directive(name, directive)
