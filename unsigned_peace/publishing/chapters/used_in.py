"""Says at each record which chapters use it: in their text, in which charts and tables."""

from __future__ import annotations

import re
from itertools import groupby

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from unsigned_peace.files import digest
from unsigned_peace.publishing.chapters.opener import chapter_numbers
from unsigned_peace.publishing.data_pages.uses import Use, places, uses
from unsigned_peace.publishing.html.templates import render

_MARK = re.compile(r"<!-- uses of ([a-z_]+):(\S+) -->")
_LONGEST_TITLE = 48
#: What this module keeps with Sphinx's environment: for each page of records a digest of the uses.
_KEPT = "unsigned_peace_uses_shown"


def _in_short(title: str) -> str:
    """A title, cut after a word where it is long: a record may be used by many exhibits."""
    if len(title) <= _LONGEST_TITLE:
        return title
    return title[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def _by_page(environment: BuildEnvironment, its: list[Use]) -> list[tuple[str, list[Use]]]:
    """The uses in notebooks of the book, with the name of each: chapters in their order first."""
    numbers, root = chapter_numbers(environment), environment.config.root_doc
    in_order = sorted(
        (use for use in its if "kernelspec" in environment.metadata.get(use.page, {})),
        key=lambda use: (numbers.get(use.page, len(numbers) + (use.page != root) + 1), use.page),
    )
    return [
        (
            f"chapter {numbers[page]}"
            if page in numbers
            else "the first page"
            if page == root
            else f"“{environment.titles[page].astext()}”",
            list(of_page),
        )
        for page, of_page in groupby(in_order, lambda use: use.page)
    ]


def _fill(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Puts the uses where the page has marks for them."""
    if page not in places(app.env) or app.builder.format != "html":
        return
    every = uses(app.env)

    def shown(mark: re.Match) -> str:
        pages = [
            {
                "name": name,
                "uses": [
                    {
                        "text": f"{use.kind} “{_in_short(use.title)}”" if use.kind else "text",
                        "href": f"{app.builder.get_relative_uri(page, use.page)}#{use.anchor}",
                    }
                    for use in sorted(of_page, key=lambda use: bool(use.kind))
                ],
            }
            for name, of_page in _by_page(app.env, every.get((mark[1], mark[2]), []))
        ]
        return render("used-in.html", pages=pages) if pages else ""

    for raw in doctree.findall(nodes.raw):
        if _MARK.search(raw.astext()):
            raw.children = [nodes.Text(_MARK.sub(shown, raw.astext()))]


def _write_again(_app: Sphinx, environment: BuildEnvironment) -> list[str]:
    """The pages of records whose uses are not what they were."""
    every = uses(environment)
    now = {
        page: digest(*(repr(_by_page(environment, every.get(record, []))) for record in shown))
        for page, shown in places(environment).items()
    }
    before = vars(environment).get(_KEPT, {})
    setattr(environment, _KEPT, now)
    return sorted(page for page in now if now[page] != before.get(page))


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", _fill)
    app.connect("env-updated", _write_again)
