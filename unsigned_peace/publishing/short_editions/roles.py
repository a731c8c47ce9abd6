"""What the pages of an edition say besides text: figures, dates, names, quotations, links, charts.

All of it is taken from the executed English chapters and the dataset, and put into the language.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from urllib.parse import quote

from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from unsigned_peace import dataset, paths
from unsigned_peace.captions import CaptionError, file_of
from unsigned_peace.exhibits import CARD
from unsigned_peace.publishing.chapters.executed import executed_path, loaded
from unsigned_peace.publishing.chapters.outputs import exhibit_anchor, parts_of_chart
from unsigned_peace.publishing.data_pages.records import (
    PAGES,
    as_known,
    part_of,
    records_of,
)
from unsigned_peace.publishing.html.languages import say
from unsigned_peace.publishing.html.templates import render
from unsigned_peace.publishing.short_editions import drawings, names, rests_on
from unsigned_peace.publishing.short_editions.edition import Edition
from unsigned_peace.publishing.short_editions.language import FormError, language

logger = logging.getLogger(__name__)
#: Columns of somebody's own words, and the column that names their language, by table.
_WORDS = {
    "wordings": ("words", "language"),
    "statements": ("quotation", "quotation_language"),
}


def edition_of(environment: BuildEnvironment) -> Edition:
    """The edition that is being built."""
    return environment.config.edition


def english_address(environment: BuildEnvironment, page: str, anchor: str = "") -> str:
    """The address of a page of the English book, from the page being read."""
    root = environment.app.builder.get_relative_uri(environment.docname, "index")
    address = f"{root.removesuffix('index.html')}../{quote(page)}.html"
    return f"{address}#{quote(anchor)}" if anchor else address


def record_address(environment: BuildEnvironment, table: str, record_id: str) -> str:
    """Where the English book has a record. Raises ``FormError`` if there is none."""
    record = record_named(table, record_id)
    page = f"{PAGES}/{table.replace('_', '-')}"
    part = f"{page}-{part_of(table, record)}"
    shown = part if (paths.ROOT / f"{part}.md").is_file() else page
    return english_address(environment, shown, dataset.record_address(table, record_id))


def record_named(table: str, record_id: str) -> dict[str, str]:
    """A record. Raises ``FormError`` if there is none of this name."""
    record = records_of(table).get(record_id) if table in dataset.table_names() else None
    if record is None:
        raise FormError(f"there is no record {table}:{record_id}")
    return record


def chapter(environment: BuildEnvironment, stem: str) -> NotebookNode:
    """An executed English chapter. Raises ``FormError`` if there is none of this name."""
    path = executed_path(stem)
    if not path.is_file():
        raise FormError(f"there is no chapter {stem!r} in English")
    environment.note_dependency(str(path))
    return loaded(path)


class _Role(SphinxRole):
    """A role whose fault is named with file and line, and shown as it was written."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        self.env.note_dependency(str(edition_of(self.env).words_file))
        try:
            return self.shown(), []
        except (FormError, CaptionError) as error:
            said = f"{{{self.name}}}`{self.text}`: {error}"
            logger.warning(said, location=self.get_location(), type="edition")
            return [nodes.inline(self.rawtext, self.text)], []

    def shown(self) -> list[nodes.Node]:
        raise NotImplementedError

    @property
    def titled(self) -> tuple[str, str]:
        """Text and target of ``text <target>``; no text where there is only a target."""
        text, bracket, target = self.text.rpartition("<")
        return (text.strip(), target.rstrip("> ")) if bracket else ("", target.strip())

    def named(self, target: str) -> tuple[str, str]:
        table, _, record_id = target.strip().partition(":")
        return table, record_id


class Figure(_Role):
    """``{figure}`chapter:name; how```: a figure of an English chapter."""

    def shown(self) -> list[nodes.Node]:
        stem, _, asked = self.text.partition(":")
        edition = edition_of(self.env)
        figures = drawings.Figures(
            chapter(self.env, stem.strip()), edition.language, edition.words["texts"]
        )
        if asked not in figures:
            raise FormError(f"the chapter {stem.strip()} computes no figure of this name")
        return [nodes.Text(figures[asked])]


class Date(_Role):
    """``{date}`table:record.column; how```: a date of a record."""

    def shown(self) -> list[nodes.Node]:
        target, *options = self.text.split(";")
        table, record_id = self.named(target)
        record_id, _, column = record_id.partition(".")
        record, column = record_named(table, record_id), column or "date"
        if not record.get(column):
            raise FormError(f"the record has no date in its column {column!r}")
        year, month, day = (*map(int, as_known(record, column).split("-")), 0, 0)[:3]
        form = "".join(option.strip() for option in options)
        return [nodes.Text(edition_of(self.env).language.date((day, month, year), form))]


