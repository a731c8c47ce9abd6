"""Modules as Python compiled them, kept for the next start in the same browser.

To compile them takes more than half of the time between files that are there and Python that is
ready. The record of a prepared runtime has a digest of every file, and what is kept has its name
from that; so a source need not be asked whether it has changed.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import marshal
import sys
import zipfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import ModuleType

from unsigned_peace.files import put_into

#: How a compiled module begins that is not held against its source (PEP 552); of others the
#: beginning has as many bytes.
_UNCHECKED = MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)
_IN_ZIP = ".zip/"


def write() -> None:
    """From now on, modules that are imported are compiled for keeping."""
    sys.dont_write_bytecode = False


def gathered() -> bytes:
    """All modules that were imported since ``write``, and those out of a zip, as a zip of compiled
    modules by their places.
    """
    sys.dont_write_bytecode = True
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as package:
        for name, module in sorted(sys.modules.items()):
            if found := _compiled(name, module):
                put_into(package, *found, zipfile.ZIP_STORED)
    return kept.getvalue()


def _compiled(name: str, module: ModuleType) -> tuple[str, bytes] | None:
    """Where a module's compiled form belongs, and that form; None if there is none to keep."""
    found = getattr(module, "__spec__", None)
    if found is None or found.loader is None or not (found.origin or "").endswith(".py"):
        return None
    if _IN_ZIP in found.origin:
        return f"{found.origin}c", _UNCHECKED + marshal.dumps(found.loader.get_code(name))
    if found.cached and Path(found.cached).is_file():
        return found.cached, _UNCHECKED + Path(found.cached).read_bytes()[len(_UNCHECKED) :]
    return None


def take_over(content: bytes | memoryview) -> None:
    """Puts what was gathered at an earlier start where Python looks for it."""
    libraries: dict[str, zipfile.ZipFile] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as kept, contextlib.ExitStack() as opened:
        for place in kept.namelist():
            if _IN_ZIP in place:
                library, _, inside = place.partition(_IN_ZIP)
                if library not in libraries:
                    libraries[library] = opened.enter_context(
                        zipfile.ZipFile(f"{library}.zip", "a")
                    )
                put_into(libraries[library], inside, kept.read(place), zipfile.ZIP_STORED)
            else:
                Path(place).parent.mkdir(parents=True, exist_ok=True)
                Path(place).write_bytes(kept.read(place))
    importlib.invalidate_caches()
