"""What workflows and containers run exists, with no right more than it needs."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from unsigned_peace.paths import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(
    re.findall(r"^([a-z]+):(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
)
#: What steps may run that is not of the Makefile: a setting of the host's machine, and its own tool
#: for releases.
NOT_OURS = ("sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0", "gh release create ")
#: The rights that a job may have, and what it needs each for.
RIGHTS = {
    "contents: read": "to read the repository",
    "contents: write": "to create a release",
    "pages: read": "to ask for the site's address",
    "pages: write": "to publish",
    "id-token: write": "to publish",
}


def loaded(path):
    # YAML takes the key `on` for true
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def jobs(path):
    return loaded(path)["jobs"].items()


def commands():
    for path in WORKFLOWS:
        for name, job in jobs(path):
            for step in job["steps"]:
                if "run" in step:
                    yield f"{path.name}: {name}", step["run"]
    gitlab = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    for name, job in gitlab.items():
        if isinstance(job, dict):
            for line in [*job.get("before_script", ()), *job.get("script", ())]:
                yield f".gitlab-ci.yml: {name}", line
    container = (ROOT / "Containerfile").read_text(encoding="utf-8")
    within = (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    lines = re.findall(r"^RUN (.+)$", container, re.MULTILINE)
    for line in (*lines, json.loads(within)["postCreateCommand"]):
        for command in line.split(" && "):
            yield "container", command


def test_there_are_workflows_for_proposals_main_releases_and_each_month():
    names = {path.stem for path in WORKFLOWS}
    assert names == {"proposal", "publish", "release", "monthly"}


@pytest.mark.parametrize(("place", "command"), list(commands()))
def test_each_step_runs_a_target_of_the_makefile(place, command):
    if command.startswith(NOT_OURS):
        return
    target = re.fullmatch(r"(?:sudo )?make ([a-z]+)", command)
    assert target, f"{place}: {command!r} is no command of the Makefile"
    assert target[1] in TARGETS, f"{place}: the Makefile has no target {target[1]!r}"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_each_action_is_pinned_by_its_digest_and_says_its_version(path):
    uses = re.findall(r"uses: (\S+)(.*)", path.read_text(encoding="utf-8"))
    assert uses
    for action, note in uses:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r"  # v\d+\.\d+\.\d+", note), f"{action} does not say its version"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_each_job_has_the_rights_that_it_needs_and_no_other(path):
    workflow = loaded(path)
    for name, job in jobs(path):
        rights = job.get("permissions", workflow["permissions"])
        assert {f"{what}: {how}" for what, how in rights.items()} <= RIGHTS.keys(), name
        # what runs the project's own code may write nothing
        if any(step.get("run", "").startswith(("make", "sudo make")) for step in job["steps"]):
            assert "write" not in rights.values(), name
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name


def test_no_text_that_others_write_is_put_into_a_command():
    """A branch may be called anything; in a command it would be run."""
    assert not [command for _, command in commands() if "${{" in command]
