"""Faults of authors: each one stops the build with a line that names the place, and the last good book stays."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from tests.conftest import ROOT

CHAPTER = """---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---
# A small chapter

```{code-cell} python
import altair as alt
from unsigned_peace import load
from unsigned_peace.charts import figure
places = load("places")
count = len(places)
```

There are {eval}`count` places. {cite}`SOURCE`

```{code-cell} python
chart = alt.Chart(places[["lat", "lon"]]).mark_point().encode(x="lon:Q", y="lat:Q")
figure(chart, "places", "The places lie apart", "Points by longitude and latitude, one for each place.", places)
```
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with one small chapter, built once."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("unsigned_peace", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "requirements.txt", "LICENSE", "CITATION.cff"):
        shutil.copy(ROOT / name, folder)
    (folder / "book" / "records").mkdir(parents=True)
    for table in ("sources", "places"):
        (folder / "book" / "records" / f"{table}.md").write_text(f"# {table}\n\n" + records_of(table), encoding="utf-8")
    (folder / "book" / "bibliography.md").write_text("# Works cited\n\n```{bibliography}\n```\n", encoding="utf-8")
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nchapters:\n- file: book/bibliography\n- file: book/records/sources\n- file: book/records/places\n", encoding="utf-8"
    )
    shutil.copy(ROOT / "book" / "favicon.svg", folder / "book")
    only_places(folder)
    write(folder, CHAPTER)
    status, output = make(folder)
    assert status == 0, output
    return folder


def records_of(table):
    return f"```{{records}} {table}\n```\n"


def only_places(folder):
    """Leaves two tables, places and the sources that they cite: enough for a small book."""
    package = json.loads((folder / "data" / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [entry for entry in package["resources"] if entry["name"] in ("sources", "places")]
    (folder / "data" / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    places = pd.read_csv(folder / "data" / "places.csv", dtype=str, keep_default_na=False)
    places[["note", "accounts_differ"]] = ""  # they point to records of other tables
    sources = pd.read_csv(folder / "data" / "sources.csv", dtype=str, keep_default_na=False)
    sources = sources[sources["source_id"].isin(set("; ".join(places["sources"]).split("; ")))]
    for path in (folder / "data").glob("*.csv"):
        path.unlink()
    places.to_csv(folder / "data" / "places.csv", index=False, lineterminator="\n")
    sources.to_csv(folder / "data" / "sources.csv", index=False, lineterminator="\n")


def write(folder, chapter):
    """Writes the chapter, its citation that of the first source there is."""
    known = (folder / "data" / "sources.csv").read_text(encoding="utf-8").splitlines()[1].split(",", 1)[0]
    (folder / "book" / "index.md").write_text(chapter.replace("SOURCE", known), encoding="utf-8")


def make(folder):
    """What `make book` runs, in the copy: status and all that was printed."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run([sys.executable, "-m", "unsigned_peace"], cwd=folder, env=environment, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


FAULTS = {
    "a cell that raises": ("count = len(places)", "count = len(place)", "book/index.md:10: cell 1: NameError: name 'place' is not defined"),
    "a figure without value": ("{eval}`count`", "{eval}`counts`", "book/index.md:17: prose: the figure {eval}`counts` has no value"),
    "a chart without description": ('"Points by longitude and latitude, one for each place."', '""', 'book/index.md:20: cell 2: ValueError: "places" has no description'),
    "a chart that is no figure": ("figure(chart, ", "chart or (", "book/index.md:21: WARNING: a chart without description and sources"),
    "a dangling citation": ("{cite}`SOURCE`", "{cite}`nobody2020`", "book/index.md:17: WARNING: could not find bibtex key"),
    "a dangling record": ("{cite}`SOURCE`", "{record}`places:atlantis`", "book/index.md:17: WARNING: there is no record 'places:atlantis'"),
    "a dangling exhibit": ("{cite}`SOURCE`", "{exhibit}`index:nothing`", "book/index.md:17: WARNING: there is no exhibit 'index:nothing'"),
    "a link to a page that is not there": ("{cite}`SOURCE`", "[more](nowhere.md)", "book/index.md:17: WARNING"),
    "a link to a place that is not there": ("{cite}`SOURCE`", '<a href="bibliography.html#nowhere">more</a>', "book/index.html:"),
    "a picture that is not there": ("{cite}`SOURCE`", "![alt](nowhere.png)", "book/index.md:17: WARNING: image file not readable"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_the_build_with_its_place_and_the_last_good_book_stays(project, fault):
    old, new, expected = FAULTS[fault]
    assert old in CHAPTER
    good = (project / "_build" / "html" / "book" / "index.html").read_bytes()
    write(project, CHAPTER.replace(old, new))
    status, output = make(project)
    assert status == 1
    assert expected in output.replace(str(project) + "/", ""), output
    assert "Traceback" not in output
    assert (project / "_build" / "html" / "book" / "index.html").read_bytes() == good


def test_a_changed_value_changes_the_page(project):
    write(project, CHAPTER)
    assert make(project)[0] == 0
    before = (project / "_build" / "html" / "book" / "index.html").read_text(encoding="utf-8")
    path = project / "data" / "places.csv"
    original = path.read_text(encoding="utf-8")
    lines = original.splitlines(keepends=True)
    key, rest = lines[-1].split(",", 1)
    path.write_text(original + f"{key}-again,{rest}", encoding="utf-8")
    status, output = make(project)
    path.write_text(original, encoding="utf-8")
    assert status == 0, output
    assert "executing book/index.md (changed: table places)" in output
    count = len(lines) - 1
    assert f">{count}</a> places" in before
    assert f">{count + 1}</a> places" in (project / "_build" / "html" / "book" / "index.html").read_text(encoding="utf-8")


def test_a_fault_in_the_data_stops_before_anything_runs(project):
    path = project / "data" / "places.csv"
    original = path.read_text(encoding="utf-8")
    path.write_text(original.replace("island", "isle", 1), encoding="utf-8")
    status, output = make(project)
    path.write_text(original, encoding="utf-8")
    assert status == 1
    assert "data/places.csv:" in output and "executing" not in output
