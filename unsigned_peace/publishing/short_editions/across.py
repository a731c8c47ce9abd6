"""The ways across: on each page the links to its fellows in the other languages."""

from __future__ import annotations

from collections.abc import Iterable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from unsigned_peace.files import digest
from unsigned_peace.publishing.short_editions.edition import ENGLISH_HOME, HOME, Edition, editions

_ENGLISH, _ENGLISH_NAME = "en", "English"


def fellows(code: str, page: str) -> list[tuple[str, str, str]]:
    """Language, its own name, and page of the site for each other language that there is.

    ``page`` is one of the English book (``book/islands``) or of an edition. A page without a fellow
    leads to the first page there.
    """
    there = editions()
    own = next((edition for edition in there if edition.code == code), None)
    english = own.english(page) if own and page in own.pages() else page if own is None else ""
    found = [] if own is None else [(_ENGLISH, _ENGLISH_NAME, english or ENGLISH_HOME)]
    for edition in there:
        if edition.code != code:
            fellow = _fellow(edition, page if own else "", english)
            found.append((edition.code, edition.language.name, f"{edition.code}/{fellow}"))
    return found


def _fellow(edition: Edition, page: str, english: str) -> str:
    """The page of an edition of the same name, or that answers to the same English one."""
    pages = edition.pages()
    if page in pages:
        return page
    return next((each for each in pages if english and edition.english(each) == english), HOME)


def _add(
    app: Sphinx, pagename: str, _template: str, context: dict, _doctree: nodes.document | None
) -> None:
    if app.builder.format != "html" or pagename == "404":
        return
    code = app.config.language
    root = app.builder.get_relative_uri(pagename, HOME).removesuffix(f"{HOME}.html")
    to_site = root if code == _ENGLISH else f"{root}../"
    context["across"] = [
        {"language": language, "name": name, "href": f"{to_site}{page}.html"}
        for language, name, page in fellows(code, pagename)
    ]


def ways(code: str, pages: Iterable[str]) -> str:
    """Digest of all ways across from some pages."""
    return digest(*(repr(fellows(code, page)) for page in sorted(pages)))


def _write_again(_app: Sphinx, environment: BuildEnvironment) -> list[str]:
    """All pages, if another page is now somebody's fellow."""
    kept = vars(environment)  # it stays from build to build
    before = kept.get("ways_across")
    kept["ways_across"] = ways(environment.config.language, environment.found_docs)
    return sorted(environment.found_docs) if before not in (None, kept["ways_across"]) else []


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", _add)
    app.connect("env-updated", _write_again)
