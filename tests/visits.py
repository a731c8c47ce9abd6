"""Visits of the built pages.

Which pages there are, and a browser's visit that remembers what went wrong.
"""

from __future__ import annotations

import functools
import re
import time
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, ConsoleMessage, Error, Page

from tests import built
from tests.serving import compressed

SITE = built.site()
PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if "_static" not in path.parts
)
CHART_PAGES = [
    page for page in PAGES if 'class="exhibit chart"' in (SITE / page).read_text(encoding="utf-8")
]
#: Pages of short editions in other languages, each language in its folder.
EDITION_PAGES = [page for page in PAGES if re.match(r"[a-z]{2}/", page)]
#: Pages of the book itself, in any language; the others show the dataset's records.
PROSE_PAGES = [
    page for page in PAGES if page.startswith("book/") and "/records/" not in page
] + EDITION_PAGES


@functools.cache
def _axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def complaints(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe-core finds wrong on a page as it stands, a line each: rule, impact, the element.

    All of its rules, or those named.
    """
    page.evaluate(_axe())
    options = {"resultTypes": ["violations"]} | (
        {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    )
    ask = "options => axe.run(document, options).then(({ violations }) => violations)"
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:200]}"
        for fault in page.evaluate(ask, options)
        for node in fault["nodes"]
    ]


def until(page: Page, expression: str, arg: Any = None, seconds: float = 30) -> None:
    """Waits until an expression is true in a page, or a function of arg is.

    The browser's own way of waiting asks again by eval, which the pages' policy refuses: it passes
    where the first look is late enough and fails where it is not. Each look is sent anew here.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            if page.evaluate(expression, arg):
                return
        except Error as fault:  # the page that was asked has given way to another
            if "context was destroyed" not in str(fault):
                raise
        assert time.monotonic() < end, f"not so within {seconds} seconds: {expression}"
        page.wait_for_timeout(20)


#: From a disk a browser refuses to load fonts ahead, and loads them when they are used.
_FONT_AHEAD = re.compile(r"file:.*/fonts/")


class Visit:
    """A visit of one page that remembers what went wrong."""

    def __init__(self, browser: Browser, address: str, page: str, **options) -> None:
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.requested: list[str] = []
        self.context = browser.new_context(
            **{"viewport": {"width": 1200, "height": 900}, **options}
        )
        self.page: Page = self.context.new_page()
        self.page.on(
            "request",
            lambda request: (
                request.url.startswith((address, "data:", "blob:"))
                or self.outside.append(request.url)
            ),
        )
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "response",
            lambda response: (
                response.status >= 400 and self.errors.append(f"{response.status} {response.url}")
            ),
        )
        self.address = address
        self.page.goto(f"{address}/{page}", wait_until="load")

    def _note(self, message: ConsoleMessage) -> None:
        about = f"{message.location.get('url', '')} {message.text}"
        if message.type == "error" and not _FONT_AHEAD.search(about):
            self.errors.append(message.text)

    def weight(self) -> int:
        """Bytes of all but fonts that the page has loaded until now, as a web host sends it."""
        return sum(len(compressed(SITE / path)) for path in self._loaded() - self.fonts())

    def fonts(self) -> set[str]:
        """The fonts that the page has loaded until now; they are compressed in themselves."""
        return {path for path in self._loaded() if path.endswith(".woff2")}

    def _loaded(self) -> set[str]:
        return {
            url.removeprefix(f"{self.address}/").split("?")[0].split("#")[0]
            for url in self.requested
            if url.startswith(self.address)
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem) -> None:
        self.context.close()
