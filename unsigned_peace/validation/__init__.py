"""The rules of ``data/``: every fault at once, a line each, for the person who can mend it."""

from unsigned_peace.validation.reading import Fault, Row, Table, read_tables
from unsigned_peace.validation.rules import check

__all__ = ["Fault", "Row", "Table", "check", "read_tables"]
