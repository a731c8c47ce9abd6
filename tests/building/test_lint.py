"""Faults of authors on the small book: each stops the build with its file, its line and a remedy.

What the markup of other tools would leave on the page, what swallows the rest of a page, pictures
without words, what the page's policy or the lack of a style would leave dead.
"""

from __future__ import annotations

import shutil

import pytest

from tests.building.small import CHAPTER, SECOND, make, make_project, write
from tests.visits import Visit
from unsigned_peace.publishing.chapters.lint import unclosed

#: What an author writes, each a paragraph of its own, and what must be said of that line.
ON_THE_PAGE = {
    "A formula $x^2$ in a sentence.": "'$x^2$' would be published as it stands",
    "$$\nx = y\n$$": "'$$' would be published as it stands",
    "As \\textbf{he} says.": "LaTeX is not set",
    "As he says [@putin2018].": "a source is cited as {cite}`key`",
    "As @hasegawa2005 says.": "a source is cited as {cite}`key`",
    "This is ~~wrong~~ right.": "text is neither struck out nor marked here",
    "This is ==marked==.": "text is neither struck out nor marked here",
    "- [ ] read this\n- [x] and that": "lists have no boxes here",
    "A note.[^nowhere]": "a note without its text",
    "See [that](an address.md).": "an address with blanks stands in <angle brackets>",
    "See [[Shimoda]].": "write [text](page.md)",
    "This is **bold **.": "emphasis that is not closed",
    "This is `code.": "a backtick without its fellow",
    "##No blank": "a heading needs a blank after its signs",
    "| a | b |\n| 1 | 2 |": "a table needs a line such as",
    "Well done :smile: indeed.": "write the sign itself",
    "H~2~O and x^2^ here.": "raised and lowered letters are not set",
    "![](favicon.svg)": "the picture favicon.svg has no words",
    "![favicon.svg](favicon.svg)": "the picture favicon.svg has no words",
    "```{image} favicon.svg\n```": "the picture favicon.svg has no words",
    '<img src="favicon.svg">': 'needs alt="what it shows"',
    '<iframe src="https://example.org/"></iframe>': "pages load, style and run nothing of the kind",
    '<p style="color: red">red</p>': "pages load, style and run nothing of the kind",
    "<script>alert(1)</script>": "pages load, style and run nothing of the kind",
    '<p onclick="go()">go</p>': "pages load, style and run nothing of the kind",
    "A box of HTML.\n\n</div>": "</div> closes nothing that is open",
    '<div class="lesson">\n\nA box of HTML.': "<div> is not closed in this section, box or text",
    "<details>\n<summary>More</summary>": "<details> is not closed",
    "This <b>is bold.": "<b> is not closed",
    "See https://example.org/page there.": "an address that is no link",
    "## What it rests on\n\nIt rests on itself.": "no address of its own",
    "# Another title\n\nA text.": "is a second title of this page",
    "::::{tab-set}\n:::{tab-item} One\none\n:::\n::::": "no style for 'tab-set'",
    ":::{card} A card\ntext\n:::": "no style for 'card'",
    "::::{grid} 2\n:::{grid-item}\none\n:::\n::::": "no style for 'grid-container'",
    "{bdg-primary}`new`": "no style for badges, buttons and icons",
    "{octicon}`alert`": "no style for badges, buttons and icons",
    "```{math}\nx\n```": "no formula is set",
    "{math}`x`": "no formula is set",
    ":::{sidebar} Aside\ntext\n:::": "no style for a sidebar",
    ":::{admonition} Hint\n:class: dropdown\ntext\n:::": "no style for the class 'dropdown'",
    "```{mermaid}\ngraph LR\n```": "Unknown directive type",
}
#: What a cell shows, and what is said of the cell's line.
IN_A_CELL = {
    "from IPython.display import IFrame\nIFrame('https://example.org/', 300, 200)": "'<iframe'",
    "from IPython.display import HTML\nHTML('<b style=\"color: red\">red</b>')": "style=",
    "from IPython.display import Image\n"
    "Image(b'\\x89PNG\\r\\n\\x1a\\n\\x00\\x00\\x00\\rIHDR\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x01\\x08\\x06\\x00"
    "\\x00\\x00\\x1f\\x15\\xc4\\x89', format='png')": "a picture without description and sources",
    "class Widget:\n    def _repr_mimebundle_(self, **_):\n        return {\n"
    "            'application/vnd.jupyter.widget-view+json':\n"
    "                {'model_id': 'a', 'version_major': 2},\n"
    "            'text/plain': 'a slider',\n        }\nWidget()": "a widget",
}  # fmt: skip
#: Texts that look like these faults and are none.
SOUND = """
It cost $3 million, then $5 million, and US$7; a@example.org wrote at 10:30:15 on [2018] and {2019}.

The file `a_b__c.csv`, `$x$`, `**` and `[@key]` in code; 3 * 4 * 5; 日本:ロシア:国; a_b_c; C:\\temp.

```python
x = "$x^2$ [@key] ~~x~~ <iframe>"
```

| a | b |
|---|---|
| 1 | 2 |

- [a link](second.md)

A note.[^here]

[^here]: Its text.

:::{dropdown} A question
An answer.
:::
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A small book, built once."""
    folder = tmp_path_factory.mktemp("lint") / "book"
    folder.mkdir()
    make_project(folder)
    status, output = make(folder)
    assert status == 0, output
    return folder


