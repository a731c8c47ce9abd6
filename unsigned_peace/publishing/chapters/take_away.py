"""Chapters to take along: each as an executed notebook, and the package with its data as a wheel.

A downloaded notebook runs in any Jupyter once the wheel is installed; its first cell says how.
"""

from __future__ import annotations

import json
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config

from unsigned_peace import wheel
from unsigned_peace.notebooks.portable import portable
from unsigned_peace.notebooks.source import chapters
from unsigned_peace.publishing.chapters.executed import load_chapter
from unsigned_peace.publishing.incremental import written

#: Where the site has the notebooks and the wheel.
FOLDER = "downloads/chapters"
WHEEL = f"{FOLDER}/{wheel.NAME}"


def notebook_of(page: str) -> str:
    """Where the site has the notebook of a page that is a chapter."""
    return f"{FOLDER}/{page.rsplit('/', 1)[-1]}.ipynb"


def how_to_install(config: Config) -> str:
    """What the first cell of a notebook says.

    It installs from the site if its address is known, else the file.
    """
    base = config.html_baseurl
    place = f"{base.rstrip('/')}/{WHEEL}" if base else wheel.NAME
    where = (
        ""
        if base
        else f" It is the file `{wheel.NAME}`, which the book offers on its page "
        '"Get the data". Put it beside this notebook, open a terminal in that folder, and type the '
        "line below."
    )
    return (
        "**Before you run this:** the cells need the book's package, which holds its data."
        f"{where} It needs Python 3.11 or later.\n\n"
        f"```\npython -m pip install {place}\n```"
    )


def _write(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.name != "html":
        return
    folder = Path(app.outdir) / FOLDER
    wheel.write_wheel(folder)
    install = how_to_install(app.config)
    for path in chapters():
        page = path.relative_to(app.srcdir).with_suffix("").as_posix()
        kept = folder / f"{path.stem}.ipynb"
        if page not in app.env.found_docs or (page not in written(app) and kept.exists()):
            continue  # a page that is as it was has its notebook
        chapter = load_chapter(page, path.read_text(encoding="utf-8"))
        notebook = portable(chapter.source, chapter.executed, chapter.figures, install)
        text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
        kept.write_text(f"{text}\n", encoding="utf-8")


def link_to_notebook(app: Sphinx, page: str) -> nodes.Element:
    """The link in a chapter's line on how to run it."""
    root = app.builder.get_relative_uri(page, "index").removesuffix("index.html")
    return addnodes.download_reference(
        "", "Download as a notebook", refuri=f"{root}{notebook_of(page)}"
    )


def setup(app: Sphinx) -> None:
    app.connect("build-finished", _write)
