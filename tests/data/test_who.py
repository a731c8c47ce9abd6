"""The rules of persons, roles, bodies and terms: break a copy of the data, read the message."""

from __future__ import annotations

import pytest

from tests.data.corruptions import Corruptions, assert_named
from unsigned_peace import dataset
from unsigned_peace.validation.forms import read_forms

corruption = Corruptions()


@corruption
def speaker_whom_nobody_knows(copy):
    line = copy.find("statements", speaker="Shigeru Yoshida")
    return (
        copy.cell("statements", line, "speaker", "Ivan Nobody")
        + '"Ivan Nobody" is neither in persons nor in bodies'
    )


@corruption
def actor_whom_nobody_knows(copy):
    line = copy.find("events", event_id="1739-spanberg-expedition")
    return copy.cell("events", line, "actors", "Martin Spangberg") + '"Martin Spangberg" is neither'


@corruption
def participant_whom_nobody_knows(copy):
    line = copy.find("meetings", meeting_id="2019-01-22-moscow")
    return (
        copy.cell("meetings", line, "japan_participant", "Shinzo Aba, Prime Minister")
        + '"Shinzo Aba" is neither'
    )


@corruption
def second_speaker_whom_nobody_knows(copy):
    line = copy.find("statements", speaker="Muneo Suzuki and Masaru Sato")
    return (
        copy.cell("statements", line, "speaker", "Muneo Suzuki and Masaru Santo")
        + '"Muneo Suzuki and Masaru Santo" is neither'
    )


@corruption
def office_that_the_speaker_never_had(copy):
    line = copy.find("statements", speaker="Koichi Kato")
    return (
        copy.cell("statements", line, "role", "Foreign Minister of Japan")
        + 'Koichi Kato has no role "Foreign Minister of Japan" in the table of roles'
    )


@corruption
def office_that_the_participant_never_had(copy):
    line = copy.find("meetings", russia_participant="Mikhail Fradkov, Prime Minister")
    return (
        copy.cell("meetings", line, "russia_participant", "Mikhail Fradkov, President")
        + 'Mikhail Fradkov has no role "President"'
    )


@corruption
def speaker_before_the_office(copy):
    line = copy.find("roles", role_id="koichi-kato-chief-cabinet-secretary-japan")
    copy.cell("roles", line, "start", "1992-10")
    line = copy.find("statements", speaker="Koichi Kato")
    return (
        f'data/statements.csv:{line}: role: Koichi Kato was "Chief Cabinet Secretary of Japan" '
        "from 1992-10 to 1992-12-12, not on 1992-09-11"
    )


@corruption
def participant_after_the_office(copy):
    line = copy.find("roles", role_id="andrei-gromyko-foreign-minister-ussr")
    copy.cell("roles", line, "end", "1975")
    line = copy.find(
        "meetings", russia_participant="Andrei Gromyko, Foreign Minister", date="1976.*"
    )
    return f"data/meetings.csv:{line}: russia_participant: Andrei Gromyko was"


@corruption
def former_holder_who_still_held_the_office(copy):
    line = copy.find("statements", statement_id="2006-12-13-aso.*")
    held = copy.find("roles", person_id="taro-aso", role="Foreign Minister of Japan")
    copy.cell("roles", held, "role", "Former Prime Minister of Japan")
    return (
        copy.cell("statements", line, "role", "Former Prime Minister of Japan")
        + 'Taro Aso was still "Prime Minister'
    )


@corruption
def role_that_ends_before_it_begins(copy):
    line = copy.find("roles", role_id="andrei-gromyko-foreign-minister-ussr")
    return copy.cell("roles", line, "end", "1956") + "1956 lies before 1957-02-15"


@corruption
def role_of_nobody(copy):
    line = copy.find("roles", person_id="taro-aso")
    return copy.cell("roles", line, "person_id", "taro-asa") + 'there is no "taro-asa" in persons'


@corruption
def name_in_letters_of_another_language(copy):
    line = copy.find("persons", person_id="shinzo-abe")
    return (
        copy.cell("persons", line, "own_name", "Синдзо Абэ") + 'has no letter of the language "ja"'
    )


