"""What honest students and their teacher may rely on, tried from outside as `make grade` does it;
SECURITY.md has the promises.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from tests.coursework import outside

STEM = "islands"
SECRET = "the-teachers-own-key-4711"
#: What each student's first cell tries, and says of it in words.
_TRY = """
import ctypes, mmap, os, struct
C = ctypes.CDLL(None, use_errno=True)
def said(what, attempt):
    try:
        done = attempt()
    except OSError as error:
        done = f"refused {error.errno}"
    print(what, "->", done, ";")
def call(*given):
    ctypes.set_errno(0)
    if C.syscall(*given) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return "DONE"
"""
ATTEMPTS = {
    "environ": r"""
said("environ", lambda: open("/proc/1/environ").read())
for process in os.listdir("/proc"):
    if process.isdigit():
        for file in ("environ", "cmdline"):
            said(process + file, lambda: open(f"/proc/{process}/{file}").read())
        fds = f"/proc/{process}/fd"
        said(process + "fds", lambda: [os.readlink(f"{fds}/{fd}") for fd in os.listdir(fds)])
said("own", lambda: dict(os.environ))
""",
    "traces": r"""
said("attach", lambda: call(101, 16, 1, 0, 0))
said("seize", lambda: call(101, 0x4206, 1, 0, 0))
said("memory", lambda: open("/proc/1/mem", "r+b").close() or "OPENED")
said("descriptor", lambda: call(438, os.pidfd_open(1), 0, 0))
room = ctypes.create_string_buffer(8)
piece = struct.pack("PN", ctypes.addressof(room), 8)
said("read", lambda: call(310, 1, piece, 1, piece, 1, 0))
said("write", lambda: call(311, 1, piece, 1, piece, 1, 0))
""",
    "mounts": r"""
said("namespaces", lambda: call(272, 0x10020000))
said("mount", lambda: call(165, b"none", b"/tmp", b"tmpfs", 0, b"size=9g"))
said("cloned", lambda: call(56, 0x10000011, 0, 0, 0, 0))
""",
    "foreign": r"""
# memfd_create by the 32-bit numbers: int 0x80
code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
name = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40, 3)  # below 4 GB
name.write(b"m\0")
low = ctypes.addressof(ctypes.c_char.from_buffer(name))
code.write(b"\x53\xb8\x64\x01\x00\x00\xbb" + struct.pack("<I", low) + b"\x31\xc9\xcd\x80\x5b\xc3")
done = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
print("foreign ->", "DONE" if done >= 0 else f"refused {-done}", ";")
""",
    "shared": r"""
said("shared", lambda: mmap.mmap(-1, 1 << 29).close() or "DONE")
said("zero", lambda: mmap.mmap(os.open("/dev/zero", os.O_RDWR), 1 << 29).close() or "DONE")
""",
}


@pytest.fixture(scope="module")
def tried():
    """A class that tries all this on an ordinary user's grader: the grade file, and each one's
    page.
    """
    model = outside.answers(STEM)
    with outside.folders() as place:
        for student, attempt in ATTEMPTS.items():
            outside.hand_in(
                place / "in",
                student,
                STEM,
                {**model, "task-1": f"{_TRY}{attempt}\n{model['task-1']}"},
            )
        outside.hand_in(place / "in", "honest", STEM, model)
        (place / "in" / "Shut_1_assignsubmission_file_").mkdir(mode=0)
        finished = outside.grade(
            place / "in", place / "out", outside.as_ordinary_user(), TEACHER_KEY=SECRET
        )
        assert finished.returncode == 0, finished.stderr[-2000:]
        lines = outside.rows(place / "out")
        assert lines["honest"]["score"] == "20", lines
        shut = lines.pop("Shut_1")
        assert shut["status"] == "unreadable" and "cannot be opened" in shut["message"], shut
        everything = b"".join(
            path.read_bytes() for path in (place / "out").rglob("*") if path.is_file()
        )
        yield (
            {student: outside.page(place / "out", student) for student in lines},
            everything,
            {student: line["score"] for student, line in lines.items()},
        )


@pytest.mark.parametrize("student", [student for student in ATTEMPTS if student != "environ"])
def test_what_is_refused_is_refused(student, tried):
    attempts = re.findall(
        r"^(?:[A-Z]\w+: )?(\w+) -(?:&gt;|>) (.*?) ;$", tried[0][student], flags=re.MULTILINE
    )
    assert attempts and all(done.startswith("refused") for _, done in attempts), attempts


def test_who_tries_and_is_refused_has_the_points_of_the_answers(tried):
    assert set(tried[2].values()) == {"20"}, tried[2]


def test_nothing_of_the_teachers_environment_is_seen(tried):
    assert "environ -" in tried[0]["environ"] and SECRET.encode() not in tried[1]


# no grade but by the submission's own doing ------------------------------------------------------


def processes() -> dict[int, tuple[int, str, list[int]]]:
    """Parent, command and numbers in each namespace, of all processes."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            status = dict(
                line.split(":", 1)
                for line in (entry / "status").read_text().splitlines()
                if ":" in line
            )
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        found[int(entry.name)] = (
            int(status["PPid"]),
            command,
            [int(number) for number in status.get("NSpid", "0").split()],
        )
    return found


