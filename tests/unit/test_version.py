"""The version stands in the package; what must carry a copy of it agrees."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from unsigned_peace import __version__

ROOT = Path(__file__).resolve().parents[2]


def test_every_copy_of_the_version_agrees():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    descriptor = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    released = re.search(
        r"^## (\d+\.\d+\.\d+) \(([\d-]+)\)",
        (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert (citation["version"], descriptor["version"], released[1]) == (__version__,) * 3
    assert str(citation["date-released"]) == released[2]
