"""The locks: one for everything, and parts of it for who needs less."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from scripts.repeat_without_extras import repeated

ROOT = Path(__file__).resolve().parents[2]
_ENTRY = re.compile(
    r"^(?P<name>[A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(?P<rest>.*?)(?=^[A-Za-z0-9]|\Z)",
    re.MULTILINE | re.DOTALL,
)


def _same(name: str) -> str:
    """A package's name as the index knows it, however it is written."""
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(name: str) -> set[tuple[str, str]]:
    """Each package of a lock with its version, marker and hashes."""
    return {
        (match["name"], match["rest"])
        for match in _ENTRY.finditer((ROOT / name).read_text(encoding="utf-8"))
    }


def test_what_chapters_need_is_locked_as_in_the_whole():
    part, whole = entries("requirements-chapters.txt"), entries("requirements.txt")
    assert 60 < len(part) < len(whole)
    assert {name for name, _ in part} <= {name for name, _ in whole}
    versions = {(name, rest.split()[0]) for name, rest in whole}
    assert {(name, rest.split()[0]) for name, rest in part} <= versions
    hashes = {name: set(re.findall(r"sha256:\w+", rest)) for name, rest in whole}
    assert all(
        set(re.findall(r"sha256:\w+", rest)) <= hashes[name]
        for name, rest in part
        if [n for n, _ in whole].count(name) == 1
    )


def test_the_locks_have_every_package_that_the_project_names():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [
        *project["project"]["dependencies"],
        *(one for group in project["dependency-groups"].values() for one in group),
    ]
    locked = {_same(name) for name, _ in entries("requirements.txt")}
    assert {_same(re.match(r"[A-Za-z0-9_.-]+", one)[0]) for one in named} <= locked


def test_no_lock_says_where_packages_come_from():
    for lock in ROOT.glob("requirements*.txt"):
        assert "://" not in lock.read_text(encoding="utf-8"), lock.name


@pytest.mark.parametrize(
    "lock", ["requirements.txt", "requirements-chapters.txt", "hub/requirements.txt"]
)
def test_what_is_asked_for_with_extras_is_asked_for_without_too(lock):
    """The pip of Python 3.11 asks for a hash of both; `make lock` writes both."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    with_extras = re.findall(r"^([\w.-]+)\[[^\]]*\](==\S+)", text, re.MULTILINE)
    assert ("bleach", "==") in [(name, version[:2]) for name, version in with_extras]
    assert [
        name + version for name, version in with_extras if f"\n{name}{version}" not in text
    ] == []
    once = re.sub(r"(?m)^(bleach)(==(?:.*\\\n)*.*\n)", "", text)
    assert "\nbleach==" not in once and "\nbleach==" in repeated(once)


def _lower_bounds() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [
        *project["project"]["dependencies"],
        *(one for group in project["dependency-groups"].values() for one in group),
    ]
    return {
        _same(match[1]): match[2]
        for one in named
        if (match := re.match(r"([\w.-]+)(?:\[[^\]]*\])?>=([\d.]+)", one))
    }


def test_lower_bounds_are_versions_that_the_tests_run_on():
    """Of each package the series that is locked, and nothing older, which no test has seen."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    locked: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)(?:\[.*\])?==([\w.]+)", text, re.MULTILINE):
        locked.setdefault(_same(name), set()).add(version)
    bounds = _lower_bounds()
    assert len(bounds) > 25
    untried = {
        name: (bound, locked[name])
        for name, bound in bounds.items()
        if not any(f"{version}.".startswith(f"{bound}.") for version in locked[name])
    }
    assert untried == {}, "raise these bounds in pyproject.toml to the series that is locked"
