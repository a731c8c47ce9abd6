"""Lets the search page find records by their titles: a script with the address and title of each."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from sphinx.application import Sphinx

from unsigned_peace import dataset
from unsigned_peace.publishing.data_pages.records import ROWS_BY, page_of, records_of, title_of

SCRIPT = "_static/unsigned-peace/records.js"
_LONGEST = 80
#: Rows of numbers, questions and answers are found by the series and polls that they belong to; sources by who is cited.
_LEFT_OUT = {*ROWS_BY, "poll_questions", "sources"}


def _write_records(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    pages: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table in dataset.table_names():
        for record_id, record in records_of(table).items() if table not in _LEFT_OUT else ():
            page = app.builder.get_relative_uri("search", page_of(app.env, table, record_id))
            title = title_of(record, table)
            pages[page].append((dataset.record_address(table, record_id), title if len(title) <= _LONGEST else f"{title[:_LONGEST].rsplit(' ', 1)[0]} …"))
    text = json.dumps(sorted(pages.items()), ensure_ascii=False, separators=(",", ":"))
    (Path(app.outdir) / SCRIPT).write_text(f"window.unsignedPeaceRecords={text};\n", encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", _write_records)
