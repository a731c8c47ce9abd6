"""Files as JupyterLab sees them: the book's own stay as they are, and copies of chapters are the reader's."""

from __future__ import annotations

from pathlib import Path

from jupytext import AsyncTextFileContentsManager
from tornado.web import HTTPError
from traitlets import List, Unicode

from unsigned_peace.lab.legible import legible

#: Where readers keep their copies, beside the chapters' folder.
COPIES = "my-work"
_PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


class BookContents(AsyncTextFileContentsManager):
    """Opens chapters as notebooks, and writes nothing into the folders that the book is made of.

    A file of the book is reported as read-only, so that JupyterLab neither saves nor autosaves it and
    offers "Save As"; every other way of writing there is refused with words that say where copies go.
    """

    originals = List(
        Unicode(), ["book", "data"], config=True, help="Folders of a checkout of the book in which nothing is written, moved or deleted. Empty for an author."
    )

    def checkout_of(self, path: str) -> Path | None:
        """The checkout of the book that a file is an original of, or None for every other file."""
        place = Path(self._get_os_path(path.strip("/"))).resolve()
        for folder in (place, *place.parents):
            if folder.name.casefold() in self.originals and all((folder.parent / kept).is_file() for kept in ("book/index.md", "data/datapackage.json")):
                return folder.parent
        return None

    def _refuse(self, path: str) -> None:
        checkout = self.checkout_of(path)
        if checkout is None:
            return
        name = path.strip("/").rpartition("/")[2]
        root = Path(self.root_dir).resolve()
        copies = (checkout / COPIES).relative_to(root).as_posix() if checkout.is_relative_to(root) else COPIES
        raise HTTPError(403, f"The book's own files stay as they are. Keep your copy with File > Save Markdown File As: {copies}/{name}")

    async def get(self, path, *arguments, **options):
        model = await super().get(path, *arguments, **options)
        checkout = self.checkout_of(path)
        if checkout is None:
            return model
        model["writable"] = False
        if model["type"] == "notebook" and model["content"]:
            model["content"]["metadata"].setdefault("kernelspec", _PYTHON)  # a page without cells: no question which kernel it wants
            for cell in model["content"]["cells"]:
                if cell["cell_type"] == "markdown":
                    cell["source"] = legible(cell["source"], checkout / "data")
        return model

    async def save(self, model, path=""):
        self._refuse(path)
        return await super().save(model, path)

    async def delete_file(self, path):
        self._refuse(path)
        return await super().delete_file(path)

    async def rename_file(self, old_path, new_path):
        self._refuse(old_path)
        self._refuse(new_path)
        return await super().rename_file(old_path, new_path)

    async def copy(self, from_path, to_path=None):
        self._refuse(to_path if to_path is not None else from_path)
        return await super().copy(from_path, to_path)

    async def create_checkpoint(self, path):
        self._refuse(path)
        return await super().create_checkpoint(path)

    async def restore_checkpoint(self, checkpoint_id, path):
        self._refuse(path)
        return await super().restore_checkpoint(checkpoint_id, path)
