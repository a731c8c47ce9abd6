"""Hand-ins that nobody thought of, graded whole: a long search."""

from __future__ import annotations

import csv
import tempfile
import time
from pathlib import Path

from hypothesis import Phase, given, settings

from tests.coursework import fuzz, making, sample
from tests.coursework.test_fuzz import ASSIGNMENT, GIVEN, SHORT, inert_page, rebuilt
from unsigned_peace.coursework import inert
from unsigned_peace.coursework.grading import STATUSES, grade_all
from unsigned_peace.coursework.reports import write_all

#: Seconds in which a class of a handful is graded on a busy machine, whatever is in it.
BOUND = 120


@settings(
    SHORT, max_examples=30, deadline=None, phases=[Phase.generate]
)  # to shrink a class would take longer than to read it
@given(fuzz.folders(GIVEN, sample.STEM))
def test_any_class_is_graded_and_one_of_them_exactly(entries):
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place) / "in", Path(place) / "out"
        fuzz.lay_out(folder, [entry for entry in entries if entry[0][0] != "the key"])
        making.KINDS[0].write(ASSIGNMENT, folder / "the key" / sample.STEM)
        before, began = making.tree(folder), time.monotonic()
        write_all(
            out, grade_all(folder, out, [ASSIGNMENT], progress=lambda text: None), [ASSIGNMENT]
        )
        assert time.monotonic() - began < BOUND
        assert making.tree(folder) == before, "something that was handed in has changed"
        with open(out / "grades.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        key = [row for row in rows if row["student"] == "the key"]
        assert [(row["score"], row["status"]) for row in key] == [("20", "essay waits")]
        assert {row["status"] for row in rows} <= set(STATUSES) - {"failed"}, rows
        assert len({(row["student"], row["assignment"]) for row in rows}) == len(rows)
        values = [value for row in rows for value in row.values()]
        assert not [
            value
            for value in values
            if value[:1] in tuple("=+-@") or any(inert._acts(letter) for letter in value)
        ]
        pages = list((out / "feedback").rglob("*.html"))
        assert len(pages) == sum(row["status"] not in ("missing", "unknown") for row in rows)
        assert all("<script" not in page.read_text(encoding="utf-8").lower() for page in pages)


@settings(SHORT, max_examples=1500)
@given(fuzz.notebooks(GIVEN))
def test_any_notebook_is_refused_or_put_in_order_and_acts_nowhere(data):
    if notebook := rebuilt(data):
        inert_page(notebook)
