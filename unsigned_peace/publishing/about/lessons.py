"""Lessons on paper: what their sheets take from chapters, so that no figure is typed twice."""

from __future__ import annotations

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from unsigned_peace.publishing.chapters.executed import executed_path
from unsigned_peace.publishing.chapters.outputs import exhibit_anchor
from unsigned_peace.publishing.html.columns import rejoin

logger = logging.getLogger(__name__)
#: What a sheet can take: an exhibit by name, questions or answers by number.
KINDS = ("exhibit", "questions", "answers")


class FromChapter(SphinxDirective):
    """``{from-chapter} islands exhibit land-and-people``, ``islands questions 1 3``, ``answers``.

    An exhibit as paper shows it; questions of "Check yourself" by number, or their answers.
    """

    required_arguments = 3
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        stem, kind, which = self.arguments
        if kind not in KINDS:
            raise self.error(f"{kind!r} is none of {', '.join(KINDS)}")
        page = f"book/{stem}"
        if page not in self.env.found_docs:
            raise self.error(f"there is no chapter {stem!r}")
        self.env.note_dependency(str(self.env.doc2path(page)))
        self.env.note_dependency(str(executed_path(stem)))
        place = nodes.container("", classes=["from-chapter", kind])
        place["wanted"] = (page, kind, which.split())
        self.set_source_info(place)
        return [place]


def _fill(app: Sphinx, doctree: nodes.document, _page: str) -> None:
    for place in list(doctree.findall(nodes.container)):
        if "wanted" in place:
            page, kind, which = place.attributes.pop("wanted")
            chapter = app.env.get_doctree(page)
            stands = _where(app, page)
            found = (
                _exhibit(chapter, which[0], stands) if kind == "exhibit" else _asked(chapter, which)
            )
            if not found:
                logger.warning("%s has no %s %s", page, kind, " ".join(which), location=place)
            elif kind == "exhibit":
                place += found
            else:
                place += _numbered(found, answers=kind == "answers")


def _where(app: Sphinx, page: str) -> str:
    """Book, chapter and the address if known: a sheet that was copied says where it is from."""
    title = app.env.titles[page].astext()
    base = app.config.html_baseurl
    address = f", {base}{app.builder.get_target_uri(page)}" if base else ""
    return f"{app.config.project}: “{title}”{address}. Its sources stand there."


def _exhibit(chapter: nodes.document, name: str, stands: str) -> list[nodes.Node]:
    """A chart or table without what needs a screen: its title, drawing or rows, and its chapter."""
    anchor = exhibit_anchor(name)
    for raw in chapter.findall(nodes.raw):
        if f'id="{anchor}"' in raw.astext():
            figure = BeautifulSoup(raw.astext(), "html.parser").find(id=anchor)
            rejoin(figure)
            for useless in figure.select("details, .exhibit-foot"):
                useless.decompose()
            figure["class"] = ["on-paper"]  # no exhibit: it has no data and no live chart here
            for tag in [figure, *figure.select("figcaption, figcaption *, .drawing, .scrolls, a")]:
                for attribute in ("id", "aria-labelledby", "aria-describedby", "data-chart"):
                    tag.attrs.pop(attribute, None)
            for link in figure.select("a"):
                link.unwrap()
            source = BeautifulSoup('<p class="where-it-stands"></p>', "html.parser").p
            source.string = stands
            figure.append(source)
            return [nodes.raw("", str(figure), format="html")]
    return []


def _asked(chapter: nodes.document, numbers: list[str]) -> list[nodes.Element]:
    """The questions of a chapter with these numbers, as its box has them."""
    box = next(n for n in chapter.findall(nodes.container) if "check-yourself" in n["classes"])
    items = [item for item in box[0].children if isinstance(item, nodes.Element)]
    places = [int(number) - 1 for number in numbers]
    return [items[place] for place in places] if max(places) < len(items) else []


def _numbered(items: list[nodes.Element], answers: bool) -> nodes.enumerated_list:
    numbered = nodes.enumerated_list("", enumtype="arabic", prefix="", suffix=".")
    for item in items:
        question, *answer = (each for each in item.children if not isinstance(each, nodes.raw))
        kept = answer if answers else [question]
        numbered += nodes.list_item("", *(_plain(each) for each in kept))
    return numbered


def _plain(node: nodes.Node) -> nodes.Node:
    """A copy without links and without the mark of the aim."""
    copied = node.deepcopy()
    assert isinstance(copied, nodes.Element)
    for link in list(copied.findall(nodes.reference)):
        link.parent.replace(link, [nodes.inline("", "", *link.children)])
    for mark in list(copied.findall(nodes.inline)):
        if "tests-aim" in mark["classes"]:
            mark.parent.remove(mark)
    return copied


def setup(app: Sphinx) -> None:
    app.add_directive("from-chapter", FromChapter)
    app.connect("doctree-resolved", _fill)
