"""Measures cells that run in the page: ``python -m bench.in_page``, after ``make live book``.

One run in Chromium, through a server that sends 20 Mbit a second and compresses text as hosts do:
from the first press to the chart, a second visit, a cell run again, a loop stopped until Python is
ready again, bytes sent, memory of the page; on the processors that there are, then on a quarter of
one, where a control group of version 1 may be made. It prints a table, and says how busy the
machine was.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import io
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from playwright.sync_api import Browser, BrowserContext, Page

from unsigned_peace.editions.chromium import launched
from unsigned_peace.paths import SITE

MEGABITS = 20
#: The slow machine: so much of one processor.
QUARTER = 0.25
_GROUP = Path("/sys/fs/cgroup/cpu/unsigned-peace-bench")
_PERIOD = 100_000  # microseconds
_TEXTS = (".html", ".js", ".json", ".css", ".svg")
CHAPTER = "book/islands.html"
_PATIENCE = 600_000  # milliseconds
_KEEPS = 5  # seconds after which what Python compiled is kept
_CHUNK = 16_384
_FIRST_CHART = "figure.exhibit.chart > .exhibit-foot > .run-here button"
_DRAWN = ".run-result .drawing-live svg"


class _Line:
    """A line of a given speed that all answers share."""

    def __init__(self) -> None:
        self._lock, self._free, self.sent = threading.Lock(), 0.0, 0

    def send(self, content: bytes, write: Callable[[bytes], object]) -> None:
        for start in range(0, len(content), _CHUNK):
            part = content[start : start + _CHUNK]
            with self._lock:
                self._free = max(self._free, time.monotonic()) + len(part) * 8 / MEGABITS / 1e6
                wait, self.sent = self._free - time.monotonic(), self.sent + len(part)
            time.sleep(max(wait, 0))
            write(part)


class _Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *arguments: object, line: _Line, **options: str) -> None:
        self._line = line
        super().__init__(*arguments, **options)  # type: ignore[arg-type]  # as the server gives them

    def log_message(self, *_arguments: object) -> None:
        pass

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        if not self.path.partition("?")[0].endswith(_TEXTS):
            return super().send_head()
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return None
        written = self.date_time_string(int(path.stat().st_mtime))
        if self.headers.get("If-Modified-Since") == written:
            self.send_response(304)
            self.end_headers()
            return None
        packed = gzip.compress(path.read_bytes())
        self.send_response(200)
        self.send_header("Last-Modified", written)
        self.send_header("Content-Type", self.guess_type(self.path.partition("?")[0]))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(packed)))
        self.end_headers()
        return io.BytesIO(packed)

    def copyfile(self, source: object, _target: object) -> None:
        self._line.send(source.read(), self.wfile.write)  # type: ignore[attr-defined]  # a file


@contextmanager
def _served() -> Iterator[tuple[str, _Line]]:
    line = _Line()
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Handler, directory=str(SITE), line=line)
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", line
    finally:
        server.shutdown()
        server.server_close()


def _visit(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(_PATIENCE)
    page.goto(f"{address}/{CHAPTER}", wait_until="networkidle")
    return page


def _seconds(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def _to_chart(page: Page) -> None:
    page.locator(_FIRST_CHART).first.click()
    page.locator(_DRAWN).first.wait_for()


def _run(page: Page) -> None:
    """Runs the open cell again, until its result is there."""
    page.evaluate(
        """() => new Promise((resolve) => {
          addEventListener("unsigned-peace-ran", resolve, { once: true });
          document.querySelector(".run-tools button").click();
        })"""
    )


def _memory(browser: Browser) -> float:
    """Megabytes of the largest process of the browser: the page with its worker."""
    session = browser.new_browser_cdp_session()
    pids = [each["id"] for each in session.send("SystemInfo.getProcessInfo")["processInfo"]]
    sizes = [
        int(line.split()[1])
        for pid in pids
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
        if line.startswith("VmRSS:")
    ]
    return max(sizes) / 1000


def _children(pid: int) -> Iterator[int]:
    """A process's children, theirs, and so on."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text(encoding="utf-8").split()):
            yield child
            yield from _children(child)


@contextmanager
def _slowed(share: float | None) -> Iterator[None]:
    """Gives the browser so much of one processor; all that there is without a number.

    Raises ``OSError`` where no control group can be made.
    """
    if share is None:
        yield
        return
    _GROUP.mkdir()
    try:
        (_GROUP / "cpu.cfs_period_us").write_text(str(_PERIOD), encoding="utf-8")
        (_GROUP / "cpu.cfs_quota_us").write_text(str(int(share * _PERIOD)), encoding="utf-8")
        for pid in [*_children(os.getpid())]:
            (_GROUP / "cgroup.procs").write_text(str(pid), encoding="utf-8")
        yield
    finally:
        outside = _GROUP.parent / "cgroup.procs"
        for line in (_GROUP / "cgroup.procs").read_text(encoding="utf-8").splitlines():
            with suppress(OSError):  # it has ended meanwhile
                outside.write_text(line, encoding="utf-8")
        _GROUP.rmdir()


def measure(share: float | None = None) -> dict[str, str]:
    """What was measured, by name; with ``share`` on so much of one processor."""
    found = {}
    with _served() as (address, line), launched() as browser, _slowed(share):
        context = browser.new_context()
        page = _visit(context, address)
        before = line.sent
        found["first press to chart"] = f"{_seconds(lambda: _to_chart(page)):.1f} s"
        found["sent for it"] = f"{(line.sent - before) / 1e6:.1f} MB"
        editor = page.locator(".run-editor").first
        editor.fill(f"{editor.input_value()}\n")
        found["changed and run again"] = f"{_seconds(lambda: _run(page)):.2f} s"
        found["memory of the page"] = f"{_memory(browser):.0f} MB"
        time.sleep(_KEEPS)
        editor.fill("while True:\n    pass")
        page.locator(".run-tools button").first.click()
        time.sleep(1)
        page.get_by_role("button", name="Stop").first.click()
        editor.fill("1")
        found["a loop stopped, until the next result"] = f"{_seconds(lambda: _run(page)):.1f} s"
        page.close()
        page = _visit(context, address)
        page.evaluate("localStorage.clear()")
        before = line.sent
        found["second visit, press to chart"] = f"{_seconds(lambda: _to_chart(page)):.1f} s"
        found["sent for it again"] = f"{(line.sent - before) / 1e6:.1f} MB"
    found["processors; load of the last minute"] = f"{os.cpu_count()}; {os.getloadavg()[0]:.1f}"
    return found


def main() -> int:
    if not (SITE / "_static" / "unsigned-peace" / "live").is_dir():
        print("The site has no Python to run: `make live`, then `make book`.", file=sys.stderr)
        return 1
    whole = measure()
    try:
        slow = measure(QUARTER)
    except OSError as error:
        print(f"No control group for processors can be made here: {error}", file=sys.stderr)
        slow = {}
    print(f"{'':42}{'all there is':16}{'a quarter of a processor' if slow else ''}")
    for name, value in whole.items():
        print(f"{name:42}{value:16}{slow.get(name, '')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
