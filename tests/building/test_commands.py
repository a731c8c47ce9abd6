"""Every command of the Makefile where machines, folders and habits are not the usual ones.

It works, or says in a sentence what to do. The project is the small book, with one assignment, in a
folder whose name has all signs that programs like to read in their own way.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.building.small import SECOND, add_place, make_project, write
from tests.conftest import ROOT
from tests.coursework.outside import USER, as_ordinary_user, hand_in

#: Blanks, quotes, brackets, percent, letters of other scripts, and what shells and patterns read.
HARD = 'my "book" [50%] it\'s 日本 Книга? {x} & $HOME'
OUT = 'results [1] 100% "q" 評価'
#: What the commands need beside the small book.
_MORE = (
    "Makefile", "pyproject.toml", ".importlinter", "requirements-chapters.txt", "tests/__init__.py",
    "tests/system.py", "coursework/islands.md", "coursework/mistakes/islands.yaml",
    "scripts/__init__.py", "scripts/format_cells.py", "README.md", "CHANGELOG.md",
)  # fmt: skip
TEST = "def test_one():\n    assert True\n"


def _environment(folder: Path) -> None:
    """The environment of this project, as `make` prepares one in another folder."""
    shutil.copytree(
        Path(sys.prefix), folder / ".venv", symlinks=True, copy_function=_link, dirs_exist_ok=True
    )
    for path in (folder / ".venv").glob("lib/python*/site-packages/unsigned_peace.pth"):
        path.unlink()  # it is also that of the other folder
        path.write_text(f"{folder}\n", encoding="utf-8")
    (folder / ".venv" / "ready").unlink()
    (folder / ".venv" / "ready").write_text(f"{folder}\n", encoding="utf-8")


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another disk
        shutil.copy2(source, target, follow_symlinks=False)


def _project(folder: Path) -> Path:
    folder.mkdir(parents=True)
    make_project(folder)
    for name in _MORE:
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for place in ("tests", "tests/audit"):
        (folder / place).mkdir(exist_ok=True)
        (folder / place / "test_one.py").write_text(TEST, encoding="utf-8")
    for place in ("bench", "hub"):
        (folder / place).mkdir()
        (folder / place / "__init__.py").touch()
    (folder / "bench" / "__main__.py").write_text('print("measured")\n', encoding="utf-8")
    # of what other programs bring nothing is asked here: it is there already
    for place in ("tests/audit/node_modules", "hub/node_modules", "hub/.venv"):
        (folder / place).mkdir(parents=True)
    (folder / "tests/audit/package-lock.json").touch()
    for name in ("hub/requirements.txt", "hub/package-lock.json"):
        (folder / name).touch()
    _environment(folder)
    for place in ("tests/audit/node_modules", "hub/node_modules", "hub/.venv"):
        (folder / place / "ready").touch()
    return folder


def made(folder: Path, *arguments: str, before=(), **options) -> tuple[int, str]:
    """A command as it is typed, after what stands ``before`` it: its status and all it printed."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "PYTHON", "MAKE", "VIRTUAL_ENV"))
    }
    environment |= {"UNSIGNED_PEACE_DATA": str(ROOT / "data")} if options.pop("data", False) else {}
    environment |= options.pop("env", {})
    run = subprocess.run(
        [*before, "make", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        **options,
    )
    return run.returncode, run.stdout


def works(folder: Path, *arguments: str, **options) -> str:
    status, said = made(folder, *arguments, **options)
    assert status == 0 and "Traceback" not in said, said
    return said


def says(sentence: str, folder: Path, *arguments: str, **options) -> None:
    """The command fails, and says so in words that are no traceback."""
    status, said = made(folder, *arguments, **options)
    assert status and sentence in said and "Traceback" not in said, said


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """The project in a folder with a hard name; built, with one submission to grade."""
    folder = _project(tmp_path_factory.mktemp("commands") / HARD)
    works(folder, "book")
    return folder


@pytest.fixture(scope="module")
def graded(project) -> Path:
    """The same with assignments written, and a submission graded into a folder of a hard name."""
    said = works(project, "coursework", data=True)
    assert "1 assignments" in said
    blank = project / "_build/coursework/release/islands/islands.ipynb"
    (handed := project / "in [x]" / "学生 1" / "islands").mkdir(parents=True)
    shutil.copy(blank, handed)
    said = works(project, "grade", "SUBMISSIONS=in [x]", f"OUT={OUT}", data=True)
    assert "1 of 1: 学生 1, islands: graded, 0 of 30 points" in said
    return project


def _listed() -> set[str]:
    return {
        line.split()[1]
        for line in made(ROOT, "--no-print-directory", "help")[1].splitlines()
        if line.startswith("  make ")
    }


# the walk ----------------------------------------------------------------------------------------

#: What shows that a command did its work; the others of the list have a test of their own below.
WALK = {
    "help": "make book",
    "check": "sound.",
    "book": "(nothing changed)",
    "reference": "",
    "format": "",
    "lint": "sound.",
    "setup": "",
    "test": " passed",
    "reviewed": "",
    "bench": "measured",
    "hub": "Nothing to be done",
    "print": "the-unsigned-peace.epub",
}
ELSEWHERE = {
    *("coursework", "grade", "mark", "serve", "lab", "write", "clean", "lock"),
    *("release", "changes", "links", "live", "audit", "publish"),
}


def test_no_command_is_left_out():
    assert _listed() == WALK.keys() | ELSEWHERE


@pytest.mark.parametrize("target", WALK)
def test_a_command_works_in_a_folder_with_a_hard_name(project, target):
    assert WALK[target] in works(project, target)
    if target == "reference":
        assert {path.stem for path in (project / "tests/outputs").glob("*.ipynb")} == {
            "index",
            "second",
        }


def test_coursework_and_grades_are_there_in_a_folder_with_a_hard_name(graded):
    assert "学生 1,islands,0,30,graded," in (graded / OUT / "grades.csv").read_text("utf-8")
    drawing = (graded / OUT / "summary" / "islands.svg").read_text(encoding="utf-8")
    ticks = [text for text in re.findall(r"<text[^>]*>([^<]*)<", drawing) if text.isdigit()]
    assert ticks == ["0", "1"], "of one student"
    again = works(graded, "grade", "SUBMISSIONS=in [x]", f"OUT={OUT}", data=True)
    assert "1 graded before and unchanged since" in again


@contextlib.contextmanager
def started(folder: Path, *arguments: str, address: str = "") -> Iterator[str]:
    """A command that serves pages; gives its address once it answers there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "JUPYTER_PORT": str(port), "JUPYTER_TOKEN": "t", "BROWSER": "true"}
    log = folder.parent / f"{arguments[0]}.log"
    with log.open("w+") as said:
        process = subprocess.Popen(
            ["make", *arguments, f"PORT={port}"],
            cwd=folder,
            env=environment,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            until = time.monotonic() + 90
            while True:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}{address}", timeout=5).close()
                    break
                assert time.monotonic() < until and process.poll() is None, log.read_text()
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
            assert "Traceback" not in log.read_text(), log.read_text()
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _asked(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return answer.read().decode()


def test_the_built_book_is_served(project):
    with started(project, "serve") as address:
        assert "A small chapter" in _asked(f"{address}/book/index.html")
        port = address.rpartition(":")[2]
        says("Another program has this port", project, "serve", f"PORT={port}")


@pytest.mark.parametrize(("command", "writable"), [("lab", False), ("write", True)])
def test_jupyterlab_has_its_extensions_and_keeps_the_book_s_files(project, command, writable):
    with started(project, command, address="/api") as address:
        page = json.loads(_asked(f"{address}/api/contents/book/index.md?token=t&content=0"))
        assert page["type"] == "notebook" and page["writable"] is writable
        assert "jupyterlab-myst" in _asked(f"{address}/lab?token=t")
        settings = json.loads(_asked(f"{address}/lab/api/settings?token=t&ids_only=true"))
        assert len(settings["settings"]) > 50


def test_the_form_for_essays_shows_what_was_graded(graded):
    with started(graded, "mark", f"OUT={OUT}", address="/api") as address:
        answer = _asked(f"{address}/formgrader/api/submissions/islands?token=t")
        assert answer.startswith("["), answer
        assert [each["student"] for each in json.loads(answer)] == ["学生 1"]
    says("Say where: make mark OUT=dir", graded, "mark", "OUT=nowhere")


def test_a_lock_begins_with_an_environment_and_clean_needs_none(project, tmp_path):
    said = works(project, "-n", "lock", "KEEP=1")
    assert said.count("uv pip compile") == 3
    folder = tmp_path / HARD
    (folder / "_build").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    works(folder, "clean")
    assert not (folder / "_build").exists()


def test_what_asks_git_or_other_hosts_says_what_it_needs(project):
    says("a release needs git", project, "release")
    says("has no place for the editions", project, "publish")  # a small book without downloads
    says("was not built", project, "changes", "BASE=nowhere")
    for command, runs in {
        "links": "commands.py unsigned_peace.public.outside_links",
        "live": "commands.py unsigned_peace.live",
        "audit": "commands.py pytest -n 2 --dist loadfile tests/audit",
    }.items():
        assert runs in works(project, "-n", command)


FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


def test_signs_for_which_there_is_no_font_are_named_and_nothing_is_printed(project, tmp_path):
    """On a machine with Latin and Cyrillic letters alone."""
    listed = subprocess.run(
        ["fc-list", "Liberation Serif", "file"], capture_output=True, text=True, check=True
    )
    fonts = Path(listed.stdout.splitlines()[0].partition(":")[0]).parent
    settings = tmp_path / "fonts.conf"
    settings.write_text(FONTS.format(fonts=fonts, cache=tmp_path / "cache"), encoding="utf-8")
    printed = project / "_build" / "print"
    shutil.rmtree(printed, ignore_errors=True)
    write(project, f"{SECOND}\nШикотан, 択捉 and 国後.\n", "second")
    status, said = made(project, "print", env={"FONTCONFIG_FILE": str(settings)})
    write(project, SECOND, "second")
    assert status and "Traceback" not in said, said
    named = re.search("these signs, which print would lose: (.*)", said)
    assert named and set(named[1]) == set("択捉国後"), said
    assert "fonts-noto-cjk" in said and not list(printed.glob("*.pdf"))


# what teachers name ------------------------------------------------------------------------------


def test_a_place_for_results_that_cannot_be_one_is_named(graded, tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (theirs := tmp_path / "course").mkdir()
    with sqlite3.connect(theirs / "gradebook.db") as book:
        book.execute("create table alembic_version (version_num text)")
    (broken := tmp_path / "broken").mkdir()
    shutil.copy(graded / OUT / "nbgrader_config.py", broken)
    (broken / "gradebook.db").write_text("no database", encoding="utf-8")
    for out, sentence in {
        tmp_path / "file": "is a file; results go to a folder",
        theirs: "has a grade book or settings of another course",
        broken: "The grade book gradebook.db in the folder of results cannot be used",
        Path("/proc/nowhere"): "/proc/nowhere",
    }.items():
        says(sentence, graded, "grade", "SUBMISSIONS=in [x]", f"OUT={out}", data=True)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
    assert not (theirs / "nbgrader_config.py").exists()
    says("Say where: make grade", graded, "grade", "OUT=x")


def test_a_student_reads_which_library_is_not_there(graded):
    """Matplotlib, say, which many bring."""
    hand_in(graded / "in matplotlib", "学生 2", "islands", {"task-1": "import matplotlib.pyplot"})
    works(graded, "grade", "SUBMISSIONS=in matplotlib", "OUT=out matplotlib", data=True)
    pages = [path.read_text("utf-8") for path in (graded / "out matplotlib").rglob("*.html")]
    assert any("environment does not have matplotlib" in " ".join(page.split()) for page in pages)


# the keyboard ------------------------------------------------------------------------------------


def stopped(folder: Path, *arguments: str, when: str) -> str:
    """What a command says that is stopped with Ctrl-C as soon as it has printed something."""
    process = subprocess.Popen(
        # listens to the keyboard also where these tests run in the background of a shell
        ["env", "--default-signal=INT", "make", *arguments],
        cwd=folder,
        env={**os.environ, "UNSIGNED_PEACE_DATA": str(ROOT / "data")}
        if arguments[0] == "grade"
        else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said = ""
    for line in process.stdout:
        said += line
        if when in line:
            break
    os.killpg(process.pid, signal.SIGINT)
    said += process.communicate(timeout=300)[0]
    assert process.returncode, said
    return said


@pytest.mark.parametrize(
    ("command", "when", "sentence"),
    [
        (("book",), "executing book/index.md", "Interrupted!"),  # in Sphinx, which says so itself
        (("reference", "ALL=1"), "executing book/index.md", "Stopped. What was finished before"),
        (("grade", "SUBMISSIONS=in [x]", "OUT=stopped"), "Passed over", "Stopped. What was"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_who_stops_a_command_reads_a_sentence_and_can_go_on(graded, command, when, sentence):
    if command[0] == "book":
        add_place(graded)
    if command[0] == "grade":
        (graded / "in [x]" / "stray.txt").touch()
    said = stopped(graded, *command, when=when)
    assert sentence in said and "Traceback" not in said, said
    if command[0] != "grade":
        works(graded, command[0])


# who runs it, and what that may do ---------------------------------------------------------------


@pytest.fixture(scope="module")
def open_project(project) -> Iterator[Path]:
    """The project where every user of the machine may look; it belongs to who runs the tests."""
    folder = Path("/tmp") / f"unsigned-peace-{os.getpid()}" / "a book"
    _project(folder)
    folder.parent.chmod(0o755)
    yield folder
    shutil.rmtree(folder.parent)


def test_an_ordinary_user_works_in_a_folder_of_their_own_and_in_no_other(open_project):
    ordinary = {"before": as_ordinary_user()}
    if os.geteuid():
        open_project.chmod(0o555)
    assert "sound." in works(open_project, "check", **ordinary)
    says("Permission denied. Nothing may be written or", open_project, "book", **ordinary)
    open_project.chmod(0o755)
    if os.geteuid() == 0:
        for path in [open_project, *open_project.rglob("*")]:
            if ".venv" not in path.parts:
                os.chown(path, USER, USER)
    works(open_project, "book", **ordinary)


@pytest.mark.parametrize(
    ("target", "place"),
    [("print", "_build"), ("reference", "tests/outputs"), ("coursework", "_build")],
)
def test_a_full_disk_is_said(graded, target, place):
    """A real small disk in the place of what is written."""
    script = """
        cp -r "$2/." "$3" && rm -rf _build/print _build/coursework/key "$3"/*.ipynb
        dd if=/dev/zero of="$3/ballast" bs=1k 2>/dev/null
        make "$1" ALL=1
    """
    (graded / place).mkdir(parents=True, exist_ok=True)
    kept = graded.parent / f"kept-{target}"
    shutil.copytree(graded / place, kept)
    disk = ["bwrap", "--dev-bind", "/", "/", "--size", str(400 * 2**20), "--tmpfs", graded / place]
    environment = {**os.environ, "UNSIGNED_PEACE_DATA": str(ROOT / "data")}
    run = subprocess.run(
        [*disk, "--", "sh", "-c", script, "sh", target, kept, place],
        cwd=graded,
        env=environment if target == "coursework" else None,
        capture_output=True,
        text=True,
        check=False,
    )
    said = run.stdout + run.stderr
    assert run.returncode and "No space left" in said and "Traceback" not in said, said


def test_a_project_that_only_its_owner_may_read_grades_too(graded):
    def strict() -> None:
        os.umask(0o077)

    command = ("grade", "SUBMISSIONS=in [x]", "OUT=strict")
    (graded / "unsigned_peace").chmod(0o700)
    if os.geteuid() == 0:  # as root, submissions run as users of their own
        remedy = "chmod -R go+rX unsigned_peace"
        says(remedy, graded, *command, data=True, preexec_fn=strict)
        subprocess.run(remedy.split(), cwd=graded, check=True)
    assert "1 of 1" in works(graded, *command, data=True, preexec_fn=strict)


@pytest.mark.parametrize(
    ("target", "limit", "value", "sentence"),
    [
        ("check", resource.RLIMIT_AS, 700 * 2**20, "ulimit -v"),
        ("check", resource.RLIMIT_AS, 3 * 2**30, ""),
        ("book", resource.RLIMIT_AS, 3 * 2**30, "ulimit -v"),
        ("check", resource.RLIMIT_NOFILE, 24, "ulimit -n"),
        ("book", resource.RLIMIT_NOFILE, 128, ""),
        ("reference", resource.RLIMIT_FSIZE, 2_000, "ulimit -f"),
    ],
    ids=["little memory", "memory", "memory to draw", "few files", "files", "small files"],
)
def test_low_limits_are_borne_or_named(project, target, limit, value, sentence):
    def low() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(limit, (value, value))

    if sentence:
        says(sentence, project, target, "ALL=1", preexec_fn=low)
    else:
        add_place(project)
        works(project, target, preexec_fn=low)


# what is there -----------------------------------------------------------------------------------


def test_half_an_environment_is_named_or_made_anew(project):
    packages = next((project / ".venv").glob("lib/python*/site-packages"))
    for lost, command in {"pandas": "check", "sphinx": "book", "ruff": "lint"}.items():
        (packages / lost).rename(packages / f"{lost}.lost")
        try:
            says("Delete .venv, and run the command again.", project, command)
        finally:
            (packages / f"{lost}.lost").rename(packages / lost)
    python = project / ".venv" / "bin" / "python"
    python.rename(python.with_name("python.lost"))
    try:
        assert "Preparing .venv" in works(project, "-n", "check")
    finally:
        python.with_name("python.lost").rename(python)


def test_a_system_without_column_lists_the_commands(tmp_path):
    for name in ("make", "sh", "awk", "cat", "grep", "id", "sed", "test"):
        (tmp_path / name).symlink_to(shutil.which(name))
    path = {"PATH": str(tmp_path)}
    assert set(_listed()) <= set(works(ROOT, "help", env=path).split())


def test_a_clone_made_on_windows_has_the_same_lines(tmp_path):
    """Where git writes CR LF by itself, as on Windows; a file with them all the same is named."""
    source, clone = tmp_path / "source", tmp_path / "clone"
    source.mkdir()
    for name in ("[.]gitattributes", "Makefile", "requirements.txt", "pyproject.toml"):
        for path in ROOT.glob(name):
            shutil.copy(path, source)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", source]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "All"]):
        subprocess.run([*git, *arguments], check=True)
    subprocess.run(["git", "clone", "-q", "-c", "core.autocrlf=true", source, clone], check=True)
    for path in clone.iterdir():
        assert path.is_dir() or b"\r" not in path.read_bytes(), path
    lock = clone / "requirements.txt"
    lock.write_bytes(lock.read_bytes().replace(b"\n", b"\r\n"))
    says("requirements.txt has line ends of Windows", clone, "check")
