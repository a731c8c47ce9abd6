"""What the site is made from, and what of it Sphinx follows page by page.

Imports nothing of Sphinx, so that it is known at once whether there is anything to do.
"""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from unsigned_peace import dataset
from unsigned_peace.files import file_digest, files_in
from unsigned_peace.live import runtime
from unsigned_peace.paths import ROOT

#: All that the site is made from; what a page includes from elsewhere is added as Sphinx
#: reports it.
SOURCES = (
    "book",
    "editions",
    "data",
    "unsigned_peace",
    "tests/outputs",
    "tests/pages/addresses.txt",
    "bench/results.json",
    "_config.yml",
    "_toc.yml",
    "pyproject.toml",
    "requirements.txt",
    "LICENSE",
    "CITATION.cff",
    "CHANGELOG.md",
)


def made_from(included: Iterable[str] = ()) -> dict[str, str]:
    """What a site built now would be made from.

    Each file with its digest, each setting with its value.

    ``included`` are files that pages include from outside of ``SOURCES``.
    """
    files = {
        path: path.relative_to(ROOT).as_posix()
        for name in (*SOURCES, *included)
        for path in files_in(ROOT / name)
    }
    if (data := dataset.data_folder()) != ROOT / "data":
        files |= {
            path: f"data elsewhere/{path.relative_to(data).as_posix()}" for path in files_in(data)
        }
    installed = sorted(
        path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    )
    runtime_of_pages = runtime.prepared()
    settings = {
        "Python": sys.version,
        "packages": installed,
        "runtime of pages": runtime_of_pages["files"] if runtime_of_pages else None,
        "assignments with pages": runtime.assignments(),
    }
    return {name: file_digest(path) for path, name in files.items()} | {
        f"({name})": json.dumps(value, sort_keys=True) for name, value in settings.items()
    }


def followed(name: str) -> bool:
    """Whether a change of this source reaches only the pages that depend on it.

    Sources are cited by every chapter.
    """
    return (
        name.startswith(("book/captions/", "tests/outputs/"))
        or (name.startswith(("book/", "editions/")) and name.endswith((".md", "words.yaml")))
        or (name.startswith("editions/") and "/captions/" in name)
        or (name.startswith("data/") and name.endswith(".csv") and name != "data/sources.csv")
    )
