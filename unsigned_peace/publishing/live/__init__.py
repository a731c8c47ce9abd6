"""Cells that run in the page: **Run here** under each, where ``make live`` prepared the runtime.

The runtime is a folder of its own in the site. Of a page that nobody pressed, one small script is
loaded. Without a prepared runtime there is no folder, no script and no button.
"""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from unsigned_peace import wheel
from unsigned_peace.in_page import needs
from unsigned_peace.live import packing, runtime
from unsigned_peace.notebooks.source import chapters, read
from unsigned_peace.paths import PACKAGE
from unsigned_peace.publishing.chapters.folds import is_cell
from unsigned_peace.publishing.live import assignments

ASSETS = Path(__file__).with_name("assets")
#: The folder of the site, below ``_static``.
FOLDER = "unsigned-peace/live"
OFFLINE = "offline.js"
#: Scripts come as they are, since a browser loads them by itself; all else is packed.
_SCRIPTS = ("pyodide.js", "pyodide.asm.js")
#: Loaded only where a cell asks for it, with what it needs itself.
_ON_DEMAND = ("scipy", "openblas")


def _static(app: Sphinx) -> Path:
    """Where Sphinx copies the site's own files from (see ``frame.pages``)."""
    return Path(app.doctreedir) / "static" / FOLDER


def _put(app: Sphinx) -> None:
    """Puts the runtime, the book's package and the cells of all chapters into the site."""
    folder = _static(app)
    shutil.rmtree(folder, ignore_errors=True)
    record = runtime.prepared()
    if record is None or app.builder.name != "html":
        return
    folder.mkdir(parents=True)
    files = {}
    for name, file in record["files"].items():
        if name.removesuffix(".packed") in _SCRIPTS:
            script = gzip.decompress((runtime.PREPARED / name).read_bytes())
            (folder / name.removesuffix(".packed")).write_bytes(script)
        else:
            shutil.copyfile(runtime.PREPARED / name, folder / name)
            files[name] = file
    lock = json.loads((runtime.PREPARED / runtime.PACKAGES).read_text(encoding="utf-8"))
    _add_book(folder, files, lock)
    manifest = {
        "files": files,
        "core": ["pyodide.asm.wasm", "python_stdlib.zip"],
        "lock": lock,
        "onDemand": {"packages": list(_ON_DEMAND), "asked": sorted(_asking())},
    }
    (folder / "manifest.json").write_text(
        json.dumps(manifest, sort_keys=True, separators=(",", ":")), encoding="utf-8"
    )
    (folder / "chapters").mkdir()
    for path in chapters():
        (folder / "chapters" / f"{path.stem}.json").write_text(
            json.dumps(_sources(path), ensure_ascii=False), encoding="utf-8"
        )
    assignments.write(folder / "chapters")
    for asset in ASSETS.iterdir():
        shutil.copyfile(asset, folder / asset.name)


def _keep_offline(app: Sphinx, error: Exception | None) -> None:
    """Puts the script that keeps pages at the site's root: it may serve what lies below it."""
    if error or app.builder.name != "html":
        return
    script = Path(app.outdir) / OFFLINE
    if runtime.prepared() is None:
        script.unlink(missing_ok=True)
    else:
        shutil.copyfile(ASSETS / OFFLINE, script)


def _add_book(folder: Path, files: dict, lock: dict) -> None:
    """Adds the book's own package, with its data, to files and lock."""
    with tempfile.TemporaryDirectory() as made:
        content = packing.stripped(wheel.write_wheel(Path(made)).read_bytes())
    packed = packing.compressed(content)
    (folder / f"{wheel.NAME}.packed").write_bytes(packed)
    files[f"{wheel.NAME}.packed"] = {
        "bytes": len(packed),
        "sha256": sha256(packed).hexdigest(),
    }
    others = set(lock["packages"]) - set(_ON_DEMAND)
    lock["packages"]["unsigned-peace"] = packing.described(content, wheel.NAME, others)


