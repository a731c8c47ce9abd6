"""What a page says of itself to search engines and to those it is shared with.

Description, title, picture.

Addresses in such metadata must be whole. They are written only if the site's address is known
(``html.baseurl`` in ``_config.yml``); without it the tags that need one are left out.
"""

from __future__ import annotations

import html
import json
import multiprocessing
import re
import textwrap
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import vl_convert
from docutils import nodes
from sphinx.application import Sphinx

from unsigned_peace.exhibits import CARD, exhibits_of
from unsigned_peace.processes import deaf_to_the_keyboard
from unsigned_peace.publishing.chapters.executed import executed_path, loaded
from unsigned_peace.publishing.charts import drawing
from unsigned_peace.publishing.frame.address import address_on_site
from unsigned_peace.publishing.frame.imprint import imprint
from unsigned_peace.publishing.html.templates import render

#: Search engines and previews cut longer descriptions.
MOST_CHARACTERS = 300
_FEWEST_CHARACTERS = 60
_RAW_PARAGRAPH = re.compile(r"\s*<p>(.*?)</p>", re.DOTALL)
_DOWNLOAD = re.compile(r"<a [^>]*\bdownload\b[^>]*>.*?</a>\.?", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
PICTURES = "_static/sharing"
#: Width and height in pixels that previews are made for, and the free border.
PICTURE, MARGIN = (1200, 630), 48
_TITLE_CHARACTERS, _FINDING_CHARACTERS = 44, 96
#: The same for the card of the book, whose text stands in a column, and the room of its chart.
_CARD_TITLE, _CARD_FINDING = 12, 27
_CARD_ROOM = (400, 50, 790, 530)


# description -------------------------------------------------------------------------------------


def description(doctree: nodes.document | None, meta: dict) -> str:
    """A page in a few sentences: the ``description`` of its front matter, else its first paragraph.

    A page with neither, such as the search page, gets the book's title in full.
    """
    if meta.get("description"):
        return _shortened(str(meta["description"]))
    for node in doctree.findall() if doctree is not None else ():
        text = ""
        if isinstance(node, nodes.paragraph) and isinstance(
            node.parent, (nodes.section, nodes.document)
        ):
            text = node.astext()
        elif isinstance(node, nodes.raw) and (paragraph := _RAW_PARAGRAPH.match(node.astext())):
            text = html.unescape(_TAG.sub("", _DOWNLOAD.sub("", paragraph[1])))
        if len(text) > _FEWEST_CHARACTERS:
            return _shortened(text)
    return _shortened(imprint().title)


def _shortened(text: str) -> str:
    """The sentences of a text that fit.

    Of a first sentence that is too long, the words that fit.
    """
    text = " ".join(text.split())
    if len(text) <= MOST_CHARACTERS:
        return text
    ends = [
        end.end()
        for end in re.finditer(r"[.?!][\"')]?(?= [A-Z\"'])", text[: MOST_CHARACTERS + 2])
        if end.end() <= MOST_CHARACTERS
    ]
    if ends and ends[-1] > MOST_CHARACTERS // 3:
        return text[: ends[-1]]
    return text[: MOST_CHARACTERS - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


# tags --------------------------------------------------------------------------------------------


def _add_tags(
    app: Sphinx, pagename: str, _template: str, context: dict, doctree: nodes.document | None
) -> None:
    if app.builder.format != "html":
        return
    title = html.unescape(_TAG.sub("", context.get("title") or "")).strip() or imprint().name
    said = description(doctree, context.get("meta") or {})
    tags = {
        "og:type": "article"
        if doctree is not None and pagename != app.config.root_doc
        else "website",
        "og:site_name": imprint().name,
        "og:locale": "en_GB",
        "og:title": title,
        "og:description": said,
        "twitter:card": "summary",
    }
    address = address_on_site(app.config, app.builder.get_target_uri(pagename))
    if address and doctree is not None:
        picture, shows = _picture(app, pagename, title)
        tags |= {
            "og:url": address,
            "og:image": address_on_site(app.config, picture),
            "og:image:width": str(PICTURE[0]),
            "og:image:height": str(PICTURE[1]),
            "og:image:alt": shows,
            "twitter:card": "summary_large_image",
        }
    lines = [f'<meta name="description" content="{html.escape(said)}">']
    for name, content in tags.items():
        kind = "name" if name.startswith("twitter:") else "property"
        lines.append(f'<meta {kind}="{name}" content="{html.escape(content)}">')
    context["metatags"] = (context.get("metatags") or "") + "\n".join(lines) + "\n"


# pictures ----------------------------------------------------------------------------------------


def _picture(app: Sphinx, docname: str, title: str) -> tuple[str, str]:
    """The picture of a page, and what it shows.

    It is drawn for a chapter that has a chart; other pages have the card of the book.
    """
    specification = None if docname == app.config.root_doc else _first_chart(docname)
    if specification:
        draw = _png
    else:
        docname, title, draw = app.config.root_doc, imprint().name, _card
        specification = _first_chart(docname)
    name = f"{PICTURES}/{docname.rsplit('/', 1)[-1]}.png"
    finding = specification["usermeta"][CARD]["title"] if specification else imprint().title
    path = Path(app.outdir) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(draw(title, finding, json.dumps(specification) if specification else ""))
    return name, f"{title} {finding}"


def _first_chart(page: str) -> dict | None:
    """The specification of a chapter's first chart; None for a page that has none."""
    path = executed_path(page)
    return (
        next((shown for kind, shown in exhibits_of(loaded(path)) if kind == "chart"), None)
        if path.exists()
        else None
    )


@cache
def _png(title: str, finding: str, specification: str) -> bytes:
    """Title, finding and chart as a picture.

    The same bytes for the same input, on the same machine's fonts.
    """
    heading, says = (
        textwrap.wrap(title, _TITLE_CHARACTERS)[:2],
        textwrap.wrap(finding, _FINDING_CHARACTERS)[:2],
    )
    top = 80 + 50 * len(heading) + 30 * len(says)
    room = (MARGIN, top, PICTURE[0] - 2 * MARGIN, PICTURE[1] - MARGIN // 2 - top)
    return _drawn("sharing.svg", heading, says, specification, room)


@cache
def _card(title: str, finding: str, specification: str) -> bytes:
    """The card of the book: title and finding beside the chart of the first page."""
    heading, says = textwrap.wrap(title, _CARD_TITLE), textwrap.wrap(finding, _CARD_FINDING)
    return _drawn("sharing-book.svg", heading, says, specification, _CARD_ROOM)


def _drawn(
    template: str,
    title: list[str],
    finding: list[str],
    specification: str,
    room: tuple[int, int, int, int],
) -> bytes:
    """A picture with a chart in a room of it (left, top, width, height)."""
    chart = ""
    if specification:
        drawing.settle_fonts()
        chart = vl_convert.vegalite_to_svg(drawing.drawn(json.loads(specification)))
        place = 'x="{}" y="{}" width="{}" height="{}"'.format(*room)
        chart = re.sub(
            r'(<svg[^>]*?) width="[\d.]+" height="[\d.]+"', rf"\1 {place}", chart, count=1
        )
    whole = render(
        template,
        size=PICTURE,
        margin=MARGIN,
        book=imprint().name,
        title=title,
        finding=finding,
        chart=chart,
    )
    with deaf_to_the_keyboard():
        painting = _painter().submit(_painted, whole)
    return painting.result()


@cache
def _painter() -> ProcessPoolExecutor:
    """A process that knows the system's fonts, which drawings do without: a title may be in any
    script.
    """
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))


def _painted(picture: str) -> bytes:
    return vl_convert.svg_to_png(picture)


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", _add_tags)
