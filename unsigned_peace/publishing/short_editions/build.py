"""An edition as a book of its own for Sphinx, in the frame and by the rules of the English one."""

from __future__ import annotations

import html
import json
import os
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from jupyter_book.config import get_final_config
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx.writers.html5 import HTML5Translator

from unsigned_peace import paths
from unsigned_peace.publishing.chapters import lint, page_lint
from unsigned_peace.publishing.charts import drawing
from unsigned_peace.publishing.data_pages import search
from unsigned_peace.publishing.frame import address, launch, pages, reports
from unsigned_peace.publishing.html import addresses, languages, markup
from unsigned_peace.publishing.incremental import files_read, version
from unsigned_peace.publishing.incremental import setup as set_up_incremental_builds
from unsigned_peace.publishing.short_editions import across, beside, names, roles
from unsigned_peace.publishing.short_editions.edition import Edition

#: What the foot of each page says.
LICENCE = "Text and data CC BY 4.0, code BSD-3-Clause."


class _Translator(HTML5Translator):
    """Sphinx's HTML, whose own words of it are in few languages."""

    def add_permalink_ref(self, node: nodes.Element, _title: str) -> None:
        super().add_permalink_ref(node, languages.say("Link to this place"))


def settings(edition: Edition) -> dict[str, Any]:
    """The settings of the English book, but for what the edition has of its own."""
    own = {
        "language": edition.code,
        "project": edition.settings["title"],
        "html_title": edition.settings["title"],
        "extensions": [
            "myst_nb",
            "jupyter_book",
            "sphinx_external_toc",
            "sphinx_design",
            __name__,
        ],
        "include_patterns": ["**"],
        "exclude_patterns": [".*", "captions"],
        "external_toc_path": "_toc.yml",
        "latex_individualpages": False,
        "html_favicon": str(paths.CHAPTERS / "favicon.svg"),
    }
    config, _ = get_final_config(
        user_yaml=paths.ROOT / "_config.yml", cli_config=own, sourcedir=edition.folder
    )
    config["nb_custom_formats"] = {}  # no page has cells
    config["html_theme_options"]["extra_footer"] = edition.language.interface(LICENCE)
    return {name: value for name, value in config.items() if not name.startswith("bibtex_")}


def build(folder: Path, site: Path, state: Path) -> int:
    """Builds an edition; 0, or another number with faults that were printed."""
    edition = Edition(folder)
    languages.at_home(edition.code, edition.language.rules["interface"])
    drawing.DRAWINGS = drawing.DRAWINGS.with_name(f"drawings-{edition.code}")
    begins = not state.is_dir()
    with patch_docutils(None), docutils_namespace():
        app = Sphinx(
            srcdir=folder,
            confdir=None,
            outdir=site,
            doctreedir=state,
            buildername="html",
            confoverrides=settings(edition),
            status=None,
            warningiserror=True,
            keep_going=True,
        )
        app.build()
    if not app.statuscode:
        beside.note(edition, state, files_read(app.env))
        if begins:
            drawing.forget_unused()
    return app.statuscode


def _settle(app: Sphinx, config: Config) -> None:
    config.edition = Edition(Path(app.srcdir))
    if config.html_baseurl:
        config.html_baseurl += f"{config.edition.code}/"


def _check(_app: Sphinx) -> None:
    if faults := names.faults(_app.config.edition):
        raise ExtensionError("\n".join(faults))


def _write_interface(app: Sphinx) -> None:
    """What scripts say, for them: asked for before them on each page."""
    said = json.dumps(app.config.edition.language.rules["interface"], ensure_ascii=False)
    file = Path(app.doctreedir) / "static" / "unsigned-peace" / "interface.js"
    file.write_text(f"window.unsignedPeaceInterface={said};\n", encoding="utf-8")


def _describe(
    app: Sphinx, pagename: str, _template: str, context: dict, doctree: nodes.document | None
) -> None:
    """What a page says of itself to search engines and to those it is shared with."""
    edition: Edition = app.config.edition
    meta = context.get("meta") or {}
    said = str(meta.get("description") or edition.settings["subtitle"])
    tags = {
        "og:type": "website" if pagename == app.config.root_doc else "article",
        "og:site_name": edition.settings["title"],
        "og:locale": edition.code,
        "og:title": app.env.titles[pagename].astext() if doctree is not None else "",
        "og:description": said,
    }
    lines = [f'<meta name="description" content="{html.escape(said)}">'] + [
        f'<meta property="{name}" content="{html.escape(content)}">'
        for name, content in tags.items()
        if content
    ]
    context["metatags"] = (context.get("metatags") or "") + "\n".join(lines) + "\n"


def setup(app: Sphinx) -> dict:
    """Registers what an edition has of the English book's extension, and what it has of its own."""
    app.add_config_value("edition", None, "")
    app.set_translator("html", _Translator)
    app.connect("config-inited", _settle, priority=900)
    app.add_js_file("unsigned-peace/interface.js", priority=100)
    for part in (
        address,
        lint,
        page_lint,
        drawing,
        addresses,
        languages,
        launch,
        reports,
        markup,
        pages,
        search,
        roles,
        across,
    ):
        part.setup(app)
    app.connect("builder-inited", _check)
    app.connect("builder-inited", _write_interface, priority=800)
    app.connect("html-page-context", _describe)
    set_up_incremental_builds(app)
    return {"env_version": version(), "parallel_read_safe": False, "parallel_write_safe": True}


def main() -> int:
    folder, site, state = map(Path, sys.argv[1:])
    try:
        return build(folder, site, state)
    except Exception as error:  # it is said, and the book is not built
        if os.environ.get("UNSIGNED_PEACE_TRACE"):
            raise
        print(f"{paths.shown(folder)}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