@pytest.fixture(scope="module")
def said(project, tmp_path_factory) -> str:
    """All that is said of a page with every fault of the first two lists."""
    folder = shutil.copytree(project, tmp_path_factory.mktemp("said") / "book")
    cells = "".join(f"```{{code-cell}} python\n{code}\n```\n\n" for code in IN_A_CELL)
    write(folder, SECOND + "\n\n".join(["", *ON_THE_PAGE, ""]) + cells, "second")
    status, output = make(folder)
    assert status == 1 and "Traceback" not in output, output
    assert "The book was not built; the lines above say why" in output
    return output.replace(f"{folder}/", "")


def _lines_of(fault: str) -> range:
    text = SECOND + "\n\n".join(["", *ON_THE_PAGE, ""])
    first = text[: text.index(f"\n\n{fault}\n\n")].count("\n") + 3
    return range(first, first + fault.count("\n") + 1)


@pytest.mark.parametrize("fault", ON_THE_PAGE)
def test_what_would_be_published_as_it_stands_or_dead_is_named(said, fault):
    lines = {f"book/second.md:{number}: " for number in _lines_of(fault)}
    found = [line for line in said.splitlines() if any(place in line for place in lines)]
    assert any(ON_THE_PAGE[fault] in line for line in found), f"{found}\n{said}"


@pytest.mark.parametrize("code", IN_A_CELL)
def test_what_a_cell_shows_and_no_page_can_is_named(said, code):
    assert IN_A_CELL[code] in "\n".join(
        line for line in said.splitlines() if "book/second.md:" in line
    ), said


