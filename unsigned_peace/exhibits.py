"""What charts and tables share: a name, a title, a description, and the records they rest on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import pandas as pd

from unsigned_peace import dataset
from unsigned_peace.dataset import cited

#: JupyterLab draws Vega-Lite up to this version; later ones are rejected or shown as text.
CHART_TYPE = "application/vnd.vegalite.v5+json"
TABLE_TYPE = "application/vnd.unsigned-peace.table+json"
#: Where a chart's specification (in ``usermeta``) holds its card.
CARD = "unsigned_peace"
#: Tables of many short records: an exhibit names the records of which these are parts.
PARTS_OF = {"observations": "series_id", "poll_answers": "question_id"}
#: An exhibit of more records than this shows how many they are, and none of them for itself.
_MOST_NAMED = 300


def about(
    name: str,
    title: str,
    description: str,
    records: pd.DataFrame | list[pd.DataFrame],
    figures: Mapping[str, str] | None = None,
) -> dict:
    """The exhibit's card, as plain JSON.

    Name, title, description, sources, the records that it rests on by table, and how sure these
    are; the figures that its words name, for the same words in other languages.

    ``records`` are the frames that the exhibit was made from, with their ``sources`` column; rows
    of low confidence and rows on which accounts differ are counted so that the page can say so.
    Raises ``ValueError`` if the name is not an address, or title, description or sources are
    missing.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ValueError(f'"{name}" cannot be an address: use lower-case words joined by hyphens')
    for what, text in (("title", title), ("description", description)):
        if not (text or "").strip():
            raise ValueError(f'"{name}" has no {what}; a reader who cannot see it needs one')
    frames = [records] if isinstance(records, pd.DataFrame) else list(records)
    if any("sources" not in frame for frame in frames):
        raise ValueError(f'"{name}": the records it was made from must keep their column "sources"')
    sources = cited(*frames)
    if not sources:
        raise ValueError(f'"{name}" rests on no source: pass the records it was made from')
    return {
        "name": name,
        "title": title,
        "description": description,
        "figures": dict(figures or {}),
        "sources": sources,
        "rests_on": rests_on(*frames),
        "records": sum(len(frame) for frame in frames),
        "low_confidence": sum(
            int(frame["confidence"].eq("low").sum()) for frame in frames if "confidence" in frame
        ),
        "accounts_differ": sum(
            int(frame["accounts_differ"].notna().sum())
            for frame in frames
            if "accounts_differ" in frame
        ),
    }


def rests_on(*frames: pd.DataFrame) -> dict[str, list[str]]:
    """The identifiers of the records that some frames hold, by table, sorted, each once.

    A frame's own records are those of its first column that is the key of a table; short records
    are named by what they are parts of. Nothing, if they are too many to be about one.
    """
    tables = dataset.tables_by_key()
    found: dict[str, set[str]] = defaultdict(set)
    for frame in frames:
        names = [str(name) for name in (frame.index.name, *frame.columns)]
        key = next((name for name in names if name in tables), None)
        if key is None:
            continue
        column = PARTS_OF.get(tables[key], key)
        if column in names:
            held = frame[column] if column in frame else frame.index.to_series()
            found[tables[key]] |= set(held.dropna().astype(str))
    if sum(map(len, found.values())) > _MOST_NAMED:
        return {}
    return {table: sorted(found[table]) for table in sorted(found)}


def exhibits_of(executed: Mapping) -> Iterator[tuple[str, dict]]:
    """The charts and tables of an executed notebook in their order.

    Each is ``chart`` and its specification, or ``table`` and its content.
    """
    for cell in executed["cells"]:
        for output in cell.get("outputs", []):
            for kind, mime_type in (("chart", CHART_TYPE), ("table", TABLE_TYPE)):
                if mime_type in output.get("data", {}):
                    yield kind, output["data"][mime_type]


def card_of(exhibit: dict) -> dict | None:
    """The card of a chart or table; None for a chart that was not made by ``figure``."""
    return exhibit.get("card") or exhibit.get("usermeta", {}).get(CARD)


def caution(card: dict) -> str:
    """The sentence that an exhibit drawn from low-confidence records carries.

    Empty where there are none.
    """
    low = card["low_confidence"]
    if not low:
        return ""
    return (
        f"{low} of the {card['records']} records shown {'is' if low == 1 else 'are'} of low "
        "confidence."
    )