@corruption
def own_name_without_its_source(copy):
    line = copy.find("persons", person_id="shinzo-abe")
    return (
        copy.cell("persons", line, "own_name_source", "")
        + "stands with a name in its own script, and only there"
    )


@corruption
def own_name_in_a_source_that_is_not_cited(copy):
    line = copy.find("persons", person_id="shinzo-abe")
    return (
        copy.cell("persons", line, "own_name_source", "mofa-nt-overview")
        + "is one of the sources of the record, and is not"
    )


@corruption
def family_name_of_somebody_else(copy):
    line = copy.find("persons", person_id="shinzo-abe")
    return copy.cell("persons", line, "family_name", "Aso") + 'is no word of the name "Shinzo Abe"'


@corruption
def russian_name_by_another_rule(copy):
    line = copy.find("persons", person_id="sergey-lavrov")
    return (
        copy.cell("persons", line, "own_name", "Сергей Лаврофф").replace(
            "own_name", "transliteration"
        )
        + '"", expected "Sergey Lavroff"'
    )


@corruption
def name_that_two_have(copy):
    line = copy.find("persons", person_id="taro-kono")
    first = copy.find("persons", person_id="ichiro-kono")
    return (
        copy.cell("persons", line, "also_called", "Ichiro Kono").replace("also_called", "name")
        + f'"Ichiro Kono" is taken by the record in line {first}'
    )


@corruption
def body_under_another_name_than_the_form(copy):
    copy.cell("bodies", copy.find("bodies", body_id="levada-center"), "name", "Levada")
    return 'data/bodies.csv: name: there is no "Levada Center"'


@corruption
def body_in_letters_of_another_language(copy):
    line = copy.find("bodies", body_id="vciom")
    return copy.cell("bodies", line, "own_language", "ja").replace("own_language", "own_name") + (
        'has no letter of the language "ja"'
    )


@corruption
def dispute_that_one_side_has_no_part_in(copy):
    line = copy.find("terms", term_id="handing-over")
    return copy.cell("terms", line, "russia_means", "") + "missing, but the term is disputed"


@corruption
def technical_term_with_a_side(copy):
    line = copy.find("terms", term_id="win-set")
    return (
        copy.cell("terms", line, "japanese", "勝利集合") + "a technical term has no word of a side"
    )


@corruption
def term_in_another_transliteration(copy):
    line = copy.find("terms", term_id="handing-over")
    return (
        copy.cell("terms", line, "russian_latin", "peredatscha")
        + '"peredatscha", expected "peredacha"'
    )


@corruption
def term_with_a_macron(copy):
    line = copy.find("terms", term_id="peace-treaty")
    return (
        copy.cell("terms", line, "japanese_latin", "heiwa jōyaku")
        + '"jōyaku" is not Hepburn romanization without macrons'
    )


@corruption
def term_in_letters_of_the_other_side(copy):
    line = copy.find("terms", term_id="peace-treaty")
    return copy.cell("terms", line, "russian", "平和条約") + 'has no letter of the language "ru"'


@pytest.mark.parametrize("corrupt", corruption, ids=lambda corruption: corruption.__name__)
def test_a_corruption_is_named_by_file_line_and_column(copy, corrupt):
    assert_named(copy, corrupt)


def test_who_is_neither_person_nor_body_is_in_the_record_and_has_a_reason():
    """The list of forms.toml holds no name that nothing needs."""
    listed = [name for group in read_forms()["neither"] for name in group["names"]]
    said = {
        item
        for table, columns in (
            ("statements", ["speaker"]),
            ("events", ["actors"]),
            ("meetings", ["japan_participant", "russia_participant"]),
        )
        for column in columns
        for cell in dataset.load(table)[column].dropna()
        for item in [*cell.split("; "), cell.split(", ")[0]]
    }
    assert len(listed) == len(set(listed))
    assert not set(listed) - said
    assert all(group["reason"] for group in read_forms()["neither"])
