"""Measures this book beside stock jupyter-book and plain Sphinx, and how it grows.

``make bench`` runs it; all three build the same content.

Everything is measured in copies, in one run, on the processors that there are; the ratios count,
the seconds are those of this machine. The tables go into ``bench/results.json``, which a page of
the book shows.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from bench import copies
from unsigned_peace.files import write_whole
from unsigned_peace.notebooks import kernels, source
from unsigned_peace.processes import processors

RESULTS = copies.ROOT / "bench" / "results.json"
BIN = Path(sys.executable).parent

#: How Jupyter is told in which way kernels start.
_PROVISIONER = "JUPYTER_DEFAULT_PROVISIONER_NAME"
OURS = [sys.executable, "-m", "unsigned_peace"]
EXECUTE = [sys.executable, "-m", "unsigned_peace.notebooks"]
STOCK = [str(BIN / "jupyter-book"), "build", "."]
PLAIN = [sys.executable, "-m", "sphinx", "-q", "-b", "html", ".", "_build/html"]


@dataclass(frozen=True)
class Run:
    """What a command took: seconds by the clock, megabytes of its largest process.

    And what it says it executed: the chapters that ours names, the seconds that stock counts.
    """

    seconds: float
    megabytes: float
    executed: int
    executing: float


def run(command: list[str], folder: Path, **more: str) -> Run:
    """Runs a command in a copy, with ``more`` in its environment.

    Raises ``SystemExit`` with what it printed if it fails.
    """
    settings = {**os.environ, **more, "PYTHONPATH": str(folder)}
    with tempfile.TemporaryFile() as printed:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        text = printed.read().decode(errors="replace")
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed in {folder}:\n{text[-4000:]}")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    print(
        f"  {seconds:6.1f} s  {folder.name}: {' '.join(Path(part).name for part in command[:3])}",
        flush=True,
    )
    executing = sum(map(float, re.findall(r"Executed notebook in ([\d.]+) seconds", text)))
    return Run(
        seconds,
        usage.ru_maxrss / unit,
        sum("  executing " in line for line in text.splitlines()),
        executing,
    )


def clear(folder: Path) -> Path:
    """The copy as if nothing had been built in it."""
    shutil.rmtree(folder / "_build", ignore_errors=True)
    return folder


# the parts -------------------------------------------------------------------------------------


def speed(work: Path) -> tuple[list[str], list[list[str]]]:
    """What authors do, with stock jupyter-book, with plain Sphinx, with this book."""
    stock, plain, ours = (
        copies.stock(work / "stock"),
        copies.plain(work / "plain"),
        copies.english(work / "ours"),
    )
    rows: list[list[str]] = []

    def row(
        what: str,
        goal: str,
        of_stock: Run | None,
        of_plain: Run | None,
        of_ours: Run,
        compared: Run | None,
    ) -> None:
        ratio = (
            ""
            if compared is None
            else _ratio(compared, of_ours, "stock" if compared is of_stock else "plain Sphinx")
        )
        rows.append(
            [
                what,
                _seconds(of_stock),
                _seconds(of_plain),
                _seconds(of_ours),
                str(of_ours.executed),
                ratio,
                goal,
            ]
        )

    # cold first: chapters are executed nowhere but in stock's copy
    cold_plain, cold_ours = run(PLAIN, plain), run(OURS, ours)
    full_stock = run(STOCK, stock)
    fresh = copies.english(work / "unexecuted")
    shutil.rmtree(fresh / "tests" / "outputs")
    full_ours = run(OURS, fresh)
    # stock executes while it builds, and says how long
    executing_stock = replace(full_stock, seconds=full_stock.executing)
    row(
        "All chapters executed",
        "2.5 times faster than stock",
        executing_stock,
        None,
        run(EXECUTE, clear(fresh)),
        executing_stock,
    )
    row("All chapters executed, the site built", "", full_stock, None, full_ours, full_stock)
    again_plain, again_ours = run(PLAIN, clear(plain)), run(OURS, clear(ours))
    cold_plain, cold_ours = (
        min(cold_plain, again_plain, key=_time),
        min(cold_ours, again_ours, key=_time),
    )
    row(
        "A fresh clone built, its outputs valid",
        "1.3 times plain Sphinx",
        full_stock,
        cold_plain,
        cold_ours,
        cold_plain,
    )
    row(
        "Built again, nothing changed",
        "3 s",
        run(STOCK, stock),
        run(PLAIN, plain),
        run(OURS, ours),
        None,
    )
    for folder, suffix in ((stock, ".md"), (plain, ".ipynb"), (ours, ".md")):
        copies.touch_prose(folder / "book" / f"islands{suffix}")
    row(
        "The prose of one chapter touched",
        "4 s, no chapter executed",
        run(STOCK, stock),
        run(PLAIN, plain),
        run(OURS, ours),
        None,
    )
    for folder in (stock, ours):
        copies.touch_table(folder)
    row(
        "A table touched that one chapter reads",
        "that chapter executed",
        run([*STOCK, "--all"], stock),
        None,
        touched := run(OURS, ours),
        None,
    )
    rows[-1][5] = _ratio(full_stock, touched, "stock")
    nbval = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval"]
    # committed outputs are of kernels that start so; the copy has no conftest.py that says it
    serial = run(
        [*nbval, "--nbval-current-env", "tests/outputs"],
        stock,
        **{_PROVISIONER: kernels.PROVISIONER},
    )
    parallel = run(
        [
            *nbval,
            "-n",
            str(processors()),
            "--dist",
            "loadfile",
            "--nbval-current-env",
            "tests/outputs",
        ],
        copies.ROOT,
    )
    row("Every output compared with a fresh run (nbval)", "", serial, None, parallel, serial)
    rows[-1][4] = str(len(source.chapters()))
    return [
        "What",
        "Stock jupyter-book",
        "Plain Sphinx",
        "This book",
        "Chapters executed",
        "Ratio",
        "Goal",
    ], rows


def chapters(work: Path) -> tuple[list[str], list[list[str]]]:
    """The growth with more chapters."""
    rows, first = [], None
    for times in (1, 2, 5, 10):
        folder = copies.more_chapters(work / f"chapters-{times}", times)
        shutil.rmtree(folder / "tests" / "outputs")
        executing = run(EXECUTE, folder)
        cold = run(OURS, folder)  # the outputs are valid now, and there is no site yet
        warm = run(OURS, folder)
        first = first or (executing, cold)
        growth = [
            f"{now.seconds / then.seconds:.1f}" for now, then in zip((executing, cold), first)
        ]
        memory = max(executing.megabytes, cold.megabytes)
        rows.append(
            [
                f"{times} × ({executing.executed} chapters)",
                _seconds(executing),
                growth[0],
                _seconds(cold),
                growth[1],
                _seconds(warm),
                f"{memory:.0f} MB",
            ]
        )
        shutil.rmtree(folder)
    return [
        "Chapters",
        "All executed",
        "times the first",
        "Cold, outputs valid",
        "times the first",
        "Nothing changed",
        "Peak memory",
    ], rows


def rows(work: Path) -> tuple[list[str], list[list[str]]]:
    """The growth with more rows in the longest tables."""
    lines, first = [], None
    for times in (1, 10, 100):
        folder = copies.more_rows(work / f"rows-{times}", times)
        check = run([sys.executable, "-m", "unsigned_peace.validation", "data"], folder)
        execute = run(
            [sys.executable, "-m", "unsigned_peace.notebooks", "--reference", "--all"], folder
        )
        cold = run(OURS, folder)
        first = first or (check, execute, cold)
        growth = [
            f"{now.seconds / then.seconds:.1f}" for now, then in zip((check, execute, cold), first)
        ]
        lines.append(
            [
                f"{times} × ({copies.rows_in(folder):,} rows in all)",
                _seconds(check),
                growth[0],
                _seconds(execute),
                growth[1],
                _seconds(cold),
                growth[2],
                f"{cold.megabytes:.0f} MB",
            ]
        )
        shutil.rmtree(folder)
    return [
        "Rows",
        "Validated",
        "times the first",
        "All chapters executed",
        "times the first",
        "Cold, outputs valid",
        "times the first",
        "Peak memory",
    ], lines


def _time(run: Run) -> float:
    return run.seconds


def _seconds(run: Run | None) -> str:
    return "" if run is None else f"{run.seconds:.1f} s"


def _ratio(theirs: Run, ours: Run, whose: str) -> str:
    if ours.seconds <= theirs.seconds:
        return f"{theirs.seconds / ours.seconds:.1f} times faster than {whose}"
    return f"{ours.seconds / theirs.seconds:.2f} times {whose}"


PARTS = {"speed": speed, "chapters": chapters, "rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"which of {', '.join(PARTS)} (all, if none is named)",
    )
    parser.add_argument(
        "--keep", type=Path, help="make the copies in this folder and leave them there"
    )
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for name in options.parts or PARTS:
        print(f"{name}: {PARTS[name].__doc__}", flush=True)
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            columns, lines = PARTS[name](options.keep or Path(folder))
        measured = datetime.datetime.now(datetime.UTC).date().isoformat()
        results[name] = {
            "date": measured,
            "processors": processors(),
            "columns": columns,
            "rows": lines,
        }
        write_whole(RESULTS, json.dumps(results, ensure_ascii=False, indent=1) + "\n")
        for line in (columns, *lines):
            print("  " + " | ".join(line))


if __name__ == "__main__":
    main()
