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
NAMES = [
    "=1+1",
    "'=1+1",
    "+2",
    "-3",
    "@four",
    "＝5",
    "a\tb",
    "\x1b[31mred",
    "<img src=x onerror=alert(31)>",
]
ESSAY = (
    "The population figures of 1945 cannot be compared with those of today, since nobody "
    "counted in the same way."
)


RUSSIAN = (
    "Численность населения в сорок пятом году нельзя сравнивать с нынешней потому что "
    "тогда и теперь людей на островах считали совсем иначе"
)


def make(
    *arguments: str, seconds: float = 900, folder: Path = ROOT, **environment: str
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
        "__MACOSX/alice/._x.ipynb",
        f"alice/__MACOSX/._{STEM}.ipynb",
        "Thumbs.db",
        ".DS_Store",
        "$RECYCLE.BIN/x",
        "alice/desktop.ini",
        f"alice/{STEM}/._{STEM}.ipynb",
    ):
        this.put(litter, b"\0\x05\x16\x07, litter")
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
        "2 pictures could not be shown" in class_.row("pictures")["message"]
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
        ("program", "islands/a/islands.py: it was not read"),
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
def left(tmp_path_factory):
    """A class whose work has other things beside it, whatever becomes of the work."""
    this = Class(tmp_path_factory.mktemp("left"))
    blank, essay = this.blank(), b"PK\x03\x04 word/document.xml"
    twice, copied = "Zo\u00eb", "Jos\u00e9"
    for path, content in {
        f"broken/{STEM}/{STEM}.ipynb": b'{"cells": [}',
        f"broken/{STEM}/{STEM} (2).ipynb": blank,
        f"broken/{STEM}/essay.docx": essay,
        f"broken/{STEM}.zip": essay,
        f"of-another/{STEM}/mine.ipynb": this.blank("borders"),
        f"of-another/{STEM}/work/essay.docx": essay,
        f"several/{STEM}/a.ipynb": blank,
        f"several/{STEM}/b.ipynb": blank,
        f"several/{STEM}/third/c.ipynb": blank,
        f"several/{STEM}/essay.docx": essay,
        f"none/{STEM}/report.pdf": b"%PDF-1.7",
        f"none/{STEM}/more/essay.docx": essay,
        f"{twice}/{STEM}/{STEM}.ipynb": blank,
        f"{unicodedata.normalize('NFD', twice)}/{STEM}/{STEM}.ipynb": {**blank, "metadata": {}},
        f"{twice}/{STEM}/essay.docx": essay,
        f"{copied}/{STEM}/{STEM}.ipynb": blank,
        f"{unicodedata.normalize('NFD', copied)}/{STEM}/{STEM}.ipynb": blank,
        f"saved/.ipynb_checkpoints/{STEM}-checkpoint.ipynb": blank,
        "saved/borders/borders.ipynb": this.blank("borders"),
        f"links/{STEM}/{STEM}.ipynb": blank,
        f"links/{STEM}/.ipynb_checkpoints/essay.docx": essay,
        f"Mo_1_assignsubmission_file_/{STEM}.ipynb": blank,
        f"Mo_1_assignsubmission_file_/more/{STEM}.ipynb": blank,
    }.items():
        this.put(path, content)
    (this.folder / "links" / ".own").mkdir()
    (this.folder / "links" / ".own" / "folder").symlink_to(this.folder / "several")
    (this.folder / "links" / STEM / "copy.ipynb").symlink_to(this.folder / "several" / STEM)
    (this.folder / "links" / STEM / "Thumbs.db").symlink_to(this.folder / "several" / STEM)
    (this.folder / "Mo_1_assignsubmission_file_" / "a.txt").symlink_to(this.folder / "several")
    (this.folder / "pipe").mkdir()
    os.mkfifo(this.folder / "pipe" / f"{STEM}.ipynb")
    os.mkfifo(this.folder / "loose.ipynb")
    this.grade()
    return this


