"""A small assignment in the format of ``coursework/``, made for tests; the real ones are longer."""

from __future__ import annotations

from pathlib import Path

STEM, POINTS = "joint-declaration", 4

#: What nbgrader keeps with cells of text, which Jupytext writes in one line.
_LOCKED = '"grade": false, "locked": true, "schema_version": 3, "solution": false, "task": false'
_MARKED_BY_HAND = (
    '"grade": true, "locked": false, "points": 10, "schema_version": 3, "solution": true, '
    '"task": false'
)

_HEAD = """---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---
+++ {"nbgrader": {"grade_id": "about", LOCKED}}

# Coursework: A sample

Five small questions and an essay.

```{code-cell} python
---
nbgrader: {grade: false, grade_id: setup, locked: true, schema_version: 3, solution: false,
  task: false}
---
import pandas as pd

from unsigned_peace import load

documents = load("documents")
```
"""

_TASK = """
+++ {"nbgrader": {"grade_id": "task-NUMBER-question", LOCKED}}

## Task NUMBER: TITLE (4 points)

*Aim AIM of the chapter: an aim of the sample*

- `ANSWER`: KIND

<details><summary>Hint</summary>

Look at the table.

</details>

```{code-cell} python
---
nbgrader: {grade: false, grade_id: task-NUMBER, locked: false, schema_version: 3, solution: true,
  task: false}
---
### BEGIN SOLUTION
MODEL
### END SOLUTION
```

```{code-cell} python
---
nbgrader: {grade: true, grade_id: task-NUMBER-check, locked: true, points: 4, schema_version: 3,
  solution: false, task: false}
unsigned_peace: {answers: [ANSWER], aim: AIM}
---
# Checks the kind of the answer; its value is checked after you hand in.
assert ANSWER is not None, "ANSWER has no value"
### BEGIN HIDDEN TESTS
assert SECRET, "ANSWER: look at the table again"
### END HIDDEN TESTS
```
"""

_ESSAY = """
+++ {"nbgrader": {"grade_id": "essay-1-question", LOCKED}}

## Essay: What would it take to be wrong? (10 points)

| criterion | full | half | none |
| --- | --- | --- | --- |
| evidence | 10 | 5 | 0 |

+++ {"nbgrader": {"grade_id": "essay-1", MARKED_BY_HAND}}

"""

#: For each task: title, aim, answer, kind, model answer, hidden test, a wrong answer.
TASKS = [
    (
        "Count",
        1,
        "how_many",
        "a whole number",
        "how_many = len(documents)",
        "how_many == len(documents)",
        "how_many = len(documents.columns)",
    ),
    (
        "Name",
        2,
        "titles",
        "a set",
        'titles = set(documents["title"])',
        'set(titles) == set(documents["title"])',
        'titles = list(documents["title"])[:1]',
    ),
    (
        "Table",
        3,
        "by_year",
        "a Series",
        'by_year = documents["date"].dt.year.value_counts()',
        'by_year.sort_index().equals(documents["date"].dt.year.value_counts().sort_index())',
        'by_year = documents["title"].value_counts()',
    ),
    (
        "Day",
        1,
        "first",
        "a date",
        'first = documents["date"].min()',
        'pd.Timestamp(first) == documents["date"].min()',
        'first = documents["date"].max()',
    ),
    (
        "Share",
        2,
        "share",
        "a number",
        'share = 100 * documents["date"].notna().mean()',
        'abs(share - 100 * documents["date"].notna().mean()) < 0.05',
        "share = 0.01",
    ),
]

ESSAY = " ".join(f"word{number}" for number in range(150))


def source() -> str:
    """The text of the assignment."""
    text = _HEAD
    for number, (title, aim, answer, kind, model, hidden, _) in enumerate(TASKS, 1):
        task = _TASK
        for mark, value in {
            "NUMBER": number,
            "TITLE": title,
            "AIM": aim,
            "ANSWER": answer,
            "KIND": kind,
            "MODEL": model,
            "SECRET": hidden,
        }.items():
            task = task.replace(mark, str(value))
        text += task
    whole = text + _ESSAY + ESSAY + "\n"
    return whole.replace("LOCKED", _LOCKED).replace("MARKED_BY_HAND", _MARKED_BY_HAND)


def mistakes() -> str:
    """The text of the file of mistakes."""
    lines = []
    for number, task in enumerate(TASKS, 1):
        lines += [
            f"task-{number}:",
            "  - answer: |",
            f"      {task[-1]}",
            "    misconception: takes another column",
        ]
    return "\n".join(lines) + "\n"


def write(folder: Path) -> Path:
    """Writes the assignment and its mistakes; returns the assignment's path."""
    (folder / "mistakes").mkdir(parents=True, exist_ok=True)
    (folder / "mistakes" / f"{STEM}.yaml").write_text(mistakes(), encoding="utf-8")
    path = folder / f"{STEM}.md"
    path.write_text(source(), encoding="utf-8")
    return path
