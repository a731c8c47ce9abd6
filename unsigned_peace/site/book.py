"""``make book``: validates, executes and publishes, and of these does only what has to be done.

A record beside the site (``_build/record.json``) says what the site was made from: every file, and
every setting of the build. It says too, as digests, what the site and the state that Sphinx goes on
from consist of. Where all of that still holds there is nothing to do; where only the text of pages
changed, only these are read again; else the site is built from nothing. A site or state that is not
the recorded one is never gone on from, whoever damaged it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from unsigned_peace import dataset, validation
from unsigned_peace.files import file_digest, files_in, folder_digest, write_whole
from unsigned_peace.notebooks.keep import bring_up_to_date, remove_orphans
from unsigned_peace.notebooks.source import chapters
from unsigned_peace.paths import BUILT, EXECUTED, ROOT, SITE
from unsigned_peace.processes import one_at_a_time
from unsigned_peace.publishing.frame import repository

RECORD = BUILT / "record.json"
#: All that the site is made from; what a page includes from elsewhere is added as Sphinx reports it.
SOURCES = ("book", "data", "unsigned_peace", "tests/outputs", "tests/pages/addresses.txt", "bench/results.json", "_config.yml", "_toc.yml", "requirements.txt", "LICENSE", "CITATION.cff")

_IS_IN = f"The book is in {SITE.relative_to(ROOT)}/index.html"


def options() -> dict:
    """What the build says to Sphinx beside ``_config.yml``."""
    return {"external_toc_path": "_toc.yml", "nitpicky": True, "latex_individualpages": False, "repository_origin": repository.origin(ROOT)}


def made_from(included: Iterable[str] = ()) -> dict[str, str]:
    """What a site built now would be made from: each file with its digest, each setting with its value.

    ``included`` are files that pages include from outside of ``SOURCES``.
    """
    files = {path: path.relative_to(ROOT).as_posix() for name in (*SOURCES, *included) for path in files_in(ROOT / name)}
    if (data := dataset.data_folder()) != ROOT / "data":
        files |= {path: f"data elsewhere/{path.relative_to(data).as_posix()}" for path in files_in(data)}
    installed = sorted(path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    settings = {"Python": sys.version, "packages": installed, "options": options()}
    return {name: file_digest(path) for path, name in files.items()} | {f"({name})": json.dumps(value, sort_keys=True) for name, value in settings.items()}


def _last_record() -> dict | None:
    """The record of the last good build, if there is one that can be read."""
    try:
        record = json.loads(RECORD.read_text(encoding="utf-8"))
        return record if record.keys() == {"made_from", "included", "executed", "site", "state"} else None
    except (OSError, ValueError, AttributeError):
        return None


def make_book() -> int:
    """Brings the site up to date; 0, or 1 with faults that were printed. The last good site stays until then."""
    try:
        with one_at_a_time():
            return _make_book()
    except OSError as error:
        print(f"{error}\nThe book was not built. The last good one is left as it was.", file=sys.stderr)
        return 1


def _make_book() -> int:
    last = _last_record()
    sources = made_from(last["included"] if last else ())
    changed = {name for name in sources.keys() | last["made_from"].keys() if sources.get(name) != last["made_from"].get(name)} if last else set(sources)
    if not changed and SITE.is_dir() and folder_digest(SITE) == last["site"]:
        print(f"{_IS_IN} (nothing changed)")
        return 0
    if any(not name.startswith(("book/", "tests/outputs/")) for name in changed) and (status := validation.report(dataset.data_folder())):
        return status
    pages = _pages(changed, sources, last["made_from"]) if last and folder_digest(EXECUTED) == last["executed"] else None
    paths = chapters()
    remove_orphans(paths, EXECUTED)
    if pages is not None:  # what else was executed was so from what is still there
        paths = [path for path in paths if path.relative_to(ROOT).as_posix() in changed]
    if faults := asyncio.run(bring_up_to_date(paths, EXECUTED)):
        print(*faults, sep="\n", file=sys.stderr)
        return 1

    from unsigned_peace.site import sphinx_build  # here, since Sphinx takes a while to import

    executed = folder_digest(EXECUTED)
    goes_on = pages is not None and executed == last["executed"] and sphinx_build.STATE.is_dir() and folder_digest(sphinx_build.STATE) == last["state"]
    included = sphinx_build.build(options(), pages if goes_on else None)
    if included is None:
        return 1
    outside = sorted(name for name in included if not any(Path(name).is_relative_to(source) for source in SOURCES))
    if sources.items() <= made_from(outside).items():
        record = {"made_from": made_from(outside), "included": outside, "executed": executed, "site": folder_digest(SITE), "state": folder_digest(sphinx_build.STATE)}
        write_whole(RECORD, json.dumps(record, indent=1))
    else:
        print("Files changed while the book was built; the next `make book` takes that in.")
    print(_IS_IN)
    return 0


def _pages(changed: set[str], sources: dict[str, str], before: dict[str, str]) -> list[str] | None:
    """The pages that changed, if nothing did but the text of pages."""
    only_text = all(name.startswith("book/") and name.endswith(".md") and name in sources and name in before for name in changed)
    return [name.removesuffix(".md") for name in changed] if only_text else None
