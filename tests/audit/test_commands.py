"""A fresh copy prepares itself wherever it lies, for whoever it is: with a network, in minutes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.building.test_commands import HARD, works
from tests.conftest import ROOT
from tests.coursework.outside import as_ordinary_user

STRICT = ["sh", "-c", 'umask 077 && exec "$@"', "sh"]


@pytest.mark.parametrize(
    "before", [[], [*as_ordinary_user(), *STRICT]], ids=["who runs the tests", "an ordinary user"]
)
def test_a_fresh_copy_prepares_itself_and_builds_the_book(before):
    """The ordinary user's files are readable to nobody else."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o777)
        folder = Path(place, HARD)
        archive = subprocess.run(
            ["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True
        ).stdout
        subprocess.run([*before, "mkdir", folder], check=True)
        subprocess.run([*before, "tar", "x", "-C", folder], input=archive, check=True)
        python = f"PYTHON={sys.base_prefix}/bin/python3"
        for command in ("check", "book", "lint"):
            said = works(folder, command, python, before=before)
        assert "sound." in said
        again = works(folder, "book", python, before=before)
        assert "Preparing" not in again and "(nothing changed)" in again
        subprocess.run([*before, "rm", "-rf", folder], check=True)
