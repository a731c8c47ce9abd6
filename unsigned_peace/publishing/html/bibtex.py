"""Entries in BibTeX.

Of the sources, for ``{cite}``; of chapters and the dataset, for readers to copy.
"""

from __future__ import annotations

import re


def entry(kind: str, key: str, fields: dict[str, str]) -> str:
    """An entry, its fields in order, without those that are empty.

    Text as TeX takes it, an address as it is.

    A name in braces of its own (``{...}``) stays one name: BibTeX takes it apart otherwise.
    """
    lines = [
        f"  {name} = {{{value if name == 'url' else _escaped(_in_capitals(name, value))}}}"
        for name, value in fields.items()
        if value
    ]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"


def _in_capitals(name: str, text: str) -> str:
    """A title with braces around what has capitals: BibTeX's styles would take them away.

    The first letter stays by itself; a title in braces is whole already.
    """
    if name not in ("title", "booktitle") or text.startswith("{"):
        return text
    first, *others = text.split(" ")
    words = [first if first == first.capitalize() else _braced(first), *map(_braced, others)]
    return " ".join(words)


def _braced(word: str) -> str:
    return re.sub(r"\w[\w'’-]*", lambda found: _kept(found[0]), word)


def _kept(word: str) -> str:
    return f"{{{word}}}" if word != word.lower() else word


def _escaped(text: str) -> str:
    return re.sub(r"([&%#$_])", r"\\\1", text)


def plain(text: str) -> str:
    """A text from data without the signs by which BibTeX groups."""
    return text.replace("\\", "").replace("{", "(").replace("}", ")")
