"""Marks words in other scripts with their language.

So they are spoken, hyphenated and set in the right letters.

The book is in English, an edition in the language that ``at_home`` says; words of others are told
by their letters. Where a page knows better, it says so with a ``lang`` of its own, left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

_SCRIPTS = {
    "ja": r"\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f",
    "ru": r"\u0400-\u052f",
    "ar": r"\u0600-\u06ff",
    "en": r"A-Za-z\u00c0-\u024f",
}
#: What may stand between two words of a passage without ending it.
_BETWEEN = r"\s\d.,:;!?\"'()/«»„“”‘’…\u2013\u2014\u3000-\u303f\uff01-\uff65-"
_UKRAINIAN = re.compile(r"[іїєґІЇЄҐ]")
_MARKUP = re.compile(
    r"(<(script|style|svg|title|option|textarea)\b.*?</\2>|<!--.*?-->|<[^>]*>|&#?\w+;)",
    re.DOTALL,
)


class _Home:
    """The language of all pages of a build: what counts as foreign in it, what its frame says."""

    def __init__(self, language: str, says: Mapping[str, str] | None = None) -> None:
        self.says = says
        self.foreign = re.compile(
            "|".join(
                f"(?P<{other}>[{letters}](?:[{letters}{_BETWEEN}]*[{letters}])?)"
                for other, letters in _SCRIPTS.items()
                if other != language
            )
        )
        self.declared = re.compile(rf'\blang="(?!{language}")')


_home = _Home("en")


def at_home(language: str, says: Mapping[str, str]) -> None:
    """Says in which language this process builds pages, and how it says what ``say`` is given."""
    global _home
    _home = _Home(language, says)


def say(text: str, **values: object) -> str:
    """A text of the frame of pages in their language, with values in its braces.

    Raises ``KeyError`` if the language has none for it.
    """
    said = text if _home.says is None else _home.says[text]
    return said.format(**values) if values else said


def passages(text: str) -> Iterator[tuple[str, str]]:
    """A text in pieces, each with its language.

    An empty one for what is in the pages' own or has no letters.
    """
    end = 0
    for found in _home.foreign.finditer(text):
        if found.start() > end:
            yield text[end : found.start()], ""
        language = found.lastgroup or ""
        yield found[0], "uk" if language == "ru" and _UKRAINIAN.search(found[0]) else language
        end = found.end()
    if end < len(text):
        yield text[end:], ""


def marked(html: str) -> str:
    """HTML with a ``lang`` on each passage in another script.

    Drawings, scripts and what has a ``lang`` stay as they are.
    """
    if not _home.foreign.search(html):
        return html
    pieces, declared, end = [], False, 0
    for tag in _MARKUP.finditer(html):
        pieces += [html[end : tag.start()]] if declared else _spans(html[end : tag.start()])
        pieces.append(tag[0])
        end = tag.end()
        if tag[0][0] == "<":
            declared = bool(_home.declared.search(tag[0]))
    return "".join([*pieces, *_spans(html[end:])])


def _spans(text: str) -> list[str]:
    return [
        f'<span lang="{language}">{piece}</span>' if language else piece
        for piece, language in passages(text)
    ]


class MarkLanguages(SphinxPostTransform):
    """Marks what authors wrote in other scripts, as ``marked`` does for what templates make."""

    default_priority = 900  # after citations and references are text

    def run(self, **_options: object) -> None:
        for text in list(self.document.findall(nodes.Text)):
            declared = any(name.startswith("language-") for name in text.parent.get("classes", ()))
            if (
                declared
                or isinstance(text.parent, (nodes.FixedTextElement, nodes.raw))
                or not _home.foreign.search(text)
            ):
                continue
            made = [
                nodes.inline(piece, piece, classes=[f"language-{language}"])
                if language
                else nodes.Text(piece)
                for piece, language in passages(text)
            ]
            text.parent.replace(text, made)


def setup(app: Sphinx) -> None:
    app.add_post_transform(MarkLanguages)
