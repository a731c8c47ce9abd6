"""What lies in a folder of submissions: whose it is, for which assignment, and what is passed over.

Two ways of laying it out are read: ``<student>/<assignment>/<assignment>.ipynb``, and what Moodle
gives when all submissions of an assignment are downloaded, in folders or not. No link is followed,
at any level, and nothing is left out in silence but what archives and desktops leave behind:
whatever lies in a student's folder and was neither read nor named is named by ``Collected.rest``.
"""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from unsigned_peace.coursework import inert
from unsigned_peace.coursework.submissions import Unreadable, contents
from unsigned_peace.files import digest

#: What archives, desktops and network drives leave in folders; nobody hands that in. Names in lower
#: case.
LITTER = {
    "__macosx",
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "icon\r",
    "$recycle.bin",
    "system volume information",
    "lost+found",
    "@eadir",
    "__pycache__",
    "network trash folder",
    "temporary items",
    ".ds_store",
    ".localized",
    ".directory",
    ".spotlight-v100",
    ".trashes",
    ".fseventsd",
    ".apdisk",
}
#: Moodle's names: a name and a number (a group may have none), then the kind of the submission; a
#: file itself follows if there are no folders. Students choose both the name and the file's, so the
#: last mark counts: what stands before it begins with what Moodle calls them, and is nobody else's.
_MOODLE = re.compile(r"(?P<who>.+)_assignsubmission_[a-z]+(?:_(?P<file>.*))?", re.DOTALL)
#: Who hands in again what was downloaded: the same name and number again, nobody else's.
_AGAIN = re.compile(r"(?P<who>.+_\d+)(?:_assignsubmission_[a-z]+_(?P=who))+", re.DOTALL)
_NUMBERED = re.compile(r".+_\d+", re.DOTALL)
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
_A_LINK = "it is a link, and links are not followed"
#: So many notebooks in wrong places of a student, or loose ones, are named.
MAX_STRAYS = 20
#: So many files and folders may lie in a student's folder, in so many levels: it is gone through
#: more than once.
MAX_NAMES, MAX_DEPTH = 20_000, 20
_TOO_MANY = (
    f"more than {MAX_NAMES} files and folders lie in it, or in more than {MAX_DEPTH} levels, and "
    "none of them was read"
)
_ASTRAY = "it lies where it is not looked for"
_A_DOT = "its name begins with a dot"
_A_COPY = "it is a copy of what was read"


@dataclass(frozen=True)
class Stray:
    """A notebook that lies where none is looked for, by its path below the folder of
    submissions.
    """

    path: tuple[str, ...]
    #: The assignment that its name, or the name of a folder around it, suggests.
    stem: str | None
    #: Whose folder it lies in, if in any.
    student: str | None

    def belongs(self, asked: str | None = None) -> str:
        """In words: where it lies, and where it should, perhaps, if the assignment ``asked`` for is
        missing.
        """
        stem = self.stem or asked or "<assignment>"
        perhaps = "if it is this assignment, " if asked and not self.stem else ""
        return (
            f"{'/'.join(map(inert.name, self.path))} lies where it is not looked for; "
            f"{perhaps}it belongs at {self.student or '<student>'}/{stem}/{stem}.ipynb"
        )


