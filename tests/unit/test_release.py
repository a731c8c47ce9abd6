"""A release is made from a tested commit and nothing else, the same to the byte each time."""

from __future__ import annotations

import json
import subprocess

import pytest
import yaml

from unsigned_peace import __version__
from unsigned_peace.files import folder_digest
from unsigned_peace.paths import CHAPTERS, ROOT
from unsigned_peace.public import release
from unsigned_peace.publishing.frame.redirects import declared

CHANGES = f"# What changed\n\n## {__version__} (2026-11-22)\n\n- All.\n\n## 0.0.1 (2026-01-01)\n"
#: Of what Zenodo's deposit schema names, what this project says: https://developers.zenodo.org/.
ZENODO = {
    "title": str,
    "description": str,
    "upload_type": ("dataset",),
    "access_right": ("open",),
    "license": ("cc-by-4.0",),
    "creators": list,
    "keywords": list,
    "notes": str,
}


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A small checkout with one commit, tested, and a public folder to release."""
    root = tmp_path / "book"
    root.mkdir()
    (root / ".gitignore").write_text("_build\n", encoding="utf-8")
    (root / "page.md").write_text("A page.\n", encoding="utf-8")
    monkeypatch.setattr(release, "ROOT", root)
    monkeypatch.setattr(release, "TESTED", root / "_build" / "tested")
    monkeypatch.setattr(release, "FOLDER", root / "_build" / "release")
    git(root, "init", "-q")
    commit(root)
    downloads = root / "_build" / "public" / "downloads"
    downloads.mkdir(parents=True)
    for name in ("the-unsigned-peace.pdf", "the-unsigned-peace.epub"):
        (downloads / name).write_bytes(name.encode())
    for name in ("unsigned-peace-data.zip", "unsigned-peace-data.xlsx"):
        (downloads / name).write_bytes(name.encode())
    release.note_tested()
    return root


def git(root, *arguments):
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


def commit(root):
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "A state")


def test_a_tested_commit_may_be_released(checkout):
    assert release.faults(CHANGES) == []


def test_a_changed_state_is_neither_tested_nor_released(checkout):
    (checkout / "page.md").write_text("Another page.\n", encoding="utf-8")
    assert release.faults(CHANGES) == ["not committed: page.md"]
    release.note_tested()
    assert "was not tested here: run make test" in release.faults(CHANGES)[1]


def test_another_commit_than_the_tested_one_is_not_released(checkout):
    (checkout / "page.md").write_text("Another page.\n", encoding="utf-8")
    commit(checkout)
    (fault,) = release.faults(CHANGES)
    assert "was not tested here: run make test" in fault


def test_a_version_is_released_once_and_says_what_changed(checkout):
    git(checkout, "tag", release.TAG)
    assert release.faults(CHANGES) == []
    (checkout / "page.md").write_text("Another page.\n", encoding="utf-8")
    commit(checkout)
    release.note_tested()
    waiting = CHANGES.replace("## ", "## Not yet released\n\n- More.\n\n## ", 1)
    first, second = release.faults(waiting)
    assert "begins with 'Not yet released'" in first and "is released once" in second


def test_a_release_made_twice_is_the_same_to_the_byte(checkout):
    public = checkout / "_build" / "public"
    folder = release.make(CHANGES, public)
    before = folder_digest(folder)
    assert folder_digest(release.make(CHANGES, public)) == before
    names = {path.name for path in folder.iterdir()}
    assert {
        "CHANGES.md",
        "SHA256SUMS",
        f"the-unsigned-peace-{__version__}.pdf",
        f"unsigned-peace-data-{__version__}.zip",
        f"unsigned-peace-{__version__}-source.zip",
        f"unsigned-peace-site-{__version__}.zip",
        f"unsigned_peace-{__version__}-py3-none-any.whl",
        f"unsigned_peace-{__version__}.tar.gz",
    } <= names
    assert (folder / "CHANGES.md").read_text(encoding="utf-8") == "- All.\n"
    sums = (folder / "SHA256SUMS").read_text(encoding="utf-8")
    assert {line.split("  ")[1] for line in sums.splitlines()} == names - {"SHA256SUMS"}


def test_the_place_of_what_is_not_yet_released_leads_on_once_it_is():
    """It was published, and each release takes its heading away; no build may stop for that."""
    assert "book/changes.html#not-yet-released" in declared(CHAPTERS / "redirects.yml")


def test_both_files_for_citation_say_the_same():
    zenodo = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    assert zenodo.keys() == ZENODO.keys()
    for name, expected in ZENODO.items():
        if isinstance(expected, tuple):
            assert zenodo[name] in expected, name
        else:
            assert isinstance(zenodo[name], expected) and zenodo[name], name
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert zenodo["title"] == cited["title"] and zenodo["keywords"] == cited["keywords"]
    assert zenodo["license"] == cited["license"].lower() and cited["type"] == "dataset"
    assert [one["name"] for one in zenodo["creators"]] == [one["name"] for one in cited["authors"]]
