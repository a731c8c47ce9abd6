"""The frame of every page.

The book's own theme, its style, the scripts that a page uses, what a page may load.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from unsigned_peace.publishing.chapters.opener import chapter_numbers
from unsigned_peace.publishing.charts.drawing import live_bundle
from unsigned_peace.publishing.frame import colours, fonts
from unsigned_peace.publishing.frame.imprint import imprint
from unsigned_peace.publishing.html import languages

ASSETS = Path(__file__).with_name("assets")
THEME = Path(__file__).with_name("theme")
THEME_NAME = "unsigned_peace"
#: What a page may load: the site's own files and no other. Nothing in a page runs but the site's
#: script files.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'"
)
#: Scripts and styles of this book; none of Sphinx's own is used.
_OWN = "unsigned-peace/"


def _frame(
    app: Sphinx, pagename: str, _template: str, context: dict, doctree: nodes.document | None
) -> None:
    """Gives the theme what a page shows around its text, and the page the scripts that it uses."""
    site = app.builder
    if not isinstance(site, StandaloneHTMLBuilder) or app.config.html_theme != THEME_NAME:
        return
    context.setdefault("policy", POLICY)
    context["say"] = languages.say
    numbers = chapter_numbers(app.env)
    context["parts"] = _parts(app, numbers)
    around = site.relations.get(pagename, (None, None, None))[1:]
    context["before_number"], context["next_number"] = (numbers.get(each or "") for each in around)
    context["imprint"] = imprint()
    context["fonts"] = fonts.ahead(app.config.language, context.get("body", ""))
    context["on_this_page"] = _headings(app, pagename) if doctree is not None else []
    if doctree is not None and any(
        'class="exhibit chart"' in node.astext() for node in doctree.findall(nodes.raw)
    ):
        app.add_js_file(f"{_OWN}charts.js", loading_method="defer")
    for kind in ("script_files", "css_files"):
        context[kind] = [
            file
            for file in context[kind]
            if str(file.filename).removeprefix("_static/").startswith(_OWN)
        ]
    if pagename == "search":
        context["script_files"] += [f"_static/{_OWN}{name}.js" for name in ("words", "search")]


def _parts(app: Sphinx, numbers: dict[str, int]) -> list[dict]:
    """The book's table of contents: parts with a caption, pages in them, pages below those."""
    # what the reader of _toc.yml keeps with Sphinx's environment
    site = vars(app.env)["external_site_map"]
    titles = app.env.titles

    def entries(subtree: Any) -> list[dict]:
        shown = []
        for page in map(str, subtree.items):
            below = (
                [entry for tree in site[page].subtrees for entry in entries(tree)]
                if page in site
                else []
            )
            if page in titles:
                pages = {page}.union(*(entry["pages"] for entry in below))
                title, number = titles[page].astext(), numbers.get(page)
                shown.append(
                    {"page": page, "title": title, "number": number, "below": below, "pages": pages}
                )
        return shown

    root = app.config.root_doc
    first = {
        "caption": "",
        "entries": [{"page": root, "title": titles[root].astext(), "below": [], "pages": {root}}],
    }
    return [first] + [
        {"caption": tree.caption, "entries": entries(tree)} for tree in site.root.subtrees
    ]


def _headings(app: Sphinx, pagename: str) -> list[dict]:
    """The headings of a page below its title, two levels deep."""

    def below(items: nodes.Node | None, depth: int) -> list[dict]:
        found = []
        for item in items.children if items is not None and depth else ():
            link = (
                next(item.findall(nodes.reference), None)
                if isinstance(item, nodes.list_item)
                else None
            )
            if link is not None and not isinstance(item[0], addnodes.toctree):
                deeper = (
                    item[1] if len(item) > 1 and isinstance(item[1], nodes.bullet_list) else None
                )
                found.append(
                    {
                        "title": link.astext(),
                        "anchor": link["anchorname"].removeprefix("#"),
                        "below": below(deeper, depth - 1),
                    }
                )
        return found

    tree = app.env.tocs.get(pagename)
    titles = below(tree, 3)
    return titles[0]["below"] if titles else []


def _write_bundle(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "unsigned-peace"
    target.mkdir(parents=True, exist_ok=True)
    # In a function of its own: the bundle's names must not meet those of Sphinx's scripts.
    (target / "vega.js").write_text(
        f"((Date) => {{{live_bundle()}}})(window.unsignedPeaceDate);\n", encoding="utf-8"
    )


def _write_style(app: Sphinx) -> None:
    """Puts style, fonts and scripts where Sphinx copies static files from.

    The style has colours and fonts put in.
    """
    source = Path(app.doctreedir) / "static"
    folder = source / "unsigned-peace"
    folder.mkdir(parents=True, exist_ok=True)
    language = app.config.language
    style = fonts.style(language) + colours.style()
    (folder / "book.css").write_text(
        style + (ASSETS / "book.css").read_text(encoding="utf-8"), encoding="utf-8"
    )
    if shipped := fonts.files(language):
        (folder / "fonts").mkdir(exist_ok=True)
        for path in (*shipped, fonts.TERMS):
            (folder / "fonts" / path.name).write_bytes(path.read_bytes())
    for script in ASSETS.glob("*.js"):
        (folder / script.name).write_bytes(script.read_bytes())
    app.config.html_static_path.append(str(source))


def setup(app: Sphinx) -> None:
    app.add_html_theme(THEME_NAME, str(THEME))
    # Jupyter Book always sets it, for an extension left out here
    app.add_config_value("comments_config", {}, "")
    app.connect("builder-inited", _write_style)
    app.add_css_file(f"{_OWN}book.css")
    app.add_js_file(f"{_OWN}page.js")
    app.connect("html-page-context", _frame, priority=900)
    app.connect("build-finished", _write_bundle)
