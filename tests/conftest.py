"""What all tests share: the places of the project, the built site, served, and a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import WHAT_TO_DO, find
from tests.serving import served

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def site() -> Path:
    """The built book; `make test` builds it first."""
    built = ROOT / "_build" / "html"
    assert (built / "index.html").exists(), "the book is not built: run `make book` first"
    return built


@pytest.fixture(scope="session")
def address(site):
    """The address of the built book, served as a web host does."""
    with served(site) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """A Chromium that asks nobody for anything by itself."""
    from playwright.sync_api import sync_playwright

    path = find()
    assert path, WHAT_TO_DO
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=quiet)
        yield browser
        browser.close()
