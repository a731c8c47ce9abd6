"""No test is left out unseen: pytest passes over folders of some names, such as "build"."""

from __future__ import annotations

from fnmatch import fnmatch

from tests.conftest import LONGEST, ROOT


def test_the_files_that_begin_are_there():
    assert [name for name in LONGEST if not (ROOT / "tests" / name).is_file()] == []


def test_no_folder_of_tests_has_a_name_that_pytest_passes_over(pytestconfig):
    folders = {
        path.parent.relative_to(ROOT)
        for path in (ROOT / "tests").rglob("test_*.py")
        if "node_modules" not in path.parts
    }
    passed_over = [name for name in pytestconfig.getini("norecursedirs") if name != "audit"]
    assert [
        str(folder)
        for folder in folders
        if any(fnmatch(part, pattern) for part in folder.parts for pattern in passed_over)
    ] == []
