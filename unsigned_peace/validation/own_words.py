"""Words of the sources: a run of ten in a row, outside quotation marks, is theirs and not ours.

``own_words.txt`` holds salted digests of every such run of the two press articles and of the
passages of sources that were written down when the record was gathered, not their text.
``scripts/digest_sources.py`` writes it from the texts, which are not published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

from unsigned_peace.validation.forms import our_prose
from unsigned_peace.validation.reading import Fault, Table

DIGESTS = Path(__file__).with_suffix(".txt")
RUN = 10
#: Stands in the digests so that no table of digests made elsewhere fits them. It is no secret.
SALT = b"unsigned-peace"
#: Bytes kept of a digest: among some thousand digests and a million runs of ours, one false alarm
#: in fifty thousand checks.
SIZE = 6
#: Columns that hold whole sentences of ours.
_COLUMNS = {
    "summary",
    "claim",
    "what_the_record_says",
    "outcome",
    "title",
    "note",
    "accounts_differ",
    "readings",
    "definition",
}


def runs(text: str) -> Iterator[tuple[str, bytes]]:
    """Every run of ten words of a text with its digest.

    Words are compared in lower case; a bar ends a run.
    """
    for piece in text.lower().replace("’", "'").split("|"):
        words = re.findall(r"[^\W_]+(?:'[^\W_]+)*", piece)
        for start in range(len(words) - RUN + 1):
            run = " ".join(words[start : start + RUN])
            yield run, blake2b(run.encode(), digest_size=SIZE, salt=SALT).digest()


@cache
def _digests() -> frozenset[bytes]:
    return frozenset(
        bytes.fromhex(line) for line in DIGESTS.read_text(encoding="ascii").splitlines()
    )


def words_of_a_source(tables: dict[str, Table]) -> Iterator[Fault]:
    """Ten words in a row that a source has too; said once a cell."""
    known = _digests()
    for table, row, column, text in our_prose(tables):
        if column in _COLUMNS and len(text) > 40:
            shared = next((run for run, digest in runs(text) if digest in known), None)
            if shared:
                yield table.fault(
                    row,
                    column,
                    f'"{shared}" are ten words of a source; say it in our own, '
                    "or mark it as a quotation",
                )
