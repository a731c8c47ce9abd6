"""What a student does on the page of an assignment is what ``make grade`` grades."""

from __future__ import annotations

import json

import pytest

from tests.coursework.making import answered
from tests.running import prepared, press
from tests.visits import Visit
from unsigned_peace.coursework.assignments import paths, read
from unsigned_peace.coursework.grading import grade_all
from unsigned_peace.live import runtime


def test_answers_that_pass_the_checks_and_are_saved_get_their_points(browser, address, tmp_path):
    assert prepared() and runtime.assignments(), "run `make live` and `make book` first"
    assignment = read(paths(["islands"])[0])
    model = [cell.source for cell in answered(assignment).cells if cell.cell_type == "code"]
    given = [cell.source for cell in assignment.release.cells if cell.cell_type == "code"]
    typed = {
        index: {"from": source, "text": answer}
        for index, (source, answer) in enumerate(zip(given, model, strict=True))
        if source != answer
    }
    with Visit(browser, address, "coursework/islands.html", accept_downloads=True) as visit:
        page = visit.page
        page.evaluate(
            "typed => localStorage.setItem('unsigned-peace-cells:coursework-islands', typed)",
            json.dumps(typed),
        )
        page.reload()
        for number in range(page.locator(".cell_input:not(.of-your-own)").count()):
            ran = press(page, number)
            assert ran["error"] is None, ran
        page.locator(".run-essay").fill("An essay of a student.")
        with page.expect_download() as download:
            page.get_by_role("button", name="Save my answers as a notebook").click()
        target = tmp_path / "collected" / "somebody" / "islands" / "islands.ipynb"
        download.value.save_as(target)
        assert download.value.suggested_filename == "islands.ipynb"
        assert visit.outside == [] and visit.errors == []
    [line] = grade_all(tmp_path / "collected", tmp_path / "graded", [assignment])
    assert line.status == "essay waits"
    assert line.score == pytest.approx(sum(task.points for task in assignment.tasks))
