"""The Unsigned Peace: the dataset, analysis and charts behind the executable textbook."""

from unsigned_peace.dataset import load

__version__ = "0.1.0"
__all__ = ["load"]
