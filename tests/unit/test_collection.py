"""No test is left out unseen: pytest passes over folders of some names, such as "build"."""

from __future__ import annotations

import re
import subprocess
import sys
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


SKIPPED = """
import pytest

@pytest.mark.parametrize("case", [])
def test_without_a_case(case):
    ...

@pytest.mark.skip(reason="slow")
def test_that_is_marked():
    ...

def test_that_gives_up():
    pytest.skip("no browser")
"""


def test_a_test_that_is_skipped_or_has_no_case_fails(tmp_path):
    (tmp_path / "test_it.py").write_text(SKIPPED, encoding="utf-8")
    (tmp_path / "conftest.py").write_text(
        "from tests.conftest import pytest_runtest_makereport\n", encoding="utf-8"
    )
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path]
        + [tmp_path / "test_it.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 2 errors" in run.stdout, run.stdout
    reasons = re.findall(r"did not run: (?:Skipped: )?(\w+ \w+|slow)", run.stdout)
    assert sorted(set(reasons)) == ["got empty", "no browser", "slow"], run.stdout
