"""Puts the outputs of cells on the page.

Charts and tables, each with its description, data and sources.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from docutils import nodes
from myst_nb.core.render import MimeData, MimeRenderPlugin, NbElementRenderer
from sphinx.environment import BuildEnvironment

from unsigned_peace.exhibits import CHART_TYPE, TABLE_TYPE, card_of, caution
from unsigned_peace.files import as_csv
from unsigned_peace.publishing.chapters import dataframes
from unsigned_peace.publishing.charts import data as chart_data
from unsigned_peace.publishing.charts import drawing
from unsigned_peace.publishing.charts.clock import by_utc
from unsigned_peace.publishing.data_pages.records import (
    address_of,
    part_of,
    short_source,
    source_rows,
)
from unsigned_peace.publishing.data_pages.uses import Use, note
from unsigned_peace.publishing.html import columns
from unsigned_peace.publishing.html.templates import render

#: Longer data of a chart are a download only.
MOST_ROWS_SHOWN = 150
#: A longer list of sources is a download, with a link to each part of the pages of sources.
MOST_SOURCES_SHOWN = 60
#: A table with a longer cell is one of words: on phones each row is a card.
_LONG_CELL = 24
#: Where in an exhibit's HTML the fold of its code goes (see ``folds``).
CODE_PLACE = "<!-- code -->"
#: Where the site keeps the scripts that hold a chart each.
SCRIPTS = "_static/unsigned-peace/charts"


def exhibit_anchor(name: str) -> str:
    """The address of a chart or table on its page.

    Never that of a heading, which may have the same words.
    """
    return f"exhibit-{name}"


def _write_csv(path: Path, columns: list[str], rows: list[list[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_csv(columns, rows), encoding="utf-8")


def _shared(
    renderer: NbElementRenderer, kind: str, card: dict, heads: list[str], rows: list[list[str]]
) -> dict:
    """What the templates of charts and tables share.

    The card, its sources as links, its data as a file. The records that it rests on are noted.
    """
    environment = renderer.renderer.sphinx_env
    page = environment.docname
    use = Use(page, exhibit_anchor(card["name"]), kind, card["title"])
    for table, record_ids in card.get("rests_on", {}).items():
        note(environment, table, record_ids, use)
    name = f"{page.rsplit('/', 1)[-1]}-{card['name']}.csv"
    _write_csv(Path(environment.app.outdir) / "downloads" / "exhibits" / name, heads, rows)
    return {
        "card": card,
        "anchor": exhibit_anchor(card["name"]),
        "report": environment.config.reports.link(f"{page}.html#{exhibit_anchor(card['name'])}"),
        "code_place": CODE_PLACE,
        "caution": caution(card),
        "download": _from_page(environment, f"downloads/exhibits/{name}"),
        "sources": _sources(environment, card, name.removesuffix(".csv") + "-sources.csv"),
    }


def _sources(environment: BuildEnvironment, card: dict, name: str) -> dict:
    """The sources of an exhibit as links.

    Where they are too many for a page, as a file, and links to the pages that show them.
    """
    known = {source: source_rows()[source] for source in card["sources"] if source in source_rows()}
    if len(known) <= MOST_SOURCES_SHOWN:
        links = [
            {"text": short_source(row), "href": address_of(environment, "sources", source)}
            for source, row in known.items()
        ]
        return {"count": len(known), "links": links, "download": ""}
    fields = ["source_id", "title", "author", "publisher", "published", "url"]
    _write_csv(
        Path(environment.app.outdir) / "downloads" / "exhibits" / name,
        fields,
        [[row[field] for field in fields] for row in known.values()],
    )
    parts = {source: part_of("sources", row).replace("-", " ") for source, row in known.items()}
    links = [
        {
            "text": f"{part} ({count})",
            "href": address_of(
                environment, "sources", next(source for source in known if parts[source] == part)
            ).partition("#")[0],
        }
        for part, count in sorted(Counter(parts.values()).items())
    ]
    return {
        "count": len(known),
        "links": links,
        "download": _from_page(environment, f"downloads/exhibits/{name}"),
    }


class RecordRenderer(MimeRenderPlugin):
    """The book's own outputs for MyST-NB; everything else is left to it."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [
        ("*", CHART_TYPE, 1),
        ("*", TABLE_TYPE, 1),
        ("*", "text/html", 2),
    ]

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> None | list[nodes.Element]:
        if data.mime_type == CHART_TYPE:
            html = _chart(renderer, data)
        elif data.mime_type == TABLE_TYPE:
            html = _table(
                renderer,
                json.loads(data.content) if isinstance(data.content, str) else data.content,
            )
        elif data.mime_type == "text/html" and dataframes.is_frame(str(data.content)):
            html = dataframes.on_the_page(str(data.content))
        else:
            return None
        return [nodes.raw("", html, format="html")]


