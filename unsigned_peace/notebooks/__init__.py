"""Runs the chapters, records what each one read, and keeps their executed outputs.

A chapter is a MyST notebook in ``book/``. Its executed notebook is one with outputs and with the
values of the figures in its prose (``user_expressions`` of Markdown cells, as JupyterLab keeps
them); beside it, in ``inputs/``, stands a record of everything it was made from. They are committed
in ``tests/outputs/`` and trusted only where that record still matches; else the chapter runs again.
An executed notebook changes only if an output does; digests move in the records.
"""


def is_folded(tags: list[str]) -> bool:
    """Whether pages, and JupyterLab, fold the code of a cell away: all but what it is to teach."""
    return "show-input" not in tags
