"""Written work in cells of code: what a person has to read, since no rule can.

Students write essays as comments, in texts, as key words, in commands of the shell. Such forms have
no end, so they are not told apart: the letters of all words that a notebook's code has, and the
assignment's code has not, are counted, whatever they are to Python.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import unicodedata

from unsigned_peace.coursework.assignments import Assignment

#: Different words of so many letters together are writing: of any in one cell that computes
#: nothing, and of new ones in all code. SECURITY.md promises it of sixty, so that there is room.
LETTERS_ALONE, LETTERS_IN_CODE = 30, 40

#: What stands between blanks, digits and the signs of ASCII. No list says which other signs are
#: letters: there are more scripts than any knows.
_WORD = re.compile(r"[^\s\x00-@\[-`{-\x7f]+")
_DRAWN = re.compile(r"([^\w\s])\1{2,}")
#: A line that Jupyter and not Python reads: a command of its own (%time), or of the system's (!ls),
#: also where a variable takes what it says; a question (load?).
_COMMAND = re.compile(
    r"^([ \t]*+)(?:[%!?].*|[\w, \t]+=[ \t]*[%!].*|[\w.%]+\?{1,2}[ \t]*)$", re.MULTILINE
)
#: Magics of a cell below which Python is written.
_OF_PYTHON = {"time", "timeit", "capture", "prun", "python", "python3"}


def statements(source: str) -> list[ast.stmt] | None:
    """The statements of a cell of code, its commands for Jupyter aside; None if it is no Python."""
    if (magic := re.match(r"\s*%%(\w*)", source)) and magic[1] not in _OF_PYTHON:
        return None
    # As it stands first: a line of Python may begin with a sign of Jupyter's (``!=``, or ``%``
    # within a text).
    for text in (source, _COMMAND.sub(r"\1pass", source)):
        if (found := _parsed(text)) is not None:
            return found
    return None


def _parsed(source: str) -> list[ast.stmt] | None:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def computes(source: str) -> bool:
    """Whether a cell of code calls or assigns anything, or imports, or repeats."""
    return any(
        not isinstance(statement, (ast.Expr, ast.Pass))
        or any(isinstance(part, ast.Call) for part in ast.walk(statement))
        for statement in statements(source) or []
    )


def words(text: str) -> set[str]:
    """The different words of a text, whatever they are to Python; lines that people draw are as
    long as one of their signs.
    """
    text = _DRAWN.sub(r"\1", unicodedata.normalize("NFC", text).casefold())
    return set(_WORD.findall(text))


def letters(found: set[str]) -> int:
    """How much words say, in letters: signs that are not ASCII's count twice, since a word of China
    or Japan has two; a letter alone is mostly a name in code, and counts nothing.
    """
    return sum(
        len(word) + sum(sign > "\x7f" for sign in word)
        for word in found
        if len(word) > 1 or not word.isascii()
    )


def in_code(assignment: Assignment, sources: list[str]) -> set[str]:
    """Of the sources of a student's cells of code those that a person has to read."""
    handed_out = [cell.source for cell in assignment.release.cells]
    models = [assignment.source.cells[task.solution].source for task in assignment.tasks]
    official = {line.strip() for source in handed_out + models for line in source.splitlines()}
    said = {
        source: words(
            "\n".join(line for line in source.splitlines() if line.strip() not in official)
        )
        for source in sources
    }
    known = _words_of_code(assignment, models)
    new = {source: found - known for source, found in said.items()}
    much = letters(set().union(*new.values())) >= LETTERS_IN_CODE
    return {
        source
        for source, found in said.items()
        if much and new[source] or letters(found) >= LETTERS_ALONE and not computes(source)
    }


def _words_of_code(assignment: Assignment, models: list[str]) -> set[str]:
    """The words that an assignment's code and its model answers use, comments aside."""
    code = [cell.source for cell in assignment.release.cells if cell.cell_type == "code"]
    return {
        word
        for source in code + models
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type in (tokenize.NAME, tokenize.STRING)
        for word in words(token.string)
    }
