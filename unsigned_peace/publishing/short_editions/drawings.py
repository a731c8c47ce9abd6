"""A chart of an English chapter with the words, names, numbers and dates of another language.

Its specification stays as the chapter computed it; only what a reader reads in it is replaced, the
same words everywhere in it, so that data, orders and conditions still fit each other.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import zip_longest
from typing import Any

from nbformat import NotebookNode

from unsigned_peace.captions import Caption, CaptionError, load_captions
from unsigned_peace.exhibits import CARD, card_of, exhibits_of
from unsigned_peace.publishing.charts import drawing
from unsigned_peace.publishing.short_editions.edition import Edition
from unsigned_peace.publishing.short_editions.language import FormError, Language, parsed
from unsigned_peace.publishing.short_editions.names import in_drawings

#: Where a specification says how something is drawn, never what a reader reads.
_NOT_READ = {
    "$schema", "aggregate", "align", "as", "baseline", "color", "config", "dy", "field", "fill",
    "fontStyle", "fontWeight", "input", "interpolate", "mark", "op", "orient", "param", "shape",
    "stroke", "timeUnit", "type", "usermeta",
}  # fmt: skip
#: Names of columns, alone or in lists.
_COLUMNS = {"as", "field", "fields", "fold", "groupby", "key"}
_TEXTS = ("title", "subtitle", "note", "description")
#: Programs: only the texts that stand in quotes in them are read.
_PROGRAMS = ("expr", "labelExpr", "filter", "test", "calculate", "update")
_IN_QUOTES = re.compile(r"""datum\[(?:'[^']*'|"[^"]*")\]|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
_HOLE = re.compile(r"\\\{\w+\\\}")
_TEXT_IN_DRAWING = re.compile(r"<text\b[^>]*(?<!/)>(.*?)</text>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LATIN = re.compile(r"[A-Za-z]{2,}")


class Figures(Mapping[str, str]):
    """A chapter's figures in a language; a name may say behind semicolons how one is shown."""

    def __init__(
        self, executed: NotebookNode, language: Language, texts: Mapping[str, str]
    ) -> None:
        self.english = figures_of(executed)
        self._language, self._texts = language, texts

    def __getitem__(self, asked: str) -> str:
        name, *options = asked.split(";")
        figure = parsed(self.english[name.strip()])
        if figure.kind == "text" and figure.text in self._texts:
            return self._texts[figure.text]
        return self._language.show(figure, options)

    def __contains__(self, asked: object) -> bool:
        return str(asked).split(";")[0].strip() in self.english

    def __iter__(self) -> Iterator[str]:
        return iter(self.english)

    def __len__(self) -> int:
        return len(self.english)


def figures_of(executed: NotebookNode) -> dict[str, str]:
    """Every figure that an English chapter names in its prose or in the words of its exhibits."""
    figures: dict[str, str] = {}
    for _, exhibit in exhibits_of(executed):
        figures |= (card_of(exhibit) or {}).get("figures", {})
    for cell in executed.cells:
        for figure in cell.metadata.get("user_expressions", []):
            figures[figure["expression"]] = figure["result"]["data"]["text/plain"]
    return figures


def chart_of(executed: NotebookNode, name: str) -> dict | None:
    """The specification of a chapter's chart, if it has one of this name."""
    charts = (shown for kind, shown in exhibits_of(executed) if kind == "chart")
    return next((chart for chart in charts if (card_of(chart) or {}).get("name") == name), None)


def captions_of(
    edition: Edition, chapter: str, executed: NotebookNode, name: str
) -> tuple[Caption, Caption]:
    """A chart's words in English and in the edition.

    Raises ``CaptionError`` where the edition has none, or none that can be read.
    """
    path = edition.captions(chapter)
    english = load_captions(chapter, figures_of(executed))[name]
    figures = Figures(executed, edition.language, edition.words["texts"])
    return english, load_captions(chapter, figures, path)[name]


def translated(specification: dict, english: Caption, ours: Caption, edition: Edition) -> dict:
    """The chart in the edition's language. Raises ``CaptionError`` as filling in a caption does."""
    try:
        known = words(english, ours, edition)
        card = {
            **specification["usermeta"][CARD],
            **{part: edition.language.joined(getattr(ours, part)) for part in _TEXTS},
        }
    except FormError as error:
        raise CaptionError(f"{ours.path.name}: {ours.name}: {error}") from error
    inside = {
        key: value
        for key, value in drawing.drawn(specification).items()
        if key not in ("config", "datasets")
    }
    changed = _Replaced(known, edition.language)
    return {
        **copy.deepcopy(specification),
        **changed.everywhere(inside),
        "datasets": {
            name: changed.rows(rows) for name, rows in specification.get("datasets", {}).items()
        },
        "config": {**specification.get("config", {}), "locale": edition.language.for_drawings()},
        "title": card["title"],
        "description": card["description"],
        "usermeta": {CARD: card},
    }


def words(english: Caption, ours: Caption, edition: Edition) -> dict[str, str]:
    """English texts of a drawing and what stands for them; the more particular come last."""
    known = {**edition.language.rules["texts"], **in_drawings(edition), **edition.words["texts"]}
    for group in ("labels", "columns"):
        theirs, own = getattr(english, group), getattr(ours, group)
        known |= {text: own[key] for key, text in theirs.items() if key in own}
    return known | ours.texts


class _Replaced:
    """Replaces what is read in a specification."""

    def __init__(self, words: dict[str, str], language: Language) -> None:
        self.language = language
        self.words = words
        self.patterns = [
            (re.compile(_HOLE.sub("(.+?)", re.escape(text)), re.DOTALL), ours)
            for text, ours in words.items()
            if _HOLE.search(re.escape(text))
        ]

    def text(self, text: str) -> str:
        """What stands for a text: whole, by its lines, or as the figure that it is."""
        if text in self.words:
            return self.words[text]
        for pattern, ours in self.patterns:
            if found := pattern.fullmatch(text):
                return _filled(ours, [self.text(value) for value in found.groups()])
        for between in ("\n", "; ", " / "):
            if between in text:
                return between.join(map(self.text, text.split(between)))
        figure = parsed(text)
        plain = figure.kind == "text" or not re.search(r"\d", text)
        plain = plain or (figure.kind == "number" and not set(text) & set(",."))
        return text if plain else self.language.show(figure)

    def rows(self, rows: Any) -> Any:
        if not isinstance(rows, list):
            return rows
        return [
            {key: self.text(cell) if isinstance(cell, str) else cell for key, cell in row.items()}
            if isinstance(row, dict) and row.get("type") != "Feature"
            else row
            for row in rows
        ]

    def everywhere(self, value: Any, key: str = "", within: str = "") -> Any:
        if isinstance(value, dict):
            if key == "tooltip" and "field" in value:  # a pointer shows the column's name else
                value = {"title": value["field"].replace("_", " "), **value}
            return {
                name: inner
                if (name in _NOT_READ and not isinstance(inner, (dict, list)))
                or (name in _COLUMNS and not isinstance(inner, dict))
                else self.everywhere(inner, name, key)
                for name, inner in value.items()
            }
        if isinstance(value, list):
            shown = [self.everywhere(inner, key, within) for inner in value]
            # a column whose title has no words here is left to the English page
            return [each for each in shown if key != "tooltip" or each.get("title", "-")]
        if not isinstance(value, str) or (key == "name" and within != "bind"):
            return value
        if key in ("format", "formatType"):
            return self.language.rules["formats"].get(value, value)
        if key in _PROGRAMS:
            return _IN_QUOTES.sub(self._quoted, value)
        return self.text(value)

    def _quoted(self, found: re.Match) -> str:
        if found[1] is None:  # a column
            return found[0]
        quote, text = found[1][0], found[1][1:-1]
        plain = text.replace("\\n", "\n").replace(f"\\{quote}", quote)
        formats: Mapping[str, str] = self.language.rules["formats"]
        ours = formats.get(plain) or self.text(plain)
        if ours == plain:
            return found[0]
        return quote + ours.replace(quote, f"\\{quote}").replace("\n", "\\n") + quote


def _filled(text: str, values: list[str]) -> str:
    """A text with values in its holes, in their order."""
    pieces = re.split(r"\{\w+\}", text)
    return "".join(piece + value for piece, value in zip_longest(pieces, values, fillvalue=""))


def left_in_english(specification: dict, words: Mapping[str, str]) -> list[str]:
    """The texts of a translated chart that still are in Latin letters and were not meant so.

    They are sought in the drawing, and in what a pointer shows of it.
    """
    meant = " ".join(words.values())
    svg = drawing.svg(drawing.drawn(specification), "")
    shown = [text for found in _TEXT_IN_DRAWING.findall(svg) for text in _TAG.split(found)]
    pointed = list(_pointed(specification))
    fields = {column["field"] for column in pointed if "field" in column}
    shown += [str(column.get("title", "")) for column in pointed]
    for rows in specification.get("datasets", {}).values():
        for row in rows if isinstance(rows, list) else ():
            shown += [str(row[field]) for field in fields & row.keys() if not _is_day(row[field])]
    left = (unescape(text) for text in dict.fromkeys(shown) if _LATIN.search(text))
    return [text for text in left if not all(word in meant for word in _LATIN.findall(text))]


def _pointed(value: Any) -> Iterator[dict]:
    """What a pointer shows, anywhere in a specification: a definition for each column."""
    if isinstance(value, dict):
        tooltip = value.get("tooltip", [])
        yield from (each for each in (tooltip if isinstance(tooltip, list) else [tooltip]) if each)
        for inner in value.values():
            yield from _pointed(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _pointed(inner)


def _is_day(value: object) -> bool:
    return bool(_DAY.match(str(value)))
