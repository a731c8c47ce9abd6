"""What a class hands in, by `make grade` and the pages that come of it: no text acts on its reader,
no link is followed, nobody's work is lost.

Everything is driven from outside, with the two commands that a teacher types; nothing of the
package is imported.
"""

from __future__ import annotations

import contextlib
import copy
import csv
import io
import json
import os
import re
import secrets
import signal
import socket
import sqlite3
import subprocess
import time
import unicodedata
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

STEM = "islands"
#: A picture of one pixel.
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)
#: Each of these acts on whoever reads the page, in one renderer of Markdown or another.
ACTS = """Quoted

> [a]: javascript:alert(1)
> "t"

- [b]: javascript:alert(2)

[c]:
  javascript:alert(3)
  "over two lines"

[go][a] [go][b] [go][c] [go](javascript:alert(4))
[go](<java&#115;cript:alert(5)>) <javascript:alert(6)>
![p][d] ![p](http://192.0.2.1/p.png) <img src=http://192.0.2.1/q.png onerror=alert(7)>

> [d]: http://192.0.2.1/r.png

<script>alert(8)</script><svg onload=alert(9)><details open ontoggle=alert(10)>x</details>
<iframe src=javascript:alert(11)></iframe>
<math href="javascript:alert(12)">x</math>
<form action=javascript:alert(13)><button>go</button></form>
<style>body{background:url(http://192.0.2.1/s)}</style>
<a href=javascript:alert(14)>go</a><base href=http://192.0.2.1/>
<meta http-equiv=refresh content="0;url=http://192.0.2.1/">

$$\\href{javascript:alert(15)}{go}$$

```mermaid
graph LR; a-->b; click a "javascript:alert(16)"
```
"""
OUTPUTS = (
    "from IPython.display import HTML, Javascript, SVG, Markdown, display\n"
    "display(HTML('<img src=x onerror=alert(21)>'), Javascript('alert(22)'), "
    "Markdown('[go](javascript:alert(23))'))\n"
    "display({'image/svg+xml': '<svg xmlns=\"http://www.w3.org/2000/svg\" "
    "onload=\"alert(24)\"/>', 'text/latex': '$$x$$'}, raw=True)\n"
    "print('<script>alert(25)</script>')\n'<img src=x onerror=alert(26)>'"
)
NAMES = ["=1+1", "+2", "-3", "@four", "＝5", "a\tb", "\x1b[31mred", "<img src=x onerror=alert(31)>"]
ESSAY = (
    "The population figures of 1945 cannot be compared with those of today, since nobody "
    "counted in the same way."
)


RUSSIAN = (
    "Численность населения в сорок пятом году нельзя сравнивать с нынешней потому что "
    "тогда и теперь людей на островах считали совсем иначе"
)