class Name(_Role):
    """``{name}`table:record```, ``; both``, or a form of it: ``{name}`form <table:record>```."""

    def shown(self) -> list[nodes.Node]:
        form, target = self.titled
        target, *options = (part.strip() for part in target.split(";"))
        edition = edition_of(self.env)
        name = names.name_of(edition, *self.named(target))
        if form and not names.is_form_of(form, name):
            raise FormError(f"{form!r} is no form of {name.text!r}")
        if options == ["both"]:
            if not name.other:
                raise FormError("words.yaml has no name of the other side for it")
            both = edition.language.rules["both"]
            return [nodes.Text(both.format(name=name.text, other=name.other))]
        if options:
            raise FormError(f"a name is shown as both, and not as {'; '.join(options)}")
        return [nodes.Text(form or name.text)]


class Quote(_Role):
    """``{quote}`table:record```: the recorded words of a text or person, in their language."""

    def shown(self) -> list[nodes.Node]:
        table, record_id = self.named(self.text)
        if table not in _WORDS:
            raise FormError(f"words are quoted from {' and '.join(_WORDS)}")
        words, of = (record_named(table, record_id)[column] for column in _WORDS[table])
        if not words:
            raise FormError("the record has no words of its own")
        own = edition_of(self.env).language
        if of == own.code:
            return [nodes.Text(own.quoted(words))]
        quoted = language(of).quoted(words) if of in ("ja", "ru") else f"“{words}”"
        return [nodes.inline(self.rawtext, quoted, classes=[f"language-{of}"])]


class Record(_Role):
    """``{record}`text <table:record>```: a link to a record in the English book."""

    def shown(self) -> list[nodes.Node]:
        text, target = self.titled
        address = record_address(self.env, *self.named(target))
        if not text:
            raise FormError("write the text of the link: {record}`text <table:record>`")
        return [
            nodes.reference(self.rawtext, text, refuri=address, classes=["record"], internal=True)
        ]


class English(_Role):
    """``{english}`text <page#heading>```: a link to a page of the English book."""

    def shown(self) -> list[nodes.Node]:
        text, target = self.titled
        page, _, anchor = target.partition("#")
        if not text or not (paths.CHAPTERS / f"{page}.md").is_file():
            raise FormError("expected {english}`text <page>` with a page of book/")
        address = english_address(self.env, f"book/{page}", anchor)
        return [nodes.reference(self.rawtext, text, refuri=address, internal=True)]


class Chart(SphinxDirective):
    """``{chart} chapter:name``: an English chapter's chart, in the edition's language."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        edition = edition_of(self.env)
        stem, _, name = self.arguments[0].partition(":")
        for file in (file_of(stem), edition.captions(stem), edition.words_file):
            self.env.note_dependency(str(file))
        try:
            executed = chapter(self.env, stem)
            specification = drawings.chart_of(executed, name)
            if specification is None:
                raise FormError(f"the chapter {stem} has no chart {name!r}")
            english, ours = drawings.captions_of(edition, stem, executed, name)
            shown = drawings.translated(specification, english, ours, edition)
        except (FormError, CaptionError) as error:
            raise self.error(f"{self.arguments[0]}: {error}") from error
        card = shown["usermeta"][CARD]
        anchor = exhibit_anchor(name)
        html = render(
            "edition-chart.html",
            card=card,
            anchor=anchor,
            sources=len(card["sources"]),
            english=english_address(self.env, f"book/{stem}", anchor),
            **parts_of_chart(self.env, shown, f"{stem}-{name}"),
        )
        return [nodes.raw("", html, format="html")]


class RestsOn(SphinxDirective):
    """``{rests-on}``: the English sections and records that a section tells, with their digests.

    A reader hears of it where one has changed since.
    """

    has_content = True
    option_spec: ClassVar[dict] = {}

    def run(self) -> list[nodes.Node]:
        lines = [line for line in map(str.strip, self.content) if line]
        for file in rests_on.files_of(line.split()[0] for line in lines):
            self.env.note_dependency(str(file))
        changed = [basis for basis in map(rests_on.Basis.of, lines) if basis.has_changed()]
        if not changed:
            return []
        said: nodes.Node = nodes.Text(say(rests_on.CHANGED))
        page = changed[0].target.partition("#")[0]
        # to the page alone: a heading may be another now, and no English edit stops the book
        if ":" not in page and (paths.CHAPTERS / f"{page}.md").is_file():
            address = english_address(self.env, f"book/{page}")
            said = nodes.reference("", "", said, refuri=address, internal=True)
        return [nodes.paragraph("", "", said, classes=["rests-on"])]


def _roles() -> Iterable[tuple[str, SphinxRole]]:
    yield from {
        "figure": Figure(),
        "date": Date(),
        "name": Name(),
        "quote": Quote(),
        "record": Record(),
        "english": English(),
    }.items()


def setup(app: Sphinx) -> None:
    for name, role in _roles():
        app.add_role(name, role, override=True)
    app.add_directive("chart", Chart)
    app.add_directive("rests-on", RestsOn)
