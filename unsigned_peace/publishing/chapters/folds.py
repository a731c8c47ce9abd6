"""Folded code on the page: neighbours are one fold, which stands after what the code made.

In the notebook every cell stays where it runs. On the page the code that leads to a chart or table
is one fold, on the line with its description, data and sources; nothing is folded away before the
page's first picture. The book's first page has all its code in one fold at its foot.
"""

from __future__ import annotations

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx

from unsigned_peace.publishing.chapters.outputs import CODE_PLACE


def is_cell(node: nodes.Node) -> bool:
    """Whether a node is a code cell of a notebook."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def _is_output(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code_output"


def exhibit_in(node: nodes.Node) -> nodes.raw | None:
    """The chart or table that a cell shows, if any, as long as its code has no place yet."""
    return next((raw for raw in node.findall(nodes.raw) if CODE_PLACE in raw.astext()), None)


class _Folds:
    """Walks a page and gathers folded code until there is a place for it."""

    def __init__(self, at_the_foot: bool) -> None:
        self.at_the_foot = at_the_foot
        self.waiting: list[nodes.Node] = []
        self.picture_seen = False

    def walk(self, parent: nodes.Element) -> None:
        for child in list(parent.children):
            if isinstance(child, nodes.section):
                self._end(parent, parent.index(child))
                self.walk(child)
            elif is_cell(child):
                self._cell(parent, child)
        self._end(parent, len(parent.children))

    def _cell(self, parent: nodes.Element, cell: nodes.Element) -> None:
        for fold in [node for node in cell.children if isinstance(node, HideCodeCellNode)]:
            self.waiting += [part for part in fold.children if not _is_output(part)]
            fold.children = [part for part in fold.children if _is_output(part)]
            if fold.children:
                fold["title"] = "Output"
            else:
                cell.remove(fold)
        exhibit = exhibit_in(cell)
        if exhibit is not None:
            self.picture_seen = not self.at_the_foot
            before, _, after = exhibit.astext().partition(CODE_PLACE)
            fold = [self._fold()] if self.waiting and self.picture_seen else []
            parts = [nodes.raw("", part, format="html") for part in (before, after)]
            exhibit.parent.replace(exhibit, [parts[0], *fold, parts[1]])
        elif not cell.children:
            parent.remove(cell)
        elif self.waiting and self.picture_seen:
            cell += self._fold()

    def _end(self, parent: nodes.Element, position: int) -> None:
        """Places what still waits at the end of a section's own text, once a picture was seen."""
        if self.waiting and self.picture_seen:
            self.place(parent, position)

    def place(self, parent: nodes.Element, position: int) -> None:
        parent.insert(
            position,
            nodes.container("", self._fold(), nb_element="cell_code", classes=["cell"]),
        )

    def _fold(self) -> HideCodeCellNode:
        count = sum(
            node.get("nb_element") == "cell_code_source"
            for node in self.waiting
            if isinstance(node, nodes.Element)
        )
        fold = HideCodeCellNode("", *self.waiting)
        fold["title"] = f"Code, {count} cell{'s' if count != 1 else ''}"
        self.waiting = []
        return fold


def _join(app: Sphinx, doctree: nodes.document, page: str) -> None:
    if app.builder.format != "html":
        return
    folds = _Folds(at_the_foot=page == app.config.root_doc)
    folds.walk(doctree)
    if folds.waiting:  # the first page of the book, or one with code and no chart or table
        last = doctree[-1] if len(doctree) and isinstance(doctree[-1], nodes.section) else doctree
        folds.place(last, len(last.children))


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", _join)
