"""Prepares the runtime of pages (``make live``), and says whether it is there."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import tomllib
from hashlib import sha256
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename

from unsigned_peace.files import file_digest, replace, write_whole
from unsigned_peace.live import packing, places
from unsigned_peace.paths import BUILT, LOCK, ROOT

SETTINGS = Path(__file__).with_name("runtime.toml")
#: Where it is: a folder that the site then has as its own.
PREPARED = BUILT / "live"
#: Student versions of assignments that get a page, where there are any.
ASSIGNMENTS = BUILT / "live-assignments.json"
#: In ``PREPARED``: what it was made from, and its files with sizes and SHA-256.
RECORD = "prepared.json"
#: The lock of Pyodide's form: every package with file, SHA-256, and what it depends on.
PACKAGES = "packages.json"

_MANYLINUX = ("manylinux2014_x86_64", "manylinux_2_17_x86_64")


def _made_from() -> str:
    """Digest of all that decides what is prepared."""
    here = Path(__file__).parent
    files = [SETTINGS, LOCK, *(here / name for name in ("runtime.py", "packing.py", "places.py"))]
    return sha256("".join(map(file_digest, files)).encode()).hexdigest()


def prepared() -> dict | None:
    """The record of the prepared runtime; None if there is none, or not of today's versions."""
    try:
        record = json.loads((PREPARED / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = record.get("made_from") == _made_from() and all(
        (PREPARED / name).is_file() and (PREPARED / name).stat().st_size == file["bytes"]
        for name, file in record["files"].items()
    )
    return record if whole else None


def assignments() -> dict[str, dict]:
    """The student version of each assignment that has a page, as a notebook, by its name.

    None without a runtime; and one whose source has changed since ``make live`` has none.
    """
    try:
        releases = json.loads(ASSIGNMENTS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if prepared() is None:
        return {}
    sources = ROOT / "coursework"
    return {
        stem: release["notebook"]
        for stem, release in releases.items()
        if (path := sources / f"{stem}.md").is_file() and file_digest(path) == release["source"]
    }


def prepare() -> dict:
    """Brings the runtime up to date; its record.

    Raises ``places.NotToBeHadError`` if a file is not to be had; what was there stays.
    """
    if record := prepared():
        return record
    settings = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    found = places.Places(
        place.replace("{pyodide}", settings["pyodide"]) for place in settings["places"]
    )
    fresh = PREPARED.with_name("live.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    files: dict[str, dict] = {}

    def put(name: str, content: bytes) -> None:
        packed = packing.compressed(content)
        (fresh / f"{name}.packed").write_bytes(packed)
        files[f"{name}.packed"] = {"bytes": len(packed), "sha256": sha256(packed).hexdigest()}

    core = {name: found.get(name, digest) for name, digest in settings["core"].items()}
    theirs = json.loads(core.pop("pyodide-lock.json"))
    for name, content in core.items():
        put(name, packing.stripped(content) if name.endswith(".zip") else content)
    packages: dict[str, dict] = {}
    for name in settings["distribution"]:
        entry = theirs["packages"][name]
        content = packing.stripped(found.get(entry["file_name"], entry["sha256"]))
        put(entry["file_name"], content)
        packages[name] = {**entry, "sha256": sha256(content).hexdigest()}
    brought = _wheels(settings)
    names = {canonicalize_name(parse_wheel_filename(name)[0]) for name in brought} | set(packages)
    for name, wheel in brought.items():
        content = packing.stripped(wheel)
        put(name, content)
        packages[canonicalize_name(parse_wheel_filename(name)[0])] = packing.described(
            content, name, names
        )
    lock = {"info": theirs["info"], "packages": dict(sorted(packages.items()))}
    write_whole(fresh / PACKAGES, json.dumps(lock, indent=1, sort_keys=True) + "\n")
    record = {"made_from": _made_from(), "pyodide": settings["pyodide"], "files": files}
    write_whole(fresh / RECORD, json.dumps(record, indent=1, sort_keys=True) + "\n")
    replace(fresh, PREPARED)
    return record


def _wheels(settings: dict) -> dict[str, bytes]:
    """The wheels from pip, by file name: of the versions in the book's lock, or pinned here."""
    with tempfile.TemporaryDirectory() as folder:
        found = places.wheels(
            "".join(_locked(name) for name in settings["compiled"]),
            settings["python"],
            [settings["platform"]],
            Path(folder),
        ) + places.wheels(
            "".join(_locked(name) for name in settings["pure"])
            + "".join(
                f"{name}=={pin['version']} --hash=sha256:{pin['sha256']}\n"
                for name, pin in settings["pinned"].items()
            ),
            settings["python"],
            _MANYLINUX,
            Path(folder),
        )
        return {path.name: path.read_bytes() for path in found}


def _locked(name: str) -> str:
    """A package as ``requirements.txt`` pins it, with its hashes, as one line of pip."""
    text = LOCK.read_text(encoding="utf-8")
    pinned = re.search(rf"^{re.escape(name)}==\S+.*?(?<!\\)$", text, re.MULTILINE | re.DOTALL)
    if pinned is None:
        raise places.NotToBeHadError(f"{LOCK.name} pins no {name}, which {SETTINGS.name} names")
    return re.sub(r"\\\n\s*", " ", pinned[0]) + "\n"
