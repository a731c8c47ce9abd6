"""A small book in a folder of its own: two chapters, two tables, built as the real one is."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

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
from unsigned_peace import captions, load
from unsigned_peace.charts import figure
places = load("places")
count = len(places)
```

There are {eval}`count` places. {cite}`SOURCE`

```{code-cell} python
chart = alt.Chart(places[["lat", "lon"]]).mark_point().encode(x="lon:Q", y="lat:Q")
described = "Points by longitude and latitude, one for each place."
figure(chart, captions.load_captions("index", globals())["places"], places)
```
"""

CAPTIONS = """places:
  title: The {eval}`count` places lie apart
  description: "{eval}`described`"
"""

SECOND = """---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---
# A second chapter

Its figure comes from another table. Go back to [the first](index.md).

```{code-cell} python
from unsigned_peace import load
from unsigned_peace.prose import number
sources = number(len(load("sources")))
```

## What it rests on

It rests on {eval}`sources` sources, some of them quixotic.
"""


def make_project(folder: Path) -> None:
    """Writes the small book, not built."""
    for name in ("unsigned_peace", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "pyproject.toml", "requirements.txt", "LICENSE", "CITATION.cff"):
        shutil.copy(ROOT / name, folder)
    (folder / "book" / "records").mkdir(parents=True)
    for table in ("sources", "places"):
        (folder / "book" / "records" / f"{table}.md").write_text(
            f"# {table}\n\n```{{records}} {table}\n```\n", encoding="utf-8"
        )
    (folder / "book" / "bibliography.md").write_text(
        "# Works cited\n\n```{bibliography}\n```\n", encoding="utf-8"
    )
    # chapters link to it
    (folder / "book" / "run-it-yourself.md").write_text("# How to run it\n", encoding="utf-8")
    pages = ("second", "run-it-yourself", "bibliography", "records/sources", "records/places")
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nchapters:\n"
        + "".join(f"- file: book/{page}\n" for page in pages),
        encoding="utf-8",
    )
    shutil.copy(ROOT / "book" / "favicon.svg", folder / "book")
    (folder / "book" / "captions").mkdir()
    (folder / "book" / "captions" / "index.yaml").write_text(CAPTIONS, encoding="utf-8")
    _only_places(folder)
    write(folder, CHAPTER)
    write(folder, SECOND, "second")


def _only_places(folder: Path) -> None:
    """Leaves two tables, places and the sources that they cite: enough for a small book."""
    package = json.loads((folder / "data" / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [
        entry for entry in package["resources"] if entry["name"] in ("sources", "places")
    ]
    (folder / "data" / "datapackage.json").write_text(
        json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    places = pd.read_csv(folder / "data" / "places.csv", dtype=str, keep_default_na=False)
    places[["note", "accounts_differ"]] = ""  # they point to records of other tables
    sources = pd.read_csv(folder / "data" / "sources.csv", dtype=str, keep_default_na=False)
    sources = sources[sources["source_id"].isin(set("; ".join(places["sources"]).split("; ")))]
    for path in (folder / "data").glob("*.csv"):
        path.unlink()
    places.to_csv(folder / "data" / "places.csv", index=False, lineterminator="\n")
    sources.to_csv(folder / "data" / "sources.csv", index=False, lineterminator="\n")


def write(folder: Path, chapter: str, name: str = "index") -> None:
    """Writes a chapter, its citation that of the first source there is."""
    known = (
        (folder / "data" / "sources.csv")
        .read_text(encoding="utf-8")
        .splitlines()[1]
        .split(",", 1)[0]
    )
    (folder / "book" / f"{name}.md").write_text(chapter.replace("SOURCE", known), encoding="utf-8")


def add_place(folder: Path) -> None:
    """One record more in the table that the first chapter reads."""
    path = folder / "data" / "places.csv"
    text = path.read_text(encoding="utf-8")
    key, rest = text.splitlines(keepends=True)[-1].split(",", 1)
    path.write_text(f"{text}{key}-again,{rest}", encoding="utf-8")


def command(folder: Path, *before: str, **settings: str) -> tuple[list[str], dict]:
    """What `make book` runs in a folder, as arguments of ``subprocess``."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        **settings,
    }
    return [*before, sys.executable, "-m", "unsigned_peace"], {
        "cwd": folder,
        "env": environment,
        "text": True,
    }


def make(folder: Path, *before: str, **settings: str) -> tuple[int, str]:
    """Runs `make book` in a folder: status and all that was printed."""
    arguments, options = command(folder, *before, **settings)
    run = subprocess.run(arguments, capture_output=True, check=False, **options)
    return run.returncode, run.stdout + run.stderr


def stock(folder: Path) -> tuple[int, str]:
    """Runs `jupyter-book build .` in a folder: status and all that was printed."""
    _, options = command(folder)
    book = Path(sys.executable).with_name("jupyter-book")
    run = subprocess.run([book, "build", "."], capture_output=True, check=False, **options)
    return run.returncode, run.stdout + run.stderr


def content(folder: Path) -> dict[str, str]:
    """The files of a folder by name, each as its digest."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def clean_site(folder: Path, elsewhere: Path) -> dict[str, str]:
    """The site that a build from nothing gives elsewhere from the same sources.

    Every chapter is executed for it.
    """
    shutil.copytree(folder, elsewhere, ignore=shutil.ignore_patterns("_build", "outputs"))
    status, output = make(elsewhere)
    assert status == 0, output
    return content(elsewhere / "_build" / "html")


#: What differs between the two editions of the small book: title, sentence, title of the chart.
EDITIONS = {
    "ru": (
        "Малая книга",
        (
            "Мест {figure}`index:count; место, места, мест`, всё верно. Ещё {name}`places:tokyo`, "
            "по-английски {english}`Tokyo <second#what-it-rests-on>`, "
            "{record}`запись <places:tokyo>`."
        ),
        "Места лежат порознь: {eval}`count`",
    ),
    "ja": (
        "小さな本",
        "場所は{figure}`index:count; か所`です。{name}`places:tokyo`も。",
        "場所は離れている：{eval}`count`",
    ),
}


def _page(title: str, rests_on: str) -> str:
    return f"# {title}\n\n```{{rests-on}}\n{rests_on}\n```\n\n"


def make_editions(folder: Path) -> None:
    """Gives the small book editions in two languages: a page each with all that a page can say."""
    for code, (title, sentence, caption) in EDITIONS.items():
        edition = folder / "editions" / code
        (edition / "captions").mkdir(parents=True)
        for name, text in {
            "_config.yml": f"title: {title}\nsubtitle: {title}\n",
            "_toc.yml": "format: jb-book\nroot: index\nchapters:\n- file: second\n",
            "words.yaml": "names: {}\n",
            "captions/index.yaml": (
                f"places:\n  title: '{caption}'\n  description: {title}\n"
                "  texts: {lat: a, lon: b}\n"
            ),
            "index.md": f"{_page(title, 'index')}{sentence}\n\n```{{chart}} index:places\n```\n",
            "second.md": f"{_page(f'{title} 2', 'second#what-it-rests-on')}{title}.\n",
        }.items():
            (edition / name).write_text(text, encoding="utf-8")


def make_built(folder: Path, *changes: Callable[[Path], object]) -> Path:
    """A small book in a new folder, changed, built, its executed chapters kept with its sources."""
    folder.mkdir()
    make_project(folder)
    for change in changes:
        change(folder)
    status, output = make(folder)
    assert status == 0, output
    shutil.copytree(folder / "_build" / "executed", folder / "tests" / "outputs")
    assert make(folder)[0] == 0
    return folder
