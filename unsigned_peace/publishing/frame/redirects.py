"""Keeps every address that was published.

What has moved leads on to where it is now, without a server.

``tests/pages/addresses.txt`` lists them. Of those that the book no longer has, a record is found by
its identifier, and ``book/redirects.yml`` declares where the others are. A page that is gone stays
as a page that leads on; a place on a page that is still there stays as an empty anchor, or as a
line at the page's end if it is on another page now.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from posixpath import relpath
from urllib.parse import quote
from weakref import WeakKeyDictionary

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging

from unsigned_peace import dataset
from unsigned_peace.publishing.data_pages.records import page_of, records_of
from unsigned_peace.publishing.html.templates import render

logger = logging.getLogger(__name__)
FILE, PUBLISHED = "book/redirects.yml", "tests/pages/addresses.txt"
#: Pages that are not made from a text of the book.
_OTHERS = ("404", "index", "search")
_ADDRESS = re.compile(r"[^#\s][^#\n]*\.html(#[^#\s]+)?")


def published(path: Path) -> dict[str, list[str]]:
    """The pages that were published, each with the places on it.

    A line a page, and below it a line ``#place`` for each.
    """
    pages: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if line.startswith("#"):
            pages[next(reversed(pages))].append(line[1:])
        else:
            pages[line] = []
    return pages


def declared(path: Path) -> dict[str, str]:
    """The addresses that have moved, from the site's first folder on, each with its new one.

    Raises ``ExtensionError`` naming what is no address.
    """
    try:
        moved = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}
    except yaml.YAMLError as fault:
        raise ExtensionError(f"{FILE} is not YAML: {fault}") from None
    if not isinstance(moved, dict):
        raise ExtensionError(
            f"{FILE}: expected lines such as book/old.html#place: book/new.html#place"
        )
    for address in [*moved, *moved.values()]:
        if not _ADDRESS.fullmatch(str(address)):
            raise ExtensionError(
                f"{FILE}: {address!r} is no address such as book/new.html or book/new.html#place"
            )
    return moved


def with_anchor(html: str, old: str, new: str) -> str:
    """A page's HTML with an empty anchor ``old`` where its element ``new`` stands.

    As it was if it has no such element.
    """
    anchor = f'<span id="{escape(old)}"></span>'
    found = re.search(rf'<(\w+)\b[^>]*\bid="{re.escape(escape(new))}"[^>]*>', html)
    if found is None:
        return html
    place = found.start()
    if found[1] in ("li", "dt", "dd", "td", "th"):  # before these nothing may stand
        place = found.end()
    elif found[1] == "tr":
        cell = re.compile(r"<t[dh]\b[^>]*>").search(html, found.end())
        place = cell.end() if cell else found.end()
    return html[:place] + anchor + html[place:]


@dataclass(frozen=True)
class _Known:
    """What a build knows: the pages published, with their places, and where what moved is now."""

    published: dict[str, list[str]]
    redirects: dict[str, str]


_KNOWN: WeakKeyDictionary[Sphinx, _Known] = WeakKeyDictionary()


def _settle(app: Sphinx, _environment: BuildEnvironment) -> None:
    """Finds out where each page that is gone leads; names those of which nothing is known."""
    redirects = declared(Path(app.srcdir) / FILE)
    pages = published(Path(app.srcdir) / PUBLISHED)
    for old in redirects:
        pages.setdefault(old.partition("#")[0], [])
    for page in [page for page in pages if page.endswith(".html")]:
        is_there = page.removesuffix(".html") in {*app.env.found_docs, *_OTHERS}
        if is_there and page in redirects:
            logger.warning(
                "%s: %s is a page of the book; only one that is gone can lead on", FILE, page
            )
        elif not is_there and page not in redirects:
            logger.warning(
                '%s was published and is gone; say in %s where it leads: "%s: book/new.html"',
                page,
                FILE,
                page,
            )
        for old in redirects:
            if old.startswith(f"{page}#") and (place := old.partition("#")[2]) not in pages[page]:
                pages[page].append(place)
    _KNOWN[app] = _Known(pages, redirects)


def _today(app: Sphinx, page: str, place: str) -> str:
    """Where a place that was on a page is now; empty if nothing is known of it."""
    if address := _KNOWN[app].redirects.get(f"{page}#{place}"):
        return address
    table, record = next(
        (
            (table, place.removeprefix(f"{table}-"))
            for table in dataset.table_names()
            if place.startswith(f"{table}-")
        ),
        ("", ""),
    )
    if table and record in records_of(table):
        return f"{page_of(app.env, table, record)}.html#{place}"
    return ""


def _keep_places(
    app: Sphinx, pagename: str, _template: str, context: dict, doctree: nodes.document | None
) -> None:
    page, moved_away = f"{pagename}.html", []
    if app.builder.format != "html" or doctree is None or page not in _KNOWN[app].published:
        return
    there = set(re.findall(r'\bid="([^"]+)"', context["body"]))
    for place in _KNOWN[app].published[page]:
        if escape(place) in there:
            continue
        address = _today(app, page, place)
        if not address:
            logger.warning(
                'the place #%s was published and is gone; say in %s where it is: "%s#%s: '
                'book/new.html#place"',
                place,
                FILE,
                page,
                place,
                location=pagename,
            )
        elif address.startswith(f"{page}#"):
            context["body"] = with_anchor(context["body"], place, address.partition("#")[2])
        else:
            moved_away.append((place, _from(page, address)))
    if moved_away:
        context["body"] += render("moved.html", places=moved_away)


def _write_pages(app: Sphinx, error: Exception | None) -> None:
    """A page in the place of each one that is gone."""
    if error or app.builder.format != "html":
        return
    for page in sorted(_KNOWN[app].published.keys() & _KNOWN[app].redirects.keys()):
        places = {
            place: _today(app, page, place) or _KNOWN[app].redirects[page]
            for place in _KNOWN[app].published[page]
        }
        write_redirect(
            app,
            page,
            _KNOWN[app].redirects[page],
            [(place, _from(page, address)) for place, address in places.items()],
        )


def write_redirect(app: Sphinx, page: str, to: str, places: Sequence[tuple[str, str]] = ()) -> None:
    """Writes a page that leads on: as a whole, and from each place that was on it."""
    root = relpath("index.html", Path(page).parent).removesuffix("index.html")
    html = render(
        "redirect.html",
        title=app.config.html_title,
        to=_from(page, to),
        places=places,
        root=root,
        icon=Path(app.config.html_favicon).name,
    )
    path = Path(app.outdir) / page
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8")


def _from(page: str, address: str) -> str:
    """An address as a page writes it."""
    to, sign, place = address.partition("#")
    return f"{quote(relpath(to, Path(page).parent))}{sign}{place}"


def _write_entrance(app: Sphinx, error: Exception | None) -> None:
    """The page at the site's address itself, which leads to the first page of the book."""
    if not error and app.builder.format == "html":
        write_redirect(app, "index.html", f"{app.config.root_doc}.html")


def setup(app: Sphinx) -> None:
    app.connect("env-updated", _settle)
    app.connect("html-page-context", _keep_places)
    app.connect("build-finished", _write_pages)
    app.connect("build-finished", _write_entrance, priority=900)
