"""The audit: tests too slow for every change.

A figure that one measures is printed at the end: ``figure("name", value)``.
"""

from __future__ import annotations

import pytest


@pytest.fixture
def figure(record_property):
    """Notes a measured figure; all of them are printed, by test, when the audit ends."""

    def note(name: str, value) -> None:
        record_property("figure", f"{name}: {value}")

    return note


def pytest_terminal_summary(terminalreporter) -> None:
    lines = [
        f"{report.nodeid.rpartition('::')[2]}: {value}"
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if report.when == "call"
        for kind, value in report.user_properties
        if kind == "figure"
    ]
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.line(line)
