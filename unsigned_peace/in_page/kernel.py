"""Runs the cells of a page in one namespace, as if from the top and never more than needed.

A cell that is run finds what the cells above it make, and nothing that a cell below has changed: if
one has, the namespace is made anew. The page is told what goes on by ``say``, and gets outputs as a
notebook would have them (MIME bundles, streams), charts in the form that the page draws.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import pprint
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from unsigned_peace import captions
from unsigned_peace.exhibits import CHART_TYPE, card_of, caution
from unsigned_peace.in_page import drawings, needs

#: More printed text, or a longer repr, is cut: a page is no place for it.
MOST_CHARACTERS = 200_000
#: More rows in a chart would hold up the browser for minutes.
MOST_ROWS = 100_000


class _Stream(io.TextIOBase):
    """Printed text, kept as outputs of the cell that runs."""

    def __init__(self, kernel: Kernel, name: str) -> None:
        self._kernel, self._name = kernel, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._kernel.print(self._name, text)
        return len(text)


class Kernel:
    """The cells of one chapter, and what running them has made so far."""

    def __init__(self, chapter: str, say: Callable[[str, str], None]) -> None:
        """``say`` gets the name of an event and its content as JSON."""
        self._say = say
        self._captions = _caption_figures(chapter)
        self._read: dict[str, needs.Cell] = {}
        self._outputs: list[dict] = []
        self._printed = 0
        self.start_afresh()

    def start_afresh(self) -> None:
        """Forgets all that was made."""
        self._names: dict[str, Any] = {
            "__name__": "__main__",
            "__builtins__": __builtins__,
            "display": self._display,
        }
        self._ran: dict[int, str] = {}
        self._made_by: dict[str, int] = {}

    # what has to run --------------------------------------------------------------------------

    def read(self, sources: Sequence[str]) -> list[needs.Cell]:
        """What each cell does; a cell is read again only if it was changed since the last run.

        To read all of a chapter takes a second or more in a page.
        """
        self._read = {
            source: self._read.get(source)
            or needs.read(source, lambda name: self._captions.get(name, set()))
            for source in sources
        }
        return [self._read[source] for source in sources]

    def imports(self, sources: Sequence[str], position: int) -> list[str]:
        """The modules that a cell and those that it needs import, for what is loaded on demand."""
        cells = self.read(sources)
        return sorted(
            {
                name
                for at in (*needs.needed(cells, position), position)
                for name in cells[at].imports
            }
        )

    def plan(self, sources: Sequence[str], position: int) -> tuple[bool, list[int]]:
        """Whether to begin anew, and the cells to run, this one last."""
        cells = self.read(sources)
        chain = [*needs.needed(cells, position), position]
        due: list[int] = []
        made_by = dict(self._made_by)
        for at in chain:
            stale = (
                at == position
                or self._ran.get(at) != sources[at]
                or any(cells[before].touches & cells[at].uses for before in due)
            )
            if not stale:
                continue
            for name in cells[at].uses:
                before = needs.maker(cells, chain, name, at)
                if made_by.get(name) != before:
                    return True, chain
            due.append(at)
            made_by.update(dict.fromkeys(cells[at].touches, at))
        return False, due

    # running ----------------------------------------------------------------------------------

    def run(self, sources: Sequence[str], position: int) -> None:
        """Runs a cell, first those that it needs; says ``running`` for each and ``ran`` at the end.

        The content of ``ran`` has ``outputs`` of the cell, or ``error``: ``last`` (what went
        wrong), ``cell`` and ``line`` (where, from 0 and from 1), ``code`` (that line).
        """
        anew, due = self.plan(sources, position)
        if anew:
            self.start_afresh()
        cells = self.read(sources)
        for number, at in enumerate(due):
            self._tell("running", {"cell": at, "number": number + 1, "of": len(due)})
            error = self._run_one(sources[at], at, shows=at == position)
            self._made_by.update(dict.fromkeys(cells[at].touches, at))
            if error:
                self._ran.pop(at, None)
                self._tell("ran", {"outputs": self._outputs, "error": error})
                return
            self._ran[at] = sources[at]
        self._tell("ran", {"outputs": self._outputs, "error": None})

    def _run_one(self, source: str, at: int, shows: bool) -> dict | None:
        self._outputs, self._printed = [], 0
        name = f"<cell {at}>"
        try:
            with (
                contextlib.redirect_stdout(_Stream(self, "stdout")),
                contextlib.redirect_stderr(_Stream(self, "stderr")),
            ):
                tree = ast.parse(source, name)
                ending = tree.body[-1:]
                shown = ending[0].value if ending and isinstance(ending[0], ast.Expr) else None
                if shown is not None:
                    tree.body.pop()
                # what a reader wrote is to run
                exec(compile(tree, name, "exec"), self._names)  # noqa: S102
                if shown is not None:
                    value = eval(compile(ast.Expression(shown), name, "eval"), self._names)
                    if shows and value is not None and not _is_quiet(source):
                        self._show(value, "execute_result")
        except BaseException as error:  # noqa: BLE001 - whatever that raises, an exit too
            return _explained(error, source, at)
        return None

    def _display(self, *values: Any) -> None:
        for value in values:
            self._show(value, "display_data")

    def _show(self, value: Any, kind: str) -> None:
        output: dict[str, Any] = {"output_type": kind, "data": bundle(value), "metadata": {}}
        if (specification := output["data"].get(CHART_TYPE)) is not None:
            output["chart"] = _chart(specification)
        self._outputs.append(output)

    def print(self, name: str, text: str) -> None:
        """Keeps printed text, up to ``MOST_CHARACTERS`` a cell."""
        room = MOST_CHARACTERS - self._printed
        if room < 0 or not text:
            return
        self._printed += len(text)
        if len(text) > room:
            text = f"{text[:room]}\n... and more, which is not shown\n"
        last = self._outputs[-1] if self._outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self._outputs.append({"output_type": "stream", "name": name, "text": text})

    def _tell(self, event: str, content: dict) -> None:
        self._say(event, json.dumps(content, ensure_ascii=False))


def _is_quiet(source: str) -> bool:
    """Whether a cell ends in a semicolon, by which a notebook shows nothing."""
    return source.rstrip().endswith(";")


# outputs ------------------------------------------------------------------------------------------


def bundle(value: Any) -> dict[str, Any]:
    """A value as a notebook's MIME bundle."""
    if (rows := _chart_rows(value)) > MOST_ROWS:
        raise ValueError(
            f"the chart has {rows:,} rows, more than a page can draw: draw at most {MOST_ROWS:,}, "
            "for example a sample or sums"
        )
    if own := getattr(value, "_repr_mimebundle_", None):
        made = own()
        made = made[0] if isinstance(made, tuple) else made
        if made:
            return dict(made)
    made = {}
    if own := getattr(value, "_repr_html_", None):
        made["text/html"] = own()
    made["text/plain"] = _plain(value)
    return made


