"""What judges from outside say.

The Nu HTML checker of every page, Lighthouse of the heaviest page with charts.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.system import NO_CHROMIUM
from tests.visits import CHART_PAGES, PAGES, SITE
from unsigned_peace.editions.chromium import find

TOOLS = Path(__file__).with_name("node_modules")
LEAST = {
    "mobile": {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100},
    "desktop": {"performance": 100, "accessibility": 100, "best-practices": 100, "seo": 100},
}


def test_every_page_is_valid_html(figure):
    assert shutil.which("java"), (
        "The Nu checker needs Java (Debian: apt-get install default-jre-headless)"
    )
    command = [
        "java",
        "-jar",
        str(TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"),
        "--errors-only",
        "--format",
        "json",
        *(str(SITE / page) for page in PAGES),
    ]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stderr)[
        "messages"
    ]
    figure("errors that the Nu checker finds", f"{len(said)} on {len(PAGES)} pages")
    assert [
        f"{fault.get('url', '').rpartition('/')[2]}:{fault.get('lastLine')}: {fault['message']}"
        for fault in said
    ] == []


@pytest.mark.parametrize("device", LEAST)
def test_lighthouse_on_the_heaviest_page_with_charts(address, figure, tmp_path, device):
    browser = find()
    assert browser, NO_CHROMIUM
    page = max(CHART_PAGES, key=lambda name: (SITE / name).stat().st_size)
    report = tmp_path / "report.json"
    command = [
        "node",
        str(TOOLS / "lighthouse" / "cli" / "index.js"),
        f"{address}/{page}",
        "--quiet",
        "--output=json",
        f"--output-path={report}",
    ]
    command += [
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        *(["--preset=desktop"] if device == "desktop" else []),
    ]
    subprocess.run(
        command, check=True, env={**os.environ, "CHROME_PATH": browser}, capture_output=True
    )
    judged = json.loads(report.read_text(encoding="utf-8"))
    scores = {name: round(100 * judged["categories"][name]["score"]) for name in LEAST[device]}
    figure(f"Lighthouse, {device}, {page}", " / ".join(str(score) for score in scores.values()))
    short = {
        audit["id"]: audit.get("displayValue")
        for audit in judged["audits"].values()
        if audit.get("score") is not None and audit["score"] < 0.9
    }
    assert all(scores[name] >= least for name, least in LEAST[device].items()), f"{scores}; {short}"
