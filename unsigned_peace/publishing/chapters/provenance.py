"""Where the figures in a chapter's prose come from: read from its code, without running it.

For each figure this finds the cell that computes it, the tables that the code loads on the way
there, and the records that the code names by identifier. The page shows it under the cell's code,
and each figure in the prose is a link to its entry there.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from unsigned_peace import dataset, paths
from unsigned_peace.notebooks.source import expressions
from unsigned_peace.publishing.chapters.executed import (
    chapter_being_read,
    figure_address,
    sentence_address,
)
from unsigned_peace.publishing.data_pages.records import (
    PAGES,
    ROWS_BY,
    address_of,
    records_of,
)
from unsigned_peace.publishing.data_pages.uses import Use, mentioned, note
from unsigned_peace.publishing.html.templates import render

_PACKAGE = paths.PACKAGE.name
#: Code that names more records than this selects them from a list; the tables say it better.
_MOST_RECORDS = 12


@dataclass(frozen=True)
class Origin:
    """What some code rests on: the tables that it loads, and the texts in it.

    Some texts are identifiers of records.
    """

    tables: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    def __or__(self, other: Origin) -> Origin:
        return Origin(self.tables | other.tables, self.texts | other.texts)

    def records(self) -> list[tuple[str, str]]:
        """The records that the code names, as table and identifier.

        Of the tables loaded and of those that they refer to.
        """
        near = self.tables | {
            key["reference"]["resource"]
            for table in self.tables
            for key in dataset.resource(table)["schema"].get("foreignKeys", [])
        }
        return [
            (table, text)
            for table in sorted(near - {""})
            for text in sorted(self.texts)
            if text in records_of(table)
        ]


@dataclass(frozen=True)
class Computed:
    """A figure of the prose.

    Its name, the position of the cell that computes it, and what it rests on.
    """

    name: str
    cell: int
    origin: Origin


def computed_figures(chapter: NotebookNode) -> list[Computed]:
    """The figures of a chapter in the order of its prose, each once.

    Each is what the code above it computes.
    """
    code = _Code()
    found: dict[str, Computed] = {}
    for position, cell in enumerate(chapter.cells):
        if cell.cell_type == "code":
            code.read(cell.source, position)
        elif cell.cell_type == "markdown":
            for name in expressions(cell.source):
                if name in code.assigned:
                    found.setdefault(name, Computed(name, code.assigned[name], code.origins[name]))
    return list(found.values())


class _Code:
    """The names that a chapter's code has assigned so far.

    In which cell, and what their values rest on.
    """

    def __init__(self) -> None:
        self.assigned: dict[str, int] = {}
        self.origins: dict[str, Origin] = {}
        self.modules: dict[str, str] = {}

    def read(self, source: str, position: int) -> None:
        for statement in ast.parse(source).body:
            if (
                isinstance(statement, ast.ImportFrom)
                and (statement.module or "").split(".")[0] == _PACKAGE
            ):
                for imported in statement.names:
                    bound, module = imported.asname or imported.name, statement.module or ""
                    self.modules[bound] = f"{module}.{imported.name}"
                    self.origins[bound] = Origin(_tables_loaded_by(module, imported.name))
                continue
            for targets, value in _assignments(statement):
                origin = self._origin(value)
                for target in targets:
                    # frame["column"] = ... adds to what the frame rests on
                    changes = not isinstance(target, ast.Name)
                    name = _base(target)
                    self.origins[name] = (
                        self.origins.get(name, Origin()) | origin if changes else origin
                    )
                    self.assigned[name] = position

    def _origin(self, value: ast.AST) -> Origin:
        origin, chosen, inner = Origin(), False, _inner_names(value)
        for node in ast.walk(value):
            if isinstance(node, ast.Name) and node.id not in inner:
                origin |= self.origins.get(node.id, Origin())
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                origin |= Origin(texts=frozenset([node.value]))
            elif (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in self.modules
            ):
                origin |= Origin(_tables_loaded_by(self.modules[node.value.id], node.attr))
            elif isinstance(node, ast.Call) and _is_load(node):
                loaded = _constant(node)
                origin |= Origin(frozenset([loaded] if loaded else []))
                chosen |= loaded is None
        return (
            origin | Origin(origin.texts & frozenset(dataset.table_names())) if chosen else origin
        )


def _assignments(statement: ast.stmt) -> Iterator[tuple[list[ast.expr], ast.AST]]:
    """What a statement assigns, as targets and the code that gives their value.

    ``a, b = x, y`` as two.
    """
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
        if (
            isinstance(target, ast.Tuple)
            and isinstance(value, ast.Tuple)
            and not any(isinstance(part, ast.Starred) for part in (*target.elts, *value.elts))
        ):
            for one, its in zip(target.elts, value.elts):
                yield _targets(one), its
            return
    yield _targets(statement), statement


def _targets(node: ast.AST) -> list[ast.expr]:
    """The names and parts of names that some code assigns.

    Those inside comprehensions and functions are left out.
    """
    if isinstance(node, ast.FunctionDef):
        return [ast.Name(node.name)]
    if isinstance(node, (ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp, ast.Lambda)):
        return []
    if isinstance(node, (ast.Name, ast.Subscript, ast.Attribute)) and isinstance(
        node.ctx, ast.Store
    ):
        return [node] if _base(node) else []
    return [target for child in ast.iter_child_nodes(node) for target in _targets(child)]


def _inner_names(value: ast.AST) -> set[str]:
    """Names that mean something of their own inside some code.

    Parameters, and variables of comprehensions.
    """
    inner = {node.arg for node in ast.walk(value) if isinstance(node, ast.arg)}
    loops = (node.target for node in ast.walk(value) if isinstance(node, ast.comprehension))
    return inner | {
        node.id for loop in loops for node in ast.walk(loop) if isinstance(node, ast.Name)
    }


def _base(node: ast.expr) -> str:
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_load(call: ast.Call) -> bool:
    return (
        call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    ) == dataset.load.__name__


def _constant(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    text = first.value if isinstance(first, ast.Constant) else None
    return text if isinstance(text, str) else None


@cache
def _tables_loaded_by(module: str, function: str) -> frozenset[str]:
    """The tables that a function of the package loads, itself or by functions of its own module."""
    path = paths.ROOT.joinpath(*module.split("."))
    source = next(
        (
            candidate
            for candidate in (path.with_suffix(".py"), path / "__init__.py")
            if candidate.is_file()
        ),
        None,
    )
    if source is None:
        return frozenset()
    functions = {
        node.name: node
        for node in ast.parse(source.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    loaded: set[str] = set()
    seen, waiting = set(), [function]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        for node in ast.walk(functions[name]):
            if isinstance(node, ast.Call) and _is_load(node) and (table := _constant(node)):
                loaded.add(table)
            elif isinstance(node, ast.Name):
                waiting.append(node.id)
    return frozenset(loaded)


# on the page -------------------------------------------------------------------------------------


def _show(app: Sphinx, doctree: nodes.document) -> None:
    """Puts under the code of each cell what the figures that it computes rest on."""
    chapter = chapter_being_read(app.env)
    if chapter is None:
        return
    by_cell: dict[int, list[Computed]] = defaultdict(list)
    in_prose: dict[str, nodes.reference] = {}
    for link in doctree.findall(nodes.reference):
        if "computed-figure" in link["classes"]:
            in_prose.setdefault(link["refid"], link)
    for figure in computed_figures(chapter.source):
        if sentence := in_prose.get(figure_address(figure.name)):
            sentence["ids"].append(sentence_address(figure.name))
            _note_uses(app.env, figure)
        by_cell[figure.cell].append(figure)
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") == "cell_code" and (computed := by_cell.get(cell["cell_index"])):
            cell.children[0].append(
                nodes.raw("", _where_from(app, computed, chapter.figures), format="html")
            )


def _note_uses(environment: BuildEnvironment, figure: Computed) -> None:
    """Notes the records that the code of a figure names, if they are few, as used in the text."""
    records = figure.origin.records()
    if len(records) <= _MOST_RECORDS:
        for table, record_id in records:
            record = records_of(table)[record_id]
            noted = record[ROWS_BY[table]] if table in ROWS_BY else record_id
            if not mentioned(environment, table, noted):
                use = Use(environment.docname, sentence_address(figure.name))
                note(environment, table, [noted], use)


def _where_from(app: Sphinx, computed: list[Computed], shown: dict[str, str]) -> str:
    """The list under the code of one cell.

    It has its figures, those of the same origin together, and the tables read.
    """
    by_origin: dict[Origin, list[dict]] = defaultdict(list)
    for figure in computed:
        by_origin[figure.origin].append(
            {
                "name": figure.name,
                "address": figure_address(figure.name),
                "sentence": sentence_address(figure.name),
                "value": shown[figure.name],
            }
        )
    groups = []
    for origin, its_figures in by_origin.items():
        records = origin.records()
        links = (
            [
                {"text": record, "href": address_of(app.env, table, record)}
                for table, record in records
            ]
            if len(records) <= _MOST_RECORDS
            else []
        )
        groups.append(
            {
                "figures": its_figures,
                "records": links,
                "record_count": len(records),
                "tables": origin.tables,
            }
        )
    page = app.builder.get_relative_uri
    tables = [
        {
            "text": dataset.resource(table)["title"],
            "href": page(app.env.docname, f"{PAGES}/{table.replace('_', '-')}"),
        }
        for table in sorted({table for origin in by_origin for table in origin.tables})
    ]
    return render("computed.html", groups=groups, tables=tables)


def _add_script(
    app: Sphinx, _pagename: str, _template: str, _context: dict, doctree: nodes.document | None
) -> None:
    if doctree is not None and any(
        "computed-figure" in node["classes"] for node in doctree.findall(nodes.reference)
    ):
        app.add_js_file("unsigned-peace/figures.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", _show)
    app.connect("html-page-context", _add_script)
