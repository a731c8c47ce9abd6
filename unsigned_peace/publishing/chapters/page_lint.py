"""Names what a page would publish dead, or as it stands, and fails the build: with file and line.

Markup of other kinds of Markdown, pictures without words, HTML that the page's policy refuses, and
what installed libraries offer and this book has neither style nor scripts for. All of it is sought
in the page as it was read: there no block of code can be taken for prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

#: What is left in a text where markup was meant, and what to write.
_AS_IT_STANDS = (
    (r"\$\$|(?<![\w$\\])\$[^\s$](?:[^$\n]*[^\s$])?\$(?!\w)", "no formula is set: say it in words"),
    (r"\\[a-zA-Z]+\{|\\[(\[]", "LaTeX is not set: say it in words, or in Markdown"),
    (r"\[-?@[\w:-]+|(?<!\w)@[a-z]+\d{4}\w*", "a source is cited as {cite}`key`"),
    (r"~~\S|==\S[^=]*==", "text is neither struck out nor marked here: say it in words"),
    (r"^\[[ xX]\](?=\s|$)", "a list to tick off: lists have no boxes here"),
    (r"\[\^[^\]\s]+\]", "a note without its text: write [^name]: text below the paragraph"),
    (r"\]\([^)]*\)?", "a link that is none: an address with blanks stands in <angle brackets>"),
    (r"\[\[|\]\]", "a link of a wiki: write [text](page.md)"),
    (r"\*\*|(?<!\w)__|__(?!\w)", "emphasis that is not closed, or has a blank inside"),
    (r"`", "a backtick without its fellow"),
    (r"^#{1,6}\w", "a heading needs a blank after its signs"),
    (r"^\|.*\|", "a table needs a line such as |---|---| below its heads, and a blank line above"),
    (r"^:{3,}|^~{3,}", "a fence that opens nothing"),
    (r"(?<![\w:]):[a-z]+(?:_[a-z]+)*:(?![\w:])", "a sign by its name: write the sign itself"),
    (r"\w[~^][^\s~^]{1,9}[~^]", "raised and lowered letters are not set: say it in words"),
)  # fmt: skip
#: Within a link an address may stand; elsewhere nobody could follow it.
_ADDRESS = (re.compile(r"https?://\S+"), "an address that is no link: write <address>")
_PATTERNS = tuple((re.compile(pattern, re.MULTILINE), why) for pattern, why in _AS_IT_STANDS)
#: Where signs stand for themselves.
_LITERAL = (nodes.literal, nodes.literal_block, nodes.raw, nodes.comment, nodes.problematic)
#: What the policy of pages refuses (``frame.pages``), and pictures without words.
_REFUSED = re.compile(
    r"""<(?:script|style|iframe|object|embed|link|base|video|audio)\b|"""
    r"""<\w[^<>]*\s(?:style|on[a-z]+)\s*=|"""
    r"""<\w[^<>]*\ssrc\s*=\s*["']?(?:https?:)?//""",
    re.IGNORECASE,
)
#: A comment, an opening or a closing tag; an attribute's value may have any sign.
_TAG = re.compile(
    r"""<!--.*?-->|"""
    r"""<(?P<shut>/?)(?P<name>[a-z][\w-]*)(?:[^<>"']|"[^"]*"|'[^']*')*?(?P<alone>/?)>""",
    re.IGNORECASE | re.DOTALL,
)
#: What HTML lets nobody close, or nobody need to.
_NEED_NO_END = re.compile(
    "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|"
    "li|dt|dd|p|option|optgroup|thead|tbody|tfoot|tr|td|th|colgroup|caption"
)
_PICTURE = re.compile(r"<img\b(?![^<>]*\balt\s*=)[^<>]*>", re.IGNORECASE)
#: Of sphinx-design the book has style for these alone.
_STYLED = {"dropdown", "div"}
_ICONS = "the book has no style for badges, buttons and icons of sphinx-design"
#: Classes of Jupyter Book's own theme, which is not used.
_OF_THE_THEME = {"dropdown", "toggle", "toggle-shown", "margin", "sidebar", "full-width", "popout"}


def _place(node: nodes.Node, page: str) -> tuple[str, int]:
    """Where something stands: of what is in a paragraph, the paragraph's first line."""
    around: list[nodes.Node] = [node]
    while around[-1].parent is not None:
        around.append(around[-1].parent)
    lines = [each for each in around if each.line]
    texts = (
        each
        for each in lines
        if isinstance(each, nodes.TextElement) and not isinstance(each, nodes.Inline)
    )
    line = next(texts, lines[0] if lines else node).line or 1
    if isinstance(node, nodes.image) and not isinstance(node.parent, nodes.TextElement):
        # of a directive, which does not say where it stands
        with open(str(around[-1]["source"]), encoding="utf-8") as source:
            written = source.read().splitlines()
        directive = re.compile(rf"\}}\s+\S*{re.escape(PurePosixPath(node['uri']).name)}")
        named = (number for number, text in enumerate(written, 1) if directive.search(text))
        line = next((number for number in named if number >= line), line)
    return page, line


