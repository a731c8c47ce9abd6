"""Pages of assignments: nothing of keys, hidden tests and listed mistakes is in the site.

Neither in its pages, nor in what runs in them, nor in what searches them.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator

from tests.visits import SITE
from unsigned_peace.coursework.assignments import paths, read
from unsigned_peace.live import runtime
from unsigned_peace.notebooks.source import chapters

_TEXT = {".html", ".js", ".json", ".ipynb", ".csv", ".txt", ".svg", ".xml", ".css", ".py", ".md"}


def _lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if len(line.strip()) > 40}


def _secrets() -> set[str]:
    """Lines of code that students must not get, and that stand nowhere else."""
    secret: set[str] = set()
    given: set[str] = set()
    for path in paths():
        assignment = read(path)
        source = path.read_text(encoding="utf-8")
        for part in re.findall(
            r"### BEGIN (?:SOLUTION|HIDDEN TESTS)\n(.*?)### END", source, re.DOTALL
        ):
            secret |= _lines(part)
        for wrong in assignment.mistakes.values():
            for entry in wrong:
                secret |= _lines(entry["answer"]) | _lines(str(entry.get("misconception", "")))
        for cell in assignment.release.cells:
            given |= _lines(cell.source)
    for path in chapters():
        given |= _lines(path.read_text(encoding="utf-8"))
    return secret - given


def _texts() -> Iterator[tuple[str, str]]:
    """All that the site says: its files, and the files in what runs in its pages."""
    for path in sorted(SITE.rglob("*")):
        name = path.relative_to(SITE).as_posix()
        if path.suffix in _TEXT:
            yield name, path.read_text(encoding="utf-8", errors="replace")
        elif path.suffix in (".whl", ".zip") or "unsigned_peace" in path.name:
            content = path.read_bytes()
            if path.suffix == ".packed":
                content = gzip.decompress(content)
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                for inside in package.namelist():
                    if "." + inside.rpartition(".")[2] in _TEXT:
                        yield f"{name}/{inside}", package.read(inside).decode("utf-8", "replace")


def test_no_key_no_hidden_test_and_no_listed_mistake_is_in_the_site():
    secrets = _secrets()
    assert len(secrets) > 200
    # each as code, and as it stands in JSON and in HTML
    written = {
        form
        for line in secrets
        for form in (line, json.dumps(line)[1:-1], line.replace("&", "&amp;").replace("<", "&lt;"))
    }
    found = {}
    for name, text in _texts():
        lines = {line.strip() for line in re.split(r"\n|\\n|&#10;", text)}
        if told := lines & written:
            found[name] = min(told)
    assert found == {}


def test_each_assignment_has_a_page_where_the_runtime_is_prepared_and_none_elsewhere():
    pages = {path.stem for path in (SITE / "coursework").glob("*.html")}
    assert pages == set(runtime.assignments())
    for stem in pages:
        chapter = (SITE / "book" / f"{stem}.html").read_text(encoding="utf-8")
        assert f'href="../coursework/{stem}.html"' in chapter
