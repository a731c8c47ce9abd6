"""The rules of form: names, roles, spelling, dates, accounts, sums, words of sources."""

from __future__ import annotations

import json

import pytest

from tests.data.corruptions import Corruptions, assert_named
from unsigned_peace import dataset
from unsigned_peace.paths import shown
from unsigned_peace.paths import texts as texts_of_the_book
from unsigned_peace.validation import check, forms, own_words

corruption = Corruptions()


@corruption
def share_mistyped_where_answers_do_not_sum_to_100(copy):
    line = copy.find("poll_answers", answer_id="2019-02-kyodo-expectation-hope")
    copy.cell("poll_answers", line, "percent", "3.7")
    question = copy.find("poll_questions", question_id="2019-02-kyodo-expectation")
    return (
        f'data/poll_questions.csv:{question}: answers_sum: "95.5", '
        "but the answers recorded in poll_answers give 91.9"
    )


@corruption
def share_of_a_subgroup_mistyped(copy):
    line = copy.find("poll_answers", answer_id="2019-02-vciom-islanders-transfer-should-not-iturup")
    copy.cell("poll_answers", line, "percent", "79")
    question = copy.find("poll_questions", question_id="2019-02-vciom-islanders-transfer")
    stated = copy.value("poll_questions", question, "subgroup_sums")
    return (
        f'data/poll_questions.csv:{question}: subgroup_sums: "{stated}", '
        "but the answers recorded in poll_answers give"
    )


@corruption
def other_words_without_a_break(copy):
    line = copy.find("poll_questions", question_id="2022-10-cabinet-office-affinity")
    return (
        copy.cell("poll_questions", line, "wording", "Do you like Russia?")
        + 'differs from that of "2021-10-cabinet-office-affinity"'
    )


@corruption
def island_under_one_name(copy):
    return copy.cell("events", 20, "summary", "Soldiers came to Etorofu.") + (
        '"Etorofu" stands alone or in another form; outside quotation marks it is "Iturup/Etorofu"'
    )


@corruption
def names_of_an_island_in_another_order(copy):
    return (
        copy.cell("statements", 20, "summary", "Fishing off Kunashiri (Kunashir).")
        + '"Kunashiri" stands alone'
    )


@corruption
def unwanted_spelling(copy):
    return (
        copy.cell("meetings", 20, "outcome", "They met in St. Petersburg.")
        + '"St. Petersburg" is written "Saint Petersburg" here'
    )


@corruption
def district_under_another_name(copy):
    return (
        copy.cell("events", 20, "note", "Told by the South Kuril district.")
        + '"South Kuril district" is written "Yuzhno-Kurilsky district" here'
    )


@corruption
def body_under_another_name(copy):
    return (
        copy.cell("events", 20, "note", "By the League of Residents of Chishima and Habomai.")
        + '"League of Residents of Chishima and Habomai" is written "Chishima-Habomai League" here'
    )


@corruption
def given_name_in_another_transliteration(copy):
    return (
        copy.cell("claims", 4, "claim", "Sergei Lavrov said so.")
        + '"Sergei Lavrov" is written "Sergey Lavrov" here'
    )


@corruption
def place_in_another_transliteration(copy):
    line = copy.find("places", place_id="korsakov")
    return (
        copy.cell("places", line, "name_en", "Korssakow / Otomari")
        + '"Korssakow" is not "Korsakov", the transliteration'
    )


@corruption
def place_not_in_hepburn(copy):
    line = copy.find("places", place_id="shibetsu")
    return copy.cell("places", line, "name_ja_latin", "Sibetu") + '"Sibetu" is not Hepburn'


@corruption
def family_name_first(copy):
    return (
        copy.cell("events", 20, "summary", "Abe Shinzo flew home.")
        + '"Abe Shinzo" is written "Shinzo Abe" here'
    )


@corruption
def person_who_never_speaks_with_the_family_name_first(copy):
    return (
        copy.cell("events", 20, "summary", "By Kunadze Georgy.")
        + '"Kunadze Georgy" is written "Georgy Kunadze" here'
    )