def _texts(document: nodes.document) -> Iterator[tuple[nodes.Node, str]]:
    for text in document.findall(nodes.Text):
        above: nodes.Node | None = text.parent
        patterns = (*_PATTERNS, _ADDRESS)
        while above is not None and not isinstance(above, _LITERAL):
            if isinstance(above, nodes.reference):
                patterns = _PATTERNS
            above = above.parent
        if above is None:
            for pattern, why in patterns:
                if found := pattern.search(text):
                    yield text, f"{found[0]!r} would be published as it stands: {why}"
                    break


def _pictures(document: nodes.document) -> Iterator[tuple[nodes.Node, str]]:
    for picture in document.findall(nodes.image):
        name = PurePosixPath(unquote(picture["uri"]))
        if _within(picture, "nb_element", "cell_code_output"):
            yield (
                picture,
                (
                    "a picture without description and sources: draw it with altair and pass it "
                    "through unsigned_peace.charts.figure"
                ),
            )
        elif picture.get("alt", "").strip() in (
            "",
            str(name),
            name.name,
            name.stem,
            picture["uri"],
        ):
            yield picture, f"the picture {name.name} has no words: write ![what it shows]({name})"


def _html(document: nodes.document) -> Iterator[tuple[nodes.Node, str]]:
    for raw in document.findall(nodes.raw):
        if found := _REFUSED.search(raw.astext()):
            yield (
                raw,
                (
                    f"{found[0]!r}: pages load, style and run nothing of the kind, so readers "
                    "would not see it (a widget, a frame of another site, a styled table)"
                ),
            )
        elif found := _PICTURE.search(raw.astext()):
            yield raw, f'a picture without words: {found[0]!r} needs alt="what it shows"'


def _tags(document: nodes.document) -> Iterator[tuple[nodes.Node, str]]:
    """Tags without their fellows, by which a page's own frame is put inside, or ends too early.

    Both stand in one section, box or paragraph: what Markdown makes of that has an end of its own.
    """
    around: dict[nodes.Element, list[tuple[nodes.Node, str]]] = {}
    for raw in document.findall(nodes.raw):
        if raw.get("format") != "html":
            continue
        opened = around.setdefault(raw.parent, [])
        for tag in _TAG.finditer(raw.astext()):
            name = (tag["name"] or "").lower()
            if not name or tag["alone"] or _NEED_NO_END.fullmatch(name):
                continue
            if not tag["shut"]:
                opened.append((raw, name))
            elif opened and opened[-1][1] == name:
                opened.pop()
            else:
                yield raw, f"</{name}> closes nothing that is open in this section, box or text"
    for opened in around.values():
        for raw, name in opened:
            yield raw, f"<{name}> is not closed in this section, box or text: write </{name}>"


def _headings(document: nodes.document) -> Iterator[tuple[nodes.Node, str]]:
    """Headings whose addresses would move, and titles that are one too many."""
    for section in document.findall(nodes.section):
        if re.fullmatch(r"id\d+", section["ids"][0]):
            yield (
                section,
                (
                    f"the heading {section[0].astext()!r} has the words of another on this page, "
                    "or none, and so no address of its own: word it otherwise"
                ),
            )
    titles = [child for child in document.children if isinstance(child, nodes.section)]
    for title in titles[1:]:
        yield title, f"{title[0].astext()!r} is a second title of this page: write ## before it"


def _within(node: nodes.Node, attribute: str, value: str = "") -> bool:
    """Whether a node is in an element that has an attribute, and of this value if one is given."""
    above = node.parent
    while isinstance(above, nodes.Element):
        if (has := str(above.get(attribute, ""))) and value in ("", has):
            return True
        above = above.parent
    return False


def _without_style(document: nodes.document) -> Iterator[tuple[nodes.Node, str]]:
    for node in document.findall(nodes.Element):
        part, classes = str(node.get("design_component", "")), set(node["classes"])
        if isinstance(node, (nodes.math, nodes.math_block)):
            yield node, "no formula is set: say it in words"
        elif isinstance(node, nodes.sidebar):
            yield node, "the book has no style for a sidebar; use {note} or {dropdown}"
        elif _within(node, "design_component"):
            continue
        elif part and part not in _STYLED:
            yield node, f"the book has no style for {part!r} of sphinx-design; use {{dropdown}}"
        elif not part and _OF_THE_THEME & classes:
            name = min(_OF_THE_THEME & classes)
            yield node, f"the book has no style for the class {name!r}; use {{dropdown}}"
        elif not part and (
            any(name.startswith("sd-") for name in classes)
            or type(node).__module__ == "sphinx_design.icons"
        ):
            yield node, _ICONS


def _report(app: Sphinx, document: nodes.document) -> None:
    if app.builder.format != "html":
        return
    for kind in (_texts, _headings, _pictures, _html, _tags, _without_style):
        for node, problem in kind(document):
            logger.warning(problem, location=_place(node, app.env.docname))


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", _report, priority=300)
