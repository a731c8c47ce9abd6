"""Marks words in other scripts with their language, so that they are spoken, hyphenated and set in the right letters.

The book is in English; Japanese and Russian words are told by their letters. Where a page knows
better, it says so with a ``lang`` of its own, which is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

_SCRIPTS = {
    "ja": r"\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f",
    "ru": r"\u0400-\u052f",
    "ar": r"\u0600-\u06ff",
}
#: What may stand between two words of a passage without ending it.
_BETWEEN = r"\s\d.,:;!?\"'()/«»„“”‘’…\u2013\u2014\u3000-\u303f\uff01-\uff65-"
_FOREIGN = re.compile("|".join(f"(?P<{language}>[{letters}](?:[{letters}{_BETWEEN}]*[{letters}])?)" for language, letters in _SCRIPTS.items()))
_UKRAINIAN = re.compile(r"[іїєґІЇЄҐ]")
_MARKUP = re.compile(r"(<(script|style|svg|title|option|textarea)\b.*?</\2>|<!--.*?-->|<[^>]*>)", re.DOTALL)
_DECLARED = re.compile(r'\blang="(?!en")')


def passages(text: str) -> Iterator[tuple[str, str]]:
    """A text in pieces, each with its language; an empty one for what is English or has no letters."""
    end = 0
    for found in _FOREIGN.finditer(text):
        if found.start() > end:
            yield text[end : found.start()], ""
        yield found[0], "uk" if found.lastgroup == "ru" and _UKRAINIAN.search(found[0]) else found.lastgroup
        end = found.end()
    if end < len(text):
        yield text[end:], ""


def marked(html: str) -> str:
    """HTML with a ``lang`` on each passage in another script; drawings, scripts and what has a ``lang`` stay as they are."""
    if not _FOREIGN.search(html):
        return html
    pieces, declared, end = [], False, 0
    for tag in _MARKUP.finditer(html):
        pieces += [html[end : tag.start()]] if declared else _spans(html[end : tag.start()])
        pieces.append(tag[0])
        declared, end = bool(_DECLARED.search(tag[0])), tag.end()
    return "".join([*pieces, *_spans(html[end:])])


def _spans(text: str) -> list[str]:
    return [f'<span lang="{language}">{piece}</span>' if language else piece for piece, language in passages(text)]


class MarkLanguages(SphinxPostTransform):
    """Marks what authors wrote in other scripts, as ``marked`` does for what templates make."""

    default_priority = 900  # after citations and references are text

    def run(self, **_options) -> None:
        for text in list(self.document.findall(nodes.Text)):
            if isinstance(text.parent, (nodes.FixedTextElement, nodes.raw)) or not _FOREIGN.search(text):
                continue
            made = [nodes.inline(piece, piece, classes=[f"language-{language}"]) if language else nodes.Text(piece) for piece, language in passages(text)]
            text.parent.replace(text, made)


def setup(app: Sphinx) -> None:
    app.add_post_transform(MarkLanguages)
