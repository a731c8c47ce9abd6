"""Binder: repo2docker's plan for this repository, its steps replayed, and every chapter run.

The chapters run in the JupyterLab that comes out.

No container is built. The plan is the one that repo2docker prints; its steps run as printed, in a
virtual environment with the Python packages that its base image has, since they install over those.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.audit.apart import checkout_into, environment, uv
from tests.conftest import ROOT
from tests.lab.driving import Reader, check_chapter, lab_server, originals, reader
from unsigned_peace.editions.chromium import launched
from unsigned_peace.notebooks.source import chapters

LOCK = Path(__file__).with_name("repo2docker-requirements.txt")
STEMS = [path.stem for path in chapters()]
#: What matters of repo2docker's base image: the server that Binder starts, and the installer.
_BASE = (
    "pip",
    "jupyterhub-base",
    "jupyterlab",
    "notebook",
    "jupyter_server",
    "jupyter-offlinenotebook",
    "jupyter-resource-usage",
    "ipykernel",
    "ipywidgets",
)


@pytest.fixture(scope="module")
def repo2docker(tmp_path_factory) -> Path:
    """repo2docker, from a lock of its own, in an environment of its own."""
    return environment(tmp_path_factory.mktemp("repo2docker"), LOCK)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """The repository as somebody gets it: every file that git knows or would take."""
    folder = tmp_path_factory.mktemp("binder") / "unsigned-peace"
    checkout_into(folder)
    return folder


@pytest.fixture(scope="module")
def plan(repo2docker, checkout) -> str:
    done = subprocess.run(
        [repo2docker / "jupyter-repo2docker", "--no-build", "--debug", "."],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


def steps(plan: str) -> list[str]:
    """The commands of the plan that depend on the repository, in order."""
    return re.findall(
        r"^RUN (.*)$", plan[plan.index("# Run assemble scripts!") :], flags=re.MULTILINE
    )


def test_the_plan_installs_the_lock_and_then_the_package(plan):
    assert "Building conda environment for python=3.11" in plan
    assert (
        steps(plan)[0]
        == '${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"'
    )
    assert (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()[
        -1
    ] == "-r ../requirements-chapters.txt"
    assert "./binder/postBuild" in steps(plan)
    assert 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in plan


@pytest.fixture(scope="module")
def replayed(plan, repo2docker, checkout, tmp_path_factory) -> tuple[dict[str, str], float]:
    """The environment that the plan's steps make, and the seconds that they took."""
    prefix = tmp_path_factory.mktemp("notebook")
    [base] = (repo2docker.parent / "lib").glob(
        "python3*/site-packages/repo2docker/buildpacks/conda/environment.py-3.11-linux-64.lock"
    )
    versions = dict(
        re.findall(r"/([A-Za-z0-9_-]+?)-(\d[0-9.]*)-[^/]*\.conda", base.read_text(encoding="utf-8"))
    )
    uv("venv", "--python", shutil.which("python3.11") or sys.executable, prefix)
    uv(
        "pip",
        "install",
        "--python",
        prefix / "bin" / "python",
        *(f"{name.removesuffix('-base')}=={versions[name]}" for name in _BASE),
    )
    environment = {
        **{name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"},
        "KERNEL_PYTHON_PREFIX": str(prefix),
        "NB_PYTHON_PREFIX": str(prefix),
        "REPO_DIR": str(checkout),
        "PATH": f"{prefix / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    began = time.monotonic()
    for step in steps(plan):
        done = subprocess.run(
            ["bash", "-c", step],
            cwd=checkout,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{step}\n{done.stdout[-1500:]}\n{done.stderr[-3000:]}"
    return environment, time.monotonic() - began


@pytest.fixture(scope="module")
def before(checkout) -> dict[str, bytes]:
    return originals(checkout)


@pytest.fixture(scope="module")
def lab(before, replayed, checkout, tmp_path_factory):
    environment, _ = replayed
    with (
        lab_server(
            [checkout / "binder" / "start", "jupyter", "lab"],
            checkout,
            tmp_path_factory.mktemp("home"),
            environment,
        ) as address,
        launched() as browser,
    ):
        yield browser, address


@pytest.fixture
def at_desk(lab) -> Reader:
    with reader(*lab) as at_desk:
        yield at_desk
        at_desk.page.evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")


def test_the_environment_is_that_of_the_lock(replayed, figure):
    environment, seconds = replayed
    figure("seconds to install the lock and the package", round(seconds))
    frozen = subprocess.run(
        ["python", "-m", "pip", "list", "--format=freeze"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    installed = {
        line.split("==")[0].lower().replace("_", "-"): line.split("==")[1]
        for line in frozen.splitlines()
    }
    locked = re.findall(
        r"^([A-Za-z0-9_.-]+)==(\S+) \\$",
        (ROOT / "requirements-chapters.txt").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )  # without those for other systems
    assert len(locked) > 80
    assert {
        name: installed.get(name) for name, version in locked if installed.get(name) != version
    } == {}
    assert "unsigned-peace" in installed
    assert "nbgitpuller" in installed


@pytest.mark.parametrize("stem", STEMS)
def test_a_chapter_opens_by_its_launch_address_and_runs(at_desk, stem):
    at_desk.open(f"lab/tree/book/{stem}.md")
    check_chapter(at_desk, stem)


def test_every_chapter_opens_as_a_notebook_by_double_click(at_desk):
    at_desk.open("lab/tree/book/run-it-yourself.md")
    for stem in STEMS:
        at_desk.double_click(f"{stem}.md")


def test_the_book_is_as_it_was(lab, before, checkout):
    assert originals(checkout) == before
