"""Where the figures of a chapter come from: read from its code, without running it.

For each figure in a chapter's prose this finds the cell that computes it, the tables that its code
loads on the way there, and the records that the code names by their identifiers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from unsigned_peace.execution import PACKAGE, expressions

_NAME = __package__


@dataclass(frozen=True)
class Origin:
    """What some code rests on: tables that it loads, and texts in it, among them identifiers of records."""

    tables: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    def __or__(self, other: Origin) -> Origin:
        return Origin(self.tables | other.tables, self.texts | other.texts)


@dataclass(frozen=True)
class Computed:
    """A figure: its name, the position of the cell that computes it, and what that rests on."""

    name: str
    cell: int
    origin: Origin

    def records(self, identifiers: Callable[[str], object]) -> list[tuple[str, str]]:
        """The records that the code names: table and identifier. ``identifiers`` gives those of a table."""
        return [(table, text) for table in sorted(self.origin.tables) for text in sorted(self.origin.texts) if text in identifiers(table)]


def computed_figures(chapter: NotebookNode) -> list[Computed]:
    """The figures of a chapter in the order of its prose, each once, as the code before it computes them."""
    code = _Code()
    found: dict[str, Computed] = {}
    for position, cell in enumerate(chapter.cells):
        if cell.cell_type == "code":
            code.follow(ast.parse(cell.source), position)
        elif cell.cell_type == "markdown":
            for name in expressions(cell.source):
                if name not in found and name in code.assigned:
                    found[name] = Computed(name, code.assigned[name], code.origins[name])
    return list(found.values())


@dataclass
class _Code:
    """The names of a chapter's code so far: where each was assigned, and what its value rests on."""

    assigned: dict[str, int] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)

    def follow(self, module: ast.Module, position: int) -> None:
        for statement in module.body:
            for targets, parts in _assignments(statement):
                origin = self.rests_on(parts)
                for name in targets:
                    self.origins[name] = origin
                    self.assigned[name] = position
            for name, parts in _changes(statement):
                self.origins[name] = self.origins.get(name, Origin()) | self.rests_on(parts)

    def rests_on(self, parts: list[ast.AST]) -> Origin:
        origin = Origin()
        loads_by_name = False
        for node in (node for part in parts for node in ast.walk(part)):
            if isinstance(node, ast.Name) and node.id in self.origins:
                origin |= self.origins[node.id]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                origin |= Origin(texts=frozenset([node.value]))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self.origins:
                origin |= Origin(tables_of(node.value.id, node.attr))
            elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == _NAME:
                origin |= Origin(frozenset().union(*(tables_of(node.module, name.name) for name in node.names)))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "load":
                if node.args and isinstance(node.args[0], ast.Constant):
                    origin |= Origin(tables=frozenset([node.args[0].value]))
                else:
                    loads_by_name = True
        return Origin(origin.tables | (origin.texts & _tables() if loads_by_name else frozenset()), origin.texts)
