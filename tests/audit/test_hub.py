"""A real JupyterHub on loopback, as `hub/` configures it, with a class of twenty at once."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psutil
import pytest
import requests
import websocket
import yaml

from tests.audit.apart import checkout_into
from tests.conftest import ROOT
from tests.lab.driving import expected, free_port
from unsigned_peace.exhibits import CHART_TYPE
from unsigned_peace.publishing.frame.launch import Launcher
from unsigned_peace.publishing.frame.repository import Repository

STUDENTS = [f"student{number:02}" for number in range(1, 21)]
CHAPTER = "islands"
#: Nobody waits longer, or the test fails.
LONGEST = 480
HUB = ROOT / "hub"


@pytest.fixture(scope="module")
def state(tmp_path_factory) -> Path:
    subprocess.run(["make", "--silent", "-C", ROOT, "hub"], check=True)
    folder = tmp_path_factory.mktemp("hub") / "state"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def repository(state) -> str:
    """The book as a bare repository, for students to pull."""
    work, bare = state / "work", state / "unsigned-peace"
    checkout_into(work, without=("coursework/",))
    git = ["git", "-C", work, "-c", "user.name=test", "-c", "user.email=test@localhost"]
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "--all"],
        ["commit", "--quiet", "--message=The book"],
    ):
        subprocess.run([*git, *command], check=True)
    subprocess.run(["git", "clone", "--quiet", "--bare", work, bare], check=True)
    return bare.as_uri()


@pytest.fixture(scope="module")
def hub(state):
    """The hub's address and password; it runs until the tests of this module are done."""
    port, password = free_port(), secrets.token_hex(8)
    address = f"http://127.0.0.1:{port}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")},
        "HUB_STATE": str(state),
        "HUB_ADDRESS": address,
        "HUB_PORT": str(free_port()),
        "PROXY_PORT": str(free_port()),
        "HUB_PASSWORD": password,
        "HUB_CONFIGURATION": str(ROOT / "tests" / "audit" / "hub_config.py"),
    }
    log = (state / "hub.log").open("wb")
    server = subprocess.Popen([HUB / "run"], cwd=state, env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while True:
            assert server.poll() is None and time.monotonic() < deadline, (
                state / "hub.log"
            ).read_text()[-3000:]
            try:
                requests.get(f"{address}/hub/health", timeout=5).raise_for_status()
                break
            except requests.RequestException:
                time.sleep(0.3)
        yield address, password
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


class Student:
    """A student with a browser: cookies, redirects, and the addresses that a page would ask for."""

    def __init__(self, address: str, password: str, name: str) -> None:
        self.address, self.password, self.name = address, password, name
        self.base = f"{address}/user/{name}"
        self.browser = requests.Session()
        self.seconds: dict[str, float] = {}
        self.memory = 0.0

    def study(self, launch: str) -> Student:
        """Presses a launch link, logs in, waits for the server, pulls the book, runs a chapter."""
        for stage in (self.log_in, self.start, self.pull, self.run_chapter):
            began = time.monotonic()
            stage(launch)
            self.seconds[stage.__name__] = time.monotonic() - began
        return self

    def log_in(self, launch: str) -> None:
        form = self.browser.get(launch, timeout=LONGEST)
        assert "/hub/login" in form.url
        token = self.browser.cookies.get("_xsrf", path="/hub/")
        fields = {"username": self.name, "password": self.password, "_xsrf": token}
        self.page = self.browser.post(form.url, data=fields, timeout=LONGEST)
        assert self.page.ok, self.page.text[:500]

    def start(self, launch: str) -> None:
        deadline = time.monotonic() + LONGEST
        while True:
            assert time.monotonic() < deadline, f"{self.name}: the server did not start"
            self.page = self.browser.get(launch, timeout=LONGEST)
            if urlsplit(self.page.url).path == f"/user/{self.name}/git-pull":
                break
            assert "spawn" in self.page.url, self.page.url
            time.sleep(1)

    def pull(self, launch: str) -> None:
        """What the page of nbgitpuller does: asks for the pull and reads its progress."""
        query = dict(pair.split("=", 1) for pair in urlsplit(self.page.url).query.split("&"))
        events = self.browser.get(
            f"{self.base}/git-pull/api?repo={query['repo']}&branch={query['branch']}",
            stream=True,
            timeout=LONGEST,
        )
        phases = [
            json.loads(line[6:])["phase"]
            for line in events.iter_lines(decode_unicode=True)
            if line.startswith("data: ")
        ]
        assert phases[-1] == "finished", phases

    def api(self, method: str, path: str, **options) -> requests.Response:
        headers = {"X-XSRFToken": self.browser.cookies.get("_xsrf", path=f"/user/{self.name}/")}
        answer = self.browser.request(
            method, f"{self.base}/api/{path}", headers=headers, timeout=LONGEST, **options
        )
        assert answer.ok, f"{self.name}: {method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer

    def run_chapter(self, launch: str) -> None:
        """What JupyterLab does at Run All Cells.

        A session with a kernel, and each cell through its WebSocket.
        """
        path = f"unsigned-peace/book/{CHAPTER}.md"
        assert path in requests.utils.unquote(launch)
        chapter = self.api("GET", f"contents/{path}?type=notebook").json()
        assert chapter["writable"] is False
        session = self.api(
            "POST",
            "sessions",
            json={"path": path, "name": "", "type": "notebook", "kernel": {"name": "python3"}},
        ).json()
        cookies = "; ".join(
            f"{cookie.name}={cookie.value}"
            for cookie in self.browser.cookies
            if cookie.path in ("/", f"/user/{self.name}/")
        )
        channel = websocket.create_connection(
            f"{self.base.replace('http', 'ws', 1)}/api/kernels/{session['kernel']['id']}/channels",
            cookie=cookies,
            timeout=LONGEST,
            origin=self.address,
        )
        charts = 0
        try:
            for cell in chapter["content"]["cells"]:
                if cell["cell_type"] == "code":
                    charts += self._execute(channel, cell["source"])
        finally:
            channel.close()
        assert charts == expected(CHAPTER).charts
        self.memory = self._memory()

    def _execute(self, channel: websocket.WebSocket, code: str) -> int:
        """Runs a cell to its end; the number of charts it shows.

        A cell that fails, fails the test.
        """
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": "execute_request",
            "username": self.name,
            "session": uuid.uuid4().hex,
            "date": "",
            "version": "5.3",
        }
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        channel.send(
            json.dumps(
                {
                    "header": header,
                    "parent_header": {},
                    "metadata": {},
                    "content": content,
                    "channel": "shell",
                }
            )
        )
        charts, answered, idle = 0, False, False
        while not (answered and idle):
            message = json.loads(channel.recv())
            if message["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            kind, content = message["msg_type"], message["content"]
            assert kind != "error", f"{self.name}: {content['ename']}: {content['evalue']}"
            charts += (
                CHART_TYPE in content.get("data", {})
                if kind in ("display_data", "execute_result")
                else 0
            )
            answered = answered or kind == "execute_reply"
            idle = idle or (kind == "status" and content["execution_state"] == "idle")
        return charts

    def _memory(self) -> float:
        """Megabytes of the student's server and kernel, shared pages counted in part."""
        home = f"/home/{self.name}"
        servers = [
            process
            for process in psutil.process_iter(["environ"])
            if str((process.info["environ"] or {}).get("JUPYTERHUB_USER", "")) == self.name
        ]
        assert servers, home
        return (
            sum(process.memory_full_info().pss for process in servers if process.is_running())
            / 2**20
        )


def test_a_class_of_twenty_logs_in_pulls_the_book_and_runs_a_chapter(hub, repository, figure):
    address, password = hub
    launch = Launcher(Repository("example.edu", "owner/unsigned-peace"), "main", hub=address).links(
        f"book/{CHAPTER}"
    )[0][1]
    launch = launch.replace(
        urlencode({"repo": "https://example.edu/owner/unsigned-peace"}),
        urlencode({"repo": repository}),
    )  # a clone on this machine
    began = time.monotonic()
    with ThreadPoolExecutor(len(STUDENTS)) as pool:
        students = list(
            pool.map(lambda name: Student(address, password, name).study(launch), STUDENTS)
        )
    everybody = time.monotonic() - began
    assert len(students) == 20
    for stage in students[0].seconds:
        times = sorted(student.seconds[stage] for student in students)
        figure(
            f"seconds to {stage.replace('_', ' ')}, middle and longest of {len(students)} students",
            f"{times[len(times) // 2]:.1f}, {times[-1]:.1f}",
        )
    memory = sorted(student.memory for student in students)
    figure(
        "megabytes a student (server and kernel), middle and largest",
        f"{memory[len(memory) // 2]:.0f}, {memory[-1]:.0f}",
    )
    figure("seconds until the last student had run the chapter", round(everybody))
    assert everybody < LONGEST
    assert memory[-1] < 1024


def test_a_cell_that_wants_too_much_memory_gets_an_error_and_the_server_stays(hub):
    student = Student(*hub, STUDENTS[0])
    student.log_in(f"{hub[0]}/hub/login")
    session = student.api(
        "POST",
        "sessions",
        json={"path": "hog.ipynb", "name": "", "type": "notebook", "kernel": {"name": "python3"}},
    ).json()
    cookies = "; ".join(
        f"{cookie.name}={cookie.value}"
        for cookie in student.browser.cookies
        if cookie.path in ("/", f"/user/{student.name}/")
    )
    channel = websocket.create_connection(
        f"{student.base.replace('http', 'ws', 1)}/api/kernels/{session['kernel']['id']}/channels",
        cookie=cookies,
        timeout=60,
        origin=hub[0],
    )
    with pytest.raises(AssertionError, match="MemoryError"):
        student._execute(channel, "hog = bytearray(3 * 2**30)")
    channel.close()
    assert student.api("GET", "status").json()["kernels"] >= 1


def test_an_assignment_goes_out_through_the_exchange_and_comes_back(hub, state):
    """With nbgrader's own commands in the environment that the hub gives.

    Release, fetch, submit, collect.
    """
    course, home = state / "course", state / "home" / STUDENTS[0]
    (course / "release" / CHAPTER).mkdir(parents=True)
    notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (course / "release" / CHAPTER / f"{CHAPTER}.ipynb").write_text(
        json.dumps(notebook), encoding="utf-8"
    )
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_PATH": str(HUB / "config"),
        "HUB_EXCHANGE": str(state / "exchange"),
        "PATH": f"{HUB / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }

    def nbgrader(*arguments: str, cwd: Path, **extra: str) -> None:
        done = subprocess.run(
            ["nbgrader", *arguments],
            cwd=cwd,
            env={**environment, **extra},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]

    student = {"HOME": str(home), "JUPYTERHUB_USER": STUDENTS[0], "USER": STUDENTS[0]}
    home.mkdir(parents=True, exist_ok=True)
    nbgrader("release_assignment", CHAPTER, f"--course-dir={course}", cwd=course)
    nbgrader("fetch_assignment", CHAPTER, cwd=home, **student)
    nbgrader("submit", CHAPTER, cwd=home, **student)
    nbgrader("collect", CHAPTER, f"--course-dir={course}", cwd=course)
    assert [path.name for path in (course / "submitted").glob(f"*/{CHAPTER}/{CHAPTER}.ipynb")] == [
        f"{CHAPTER}.ipynb"
    ]


def test_the_values_for_kubernetes_are_those_of_this_hub():
    values = yaml.safe_load((HUB / "values.yaml").read_text(encoding="utf-8"))
    user = values["singleuser"]
    assert user["extraEnv"]["HUB_EXCHANGE"] == user["storage"]["extraVolumeMounts"][0]["mountPath"]
    assert user["extraEnv"]["JUPYTER_CONFIG_PATH"].endswith("/hub/config")
    assert user["cmd"] == "jupyterhub-singleuser"
    assert values["hub"]["config"]["JupyterHub"]["authenticator_class"] != "dummy"
