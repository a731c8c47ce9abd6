"""The locks: one for everything, and parts of it for who needs less."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(?P<rest>.*?)(?=^[A-Za-z0-9]|\Z)", re.MULTILINE | re.DOTALL)


def _same(name: str) -> str:
    """A package's name as the index knows it, however it is written."""
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(name: str) -> set[tuple[str, str]]:
    """Each package of a lock with its version, marker and hashes."""
    return {(match["name"], match["rest"]) for match in _ENTRY.finditer((ROOT / name).read_text(encoding="utf-8"))}


def test_what_chapters_need_is_locked_as_in_the_whole():
    part, whole = entries("requirements-chapters.txt"), entries("requirements.txt")
    assert 60 < len(part) < len(whole)
    assert {name for name, _ in part} <= {name for name, _ in whole}
    versions = {(name, rest.split()[0]) for name, rest in whole}
    assert {(name, rest.split()[0]) for name, rest in part} <= versions
    hashes = {name: set(re.findall(r"sha256:\w+", rest)) for name, rest in whole}
    assert all(set(re.findall(r"sha256:\w+", rest)) <= hashes[name] for name, rest in part if [n for n, _ in whole].count(name) == 1)


def test_the_locks_have_every_package_that_the_project_names():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [*project["project"]["dependencies"], *(one for group in project["dependency-groups"].values() for one in group)]
    locked = {_same(name) for name, _ in entries("requirements.txt")}
    assert {_same(re.match(r"[A-Za-z0-9_.-]+", one)[0]) for one in named} <= locked


def test_no_lock_says_where_packages_come_from():
    for lock in ROOT.glob("requirements*.txt"):
        assert "://" not in lock.read_text(encoding="utf-8"), lock.name


def test_extras_are_kept_so_that_older_installers_find_what_they_are_asked_for():
    assert "frictionless[json]==" in (ROOT / "requirements.txt").read_text(encoding="utf-8")