@dataclass
class Collected:
    """All that was found. Students and assignments go by ``inert.name`` of their names; one student
    may have several folders.
    """

    folder: Path
    #: For each student and assignment the folders and files that are theirs.
    places: dict[str, dict[str, list[Path]]] = field(default_factory=dict)
    #: Students whose folder cannot be used, and why.
    closed: dict[str, str] = field(default_factory=dict)
    strays: list[Stray] = field(default_factory=list)
    #: What else lies there and is not looked at, each with the reason.
    passed_over: list[str] = field(default_factory=list)
    #: Of that what lies in the folder of a student, by student.
    beside: dict[str, list[str]] = field(default_factory=dict)

    #: Of each student the folders and files that can be looked through, in whichever layout.
    roots: dict[str, list[os.DirEntry]] = field(default_factory=dict)
    #: What was read or is named elsewhere, with all that lies in it; a reason, where one is given,
    #: is still to be said.
    said: dict[Path, str] = field(default_factory=dict)

    def student(self, folder: str) -> dict[str, list[Path]]:
        return self.places.setdefault(_name(folder), {})

    def leave(self, student: str, paths: list[Path], why: str) -> None:
        """Passes over some of a student's folder: one is named, and how many more there are."""
        if paths:
            self.said.update(dict.fromkeys(paths, ""))
            words = f"{_and_others([self._called(path) for path in paths])}: {why}"
            self.beside.setdefault(student, []).append(words)
            self.passed_over.append(f"{student}/{words}")

    def rest(self, student: str) -> dict[str | None, list[str]]:
        """All that lies with a student and was neither read nor named, in words: by the assignment
        in whose place it lies, None if in nobody's. Of each kind some are named, and how many more
        there are.
        """
        stems = {place: stem for stem, places in self.places[student].items() for place in places}
        kinds: dict[tuple[str | None, str], list[str]] = {}
        for root in self.roots.get(student, []):
            for path, why in _lying([(root, False)], None if _moodles(root) else root.path):
                around = [path, *path.parents]
                reasons = [self.said[place] for place in around if place in self.said]
                if all(reasons):
                    stem = next((stems[place] for place in around if place in stems), None)
                    kinds.setdefault((stem, (reasons or [why])[0]), []).append(self._called(path))
        found: dict[str | None, list[str]] = {}
        for (stem, why), names in kinds.items():
            found.setdefault(stem, []).append(f"{_and_others(names, 3)}: {why}")
        return found

    def _called(self, path: Path) -> str:
        """A path as a student knows it, without the folder that is theirs."""
        parts = path.relative_to(self.folder).parts
        return "/".join(map(inert.name, parts[1:] or parts))


def _and_others(names: list[str], some: int = 1) -> str:
    more = f" (and {len(names) - some} others)" if names[some:] else ""
    return f"{', '.join(names[:some])}{more}"


def _name(folder: str) -> str:
    """The name of a student; one that begins with a dot would be a hidden folder."""
    name = inert.name(folder)
    return f"\\x2e{name[1:]}" if name.startswith(".") else name


def _entries(folder: str | Path) -> list[os.DirEntry]:
    """What a folder holds but litter and what is hidden, by name."""
    return [entry for entry, hidden in _all_entries(folder) if not hidden]


def _all_entries(folder: str | Path) -> list[tuple[os.DirEntry, bool]]:
    """What a folder holds but litter, by name, each with whether it is hidden: its name begins with
    a dot, and not because Moodle's name of somebody does.
    """
    entries = {entry.name: entry for entry in os.scandir(folder)}
    return [
        (entry, name.startswith(".") and not _MOODLE.fullmatch(name))
        for name, entry in sorted(entries.items())
        if not _is_litter(entry, entries)
    ]


def _is_litter(entry: os.DirEntry, beside: Collection[str]) -> bool:
    """Whether something is what machines leave: by its name, and since no notebook lies in it. They
    leave folders and plain files, no links or pipes.
    """
    if entry.is_dir(follow_symlinks=False):
        return entry.name.lower() in LITTER and not _may_hold_a_notebook(entry.path)
    # macOS leaves ._x beside x
    is_half = entry.name.startswith("._") and entry.name[2:] in beside
    return entry.is_file(follow_symlinks=False) and (is_half or entry.name.lower() in LITTER)


def _files(folder: str | Path, depth: int = MAX_DEPTH) -> Iterator[os.DirEntry]:
    """The files in a folder and in so many levels of folders in it; links are given, not followed.
    Raises ``OSError`` where one cannot be opened.
    """
    entries = _entries(folder)
    yield from (entry for entry in entries if not entry.is_dir(follow_symlinks=False))
    for entry in entries:
        if depth and entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path, depth - 1)


def _too_many(folder: str | Path) -> bool:
    """Whether more lies in a folder than is looked through."""
    count, waiting = 0, [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                count += 1
                if count > MAX_NAMES or depth > MAX_DEPTH:
                    return True
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, depth + 1))
    return False