@pytest.mark.parametrize(
    ("student", "status", "named"),
    [
        ("broken", "unreadable", ["islands/essay.docx: it was not read"]),
        ("broken", "unreadable", ["broken JSON", "islands/islands (2).ipynb: it was not graded"]),
        ("broken", "unreadable", ["islands.zip: it is an archive, and must be unpacked"]),
        ("of-another", "unreadable", ["assignment: borders", "named 'mine.ipynb'", "work/essay"]),
        ("several", "unreadable", ["islands/a.ipynb, islands/b.ipynb, islands/third/c.ipynb: it"]),
        ("several", "unreadable", ["islands/essay.docx: it was not read"]),
        ("none", "unreadable", ["'report.pdf': it is a PDF; islands/more/essay.docx: it was not"]),
        (
            "Zo\u00eb",
            "unreadable",
            ["2 different notebooks", "islands/essay.docx: it was not read"],
        ),
        ("Jos\u00e9", "graded", ["islands/islands.ipynb: it is a copy of what was read"]),
        ("saved", "missing", [".ipynb_checkpoints: its name begins with a dot"]),
        (
            "links",
            "graded",
            [".own: its name begins", "islands/Thumbs.db, islands/copy.ipynb: it is a link"],
        ),
        ("Mo_1", "graded", ["a.txt: it is a link", "more/islands.ipynb: it is a copy of what"]),
        ("links", "graded", ["islands/.ipynb_checkpoints: its name begins with a dot"]),
        ("pipe", "missing", ["islands.ipynb: it is not a plain file"]),
    ],
)
def test_what_lies_beside_the_work_is_named_whatever_becomes_of_the_work(
    left, student, status, named
):
    row = left.row(student)
    assert row["status"] == status, row
    assert [words for words in named if words not in row["message"]] == [], row


