"""The page that a server shows when an address leads nowhere (``404.html``): it works at any depth, and needs nothing else."""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from sphinx.application import Sphinx
from sphinx.environment.adapters.toctree import global_toctree_for_doc

from unsigned_peace.publishing.frame.pages import ASSETS
from unsigned_peace.publishing.frame.imprint import imprint
from unsigned_peace.publishing.html.templates import render

_NAME = "404"


def site_root(base_address: str) -> str:
    """The path under which the site's first folder is served: ``/`` unless the site's address says otherwise."""
    path = urlsplit(base_address).path
    return path if path.endswith("/") else f"{path}/"


def _write(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    contents = global_toctree_for_doc(app.env, _NAME, app.builder, collapse=True, maxdepth=1, includehidden=True, titles_only=True)
    style = (ASSETS / "404.css").read_text(encoding="utf-8")
    html = render(
        "404.html",
        book=imprint().name,
        root=site_root(app.config.html_baseurl),
        first=app.builder.get_target_uri(app.config.root_doc),
        icon=Path(app.config.html_favicon).name,
        style=style,
        style_digest=base64.b64encode(sha256(style.encode()).digest()).decode(),
        # Sphinx calls the captions headings and does not say of which level
        contents=app.builder.render_partial(contents)["fragment"].replace('role="heading"', 'role="heading" aria-level="3"') if contents else "",
    )
    (Path(app.outdir) / f"{_NAME}.html").write_text(html, encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", _write)
