"""Questions to check oneself: an aim and an answer each, and what is said where one is missing."""

from __future__ import annotations

import io

import pytest
from sphinx.application import Sphinx

GOOD = """\
# Why?

:::{aims}
1. Tell one from two.
2. Say when.
:::

:::{check-yourself}
1. Which? (aim 1)

   This one.

2. When? (aims 1 and 2)

   In spring.

   And in autumn.
:::
"""


def built(folder, text: str) -> tuple[str, str]:
    """The page of a chapter, and what the build complained of."""
    (folder / "index.md").write_text(text, encoding="utf-8")
    complaints = io.StringIO()
    room = "unsigned_peace.publishing.chapters"
    Sphinx(
        folder,
        None,
        folder / "out",
        folder / "trees",
        "html",
        confoverrides={
            "extensions": ["myst_parser", f"{room}.aims", f"{room}.boxes"],
            "myst_enable_extensions": ["colon_fence"],
        },
        status=None,
        warning=complaints,
    ).build()
    return (folder / "out" / "index.html").read_text(encoding="utf-8"), complaints.getvalue()


def test_answers_are_folded_and_questions_show_their_aims(tmp_path):
    page, complaints = built(tmp_path, GOOD)
    assert complaints == ""
    assert page.count('<details class="answer">') == 2 == page.count('class="tests-aim"')
    assert "And in autumn." in page.split('<details class="answer">')[2].split("</details>")[0]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("(aim 1)", "(aim 3)", "index.md:9: WARNING: check-yourself: a question tests aim 3"),
        ("(aims 1 and 2)", "(aims 1 and 4)", "index.md:13: WARNING: check-yourself: a question"),
        (" (aim 1)", "", "question 1 does not end with its aim"),
        ("   In spring.\n\n   And in autumn.\n", "", "question 2 has no answer"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, right, wrong, said):
    assert right in GOOD
    assert said in built(tmp_path, GOOD.replace(right, wrong))[1]
