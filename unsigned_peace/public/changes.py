"""``make changes BASE=...``: what a proposal moves, for who judges it.

Writes into ``_build/changes`` the pages whose text differs from the base's, whole enough to be
opened, and ``summary.md``: these pages, and each figure and exhibit that moved. A host that shows
such a summary beside the proposal names a file for it (``GITHUB_STEP_SUMMARY``).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from unsigned_peace.exhibits import card_of, exhibits_of
from unsigned_peace.files import digest
from unsigned_peace.paths import BUILT, REFERENCE, ROOT, SITE

FOLDER = BUILT / "changes"
#: A checkout of what the proposal is compared with, built by its own Makefile.
BASE = BUILT / "base"
_MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def figures(executed: Mapping) -> dict[str, str]:
    """The figures in the prose of an executed chapter, as it shows them, by name."""
    return {
        entry["expression"]: entry["result"]["data"]["text/plain"]
        for cell in executed["cells"]
        for entry in cell["metadata"].get("user_expressions", [])
        if "data" in entry["result"]
    }


def exhibits(executed: Mapping) -> dict[str, tuple[str, str]]:
    """The exhibits of an executed chapter by name: the title of each, and a digest of it."""
    return {
        card["name"]: (card["title"], digest(json.dumps(shown, sort_keys=True)))
        for _, shown in exhibits_of(executed)
        if (card := card_of(shown))
    }


def moved(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """The names whose value differs, or that only one of two has, in order."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def changed_pages(before: Path, now: Path) -> list[str]:
    """The pages of a site whose text another site does not have, in order."""

    def text(path: Path) -> str:
        found = _MAIN.search(path.read_text(encoding="utf-8")) if path.exists() else None
        return found[0] if found else ""

    return [
        path.relative_to(now).as_posix()
        for path in sorted(now.rglob("*.html"))
        if text(path) != text(before / path.relative_to(now))
    ]


def _chapter_lines(name: str, before: Mapping | None, now: Mapping | None) -> list[str]:
    if before is None or now is None:
        return [f"The chapter is {'new' if before is None else 'gone'}."]
    old, new = figures(before), figures(now)
    lines = [
        f"| {figure} | {old.get(figure, 'none')} | {new.get(figure, 'none')} |"
        for figure in moved(old, new)
    ]
    if lines:
        lines = ["| figure | before | now |", "| --- | --- | --- |", *lines]
    were, are = exhibits(before), exhibits(now)
    for exhibit in moved(were, are):
        title = are.get(exhibit, were.get(exhibit, ("", "")))[0]
        how = "new" if exhibit not in were else "gone" if exhibit not in are else "changed"
        lines += ["", f"Exhibit `{exhibit}` is {how}: {title}"]
    return lines


def summary(before: Path, now: Path, pages: Iterable[tuple[str, str]]) -> str:
    """What moved between two folders of executed chapters, and the pages that changed."""
    lines = ["# What this proposal moves", ""]
    names = {path.name for folder in (before, now) for path in folder.glob("*.ipynb")}
    for name in sorted(names):
        old, new = (
            json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
            for path in (before / name, now / name)
        )
        if found := _chapter_lines(name, old, new):
            lines += [f"## {name.removesuffix('.ipynb')}", "", *found, ""]
    if len(lines) == 2:
        lines += ["No figure and no exhibit moves.", ""]
    listed = [f"- {title} (`{page}`)" for page, title in pages]
    lines += [f"## Pages whose text changes: {len(listed)}", "", *listed, ""]
    return "\n".join(lines)


def _build_base(base: str) -> None:
    """Checks out what is compared with, and has its own Makefile build it."""
    if BASE.exists():
        subprocess.run(["git", "worktree", "remove", "--force", BASE], cwd=ROOT, check=True)
    subprocess.run(["git", "worktree", "prune"], cwd=ROOT, check=True)
    subprocess.run(
        ["git", "worktree", "add", "--quiet", "--detach", BASE, base], cwd=ROOT, check=True
    )
    # this make's settings are not for that one
    settings = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    subprocess.run(["make", "book"], cwd=BASE, check=True, env=settings)


def main(base: str) -> int:
    try:
        _build_base(base)
    except subprocess.CalledProcessError as error:
        print(f"{base} was not built: {error}", file=sys.stderr)
        return 1
    site = BASE / SITE.relative_to(ROOT)
    shutil.rmtree(FOLDER, ignore_errors=True)
    changed = changed_pages(site, SITE)
    titles = []
    if changed:
        shutil.copytree(SITE / "_static", FOLDER / "pages" / "_static")
    for page in changed:
        target = FOLDER / "pages" / page
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SITE / page, target)
        title = _TITLE.search(target.read_text(encoding="utf-8"))
        titles.append((page, title[1] if title else page))
    said = summary(BASE / REFERENCE.relative_to(ROOT), REFERENCE, titles)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "summary.md").write_text(said, encoding="utf-8")
    if beside := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(beside, "a", encoding="utf-8") as shown:
            shown.write(said)
    print(said)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
