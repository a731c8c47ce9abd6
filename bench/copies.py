"""Copies of the book to measure: this one, stock jupyter-book's, plain Sphinx's, and grown ones.

The content is the same in all: the pages, the data, the directives that make pages of the data, and
the drawing of charts. What the others do not get is this book's own execution, reader of executed
chapters, kept drawings and search stems, and its checks. Editions in other languages, which none
of the others could build, are left out of all.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from operator import itemgetter
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from unsigned_peace import dataset, paths
from unsigned_peace.notebooks import record, source
from unsigned_peace.publishing import made_from

ROOT = paths.ROOT
_PLACE = re.compile(r"(?m)^\(([\w-]+)\)=$")
#: What a clone that builds the book has: what the site is made from, and what pages tell of.
_PARTS = (*made_from.SOURCES, "bench", "coursework")

#: The extension of the copies built by others: this book's directives and its way to show outputs,
#: none of its speed, its checks, its notebooks to take away (made from executed chapters) and its
#: editions in other languages.
_CONTENT = """
from unsigned_peace import paths, publishing
from unsigned_peace.publishing.charts import drawing

OWN = {"executed", "take_away", "incremental", "search", "lint", "page_lint", "across", "beside"}


def setup(app):
    drawing._kept = lambda kind, made_from, make: make()
    paths.EXECUTED = paths.REFERENCE  # pages for teachers name exhibits by their computed titles
    for part in publishing.parts():
        if part.__name__.rpartition(".")[2] not in OWN:
            part.setup(app)
"""


def copy(folder: Path) -> Path:
    """This book as a fresh clone has it, with its executed outputs."""
    for name in _PARTS:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            left_out = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
            shutil.copytree(source, target, ignore=left_out, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)
    return folder


def english(folder: Path) -> Path:
    """The same without editions in other languages."""
    shutil.rmtree(copy(folder) / "editions")
    return folder


def _config(folder: Path) -> dict:
    config = yaml.safe_load((folder / "_config.yml").read_text(encoding="utf-8"))
    settings = config["sphinx"]["config"]
    settings["extensions"] = [
        "content" if name == "unsigned_peace.publishing" else name
        for name in settings["extensions"]
    ]
    del settings["nb_custom_formats"]
    (folder / "content.py").write_text(_CONTENT, encoding="utf-8")
    return config


def stock(folder: Path) -> Path:
    """The book as stock jupyter-book builds it, executing all chapters."""
    config = _config(english(folder))
    for path in source.chapters(folder / "book"):
        # figures in prose are in the text already: `force` cannot compute them
        path.write_text(
            _with_figures(path.read_text(encoding="utf-8"), _executed(path)), encoding="utf-8"
        )
    config["execute"]["execute_notebooks"] = "force"
    (folder / "_config.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return folder


def plain(folder: Path) -> Path:
    """The book as plain Sphinx builds it.

    Chapters are notebooks that hold their outputs, nothing is executed.
    """
    from jupyter_book.config import get_final_config

    config_file = folder / "_config.yml"
    config = _config(english(folder))
    config_file.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    settings, _ = get_final_config(
        user_yaml=config_file,
        sourcedir=folder,
        cli_config={"external_toc_path": "_toc.yml", "latex_individualpages": False},
        use_external_toc=True,
    )
    chapters = source.chapters(folder / "book")
    # read by pages that tell of chapters, and not by Sphinx
    settings["exclude_patterns"] += [f"book/{path.name}" for path in chapters]
    (folder / "conf.py").write_text(
        "".join(f"{name} = {value!r}\n" for name, value in sorted(settings.items())),
        encoding="utf-8",
    )
    for path in chapters:
        _write_executed(path)
    names = "|".join(path.stem for path in chapters)
    for path in (folder / "book").rglob("*"):
        if path.suffix == ".ipynb" or path.suffix == ".md" and path not in chapters:
            way = "" if path.parent == folder / "book" else r"\.\./"
            links = re.compile(rf"\(({way}(?:{names}))\.md\b")
            path.write_text(
                links.sub(r"(\1.ipynb", path.read_text(encoding="utf-8")), encoding="utf-8"
            )
    return folder


def _executed(path: Path) -> NotebookNode:
    return record.load_executed(paths.REFERENCE / f"{path.stem}.ipynb")


def _with_figures(prose: str, executed: NotebookNode) -> str:
    """Prose with its figures as text."""
    figures = [
        figure for cell in executed.cells for figure in cell.metadata.get("user_expressions", [])
    ]
    shown: dict[str, str] = {
        figure["expression"]: figure["result"]["data"]["text/plain"] for figure in figures
    }
    return re.sub(r"\{eval\}`([^`]+)`", lambda match: shown.get(match[1]) or match[1], prose)


def _write_executed(path: Path) -> None:
    """Writes a chapter as a notebook that holds its outputs."""
    chapter, executed = source.read(path.read_text(encoding="utf-8")), _executed(path)
    code = [cell for cell in chapter.cells if cell.cell_type == "code"]
    for cell, run in zip(code, (cell for cell in executed.cells if cell.cell_type == "code")):
        cell["outputs"], cell["execution_count"] = run.outputs, run.execution_count
        cell.metadata.setdefault("tags", []).append("hide-input")
    for cell in chapter.cells:
        cell["source"] = _with_figures(cell.source, executed)
    chapter.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python", "pygments_lexer": "ipython3"},
    }
    nbformat.write(chapter, path.with_suffix(".ipynb"))


def touch_prose(path: Path) -> None:
    """A word more in a chapter's first long paragraph (a notebook's or a page's)."""
    word = "Benchmarked. "
    if path.suffix == ".ipynb":
        notebook = nbformat.read(path, as_version=4)
        cell = next(
            cell
            for cell in notebook.cells
            if cell.cell_type == "markdown" and len(cell.source) > 200
        )
        cell.source = re.sub(r"(?m)^(?=[A-Z].{120})", word, cell.source, count=1)
        nbformat.write(notebook, path)
    else:
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(?m)^(?=[A-Z].{120})", word, text, count=1), encoding="utf-8")