@corruption
def name_by_the_rule_where_another_is_in_use(copy):
    return (
        copy.cell("positions", 54, "summary", "Aleksey Kosygin proposed it.")
        + '"Aleksey Kosygin" is written "Alexei Kosygin" here, as in persons'
    )


@corruption
def macron(copy):
    return (
        copy.cell("events", 20, "summary", "They met in T\u014dky\u014d.")
        + '"T\u014dky\u014d" has a macron'
    )


@corruption
def role_missing(copy):
    return copy.cell("statements", 20, "role", "") + "missing; it says the office"


@corruption
def role_in_small_letters(copy):
    return (
        copy.cell("statements", 20, "role", "Former prime minister of Japan")
        + '"prime minister" is the name of an office, each word with a capital: "Prime Minister"'
    )


@corruption
def role_without_its_state(copy):
    return (
        copy.cell("statements", 20, "role", "Deputy Foreign Minister")
        + '"Deputy Foreign Minister" does not say of which state'
    )


@corruption
def event_of_another_day_than_its_identifier(copy):
    line = copy.find("events", event_id="1956-10-19-.*")
    return (
        copy.cell("events", line, "date", "1956-10-18")
        + f'"{copy.value("events", line, "event_id")}" names 1956-10-19, its date is 1956-10-18'
    )


@corruption
def event_named_more_coarsely_than_known(copy):
    line = copy.find("events", event_id=r"\d{4}-\d\d-[a-z].*", precision="month", note="")
    return (
        copy.cell("events", line, "precision", "day").replace(": precision:", ": date:")
        + f'"{copy.value("events", line, "event_id")}" names'
    )


@corruption
def source_of_another_day_than_its_identifier(copy):
    line = copy.find("sources", source_id="mofa2019jan22")
    return (
        copy.cell("sources", line, "published", "2019-01-23")
        + '"mofa2019jan22" names 2019-01-22, but was published on 2019-01-23'
    )


@corruption
def value_of_another_year_than_its_identifier(copy):
    line = copy.find("observations", observation_id=".*-1956", precision="year")
    return (
        copy.cell("observations", line, "date", "1957-01-01").replace(
            ": date:", ": observation_id:"
        )
        + f'"{copy.value("observations", line, "observation_id")}" does not end with its date'
    )


@corruption
def poll_of_another_month_than_its_identifier(copy):
    line = copy.find("polls", poll_id="2018-11-fnn")
    copy.cell("polls", line, "field_start", "2018-12-01")
    return (
        copy.cell("polls", line, "field_end", "2018-12-02").replace(": field_end:", ": poll_id:")
        + '"2018-11-fnn" names 2018-11, but the field work was'
    )


@corruption
def account_of_nobody(copy):
    line = copy.find("events", accounts_differ=".+", sources=".+; .+")
    return (
        copy.cell("events", line, "accounts_differ", "TASS counts 200; other reports give 300.")
        + '"other reports" does not say whose account it is'
    )


@corruption
def account_that_nobody_gives(copy):
    line = copy.find("events", accounts_differ=".+", sources=".+; .+")
    return (
        copy.cell("events", line, "accounts_differ", "200 or 300 people.")
        + "says of no account whose it is"
    )


@pytest.mark.parametrize("corrupt", corruption, ids=lambda corruption: corruption.__name__)
def test_a_corruption_is_named_by_file_line_and_column(copy, corrupt):
    assert_named(copy, corrupt)


def test_in_quotation_marks_names_stand_as_they_were_spoken(copy):
    copy.cell(
        "events",
        20,
        "summary",
        'He said "Etorofu", she \u201cKunashir, per cent and Sergei Lavrov\u201d, '
        "both \u2018Iturup/Etorofu\u2019.",
    )
    assert check(copy.folder) == []


