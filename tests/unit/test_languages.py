"""Words in other scripts carry their language, in prose and in what templates make."""

from __future__ import annotations

import re

import pytest
from docutils import nodes
from docutils.utils import new_document

from tests.conftest import ROOT
from unsigned_peace.publishing.html import languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("北方領土", "ja"),
        ("クリル諸島、南部", "ja"),
        ("はぼまい", "ja"),
        ("Южные Курилы", "ru"),
        ("Договор 1855 года, Симода", "ru"),
        ("Держдума і відповідальність", "uk"),
        ("هل يقبل", "ar"),
    ],
)
def test_a_passage_is_one_piece_in_its_language(text, language):
    assert list(languages.passages(f"In Tokyo {text} (it says).")) == [
        ("In Tokyo ", ""),
        (text, language),
        (" (it says).", ""),
    ]


def test_english_stays_one_piece_and_nothing_is_lost():
    assert list(languages.passages("Habomai, 1956.")) == [("Habomai, 1956.", "")]
    mixed = "Iturup / 択捉島 / Итуруп, Etorofu"
    assert "".join(piece for piece, _ in languages.passages(mixed)) == mixed
    assert [language for _, language in languages.passages(mixed)] == ["", "ja", "", "ru", ""]


def test_only_text_is_marked_and_a_declared_language_is_left_alone():
    html = (
        '<p title="択捉">Итуруп &amp; x</p><td lang="ru">Шикотан</td><cite lang="en">色丹</cite>'
        '<svg><text>色丹</text></svg><script>"色丹"</script>'
    )
    assert languages.marked(html) == (
        '<p title="択捉"><span lang="ru">Итуруп</span> &amp; x</p><td lang="ru">Шикотан</td>'
        '<cite lang="en"><span lang="ja">色丹</span></cite><svg><text>色丹</text></svg>'
        '<script>"色丹"</script>'
    )


def test_prose_is_marked_and_code_is_not():
    document = new_document("page")
    document += [
        nodes.paragraph("", "", nodes.emphasis("", "Курилы"), nodes.Text(" and 色丹")),
        nodes.literal_block("", "x = '色丹'"),
    ]
    languages.MarkLanguages(document).run()
    assert [(node.astext(), node["classes"]) for node in document.findall(nodes.inline)] == [
        ("Курилы", ["language-ru"]),
        ("色丹", ["language-ja"]),
    ]
    assert document.astext() == "Курилы and 色丹\n\nx = '色丹'"


def test_every_japanese_and_russian_word_of_the_built_pages_is_marked(site):
    marked = re.compile(r'<(\w+)[^>]*\blang="(?!en")[^"]*"[^>]*>.*?</\1>', re.DOTALL)
    quiet = re.compile(r"<(script|style|svg|option|title|pre)\b.*?</\1>|<[^>]*>", re.DOTALL)
    foreign = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff\u0400-\u04ff\u0600-\u06ff]+")
    pages = sorted((site / "book").rglob("*.html"))
    assert any(marked.search(page.read_text(encoding="utf-8")) for page in pages)
    for page in pages:
        rest = quiet.sub(
            " ",
            marked.sub(
                " ",
                quiet.sub(
                    lambda tag: tag[0] if tag[0].startswith("<") and not tag[1] else " ",
                    page.read_text(encoding="utf-8"),
                ),
            ),
        )
        assert not foreign.findall(rest), f"{page.relative_to(ROOT)}: {foreign.findall(rest)[:5]}"
