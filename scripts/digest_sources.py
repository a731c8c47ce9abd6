"""Writes the digests by which ``make check`` knows the words of sources.

``python scripts/digest_sources.py TEXT_OR_TABLE...``

Give the press articles as text files, and tables (CSV) with passages of sources in a column
``excerpt`` or ``quote``. Only digests are written, sorted, a line each; the texts stay where they
are.
"""

import argparse
import csv
from pathlib import Path

from unsigned_peace.commands import file
from unsigned_peace.validation.own_words import DIGESTS, runs


def passages(path: Path) -> list[str]:
    """The passages of one file. Raises ``ValueError`` for a table without a column of passages."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".csv":
        return [text.replace("|", " ")]
    rows = list(csv.DictReader(text.splitlines(keepends=True)))
    columns = [column for column in ("excerpt", "quote") if rows and column in rows[0]]
    if not columns:
        raise ValueError(f"{path} has neither a column excerpt nor a column quote")
    return [row[column].replace("|", " ") for row in rows for column in columns if row[column]]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="+", type=file, help="texts, and tables (CSV)")
    digests = {
        digest.hex()
        for path in parser.parse_args().sources
        for passage in passages(path)
        for _, digest in runs(passage)
    }
    DIGESTS.write_text("".join(f"{digest}\n" for digest in sorted(digests)), encoding="ascii")
    print(f"{len(digests)} runs of words in {DIGESTS.name}")
