"""What reference managers and catalogues read in a page's head.

A chapter names itself in the tags that reference managers look for, the page of the dataset
describes it as schema.org's ``Dataset``. Addresses stand there only if the site's own is known.
"""

from __future__ import annotations

import html
import json

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from unsigned_peace import dataset
from unsigned_peace.publishing.about.citation import cites_dataset, is_chapter
from unsigned_peace.publishing.data_pages.downloads import DATA, PACKAGE_NAME
from unsigned_peace.publishing.data_pages.records import records_of
from unsigned_peace.publishing.frame.address import address_on_site
from unsigned_peace.publishing.frame.imprint import imprint

_LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def chapter_tags(title: str, address: str) -> dict[str, list[str]]:
    """The names and contents of tags that describe a chapter of the book."""
    book = imprint()
    return {
        "citation_title": [title],
        "citation_inbook_title": [book.title],
        "citation_author": list(book.authors),
        "citation_publication_date": [book.released.replace("-", "/")],
        "citation_language": ["en"],
        "citation_public_url": [address] if address else [],
    }


def dataset_description(config: Config, page: str) -> dict:
    """The dataset as schema.org describes one; ``page`` is the path of its page on the site."""
    book, package = imprint(), dataset.descriptor()
    first = min(event["date"] for event in records_of("events").values())[:4]
    described = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": package["title"],
        "description": package["description"],
        "version": book.edition,
        "datePublished": book.released,
        "license": _LICENCE,
        "creator": [{"@type": "Organization", "name": author} for author in book.authors],
        "keywords": list(book.keywords),
        "isAccessibleForFree": True,
        "inLanguage": "en",
        "temporalCoverage": f"{first}/{package['horizon']}",
    }
    if address := address_on_site(config, page):
        files = [
            (f"downloads/{PACKAGE_NAME}.zip", "application/zip"),
            (f"{DATA}/datapackage.json", "application/json"),
            *((f"{DATA}/{entry['path']}", entry["mediatype"]) for entry in package["resources"]),
        ]
        described["url"] = address
        described["distribution"] = [
            {
                "@type": "DataDownload",
                "encodingFormat": kind,
                "contentUrl": address_on_site(config, path),
            }
            for path, kind in files
        ]
    return described


def _add(
    app: Sphinx, pagename: str, _template: str, context: dict, doctree: nodes.document | None
) -> None:
    if app.builder.format != "html" or doctree is None:
        return
    lines = []
    page = app.builder.get_target_uri(pagename)
    if is_chapter(app, pagename, doctree):
        tags = chapter_tags(app.env.titles[pagename].astext(), address_on_site(app.config, page))
        lines += [
            f'<meta name="{name}" content="{html.escape(content)}">'
            for name, contents in tags.items()
            for content in contents
        ]
    if cites_dataset(doctree):
        said = json.dumps(dataset_description(app.config, page), ensure_ascii=False)
        # nothing in it may end the element that it stands in
        lines.append(
            f'<script type="application/ld+json">{said.replace("<", chr(92) + "u003c")}</script>'
        )
    if lines:
        context["metatags"] = (context.get("metatags") or "") + "\n".join(lines) + "\n"


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", _add, priority=600)