def test_what_lies_beside_the_work_is_named_by_the_command_too(left):
    for words in ("broken/islands/essay.docx: it", "pipe/islands.ipynb: it", "loose.ipynb: it is"):
        assert f"Passed over: {words}" in left.said, left.said


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

    def below(notebook: dict, name: str, added: dict) -> None:
        notebook["cells"].insert(notebook["cells"].index(cell(notebook, name)) + 1, added)

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

    def wrong(notebook: dict) -> None:
        cell(notebook, "task-2")["source"] = " = ".join([*answers_of(notebook, "task-2"), "0"])

    def wrongly(student: str, change=lambda notebook: None) -> None:
        hand_in(student, lambda notebook: (wrong(notebook), change(notebook)))

    def again(notebook: dict, name: str) -> None:
        notebook["cells"].append(json.loads(json.dumps(cell(notebook, name))))

    def tried_with_noise(notebook: dict) -> None:
        answer = cell(notebook, "task-2")["source"]
        wrong(notebook)
        for number in range(20):
            name = f"{'Long' * 14}{number}"
            notebook["cells"].append(code(f"class {name}(Exception): ...\nraise {name}"))
        notebook["cells"].append(code(answer))

    wrongly("wrong")
    wrongly("wrong-and-empty", lambda notebook: notebook["cells"].append(code(" ")))
    elsewhere = {
        "a-look": lambda notebook: below(notebook, "task-2", code("1")),
        "moved": lambda notebook: notebook["cells"].reverse(),
        "in-markdown": lambda notebook: below(notebook, "task-2", markdown("five")),
        "setup-again": lambda notebook: again(notebook, "setup"),
        "untouched-copy": lambda notebook: notebook["cells"].append(cell(this.blank(), "task-2")),
        "check-as-text": lambda notebook: cell(notebook, "task-2-check").update(
            cell_type="markdown"
        ),
        "question-again": lambda notebook: again(notebook, "task-2-question"),
        "in-a-later-cell": before("1", "task-3"),
    }
    for student, change in elsewhere.items():
        wrongly(f"wrong-{student}", change)
    wrongly(
        "wrong-twice",
        lambda notebook: before(" = ".join([*answers_of(notebook, "task-2"), "1"]), "task-3")(
            notebook
        ),
    )
    hand_in("with-noise", tried_with_noise)
    hand_in(
        "numbers",
        lambda notebook: (
            cell(notebook, "task-2").update(source=cell(notebook, "task-2")["source"] + "\n7"),
            before("assert Out[4] == 7", "task-3")(notebook),
        ),
    )
    hand_in(
        "written-to",
        before("import subprocess, sys\nsubprocess.run(['true'], stdout=sys.stdout, check=True)"),
    )
    hand_in(
        "guesses",
        lambda notebook: (
            notebook["cells"].append(code(" = ".join([*answers_of(notebook, "task-2"), "1"]))),
            moved(notebook, "task-2", above="0"),
            notebook["cells"].append(code(" = ".join([*answers_of(notebook, "task-2"), "2"]))),
        ),
    )
    for student, change in {
        "reused": lambda notebook: (
            moved(notebook, "task-2"),
            notebook["cells"].append(code("for residents in range(3):\n    pass")),
        ),
        "scratch-in-check": lambda notebook: cell(notebook, "task-2-check").update(
            source=f"{cell(notebook, 'task-2-check')['source']}\nresidents = inhabited = None"
        ),
        "copy-for-scratch": lambda notebook: below(
            notebook, "task-5-check", {**cell(notebook, "task-2"), "source": "residents = None"}
        ),
        "setup-again": lambda notebook: (
            below(notebook, "task-2-check", code("islands = observations = None")),
            below(notebook, "task-3-question", {**cell(notebook, "setup"), "id": "again"}),
        ),
        "above-setup": lambda notebook: notebook["cells"].insert(0, code("%reset -f\nload = 1")),
        "trial-between": lambda notebook: (
            below(notebook, "task-2", {**cell(notebook, "task-2"), "id": "again"}),
            below(notebook, "task-2", code("residents = inhabited = None")),
            cell(notebook, "task-2").update(source="islets = 0"),
        ),
        "switched-off": lambda notebook: below(
            notebook,
            "task-2",
            {
                **markdown("residents = inhabited = None"),
                "metadata": cell(notebook, "task-2")["metadata"],
            },
        ),
        "wrapped": lambda notebook: below(
            notebook,
            "task-2-check",
            code("value = (\n    1\n    != 2\n)\nresidents = f'\\n%s' % None"),
        ),
        "no-setup": lambda notebook: (
            below(notebook, "setup", code(cell(notebook, "setup")["source"] + "\none = 1")),
            notebook["cells"].remove(cell(notebook, "setup")),
            notebook["cells"].append(code("two = one + 1")),
        ),
        "setup-last": lambda notebook: (
            notebook["cells"].insert(0, code("one = 1")),
            notebook["cells"].append(
                notebook["cells"].pop(notebook["cells"].index(cell(notebook, "setup")))
            ),
        ),
        "import-above": lambda notebook: (
            notebook["cells"].insert(0, code("import pandas as pd")),
            before("from unsigned_peace import load\nmine = load('islands')", "setup")(notebook),
            before("mine.columns")(notebook),
        ),
        "bracket-below": lambda notebook: cell(notebook, "task-2-check").update(
            source=f"{cell(notebook, 'task-2-check')['source']}\n"
            "residents = inhabited = max(\n    -1,\n    -2,\n)"
        ),
        "second-round": lambda notebook: (
            moved(notebook, "task-3", above="0"),
            moved(notebook, "task-2"),
            notebook["cells"][-1].update(metadata=cell(notebook, "task-2")["metadata"]),
        ),
        "corrected-at-the-end": lambda notebook: (
            moved(notebook, "task-2", above="0"),
            notebook["cells"].insert(-1, dict(cell(notebook, "task-2-question"), id="again")),
        ),
        "text-made-code": lambda notebook: (
            cell(notebook, "task-2-question").update(
                code(cell(notebook, "task-2")["source"]),
                metadata=cell(notebook, "task-2-question")["metadata"],
            ),
            cell(notebook, "task-2").update(source=cell(this.blank(), "task-2")["source"]),
        ),
        "module": before("open('mine.py', 'w').write('one = 1')\nimport mine"),
    }.items():
        hand_in(student, change)
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
        "no-code": " ".join(ESSAY.split()[:12]),
        "formatted": f'f"""{" ".join(ESSAY.split()[:12])} {{1}}"""',
        "slashes": '"Either/or: first/second, third/fourth (fifth), sixth… and/or, seventh*, last"',
        "in-bytes": f'text = b"""{ESSAY} {ESSAY}"""',
        "docstring": f'def why():\n    """{ESSAY}"""',
        "added-up": f'"{" ".join(ESSAY.split()[:5])}" + "{" ".join(ESSAY.split()[5:9])}"',
        "dashes": "**One** — **two** — ‘three’ — four/five … **six** — ‘seven’ — **eight** nine",
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
    hand_in(
        "in-its-cell-as-code",
        lambda notebook: cell(notebook, "essay-1").update(
            cell_type="code", source='print("a few words")', outputs=[], execution_count=None
        ),
    )
    hand_in(
        "in-its-cell-computed",
        lambda notebook: cell(notebook, "essay-1").update(
            cell_type="code", source="1 + 1", outputs=[], execution_count=None
        ),
    )
    hand_in("signs", lambda notebook: cell(notebook, "essay-1").update(source="→ ✓ ???"))
    hand_in("signs-below", lambda notebook: notebook["cells"].append(markdown("I.")))
    for student, text in {
        "repeated": "\n".join(["# the page is plainly wrong on all of this"] * 5),
        "one-word-comments": "\n".join(f"# {word}" for word in f"{ESSAY} {RUSSIAN}".split()),
        "in-a-magic": f"%%markdown\n# {' '.join(ESSAY.split()[:10])}",
        "in-hindi": f'print("{HINDI}")',
        "emphasis": "\n".join(f'print("*{piece}* — ‘so’")' for piece in FEW),
        "in-few-formats": "\n".join(
            f'print(f"{piece[: len(piece) // 2]}{{1}}{piece[len(piece) // 2 :]}")' for piece in FEW
        ),
        "beside-a-call": f'"{ESSAY}", len("four")',
        "as-a-type": f'essay: "{ESSAY}" = 1',
        "as-what-is-returned": f'def f() -> "{ESSAY}": ...',
        "as-types-of-names": "\n".join(
            f"{word}: {other}"
            for word, other in zip(
                ["Small", "Empty", "Near", "Far", "Rich", "Few"],
                ["land", "seldom", "one", "most", "seas", "people"],
                strict=True,
            )
        ),
        "in-a-format-part": f'value = f"{{1:{" ".join(ESSAY.split()[:15])} {RUSSIAN}}}"',
        "key-words": ", ".join(
            word.strip(".,")
            for word in ["islands", "fish", "gas", "straits", "bases", "money", "law", "votes"]
        ),
        "names-alone": "islands and fish and gas and straits and bases and votes or nothing",
    }.items():
        hand_in(student, lambda notebook, text=text: notebook["cells"].append(code(text)))
    hand_in(
        "copied-as-a-comment",
        lambda notebook: notebook["cells"].append(
            {
                **markdown("# The islands are small, not empty"),
                "metadata": cell(notebook, "task-2")["metadata"],
            }
        ),
    )
    for kind in ("markdown", "raw"):
        hand_in(
            f"copied-as-{kind}",
            lambda notebook, kind=kind: notebook["cells"].append(
                {**markdown(ESSAY), "cell_type": kind}
                | {"metadata": cell(notebook, "task-2")["metadata"]}
            ),
        )
    for student, more in {"notices-right": 0, "notices-wrong": 1}.items():
        hand_in(
            student,
            lambda notebook, more=more: cell(notebook, "task-2").update(
                source=f"{cell(notebook, 'task-2')['source']}\n{NOTICES}"
                f"islets = Noticed(islets + {more})"
            ),
        )
    hand_in(
        "seven-errors",
        lambda notebook: [
            cell(notebook, f"task-{number}").update(
                source=f"class {'LongName' * 7}(Exception): ...\nraise {'LongName' * 7}"
            )
            for number in range(1, 8)
        ],
    )
    hand_in(
        "name-of-a-check",
        lambda notebook: cell(notebook, "task-7").update(
            source=cell(notebook, "task-7")["source"].replace(
                '{"kunashir", "shikotan", "habomai"}', 'set(four) - {"iturup"}'
            )
        ),
    )
    hand_in(
        "nameless",
        before("class Fault(Exception): ...\nFault.__name__ = ''\nraise Fault", "task-3"),
    )
    hand_in(
        "named-in-kanji", before("class \u8aa4\u308a(Exception): ...\nraise \u8aa4\u308a", "task-3")
    )
    answers = answers_of(this.blank(), "task-2")
    hand_in(
        "reset-below",
        lambda notebook: (
            before(
                f"def solve():\n    global {', '.join(answers)}\n    "
                + cell(notebook, "task-2")["source"].replace("\n", "\n    "),
                "task-1",
            )(notebook),
            wrong(notebook),
            before("solve()", "task-5")(notebook),
            before(" = ".join([*answers, "0"]), "task-6")(notebook),
        ),
    )
    hand_in(
        "deleted-below",
        lambda notebook: (
            wrong(notebook),
            before(f"{answers[0]} = 5\ndel {answers[1]}", "task-3")(notebook),
        ),
    )
    emptied = "\nright = list(north_to_south)\nrows = north_to_south = []"
    for student, then in {
        "keys": "\nnorth_to_south = dict.fromkeys(north_to_south).keys()",
        "by-a-handler": f"{emptied}\nget_ipython().events.register(\n"
        "    'pre_run_cell', lambda _: globals().update(north_to_south=right))",
        "an-error-within": "\nget_ipython().run_cell('1 / 0')",
    }.items():
        hand_in(
            student,
            lambda notebook, then=then: cell(notebook, "task-1").update(
                source=cell(notebook, "task-1")["source"] + then
            ),
        )
    hand_in(
        "an-error-kept",
        lambda notebook: cell(notebook, "task-3").update(source="%%capture\n1 / 0"),
    )
    for student, then in {
        "through-another-name": "rows.extend(right)",
        "through-a-star": "open('mine.py', 'w').write(f'north_to_south = {right}')\n"
        "from mine import *",
        "then-stopped": "rows.extend(right)\nimport os\nos._exit(0)",
    }.items():
        hand_in(
            student,
            lambda notebook, then=then: (
                cell(notebook, "task-1").update(
                    source=cell(notebook, "task-1")["source"] + emptied
                ),
                before(then, "task-3")(notebook),
                before("rows.clear()\n%reset -f", "task-7")(notebook),
            ),
        )
    hand_in(
        "large",
        lambda notebook: (
            cell(notebook, "task-1").update(
                source=cell(notebook, "task-1")["source"]
                + "\nright = {'north_to_south': north_to_south}\n"
                "north_to_south = [f'no island {number}' for number in range(3_000)]"
            ),
            before("globals().update(right)", "task-3")(notebook),
        ),
    )
    hand_in(
        "attached",
        lambda notebook: cell(notebook, "essay-1").update(
            source="", attachments={"my page.png": {"image/png": PIXEL}}
        ),
    )

    def without_marks(notebook: dict) -> None:
        cell(notebook, "essay-1").update(
            cell_type="code", source='print("Small, since")', outputs=[], execution_count=None
        )
        for place in notebook["cells"]:
            place["metadata"] = {}

    hand_in("in-its-cell-as-code-without-marks", without_marks)
    hand_in("in-pieces", lambda notebook: notebook["cells"].extend(map(code, PIECES)))
    for student, language in {"in-french": FRENCH, "in-vietnamese": VIETNAMESE}.items():
        pieces = [unicodedata.normalize("NFD", piece) for piece in language]
        hand_in(
            student, lambda notebook, pieces=pieces: notebook["cells"].append(code(f"{pieces}"))
        )
    hand_in(
        "beside-answers",
        lambda notebook: [
            before(f"# {' '.join(ESSAY.split()[number * 3 - 3 : number * 3])}", f"task-{number}")(
                notebook
            )
            for number in range(1, 8)
        ],
    )
    hand_in("emptied", lambda notebook: cell(notebook, "essay-1").update(source=" \n"))
    hand_in(
        "photo",
        lambda notebook: cell(notebook, "essay-1").update(
            source=f"1956. then:\n\n![mine](data:image/jpg;base64,{'iVBO' * 60_000})\n\n"
            f"{'-' * 60}\n\n"
            f"![drawn][one]\n\n[one]: <data:image/png;base64,{'iVBO' * 60}>"
        ),
    )
    hand_in(
        "quoted",
        lambda notebook: cell(notebook, "essay-1").update(
            source="\n".join("  " * level + f"- level {level}" for level in range(30))
        ),
    )
    hand_in("deeper", before("pass"))
    this.put(f"deeper/{STEM}/final/{STEM}.ipynb", this.solved())
    this.put(f"deeper/{STEM}/.hidden.ipynb", this.solved())
    for name in (".essay.md", ".git/.config", ".DS_Store", "__pycache__/x.pyc"):
        this.put(f"hidden-beside/{STEM}/{name}", b"x")
    this.put(f"in-litter/{STEM}/__pycache__/{STEM}.ipynb", this.solved())
    this.put(f"lost+found/{STEM}/{STEM}.ipynb", this.solved())
    this.put(f"deep-in-litter/{STEM}/__MACOSX/.x/{STEM}.ipynb", this.solved())
    both = this.blank("formulas")
    cell(both, "essay-1").update(source=f"{ESSAY}\n\nThe second:\n\n{ESSAY}")
    this.put("two-in-one/formulas/formulas.ipynb", both)
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
#: Pieces of sentences in languages whose words have signs within or marks above.
FRENCH = ["l’île d’Itouroup est là-bas", "qu’on l’appelle aujourd’hui autrement"] + [
    f"c’est-à-dire l’année {word} d’après-guerre"
    for word in ("première", "même", "dernière", "où", "suivante", "entière")
]
VIETNAMESE = [f"đảo này có người ở {word}" for word in ("trước", "sau", "lâu", "mãi", "đó", "đây")]
#: A number that sees that it is read a second time, and ends its process.
NOTICES = """
import os
class Noticed(int):
    times = []
    def __abs__(self):
        Noticed.times.append(1)
        if len(Noticed.times) > 1:
            os._exit(0)
        return int.__abs__(self)
"""
HINDI = " ".join(["द्वीपों की संधि पर दोनों सरकारों की बात अलग है और हर पक्ष अपने कागज़ दिखाता है"] * 3)
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
        "setup",
        "in-the-check",
        "below",
        "wrong-above",
        "none-above",
        "made-above",
        "reused",
        "scratch-in-check",
        "copy-for-scratch",
        "setup-again",
        "above-setup",
        "trial-between",
        "wrapped",
        "no-setup",
        "setup-last",
        "import-above",
        "bracket-below",
        "name-of-a-check",
        "second-round",
        "corrected-at-the-end",
        "text-made-code",
        "module",
        "numbers",
        "keys",
        "written-to",
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


