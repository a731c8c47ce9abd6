"""Entries in BibTeX: of the sources, for ``{cite}``; of chapters and the dataset, for readers to copy."""

from __future__ import annotations

import re


def entry(kind: str, key: str, fields: dict[str, str]) -> str:
    """An entry, its fields in order, without those that are empty; text as TeX takes it, an address as it is.

    A name in braces of its own (``{...}``) stays one name: BibTeX takes it apart otherwise.
    """
    lines = [f"  {name} = {{{value if name == 'url' else _escaped(value)}}}" for name, value in fields.items() if value]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"


def _escaped(text: str) -> str:
    return re.sub(r"([&%#$_])", r"\\\1", text)


def plain(text: str) -> str:
    """A text from data without the signs by which BibTeX groups."""
    return text.replace("\\", "").replace("{", "(").replace("}", ")")
