"""Lint for authors: what Markdown would publish as they stand; each is named, and fails the build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)

_ROLES = "eval|record|exhibit|cite|horizon"
#: What is as it should be, in the order in which it is set aside: blocks of code, quoted code, roles, code.
_IN_ORDER = (
    re.compile(r"^ *(`{3,}|~{3,})\s*(?:\{code|[a-z]|\n).*?^ *\1`* *$", re.MULTILINE | re.DOTALL),
    re.compile(r"``.+?``", re.DOTALL),
    re.compile(r"\{[a-z:]+\}`(?:[^`\n]|\n(?!\s*\n))+`"),
    re.compile(r"`(?:[^`\n]|\n(?!\s*\n))+`"),
)
_MERGE = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
_ROLE = re.compile(rf"\{{(?:{_ROLES})\}}")


def lint(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a page that are at fault, each with what is wrong."""
    rest = text
    for pattern in _IN_ORDER:
        rest = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), rest)
    for place, problem in (
        *((found, "a mark of a merge that was not finished; choose a version and remove the marks") for found in _MERGE.finditer(text)),
        *((found, f"the role {found[0]} has no text: write {found[0]}`text`, without a space between and with both backticks") for found in _ROLE.finditer(rest)),
    ):
        yield text.count("\n", 0, place.start()) + 1, problem


def _report(_app: Sphinx, page: str, content: list[str]) -> None:
    for line, problem in lint(content[0]):
        logger.warning(problem, location=(page, line))


def _name_pages_left_out(app: Sphinx, environment: BuildEnvironment) -> None:
    for path in sorted((Path(app.srcdir) / "book").rglob("*.md")):
        page = path.relative_to(app.srcdir).with_suffix("")
        if page.as_posix() not in environment.found_docs and not any(part.startswith(".") for part in page.parts):
            logger.warning(f"{page}.md is not in _toc.yml, so nobody would find it")


def setup(app: Sphinx) -> None:
    app.connect("source-read", _report)
    app.connect("env-updated", _name_pages_left_out)
