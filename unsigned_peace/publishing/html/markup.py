"""Markup of libraries that the book sets in its own way: code, folded code, cited works."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import TextIO

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from pygments.formatters import HtmlFormatter
from pygments.token import Comment, Keyword, String, Token, _TokenType
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.writers.html5 import HTML5Translator

from unsigned_peace.publishing.html.languages import say

#: What the style colours; a mark around anything else would only make pages heavy, by a third of
#: their weight.
_COLOURED = (Comment, Keyword, String)


class CodeFormatter(HtmlFormatter):
    """Code as HTML with marks around what the book's style colours, and nothing else."""

    def format_unencoded(
        self, tokensource: Iterable[tuple[_TokenType, str]], outfile: TextIO
    ) -> None:
        super().format_unencoded(
            (
                (next((kind for kind in _COLOURED if found in kind), Token), text)
                for found, text in tokensource
            ),
            outfile,
        )

    def wrap(self, source: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        yield 0, '<div class="highlight"><pre tabindex="0">'
        yield from source
        yield 0, "</pre></div>\n"


def _show_folded(translator: HTML5Translator, node: HideCodeCellNode) -> None:
    """Folded code, as one element that a browser opens by itself when a link leads into it."""
    translator.body.append(f'<details class="folded"><summary>{escape(node["title"])}</summary>\n')


def _end_folded(translator: HTML5Translator, _node: HideCodeCellNode) -> None:
    translator.body.append("</details>\n")


def _visit_table(translator: HTML5Translator, node: nodes.table) -> None:
    """A table that Markdown made, in a box that scrolls where it is wider than the page."""
    translator.body.append(
        f'<div class="scrolls" tabindex="0" role="group" aria-label="{say("Table")}">\n'
    )
    HTML5Translator.visit_table(translator, node)


def _depart_table(translator: HTML5Translator, node: nodes.table) -> None:
    HTML5Translator.depart_table(translator, node)
    translator.body.append("</div>\n")


def _visit_citation(translator: HTML5Translator, node: nodes.citation) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="citation"))


def _depart_citation(translator: HTML5Translator, _node: nodes.citation) -> None:
    translator.body.append("</div>\n")


def _use_formatter(app: Sphinx) -> None:
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.highlighter.formatter = CodeFormatter


def setup(app: Sphinx) -> None:
    app.add_node(HideCodeCellNode, override=True, html=(_show_folded, _end_folded))
    app.add_node(nodes.table, override=True, html=(_visit_table, _depart_table))
    # docutils gives cited works roles that ARIA has withdrawn
    app.add_node(nodes.citation, override=True, html=(_visit_citation, _depart_citation))
    app.connect("builder-inited", _use_formatter)
