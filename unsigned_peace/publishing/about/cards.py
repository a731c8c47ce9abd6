"""Chapters as cards for the first page: number, period, minutes, question, and what it found."""

from __future__ import annotations

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from unsigned_peace.publishing.about.teaching import chapter
from unsigned_peace.publishing.chapters.exhibit_links import address_in, exhibits_in
from unsigned_peace.publishing.chapters.opener import period, time_band
from unsigned_peace.publishing.html.templates import render

logger = logging.getLogger(__name__)


class CardsDirective(SphinxDirective):
    """``{cards} The story``: a part of ``_toc.yml`` as cards, numbered on from ``:from:``.

    All is read from the chapters: period and title, minutes as counted, and as finding the title of
    the first exhibit, which is the picture of its opener. ``:band:`` puts the line of time above.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"from": int, "band": lambda _: True}  # noqa: RUF012  docutils reads it so

    def run(self) -> list[nodes.Node]:
        caption = self.arguments[0]
        parts = {tree.caption: tree for tree in vars(self.env)["external_site_map"].root.subtrees}
        if caption not in parts:
            logger.warning(
                "_toc.yml has no part %r; it has: %s",
                caption,
                ", ".join(parts),
                location=self.get_location(),
            )
            return []
        first = self.options.get("from", 1)
        read = {str(item): self._read(str(item)) for item in parts[caption].items}
        # a page without a period has no number: it is no chapter, and need not say what they say
        chapters = [page for page, text in read.items() if _front_matter(text).get("period")]
        cards = [
            self._card(page, read[page], number) for number, page in enumerate(chapters, first)
        ]
        html = render("cards.html", cards=cards, first=first)
        band = time_band(None) if "band" in self.options else ""
        return [nodes.raw("", band + html, format="html")]

    def _read(self, page: str) -> str:
        path = self.env.doc2path(page)
        self.env.note_dependency(str(path))
        with open(path, encoding="utf-8") as source:
            return source.read()

    def _card(self, page: str, text: str, number: int) -> dict:
        stem = page.rpartition("/")[2]
        _, finding = next(iter(exhibits_in(self.env, stem).values()))
        its = chapter(stem, text)
        return {
            "number": number,
            "period": period(_front_matter(text)["period"]),
            "minutes": its.minutes,
            "title": its.title,
            "href": address_in(self.env, stem),
            "finding": finding,
        }


def _front_matter(text: str) -> dict:
    found = yaml.safe_load(text.split("---\n")[1]) if text.startswith("---\n") else None
    return found if isinstance(found, dict) else {}


def setup(app: Sphinx) -> None:
    app.add_directive("cards", CardsDirective)
