"""Charts of what goes back to what."""

from __future__ import annotations

import pandas as pd

from unsigned_peace.charts.lineage import lines_of_texts, one_origin


def test_a_text_is_named_once_by_each_later_text_and_by_whom():
    documents = pd.DataFrame(
        [
            ("old", "Old", "1956-10-19", "USSR; Japan"),
            ("both", "Both", "2001-03-25", "Japan; Russia"),
            ("theirs", "Theirs", "1960-01-27", "USSR"),
            ("peace", "Peace", "1957-01-01", "Japan; United States"),
        ],
        columns=["document_id", "title", "date", "parties"],
    ).assign(date=lambda frame: pd.to_datetime(frame["date"]))
    provisions = pd.DataFrame(
        {"provision_id": list("abcd"), "document_id": ["both", "both", "theirs", "peace"]}
    )
    mentions = pd.DataFrame(
        {
            "mention_id": list("wxyz"),
            "provision_id": list("abcd"),
            "document_id": "old",
            "how": ["names", "rests_on", "names", "ends"],
        }
    )
    lines = lines_of_texts(mentions, provisions, documents, {"old": "Declaration"})
    assert list(zip(lines["by"], lines["use"], lines["whose"])) == [
        ("Peace", "ends", "none"),
        ("Theirs", "names", "USSR"),
        ("Both", "builds on", "joint"),
    ]
    assert set(lines["text"]) == {"1956 Declaration"}


def test_an_origin_stands_in_the_middle_of_what_goes_back_to_it():
    copies = pd.DataFrame(
        {"origin": ["A", "A", "A", "B"], "claim": "c", "publication": ["p", "q", "r", "s"]}
    )
    chart = one_origin(copies, {"origins": "who", "publications": "where"}).to_dict()
    drawn = chart["datasets"][chart["layer"][0]["data"]["name"]]
    assert [(row["place"], row["from"]) for row in drawn] == [(0, 1), (1, 1), (2, 1), (4, 4)]