def touch_table(folder: Path) -> None:
    """One value changed in the table of disputes, which one chapter reads."""
    path = folder / "data" / "disputes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[-1]["note"] += " Benchmarked."
    _write(path, rows)


def _write(path: Path, rows: list[dict]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def more_chapters(folder: Path, times: int) -> Path:
    """A copy with so many times the chapters, each of them a file of its own that is executed."""
    english(folder)
    toc = yaml.safe_load((folder / "_toc.yml").read_text(encoding="utf-8"))
    names = []
    for path in source.chapters(folder / "book"):
        for number in range(2, times + 1):
            name = f"{path.stem}-{number}"
            text = path.read_text(encoding="utf-8")
            # a place that is named in the text can be in one page alone
            path.with_stem(name).write_text(_PLACE.sub(rf"(\1-{number})=", text), encoding="utf-8")
            for kept in ("{}.ipynb", "inputs/{}.json"):
                shutil.copy(
                    folder / "tests" / "outputs" / kept.format(path.stem),
                    folder / "tests" / "outputs" / kept.format(name),
                )
            names.append({"file": f"book/{name}"})
    if names:
        toc["parts"].append({"caption": "More", "chapters": names})
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")
    return folder


def more_rows(folder: Path, times: int) -> Path:
    """A copy with so many times the rows in the two longest tables of figures.

    Observations and answers to polls.

    What is added belongs to a series and a poll of its own, so that the chapters say what they
    said.
    """
    english(folder)
    if times > 1:
        rows = {
            name: _rows(folder, name)
            for name in ("series", "observations", "polls", "poll_questions", "poll_answers")
        }
        added = {
            "observations": (times - 1) * len(rows["observations"]),
            "poll_answers": (times - 1) * len(rows["poll_answers"]),
        }

        def like(table: str, **changes: str) -> dict:
            first = rows[table][0]
            return {
                **first,
                **{column: "" for column in ("note", "accounts_differ") if column in first},
                **changes,
            }

        series = like("series", series_id="zz-benchmark")
        # identifiers tell dates: of the first observation, a year, and of the first poll, a month
        year, month = rows["observations"][0]["date"][:4], rows["polls"][0]["field_start"][:7]
        benchmark = f"{month}-zz-benchmark"
        observations = [
            like(
                "observations",
                observation_id=f"zz-benchmark-{n:07}-{year}",
                series_id="zz-benchmark",
            )
            for n in range(added["observations"])
        ]
        poll = like("polls", poll_id=benchmark)
        questions = [
            like(
                "poll_questions",
                question_id=f"{benchmark}-{n:07}",
                poll_id=benchmark,
                question_series_id="",
                break_before="",
                incomplete="",
            )
            for n in range(added["poll_answers"] // 2)
        ]
        answers = [
            like(
                "poll_answers",
                answer_id=f"{question['question_id']}-{option}",
                question_id=question["question_id"],
                option=option,
                percent="50",
                parts="",
                role="answer",
            )
            for question in questions
            for option in ("no", "yes")
        ]
        for name, more in {
            "series": [series],
            "observations": observations,
            "polls": [poll],
            "poll_questions": questions,
            "poll_answers": answers,
        }.items():
            by_key = itemgetter(dataset.key(name))
            _write(folder / "data" / f"{name}.csv", sorted(rows[name] + more, key=by_key))
    return folder


def _rows(folder: Path, table: str) -> list[dict]:
    with (folder / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_in(folder: Path) -> int:
    """The rows of all tables of a copy."""
    package = json.loads((folder / "data" / "datapackage.json").read_text(encoding="utf-8"))
    return sum(
        len(_rows(folder, entry["name"]))
        for entry in package["resources"]
        if entry.get("type") == "table"
    )
