"""What tests of building share."""

from __future__ import annotations

import shutil

import pytest


@pytest.fixture
def book(built, tmp_path):
    """A copy of the book that a file of tests has built, which a test may change."""
    return shutil.copytree(built, tmp_path / "book")
