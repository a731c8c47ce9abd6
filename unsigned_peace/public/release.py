"""``make release``: the archives and editions of a version, made only from a state that was tested.

``make test`` notes the commit that it passed on, if nothing was changed in it. A release is made
from that commit alone, and the same commit gives the same bytes.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from unsigned_peace import __version__
from unsigned_peace.editions import paper
from unsigned_peace.files import file_digest, files_in, replace, write_whole, write_zip
from unsigned_peace.paths import BUILT, ROOT, shown
from unsigned_peace.public.folder import FOLDER as PUBLIC
from unsigned_peace.public.folder import SUMS, megabytes, short_editions
from unsigned_peace.publishing.data_pages.downloads import PACKAGE_NAME
from unsigned_peace.wheel import write_source, write_wheel

FOLDER = BUILT / "release"
TESTED = BUILT / "tested"
TAG = f"v{__version__}"
#: The name that all files of this project begin with.
_BOOK = "unsigned-peace"
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


class ReleaseError(Exception):
    """There can be no release of this state; the message says why, and what to do."""


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, check=True, text=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or error
        raise ReleaseError(f"a release needs git and a whole checkout: {said}") from error
    return done.stdout.rstrip()


def note_tested() -> None:
    """Notes that the tests passed on this commit, if the checkout is exactly that."""
    try:
        changed, commit = _git("status", "--porcelain"), _git("rev-parse", "HEAD")
    except ReleaseError:
        return  # a copy without git can be tested, and not released
    if changed:
        TESTED.unlink(missing_ok=True)
    else:
        write_whole(TESTED, f"{commit}\n")


def faults(changes: str) -> list[str]:
    """Why this state cannot be released, a line each; ``changes`` is the text of CHANGELOG.md."""
    found = []
    if changed := _git("status", "--porcelain"):
        found.append(f"not committed: {', '.join(line[3:] for line in changed.splitlines())}")
    commit = _git("rev-parse", "HEAD")
    tested = TESTED.read_text(encoding="utf-8").strip() if TESTED.exists() else ""
    if tested != commit:
        found.append(f"this commit ({commit[:12]}) was not tested here: run make test")
    newest = _HEADING.search(changes)
    if newest is None or not newest[1].startswith(f"{__version__} ("):
        found.append(
            f"CHANGELOG.md begins with {newest[1] if newest else 'no heading'!r}, expected "
            f"{__version__} and the day in brackets: what is not yet released needs a version"
        )
    if _git("tag", "--list", TAG) and _git("rev-parse", f"{TAG}^{{commit}}") != commit:
        found.append(f"the tag {TAG} is on another commit: a version is released once")
    return found


def changes_of(version: str, changes: str) -> str:
    """What CHANGELOG.md says of one version."""
    _, found, rest = changes.partition(f"\n## {version} (")
    if not found:
        raise ReleaseError(f"CHANGELOG.md has no heading for {version}")
    return rest.partition("\n")[2].partition("\n## ")[0].strip() + "\n"


def make(changes: str, public: Path = PUBLIC) -> Path:
    """Writes the files of the release, and puts them in place when all are there."""
    fresh = FOLDER.with_name(f".{FOLDER.name}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    downloads = public / "downloads"
    for name, ending in (
        (paper.NAME, "pdf"),
        (paper.NAME, "epub"),
        *((form.file.removesuffix(".pdf"), "pdf") for form in short_editions(downloads)),
        (PACKAGE_NAME, "zip"),
        (PACKAGE_NAME, "xlsx"),
    ):
        shutil.copy(downloads / f"{name}.{ending}", fresh / f"{name}-{__version__}.{ending}")
    write_wheel(fresh)
    write_source(fresh)
    site = f"{_BOOK}-site-{__version__}"
    files = {path.relative_to(public).as_posix(): path for path in files_in(public)}
    write_zip(fresh / f"{site}.zip", site, files)
    source = f"{_BOOK}-{__version__}"
    _git(
        "archive",
        "--format=zip",
        f"--prefix={source}/",
        "-o",
        str(fresh / f"{source}-source.zip"),
        "HEAD",
    )
    (fresh / "CHANGES.md").write_text(changes_of(__version__, changes), encoding="utf-8")
    sums = "".join(f"{file_digest(path)}  {path.name}\n" for path in files_in(fresh))
    (fresh / SUMS).write_text(sums, encoding="utf-8")
    replace(fresh, FOLDER)
    return FOLDER


def main(arguments: list[str]) -> int:
    if arguments == ["tested"]:
        note_tested()
        return 0
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    try:
        if found := faults(changes):
            raise ReleaseError("\n".join(found))
        if arguments == ["may"]:
            return 0
        folder = make(changes)
    except (ReleaseError, FileNotFoundError) as error:
        print(f"{error}\nNothing was released.", file=sys.stderr)
        return 1
    for path in files_in(folder):
        print(f"{shown(path)}: {megabytes(path.stat().st_size)}")
    if not _git("tag", "--list", TAG):
        print(f"To release it: git tag {TAG} && git push origin {TAG}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
