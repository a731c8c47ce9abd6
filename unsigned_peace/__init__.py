"""The Unsigned Peace: the dataset, analysis and charts behind the executable textbook."""

import sys
from importlib.util import find_spec

__version__ = "0.1.0"
__all__ = ["load"]

_START = (
    "Start the chapter in the book's own environment: type `make lab` in the folder of the book, "
    'or see its page "Run it yourself".'
)
#: What every chapter computes and draws with; scipy is asked for where it is used.
_NEEDED = ("altair", "numpy", "pandas")

_OLDEST = (3, 11)
if sys.version_info < _OLDEST:
    raise ImportError(
        f"the book needs Python 3.11 or later, and this is Python {sys.version.split()[0]}. "
        f"{_START}"
    )
_missing = [package for package in _NEEDED if find_spec(package) is None]
if _missing:
    raise ModuleNotFoundError(
        f"not installed in this Python ({sys.executable}): {', '.join(_missing)}. {_START}",
        name=_missing[0],
    )


def __getattr__(name: str) -> object:
    # only when it is asked for: not everything that uses this package needs pandas
    if name == "load":
        from unsigned_peace.dataset import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
