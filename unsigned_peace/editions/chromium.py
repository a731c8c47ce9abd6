"""The Chromium of this machine: it prints the book, and tests visit its pages with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: It asks nobody for anything by itself.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """The path of a Chromium or Chrome, or None. ``CHROMIUM`` in the environment comes first."""
    return os.environ.get("CHROMIUM") or next(
        (path for name in NAMES if (path := shutil.which(name))), None
    )


@contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium without window. Raises ``FileNotFoundError`` if there is none."""
    path = find()
    if path is None:
        raise FileNotFoundError(
            "Chromium is needed: `make setup` installs it as root; "
            "else ask for your system's package "
            "(Debian, Ubuntu: `apt-get install chromium`)"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()
