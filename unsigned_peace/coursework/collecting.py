"""What lies in a folder of submissions: whose it is, for which assignment, and what is passed over.

Two ways of laying it out are read: ``<student>/<assignment>/<assignment>.ipynb``, and what Moodle
gives when all submissions of an assignment are downloaded, in folders or not. No link is followed,
at any level, and nothing is left out in silence but what archives and desktops leave behind.
"""

from __future__ import annotations

import os
import re
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from unsigned_peace.coursework import inert
from unsigned_peace.coursework.submissions import Unreadable, contents, digest

#: What archives, desktops and network drives leave in folders; nobody hands that in. Names in lower case.
LITTER = {
    "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "$recycle.bin", "system volume information", "lost+found", "@eadir", "__pycache__",
    "network trash folder", "temporary items",
}
#: Moodle's names: a name and a number (a group may have none), then the kind of the submission; a file itself follows if there are no folders.
_MOODLE = re.compile(r"(?P<who>.+?)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?", re.S)
#: A folder's name ends with what Moodle adds; so what stands before that is all the name, whatever a student has called themselves. A file's begins with it.
_MOODLE_FOLDER = re.compile(r"(?P<who>.+)_assignsubmission_[a-z]+(?:_.*)?", re.S)
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
#: So many notebooks in wrong places of a student, or loose ones, are named, from so many folders deep.
MAX_STRAYS, MAX_DEPTH = 20, 3


@dataclass(frozen=True)
class Stray:
    """A notebook that lies where none is looked for, by its path below the folder of submissions."""

    path: tuple[str, ...]
    #: The assignment that its name, or the name of a folder around it, suggests.
    stem: str | None
    #: Whose folder it lies in, if in any.
    student: str | None

    def belongs(self, asked: str | None = None) -> str:
        """In words: where it lies, and where it should, perhaps, if the assignment ``asked`` for is missing."""
        stem = self.stem or asked or "<assignment>"
        perhaps = "if it is this assignment, " if asked and not self.stem else ""
        return f"{'/'.join(map(inert.name, self.path))} lies where it is not looked for; {perhaps}it belongs at {self.student or '<student>'}/{stem}/{stem}.ipynb"


@dataclass
class Collected:
    """All that was found. Students and assignments go by ``inert.name`` of their names; one student may have several folders."""

    #: For each student and assignment the folders and files that are theirs.
    places: dict[str, dict[str, list[Path]]] = field(default_factory=dict)
    #: Students whose folder cannot be used, and why.
    closed: dict[str, str] = field(default_factory=dict)
    strays: list[Stray] = field(default_factory=list)
    #: What else lies there and is not looked at, each with the reason.
    passed_over: list[str] = field(default_factory=list)

    def student(self, folder: str) -> dict[str, list[Path]]:
        return self.places.setdefault(inert.name(folder), {})


def _entries(folder: str | Path) -> list[os.DirEntry]:
    """What a folder holds but litter and what is hidden, by name."""
    return sorted((entry for entry in os.scandir(folder) if not (entry.name.startswith(".") or entry.name.lower() in LITTER)), key=lambda entry: entry.name)


def _files(folder: str | Path, depth: int = MAX_DEPTH) -> Iterator[os.DirEntry]:
    """The files in a folder and in so many levels of folders in it; links are given, not followed."""
    try:
        entries = _entries(folder)
    except OSError:
        return
    yield from (entry for entry in entries if not entry.is_dir(follow_symlinks=False))
    for entry in entries:
        if depth and entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path, depth - 1)


def collect(folder: Path, stems: Iterable[str]) -> Collected:
    """All that lies below a folder of submissions, for assignments of these names."""
    folder = folder.resolve()
    found, suggests = Collected(), _Suggestions(stems)
    moodle: list[tuple[str, os.DirEntry, str]] = []
    entries = _entries(folder)
    for entry in entries:
        shown = inert.name(entry.name)
        if entry.is_symlink():
            why = "it is a link, and links are not followed"
            if os.path.isdir(entry.path):
                found.student(entry.name)
                found.closed[shown] = why
            found.passed_over.append(f"{shown}: {why}")
        elif who := _moodles(entry):
            moodle.append((who, entry, ""))
        elif not entry.is_dir():
            if not _is_notebook(entry.name):
                found.passed_over.append(f"{shown}: {_what_to_do(entry)}")
        else:
            # Only where no student can have made the folder: what is in their own is theirs, whatever they call it.
            inside = _inside_moodle(entry) if suggests(entry.name) or len(entries) == 1 else []
            moodle += inside
            if not inside:
                _student(found, entry, suggests)
    _moodle(found, moodle, suggests)
    found.passed_over += [f"{inert.name(name)}: its name begins with a dot" for name in _hidden(folder)]
    found.strays = _strays(folder, suggests, {entry.name for _, entry, _ in moodle} | {Path(entry.path).parent.name for _, entry, _ in moodle})
    return found