@pytest.mark.parametrize("student", ["patched", "kinds", "labelled", "switched-off"])
def test_what_may_be_an_essay_and_is_none_costs_a_glance(unusual, student):
    """Words of code and of an essay are not told apart, and code in a cell of text is text: a
    person looks, and nothing is lost.
    """
    row = unusual.row(student)
    assert (row["score"], row["status"]) == ("20", "essay waits"), row


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
    assert f"{STEM}/essay.docx: it was not read" in unusual.row("a-text")["message"]
    ran = unusual.row("ran")["message"]
    assert "the cell of task 1 ended with FileNotFoundError, and did not where it was w" in ran
    assert "an extra cell ended with FileNotFoundError;" in f"{ran};"


def test_a_right_answer_is_read_as_often_as_a_wrong_one(unusual):
    """Else code that is read again knows that it was wrong, fails, and guesses anew."""
    for student in ("notices-right", "notices-wrong"):
        assert unusual.row(student)["status"] == "stopped: exit", unusual.row(student)


def test_what_was_answered_below_its_check_before_the_process_ended_counts(unusual):
    row = unusual.row("below-then-ends")
    assert (row["score"], row["status"]) == ("20", "stopped: exit"), row


def test_of_answers_below_a_check_only_the_first_and_the_last_are_tried(unusual):
    """So that nobody gets points by guesses, a cell each."""
    assert unusual.row("guesses")["score"] == "17", unusual.row("guesses")


