"""Builds that are killed, that find no room on the disk, or that meet each other.

Nothing wrong is ever kept.
"""

from __future__ import annotations

import random
import resource
import shutil
import signal
import subprocess
import time

import pytest

from tests.building.small import add_place, clean_site, command, content, make, make_project


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A small book, built, whose sources changed since.

    With it the sites before and after that change.
    """
    folder = tmp_path_factory.mktemp("built") / "book"
    folder.mkdir()
    make_project(folder)
    assert make(folder)[0] == 0
    before = content(folder / "_build" / "html")
    add_place(folder)
    return folder, before, clean_site(folder, folder.parent / "clean")


@pytest.fixture
def book(built, tmp_path):
    return shutil.copytree(built[0], tmp_path / "book"), *built[1:]


def start(folder):
    arguments, options = command(folder)
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


def test_a_build_that_is_killed_at_any_moment_leaves_nothing_wrong(book):
    folder, before, after = book
    began = time.monotonic()
    rehearsal = shutil.copytree(folder, folder.parent / "rehearsal")
    assert make(rehearsal)[0] == 0
    whole = time.monotonic() - began
    moments = sorted(random.Random(time.time()).uniform(0, whole) for _ in range(6))
    for moment in moments:
        build = start(folder)
        time.sleep(moment)
        build.send_signal(signal.SIGKILL)
        build.communicate()
        site = folder / "_build" / "html"
        assert not site.exists() or content(site) in (before, after), (
            f"killed after {moment:.2f} of {whole:.2f} seconds"
        )
    status, output = make(folder)
    assert status == 0, output
    assert content(folder / "_build" / "html") == after, f"after kills at {moments}"
    assert not [path for path in (folder / "_build").rglob("*.ipynb.*")], "a draft was left"


@pytest.mark.parametrize("room", [2_000, 60_000, 300_000], ids="files up to {} bytes".format)
def test_a_build_that_cannot_write_says_so_and_leaves_nothing_wrong(book, room):
    """What a full disk does to a program.

    A write fails, here as soon as a file grows beyond a size.
    """
    folder, before, after = book

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    arguments, options = command(folder)
    build = subprocess.run(arguments, capture_output=True, check=False, preexec_fn=limit, **options)
    assert build.returncode == 1, build.stdout
    assert (
        "File too large" in build.stdout + build.stderr
        and "The book was not built" in build.stdout + build.stderr
    )
    assert "Traceback" not in build.stderr
    assert content(folder / "_build" / "html") == before
    status, output = make(folder)
    assert status == 0, output
    assert content(folder / "_build" / "html") == after


def test_a_disk_that_fills_up_leaves_nothing_wrong(book):
    """A real small disk, mounted for the build alone: full at first, then with room."""
    folder, before, after = book
    script = """
        mount -t tmpfs -o size=200m tmpfs _build && cp -r ../kept/. _build
        mount -o remount,size=$(($(df --output=used _build | tail -1) + 300))k _build || exit 9
        "$1" -m unsigned_peace; echo "first: $?"
        cp -r _build/html ../first
        mount -o remount,size=400m _build
        "$1" -m unsigned_peace; echo "second: $?"
        cp -r _build/html ../second
    """
    (folder / "_build").rename(folder.parent / "kept")
    (folder / "_build").mkdir()
    [*_, python, _, _], options = command(folder)
    build = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh", python],
        capture_output=True,
        check=False,
        **options,
    )
    printed = build.stdout + build.stderr
    assert "first: 1" in printed and "No space left" in printed and "second: 0" in printed, printed
    assert content(folder.parent / "first") == before
    assert content(folder.parent / "second") == after


def test_of_two_builds_at_once_one_waits_and_both_are_right(book):
    folder, _, after = book
    builds = [start(folder), start(folder)]
    printed = [build.communicate()[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0], printed
    assert sum("another build is at work here" in text for text in printed) == 1
    assert sum("executing book/index.md" in text for text in printed) == 1
    assert content(folder / "_build" / "html") == after
