"""A copy of the dataset to damage, and a validator that judges anew only what was damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.data.corruptions import Copy
from unsigned_peace import dataset
from unsigned_peace.validation import reading, rules


class Sound:
    """The tables of the sound dataset, read and judged once for all tests that damage a copy.

    A table is made from its description and the bytes of its file, and the rules of one table look
    at nothing else: where both are those of the sound dataset, its table and findings are too.
    Whatever differs is read and judged anew, and rules across tables run at each check.
    """

    def __init__(self) -> None:
        self._read, self._judge = reading.read_table, rules.judge
        self._tables: dict[str, tuple[dict, bytes, reading.Table]] = {}
        self._findings: dict[int, list[reading.Fault]] = {}
        folder = dataset.data_folder()
        for entry in dataset.descriptor()["resources"]:
            if entry.get("type") == "table":
                table = self._read(folder, folder.name, entry)
                raw = (folder / entry["path"]).read_bytes()
                self._tables[entry["path"]] = entry, raw, table
                self._findings[id(table)] = self._judge(table)

    def read_table(self, folder: Path, shown_as: str, entry: dict) -> reading.Table:
        described, raw, table = self._tables.get(entry["path"], (None, None, None))
        path = folder / entry["path"]
        if entry == described and path.is_file() and path.read_bytes() == raw:
            return table
        return self._read(folder, shown_as, entry)

    def judge(self, table: reading.Table) -> list[reading.Fault]:
        known = self._findings.get(id(table))
        return self._judge(table) if known is None else known


@pytest.fixture(scope="session")
def sound() -> Sound:
    return Sound()


@pytest.fixture
def whole_copy(tmp_path) -> Copy:
    """A copy of the dataset to damage; a check judges all of it."""
    shutil.copytree(dataset.data_folder(), tmp_path / "data")
    return Copy(tmp_path / "data")


@pytest.fixture
def copy(whole_copy, sound, monkeypatch) -> Copy:
    """A copy of the dataset to damage; a check judges anew what differs from the sound dataset."""
    monkeypatch.setattr(reading, "read_table", sound.read_table)
    monkeypatch.setattr(rules, "judge", sound.judge)
    return whole_copy