def below(pid: int, now: dict) -> list[int]:
    """A process's descendants, nearest first."""
    found = [pid]
    for one in found:
        found += [child for child, (parent, *_) in now.items() if parent == one]
    return found[1:]


def children(run: subprocess.Popen) -> list[tuple[int, list[int]]]:
    """The processes that grade one submission each, and what runs the student's code below each:
    bubblewrap first, the worker last.
    """
    now = processes()
    grader = [
        pid
        for pid in below(run.pid, now)
        if "coursework grade" in now[pid][1] and "python" in now[pid][1].split()[0]
    ]
    return [
        (pid, [inside for inside in below(pid, now) if "coursework.runner" in now[inside][1]])
        for pid in grader
        if now[pid][0] in grader
    ]


def test_what_is_killed_from_outside_has_no_grade_and_the_next_run_grades_it_in_little_memory():
    model = outside.answers(STEM)
    with outside.folders() as place:
        victims = ["grader", "sandbox", "worker"]
        for student in victims:
            outside.hand_in(
                place / "in",
                student,
                STEM,
                {**model, "task-1": f"import time; time.sleep(6)\n{model['task-1']}"},
            )
        run = subprocess.Popen(
            outside.command(place / "in", place / "out"),
            cwd=outside.PROJECT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        wanted, seen = list(victims), set()
        until = time.monotonic() + 120
        while wanted and run.poll() is None and time.monotonic() < until:
            for child, inside in children(run):
                if child not in seen and len(inside) >= 2:
                    time.sleep(2.5)  # until its cell sleeps
                    seen.add(child)
                    os.kill(
                        {"grader": child, "sandbox": inside[0], "worker": inside[-1]}[wanted[0]], 9
                    )
                    wanted.pop(0)
                    break
            time.sleep(0.1)
        said = run.communicate(timeout=120)[1]
        assert not wanted, said
        lines = outside.rows(place / "out")
        assert {
            student: (lines[student]["status"], lines[student]["score"]) for student in victims
        } == dict.fromkeys(victims, ("failed", "")), lines
        assert all("outside" in lines[student]["message"] for student in victims), lines
        assert run.returncode and "3 of these failed" in said
        again = subprocess.run(
            [
                "bash",
                "-c",
                'ulimit -v 3000000; "$@"',
                "bash",
                *outside.command(place / "in", place / "out"),
            ],
            cwd=outside.PROJECT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert again.returncode == 0, again.stderr
        assert {line["score"] for line in outside.rows(place / "out").values()} == {"20"}


def test_where_a_process_may_have_less_than_a_submission_may_use_nothing_is_graded():
    """What fails for that costs nobody points, also where code goes on after it."""
    model = outside.answers(STEM)
    uses = (
        "import numpy\nheld = [open('/dev/null') for _ in range(100)]\n"
        "open('b', 'wb').write(b'x' * 16_000_000)\n"
        "try:\n    numpy.ones(10**8)\nexcept MemoryError:\n    raise SystemExit\n"
    )
    with outside.folders() as place:
        outside.hand_in(place / "in", "a", STEM, {**model, "task-1": uses + model["task-1"]})
        for limit in ("v 1500000", "d 600000", "s 4096", "f 8192", "n 64"):
            under = ["bash", "-c", f'ulimit -{limit}; exec "$@"', "bash"]
            finished = outside.grade(place / "in", place / "out", under)
            assert finished.returncode and not (place / "out" / "grades.csv").exists()
            said = f"`ulimit -{limit.replace(' ', '` is ')} here and must be "
            assert said in finished.stderr, finished.stderr
        assert outside.grade(place / "in", place / "out").returncode == 0
        assert outside.rows(place / "out")["a"]["score"] == "20"


def test_a_project_below_the_systems_folders_shows_nothing_but_package_data_and_environment():
    model = outside.answers(STEM)
    project = Path("/usr/local/lib/unsigned-peace")
    look = (
        f"import os\nfound = sorted(os.listdir({str(project)!r}))\n"
        f"print('SEEN', found, [len(files) for place, _, files in os.walk('/usr/local/lib') if "
        f"'alice' in place], 'END')"
    )
    with outside.folders() as place:
        (place / "ready").write_text(f"{project}\n")
        (place / "package.pth").write_text(f"{project}\n")
        (place / "mine").mkdir()
        outside.hand_in(place / "collected", "alice", STEM, model)
        outside.hand_in(
            place / "collected", "nosy", STEM, {**model, "task-1": f"{look}\n{model['task-1']}"}
        )
        # as if all this lay there: in a namespace of our own
        site = next((outside.PROJECT / ".venv" / "lib").glob("python3*/site-packages")).relative_to(
            outside.PROJECT
        )
        binds = [
            option
            for entry in Path("/usr/local/lib").iterdir()
            for option in ("--ro-bind", str(entry), str(entry))
        ]
        binds = [
            "--tmpfs",
            "/usr/local/lib",
            *binds,
            "--bind",
            str(outside.PROJECT),
            str(project),
            "--bind",
            str(place / "collected"),
            "/usr/local/lib/collected",
        ]
        binds += [
            "--ro-bind",
            str(place / "ready"),
            f"{project}/.venv/ready",
            "--ro-bind",
            str(place / "package.pth"),
            f"{project / site}/unsigned_peace.pth",
        ]
        finished = subprocess.run(
            [
                "bwrap",
                "--dev-bind",
                "/",
                "/",
                *binds,
                "--chdir",
                str(project),
                *outside.command(Path("/usr/local/lib/collected"), place / "out"),
            ],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        assert {line["score"] for line in outside.rows(place / "out").values()} == {"20"}
        seen = re.search(
            r"SEEN \[(.*?)\] \[(.*?)\] END",
            outside.page(place / "out", "nosy").replace("&#39;", "'"),
        )
        assert seen[1] == "'.venv', 'data', 'unsigned_peace'" and not seen[2], seen


def test_where_user_namespaces_are_refused_nothing_is_graded_and_it_says_so():
    with outside.folders() as place:
        outside.hand_in(place / "in", "honest", STEM, outside.answers(STEM))
        refused = ["bwrap", "--dev-bind", "/", "/", "--unshare-user", "--disable-userns"]
        finished = outside.grade(
            place / "in", place / "out", [*(outside.as_ordinary_user()), *refused]
        )
        assert (
            finished.returncode
            and "bubblewrap cannot make a sandbox here, so nothing is graded" in finished.stderr
        ), finished.stderr
        assert not (place / "out" / "grades.csv").exists()


def test_a_full_disk_ends_in_a_sentence_and_loses_nothing():
    """The results lie on a small disk in memory, which a ballast fills but for a little, until it
    is taken away.
    """
    model = outside.answers(STEM)
    with outside.folders() as place:
        (place / "out").mkdir()
        for student in ("a", "b"):
            outside.hand_in(place / "in", student, STEM, model)
        (place / "none").mkdir()
        none, all_ = (
            " ".join(outside.command(place / name, place / "out")) for name in ("none", "in")
        )
        steps = f"""
cd {place}/out
{none} >/dev/null
dd if=/dev/zero of=ballast bs=1k count=$(($(df -k --output=avail . | tail -1) - 60)) 2>/dev/null
{all_}
echo FULL $? >&2
rm ballast
{all_}
echo ROOM $? >&2
find . -name '.*.[0-9]*' >&2
cp grades.csv ..
"""
        small = ["bwrap", "--dev-bind", "/", "/", "--size", str(30 * 2**20)]
        finished = subprocess.run(
            [
                *small,
                "--tmpfs",
                str(place / "out"),
                "--",
                "sh",
                "-c",
                steps.replace("make -s", f"make -s -C {outside.PROJECT}"),
            ],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        full, _, room = finished.stderr.partition("FULL 2\n")
        assert "The disk is full. What was graded until now is kept" in full, finished.stderr
        assert "Traceback" not in full and room.splitlines()[-1] == "ROOM 0", finished.stderr
        lines = outside.rows(place)
        assert {line["score"] for line in lines.values()} == {"20"} and len(lines) == 2
