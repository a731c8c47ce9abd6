"""``make book``: builds the site beside the last good one and puts it in place only when it is whole."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from jupyter_book.sphinx import build_sphinx

from unsigned_peace.execution import ROOT
from unsigned_peace.publishing.links import broken_links

SITE = ROOT / "_build" / "html"
WORK = ROOT / "_build" / "work"


def build() -> int:
    """Has jupyter-book build the site, with warnings as errors and links checked; 0, or 1 with a fault."""
    print("  building the pages", flush=True)
    result = build_sphinx(
        str(ROOT),
        str(WORK / "html"),
        use_external_toc=True,
        noconfig=True,
        path_config=str(ROOT / "_config.yml"),
        confoverrides={"external_toc_path": "_toc.yml", "nitpicky": True, "latex_individualpages": False},
        builder="html",
        warningiserror=True,
        keep_going=True,
        quiet=True,
    )
    if result:
        print("The book was not built; the lines above say why. The last good one is left as it was.", file=sys.stderr)
        return 1
    built = WORK / "html"
    faults = broken_links(built)
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        return 1
    put_in_place(built, SITE)
    print(f"The book is in {SITE.relative_to(ROOT)}/index.html")
    return 0


def put_in_place(built: Path, site: Path) -> None:
    """Replaces the site by a copy of what was built; whoever looks in between finds the one or the other."""
    fresh, old = site.with_name(f".{site.name}.fresh"), site.with_name(f".{site.name}.old")
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(built, fresh, ignore=shutil.ignore_patterns(".buildinfo", "*.pickle", ".doctrees"))
    if site.exists():
        site.rename(old)
    fresh.rename(site)
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(build())
