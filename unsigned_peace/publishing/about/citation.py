"""How to cite a chapter or the dataset, to copy as text or BibTeX.

It stands at the end of each chapter, and where ``{how-to-cite}`` asks for it.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from unsigned_peace.publishing.frame.address import address_on_site
from unsigned_peace.publishing.frame.imprint import imprint
from unsigned_peace.publishing.frame.launch import CITE
from unsigned_peace.publishing.html import bibtex
from unsigned_peace.publishing.html.addresses import make_id

_KEY = "unsigned-peace"
_DATASET = "cite-dataset"


def chapter_citation(title: str, name: str, address: str = "") -> tuple[str, str]:
    """A chapter's citation as text and as BibTeX; with its address if there is one."""
    book = imprint()
    inside = f"In {book.title} (version {book.edition})."
    entry = {
        "author": _authors(),
        "title": title,
        "booktitle": book.title,
        "year": book.year,
        "note": f"Version {book.edition}",
        "url": address,
    }
    return _text(title, inside, address), bibtex.entry(
        "incollection", f"{_KEY}-{make_id(name)}", entry
    )


def dataset_citation(address: str = "") -> tuple[str, str]:
    """The citation of the dataset, and of the book as a whole, as text and as BibTeX."""
    book = imprint()
    entry = {
        "author": _authors(),
        "title": book.title,
        "year": book.year,
        "note": f"Data set, version {book.edition}",
        "url": address,
    }
    return _text(book.title, f"Data set, version {book.edition}.", address), bibtex.entry(
        "misc", _KEY, entry
    )


def _authors() -> str:
    # each in braces of its own: BibTeX then takes the name of a group for one name
    return " and ".join(f"{{{author}}}" for author in imprint().authors)


def _text(title: str, inside: str, address: str) -> str:
    ended = title if title.endswith(("?", "!", ".")) else f"{title}."
    return " ".join(
        part
        for part in (f"{'; '.join(imprint().authors)} ({imprint().year}).", ended, inside, address)
        if part
    )


class HowToCite(SphinxDirective):
    """``{how-to-cite}``: the citation of the dataset."""

    def run(self) -> list[nodes.Node]:
        return [nodes.container(classes=[_DATASET])]


def _blocks(citation: tuple[str, str]) -> list[nodes.Node]:
    text, bibtex = citation
    return [
        nodes.literal_block(text, text, language="text", classes=["citation-text"]),
        nodes.literal_block(bibtex, bibtex, language="bibtex"),
    ]


def is_chapter(app: Sphinx, docname: str, doctree: nodes.document) -> bool:
    """Whether a page is a chapter: it runs code, and is not the first page."""
    return docname != app.config.root_doc and any(
        node.get("nb_element") == "cell_code" for node in doctree.findall(nodes.container)
    )


def cites_dataset(doctree: nodes.document) -> bool:
    """Whether a page says how to cite the dataset."""
    return any(_DATASET in place["classes"] for place in doctree.findall(nodes.container))


def _show(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Written when a page is, not when it is read, since the site's address may have changed."""
    address = address_on_site(app.config, app.builder.get_target_uri(docname))
    for place in doctree.findall(nodes.container):
        if _DATASET in place["classes"]:
            place.extend(_blocks(dataset_citation(address)))
    if is_chapter(app, docname, doctree):
        title = app.env.titles[docname].astext()
        # a link to what is inside a fold opens it
        summary = f"""<details class="cite-this"><summary>Cite this chapter</summary>
<div id="{CITE}">"""
        chapter = doctree.next_node(nodes.section) or doctree
        chapter += nodes.raw("", summary, format="html")
        chapter.extend(_blocks(chapter_citation(title, docname.rsplit("/", 1)[-1], address)))
        chapter += nodes.raw("", "</div></details>", format="html")


def setup(app: Sphinx) -> None:
    app.add_directive("how-to-cite", HowToCite)
    app.connect("doctree-resolved", _show)
