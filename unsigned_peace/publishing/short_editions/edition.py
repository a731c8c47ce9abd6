"""The editions there are: their folders, their pages, and which English pages these answer to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from sphinx.errors import ExtensionError

from unsigned_peace import paths
from unsigned_peace.paths import shown
from unsigned_peace.publishing.short_editions.language import Language, language

HOME = "index"
ENGLISH_HOME = "book/index"
_FRONT_MATTER = re.compile(r"\A---\n(.*?)^---\s*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Edition:
    """A short edition: a folder ``editions/<language>/`` with its contents, pages and words."""

    folder: Path

    @property
    def code(self) -> str:
        """Its language, as two letters; the folder of the site that it is in."""
        return self.folder.name

    @cached_property
    def language(self) -> Language:
        return language(self.code)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """``title`` and ``subtitle``. Raises ``ExtensionError`` where one is missing."""
        settings = _yaml(self.folder / "_config.yml")
        if missing := [name for name in ("title", "subtitle") if not settings.get(name)]:
            raise ExtensionError(f"{shown(self.folder)}/_config.yml: no {' and no '.join(missing)}")
        return settings

    @property
    def words_file(self) -> Path:
        return self.folder / "words.yaml"

    @cached_property
    def words(self) -> dict[str, dict[str, Any]]:
        """``names`` by record, and ``texts`` by the English ones."""
        return {"names": {}, "texts": {}} | _yaml(self.words_file)

    def captions(self, chapter: str) -> Path:
        """Where the words of a chapter's charts stand in this language."""
        return self.folder / "captions" / f"{chapter}.yaml"

    def pages(self) -> list[str]:
        """The names of all pages."""
        found = (
            path.relative_to(self.folder).with_suffix("") for path in self.folder.rglob("*.md")
        )
        return sorted(path.as_posix() for path in found)

    def english(self, page: str) -> str:
        """The English page that a page answers to; empty if it answers to none of its own."""
        if page == HOME:
            return ENGLISH_HOME
        path = self.folder / f"{page}.md"
        english = f"book/{_named(path, path.stat().st_mtime_ns) or page}"
        return english if (paths.ROOT / f"{english}.md").is_file() else ""


@cache
def _named(path: Path, _time: int) -> str:
    """The English page that a page's front matter names, if it names one."""
    found = _FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    return (yaml.safe_load(found[1]) or {}).get("english", "") if found else ""


def editions() -> list[Edition]:
    """The editions that have contents, by language."""
    return [Edition(path.parent) for path in sorted(paths.EDITIONS.glob("*/_toc.yml"))]


def _yaml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ExtensionError(f"{shown(path)}:{line}: {error.problem}") from error
