"""How long a chapter takes to read: its words but for questions, and a share for each exhibit."""

from __future__ import annotations

import re

#: How fast a student reads a text of this kind.
WORDS_A_MINUTE = 180
#: What is no part of the story: questions, exercises, further reading, each a section.
_QUESTIONS = re.compile(
    r"^## (?:Check yourself|Exercises|Further reading)\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL
)


def reading_minutes(text: str) -> int:
    """How long reading a chapter takes, in whole minutes: short answer, story and charts."""
    return max(1, round(reading_words(text) / WORDS_A_MINUTE))


def reading_words(text: str) -> int:
    """The words that a reader reads: prose but the questions, and fifty for each exhibit."""
    text = _QUESTIONS.sub("", text)
    prose = re.sub(
        r"^(`{3,}|~{3,})\s*\{code-cell\}.*?^\1\s*$", " ", text, flags=re.MULTILINE | re.DOTALL
    )
    prose = re.sub(r"\A---.*?^---\s*$", " ", prose, flags=re.MULTILINE | re.DOTALL)
    return len(prose.split()) + 50 * len(
        re.findall(r"^(?:figure|table)\(|[ =(](?:figure|table)\($", text, flags=re.MULTILINE)
    )
