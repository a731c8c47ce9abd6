"""Who is who, bodies and terms: what their pages show, and by which words a search finds them."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from docutils import nodes

from unsigned_peace import dataset
from unsigned_peace.publishing.data_pages import search, who
from unsigned_peace.publishing.data_pages.records import records_of


def page(directive: type, *arguments: str) -> str:
    """The HTML that a directive makes on a page of its own."""
    environment = SimpleNamespace(
        found_docs=set(),
        docname="book/page",
        app=SimpleNamespace(builder=SimpleNamespace(get_relative_uri=lambda _here, there: there)),
        note_dependency=lambda _path: None,
    )
    made = directive.__new__(directive)
    made.arguments = list(arguments)
    made.state = SimpleNamespace(
        document=SimpleNamespace(settings=SimpleNamespace(env=environment))
    )
    return "".join(
        part.astext()
        for node in made.run()
        for part in ([node] if isinstance(node, nodes.raw) else node.findall(nodes.raw))
    )


@pytest.mark.parametrize(
    ("table", "directives"),
    [
        ("persons", [(who.Persons,)]),
        ("bodies", [(who.Bodies,)]),
        ("terms", [(who.Terms, "disputed"), (who.Terms, "technical")]),
    ],
)
def test_every_record_has_one_entry_with_an_address(table, directives):
    html = "".join(page(*directive) for directive in directives)
    entries = re.findall(r'<section class="entry" id="([^"]+)"', html)
    assert sorted(entries) == sorted(who.entry_address(table, key) for key in records_of(table))


def test_an_entry_leads_to_the_statements_meetings_and_events_of_the_person():
    html = page(who.Persons)
    entry = html[html.index('id="who-koichi-kato"') :].split("</section>")[0]
    statements = dataset.load("statements").query("speaker == 'Koichi Kato'")["statement_id"]
    assert len(statements) > 0
    assert all(f'#statements-{key}"' in entry for key in statements)
    assert "5 November 1991 to 12 December 1992" in entry


def test_two_who_speak_together_are_both_found():
    html = page(who.Persons)
    together = dataset.load("statements").query("speaker == 'Muneo Suzuki and Masaru Sato'")
    key = together["statement_id"].iloc[0]
    for person in ("muneo-suzuki", "masaru-sato"):
        assert (
            f'#statements-{key}"' in html[html.index(f'id="who-{person}"') :].split("</section>")[0]
        )


def test_words_in_other_letters_have_their_language():
    assert '<span class="own-name" lang="ja">安倍晋三</span>' in page(who.Persons)
    assert '<span class="own-name" lang="ru">Сергей Лавров</span>' in page(who.Persons)
    terms = page(who.Terms, "disputed")
    assert '<span lang="ja">帰属</span>' in terms
    assert '<span lang="ru">принадлежность</span>' in terms


def test_who_has_no_name_in_own_letters_is_listed():
    html = page(who.Unseen)
    assert "#who-aleksandr-lebed" in html
    assert "#who-shinzo-abe" not in html
    assert "#who-harry-truman" not in html


@pytest.mark.parametrize(
    ("table", "record", "words"),
    [
        ("persons", "shinzo-abe", ["Shinzo Abe", "安倍晋三"]),
        ("persons", "alexei-kosygin", ["Alexei Kosygin", "Aleksey Kosygin", "Алексей Косыгин"]),
        ("bodies", "vciom", ["ВЦИОМ"]),
        (
            "terms",
            "handing-over",
            ["handing over", "引き渡す", "hikiwatasu", "передача", "peredacha"],
        ),
    ],
)
def test_a_search_finds_them_in_other_letters(table, record, words):
    shown = " ".join(search._record(table, records_of(table)[record]))
    assert all(word in shown for word in words)


def test_an_unknown_kind_of_term_is_an_error(monkeypatch):
    monkeypatch.setattr(who.Terms, "error", lambda _self, message: ValueError(message))
    with pytest.raises(ValueError, match="no term is of the kind 'doubtful'"):
        page(who.Terms, "doubtful")