def collect(
    folder: Path, stems: Iterable[str], headings: Mapping[str, Collection[bytes]] = {}
) -> Collected:
    """All that lies below a folder of submissions, for assignments of these names; by its
    ``headings`` an assignment is known in a file whose name does not say what it is.
    """
    folder = folder.resolve()
    found, suggests = Collected(folder), _Suggestions(stems)
    moodle: list[tuple[str, os.DirEntry, str]] = []
    names: list[str] = []  # of folders in which no strays are looked for
    entries = _entries(folder)
    within = _of_moodle(entries, suggests)
    for entry in entries:
        shown = inert.name(entry.name)
        if entry.is_symlink():
            if os.path.isdir(entry.path):
                found.student(entry.name)
                found.closed[_name(entry.name)] = _A_LINK
            found.passed_over.append(f"{shown}: {_A_LINK}")
        elif who := _moodles(entry):
            moodle.append((who, entry, ""))
        elif not entry.is_dir():
            if not _is_notebook(entry.name) or not entry.is_file():
                found.passed_over.append(f"{shown}: {_what_to_do(entry)}")
        else:
            inside = within.get(entry.name)
            moodle += inside or []
            if inside:
                _among_moodles(found, folder, entry, suggests)
            else:
                _student(found, entry, suggests)
                names += [entry.name] if _name(entry.name) in found.closed else []
    _moodle(found, folder, moodle, suggests, headings)
    found.passed_over += [
        f"{inert.name(entry.name)}: {_A_DOT}" for entry in _hidden(_all_entries(folder))
    ]
    for _, entry, outer in moodle:
        names += [entry.name, outer]
    found.strays = sorted(
        [*found.strays, *_strays(found, folder, suggests, set(names))], key=lambda stray: stray.path
    )
    found.said.update((folder.joinpath(*stray.path), "") for stray in found.strays)
    return found


def _hidden(entries: list[tuple[os.DirEntry, bool]]) -> list[os.DirEntry]:
    """Of what a folder holds the hidden files, and the hidden folders in which anything lies, but
    for what Jupyter saved before, beside a notebook.
    """
    saved = any(
        _is_notebook(entry.name) and not hidden and entry.is_file(follow_symlinks=False)
        for entry, hidden in entries
    )
    found = []
    for entry, hidden in entries:
        if hidden and (
            not entry.is_dir(follow_symlinks=False)
            or _too_many(entry.path)
            or any(_below(entry))
            and not (saved and entry.name == ".ipynb_checkpoints" and _has_checkpoints_only(entry))
        ):
            found.append(entry)
    return found


def _has_checkpoints_only(folder: os.DirEntry) -> bool:
    """Whether Jupyter, and nobody else, put there what lies in a folder."""
    try:
        entries = [entry for entry, _ in _all_entries(folder.path)]
    except OSError:
        return False
    return all(
        entry.is_file(follow_symlinks=False)
        and Path(entry.name).stem.endswith("-checkpoint")
        and not entry.name.lower().endswith(_ARCHIVES)
        for entry in entries
    )


def _lying(
    entries: list[tuple[os.DirEntry, bool]], own: str | None = None
) -> Iterator[tuple[Path, str]]:
    """All that lies there and in folders below but litter, whatever it is, each with why it was
    not read, if it was not; ``own`` is the folder of a student that holds folders of assignments.
    """
    for entry in _hidden(entries):
        yield Path(entry.path), _A_DOT
    for entry, hidden in entries:
        if hidden:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _below(entry, own)
        elif entry.is_symlink():
            yield Path(entry.path), _A_LINK
        elif not entry.is_file():
            yield Path(entry.path), "it is not a plain file"
        elif entry.name.lower().endswith(_ARCHIVES):
            yield Path(entry.path), "it is an archive, and must be unpacked"
        elif _is_notebook(entry.name):
            yield Path(entry.path), "it was not graded"
        elif os.path.dirname(entry.path) == own:
            yield Path(entry.path), "it is a file, not the folder of an assignment"
        else:
            yield Path(entry.path), "it was not read"


def _below(folder: os.DirEntry, own: str | None = None) -> Iterator[tuple[Path, str]]:
    """All that lies in a folder, or the folder itself, if it cannot be opened."""
    try:
        entries = _all_entries(folder.path)
    except OSError as error:
        yield Path(folder.path), f"it cannot be opened ({error.strerror})"
    else:
        yield from _lying(entries, own)


