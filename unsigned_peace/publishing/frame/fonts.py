"""The letters of pages: the fonts that a site ships, and the style that names them.

A page asks for them in its head and shows them from its first letter on, or not at all: where they
come too late its letters are the system's, and the next page has them. Exchanged when they come
(``swap``), lines broke elsewhere though the system's letters were made as wide on the whole: of
forty-eight views, sixteen pages at three widths, thirteen had a layout shift above 0.01, one 0.15.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from unsigned_peace.files import file_digest

FOLDER = Path(__file__).with_name("fonts")
#: The terms of the fonts, beside them wherever they are.
TERMS = FOLDER / "OFL.txt"
#: What a page has where words are slanted.
_SLANTED = re.compile(r"<(?:em|i|cite)\b|exhibit-caution|timeline-differ|font-style=\"italic\"")


class FontError(Exception):
    """A font is not what was taken in; the message names the file."""


@cache
def _settings() -> dict:
    return tomllib.loads((FOLDER / "fonts.toml").read_text(encoding="utf-8"))


def _faces(language: str) -> list[tuple[dict, Path, str]]:
    """The faces of pages in a language: family, slant and weight; the file; its range of signs.

    None where a reader's system has better.
    """
    settings = _settings()
    return [
        (face, FOLDER / face["file"].format(script=script), letters["range"])
        for script, letters in settings["scripts"].items()
        for face in settings["face"]
        if language in letters["languages"]
    ]


def files(language: str) -> list[Path]:
    """The fonts that pages in a language are set in.

    Raises ``FontError`` if one is not, to the byte, as its makers publish it.
    """
    found = [path for _, path, _ in _faces(language)]
    for path in found:
        if file_digest(path) != _settings()["sha256"][path.name]:
            raise FontError(f"{path.name} is not the file whose SHA-256 fonts.toml has")
    return found


def ahead(language: str, body: str) -> list[str]:
    """The fonts that a page asks for in its head: the slanted where it has such words."""
    slanted = bool(_SLANTED.search(body))
    return [path.name for face, path, _ in _faces(language) if slanted or face["style"] == "normal"]


def style(language: str) -> str:
    """The faces of pages in a language, as the style names them."""
    return "".join(
        f'@font-face{{font-family:"{face["family"]}";font-style:{face["style"]};'
        f"font-weight:{face['weight']};font-display:optional;"
        f'src:url("fonts/{path.name}") format("woff2");unicode-range:{signs}}}\n'
        for face, path, signs in _faces(language)
    )