def _hidden(folder: Path) -> list[str]:
    """Hidden folders that hold a notebook, which programs' own do not."""
    hidden = [entry for entry in os.scandir(folder) if entry.name.startswith(".") and entry.name != ".ipynb_checkpoints" and entry.is_dir(follow_symlinks=False)]
    return sorted(entry.name for entry in hidden if any(_is_notebook(file.name) for file in _files(entry.path)))


def _what_to_do(entry: os.DirEntry) -> str:
    if entry.name.lower().endswith(_ARCHIVES):
        return "it is an archive; unpack it, and let SUBMISSIONS name the folder that comes out"
    return "it is a file, not the folder of a student"


def _student(found: Collected, entry: os.DirEntry, suggests: _Suggestions) -> None:
    """A student's folder, with folders of assignments in it."""
    places = found.student(entry.name)
    try:
        for inner in _entries(entry.path):
            if inner.is_dir() or inner.is_symlink() and inner.name in suggests.stems:
                places.setdefault(inert.name(inner.name), []).append(Path(inner.path))
            elif inner.is_symlink():
                found.passed_over.append(f"{inert.name(entry.name)}/{inert.name(inner.name)}: it is a link, and links are not followed")
    except OSError as error:
        found.closed[inert.name(entry.name)] = f"the student's folder cannot be opened ({error.strerror})"


def _inside_moodle(entry: os.DirEntry) -> list[tuple[str, os.DirEntry, str]]:
    """Moodle's folders and files in a folder that holds such: it was unpacked into one of its own."""
    try:
        inner = [(_moodles(inner), inner) for inner in _entries(entry.path) if not inner.is_symlink()]
    except OSError:
        return []
    return [(who, inner, entry.name) for who, inner in inner if who]


def _moodles(entry: os.DirEntry) -> str | None:
    """Whose a folder or a file of Moodle's is, by its name; None if it is not of Moodle's."""
    match = (_MOODLE_FOLDER if entry.is_dir(follow_symlinks=False) else _MOODLE).fullmatch(entry.name)
    return match and match["who"]


def _moodle(found: Collected, entries: list[tuple[str, os.DirEntry, str]], suggests: _Suggestions) -> None:
    """What Moodle gives: of one assignment, so a file whose name does not say which is of the one that most others are of."""
    files = [(who, path, suggests(outer, *path.parts[-2:])) for who, entry, outer in entries for path in _moodle_files(entry)]
    common = Counter(stem for _, stem in {(who, stem) for who, _, stem in files if stem}).most_common(1)  # each student counts once for each
    for who, *_ in entries:
        found.student(who)
    for who, path, stem in files:
        if stem := stem or (common[0][0] if common else None):
            found.student(who).setdefault(stem, []).append(path)
        else:
            found.passed_over.append(f"{inert.name(path.name)} of {inert.name(who)}: its name does not say which assignment it is; name it <assignment>.ipynb")


def _moodle_files(entry: os.DirEntry) -> list[Path]:
    return [Path(file.path) for file in _files(entry.path)] if entry.is_dir() else [Path(entry.path)]


class _Suggestions:
    """Which assignment a name speaks of: ``Islands (2).ipynb`` of ``islands``."""

    def __init__(self, stems: Iterable[str]) -> None:
        self.stems = sorted(stems, key=lambda stem: (-len(stem), stem))

    def __call__(self, *names: str) -> str | None:
        """The assignment of the last name that suggests one."""
        for name in reversed(names):
            plain = f"-{re.sub(r'[^a-z0-9]+', '-', re.sub(r'[.]ipynb.*', '', name.lower(), flags=re.S))}-"
            for stem in self.stems:
                if f"-{stem}-" in plain:
                    return stem
        return None


def _strays(folder: Path, suggests: _Suggestions, moodle: Collection[str]) -> list[Stray]:
    """The notebooks that lie in no folder of an assignment, by path: loose, in a folder of another name, or too deep."""
    places = [_notebooks(folder, 0, ())]
    places += [_notebooks(Path(entry.path), MAX_DEPTH, suggests.stems) for entry in _entries(folder) if entry.is_dir(follow_symlinks=False) and entry.name not in moodle]
    found = []
    for paths in places:
        for path in paths[:MAX_STRAYS]:
            path = path.relative_to(folder).parts
            if path[0] in moodle:
                continue
            if path[0] in suggests.stems:  # folders of students in a folder of the assignment
                found.append(Stray(path, path[0], inert.name(path[1]) if path[2:] else None))
            else:
                found.append(Stray(path, suggests(*path[1:-1], path[-1]), inert.name(path[0]) if path[1:] else None))
    return sorted(found, key=lambda stray: stray.path)


def _notebooks(folder: Path, depth: int, stems: Collection[str]) -> list[Path]:
    """Notebooks in a folder and so many levels of folders in it, except in folders of these names that hold one themselves."""
    try:
        entries = [entry for entry in _entries(folder) if not entry.is_symlink()]
    except OSError:
        return []
    found = [Path(entry.path) for entry in entries if _is_notebook(entry.name) and entry.is_file()]
    for entry in entries:
        if depth and entry.is_dir():
            below = _notebooks(Path(entry.path), depth - 1, ())
            if not (entry.name in stems and any(path.parent == Path(entry.path) for path in below)):
                found += below
    return found


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb")


