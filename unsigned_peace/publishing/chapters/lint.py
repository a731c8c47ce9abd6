"""Lint for authors: names faults in the text of a page, and fails the build.

What swallows the rest of a page is named before anything runs; what Markdown would publish as it
stands, when the page is read. (What is seen only on the page that was read: ``page_lint``.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging

from unsigned_peace.paths import CHAPTERS, shown

logger = logging.getLogger(__name__)

_ROLES = "eval|record|exhibit|cite|horizon|figure|date|name|quote|english"
#: What is as it should be, in the order in which it is set aside: blocks of code, quoted code,
#: roles, code.
_IN_ORDER = (
    re.compile(r"^ *(`{3,}|~{3,})\s*(?:\{code|[a-z]|\n).*?^ *\1`* *$", re.MULTILINE | re.DOTALL),
    re.compile(r"``.+?``", re.DOTALL),
    re.compile(r"\{[a-z:]+\}`(?:[^`\n]|\n(?!\s*\n))+`"),
    re.compile(r"`(?:[^`\n]|\n(?!\s*\n))+`"),
)
_MERGE = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
_ROLE = re.compile(rf"\{{(?:{_ROLES})\}}")
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,}|:{3,})[ \t]*(.*?)[ \t]*$")
_MARK = "\ufeff"


def lint(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a page that are at fault, each with what is wrong."""
    rest = text
    for pattern in _IN_ORDER:
        rest = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), rest)
    for place, problem in (
        *(
            (
                found,
                "a mark of a merge that was not finished; choose a version and remove the marks",
            )
            for found in _MERGE.finditer(text)
        ),
        *(
            (
                found,
                (
                    f"the role {found[0]} has no text: write {found[0]}`text`, "
                    "without a space between and with both backticks"
                ),
            )
            for found in _ROLE.finditer(rest)
        ),
    ):
        yield text.count("\n", 0, place.start()) + 1, problem


def unclosed(text: str) -> Iterator[tuple[int, str]]:
    """The lines that open what is never closed: front matter, blocks of code, boxes, comments.

    Markdown closes all of them at the end of the page, with everything below inside; or at the end
    of the next one.
    """
    lines = text.splitlines()
    if lines[:1] == ["---"] and "---" not in lines[1:]:
        yield 1, "the front matter is not closed: write --- below it"
        return
    opened: list[tuple[int, str, str]] = []  # line, fence, what it opens
    named = False

    def left_open(before: str) -> tuple[int, str]:
        line, fence, what = opened.pop()
        return line, f"{fence}{what} is not closed {before}: write {fence} on a line of its own"

    for number, line in enumerate(lines, 1):
        inside = opened[-1][2] if opened else "{"
        in_code = not inside.startswith("{") or inside.startswith("{code")
        begins = not in_code and line.lstrip().startswith("<!--")
        if begins and not any("-->" in rest for rest in lines[number - 1 :]):
            yield number, "<!-- is not closed to the end of the page: write --> behind it"
            return
        found = _FENCE.match(line)
        if found is None or (found[1][0] == "`" and "`" in found[2]):
            continue
        fence, what = found[1], found[2]
        # the outermost that it closes, as in Markdown
        closes = next(
            (place for place, (_, own, _) in enumerate(opened) if _fits(own, fence)), None
        )
        if not what and closes is not None:
            while len(opened) > closes + 1:
                named = True
                yield left_open(f"before line {number}")
            opened.pop()
        elif not what and fence[0] == ":":
            if not (in_code or named):
                yield number, f"{fence} closes nothing that is open"
        elif not in_code or (what.startswith("{") and closes is not None):
            if closes == len(opened) - 1:
                named = True
                yield left_open(f"before {fence}{what} in line {number}")
            opened.append((number, fence, what))
    while opened:
        yield left_open("to the end of the page")


def _fits(own: str, fence: str) -> bool:
    return own[0] == fence[0] and len(fence) >= len(own)


def _folder(app: Sphinx) -> Path:
    """Where the pages are: those of the book, or those of an edition in another language."""
    return CHAPTERS if app.config.language == "en" else Path(app.srcdir)


def _name_what_swallows_a_page(app: Sphinx) -> None:
    """Raises ``ExtensionError`` before anything runs, with a line for each file and fault."""
    faults = []
    folder = _folder(app)
    for path in sorted([*folder.rglob("*.md"), *folder.glob("captions/*.yaml")]):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        content = path.read_bytes()
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            faults.append(f"{shown(path)}:{line}: not UTF-8; save the file in that encoding")
            continue
        if text.startswith(_MARK):
            faults.append(
                f"{shown(path)}:1: begins with a byte order mark, which hides what follows; save "
                "the file as UTF-8 without it"
            )
        elif path.suffix == ".md":
            faults += [f"{shown(path)}:{line}: {problem}" for line, problem in unclosed(text)]
    if faults:
        raise ExtensionError("\n".join(faults))


def _report(_app: Sphinx, page: str, content: list[str]) -> None:
    for line, problem in lint(content[0]):
        logger.warning(problem, location=(page, line))


def _name_pages_left_out(app: Sphinx, environment: BuildEnvironment) -> None:
    for path in sorted(_folder(app).rglob("*.md")):
        page = path.relative_to(app.srcdir).with_suffix("")
        if page.as_posix() not in environment.found_docs and not any(
            part.startswith(".") for part in page.parts
        ):
            logger.warning(f"{page}.md is not in _toc.yml, so nobody would find it")


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", _name_what_swallows_a_page, priority=50)
    app.connect("source-read", _report)
    app.connect("env-updated", _name_pages_left_out)