SWALLOWED = {
    "an unclosed cell": (
        "```\n\n## What it rests on", "\n## What it rests on",
        "book/second.md:11: ```{code-cell} python is not closed to the end of the page",
    ),
    "an unclosed box": (
        "## What it rests on", ":::{note}\nA box.\n\n## What it rests on",
        "book/second.md:17: :::{note} is not closed to the end of the page",
    ),
    "a box closed too early": (
        "## What it rests", ":::{note}\nA box.\n:::{tip}\nIn it.\n:::\n:::\n\n## What it rests",
        "book/second.md:17: :::{note} is not closed before :::{tip} in line 19",
    ),
    "a comment that is not closed": (
        "## What it rests on", "<!-- for later\n\n## What it rests on",
        "book/second.md:17: <!-- is not closed to the end of the page",
    ),
    "front matter that is not closed": (
        "---\n# A second", "# A second", "book/second.md:1: the front matter is not closed",
    ),
    "a byte order mark": (
        "---\nfile_format", "\ufeff---\nfile_format",
        "book/second.md:1: begins with a byte order mark",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", SWALLOWED)
def test_what_swallows_a_page_is_named_before_anything_runs(project, fault):
    old, new, expected = SWALLOWED[fault]
    assert SECOND.count(old) == 1
    write(project, SECOND.replace(old, new), "second")
    status, output = make(project)
    write(project, SECOND, "second")
    assert status == 1 and expected in output and "executing" not in output, output
    assert "Traceback" not in output


def test_another_encoding_is_named(project):
    page = project / "book" / "second.md"
    page.write_bytes(SECOND.replace("quixotic", "na\u00efve").encode("latin-1"))
    status, output = make(project)
    write(project, SECOND, "second")
    assert status == 1 and "book/second.md:19: not UTF-8" in output, output


@pytest.mark.parametrize(
    "text",
    [
        "````{note}\n```{code-cell}\nx\n```\n````\n",
        "::::{note}\n:::{tip}\nx\n:::\n::::\n",
        ":::{dropdown} A\n```python\n:::: x\n```\n:::\n",
        "- a\n\n  ```python\n  x\n  ```\n",
        "```\n:::{note}\n```\n",
    ],
)
def test_what_is_closed_is_not_named(text):
    assert list(unclosed(text)) == []


WIDE = (
    "| "
    + " | ".join(f"a long head {number}" for number in range(12))
    + " |\n|"
    + "---|" * 12
    + "\n| "
    + " | ".join(f"a longer value {number}" for number in range(12))
    + " |\n"
)
SHOWN = """
```{code-cell} python
:tags: [hide-output]
print("what is hidden")
```

```{code-cell} python
import pandas as pd
pd.DataFrame({f"a long head {number}": ["a longer value"] for number in range(12)})
```

```{code-cell} python
print("\\n".join(f"line {number}" for number in range(3000)))
```
"""


@pytest.fixture(scope="module")
def sound(project, tmp_path_factory):
    """A book whose pages have hard names, sound text that looks like faults, and much to show."""
    folder = shutil.copytree(project, tmp_path_factory.mktemp("sound") / "book")
    toc = folder / "_toc.yml"
    toc.write_text(
        toc.read_text(encoding="utf-8") + "- file: book/第三章\n- file: book/a page 4\n",
        encoding="utf-8",
    )
    write(folder, SECOND + SOUND + WIDE + SHOWN, "second")
    for name, other in (("第三章", "a%20page%204.md"), ("a page 4", "第三章.md")):
        text = CHAPTER.replace("# A small", f"# {name}: a small") + f"\nSee [more]({other}).\n"
        write(folder, text, name)
        shutil.copy(folder / "book/captions/index.yaml", folder / f"book/captions/{name}.yaml")
    status, output = make(folder)
    assert status == 0, output
    return folder / "_build" / "html"


def test_pages_with_blanks_or_in_japanese_are_found_with_all_that_belongs_to_them(sound, browser):
    for name, other in (("第三章", "a page 4"), ("a page 4", "第三章")):
        with Visit(browser, sound.as_uri(), f"book/{name}.html") as visit:
            page = visit.page
            page.evaluate(
                "document.querySelector('.drawing').dispatchEvent(new PointerEvent('pointerenter'))"
            )
            page.locator(".drawing-live svg").first.wait_for()
            file = page.locator("a[download]").first.get_attribute("href")
            assert page.request.get is not None and " " not in file
            page.get_by_role("link", name="more", exact=True).click()
            page.get_by_role("heading", level=1, name=f"{other}: a small chapter").wait_for()
            assert visit.errors == []
    text = (sound / "_static/unsigned-peace/text.js").read_text(encoding="utf-8")
    assert "第三章: a small chapter" in text and "a page 4: a small chapter" in text


@pytest.mark.parametrize("width", [360, 1200])
def test_wide_tables_frames_and_long_outputs_stay_within_the_page(sound, browser, width):
    with Visit(
        browser, sound.as_uri(), "book/second.html", viewport={"width": width, "height": 800}
    ) as visit:
        inside = visit.page.evaluate("document.documentElement.scrollWidth")
        height = visit.page.evaluate("document.documentElement.scrollHeight")
        assert inside <= width and height < 8000 and visit.errors == []


def test_a_hidden_output_is_labelled_as_one(sound, browser):
    with Visit(browser, sound.as_uri(), "book/second.html") as visit:
        folds = visit.page.locator("details.folded:has(.cell_output, .output)")
        assert folds.locator("summary").all_inner_texts() == ["Output"]
        assert "what is hidden" in folds.locator("pre").text_content()