LOOK = "look at task 2: points are missing, and not only the cells of answers were written into"


@pytest.mark.parametrize(
    "student",
    [
        "wrong-a-look",
        "wrong-moved",
        "wrong-in-markdown",
        "wrong-setup-again",
        "wrong-untouched-copy",
        "wrong-check-as-text",
        "wrong-question-again",
        "guesses",
    ],
)
def test_who_worked_elsewhere_loses_no_points_without_a_word(unusual, student):
    """No rule finds every way to answer; a teacher can, who is told where to look."""
    row = unusual.row(student)
    assert row["score"] == "17" and row["message"].partition(";")[0] == LOOK, row


@pytest.mark.parametrize("student", ["wrong-twice", "deleted-below"])
def test_why_to_look_is_said_as_it_was(unusual, student):
    """All cells are as they were handed out, and an answer stands in that of a later task."""
    message = unusual.row(student)["message"]
    assert message.startswith("look at task 2: points are missing, and an answer came below its")


@pytest.mark.parametrize("student", ["wrong", "wrong-and-empty", "wrong-in-a-later-cell"])
def test_who_wrote_into_the_cells_of_answers_alone_is_not_named(unusual, student):
    row = unusual.row(student)
    assert (row["score"], row["message"]) == ("17", ""), row


@pytest.mark.parametrize(
    ("student", "said"),
    [
        ("reset-below", "task 2 was answered below its check"),
        ("through-another-name", "task 1 was answered below its check"),
        ("through-a-star", "task 1 was answered below its check"),
        ("by-a-handler", "task 1 was answered below its check"),
        ("then-stopped", "look at task 1, task 3"),
    ],
)
def test_an_answer_below_its_check_is_seen_whoever_sets_it(unusual, student, said):
    row = unusual.row(student)
    assert row["message"].startswith(said), row


