"""Makes a build that goes on from the last one give what a clean build gives, to the byte.

Sphinx reads again the pages whose text changed. What it does not see: that the other pages show
titles, contents and references of a page that was read again, and that words which are gone leave
traces in its search index.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.search.en import SearchEnglish

from unsigned_peace.files import digest

#: The files that pages of the last build in this process read, as paths from the project.
read: set[str] = set()


def _note_what_was_read(app: Sphinx, _error: Exception | None) -> None:
    source = Path(app.srcdir)
    named = {name for names in app.env.dependencies.values() for name in names} | set(app.env.images) | set(app.env.dlfiles)
    absolute = {(source / name).resolve() for name in named}
    read.clear()
    ours = (path for path in absolute if path.is_relative_to(source) and not path.is_relative_to(source / "_build") and not path.is_relative_to(sys.prefix))
    read.update(path.relative_to(source).as_posix() for path in ours)


def _read_again(app: Sphinx, environment: BuildEnvironment, *_) -> list[str]:
    """The pages whose text changed, and those that say they depend on one of these."""
    changed = set(app.config.changed_pages)
    texts = {Path(environment.doc2path(page)).resolve() for page in changed}
    source = Path(app.srcdir)
    return sorted(changed | {page for page, names in environment.dependencies.items() if texts & {(source / name).resolve() for name in names}})


def _shared(environment: BuildEnvironment) -> str:
    """Digest of all that pages show of each other."""

    def text(value) -> str:
        if isinstance(value, nodes.Node):
            return value.pformat()
        if isinstance(value, dict):
            return repr(sorted((repr(key), text(item)) for key, item in value.items()))
        if isinstance(value, (set, frozenset)):
            return repr(sorted(text(item) for item in value))
        if isinstance(value, (list, tuple)):
            return repr([text(item) for item in value])
        return repr(value)

    slugs = {page: metadata.get("myst_slugs") for page, metadata in environment.metadata.items()}
    standard = {name: environment.domaindata["std"][name] for name in ("labels", "anonlabels", "terms", "objects")}
    cited = environment.domaindata.get("cite", {})
    # where on its page a citation stands changes nothing elsewhere
    citations = sorted({(reference.docname, *sorted(target.key for target in reference.targets)) for reference in cited.get("citation_refs", [])})
    shared = [environment.titles, environment.longtitles, environment.tocs, environment.toctree_includes, slugs, standard, citations]
    return digest(*(text(value) for value in shared))


def _write_again(_app: Sphinx, environment: BuildEnvironment) -> list[str]:
    """All pages, if what they show of each other changed."""
    before, now = getattr(environment, "shared_by_pages", ""), _shared(environment)
    environment.shared_by_pages = now
    return sorted(environment.found_docs) if before not in ("", now) else []


def _drop_words_that_are_gone(app: Sphinx) -> list:
    indexer = getattr(app.builder, "indexer", None)
    for words in (indexer._mapping, indexer._title_mapping) if indexer else ():
        for word in [word for word, pages in words.items() if not pages]:
            del words[word]
    return []


class _English(SearchEnglish):
    """Sphinx's English, which finds the stem of a word once and not once a page."""

    language_name: ClassVar[str] = SearchEnglish.language_name

    def __init__(self, options: dict[str, str]) -> None:
        super().__init__(options)
        self.stem = cache(super().stem)


def setup(app: Sphinx) -> None:
    app.add_config_value("changed_pages", [], "")
    app.add_search_language(_English)
    app.connect("env-get-outdated", _read_again)
    app.connect("env-updated", _write_again, priority=900)
    app.connect("build-finished", _note_what_was_read)
    app.connect("html-collect-pages", _drop_words_that_are_gone)
