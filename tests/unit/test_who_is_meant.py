"""Who or what is meant: names found in a text, and the role of a person at a record's date."""

from __future__ import annotations

from unsigned_peace.publishing.chapters.who_is_meant import mentioned, roles_in


def found(text: str) -> list[str]:
    return [entry.record_id for entry in mentioned(text)]


def test_persons_are_found_by_name_and_by_a_family_name_that_only_one_has():
    assert found("Shinzo Abe met Putin.") == ["shinzo-abe", "vladimir-putin"]
    assert found("Abe and Kono") == []  # two of each are on record


def test_a_place_is_no_person_of_its_name():
    assert found("They signed at Shimoda.") == []
    assert found("Takezo Shimoda answered.") == ["takezo-shimoda"]


def test_the_longer_of_two_names_wins():
    assert found("the Communist Party of the Russian Federation") == ["communist-party-russia"]


def test_a_term_is_found_at_the_start_of_a_sentence_and_no_word_of_everyday_language():
    assert found("Ratification was slow, the return of the title page too.") == ["ratification"]


def test_a_name_within_a_word_is_none():
    assert found("Putinism, an NHKish thing") == []


def test_the_role_is_that_of_the_record_that_a_text_links_to():
    roles = roles_in([("meetings", "2019-01-22-moscow")])
    assert roles["Shinzo Abe"] == "Prime Minister of Japan (2019)"
    assert roles["Vladimir Putin"] == "President of Russia (2019)"
    soviet = roles_in([("meetings", "1973-10-07-moscow")])
    assert soviet["Kakuei Tanaka"] == "Prime Minister of Japan (1973)"
