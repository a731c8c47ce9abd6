"""What every page needs and nothing else: the book's style, the charts' script, no outside requests."""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from unsigned_peace.publishing.drawing import live_bundle, palette_css, palette_json
from unsigned_peace.publishing.templates import render

ASSETS = Path(__file__).with_name("assets")
#: Scripts that the theme or Jupyter Book adds though this book does not use them.
_UNUSED = ("thebe", "mathjax", "require.js", "embed-amd", "toggle", "kernelName", "design-tabs")


#: How fast a student reads a text of this kind.
WORDS_A_MINUTE = 180


def _leave_out_unused(app: Sphinx, pagename: str, _template: str, context: dict, doctree: nodes.document | None) -> None:
    if doctree is not None and any('class="exhibit chart"' in node.astext() for node in doctree.findall(nodes.raw)):
        app.add_js_file("unsigned-peace/charts.js", loading_method="defer")
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if not any(name in _content(file) for name in _UNUSED)]


def _content(file) -> str:
    """Where a script or style comes from, or what it says if it stands in the page itself."""
    return f"{getattr(file, 'filename', None) or file} {getattr(file, 'attributes', {}).get('body', '')}"


def _write_assets(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "unsigned-peace"
    target.mkdir(parents=True, exist_ok=True)
    # In a function of its own: the bundle's names must not meet those of Sphinx's scripts.
    (target / "vega.js").write_text(f"(() => {{{live_bundle()}}})();\n", encoding="utf-8")


def _write_entrance(app: Sphinx, error: Exception | None) -> None:
    """The page at the site's address itself, which leads to the first page of the book."""
    if not error and app.builder.format == "html":
        html = render("entrance.html", title=app.config.html_title, first=f"{app.config.root_doc}.html", icon=Path(app.config.html_favicon).name)
        (Path(app.outdir) / "index.html").write_text(html, encoding="utf-8")


def _write_style(app: Sphinx) -> None:
    """Puts style and script where Sphinx copies static files from, the palette written into the style."""
    source = Path(app.doctreedir) / "static"
    folder = source / "unsigned-peace"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "book.css").write_text(palette_css() + (ASSETS / "book.css").read_text(encoding="utf-8"), encoding="utf-8")
    for script in ASSETS.glob("*.js"):
        (folder / script.name).write_text(script.read_text(encoding="utf-8").replace("/* PALETTE */ {}", palette_json()), encoding="utf-8")
    app.config.html_static_path.append(str(source))


class AimsDirective(SphinxDirective):
    """``{aims}``: what a reader can do after the chapter, and how long reading it takes."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        with open(self.env.doc2path(self.env.docname), encoding="utf-8") as page:
            minutes = max(1, round(reading_words(page.read()) / WORDS_A_MINUTE))
        box = nodes.admonition("", nodes.title("", "After this chapter you can"), classes=["aims"])
        self.state.nested_parse(self.content, self.content_offset, box)
        box += nodes.paragraph("", f"Reading time: about {minutes} minutes, charts included. The code runs in less than a minute.", classes=["reading-time"])
        return [box]


def reading_words(text: str) -> int:
    """The words of a chapter that a reader reads: its prose, and fifty for each chart or table."""
    prose = re.sub(r"^(`{3,}|~{3,})\s*\{code-cell\}.*?^\1\s*$", " ", text, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"\A---.*?^---\s*$", " ", prose, flags=re.MULTILINE | re.DOTALL)
    return len(prose.split()) + 50 * len(re.findall(r"^(?:figure|table)\(|[ =(](?:figure|table)\($", text, flags=re.MULTILINE))


def setup(app: Sphinx) -> None:
    app.add_directive("aims", AimsDirective)
    app.add_config_value("comments_config", {}, "")  # Jupyter Book always sets it, for an extension left out here
    app.connect("builder-inited", _write_style)
    app.add_css_file("unsigned-peace/book.css")
    app.connect("html-page-context", _leave_out_unused, priority=900)
    app.connect("build-finished", _write_assets)
    app.connect("build-finished", _write_entrance, priority=900)
