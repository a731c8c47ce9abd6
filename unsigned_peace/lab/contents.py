"""Files as JupyterLab sees them.

The book's own stay as they are, and copies of chapters are the reader's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupytext import AsyncTextFileContentsManager
from tornado.web import HTTPError
from traitlets import List, Unicode

from unsigned_peace.notebooks import is_folded
from unsigned_peace.notebooks.legible import legible

#: Where readers keep their copies, beside the chapters' folder.
COPIES = "my-work"
#: From the chapters' folder and from that of copies alike.
ALL_CHAPTERS = "[All chapters in their order](../book/run-it-yourself.md)"
_PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


def _arrange(cells: list[dict], checkout: Path) -> None:
    """Shows a chapter's cells as its page does: text legible, and code folded that is not to teach.

    Under its title, a chapter has a link to the list of all, since the list of files has its own
    order.
    """
    for cell in cells:
        if cell["cell_type"] == "markdown":
            cell["source"] = legible(cell["source"], checkout / "data")
        elif cell["cell_type"] == "code" and is_folded(cell["metadata"].get("tags", [])):
            cell["metadata"].setdefault("jupyter", {})["source_hidden"] = True
    if any(cell["cell_type"] == "code" for cell in cells) and cells[0]["cell_type"] == "markdown":
        title, _, rest = cells[0]["source"].partition("\n")
        cells[0]["source"] = f"{title}\n\n{ALL_CHAPTERS}\n{rest}".rstrip()


class BookContents(AsyncTextFileContentsManager):
    """Opens chapters as notebooks, and writes nothing into the folders that the book is made of.

    A file of the book is reported as read-only, so that JupyterLab neither saves nor autosaves it
    and offers "Save As"; every other way of writing there is refused with words that say where
    copies go.
    """

    originals = List(
        Unicode(),
        ["book", "data"],
        config=True,
        help="Folders of a checkout of the book in which nothing is written, moved or deleted. "
        "Empty for an author.",
    )

    def checkout_of(self, path: str) -> Path | None:
        """The checkout of the book that a file is an original of, or None for every other file."""
        place = Path(self._get_os_path(path.strip("/"))).resolve()
        for folder in (place, *place.parents):
            if folder.name.casefold() in self.originals and all(
                (folder.parent / kept).is_file()
                for kept in ("book/index.md", "data/datapackage.json")
            ):
                return folder.parent
        return None

    def _refuse(self, path: str) -> None:
        checkout = self.checkout_of(path)
        if checkout is None:
            return
        name = path.strip("/").rpartition("/")[2]
        root = Path(self.root_dir).resolve()
        copies = (
            (checkout / COPIES).relative_to(root).as_posix()
            if checkout.is_relative_to(root)
            else COPIES
        )
        raise HTTPError(
            403,
            "The book's own files stay as they are. Keep your copy with File > Save Markdown "
            f"File As: {copies}/{name}",
        )

    async def get(self, path: str, *arguments: Any, **options: Any) -> dict:
        model = await super().get(path, *arguments, **options)
        checkout = self.checkout_of(path)
        if checkout is None:
            return model
        model["writable"] = False
        if model["type"] == "notebook" and model["content"]:
            # a page without cells: no question which kernel it wants
            model["content"]["metadata"].setdefault("kernelspec", _PYTHON)
            _arrange(model["content"]["cells"], checkout)
        return model

    async def save(self, model: dict, path: str = "") -> dict:
        self._refuse(path)
        return await super().save(model, path)

    async def delete_file(self, path: str) -> None:
        self._refuse(path)
        await super().delete_file(path)

    async def rename_file(self, old_path: str, new_path: str) -> None:
        self._refuse(old_path)
        self._refuse(new_path)
        await super().rename_file(old_path, new_path)

    async def copy(self, from_path: str, to_path: str | None = None) -> dict:
        self._refuse(to_path if to_path is not None else from_path)
        return await super().copy(from_path, to_path)

    async def create_checkpoint(self, path: str) -> dict:
        self._refuse(path)
        return await super().create_checkpoint(path)

    async def restore_checkpoint(self, checkpoint_id: str, path: str) -> None:
        self._refuse(path)
        await super().restore_checkpoint(checkpoint_id, path)
