"""Builds the site beside the last good one and puts it in place only when it is whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Collection

from jupyter_book.sphinx import build_sphinx

from unsigned_peace.files import put_in_place, replace
from unsigned_peace.paths import BUILT, ROOT, SITE
from unsigned_peace.processes import processors
from unsigned_peace.publishing import incremental
from unsigned_peace.publishing.charts import drawing
from unsigned_peace.site.links import broken_links

#: What Sphinx keeps to go on from: only ever that of the last good build.
STATE = BUILT / "work"


def build(options: dict, changed: Collection[str] | None = None) -> set[str] | None:
    """Has jupyter-book build the site, with warnings as errors and links checked.

    Returns the files that pages read, as paths from the project, or None if there is a fault.

    With ``changed``, the pages whose text changed since the last good build, goes on from that
    build; else starts from nothing. Sites of both ways are the same.
    """
    os.environ.update({"TZ": "UTC", "LC_ALL": "C.UTF-8"})  # charts show dates: nobody's time zone may reach them
    time.tzset()
    print("  building the pages", flush=True)
    fresh = STATE.with_name("work.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    if changed is None:
        ahead = [subprocess.Popen([sys.executable, "-m", drawing.__name__], cwd=ROOT)] if processors() > 1 else []
    else:
        ahead = []
        shutil.copytree(STATE, fresh)
        for style in (fresh / "html" / "_static").glob("mystnb.*.css"):
            style.unlink()  # pages name the digest of this style only if it is there before them
    try:
        result = build_sphinx(
            str(ROOT),
            str(fresh / "html"),
            use_external_toc=True,
            noconfig=True,
            path_config=str(ROOT / "_config.yml"),
            confoverrides={**options, "changed_pages": sorted(changed or ())},
            builder="html",
            warningiserror=True,
            keep_going=True,
            quiet=True,
        )
    finally:
        for process in ahead:
            process.kill()
            process.wait()
    if result:
        print("The book was not built; the lines above say why. The last good one is left as it was.", file=sys.stderr)
        return None
    faults = broken_links(fresh / "html")
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        return None
    if changed is None:
        drawing.forget_unused()
    put_in_place(fresh / "html", SITE, leave_out=(".buildinfo", "*.pickle"))
    replace(fresh, STATE)
    return incremental.read
