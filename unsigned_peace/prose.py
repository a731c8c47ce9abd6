"""Figures for running text: numbers and dates that show as a reader would write them.

A chapter computes a figure in a cell, gives it a name, and puts ``{eval}`name``` into a sentence;
the value shows in the HTML and in JupyterLab alike.
"""

from __future__ import annotations

from typing import Any

import pandas as pd


class Figure(str):
    """A figure as it reads in a sentence. Being text, it can also label a chart."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]


def _present(value: Any, what: str) -> None:
    if value is None or (
        not isinstance(value, str) and pd.api.types.is_scalar(value) and pd.isna(value)
    ):
        raise ValueError(f"{what} is missing: there is no record to take it from")
    if not pd.api.types.is_scalar(value):
        raise ValueError(f"{what} is {len(value)} values, expected one")


def number(value: float, decimals: int = 0) -> Figure:
    """``1234.5`` as ``1,234`` (or with decimals). Raises ``ValueError`` if the value is missing."""
    _present(value, "the number")
    return Figure(f"{value:,.{decimals}f}")


def words(value: int, zero: str = "zero") -> Figure:
    """A whole number as a word up to twelve, in digits above.

    ``zero`` is the word for none ("no", "none").
    """
    _present(value, "the number")
    if value == 0:
        return Figure(zero)
    return Figure(_SMALL[int(value)] if 0 <= value < len(_SMALL) else f"{int(value):,}")


def out_of(part: int, whole: int) -> Figure:
    """So many of so many as a reader would say it: ``five of the six``, ``all six``, ``both``.

    Raises ``ValueError`` if a count is missing, or the part is not within the whole.
    """
    _present(part, "the part")
    _present(whole, "the whole")
    if not 0 <= part <= whole or whole == 0:
        raise ValueError(f"{part} of {whole} is no part of a whole")
    if part == whole:
        return Figure({1: "the one", 2: "both"}.get(int(whole), f"all {words(whole)}"))
    if part == 0 and whole <= 2:
        return Figure("none" if whole == 1 else "neither")
    return Figure(f"{words(part, zero='none')} of the {words(whole)}")


def percent(value: float, decimals: int | None = None) -> Figure:
    """``61.6`` as ``61.6 percent``, ``74.0`` as ``74 percent``."""
    _present(value, "the share")
    return Figure(f"{_trimmed(value, decimals)} percent")


def points(value: float, decimals: int | None = None) -> Figure:
    """A difference of two shares: ``30.8 percentage points``."""
    _present(value, "the difference")
    return Figure(f"{_trimmed(value, decimals)} percentage points")


def span(low: float, high: float, word: str = "to", decimals: int | None = None) -> Figure:
    """Two shares as a range: ``5 to 11 percent``.

    ``word`` stands between them, ``and`` after "between".
    """
    _present(low, "the lower share")
    _present(high, "the higher share")
    return Figure(f"{_trimmed(low, decimals)} {word} {_trimmed(high, decimals)} percent")


def minutes(value: float) -> Figure:
    """A length of talks: ``50 minutes``, ``3 hours``, ``1 hour 10 minutes``."""
    _present(value, "the length")
    hours, rest = divmod(int(value), 60)
    parts = []
    if hours and value >= 60:
        parts.append(f"{hours} hour{'s' if hours > 1 else ''}")
    if rest or not parts:
        parts.append(f"{rest} minutes")
    return Figure(" ".join(parts))


def date(value: pd.Timestamp, precision: str = "day") -> Figure:
    """A date as ``22 January 2019``, ``January 2019`` or ``2019``, by its precision.

    With ``day and month`` it is ``22 January``.
    """
    _present(value, "the date")
    form = {
        "day": f"{value.day} %B %Y",
        "day and month": f"{value.day} %B",
        "month": "%B %Y",
        "year": "%Y",
    }[precision]
    return Figure(value.strftime(form))


def _trimmed(value: float, decimals: int | None) -> str:
    if decimals is not None:
        return f"{value:.{decimals}f}"
    return f"{value:.1f}".removesuffix(".0")
