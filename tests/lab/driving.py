"""Starts a JupyterLab on loopback and drives it in a real Chromium that reaches no other host."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, Page

from unsigned_peace.exhibits import CHART_TYPE
from unsigned_peace.paths import REFERENCE

#: All cells on the page at once, so that the test sees them; readers keep JupyterLab's own way.
_WHOLE_PAGE = {
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"}
}


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def lab_server(command: list[str | Path], root: Path, home: Path, environment: dict[str, str]):
    """Runs JupyterLab in ``root``, by ``command`` as a reader would, and gives its address."""
    for name, settings in _WHOLE_PAGE.items():
        path = home / "settings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    port = free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    own |= {
        "HOME": str(home),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTER_TOKEN": "t",
        **environment,
    }
    options = [
        "--no-browser",
        "--allow-root",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--LabApp.expose_app_in_browser=True",
    ]
    log = (home / "lab.log").open("w+b")
    server = subprocess.Popen(
        [*map(str, command), *options], cwd=root, env=own, stdout=log, stderr=log
    )
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 90
        while True:
            assert server.poll() is None and time.monotonic() < deadline, (
                f"JupyterLab did not start:\n{(home / 'lab.log').read_text()[-3000:]}"
            )
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5).close()
                break
            except OSError:
                time.sleep(0.3)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


@dataclass
class Reader:
    """A reader at a JupyterLab; remembers every request to another host (and lets none through)."""

    page: Page
    address: str
    outside: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Goes to a launch address and waits until a notebook with cells is there."""
        self.page.goto(f"{self.address}/{path}?token=t&reset")
        self.notebook_is_open(path.rpartition("/")[2])

    def notebook_is_open(self, name: str) -> None:
        """The document in front is a notebook of this name, not a text editor.

        Its kernel is ready.
        """
        self.page.wait_for_function(
            """name => {
                const front = window.jupyterapp?.shell.currentWidget;
                const kernel = front?.context?.sessionContext.session?.kernel;
                return front?.context?.path.endsWith('/' + name)
                    && front.content?.widgets?.length > 0
                    && (front.content.codeCellCount === 0 || kernel?.status === 'idle');
            }""",
            arg=name,
            timeout=60_000,
        )
        assert self.page.evaluate(
            "jupyterapp.shell.currentWidget.content.node.classList.contains('jp-Notebook')"
        ), f"{name} opened as something else than a notebook"

    def double_click(self, name: str) -> None:
        """Opens a file of the folder that the file browser shows, as a reader does."""
        self.page.locator(f'.jp-DirListing-item[title^="Name: {name}"]').dblclick()
        self.notebook_is_open(name)

    def run_all(self) -> None:
        """The menu's Run > Run All Cells.

        Waits until every code cell has run and the kernel rests.
        """
        self.page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
        self.page.locator(".lm-Menu-itemLabel", has_text="Run All Cells").first.click()
        self.page.wait_for_function(
            """() => {
                const front = jupyterapp.shell.currentWidget;
                const ran = ({model}) => model.type !== 'code' || model.executionCount > 0;
                return front.context.sessionContext.session.kernel.status === 'idle'
                    && front.content.widgets.every(ran);
            }""",
            timeout=120_000,
        )

    def outputs(self) -> list[dict]:
        """All outputs of all cells, as the notebook holds them."""
        return self.page.evaluate(
            "jupyterapp.shell.currentWidget.content.model.toJSON().cells.flatMap(cell => "
            "cell.outputs || []).map(o => ({type: o.output_type, name: o.name, mimes: "
            "Object.keys(o.data || {}), text: o.evalue || o.text}))"
        )

    def folded(self) -> int:
        """How many cells of code are folded, by the notebook; none is no answer."""
        count = self.page.evaluate(
            """jupyterapp.shell.currentWidget.content.model.toJSON().cells
                .filter(cell => cell.metadata.jupyter?.source_hidden).length"""
        )
        assert count > 0
        return count

    def texts(self) -> str:
        """The text of the chapter's rendered prose, in closed boxes too."""
        return " ".join(
            self.page.locator(
                ".jp-MarkdownCell .jp-RenderedMarkdown:visible, .jp-MarkdownCell .myst:visible"
            ).all_text_contents()
        )


@contextmanager
def reader(browser: Browser, address: str):
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    page = context.new_page()
    at_desk = Reader(page, address)

    def gate(route):
        if route.request.url.startswith((address, "data:", "blob:")):
            return route.continue_()
        at_desk.outside.append(route.request.url)
        return route.abort()

    context.route("**/*", gate)
    try:
        yield at_desk
    finally:
        context.close()


def originals(checkout: Path) -> dict[str, bytes]:
    """The files of a checkout that a reader must not change."""
    return {
        str(path.relative_to(checkout)): path.read_bytes()
        for part in ("book", "data")
        for path in sorted((checkout / part).rglob("*"))
        if path.is_file()
    }


@dataclass(frozen=True)
class Expected:
    """What a chapter shows when all of its cells ran, by its committed executed notebook."""

    charts: int
    figures: list[str]


def expected(stem: str) -> Expected:
    notebook = nbformat.read(REFERENCE / f"{stem}.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    figures = [
        figure["result"]["data"]["text/plain"]
        for cell in notebook.cells
        for figure in cell.metadata.get("user_expressions", [])
    ]
    return Expected(sum(CHART_TYPE in output.get("data", {}) for output in outputs), figures)


def check_chapter(at_desk: Reader, stem: str) -> None:
    """Runs the chapter in front and asserts all that a reader must find."""
    at_desk.run_all()
    faults = [
        output
        for output in at_desk.outputs()
        if output["type"] == "error" or output["name"] == "stderr"
    ]
    assert faults == [], f"{stem}: {faults}"
    wanted = expected(stem)
    page = at_desk.page
    page.wait_for_function(
        "count => document.querySelectorAll('.jp-Notebook .vega-embed .marks').length === count",
        arg=wanted.charts,
        timeout=60_000,
    )
    drawn = page.evaluate(
        "[...document.querySelectorAll('.jp-Notebook .vega-embed .marks')].filter(chart => "
        "chart.getBoundingClientRect().width > 100).length"
    )
    assert drawn == wanted.charts, f"{stem}: {drawn} of {wanted.charts} charts are drawn"
    for _ in range(60):  # figures fill in after the cells have run
        prose = at_desk.texts()
        missing = [figure for figure in wanted.figures if figure not in prose]
        if not missing:
            break
        page.wait_for_timeout(500)
    assert missing == [], f"{stem}: figures that the prose does not show: {missing[:5]}"
    for raw in ("{eval}", "{record}", "{cite}", "Unknown Directive"):
        assert raw not in prose, f"{stem}: the prose shows {raw}"
    assert at_desk.outside == [], f"{stem}: asked other hosts for {at_desk.outside}"
