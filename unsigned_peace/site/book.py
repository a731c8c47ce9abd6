"""``make book``: brings the site up to date, and does only what has to be done.

The Sphinx extension (``unsigned_peace.publishing``) validates, executes and publishes, for this
command as for ``jupyter-book build``. What is added here: with nothing changed nothing is done, a
site is put in place only when it is whole and its links lead somewhere, and an incremental build
starts from nothing damaged.

A record beside the site (``_build/record.json``) says what the site was made from: every file, and
every setting of the build. It says too, as digests, what the site and the state that Sphinx
keeps consist of. Where all of that still holds there is nothing to do; where only what Sphinx
follows page by page changed, the build is incremental; else the site is built from nothing. A
state that is not the recorded one is never built upon, whoever damaged it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from unsigned_peace import commands
from unsigned_peace.files import folder_digest, write_whole
from unsigned_peace.paths import BUILT, EXECUTED, ROOT, SITE
from unsigned_peace.processes import one_at_a_time
from unsigned_peace.publishing.frame import address, repository
from unsigned_peace.publishing.made_from import SOURCES, followed, made_from

RECORD = BUILT / "record.json"

_IS_IN = f"The book is in {SITE.relative_to(ROOT)}/index.html"


def _sources(included: Iterable[str] = ()) -> dict[str, str]:
    return made_from(included) | {
        "(origin)": repository.origin(ROOT),
        "(address)": address.from_environment(),
    }


def _last_record() -> dict | None:
    """The record of the last good build, if there is one that can be read."""
    try:
        record = json.loads(RECORD.read_text(encoding="utf-8"))
        return (
            record
            if record.keys() == {"made_from", "included", "executed", "site", "state"}
            else None
        )
    except (OSError, ValueError, AttributeError):
        return None


def make_book() -> int:
    """Brings the site up to date; 0, or 1 with faults that were printed.

    The last good site stays until then.
    """
    try:
        with one_at_a_time():
            return _make_book()
    except OSError as error:
        print(
            f"{commands.explanation(error) or error}\n"
            "The book was not built. The last good one is left as it was.",
            file=sys.stderr,
        )
        return 1


def _make_book() -> int:
    last = _last_record()
    sources = _sources(last["included"] if last else ())
    before = last["made_from"] if last else {}
    changed = {
        name for name in sources.keys() | before.keys() if sources.get(name) != before.get(name)
    }
    if last and not changed and SITE.is_dir() and folder_digest(SITE) == last["site"]:
        print(f"{_IS_IN} (nothing changed)")
        return 0

    from unsigned_peace.site import sphinx_build  # here, since Sphinx takes a while to import

    goes_on = (
        last is not None
        and all(followed(name) and name in sources and name in before for name in changed)
        and folder_digest(EXECUTED) == last["executed"]
        and sphinx_build.STATE.is_dir()
        and folder_digest(sphinx_build.STATE) == last["state"]
    )
    included = sphinx_build.build(goes_on)
    if included is None:
        return 1
    outside = sorted(
        name
        for name in included
        if not any(Path(name).is_relative_to(source) for source in SOURCES)
    )
    if sources.items() <= _sources(outside).items():
        record = {
            "made_from": _sources(outside),
            "included": outside,
            "executed": folder_digest(EXECUTED),
            "site": folder_digest(SITE),
            "state": folder_digest(sphinx_build.STATE),
        }
        write_whole(RECORD, json.dumps(record, indent=1))
    else:
        print("Files changed while the book was built; the next `make book` takes that in.")
    print(_IS_IN)
    return 0
