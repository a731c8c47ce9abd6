"""Makes an incremental build give what a clean build gives, to the byte.

Sphinx reads again the pages whose text changed. What it does not see: that the other pages show
titles, contents and references of a page that was read again. What this saves stands in
``bench/results.json``: without it, a touched sentence or table costs a fresh clone's build.
"""

from __future__ import annotations

import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from unsigned_peace.files import digest, file_digest
from unsigned_peace.publishing.made_from import followed, made_from

#: The files that pages of the last build in this process read, as paths from the project.
read: set[str] = set()


#: What this module keeps with the builder: the pages that this build writes.
_WRITTEN = "pages_written"


def _note_page(app: Sphinx, page: str, *_: object) -> None:
    setattr(app.builder, _WRITTEN, written(app) | {page})


def written(app: Sphinx) -> set[str]:
    """The pages that this build has written; of the others there is what an earlier one wrote."""
    return getattr(app.builder, _WRITTEN, set())


#: The environment of the build in this process, while it reads pages.
_reading: list[BuildEnvironment] = []


def _begin(app: Sphinx) -> None:
    _reading[:] = [app.env]


def note(file: Path) -> None:
    """Notes that the page being read, if there is one, is made from a file of the dataset."""
    for environment in _reading:
        if "docname" in environment.temp_data:
            environment.note_dependency(str(file))


def _note_what_was_read(app: Sphinx, _error: Exception | None) -> None:
    source = Path(app.srcdir)
    named = (
        {name for names in app.env.dependencies.values() for name in names}
        | set(app.env.images)
        | set(app.env.dlfiles)
    )
    absolute = {(source / name).resolve() for name in named}
    read.clear()
    ours = (
        path
        for path in absolute
        if path.is_relative_to(source)
        and not path.is_relative_to(source / "_build")
        and not path.is_relative_to(sys.prefix)
    )
    read.update(path.relative_to(source).as_posix() for path in ours)


def _files_of(environment: BuildEnvironment) -> dict[str, set[Path]]:
    """For each page, the files that it is made from: its text, and what it depends on."""
    source = Path(environment.srcdir)
    return {
        page: {Path(environment.doc2path(page)).resolve()}
        | {(source / name).resolve() for name in environment.dependencies.get(page, ())}
        for page in environment.all_docs
    }


#: What this module keeps with Sphinx's environment: the files read, each with its digest, and the
#: digest of what pages show of each other.
_FILES_READ, _SHARED = "files_read", "shared_by_pages"


def files_read(environment: BuildEnvironment) -> set[Path]:
    """The files that pages of a build were made from."""
    return set(getattr(environment, _FILES_READ, {}))


def _digests(files: set[Path]) -> dict[Path, str]:
    return {file: file_digest(file) if file.is_file() else "no such file" for file in files}


def _read_again(_app: Sphinx, environment: BuildEnvironment, *_: object) -> list[str]:
    """The pages of which a file is not what it was.

    By its content: its time is no proof, as where an older file is put back.
    """
    pages, before = _files_of(environment), getattr(environment, _FILES_READ, {})
    now = _digests(set().union(*pages.values()))
    changed = {file for file in now if now[file] != before.get(file)}
    return sorted(page for page, files in pages.items() if files & changed)


def _note_contents(_app: Sphinx, environment: BuildEnvironment) -> None:
    setattr(environment, _FILES_READ, _digests(set().union(*_files_of(environment).values())))


def _forget_style(app: Sphinx) -> None:
    """Removes a style of the last build.

    Pages name its digest only if it is there before them, which it is not in a first build.
    """
    for style in Path(app.outdir, "_static").glob("mystnb.*.css"):
        style.unlink()


def version() -> str:
    """Digest of all that reaches pages in other ways than Sphinx follows.

    Where it changes, Sphinx reads every page again.
    """
    return digest(*(f"{name}\0{mark}" for name, mark in made_from().items() if not followed(name)))


def _shared(environment: BuildEnvironment) -> str:
    """Digest of all that pages show of each other."""

    def text(value: object) -> str:
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
    standard = {
        name: environment.domaindata["std"][name]
        for name in ("labels", "anonlabels", "terms", "objects")
    }
    cited = environment.domaindata.get("cite", {})
    # where on its page a citation stands changes nothing elsewhere
    citations = sorted(
        {
            (reference.docname, *sorted(target.key for target in reference.targets))
            for reference in cited.get("citation_refs", [])
        }
    )
    shared = [
        environment.titles,
        environment.longtitles,
        environment.tocs,
        environment.toctree_includes,
        slugs,
        standard,
        citations,
    ]
    return digest(*(text(value) for value in shared))


def _write_again(_app: Sphinx, environment: BuildEnvironment) -> list[str]:
    """All pages, if what they show of each other changed."""
    before, now = getattr(environment, _SHARED, ""), _shared(environment)
    setattr(environment, _SHARED, now)
    return sorted(environment.found_docs) if before not in ("", now) else []


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", _begin)
    app.connect("builder-inited", _forget_style)
    app.connect("env-get-outdated", _read_again)
    app.connect("env-updated", _note_contents)
    app.connect("env-updated", _write_again, priority=900)
    app.connect("html-page-context", _note_page)
    app.connect("build-finished", _note_what_was_read)