def test_texts_are_held_to_the_same_forms_and_named_by_file_and_line(copy):
    text = copy.folder / "chapter.md"
    misnamed = (
        '"Sergei Lavrov" is written "Sergey Lavrov" here; '
        "names known in another form stand in forms.toml"
    )
    text.write_text(
        "# What was said?\n\nSergei Lavrov and Abe Shinzo met.\n"
        'He said: "Per cent, Kōno."\n'
        "Aleksey Kosygin asked Japan's foreign ministry in St. Petersburg and T\u014dky\u014d.\n",
        encoding="utf-8",
    )
    assert [str(fault) for fault in check(copy.folder, [text])] == [
        f"{text}:{line}: {message}"
        for line, message in (
            (
                3,
                '"Abe Shinzo" is written "Shinzo Abe" here: the given name first',
            ),
            (3, misnamed),
            (5, '"Aleksey Kosygin" is written "Alexei Kosygin" here, as in persons'),
            (5, '"Japan\'s foreign ministry" is written "Japan\'s Foreign Ministry" here'),
            (5, '"St. Petersburg" is written "Saint Petersburg" here'),
            (5, '"T\u014dky\u014d" has a macron; Japanese is written without'),
        )
    ]


def test_the_texts_of_the_book_are_those_that_authors_write():
    texts = {shown(path) for path in texts_of_the_book()}
    assert {
        "README.md",
        "book/islands.md",
        "book/teaching/misconceptions.md",
        "book/captions/islands.yaml",
        "coursework/islands.md",
        "coursework/mistakes/islands.yaml",
    } <= texts


@pytest.mark.parametrize(
    ("russian", "latin"),
    [
        ("Зелёный", "Zelyony"),
        ("Южно-Сахалинск", "Yuzhno-Sakhalinsk"),
        ("Евгений Примаков", "Yevgeny Primakov"),
        ("Щедрин", "Shchedrin"),
        ("Ульяновск", "Ulyanovsk"),
        ("Курильск", "Kurilsk"),
    ],
)
def test_russian_is_transliterated_by_one_rule(russian, latin):
    assert forms.transliterated(russian) == latin


def test_the_descriptor_names_each_rule_s_columns():
    """Columns that rules rely on exist: a renamed column must not switch a rule off."""
    package = json.loads((dataset.data_folder() / "datapackage.json").read_text(encoding="utf-8"))
    columns = {
        entry["name"]: {field["name"] for field in entry["schema"]["fields"]}
        for entry in package["resources"]
        if entry.get("type") == "table"
    }
    assert {"answers_sum", "subgroup_sums"} <= columns["poll_questions"]
    assert {"speaker", "role"} <= columns["statements"]
    assert {"name_en", "name_ru", "name_ja_latin"} <= columns["places"]
    assert (
        "accounts_differ"
        in columns["events"] & columns["meetings"] & columns["statements"] & columns["observations"]
    )


#: A sentence of ours whose digests stand in for those of a source: the sources' texts are not
#: published.
SENTENCE = "The lighthouse keeper counted nine grey seals below the cliff and two above it"


@pytest.fixture
def sentence_of_a_source(monkeypatch):
    monkeypatch.setattr(
        own_words, "_digests", lambda: frozenset(digest for _, digest in own_words.runs(SENTENCE))
    )


def test_ten_words_of_a_source_are_named_by_file_line_and_column(copy, sentence_of_a_source):
    place = copy.cell("events", 20, "summary", f"By this account {SENTENCE.lower()}, as he said.")
    assert [str(fault) for fault in check(copy.folder)] == [
        (
            f'{place}"the lighthouse keeper counted nine grey seals below the cliff" are ten '
            "words of a source; say it in our own, or mark it as a quotation"
        )
    ]


def test_nine_words_of_a_source_and_a_marked_quotation_are_no_fault(copy, sentence_of_a_source):
    copy.cell("events", 20, "summary", " ".join(SENTENCE.split()[:9]) + " stones.")
    copy.cell("events", 21, "summary", f'He wrote: "{SENTENCE}".')
    assert check(copy.folder) == []


def test_the_digests_are_those_of_this_salt_and_no_text():
    lines = own_words.DIGESTS.read_text(encoding="ascii").splitlines()
    assert lines == sorted(set(lines)) and len(lines) > 1000
    assert all(len(bytes.fromhex(line)) == own_words.SIZE for line in lines)