def _chart(renderer: NbElementRenderer, data: MimeData) -> str:
    specification = json.loads(data.content) if isinstance(data.content, str) else data.content
    card = card_of(specification)
    if not specification.get("description") or card is None:
        renderer.logger.warning(
            "a chart without description and sources: pass it through unsigned_peace.charts.figure",
            line=data.line,
            subtype="chart",
        )
        return ""
    for fault in by_utc(specification):
        renderer.logger.warning(f"chart {card['name']}: {fault}", line=data.line, subtype="chart")
    fields, rows = chart_data.whole(specification)
    tables_of_data = chart_data.tables(specification)
    page = renderer.renderer.sphinx_env.docname.rsplit("/", 1)[-1]
    return render(
        "chart.html",
        **_shared(renderer, "chart", card, fields, rows),
        data=[
            (panel, heads, [(cells, None) for cells in shown], columns.on_page(heads, shown))
            for panel, heads, shown in tables_of_data
        ]
        if sum(len(shown) for *_, shown in tables_of_data) <= MOST_ROWS_SHOWN
        else [],
        row_count=len(rows),
        **parts_of_chart(renderer.renderer.sphinx_env, specification, f"{page}-{card['name']}"),
    )


def parts_of_chart(environment: BuildEnvironment, specification: dict, name: str) -> dict:
    """The drawings of a chart, and the address of the script that makes it interactive.

    The script is a file of its own, which is fetched when a reader comes to the chart.
    """
    prefix = (card_of(specification) or {})["name"]
    drawn = drawing.drawn(specification)
    changes = drawing.changes(drawn)
    text = json.dumps(drawn, ensure_ascii=False, separators=(",", ":"))
    path = f"{SCRIPTS}/{name}.js"
    written = json.dumps(changes, separators=(",", ":"))
    live = json.dumps(drawing.said_by_inputs(drawn), separators=(",", ":"))
    file = Path(environment.app.outdir) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f'unsignedPeaceCharts["{file.name}"]='
        f'{{"specification":{drawing.for_page(text)},"changes":{written},"live":{live}}};\n',
        encoding="utf-8",
    )
    return {
        "drawings": {
            kind: drawing.svg(drawing.changed(drawn, changed), f"{prefix}-{kind}")
            for kind, changed in changes.items()
        },
        "script": _from_page(environment, path),
        "controls": '"params"' in text and '"bind"' in text,
    }


def _from_page(environment: BuildEnvironment, path: str) -> str:
    """The address of a file of the site, relative to the page being read."""
    return environment.app.builder.get_relative_uri(environment.docname, "index").removesuffix(
        "index.html"
    ) + quote(path)


def _table(renderer: NbElementRenderer, content: dict) -> str:
    environment = renderer.renderer.sphinx_env
    addresses = content["records"]
    links = (
        [address_of(environment, *address.split(":", 1)) for address in addresses]
        if addresses
        else [None] * len(content["rows"])
    )
    return render(
        "table.html",
        **_shared(renderer, "table", content["card"], content["columns"], content["rows"]),
        columns=content["columns"],
        columns_on_page=columns.on_page(content["columns"], content["rows"]),
        as_cards=any(len(cell) > _LONG_CELL for row in content["rows"] for cell in row),
        rows=list(zip(content["rows"], links)),
    )
