"""Packs what runs in the browser: without tests, in files that a browser unpacks fast.

Each file is a zip that stores and does not compress, compressed as a whole: smaller than a zip that
compresses file by file, and the browser's own code unpacks it, not Python. The same files give the
same packages, to the byte, by the same zlib.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from email.parser import Parser
from hashlib import sha256
from pathlib import PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from unsigned_peace.files import put_into

#: What never runs: tests, headers, sources of compiled parts, types, and compiled parts for another
#: platform than the browser's.
_IDLE_FOLDERS = {"tests", "include", "idlelib", "lib2to3", "pydoc_data", "turtledemo"}
_IDLE_ENDINGS = {".pyi", ".h", ".hpp", ".c", ".cpp", ".pyx", ".pxd", ".pxi", ".a", ".lib", ".f90"}
_FOREIGN = re.compile(r"\.(?:cpython|abi3)\S*(?:linux|darwin)\S*\.so$|\.pyd$")


def compressed(content: bytes) -> bytes:
    """A file as the site has it."""
    return gzip.compress(content, compresslevel=9, mtime=0)


def stripped(content: bytes) -> bytes:
    """A zip without what never runs, its files stored as they are."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(packed, "w") as package:
        for name in sorted(whole.namelist()):
            if not name.endswith("/") and _runs(PurePosixPath(name)):
                put_into(package, name, whole.read(name), zipfile.ZIP_STORED)
    return packed.getvalue()


def _runs(path: PurePosixPath) -> bool:
    return not (
        _IDLE_FOLDERS & set(path.parts)
        or path.suffix in _IDLE_ENDINGS
        or _FOREIGN.search(path.name)
        or path.name == "RECORD"
    )


def described(wheel: bytes, file_name: str, packages: set[str]) -> dict:
    """A wheel's entry in a lock of Pyodide; it depends on those of ``packages`` that it names."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as package:
        [metadata] = [name for name in package.namelist() if name.endswith(".dist-info/METADATA")]
        said = Parser().parsestr(package.read(metadata).decode("utf-8"))
        tops = {
            PurePosixPath(name).parts[0].removesuffix(".py")
            for name in package.namelist()
            if ".dist-info/" not in name
        }
    wanted = [Requirement(line) for line in said.get_all("Requires-Dist", [])]
    depends = {
        canonicalize_name(each.name)
        for each in wanted
        if each.marker is None or each.marker.evaluate({"extra": "", **_BROWSER})
    }
    return {
        "name": said["Name"],
        "version": said["Version"],
        "file_name": file_name,
        "install_dir": "site",
        "package_type": "package",
        "sha256": sha256(wheel).hexdigest(),
        "imports": sorted(tops),
        "depends": sorted(depends & packages),
        "unvendored_tests": False,
    }


#: What markers of requirements ask of the platform.
_BROWSER = {
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "python_version": "3.12",
    "python_full_version": "3.12.7",
}