def test_where_answers_are_too_large_to_be_looked_at_again_that_is_said(unusual):
    message = unusual.row("large")["message"]
    assert message.startswith("look at task 1: points are missing, and answers are too large"), (
        message
    )


def test_an_error_is_named_whatever_it_is_called(unusual):
    ended = "the cell of task 3 ended with "
    assert f"{ended}an error without a name" in unusual.row("nameless")["message"]
    assert f"{ended}\u8aa4\u308a" in unusual.row("named-in-kanji")["message"]


def test_an_error_is_named_where_a_cell_keeps_it_or_has_it_run(unusual):
    ended = "ended with ZeroDivisionError"
    assert f"the cell of task 3 {ended}" in unusual.row("an-error-kept")["message"]
    assert f"the cell of task 1 {ended}" in unusual.row("an-error-within")["message"]


def test_each_cell_of_an_answer_that_failed_is_named(unusual):
    message = unusual.row("seven-errors")["message"]
    for number in range(1, 8):
        assert f"the cell of task {number} ended with {'LongName' * 7}" in message


def test_a_second_try_is_said_before_all_errors(unusual):
    row = unusual.row("with-noise")
    assert row["score"] == "20"
    assert row["message"].startswith("task 2 was answered below its check; an extra cell ended")
    assert "so did 14 more cells" in row["message"]


