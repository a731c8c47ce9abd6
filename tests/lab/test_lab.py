"""A chapter in JupyterLab, driven in a real Chromium.

It runs, shows everything, and stays as it is; a copy is the reader's.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.lab.driving import check_chapter, lab_server, originals, reader
from unsigned_peace.editions.chromium import launched


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """What a reader has of the book: chapters, data, and a place for copies."""
    folder = tmp_path_factory.mktemp("lab") / "book-of-a-reader"
    for part in ("book", "data"):
        shutil.copytree(ROOT / part, folder / part)
    (folder / "my-work").mkdir()
    return folder


def test_a_chapter_runs_in_lab_and_stays_as_it_is_and_a_copy_is_kept(checkout, tmp_path):
    before = originals(checkout)
    lab = [Path(sys.executable).with_name("jupyter"), "lab"]
    with (
        lab_server(
            lab,
            checkout,
            tmp_path,
            {"JUPYTER_CONFIG_PATH": str(ROOT / "unsigned_peace" / "lab" / "config")},
        ) as address,
        launched() as browser,
        reader(browser, address) as at_desk,
    ):
        page = at_desk.page
        at_desk.open("lab/tree/book/islands.md")
        check_chapter(at_desk, "islands")
        assert page.locator(".jp-CodeCell .jp-InputPlaceholder").count() == at_desk.folded()

        page.keyboard.press("Control+s")
        page.get_by_text('book/islands.md is read-only. Use "Save as').wait_for()

        save_as(page, "book/mine.md")
        page.get_by_text(
            "The book's own files stay as they are. Keep your copy with File > Save Markdown "
            "File As: my-work/mine.md"
        ).first.wait_for()
        page.locator(".jp-Dialog button").click()

        save_as(page, "my-work/islands.md")
        # the changes to the original, which is not changed
        page.locator(".jp-Dialog button", has_text="Discard").click()
        page.wait_for_function(
            "[...jupyterapp.shell.widgets('main')].some(tab => tab.context?.path === "
            "'my-work/islands.md')"
        )

        at_desk.open("lab/tree/my-work/islands.md")
        assert page.evaluate("jupyterapp.shell.currentWidget.context.contentsModel.writable")
        page.evaluate(
            "jupyterapp.shell.currentWidget.content.model.cells.get(1)"
            ".sharedModel.setSource('mine = 1')"
        )
        page.keyboard.press("Control+s")
        page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    assert originals(checkout) == before
    assert "mine = 1" in (checkout / "my-work" / "islands.md").read_text(encoding="utf-8")


def save_as(page, path: str) -> None:
    page.locator(".lm-MenuBar-itemLabel", has_text="File").first.click()
    page.locator(".lm-Menu-itemLabel", has_text="Save Markdown File As").first.click()
    field = page.locator(".jp-Dialog input")
    field.fill(path)
    page.locator(".jp-Dialog button.jp-mod-accept").click()
