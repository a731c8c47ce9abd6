"""The page that a server shows when an address leads nowhere (``404.html``).

It is shown at any depth, so its links start from the site's first folder. Where that is served, the
site's address says; where the address is not known, or another, the page looks for it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from hashlib import sha256
from html import escape

from sphinx.application import Sphinx

from unsigned_peace.publishing.frame.address import site_root
from unsigned_peace.publishing.frame.pages import ASSETS, POLICY

NAME = "404"


def _page(app: Sphinx) -> Iterator[tuple[str, dict, str]]:
    """The page, in the frame of all others; its one script stands in it, known by its digest."""
    script = (ASSETS / "not-found.js").read_text(encoding="utf-8")
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    root = escape(site_root(app.config.html_baseurl))
    policy = POLICY.replace("base-uri 'none'", "base-uri 'self'")
    context = {
        "metatags": f'<base href="{root}">\n<script>{script}</script>\n'
        '<meta name="robots" content="noindex">\n',
        "policy": policy.replace("script-src", f"script-src 'sha256-{digest}'"),
        "pageurl": None,
    }
    yield NAME, context, "404.html"


def setup(app: Sphinx) -> None:
    app.connect("html-collect-pages", _page)
