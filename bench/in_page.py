"""Measures cells that run in the page: ``python -m bench.in_page``, after ``make live book``.

One run in Chromium, through a server that sends 20 Mbit a second, on the processors that there are:
from the first press to the chart, a second visit, a cell run again, a loop stopped until Python is
ready again, bytes sent, memory of the page. It prints a table, and says how busy the machine was.
"""

from __future__ import annotations

import functools
import http.server
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from unsigned_peace.editions.chromium import launched
from unsigned_peace.paths import SITE

MEGABITS = 20
CHAPTER = "book/islands.html"
_PATIENCE = 600_000  # milliseconds
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


def measure() -> dict[str, str]:
    """What was measured, by name."""
    found = {}
    with _served() as (address, line), launched() as browser:
        context = browser.new_context()
        page = _visit(context, address)
        before = line.sent
        found["first press to chart"] = f"{_seconds(lambda: _to_chart(page)):.1f} s"
        found["sent for it"] = f"{(line.sent - before) / 1e6:.1f} MB (scripts not compressed)"
        editor = page.locator(".run-editor").first
        editor.fill(f"{editor.input_value()}\n")
        found["changed and run again"] = f"{_seconds(lambda: _run(page)):.2f} s"
        found["memory of the page"] = f"{_memory(browser):.0f} MB"
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
    for name, value in measure().items():
        print(f"{name:40} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