def _plain(value: Any) -> str:
    """A value as text, as a notebook writes it."""
    with contextlib.suppress(RecursionError):
        if isinstance(value, (dict, list, tuple, set)):
            return pprint.pformat(value, width=80, sort_dicts=False)[:MOST_CHARACTERS]
    return repr(value)[:MOST_CHARACTERS]


def _chart_rows(value: Any) -> int:
    """The rows that a chart would carry into the page."""
    if "altair" not in type(value).__module__.split("."):
        return 0
    found: dict[int, int] = {}
    waiting = [value]
    while waiting:
        part = waiting.pop()
        kept = getattr(part, "_kwds", {})
        data: Any = kept.get("data")
        if hasattr(data, "shape"):
            found[id(data)] = len(data)
        for inside in ("layer", "hconcat", "vconcat", "concat"):
            if isinstance(kept.get(inside), list):
                waiting += kept[inside]
        if hasattr(kept.get("spec"), "_kwds"):
            waiting.append(kept["spec"])
    return sum(found.values())


def _chart(specification: dict) -> dict:
    """A chart as the page draws it: its words, and the specification in the page's colours."""
    card = card_of(specification) or {}
    drawn = drawings.drawn(specification)
    return {
        "title": card.get("title", ""),
        "subtitle": card.get("subtitle", ""),
        "description": card.get("description") or specification.get("description", ""),
        "caution": caution(card) if card else "",
        "specification": drawings.for_page(json.dumps(drawn, ensure_ascii=False)),
        "changes": drawings.unmeasured(drawn),
    }


# what a chapter's captions need -------------------------------------------------------------------


def _caption_figures(chapter: str) -> dict[str, set[str]]:
    """For each caption of a chapter, the figures named in its words."""
    path = captions.file_of(chapter)
    if not path.is_file():
        return {}
    return {
        name: set(captions.FIGURE.findall("\n".join(_strings(texts))))
        for name, (_, texts) in captions.read(path).items()
    }


def _strings(texts: Any) -> Iterator[str]:
    if isinstance(texts, str):
        yield texts
    elif isinstance(texts, dict):
        for text in texts.values():
            yield from _strings(text)


# errors -------------------------------------------------------------------------------------------


def _explained(error: BaseException, source: str, at: int) -> dict:
    """What went wrong, as one who wrote the cell understands it: the last line, and where."""
    told = traceback.TracebackException.from_exception(error)
    last = list(told.format_exception_only())[-1].strip()
    name, lines = f"<cell {at}>", source.splitlines()
    if isinstance(error, SyntaxError) and error.filename == name:
        line = error.lineno or 1
    else:
        places = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == name
        ]
        line = (places[-1] if places else None) or 0
    if isinstance(error, MemoryError):
        last = "MemoryError: this needs more memory than a page may use"
    if isinstance(error, SystemExit):
        last = "SystemExit: the cell ended itself"
    return {
        "last": last,
        "name": type(error).__name__,
        "module": getattr(error, "name", None) or "",
        "cell": at,
        "line": line,
        "code": lines[line - 1].strip() if 0 < line <= len(lines) else "",
    }


def prepare() -> None:
    """Imports what every cell will want, so that the first one need not wait for it."""
    import altair  # noqa: F401
    import pandas

    import unsigned_peace.charts
    import unsigned_peace.tables  # noqa: F401

    pandas.set_option("display.max_columns", 20)  # as in a notebook, which pandas cannot tell here
    sys.setrecursionlimit(1000)
