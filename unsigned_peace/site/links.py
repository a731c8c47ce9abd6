"""Finds links of a built site that lead nowhere, and addresses that stand for two places.

A link can lead to a missing page, file or anchor.
"""

from __future__ import annotations

import os
import re
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: A start tag with its attributes; comments and the text of scripts and styles are passed over.
_TAG = re.compile(
    r"<!--.*?-->|<(script|style)\b([^>]*)>.*?</\1\s*>|"
    r"""<([a-zA-Z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^'">])*)>""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"""(?<![^\s"'/])(id|name|href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)


class _Page:
    """The anchors of a page, and its links with their positions in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.anchors: set[str] = set()
        self.twice: list[tuple[int, str]] = []
        self.links: list[tuple[int, str]] = []
        for match in _TAG.finditer(text):
            tag = (match[1] or match[3] or "").lower()
            for attribute in _ATTRIBUTE.finditer(match[2] or match[4] or ""):
                name, value = (
                    attribute[1].lower(),
                    unescape(attribute[2] or attribute[3] or attribute[4] or ""),
                )
                if name == "id" and value in self.anchors:
                    self.twice.append((match.start(), value))
                if name == "id" or (name == "name" and tag == "a"):
                    self.anchors.add(value)
                elif name in ("href", "src") and tag != "base":
                    self.links.append((match.start(), value))

    def line(self, position: int) -> int:
        return self.text.count("\n", 0, position) + 1


def links_of(text: str) -> list[str]:
    """The addresses that a page leads to or loads, in the order of its text."""
    return [link for _, link in _Page(text).links]


def broken_links(site: Path) -> list[str]:
    """A line for each internal link without a target, and each address taken twice.

    It gives the page, the line, and the link or address.
    """
    site = site.resolve()
    pages = {
        str(path): _Page(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
        if "_static" not in path.parts
    }

    @cache
    def target_of(folder: str, path: str) -> str | None:
        target = os.path.normpath(os.path.join(folder, unquote(path)))
        if os.path.isdir(target):
            target = os.path.join(target, "index.html")
        return target if os.path.exists(target) else None

    faults = []
    for address, page in pages.items():
        folder = os.path.dirname(address)
        shown = Path(address).relative_to(site)
        faults += [
            f"{shown}:{page.line(position)}: the address #{anchor} is taken twice"
            for position, anchor in page.twice
        ]
        for position, link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link.startswith(("#!", "javascript:")):
                continue
            target = target_of(folder, parts.path) if parts.path else address
            if target is None:
                fault = "leads to no file"
            elif (
                parts.fragment
                and target in pages
                and unquote(parts.fragment) not in pages[target].anchors
            ):
                fault = "leads to no place on that page"
            else:
                continue
            faults.append(f"{shown}:{page.line(position)}: the link {link} {fault}")
    return faults
