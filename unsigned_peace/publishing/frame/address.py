"""The one setting of where the book is published: ``html: baseurl`` in ``_config.yml``.

``BOOK_ADDRESS`` in the environment comes before it: a host that knows the address says it there
(``make publish ADDRESS=...``).
"""

from __future__ import annotations

import os
from urllib.parse import urljoin, urlsplit

import yaml
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

from unsigned_peace.paths import ROOT

VARIABLE = "BOOK_ADDRESS"


def from_environment() -> str:
    """The address that the environment gives; empty if it gives none."""
    return os.environ.get(VARIABLE, "").strip()


def checked(setting: str) -> str:
    """An address of a site, ending in a slash; empty if there is none.

    Raises ``ExtensionError`` if it is not the address of a site.
    """
    if not setting:
        return ""
    parts = urlsplit(setting)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ExtensionError(
            f"{setting!r} is not the address of a site, such as https://example.org/book/ "
            f"(html: baseurl in _config.yml, or {VARIABLE} in the environment)"
        )
    return setting if setting.endswith("/") else f"{setting}/"


def site_address() -> str:
    """The address under which the site is published, ending in a slash; empty if not known."""
    said = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8")).get("html") or {}
    return checked(from_environment() or said.get("baseurl") or "")


def address_on_site(config: Config, path: str) -> str:
    """The whole address of a file of the site; empty if the site's own is not known."""
    return urljoin(checked(config.html_baseurl), path) if config.html_baseurl else ""


def site_root(base_address: str) -> str:
    """The path under which the site's first folder is served.

    It is ``/`` unless the site's address says otherwise.
    """
    path = urlsplit(base_address).path
    return path if path.endswith("/") else f"{path}/"


def _settle(_app: Sphinx, config: Config) -> None:
    config.html_baseurl = checked(from_environment() or config.html_baseurl or "")


def setup(app: Sphinx) -> None:
    app.connect("config-inited", _settle)