def make(
    *arguments: str, seconds: float = 240, folder: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess:
    """A command as a teacher types it, and what it printed; it is ended with all that it started if
    it takes too long.
    """
    process = subprocess.Popen(
        ["make", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        pytest.fail(f"`make {arguments[0]}` has not ended after {seconds} seconds")
    return subprocess.CompletedProcess(arguments, process.returncode, said, None)


def markdown(text: str, **more) -> dict:
    return {
        "cell_type": "markdown",
        "id": secrets.token_hex(4),
        "metadata": {},
        "source": text,
        **more,
    }


def code(text: str) -> dict:
    return {
        "cell_type": "code",
        "id": secrets.token_hex(4),
        "metadata": {},
        "source": text,
        "outputs": [],
        "execution_count": None,
    }


def cell(notebook: dict, name: str) -> dict:
    return next(
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
    )


class Class:
    """A folder of submissions that is filled, graded and read from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder / "in", folder / "out"
        self.folder.mkdir()
        self.said = make(
            "grade", f"SUBMISSIONS={self.folder}", f"OUT={self.out}"
        ).stdout  # of nothing: this writes the student versions

    def _notebook(self, kind: str, stem: str) -> dict:
        notebook = json.loads(
            (self.out / kind / stem / f"{stem}.ipynb").read_text(encoding="utf-8")
        )
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
        return notebook

    def blank(self, stem: str = STEM) -> dict:
        """The notebook as students get it."""
        return self._notebook("release", stem)

    def solved(self) -> dict:
        """All tasks right, no essay."""
        notebook, key = self.blank(), self._notebook("source", STEM)
        for number in range(1, 9):
            with contextlib.suppress(StopIteration):
                cell(notebook, f"task-{number}")["source"] = cell(key, f"task-{number}")["source"]
        return notebook

    def put(self, path: str, content: dict | bytes) -> Path:
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            content
            if isinstance(content, bytes)
            else json.dumps(content, ensure_ascii=False).encode()
        )
        return path

    def hand_in(self, student: str, notebook: dict | bytes) -> Path:
        return self.put(f"{student}/{STEM}/{STEM}.ipynb", notebook)

    def grade(self, **environment: str) -> None:
        self.said = make(
            "grade", f"SUBMISSIONS={self.folder}", f"OUT={self.out}", **environment
        ).stdout
        with open(self.out / "grades.csv", newline="", encoding="utf-8") as file:
            self.rows = list(csv.DictReader(file))

    def row(self, student: str) -> dict:
        found = [
            row for row in self.rows if row["student"] == student and row["assignment"] == STEM
        ]
        assert len(found) == 1, (
            f"{len(found)} lines of {student!r} among {[row['student'] for row in self.rows]}"
        )
        return found[0]

    def page(self, student: str) -> str:
        return (self.out / "feedback" / student / STEM / f"{STEM}.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def class_(tmp_path_factory):
    this = Class(tmp_path_factory.mktemp("class"))
    solved = this.solved()

    def changed(change) -> dict:
        notebook = copy.deepcopy(solved)
        change(notebook)
        return notebook

    full = changed(lambda notebook: cell(notebook, "essay-1").update(source=ESSAY))
    this.hand_in("alice", full)
    this.hand_in(
        "acts",
        changed(
            lambda notebook: (
                cell(notebook, "essay-1").update(source=ACTS),
                notebook["cells"].extend(
                    [markdown(ACTS), {**markdown(ACTS), "cell_type": "raw"}, code(OUTPUTS)]
                ),
            )
        ),
    )
    # links, at each level
    (this.folder / "m").mkdir()
    (this.folder / "m" / STEM).symlink_to(f"../alice/{STEM}")
    (this.folder / "n").symlink_to("alice")
    (this.folder / "o" / STEM).mkdir(parents=True)
    (this.folder / "o" / STEM / f"{STEM}.ipynb").symlink_to(
        this.out / "source" / STEM / f"{STEM}.ipynb"
    )
    # written work in other places
    this.hand_in("below", changed(lambda notebook: notebook["cells"].append(markdown(ESSAY))))
    this.hand_in(
        "among-code", changed(lambda notebook: notebook["cells"].append(code(ESSAY + "\n" + ESSAY)))
    )
    this.hand_in(
        "in-the-question",
        changed(
            lambda notebook: cell(notebook, "essay-1-question").update(
                source=cell(notebook, "essay-1-question")["source"] + "\n\n" + ESSAY
            )
        ),
    )
    this.hand_in(
        "dropped-marks",
        changed(
            lambda notebook: (
                cell(notebook, "essay-1").update(source=ESSAY),
                [cell.update(metadata={}) for cell in notebook["cells"]],
            )
        ),
    )
    this.hand_in("untouched", this.blank())
    this.hand_in(
        "untouched-without-marks",
        {**this.blank(), "cells": [{**cell, "metadata": {}} for cell in this.blank()["cells"]]},
    )
    # one long write
    this.hand_in(
        "long-write",
        changed(
            lambda notebook: cell(notebook, "task-3").update(
                source=cell(notebook, "task-3")["source"] + "\nprint('x' * 50_000_000)"
            )
        ),
    )
    # line ends
    this.hand_in(
        "windows",
        {
            **this.blank(),
            "cells": [
                {**cell, "source": cell["source"].replace("\n", "\r\n")}
                for cell in this.blank()["cells"]
            ],
        },
    )
    # names of files and folders
    this.put(f"text-file/{STEM}/{STEM}.ipynb.txt", full)
    this.put(f"json-file/{STEM}/{STEM}.ipynb.json", full)
    this.put(f"word/{STEM}/essay.docx", b"PK\x03\x04 word/document.xml")
    for litter in (
        "__MACOSX/alice/x.ipynb",
        f"alice/__MACOSX/{STEM}.ipynb",
        "Thumbs.db",
        ".DS_Store",
        "$RECYCLE.BIN/x",
        "alice/desktop.ini",
        f"alice/{STEM}/._{STEM}.ipynb",
    ):
        this.put(litter, b"litter")
    this.put(f"{unicodedata.normalize('NFC', 'José')}/{STEM}/{STEM}.ipynb", full)
    this.put(f"{unicodedata.normalize('NFD', 'José')}/borders/borders.ipynb", this.blank("borders"))
    this.put(f"Hanako Sato_101_assignsubmission_file_/{STEM}.ipynb", full)
    this.put(
        "Hanako Sato_101_assignsubmission_onlinetext_/onlinetext.html", b"<p>see the notebook</p>"
    )
    this.put(f"Ivan Petrov_102_assignsubmission_file/draft/My {STEM} (2).ipynb", full)
    this.put(f"Olga Ivanova_103_assignsubmission_file_{STEM}.ipynb", full)
    this.put("Group 7_assignsubmission_file/homework.ipynb", full)
    this.put("Ken Ito_104_assignsubmission_onlinetext/onlinetext.html", b"<p>my essay</p>")
    this.put("islands-101.zip", b"PK\x03\x04")
    this.put(f".hidden/{STEM}/{STEM}.ipynb", full)
    this.put(
        f"mallory/alice_assignsubmission_file_/{STEM}.ipynb", this.blank()
    )  # in a student's own folder: nothing that touches alice
    this.put("borders-77/Anna Li_105_assignsubmission_file_/homework.ipynb", this.blank("borders"))
    # other things than the notebook
    this.hand_in("wrong-one", this.blank("borders"))
    this.hand_in(
        "login",
        b"<!DOCTYPE html>\n"
        b"<html><head><title>Log in to the site</title></head><body></body></html>",
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(f"{STEM}.ipynb", "{}")
    this.hand_in("zipped", packed.getvalue())
    this.hand_in("many-digits", b'{"cells": [], "n": ' + b"1" * 5000 + b"}")
    # names
    for name in NAMES:
        this.hand_in(name, b"")
    # pictures
    pictures = changed(
        lambda notebook: cell(notebook, "essay-1").update(
            source=f"As the map shows:\n\n![map](attachment:image%20one.png)\n\n"
            f"![inline](data:image/png;base64,{PIXEL})\n\n"
            f'<img src="attachment:sized.png" width="300">\n\n![gone](chart.png)\n\n'
            f"![large](data:image/png;base64,{'A' * 300_000})",
            attachments={
                "image one.png": {"image/png": PIXEL},
                "sized.png": {"image/png": PIXEL},
                "bad.svg": {"image/svg+xml": "PHN2Zy8+"},
            },
        )
    )
    this.hand_in("pictures", pictures)
    this.grade()
    return this


def text_of(page: str) -> str:
    from bs4 import BeautifulSoup

    return BeautifulSoup(page, "html.parser").get_text()


# nothing acts on who reads it --------------------------------------------------------------------


def _visit(browser, address: str, headers: dict[str, str] | None = None) -> tuple[list[str], str]:
    """What a page did on its own and when each of its links was followed, and its text."""
    did: list[str] = []
    context = browser.new_context(extra_http_headers=headers or {})
    page = context.new_page()
    page.on("dialog", lambda dialog: (did.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on(
        "request",
        lambda request: (
            did.append(f"request {request.url[:80]}")
            if not request.url.startswith(
                ("http://127.0.0.1:", "http://localhost:", "file:", "data:", "blob:")
            )
            else None
        ),
    )
    page.goto(address, wait_until="load")
    page.wait_for_timeout(500)
    did += [
        f"link {address[:80]}"
        for address in page.evaluate(
            "[...document.querySelectorAll('a[href], area[href], form[action], math[href], "
            "*|*[*|href]')].map(e => e.getAttribute('href') || e.getAttribute('action') || "
            "'').filter(a => /script:|192\\.0\\.2/i.test(a))"
        )
    ]
    did += [
        f"element {name}"
        for name in page.evaluate(
            "[...document.querySelectorAll('#notebook script, #notebook iframe, #notebook "
            "form, #notebook svg, #notebook style, #notebook [onerror], #notebook "
            "[onload], #notebook [ontoggle], #notebook base, #notebook meta')].map(e => "
            "e.localName)"
        )
    ]
    for link in page.query_selector_all("#notebook a"):
        if "go" == link.inner_text():
            did.append("link go")
    text = page.inner_text("body")
    context.close()
    return did, text


def test_what_students_write_does_nothing_in_feedback(class_, browser):
    did, text = _visit(browser, (class_.out / "feedback" / "acts" / STEM / f"{STEM}.html").as_uri())
    assert not did
    assert (
        text.count("javascript:alert(1)") == 3 and text.count("<script>alert(8)</script>") == 3
    )  # shown, as it was written


@pytest.fixture(scope="module")
def form(class_):
    """The form that `make mark` opens: of a student's notebook the address, and the headers that
    open it.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    environment = {
        **os.environ,
        "JUPYTER_PORT": str(port),
        "JUPYTER_TOKEN": token,
        "BROWSER": "true",
    }
    process = subprocess.Popen(
        ["make", "mark", f"OUT={class_.out}"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 90
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(
                    f"http://127.0.0.1:{port}/api?token={token}", timeout=5
                ).read()
                break
            assert time.monotonic() < until and process.poll() is None, "the form did not start"
            time.sleep(0.2)
        yield lambda student: (
            f"http://127.0.0.1:{port}/formgrader/submissions/{_submissions(class_.out)[student]}/",
            {"Authorization": f"token {token}"},
        )
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _submissions(out: Path) -> dict[str, str]:
    """nbgrader's identifiers of the submitted notebooks, by student."""
    with contextlib.closing(
        sqlite3.connect(f"file:{out / 'gradebook.db'}?mode=ro", uri=True)
    ) as book:
        return dict(
            book.execute(
                "select submitted_assignment.student_id, submitted_notebook.id from "
                "submitted_notebook "
                "join submitted_assignment on submitted_notebook.assignment_id = "
                "submitted_assignment.id"
            ).fetchall()
        )


def test_what_students_write_does_nothing_in_the_form(class_, form, browser):
    did, text = _visit(browser, *form("acts"))
    assert not did
    assert text.count("javascript:alert(1)") == 3


def test_the_form_still_takes_marks_and_shows_names(class_, form, browser):
    address, headers = form("below")
    context = browser.new_context(extra_http_headers=headers)
    page = context.new_page()
    wrong: list[str] = []
    page.on(
        "console", lambda message: wrong.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address, wait_until="networkidle")
    assert ESSAY in page.inner_text("#notebook")
    page.click("span.glyphicon-eye-open.name-hidden")
    page.wait_for_selector("a.name-shown:has-text('below')", state="visible")
    with page.expect_response(
        lambda response: "/api/grade/" in response.url and response.request.method == "PUT"
    ):
        page.fill("input#essay-1", "7")
        page.press("input#essay-1", "Tab")
    context.close()
    assert not wrong
    with contextlib.closing(
        sqlite3.connect(f"file:{class_.out / 'gradebook.db'}?mode=ro", uri=True)
    ) as book:
        assert book.execute(
            "select manual_score from grade where manual_score is not null"
        ).fetchall() == [(7.0,)]


def test_pictures_of_an_essay_are_shown_or_named(class_, form, browser):
    page = class_.page("pictures")
    assert page.count(f'src="data:image/png;base64,{PIXEL}"') == 3, (
        "not all pictures are in the feedback"
    )
    assert "A picture is not shown, since it is not in the notebook: gone chart.png" in text_of(
        page
    )
    assert (
        "1 picture could not be shown" in class_.row("pictures")["message"]
        and class_.row("pictures")["status"] == "essay waits"
    )
    address, headers = form("pictures")
    context = browser.new_context(extra_http_headers=headers)
    opened = context.new_page()
    opened.goto(address, wait_until="load")
    assert (
        opened.evaluate(
            "[...document.querySelectorAll('#notebook .rendered_html img')].filter(i => "
            "i.naturalWidth == 1).length"
        )
        == 3
    )
    context.close()


# links, names, litter ----------------------------------------------------------------------------


def test_no_link_is_followed_and_each_is_named(class_):
    for student in ("m", "n", "o"):
        row = class_.row(student)
        assert (row["score"], row["status"]) == ("0", "unreadable") and "link" in row["message"], (
            row
        )
        assert ESSAY not in class_.page(student)
    assert "n: it is a link" in class_.said


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A class whose course has the name of another assignment, and who put their work anywhere."""
    this = Class(tmp_path_factory.mktemp("odd"))
    solved, course = this.solved(), "IR301 Borders and peace-Islands-98765"
    for who, path in {
        "Vic_1": "homework.ipynb",
        "Al_2": "a/b/c/d/my work.ipynb",
        "._Jo_3": "work.ipynb",
        "Ev_4": "borders.ipynb",
        "Eve_5": "borders.ipynb",
        "Eva_6": "borders.ipynb",
    }.items():
        this.put(f"{course}/{who}_assignsubmission_file_/{path}", solved)
    this.put(
        f"{course}/Kept_8_assignsubmission_file_/.ipynb_checkpoints/{STEM}-checkpoint.ipynb", solved
    )
    this.put(f"{course}/Dot_7_assignsubmission_file_/.own/{STEM}.ipynb", solved)
    for path in (
        f"zip/{STEM}.zip",
        f"text/{STEM}.ipynb.txt",
        f"json/{STEM}.json",
        f"deep/{STEM}/a/b/c/d/{STEM}.ipynb",
        f"program/{STEM}/a/{STEM}.py",
        f"dot/.{STEM}.ipynb",
        f"kept/{STEM}/.ipynb_checkpoints/{STEM}-checkpoint.ipynb",
        f"saver/{STEM}/.ipynb_checkpoints/{STEM}-checkpoint.ipynb",
        f"levels/{'a/' * 25}{STEM}.ipynb",
    ):
        this.put(path, solved)
    saves = (
        "\nimport altair, pandas\n"
        "altair.Chart(pandas.DataFrame({'a': [1]})).mark_bar().encode(x='a:Q').save('a.svg')"
    )
    cell(solved, "task-1")["source"] += saves
    this.hand_in("saver", solved)
    this.grade(PYTHONOPTIMIZE="2")
    return this


@pytest.mark.parametrize("student", ["Vic_1", "Al_2", "\\x2e_Jo_3"])
def test_a_file_is_of_the_assignment_whose_questions_it_holds(odd, student):
    """Whatever the course is called, and however many others name theirs otherwise."""
    assert odd.row(student)["score"] == "20", odd.row(student)


@pytest.mark.parametrize(
    ("student", "said"),
    [
        ("zip", "islands.zip: it is an archive, and must be unpacked"),
        ("text", "text/islands.ipynb.txt lies where it is not looked for"),
        ("json", "islands.json: it is a file, not the folder of an assignment"),
        ("deep", "deep/islands/a/b/c/d/islands.ipynb lies where it is not looked for"),
        ("program", "no file lies in its folder, but 'a'"),
        ("dot", ".islands.ipynb: its name begins with a dot"),
        ("kept", "islands/.ipynb_checkpoints: its name begins with a dot"),
        ("Kept_8", ".ipynb_checkpoints: its name begins with a dot"),
        ("Dot_7", ".own: its name begins with a dot"),
        ("levels", "or in more than 20 levels"),
    ],
)
def test_what_is_not_looked_at_is_named_on_the_students_line(odd, student, said):
    row = odd.row(student)
    assert said in row["message"] and row["status"] in ("missing", "unreadable"), row


def test_what_jupyter_saved_before_is_named_only_where_nothing_else_lies(odd):
    assert "kept/islands/.ipynb_checkpoints" in odd.said and "saver/islands/." not in odd.said


def test_the_summary_is_drawn_also_where_python_leaves_out_docstrings(odd):
    assert "Traceback" not in odd.said
    assert "<svg" in (odd.out / "summary.html").read_text(encoding="utf-8")


def test_to_save_a_chart_as_a_picture_costs_no_other_answer(odd):
    row = odd.row("saver")
    assert row["score"] == "20" and "the cell of task 1 ended with ValueError" in row["message"]


@pytest.fixture(scope="module")
def unusual(tmp_path_factory):
    """A class whose answers are right, and who worked in ways that Jupyter allows."""
    this = Class(tmp_path_factory.mktemp("unusual"))

    def hand_in(student: str, change, name: str = f"{STEM}.ipynb") -> None:
        notebook = this.solved()
        change(notebook)
        this.put(f"{student}/{STEM}/{name}", notebook)

    def before(text: str, place: str = "task-1"):
        return lambda notebook: cell(notebook, place).update(
            source=f"{text}\n{cell(notebook, place)['source']}"
        )

    def answers_of(notebook: dict, name: str) -> list[str]:
        return cell(notebook, f"{name}-check")["metadata"]["unsigned_peace"]["answers"]

    def moved(notebook: dict, name: str, into: str | None = None, above: str | None = None) -> None:
        """An answer that stands in another cell than its own: a new one at the end, or that; in its
        own stands nothing, or something else.
        """
        answer = cell(notebook, name)["source"]
        cell(notebook, name)["source"] = cell(this.blank(), name)["source"]
        if above is not None:
            cell(notebook, name)["source"] = " = ".join([*answers_of(notebook, name), above])
        if into is None:
            notebook["cells"].append(code(answer))
        else:
            before(answer, into)(notebook)

    def of_other_kinds(notebook: dict) -> None:
        for place in notebook["cells"]:
            name = place["metadata"].get("nbgrader", {}).get("grade_id", "")
            if place["cell_type"] == "code" and re.fullmatch(r"task-\d", name):
                place["source"] += OTHER_KINDS

    def ran_elsewhere(notebook: dict) -> None:
        cell(notebook, "task-1").update(execution_count=3)
        cell(notebook, "task-1")["source"] += "\nopen('my own table.csv')"
        notebook["cells"].append(code("open('my own table.csv')"))

    hand_in("shell", before("!echo said by the $HOME shell"))
    hand_in("shell-fails", before("!no-such-program\n%pip --version"))
    hand_in("magic", before("%%capture kept\n!echo " + "some_words " * 40))
    hand_in("patched", before(PATCHED))
    hand_in("kinds", of_other_kinds)
    hand_in(
        "setup",
        lambda notebook: (
            before("import numpy as my_own", "setup")(notebook),
            before("my_own.array([1])")(notebook),
        ),
    )
    hand_in("in-the-check", lambda notebook: moved(notebook, "task-2", "task-2-check"))
    hand_in(
        "below", lambda notebook: [moved(notebook, name) for name in ("task-2", "task-3", "task-5")]
    )
    others = {"wrong-above": "0", "none-above": "None", "made-above": "iter([1])"}
    for student, text in others.items():
        hand_in(
            student,
            lambda notebook, text=text: [
                moved(notebook, name, above=text) for name in ("task-2", "task-3")
            ],
        )
    hand_in(
        "below-then-ends",
        lambda notebook: (
            moved(notebook, "task-2"),
            notebook["cells"].append(code("import os\nos._exit(0)")),
        ),
    )
    hand_in(
        "guesses",
        lambda notebook: (
            moved(notebook, "task-2", above="0"),
            notebook["cells"].append(code(" = ".join([*answers_of(notebook, "task-2"), "1"]))),
        ),
    )
    dots = this.solved()
    dots["cells"][2:2] = [
        code("for _ in range(25_000):\n    print('.', end='')") for _ in range(12)
    ] + [code("from IPython.display import display\nfor _ in range(400): display('x' * 24_000)")]
    this.hand_in("dots", dots)
    hand_in("ran", ran_elsewhere)
    for student, text in {
        "assigned": f'essay = """{ESSAY}\n{ESSAY}"""',
        "printed": f'print("{ESSAY}")\nprint("{ESSAY}")',
        "shown": f'from IPython.display import Markdown\n\nMarkdown("{ESSAY} {ESSAY}")',
        "japanese": f"# {JAPANESE}",
        "alone": f'"{" ".join(RUSSIAN.split()[:18])}"',
        "alone-in-japanese": f'"{JAPANESE[:36]}"',
        "japanese-text": f'essay = "{JAPANESE[:36]}"',
        "japanese-pieces": "\n".join(
            f'print("{JAPANESE[start : start + 10]}")' for start in range(0, 40, 10)
        ),
        "lines": "\n".join(f'print("{piece}")' for piece in FEW),
        "added": "\n".join(["essay = ''", *(f"essay += '{piece} '" for piece in FEW)]),
        "a-list": f"print({FEW})",
        "a-dict": f"essay = {dict(enumerate(FEW))}",
        "by-the-shell": "\n".join(f"!echo {piece}" for piece in FEW),
        "by-printf": "\n".join(f"!printf '{piece}'" for piece in FEW),
        "environment": "\n".join(f"%env E{at}={piece}" for at, piece in enumerate(FEW)),
        "in-a-format": f'year = 1945\nf"""In {{year}}: {ESSAY} {ESSAY}"""',
    }.items():
        hand_in(student, lambda notebook, text=text: notebook["cells"].append(code(text)))
    hand_in(
        "a-line-each",
        lambda notebook: notebook["cells"].extend(code(f"number = 1  # {piece}") for piece in FEW),
    )
    hand_in(
        "labelled",
        lambda notebook: [
            notebook["cells"].append(code(f'print("{" ".join(piece.split()[:3])}:", {at})'))
            for at, piece in enumerate(FEW)
        ],
    )
    hand_in(
        "pictured", lambda notebook: notebook["cells"].append(markdown(f"{ESSAY} ![](gone.png)"))
    )
    hand_in("in-pieces", lambda notebook: notebook["cells"].extend(map(code, PIECES)))
    for student, name in {
        "no-ending": STEM,
        "old-ending": f"{STEM}.ipynb~",
        "numbered": f"{STEM}.ipynb (1)",
        "a-text": "work.txt",
    }.items():
        hand_in(student, before("pass"), name)
    this.put(f"a-text/{STEM}/essay.docx", b"PK\x03\x04 word/document.xml")
    this.grade()
    return this


#: What a cell may put into libraries, for help or to hurry, that the process itself uses.
PATCHED = """
import functools, json, os, sys, time
json.dumps = functools.partial(json.dumps, indent=2)
json.loads = functools.partial(json.loads, parse_int=float)
time.monotonic = time.process_time = lambda: 0
os.write = os.fork = os.waitpid = os.getpid = None
json.JSONEncoder.encode = json.JSONDecoder.decode = None
json._default_encoder = json._default_decoder = None
sys.modules["decimal"] = sys.modules["fractions"] = sys.modules["json"] = None
"""
#: Every answer of a cell as another kind of the same: the keys of a dictionary are a set.
OTHER_KINDS = """
from collections import UserDict, deque
from fractions import Fraction
for _name, _value in list(globals().items()):
    if not _name.startswith("_"):
        if isinstance(_value, set):
            globals()[_name] = dict.fromkeys(_value).keys()
        elif isinstance(_value, list):
            globals()[_name] = deque(_value)
        elif type(_value) is float:
            globals()[_name] = Fraction(_value)
"""
#: An essay in a cell for each few words.
PIECES = ["# " + " ".join(ESSAY.split()[start : start + 5]) for start in range(0, 25, 5)] * 2
#: The same in texts of six words, as short as values are.
FEW = [" ".join(f"{ESSAY} {RUSSIAN}".split()[start : start + 6]) for start in range(0, 36, 6)]
JAPANESE = (
    "島の人口は、数え方が違うので、一九四五年の数字と今日の数字を比べることはできない。"
    "当時の住民は戦後に島を離れ、今の住民は別の土地から来た人々である。"
)


@pytest.mark.parametrize(
    "student",
    [
        "shell",
        "shell-fails",
        "magic",
        "patched",
        "kinds",
        "setup",
        "in-the-check",
        "below",
        "wrong-above",
        "none-above",
        "made-above",
        "labelled",
        "dots",
        "no-ending",
        "old-ending",
        "numbered",
        "a-text",
    ],
)
def test_an_unusual_way_to_a_right_answer_costs_nothing(unusual, student):
    row = unusual.row(student)
    assert (row["score"], row["status"]) == ("20", "graded"), row


def test_what_befell_unusual_work_is_said(unusual):
    assert "said by the /tmp shell" in text_of(unusual.page("shell"))
    assert "no-such-program: not found" in text_of(unusual.page("shell-fails"))
    assert "the setup cell was changed" in unusual.row("setup")["message"]
    for number in (2, 3, 5):
        assert f"task {number} was answered below its check" in unusual.row("below")["message"]
    for student in ("wrong-above", "none-above", "made-above", "below-then-ends"):
        message = unusual.row(student)["message"]
        assert "task 2 was answered below its check" in message and "task 2: " not in message
    assert "." * 19_000 in text_of(unusual.page("dots"))
    assert "the file is named 'islands.ipynb (1)'" in unusual.row("numbered")["message"]
    assert "beside it lies 'essay.docx', which was not read" in unusual.row("a-text")["message"]
    ran = unusual.row("ran")["message"]
    assert "the cell of task 1 ended with FileNotFoundError, and did not where it was w" in ran
    assert "an extra cell ended with FileNotFoundError;" in f"{ran};"


def test_what_was_answered_below_its_check_before_the_process_ended_counts(unusual):
    row = unusual.row("below-then-ends")
    assert (row["score"], row["status"]) == ("20", "stopped: exit"), row


def test_of_answers_below_a_check_only_the_last_is_tried(unusual):
    """So that nobody gets points by guesses, a cell each."""
    assert unusual.row("guesses")["score"] == "17", unusual.row("guesses")


@pytest.mark.parametrize(
    "student",
    [
        "assigned",
        "printed",
        "shown",
        "japanese",
        "in-pieces",
        "in-a-format",
        "alone",
        "alone-in-japanese",
        "japanese-text",
        "japanese-pieces",
        "lines",
        "added",
        "a-list",
        "a-dict",
        "by-the-shell",
        "by-printf",
        "environment",
        "a-line-each",
    ],
)
def test_an_essay_written_as_code_waits(unusual, student):
    row = unusual.row(student)
    assert (row["score"], row["status"]) == ("20", "essay waits"), row


def test_a_picture_of_an_essay_that_stands_elsewhere_is_counted_once(unusual):
    assert "1 picture could not be shown" in unusual.row("pictured")["message"]


def test_everybody_has_one_line_and_litter_has_none(class_):
    students = {row["student"] for row in class_.rows}
    assert not students & {"__MACOSX", "$RECYCLE.BIN"} and "__MACOSX" not in {
        row["assignment"] for row in class_.rows
    }
    assert (
        unicodedata.normalize("NFD", "José") not in students and class_.row("José")["score"] == "20"
    )
    assert [row["assignment"] for row in class_.rows if row["student"] == "José"] == [
        "borders",
        STEM,
    ]
    for student in ("Hanako Sato_101", "Ivan Petrov_102", "Olga Ivanova_103", "Group 7"):
        assert class_.row(student)["score"] == "20", class_.row(student)
    assert "onlinetext.html" in class_.row("Ken Ito_104")["message"]
    assert re.search(r"islands-101\.zip: it is an archive; unpack it", class_.said)
    assert ".hidden: its name begins with a dot" in class_.said
    assert class_.row("alice")["score"] == "20" and class_.row("mallory")["status"] == "missing"
    assert [
        row["status"]
        for row in class_.rows
        if (row["student"], row["assignment"]) == ("Anna Li_105", "borders")
    ] == ["graded"]
    counts = {(row["student"], row["assignment"]) for row in class_.rows}
    assert len(counts) == len(class_.rows)


@pytest.mark.parametrize("student", ["text-file", "json-file"])
def test_a_notebook_with_a_further_ending_is_read(class_, student):
    assert (
        class_.row(student)["score"] == "20"
        and "the file is named" in class_.row(student)["message"]
    )


@pytest.mark.parametrize(
    "student, named",
    [
        ("word", "no notebook was handed in; there is 'essay.docx'"),
        ("wrong-one", "another assignment: borders"),
        ("login", "a web page with the title 'Log in to the site'"),
        ("zipped", "a zip with 'islands.ipynb' in it; it must be unpacked"),
        ("many-digits", "not a notebook"),
    ],
)
def test_what_is_no_notebook_of_the_assignment_is_called_what_it_is(class_, student, named):
    assert (
        class_.row(student)["status"] == "unreadable" and named in class_.row(student)["message"]
    ), class_.row(student)
    assert named in text_of(class_.page(student)).replace(
        "it is the notebook", "It is the notebook"
    ) or named[0].upper() + named[1:] in text_of(class_.page(student))


def test_names_act_neither_in_a_table_nor_in_a_terminal_nor_in_a_page(class_):
    for name in ("grades.csv", "grades-by-student.csv"):
        with open(class_.out / name, newline="", encoding="utf-8") as file:
            values = [value for row in csv.reader(file) for value in row]
        assert not [
            value
            for value in values
            if unicodedata.normalize("NFKC", value)[:1] in tuple("=+-@\t\r\n")
        ]
        assert not [
            letter for value in values for letter in value if unicodedata.category(letter) == "Cc"
        ]
    assert "\x1b" not in class_.said and "\\x1b[31mred" in class_.said
    assert {"'=1+1", "'+2", "'-3", "'@four", "'＝5", "a\\x09b", "\\x1b[31mred"} <= {
        row["student"] for row in class_.rows
    }
    assert "<img src=x" not in (class_.out / "summary.html").read_text(encoding="utf-8")
    assert not list((class_.out / "feedback").glob("*<*"))


# written work ------------------------------------------------------------------------------------


@pytest.mark.parametrize("student", ["below", "among-code", "in-the-question", "dropped-marks"])
def test_written_work_waits_for_a_person_wherever_it_stands(class_, student):
    assert (
        class_.row(student)["status"] == "essay waits" and class_.row(student)["score"] == "20"
    ), class_.row(student)
    page = class_.page(student)
    assert "No response" not in page.rpartition('name="essay-1"')[2] and ESSAY in text_of(page)


@pytest.mark.parametrize("student", ["untouched", "untouched-without-marks", "windows"])
def test_nothing_written_does_not_wait(class_, student):
    row = class_.row(student)
    assert (
        (row["score"], row["status"]) == ("0", "graded")
        and "changed" not in row["message"]
        and "answered" not in row["message"]
    ), row
    assert "No response" in class_.page(student)


def test_one_long_write_costs_no_answer(class_):
    assert (
        class_.row("long-write")["score"] == "20"
        and "printed" not in class_.row("long-write")["status"]
    ), class_.row("long-write")


# bounds ------------------------------------------------------------------------------------------


def test_no_text_holds_up_the_feedback_or_the_form(tmp_path_factory, class_):
    """A class with texts for which layouts and lexers take minutes; the same command goes on with
    the class before.
    """
    notebook = class_.solved()
    signs = "".join(
        f"```{language}\n{'(' * 90_000}\n```\n" for language in ("perl", "ruby", "html")
    )[:199_000]
    cell(notebook, "essay-1")["source"] = "# a" + " " * 190_000 + "b"
    notebook["cells"] += [
        markdown(text)
        for text in (
            signs,
            "[" * 190_000,
            "[a]: b\n" * 25_000,
            "`" * 190_000,
            "> " * 90_000,
            "*a " * 60_000,
            "![" * 90_000,
            "<!--" * 45_000,
            "| a " * 40_000,
        )
    ]
    notebook["cells"] += [
        code("#" + " \n" * 90_000),
        code("%%perl\n" + "(" * 90_000),
        code("x = '" + "\\" * 90_000),
    ]
    class_.hand_in("slow", notebook)
    began = time.monotonic()
    said = make("grade", f"SUBMISSIONS={class_.folder}", f"OUT={class_.out}", seconds=150).stdout
    assert "Error" not in said and "b" in text_of(class_.page("slow")), said
    assert time.monotonic() - began < 150