@pytest.mark.parametrize(
    "student",
    [
        "assigned",
        "printed",
        "shown",
        "japanese",
        "in-pieces",
        "in-a-format",
        "repeated",
        "one-word-comments",
        "in-a-magic",
        "in-hindi",
        "emphasis",
        "in-few-formats",
        "beside-a-call",
        "as-a-type",
        "as-what-is-returned",
        "as-types-of-names",
        "in-a-format-part",
        "key-words",
        "names-alone",
        "copied-as-a-comment",
        "copied-as-markdown",
        "copied-as-raw",
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
        "no-code",
        "in-bytes",
        "docstring",
        "added-up",
        "dashes",
        "signs",
        "signs-below",
        "in-its-cell-computed",
        "formatted",
        "slashes",
        "in-its-cell-as-code",
        "environment",
        "a-line-each",
        "in-french",
        "in-vietnamese",
        "beside-answers",
        "photo",
        "quoted",
        "attached",
        "in-its-cell-as-code-without-marks",
    ],
)
def test_an_essay_in_an_unusual_form_waits(unusual, student):
    row = unusual.row(student)
    assert (row["score"], row["status"]) == ("20", "essay waits"), row


def test_an_essay_in_the_cell_of_another_waits(unusual):
    (row,) = (
        row
        for row in unusual.rows
        if (row["student"], row["assignment"]) == ("two-in-one", "formulas")
    )
    assert (
        row["status"] == "essay waits" and "nothing stands in the cell of essay 2" in row["message"]
    )


