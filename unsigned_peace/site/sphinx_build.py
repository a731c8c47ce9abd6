"""Builds the site beside the last good one and puts it in place only when it is whole."""

from __future__ import annotations

import shutil
import sys

from jupyter_book.sphinx import build_sphinx

from unsigned_peace.files import put_in_place, replace
from unsigned_peace.paths import BUILT, ROOT, SITE
from unsigned_peace.publishing import incremental
from unsigned_peace.publishing.charts import drawing
from unsigned_peace.site.links import broken_links

#: What Sphinx keeps to go on from: only ever that of the last good build.
STATE = BUILT / "work"


def build(goes_on: bool) -> set[str] | None:
    """Has jupyter-book build the site, with warnings as errors and links checked.

    Returns the files that pages read, as paths from the project, or None if there is a fault.

    ``goes_on`` from the state of the last good build; else starts from nothing. Sites of both ways
    are the same.
    """
    print("  building the pages", flush=True)
    fresh = STATE.with_name("work.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    if goes_on:
        shutil.copytree(STATE, fresh)
    result = build_sphinx(
        str(ROOT),
        str(fresh / "html"),
        use_external_toc=True,
        noconfig=True,
        path_config=str(ROOT / "_config.yml"),
        confoverrides={"external_toc_path": "_toc.yml", "latex_individualpages": False},
        builder="html",
        warningiserror=True,
        keep_going=True,
        quiet=True,
    )
    if result:
        print(
            "The book was not built; the lines above say why. The last good one is left as it was.",
            file=sys.stderr,
        )
        return None
    faults = broken_links(fresh / "html")
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        return None
    if not goes_on:
        drawing.forget_unused()
    put_in_place(fresh / "html", SITE, leave_out=(".buildinfo", "*.pickle"))
    replace(fresh, STATE)
    return incremental.read
