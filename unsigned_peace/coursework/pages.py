"""Student versions of assignments for pages in which their cells run (``make live``).

Of each assignment only nbgrader's release is taken: no key, no hidden test.
"""

from __future__ import annotations

import json

from unsigned_peace.coursework.assignments import Assignment
from unsigned_peace.files import file_digest, write_whole
from unsigned_peace.live.runtime import ASSIGNMENTS


def write(assignments: list[Assignment]) -> None:
    """Writes the releases where the book finds them, each with the digest of its source."""
    releases = {
        assignment.stem: {
            "source": file_digest(assignment.path),
            "notebook": assignment.release,
        }
        for assignment in assignments
    }
    write_whole(ASSIGNMENTS, json.dumps(releases, ensure_ascii=False, indent=1, sort_keys=True))