def _may_hold_a_notebook(folder: str | Path) -> bool:
    """Whether there is a notebook in a folder or below, or a folder that nobody can look into."""
    closed: list[OSError] = []
    return any(
        ".ipynb" in name.lower() and not _is_half(Path(place, name))
        for place, _, names in os.walk(folder, onerror=closed.append)
        for name in names
    ) or bool(closed)


def _is_half(path: Path) -> bool:
    """Whether a file is what macOS keeps of another beside it (AppleDouble)."""
    try:
        return path.name.startswith("._") and contents(path).startswith(b"\0\x05\x16\x07")
    except Unreadable:
        return False


def _cannot_be_opened(error: OSError) -> str:
    return f"the student's folder cannot be opened ({error.strerror})"


def _what_to_do(entry: os.DirEntry) -> str:
    if entry.name.lower().endswith(_ARCHIVES):
        return "it is an archive; unpack it, and let SUBMISSIONS name the folder that comes out"
    return "it is a file, not the folder of a student"


def _student(found: Collected, entry: os.DirEntry, suggests: _Suggestions) -> None:
    """A student's folder, with folders of assignments in it."""
    student, places = _name(entry.name), found.student(entry.name)
    if _too_many(entry.path):
        found.closed[student] = _TOO_MANY
        return
    unknown: list[Path] = []
    try:
        for inner in _entries(entry.path):
            name, known = inert.name(inner.name), inner.name in suggests.stems
            if not inner.is_dir(follow_symlinks=False) and not (known and inner.is_symlink()):
                continue
            if not known and name not in places:
                unknown.append(Path(inner.path))
            if known or not unknown[MAX_STRAYS:]:
                places.setdefault(name, []).append(Path(inner.path))
    except OSError as error:
        found.closed[student] = _cannot_be_opened(error)
        return
    found.roots.setdefault(student, []).append(entry)
    found.leave(student, unknown[MAX_STRAYS:], "there is no assignment of this name")


def _of_moodle(
    entries: list[os.DirEntry], suggests: _Suggestions
) -> dict[str, list[tuple[str, os.DirEntry, str]]]:
    """By name, the folders that hold Moodle's, and what they hold.

    Only where no student can have made the folder: what is in their own is theirs, whatever they
    call it, and whatever that is called. So beside folders of students it holds numbered names
    only, and nobody's who has a place already.
    """
    folders = [
        entry for entry in entries if entry.is_dir(follow_symlinks=False) and not _moodles(entry)
    ]
    within = {
        entry.name: inside
        for entry in folders
        if (suggests(entry.name) or len(entries) == 1) and (inside := _inside_moodle(entry))
    }
    if all(entry.name in within for entry in folders):
        return within
    own = {_name(_moodles(entry) or entry.name) for entry in entries}
    return {
        name: inside
        for name, inside in within.items()
        if not any(_name(who) in own or not _NUMBERED.fullmatch(who) for who, _, _ in inside)
    }


def _inside_moodle(entry: os.DirEntry) -> list[tuple[str, os.DirEntry, str]]:
    """Moodle's folders and files in a folder that holds such: it was unpacked into one of its
    own.
    """
    try:
        inner = [
            (_moodles(inner), inner) for inner in _entries(entry.path) if not inner.is_symlink()
        ]
    except OSError:
        return []
    return [(who, inner, entry.name) for who, inner in inner if who]


def _among_moodles(
    found: Collected, folder: Path, outer: os.DirEntry, suggests: _Suggestions
) -> None:
    """What lies among Moodle's folders in one around them, and is none of theirs: it is named, and
    so are the notebooks in it. Who has a folder of an assignment there is a student too.
    """
    shown, notebooks = inert.name(outer.name), []
    for entry in _entries(outer.path):
        if entry.is_symlink():
            why = _A_LINK
        elif _moodles(entry):
            continue
        elif entry.name in suggests.stems and entry.is_dir():
            if _too_many(entry.path):
                found.student(outer.name)
                found.closed[_name(outer.name)] = _TOO_MANY
            else:
                found.student(outer.name).setdefault(entry.name, []).append(Path(entry.path))
                found.roots.setdefault(_name(outer.name), []).append(entry)
            continue
        elif entry.is_dir():
            why = (
                "it lies among Moodle's folders and is none of them; a student's belongs beside "
                f"{shown}"
            )
            if not _too_many(entry.path):
                notebooks += _notebooks(Path(entry.path), MAX_DEPTH, ())
        else:
            why = _what_to_do(entry)
            notebooks += [Path(entry.path)] if _is_notebook(entry.name) else []
        found.passed_over.append(f"{shown}/{inert.name(entry.name)}: {why}")
    found.passed_over += [
        f"{shown}/{inert.name(entry.name)}: {_A_DOT}" for entry in _hidden(_all_entries(outer.path))
    ]
    if rest := [inert.name(path.name) for path in notebooks[MAX_STRAYS:]]:
        found.passed_over.append(f"{shown}/.../{_and_others(rest)}: {_ASTRAY}")
    for path in notebooks[:MAX_STRAYS]:
        parts = path.relative_to(folder).parts
        found.strays.append(Stray(parts, suggests(parts[0], *parts[2:]), None))


