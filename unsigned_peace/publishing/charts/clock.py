"""One clock for a chart: which parts of it would go by another clock than the rest.

A chart's days are texts without a zone, which axes, labels and years read by the clock of where
they are drawn. Pages give the chart library one clock (``DateInUtc`` in ``charts.js``); in
JupyterLab it is the reader's, and a part that goes by UTC there falls into another year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_BY_UTC = re.compile(r"\butc(?:[a-z]*$|[a-z]+\()|\butc(?=[A-Z])")
#: What is read as words or is data: it may well say "utc".
_WORDS = {"title", "usermeta", "description", "datasets", "labels"}


def by_utc(specification: object, where: str = "") -> Iterator[str]:
    """The parts of a specification that go by UTC, a text each: where it is, what it says."""
    if isinstance(specification, str):
        if _BY_UTC.search(specification):
            yield f"{where} goes by UTC, and the rest of the chart does not: {specification!r}"
    elif isinstance(specification, dict):
        for key, value in specification.items():
            if key not in _WORDS:
                yield from by_utc(value, f"{where}.{key}".lstrip("."))
    elif isinstance(specification, list):
        for value in specification:
            yield from by_utc(value, where)
