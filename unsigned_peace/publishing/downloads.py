"""The dataset as downloads: each table as CSV, and the whole package as one zip, the same at every build."""

from __future__ import annotations

import zipfile
from pathlib import Path

from sphinx.application import Sphinx

from unsigned_peace import dataset
from unsigned_peace.execution import ROOT

PACKAGE_NAME = "unsigned-peace-data"
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the oldest time stamp that a zip can hold


def package_files() -> dict[str, Path]:
    """What the data package holds: name in the zip, and the file."""
    folder = dataset.data_folder()
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")}
    return {**files, "LICENSE": ROOT / "LICENSE", "CITATION.cff": ROOT / "CITATION.cff"}


def write_zip(path: Path, folder: str, files: dict[str, Path]) -> None:
    """Files (name inside, and the file) as a zip of one folder that is the same to the byte for the same content."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, file in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{folder}/{name}", _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, file.read_bytes())


def write_downloads(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    target = Path(app.outdir) / "downloads" / "data"
    target.mkdir(parents=True, exist_ok=True)
    for name in dataset.table_names():
        table = dataset.data_folder() / dataset.resource(name)["path"]
        (target / table.name).write_bytes(table.read_bytes())
    (target / "datapackage.json").write_bytes((dataset.data_folder() / "datapackage.json").read_bytes())
    write_zip(target.parent / f"{PACKAGE_NAME}.zip", PACKAGE_NAME, package_files())


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write_downloads)
