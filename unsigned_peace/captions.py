"""The words of charts and tables.

Titles, subtitles, descriptions, labels, in one file a chapter.

They stand as text in ``book/captions/<chapter>.yaml`` (those of an edition in another language in
its own ``captions/``), with ``{eval}`name``` for a figure, as in prose. A notebook lends them its
own names, so that each figure is the value that the notebook computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from unsigned_peace.paths import CAPTIONS

#: A figure's name; in other languages than English, how it is shown may follow behind a semicolon.
FIGURE = re.compile(r"\{eval\}`(\w+(?:;[^`]*)?)`")

_TEXTS = ("title", "subtitle", "note", "description")
_GROUPS = ("labels", "columns", "texts")

#: Caption files that this process has read, by chapter: what a chapter depends on besides tables.
files_read: set[Path] = set()


class CaptionError(Exception):
    """A caption cannot be given; the message names file, line and what was expected."""


def file_of(chapter: str) -> Path:
    """Where the words of a chapter's charts and tables stand."""
    return CAPTIONS / f"{chapter}.yaml"


class Caption:
    """The words of one chart or table, with figures filled in when they are asked for.

    ``title`` states the finding, ``subtitle`` what is measured, in what unit and period, ``note``
    what else must be known to read it right (it stands below the chart), ``description`` what a
    reader who cannot see it needs; ``labels`` are the words inside a chart, ``columns`` the
    headings of a table, or of the data under a chart, by the frame's column, both in the order of
    the file. ``texts`` are, in another language than English, words of a drawing that no label has,
    by the English ones.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        lines: dict[str, int],
        texts: dict[str, Any],
        figures: Mapping[str, Any],
    ) -> None:
        self.name, self.path = name, path
        self._lines, self._texts, self._figures = lines, texts, figures

    title = property(lambda self: self._filled("title"))
    subtitle = property(lambda self: self._filled("subtitle"))
    note = property(lambda self: self._filled("note"))
    description = property(lambda self: self._filled("description"))

    @property
    def labels(self) -> dict[str, str]:
        """The words inside a chart, by a short name that the chapter's code uses."""
        return self._group("labels")

    @property
    def columns(self) -> dict[str, str]:
        """The headings of a table, by the frame's column."""
        return self._group("columns")

    @property
    def texts(self) -> dict[str, str]:
        """What stands in another language for words of a drawing, by the English words."""
        return self._group("texts")

    @property
    def figures(self) -> dict[str, str]:
        """Every figure that these words name, as it shows in English."""
        named = sorted(set(FIGURE.findall(repr(self._texts))))
        return {name: str(self._figures[name]) for name in named if name in self._figures}

    def _group(self, group: str) -> dict[str, str]:
        return {
            key: self._fill(text, f"{group}.{key}")
            for key, text in self._texts.get(group, {}).items()
        }

    def _filled(self, part: str) -> str:
        return self._fill(self._texts.get(part, ""), part)

    def _fill(self, text: str, part: str) -> str:
        def value(match: re.Match) -> str:
            if match[1] not in self._figures:
                place = f"{self.path.name}:{self._lines.get(part, 1)}"
                raise CaptionError(
                    f"{place}: {self.name}: {part}: no cell above this one computes the figure "
                    f"{{eval}}`{match[1]}`"
                )
            return str(self._figures[match[1]])

        return FIGURE.sub(value, text)


class Captions(Mapping[str, Caption]):
    """All captions of a chapter, by the name of the chart or table."""

    def __init__(self, path: Path, figures: Mapping[str, Any]) -> None:
        self.path = path
        self._figures = figures

    @cached_property
    def _read(self) -> dict[str, tuple[dict[str, int], dict[str, Any]]]:
        files_read.add(self.path)
        return read(self.path)

    def __getitem__(self, name: str) -> Caption:
        if name not in self._read:
            known = ", ".join(self._read)
            raise CaptionError(f"{self.path.name} has no words for {name!r}; it has: {known}")
        return Caption(name, self.path, *self._read[name], self._figures)

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)


def load_captions(chapter: str, figures: Mapping[str, Any], path: Path | None = None) -> Captions:
    """The words of a chapter's charts and tables, from its own file or from that of an edition.

    ``figures`` is where the figures named in them are looked up when a caption is used: a
    notebook passes its own ``globals()``. Raises ``CaptionError`` if the file is missing or no
    caption file.
    """
    path = path or file_of(chapter)
    if not path.is_file():
        raise CaptionError(
            f"there is no {path.name} in {path.parent.name}/ with the words of this chapter's "
            "charts"
        )
    return Captions(path, figures)


def read(path: Path) -> dict[str, tuple[dict[str, int], dict[str, Any]]]:
    """A caption file: for each chart or table the line of each of its texts, and the texts.

    Raises ``CaptionError``, with file and line, for what is no caption.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CaptionError(f"{path.name}:{line}: {error.problem}") from error
    return {
        name: _caption(path, name, node)
        for name, node in _pairs(path, root, "charts and tables by name")
    }


def _caption(path: Path, name: str, node: yaml.Node) -> tuple[dict[str, int], dict[str, Any]]:
    lines: dict[str, int] = {}
    texts: dict[str, Any] = {}
    for part, value in _pairs(path, node, f"{name}: {', '.join((*_TEXTS, *_GROUPS))}"):
        lines[part] = value.start_mark.line + 1
        if part in _TEXTS:
            texts[part] = _text(path, value, f"{name}: {part}")
        elif part in _GROUPS:
            texts[part] = {
                key: _text(path, item, f"{name}: {part}: {key}")
                for key, item in _pairs(path, value, f"{name}: {part} by name")
            }
            lines |= {
                f"{part}.{key}": item.start_mark.line + 1 for key, item in _pairs(path, value, "")
            }
        else:
            raise CaptionError(
                f"{path.name}:{lines[part]}: {name}: {part!r} is none of "
                f"{', '.join((*_TEXTS, *_GROUPS))}"
            )
    for part in ("title", "description"):
        if not texts.get(part):
            raise CaptionError(
                f"{path.name}:{node.start_mark.line + 1}: {name} has no {part}; "
                "a reader who cannot see it needs one"
            )
    return lines, texts


def _pairs(path: Path, node: yaml.Node | None, expected: str) -> list[tuple[str, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1 if node else 1
        raise CaptionError(f"{path.name}:{line}: expected {expected}")
    pairs: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if key.value in pairs:
            raise CaptionError(
                f"{path.name}:{key.start_mark.line + 1}: {key.value} stands here twice"
            )
        pairs[key.value] = value
    return list(pairs.items())


def _text(path: Path, node: yaml.Node, place: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise CaptionError(
            f"{path.name}:{node.start_mark.line + 1}: {place}: expected text; "
            "quote it if it begins with a brace or has a colon"
        )
    return str(node.value).strip("\n")