# the one that is meant ---------------------------------------------------------------------------

def find(places: Iterable[Path], stem: str) -> tuple[Path | None, list[str]]:
    """The notebook of an assignment among the folders and files that are a student's, and what to note about its name.

    A notebook of another name is taken if it is the only one, also one that a browser or a mail
    program gave a further ending. Raises ``Unreadable`` if it cannot be told which is meant, or if
    what lies there is no notebook.
    """
    files: list[Path] = []
    for place in places:
        if place.is_symlink():
            raise Unreadable(f"{_short(place.name)} is a link, and links are not followed")
        if not place.is_dir():
            files.append(place)
            continue
        try:
            files += [Path(entry.path) for entry in _entries(place) if not entry.is_dir(follow_symlinks=False)]
        except OSError as error:
            raise Unreadable(f"the folder cannot be opened ({error.strerror})") from error
    wanted = f"{stem}.ipynb"
    exact = [file for file in files if _plain_name(file) == wanted]
    others = [file for file in files if _is_notebook(file.name) and file not in exact]
    if len(exact) > 1 and len({digest(contents(file)) for file in exact}) > 1:
        raise Unreadable(f"{len(exact)} different notebooks named {wanted}, in {_listed(file.parent for file in exact)}, which are folders of one student")
    further = [file for file in files if re.search(r"\.ipynb\.(txt|json)$|\.json$", file.name, re.I)]
    rest = [file for file in files if file not in exact and file not in others]
    beside = [f"beside it lies {_listed(rest)}, which was not read"] if rest else []
    if exact:
        return exact[0], [*([f"{len(others) + 1} notebooks in the folder: {wanted} was graded, not {_listed(others)}"] if others else []), *beside]
    if not others and further:
        others, beside = further, []
    if len(others) > 1:
        raise Unreadable(f"{len(others)} notebooks, none of them named {wanted}")
    if others:
        return others[0], [f"the file is named {_short(_plain_name(others[0]))}", *beside]
    if files:
        raise Unreadable(f"no notebook was handed in; there is {_listed(files)}: {what_it_is(files[0]) or 'that is no notebook'}")
    return None, []


def _plain_name(path: Path) -> str:
    """The name of a file as the student gave it."""
    match = _MOODLE.fullmatch(path.name)
    return unicodedata.normalize("NFC", match["file"] if match and match["file"] else path.name)


def _listed(paths: Iterable[Path]) -> str:
    names = [_short(path.name) for path in paths]
    return f"{', '.join(names[:3])}{' and others' if names[3:] else ''}"


def _short(name: str) -> str:
    return repr(re.sub(r"[^\w .()+-]", "?", name)[:60])


def what_it_is(path: Path) -> str | None:
    """In words, what a file is that is no notebook, or None."""
    try:
        return kind(contents(path))
    except Unreadable as problem:
        return str(problem)


#: How files of other kinds begin.
_BEGINNINGS = {
    b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture", b"Rar!": "an archive; it must be unpacked", b"7z\xbc\xaf": "an archive; it must be unpacked",
    b"\x1f\x8b": "an archive; it must be unpacked", b"\xd0\xcf\x11\xe0": "a document of an office program", b"{\\rtf": "a document of a word processor", b"version https://git-lfs": "a pointer to a file, not the file",
    b"#!": "a program", b"bplist": "a shortcut to a page",
}


def kind(data: bytes) -> str | None:
    """In words, what a file of another kind is, by its beginning, or None."""
    begin = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if begin.startswith(b"PK"):
        return _zip(data)
    for mark, words in _BEGINNINGS.items():
        if begin.startswith(mark):
            return f"it is {words}"
    if re.match(rb"(?i)(<\?xml[^>]*>\s*)?(<!--.{0,2000}?-->\s*)?<(!doctype\s+html|html|head|body|script|meta)\b", begin, re.S):
        title = re.search(rb"(?is)<title[^<>]{0,200}>([^<]{1,400})</title", data[:65536])
        called = f" with the title {_short(' '.join(title[1].decode('utf-8', 'replace').split()))}" if title else ""
        return f"it is a web page{called}, perhaps the page that asks to log in; the notebook itself must be downloaded"
    if re.match(rb"(import|from|def|class|#|%)\s?\w", begin):
        return "it is a program or a text, not a notebook"
    if b"\n<<<<<<< " in data and b"\n>>>>>>> " in data:
        return "it holds the marks of an unfinished merge (<<<<<<<)"
    return None


#: A zip's list of contents stands at its end. So many bytes of it are looked into: a list made to be endless would cost minutes, and gigabytes.
MAX_LIST = 2**20


def _zip(data: bytes) -> str:
    import io

    try:
        names = zipfile.ZipFile(io.BytesIO(data[-MAX_LIST:])).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        names = []
    if any(name.startswith(("word/", "xl/", "ppt/")) or name == "content.xml" for name in names):
        return "it is a document of an office program"
    inside = [name for name in names if _is_notebook(name) and not name.startswith("__MACOSX")]
    return f"it is a zip{f' with {_short(Path(inside[0]).name)} in it' if inside else ''}; it must be unpacked"
