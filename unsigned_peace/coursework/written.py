"""Written work in cells of code: what a person has to read, since no rule can.

Students write essays as comments, in texts, as key words, in commands of the shell. Such forms have
no end, so they are not told apart: the words that a notebook's code has, and the assignment's code
has not, are counted, whatever they are to Python.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import unicodedata

from unsigned_peace.coursework.assignments import Assignment

#: So many different words are writing: of any in one cell that computes nothing, and of new ones in
#: all code. SECURITY.md promises it of twenty: what a word is has no sharp edge in all scripts.
WORDS_ALONE, WORDS_IN_CODE = 8, 10

#: Scripts that leave no blank between words: of South East Asia, Tibet, China and Japan.
_UNBROKEN = (
    r"\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u1aaf\u1b00-\u1bff\u2e80-\u31ff"
    r"\u3400-\ua4cf\ua930-\ua95f\ua980-\ua9ff\uaa00-\uaadf\uf900-\ufaff\uff66-\uff9f"
    r"\U00011ee0-\U00011f5f\U00016fe0-\U0003ffff"
)
_LETTER = rf"(?:(?![{_UNBROKEN}])[^\W\d_])"
#: A word; of a run longer than words are, eight letters each, and of scripts that leave no blank
#: between words, two.
_WORD = re.compile(
    rf"(?:(?=[{_UNBROKEN}])[^\W_]){{1,2}}"
    rf"|{_LETTER}{{2,15}}(?!{_LETTER})|{_LETTER}{{8}}|[^\W\d_a-z]"
)
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
    """The different words of a text, whatever they are to Python."""
    signs: list[str] = []  # each with what stands above, below or around it
    for sign in unicodedata.normalize("NFC", text.casefold()):
        if signs and unicodedata.category(sign) in ("Mn", "Me"):
            signs[-1] += sign
        else:
            signs.append(sign)
    line = "".join(map(_as_letter, signs))
    return {"".join(signs[slice(*word.span())]) for word in _WORD.finditer(line)}


def _as_letter(sign: str) -> str:
    """A sign as a pattern can read it: to Python, marks that stand beside letters are none, nor
    are letters in circles and those of the blind.
    """
    if unicodedata.category(sign[0]) not in ("Mc", "So"):
        return sign[0]
    return "\u0e01" if re.match(f"[{_UNBROKEN}]", sign) else "a"


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
    much = len(set().union(*new.values())) >= WORDS_IN_CODE
    return {
        source
        for source, found in said.items()
        if much and new[source] or len(found) >= WORDS_ALONE and not computes(source)
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
