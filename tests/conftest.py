"""What all tests share: the places of the project, and the built site."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def site() -> Path:
    """The built book; `make test` builds it first."""
    built = ROOT / "_build" / "html"
    assert (built / "index.html").exists(), "the book is not built: run `make book` first"
    return built
