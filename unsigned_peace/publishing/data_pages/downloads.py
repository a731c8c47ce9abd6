"""The dataset as downloads.

Each table as CSV, and the whole package as one zip, the same at every build.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from unsigned_peace import dataset, wheel
from unsigned_peace.files import write_zip
from unsigned_peace.paths import ROOT
from unsigned_peace.publishing.data_pages.from_data import FromData
from unsigned_peace.publishing.data_pages.records import records_of

#: Where the site has the files of the data package, as they are.
DATA = "downloads/data"
PACKAGE_NAME = "unsigned-peace-data"
#: Where `make publish` names the forms that only a published book has.
FURTHER = "<!-- further forms -->"


def package_files() -> dict[str, Path]:
    """What the data package holds: name in the zip, and the file."""
    folder = dataset.data_folder()
    files = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
    return {**files, "LICENSE": ROOT / "LICENSE", "CITATION.cff": ROOT / "CITATION.cff"}


def write_downloads(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    target = Path(app.outdir) / DATA
    for path in (
        "datapackage.json",
        *(entry["path"] for entry in dataset.descriptor()["resources"]),
    ):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes((dataset.data_folder() / path).read_bytes())
    write_zip(target.with_name(f"{PACKAGE_NAME}.zip"), PACKAGE_NAME, package_files())


class Downloads(FromData):
    """``{downloads}``: each table as CSV and the whole package as one zip."""

    def run(self) -> list[nodes.Node]:
        self.depends_on(dataset.table_names())
        root = self.env.app.builder.get_relative_uri(self.env.docname, "index").removesuffix(
            "index.html"
        )
        tables = [
            {
                "title": dataset.resource(table)["title"],
                "path": dataset.resource(table)["path"],
                "count": len(records_of(table)),
            }
            for table in dataset.table_names()
        ]
        return self.page(
            "downloads.html",
            tables=tables,
            root=root,
            package=PACKAGE_NAME,
            further=FURTHER,
            wheel=wheel.NAME,
        )


def setup(app: Sphinx) -> None:
    app.add_directive("downloads", Downloads)
    app.connect("build-finished", write_downloads)
