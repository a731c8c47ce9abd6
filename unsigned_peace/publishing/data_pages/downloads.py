"""The dataset as downloads: each table as CSV, and the whole package as one zip, the same at every build."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from unsigned_peace import dataset
from unsigned_peace.files import write_zip
from unsigned_peace.paths import ROOT
from unsigned_peace.publishing.data_pages.from_data import FromData
from unsigned_peace.publishing.data_pages.records import records_of

PACKAGE_NAME = "unsigned-peace-data"


def package_files() -> dict[str, Path]:
    """What the data package holds: name in the zip, and the file."""
    folder = dataset.data_folder()
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")}
    return {**files, "LICENSE": ROOT / "LICENSE", "CITATION.cff": ROOT / "CITATION.cff"}


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


class Downloads(FromData):
    """``{downloads}``: each table as CSV and the whole package as one zip."""

    def run(self) -> list[nodes.Node]:
        self.depends_on(dataset.table_names())
        root = self.env.app.builder.get_relative_uri(self.env.docname, "index").removesuffix("index.html")
        tables = [
            {"title": dataset.resource(table)["title"], "path": dataset.resource(table)["path"], "count": len(records_of(table))}
            for table in dataset.table_names()
        ]
        return self.page("downloads.html", tables=tables, root=root, package=PACKAGE_NAME)


def setup(app: Sphinx) -> None:
    app.add_directive("downloads", Downloads)
    app.connect("build-finished", write_downloads)