def _sources(chapter: Path) -> list[str]:
    """The code of a chapter's cells, in their order."""
    notebook = read(chapter.read_text(encoding="utf-8"))
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@cache
def _asking() -> frozenset[str]:
    """The modules whose import asks for what is loaded on demand: itself, and ours that use it."""
    found = set(_ON_DEMAND)
    for path in PACKAGE.rglob("*.py"):
        imported = needs.imports(path.read_text(encoding="utf-8"))
        if {name.split(".")[0] for name in imported} & set(_ON_DEMAND):
            parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
            found.add(".".join(part for part in parts if part != "__init__"))
    return frozenset(found)


def _megabytes(record: dict, folder: Path, sources: list[str]) -> str:
    """What a reader of a page with these cells loads at the first press, as a whole number."""
    imported = {name for source in sources for name in needs.imports(source)}
    left_out = () if imported & _asking() else tuple(f"{name}-" for name in _ON_DEMAND)
    loaded = (folder / f"{wheel.NAME}.packed").stat().st_size + sum(
        file["bytes"] for name, file in record["files"].items() if not name.startswith(left_out)
    )
    return f"{loaded / 1e6:.0f}"


def _offer(
    app: Sphinx, pagename: str, _template: str, _context: dict, doctree: nodes.document | None
) -> None:
    """Gives a page with cells the script that offers to run them."""
    record = runtime.prepared() if _has_cells(app, pagename, doctree) else None
    if record is None:
        return
    stem = assignments.stem_of(pagename)
    if stem:
        name = assignments.name_in_browser(stem)
        sources = assignments.code(runtime.assignments()[stem])
    else:
        name = pagename.rsplit("/", 1)[-1]
        sources = _sources(next(path for path in chapters() if path.stem == name))
    said: dict[str, Any] = {
        "data-chapter": name,
        "data-megabytes": _megabytes(record, _static(app), sources),
    }
    for script in ("page", "assignment") if stem else ("page",):
        app.add_js_file(f"{FOLDER}/{script}.js", loading_method="defer", **said)
    if stem:
        app.add_css_file(f"{FOLDER}/live.css")


def _allow(
    app: Sphinx, pagename: str, _template: str, context: dict, doctree: nodes.document | None
) -> None:
    """Lets such a page compile the runtime and start it beside itself, and nothing else.

    The worker is started from a blob: so it has the page's own policy, and may ask no other host.
    A worker started from an address would have none; what keeps pages for visits without a network
    is such a worker, and is started from a frame with a policy of its own (``assets/keep.html``).
    """
    if _has_cells(app, pagename, doctree) and runtime.prepared() is not None:
        strict = context["policy"]
        context["policy"] = (
            strict.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
            + "; worker-src blob:; frame-src 'self'"
        )


def _has_cells(app: Sphinx, pagename: str, doctree: nodes.document | None) -> bool:
    if not isinstance(app.builder, StandaloneHTMLBuilder) or app.builder.name != "html":
        return False
    if doctree is None:
        return assignments.stem_of(pagename) is not None
    return any(is_cell(node) for node in doctree.findall(nodes.container))


def _link_to_assignment(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Leads from a chapter's line on how to run it to the page of its assignment."""
    stem = page.rsplit("/", 1)[-1]
    if app.builder.name != "html" or stem not in runtime.assignments():
        return
    for line in doctree.findall(nodes.paragraph):
        if "launch" in line["classes"]:
            address = app.builder.get_relative_uri(page, "index").removesuffix("index.html")
            address += f"{assignments.page_of(stem)}.html"
            line += [nodes.Text(" · "), nodes.reference("", "Assignment", refuri=address)]


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", _put)
    app.connect("build-finished", _keep_offline)
    app.connect("doctree-resolved", _link_to_assignment, priority=600)  # when the line is there
    app.connect("html-page-context", _offer, priority=890)  # before the frame picks its scripts
    app.connect("html-page-context", _allow, priority=910)  # after it gave the page its policy
    assignments.setup(app)