def _moodles(entry: os.DirEntry) -> str | None:
    """Whose a folder or a file of Moodle's is, by its name; None if it is not of Moodle's."""
    if not (match := _MOODLE.fullmatch(entry.name)):
        return None
    return (_AGAIN.fullmatch(match["who"]) or match)["who"]


def _moodle(
    found: Collected,
    folder: Path,
    entries: list[tuple[str, os.DirEntry, str]],
    suggests: _Suggestions,
    headings: Mapping[str, Collection[bytes]],
) -> None:
    """What Moodle gives: of one assignment, so a file is of the one that its own name says, or the
    questions in it, or the name of the folder around; else of the one that most others are of, or
    of the one that all others of the same student are of, or that the whole folder is named by.
    """
    files = []
    looked_into: Counter[str] = Counter()
    for who, entry, outer in entries:
        found.student(who)
        if entry.is_dir() and _too_many(entry.path):
            found.closed[_name(who)] = _TOO_MANY
            continue
        try:
            for path in _moodle_files(entry):
                stem = suggests(*_names(entry, path))
                if not stem and _is_notebook(path.name) and looked_into[who] < MAX_STRAYS:
                    looked_into[who] += 1
                    stem = recognised(path, headings)
                files.append((who, path, stem or suggests(outer)))
            found.roots.setdefault(_name(who), []).append(entry)
        except OSError as error:
            found.closed[_name(who)] = _cannot_be_opened(error)
    own: dict[str, set[str]] = {}
    nameless: dict[str, list[Path]] = {}
    for who, _, stem in files:
        own.setdefault(who, set()).update([stem] if stem else [])
    common = _most_common(own.values())
    for who, path, stem in files:
        alone = next(iter(own[who])) if len(own[who]) == 1 else None
        if stem := stem or common or alone or suggests(folder.name):
            found.student(who).setdefault(stem, []).append(path)
        else:
            if _is_notebook(path.name):
                found.strays.append(Stray(path.relative_to(folder).parts, None, _name(who)))
            nameless.setdefault(_name(who), []).append(path)
    for student, paths in nameless.items():
        found.leave(
            student,
            paths,
            "its name does not say which assignment it is; name it <assignment>.ipynb",
        )


def _most_common(own: Iterable[Collection[str]]) -> str | None:
    """The assignment that more students' files are of than any other, each student's counted once
    for each; None if two are even, or if it is that of one student alone, whose file decides
    nobody else's.
    """
    return _most(Counter(stem for stems in own for stem in stems))


def _most(counts: Counter[str]) -> str | None:
    """What was counted more often than anything else, and more than once."""
    (first, most), (_, next_) = [*counts.most_common(2), (None, 0), (None, 0)][:2]
    return first if most > max(next_, 1) else None


def _names(entry: os.DirEntry, path: Path) -> list[str]:
    """The names of a file of Moodle's that may say which assignment it is, never what the student
    is called: in a student's folder the last two in it, else what the student called the file.
    """
    if entry.is_dir():
        return list(path.relative_to(entry.path).parts[-2:])
    match = _MOODLE.fullmatch(path.name)
    return [(match and match["file"]) or ""]


#: A heading where the text of a cell begins, up to where JSON would write a sign in another way.
_HEADING = re.compile(rb'"(#{1,2} [^"\\]{1,300})')


