"""Runs cells in a page as a reader does, and compares what they give with the committed outputs."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page

from tests.visits import SITE
from unsigned_peace import paths
from unsigned_peace.notebooks.source import FIGURES

#: The runtime, where the site has one.
RUNTIME = SITE / "_static" / "unsigned-peace" / "live"
#: A first press on a busy machine: it loads and starts Python.
PATIENCE = 240_000

#: A function of the page: presses the button of a cell, by its number from 0, and gives what came.
PRESS = """async (number) => {
  const input = document.querySelectorAll(".cell_input:not(.of-your-own)")[number];
  const ran = new Promise((resolve) =>
    addEventListener("unsigned-peace-ran", (event) => resolve(event.detail), { once: true }));
  (input.querySelector(".run-here button") ?? input.querySelector(".run-tools button")).click();
  return ran;
}"""


def prepared() -> bool:
    """Whether the built site has the runtime."""
    return (RUNTIME / "manifest.json").is_file()


def press(page: Page, number: int) -> dict[str, Any]:
    """Presses the button of a cell of the page (from 0); what running it gave."""
    page.set_default_timeout(PATIENCE)
    return page.evaluate(PRESS, number)


def committed(chapter: str) -> list[list[dict]]:
    """The committed outputs of each code cell of a chapter."""
    notebook = json.loads((paths.REFERENCE / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    return [
        cell["outputs"]
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and FIGURES not in cell["metadata"].get("tags", [])
    ]


def differences(expected: list[dict], given: list[dict]) -> list[str]:
    """What is not the same, a line each: as nbval compares, and of every kind of data."""
    shown, wanted = ([_plain(output) for output in outputs] for outputs in (given, expected))
    if [sorted(each) for each in shown] != [sorted(each) for each in wanted]:
        return [f"gives {[sorted(each) for each in shown]}"]
    return [
        f"{kind}: {str(one[kind])[:300]} instead of {str(other[kind])[:300]}"
        for one, other in zip(shown, wanted)
        for kind in one
        if one[kind] != other[kind]
    ]


def _plain(output: dict) -> dict:
    if output["output_type"] == "stream":
        return {output["name"]: output["text"]}
    return {
        kind: "".join(value) if isinstance(value, list) else value
        for kind, value in output["data"].items()
    }
