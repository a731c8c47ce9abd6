"""Which cells of a chapter a cell needs: those above it that make what it uses.

Read from the code alone. Where that cannot tell (a branch, a method that may change what it is
called on) a cell counts as needed, so that one too many may run and never one too few.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

#: For a caption by name: the names of the figures in its words.
Figures = Callable[[str], set[str]]

_SIMPLE = (
    ast.Assign,
    ast.AnnAssign,
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
)


@dataclass(frozen=True)
class Cell:
    """What a cell does to names: uses from above, makes anew for sure, makes or may change."""

    uses: set[str] = field(default_factory=set)
    makes: set[str] = field(default_factory=set)
    touches: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)


def read(source: str, figures: Figures) -> Cell:
    """What a cell does; nothing at all if it is no Python."""
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError):
        return Cell()
    cell = Cell()
    made: set[str] = set()
    for statement in statements:
        used, assigned = _names(statement)
        changed = set(_changed(statement))
        for caption in _captions(statement):
            used |= figures(caption)
        cell.uses.update((used | changed) - made)
        cell.touches.update(assigned | changed)
        cell.imports.update(_imports(statement))
        if isinstance(statement, _SIMPLE):
            made |= assigned
    cell.makes.update(made - cell.uses)
    return cell


def imports(source: str) -> set[str]:
    """The modules that a piece of code imports, or may (see ``_imports``); none if it is no Python.

    What ``read`` says of imports, without the rest, which takes ten times as long.
    """
    try:
        return set(_imports(ast.parse(source)))
    except (SyntaxError, ValueError):
        return set()


def _names(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """The notebook's own names that a statement uses, and those that it gives a value."""
    used: set[str] = set()
    assigned: set[str] = set()
    top = symtable.symtable(ast.unparse(statement), "cell", "exec")
    tables = [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if table is not top and not symbol.is_global():
                continue
            if symbol.is_referenced():
                used.add(symbol.get_name())
            if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                assigned.add(symbol.get_name())
    return used, assigned


def _changed(statement: ast.stmt) -> Iterator[str]:
    """Names whose value a statement may change in place."""
    for node in ast.walk(statement):
        if isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
            yield from _base(node)
        elif isinstance(node, ast.AugAssign):
            yield from _base(node.target)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield from _base(node.value.func) if isinstance(node.value.func, ast.Attribute) else ()
        elif isinstance(node, ast.keyword) and node.arg == "inplace":
            yield from _in_place(statement)


def _in_place(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from _base(node.func)


def _base(node: ast.expr) -> Iterator[str]:
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id


def _captions(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and node.value.id == "captions"
            and isinstance(node.slice, ast.Constant)
        ):
            yield str(node.slice.value)


def _imports(statement: ast.AST) -> Iterator[str]:
    """Modules that a statement imports, or may: of ``from a import b`` both a and a.b."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def needed(cells: Sequence[Cell], position: int) -> list[int]:
    """The cells above one that it needs, in their order."""
    found: set[int] = set()
    waiting = [position]
    while waiting:
        at = waiting.pop()
        for name in cells[at].uses:
            for above in range(at - 1, -1, -1):
                if name not in cells[above].touches:
                    continue
                if above not in found:
                    found.add(above)
                    waiting.append(above)
                if name in cells[above].makes:
                    break
    return sorted(found)


def maker(cells: Sequence[Cell], among: Sequence[int], name: str, position: int) -> int | None:
    """The last cell before a position that made or may have changed a name, if there is one."""
    return max((at for at in among if at < position and name in cells[at].touches), default=None)