def recognised(path: Path, headings: Mapping[str, Collection[bytes]]) -> str | None:
    """The assignment of which a file holds more headings than of any other, and more than one."""
    try:
        data = contents(path) if headings else b""
    except Unreadable:
        return None
    found, place = set(), -1
    for _ in range(MAX_NAMES):
        if (place := data.find(b'"#', place + 1)) < 0:
            break
        found |= {match[1] for match in [_HEADING.match(data, place)] if match}
    return _most(Counter({stem: len(found & set(ones)) for stem, ones in headings.items()}))


def _moodle_files(entry: os.DirEntry) -> list[Path]:
    return (
        [Path(file.path) for file in _files(entry.path)] if entry.is_dir() else [Path(entry.path)]
    )


class _Suggestions:
    """Which assignment a name speaks of: ``Islands (2).ipynb`` of ``islands``."""

    def __init__(self, stems: Iterable[str]) -> None:
        self.stems = set(stems)

    def __call__(self, *names: str) -> str | None:
        """The assignment of the last name that suggests one; of several in one name it is the last
        too, since Moodle puts the course's name before it.
        """
        for name in reversed(names):
            before = re.sub(r"[.]ipynb.*", "", name.lower(), flags=re.DOTALL)
            plain = f"-{re.sub(r'[^a-z0-9]+', '-', before)}-"
            ends = {
                (plain.rindex(f"-{stem}-") + len(stem), len(stem), stem)
                for stem in self.stems
                if f"-{stem}-" in plain
            }
            if ends:
                return max(ends)[-1]
        return None


def _strays(
    collected: Collected, folder: Path, suggests: _Suggestions, moodle: Collection[str]
) -> list[Stray]:
    """The notebooks that lie in no folder of an assignment, by path: loose, in a folder of another
    name, or too deep. Of very many in one place some are named, and how many more there are.
    """
    places = [[path for path in _notebooks(folder, 0, ()) if path.name not in moodle]]
    places += [
        _notebooks(Path(entry.path), MAX_DEPTH, suggests.stems)
        for entry in _entries(folder)
        if entry.is_dir(follow_symlinks=False) and entry.name not in moodle
    ]
    found = []
    for paths in places:
        if rest := paths[MAX_STRAYS:]:
            if rest[0].parent != folder:
                collected.leave(_name(rest[0].relative_to(folder).parts[0]), rest, _ASTRAY)
            else:
                names = [inert.name(path.name) for path in rest]
                collected.passed_over.append(f"{_and_others(names)}: {_ASTRAY}")
        for path in paths[:MAX_STRAYS]:
            parts = path.relative_to(folder).parts
            if parts[0] in suggests.stems:  # folders of students in a folder of the assignment
                found.append(Stray(parts, parts[0], _name(parts[1]) if parts[2:] else None))
            else:
                found.append(
                    Stray(
                        parts,
                        suggests(*parts[1:-1], parts[-1]),
                        _name(parts[0]) if parts[1:] else None,
                    )
                )
    return sorted(found, key=lambda stray: stray.path)


def _notebooks(folder: Path, depth: int, stems: Collection[str]) -> list[Path]:
    """Notebooks in a folder and so many levels of folders in it, except in folders of these names
    that hold one themselves.
    """
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


def _is_notebook(name: str, added: str = r"(\.(txt|json))?") -> bool:
    """Whether a name is a notebook's, also with an ending that browsers and mail programs add."""
    return bool(re.search(rf"\.ipynb{added}$", name, re.IGNORECASE))


# the one that is meant ---------------------------------------------------------------------------