def test_an_emptied_cell_is_no_essay(unusual):
    assert unusual.row("emptied")["status"] == "graded"


def test_an_essay_is_shown_with_its_pictures_and_in_all_its_levels(unusual):
    photo, quoted = unusual.page("photo"), unusual.page("quoted")
    assert (
        'start="1956"' in photo
        and "data:image/jpeg;base64,iVBO" in photo
        and 'alt="drawn"' in photo
    )
    assert "level 29" in text_of(quoted)


def test_what_lies_in_folders_below_a_notebook_is_named_on_the_line(unusual):
    message = unusual.row("deeper")["message"]
    assert f"{STEM}/final/{STEM}.ipynb: it was not graded" in message
    assert ".hidden.ipynb: its name begins with a dot" in message


def test_hidden_files_and_notebooks_in_litter_are_named(unusual):
    hidden = unusual.row("hidden-beside")
    assert hidden["status"] == "missing" and "a dot" in hidden["message"], hidden
    assert f"{STEM}/.essay.md, {STEM}/.git: its" in hidden["message"], hidden
    named = unusual.row("in-litter")["message"]
    assert f"__pycache__/{STEM}.ipynb lies where it is not looked for" in named, named
    assert ".x: its name begins with a dot" in unusual.row("deep-in-litter")["message"]
    assert unusual.row("lost+found")["score"] == "20"


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
    said = make("grade", f"SUBMISSIONS={class_.folder}", f"OUT={class_.out}", seconds=300).stdout
    assert "Error" not in said and "b" in text_of(class_.page("slow")), said
    assert time.monotonic() - began < 300
