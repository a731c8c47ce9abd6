"""The page of primary texts.

What it says of languages and clauses, and that it leaves nothing out.
"""

from __future__ import annotations

import re
from collections import Counter
from html import unescape

import pytest

from unsigned_peace.publishing.data_pages import texts
from unsigned_peace.publishing.data_pages.records import records_of


@pytest.mark.parametrize(
    ("parties", "languages", "authentic", "said"),
    [
        ("Japan; USSR", "ja; ru", "ja; ru", "Signed in Japanese and Russian, equally authentic."),
        ("Japan; Russian Empire", "fr", "fr", "Signed in French, which alone counts."),
        (
            "Japan; Russian Empire",
            "en; fr",
            "fr",
            "Signed in English and French; French counts where they differ.",
        ),
        (
            "Japan; 48 Allied Powers",
            "en; es; fr; ja",
            "en; es; fr",
            (
                "Signed in English, Spanish, French and Japanese; English, "
                "Spanish and French count where they differ."
            ),
        ),
        (
            "Japan; Russia",
            "ja",
            "",
            "Read in Japanese; in which languages it was drawn up was not seen.",
        ),
        ("Japan; Allied Powers", "en", "", "Signed in English."),
        ("USSR", "ru", "", "Issued in Russian."),
        ("USSR", "", "", ""),
    ],
)
def test_it_says_in_which_languages_a_text_counts(parties, languages, authentic, said):
    assert (
        texts.languages_line({"parties": parties, "languages": languages, "authentic": authentic})
        == said
    )


def test_clauses_are_named_by_number_and_subject_and_stand_in_the_order_of_numbers():
    clauses = [
        {"article": article, "topic": "other"}
        for article in ("", "1", "10", "2", "26, second sentence", "supplement, 4")
    ]
    assert [clause["article"] for clause in sorted(clauses, key=texts.in_order)] == [
        "",
        "1",
        "2",
        "supplement, 4",
        "10",
        "26, second sentence",
    ]
    assert texts.clause_name({"article": "9", "topic": "peace_treaty"}) == "Article 9: peace treaty"
    assert texts.clause_name({"article": "paragraph 1", "topic": "other"}) == "Paragraph 1"
    assert texts.clause_name({"article": "", "topic": "territory_named"}) == "Territory named"


def test_the_text_as_signed_comes_before_its_translations():
    order = ["signed", "official_translation", "other_translation"]
    for wordings in texts.wordings_of().values():
        standings = [order.index(wording["standing"]) for wording in wordings]
        assert standings == sorted(standings)


def test_the_page_shows_every_wording_in_its_language_and_everything_not_seen(site):
    page = (site / "book" / "texts.html").read_text(encoding="utf-8")
    shown = Counter(
        (language, unescape(words))
        for language, words in re.findall(
            r'<blockquote lang="([a-z]{2})">(.*?)</blockquote>', page, re.DOTALL
        )
    )
    assert shown == Counter(
        (wording["language"], wording["words"]) for wording in records_of("wordings").values()
    )
    listed = set(re.findall(r'id="unseen-([a-z0-9-]+)"', page))
    assert listed == {
        record for record, document in records_of("documents").items() if document["unseen"]
    }