def find(places: Iterable[Path], stem: str, said: dict[Path, str]) -> tuple[Path | None, list[str]]:
    """The notebook of an assignment among the folders and files that are a student's, and what to
    note about its name; what was read or is named by that goes into ``said``, as ``Collected`` has
    it.

    A notebook of another name is taken if it is the only one, whatever ending a browser or a mail
    program gave it or took from it. Raises ``Unreadable`` if it cannot be told which is meant, or
    if what lies there is no notebook.
    """
    files: list[Path] = []
    for place in places:
        if place.is_symlink() or not place.is_dir():
            files.append(place)
            continue
        try:
            inside = [entry for entry in _entries(place) if not entry.is_dir(follow_symlinks=False)]
        except OSError as error:
            raise Unreadable(f"the folder cannot be opened ({error.strerror})") from error
        files += [Path(entry.path) for entry in inside]
    files = [file for file in files if not file.is_symlink()] or files
    wanted = f"{stem}.ipynb"
    exact = [file for file in files if _plain_name(file) == wanted]
    if len(exact) > MAX_STRAYS or len({digest(contents(file)) for file in exact[1:] and exact}) > 1:
        said.update(dict.fromkeys(exact, ""))
        different = "different " if not exact[MAX_STRAYS:] else ""
        raise Unreadable(
            f"{len(exact)} {different}notebooks named {wanted}, in "
            f"{_listed(file.parent for file in exact)}, which are folders of one student"
        )
    if exact:
        said.update({**dict.fromkeys(exact, _A_COPY), exact[0]: ""})
        return exact[0], []
    others = (  # by what a program added to its name, or by what it holds
        [file for file in files if _is_notebook(file.name, "")]
        or [file for file in files if _is_notebook(file.name)]
        or [file for file in files[:MAX_STRAYS] if _holds_one(file)]
        or [file for file in files if file.suffix.lower() == ".json"]
    )
    if len(others) > 1:
        raise Unreadable(f"{len(others)} notebooks, none of them named {wanted}")
    if others:
        said[others[0]] = ""
        return others[0], [f"the file is named {_short(_plain_name(others[0]))}"]
    if files:
        said.update(dict.fromkeys(files[:3], ""))
        raise Unreadable(
            f"no notebook was handed in; there is {_listed(files)}: "
            f"{what_it_is(files[0]) or 'that is no notebook'}"
        )
    return None, []


def _holds_one(path: Path) -> bool:
    """Whether a file is a notebook by what it holds, whatever its name ends in."""
    try:
        data = contents(path)
    except Unreadable:
        return False
    return data[:64].lstrip().startswith(b"{") and b'"cell_type"' in data


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
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"Rar!": "an archive; it must be unpacked",
    b"7z\xbc\xaf": "an archive; it must be unpacked",
    b"\x1f\x8b": "an archive; it must be unpacked",
    b"\xd0\xcf\x11\xe0": "a document of an office program",
    b"{\\rtf": "a document of a word processor",
    b"version https://git-lfs": "a pointer to a file, not the file",
    b"#!": "a program",
    b"bplist": "a shortcut to a page",
}


def kind(data: bytes) -> str | None:
    """In words, what a file of another kind is, by its beginning, or None."""
    begin = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if begin.startswith(b"PK"):
        return _zip(data)
    for mark, words in _BEGINNINGS.items():
        if begin.startswith(mark):
            return f"it is {words}"
    if re.match(
        rb"(?i)(<\?xml[^>]*>\s*)?(<!--.{0,2000}?-->\s*)?"
        rb"<(!doctype\s+html|html|head|body|script|meta)\b",
        begin,
        re.DOTALL,
    ):
        title = re.search(rb"(?is)<title[^<>]{0,200}>([^<]{1,400})</title", data[:65536])
        called = (
            f" with the title {_short(' '.join(title[1].decode('utf-8', 'replace').split()))}"
            if title
            else ""
        )
        return (
            f"it is a web page{called}, perhaps the page that asks to log in; the notebook "
            f"itself must be downloaded"
        )
    if re.match(rb"(import|from|def|class|#|%)\s?\w", begin):
        return "it is a program or a text, not a notebook"
    if b"\n<<<<<<< " in data and b"\n>>>>>>> " in data:
        return "it holds the marks of an unfinished merge (<<<<<<<)"
    return None


#: A zip's list of contents stands at its end. So many bytes of it are looked into: a list made to
#: be endless would cost minutes, and gigabytes.
MAX_LIST = 2**20


def _zip(data: bytes) -> str:
    import io

    try:
        names = zipfile.ZipFile(io.BytesIO(data[-MAX_LIST:])).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        names = []
    if any(name.startswith(("word/", "xl/", "ppt/")) or name == "content.xml" for name in names):
        return "it is a document of an office program"
    inside = [name for name in names if _is_notebook(name, "") and not name.startswith("__MACOSX")]
    return (
        f"it is a zip{f' with {_short(Path(inside[0]).name)} in it' if inside else ''}; it "
        f"must be unpacked"
    )
