"""Every rule of the validator: break a copy of the real data in one way, and read the message."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.data.corruptions import Corruptions, assert_named
from unsigned_peace import dataset
from unsigned_peace.validation import check
from unsigned_peace.validation import report as main

corruption = Corruptions()


def set_line(position: int, change: Callable[[bytes], bytes]) -> Callable[[list[bytes]], None]:
    def edit(lines: list[bytes]) -> None:
        lines[position] = change(lines[position])

    return edit


@corruption
def wrong_number(copy):
    return copy.cell("poll_answers", 57, "percent", "7O") + '"7O" is not a number'


@corruption
def wrong_whole_number(copy):
    return copy.cell("polls", 9, "sample_size", "1,600") + '"1,600" is not a whole number'


@corruption
def wrong_truth(copy):
    return copy.cell("poll_answers", 4, "derived", "yes") + '"yes" is not true or false'


@corruption
def date_that_does_not_exist(copy):
    return copy.cell("events", 12, "date", "1956-02-30") + '"1956-02-30" is not a date that exists'


@corruption
def date_in_another_form(copy):
    return copy.cell("events", 12, "date", "19/10/1956") + '"19/10/1956" is not a date that exists'


@corruption
def value_outside_its_enumeration(copy):
    return copy.cell("claims", 3, "verdict", "true") + '"true" is not one of: corroborated'


@corruption
def value_too_large(copy):
    return copy.cell("poll_answers", 2, "percent", "130") + "130 is more than 100"


@corruption
def value_too_small(copy):
    return (
        copy.cell("meetings", copy.find("meetings", number="25"), "number", "0")
        + "0 is less than 1"
    )


@corruption
def identifier_of_the_wrong_form(copy):
    return (
        copy.cell("places", 2, "place_id", "Iturup Island")
        + '"Iturup Island" does not have the form'
    )


@corruption
def text_too_long(copy):
    return (
        copy.cell("events", 2, "title", "long " * 40 + "end")
        + "203 characters long, at most 120 fit"
    )


@corruption
def required_value_missing(copy):
    return copy.cell("statements", 5, "speaker", "") + "missing, but every record needs it"


@corruption
def source_missing(copy):
    return copy.cell("events", 7, "sources", "") + "missing, but every record needs it"


@corruption
def blank_at_an_end(copy):
    return copy.cell("events", 2, "place", "Moscow ") + "blank at the beginning or end"


@corruption
def two_blanks(copy):
    return copy.cell("events", 2, "place", "Red  Square") + "two blanks in a row"


@corruption
def invisible_character(copy):
    return (
        copy.cell("events", 2, "place", "Mos\u200bcow")
        + "invisible character U+200B ZERO WIDTH SPACE"
    )


@corruption
def non_breaking_space(copy):
    return copy.cell("events", 2, "place", "Red\u00a0Square") + "invisible character U+00A0"


@corruption
def stray_byte(copy):
    copy.raw("events", set_line(3, lambda line: line[:40] + b"\xff" + line[40:]))
    return "data/events.csv:4: byte 41 (0xff) is not UTF-8"


@corruption
def carriage_return(copy):
    copy.raw("events", set_line(3, lambda line: line + b"\r"))
    return "data/events.csv:4: ends in CR LF"


@corruption
def byte_order_mark(copy):
    copy.raw("events", set_line(0, lambda line: b"\xef\xbb\xbf" + line))
    return "data/events.csv:1: begins with a byte order mark"


@corruption
def stray_quotation_mark(copy):
    copy.raw("places", set_line(1, lambda line: line.replace(b",", b',a"b', 1)))
    return "data/places.csv:2: a stray or needless quotation mark; as CSV the line reads "


@corruption
def open_quotation_mark(copy):
    copy.raw("places", set_line(1, lambda line: line + b',"open'))
    return "data/places.csv:2: a quotation mark is opened"


@corruption
def cut_line(copy):
    copy.raw("polls", set_line(2, lambda line: line[: line.index(b",")]))
    return "data/polls.csv:3: 1 cells, expected "


@corruption
def no_line_end(copy):
    path = copy.folder / "polls.csv"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    return f"data/polls.csv:{len(copy.rows('polls'))}: the last line has no line end"


@corruption
def column_missing(copy):
    copy.write("claims", [row[:-1] for row in copy.rows("claims")])
    return "data/claims.csv:1: note: this column is missing"


@corruption
def column_added(copy):
    copy.write(
        "claims", [[*row, "x" if line else "mood"] for line, row in enumerate(copy.rows("claims"))]
    )
    return "data/claims.csv:1: mood: this column is not described"


@corruption
def column_renamed(copy):
    copy.raw("claims", set_line(0, lambda line: line.replace(b"verdict", b"veredict")))
    return "data/claims.csv:1: verdict: this column is missing"


@corruption
def columns_in_another_order(copy):
    copy.write("claims", [[row[1], row[0], *row[2:]] for row in copy.rows("claims")])
    return "data/claims.csv:1: the columns are not in the order"


@corruption
def file_empty(copy):
    (copy.folder / "claims.csv").write_bytes(b"")
    return "data/claims.csv:1: is empty"


@corruption
def file_missing(copy):
    (copy.folder / "claims.csv").unlink()
    return "data/claims.csv: cannot be read"


@corruption
def file_not_described(copy):
    (copy.folder / "extra.csv").write_text("a\n1\n", encoding="utf-8")
    return "data/extra.csv: is not described"


@corruption
def descriptor_broken(copy):
    path = copy.folder / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace(":", "", 1), encoding="utf-8")
    return "data/datapackage.json:2: is not JSON"


@corruption
def duplicate_identifier(copy):
    first = copy.value("events", 8, "event_id")
    return copy.cell("events", 9, "event_id", first) + f'"{first}" stands already in line 8'


@corruption
def records_out_of_order(copy):
    rows = copy.rows("events")
    copy.write("events", [rows[0], rows[2], rows[1], *rows[3:]])
    return f'data/events.csv:3: event_id: "{rows[1][0]}" comes after "{rows[2][0]}"'


@corruption
def source_that_does_not_exist(copy):
    return copy.cell("events", 9, "sources", "nobody-2020") + 'there is no "nobody-2020" in sources'


@corruption
def place_that_does_not_exist(copy):
    line = copy.find("events", place_id=".+")
    return copy.cell("events", line, "place_id", "atlantis") + 'there is no "atlantis" in places'


@corruption
def poll_that_does_not_exist(copy):
    return (
        copy.cell("poll_questions", 3, "poll_id", "2050-gallup")
        + 'there is no "2050-gallup" in polls'
    )


@corruption
def evidence_that_does_not_exist(copy):
    return copy.cell("claims", 2, "evidence", "events:never") + 'there is no record "events:never"'


@corruption
def note_that_points_nowhere(copy):
    return copy.cell("events", 2, "note", "see events:never") + 'there is no record "events:never"'


@corruption
def source_that_nothing_cites(copy):
    line = copy.add("sources", 2, source_id="aaa-uncited")
    return f'data/sources.csv:{line}: source_id: no record cites "aaa-uncited"'


@corruption
def list_badly_separated(copy):
    line = copy.find("events", sources=".+; .+")
    return (
        copy.cell(
            "events", line, "sources", copy.value("events", line, "sources").replace("; ", ";")
        )
        + f'"{copy.value("events", line, "sources")[:40]}'
    )


@corruption
def item_twice_in_a_list(copy):
    line = copy.find("events", sources="[^;]+")
    source = copy.value("events", line, "sources")
    return copy.cell("events", line, "sources", f"{source}; {source}") + f'"{source}" stands twice'


@corruption
def end_before_start(copy):
    return copy.cell("polls", 5, "field_end", "1950-01-01") + "1950-01-01 lies before field_start"


@corruption
def month_not_written_as_its_first_day(copy):
    line = copy.find("events", precision="month")
    return copy.cell("events", line, "date", copy.value("events", line, "date")[:8] + "15") + (
        copy.value("events", line, "date") + " is precise to the month"
    )


@corruption
def year_not_written_as_its_first_day(copy):
    line = copy.find("events", precision="year")
    return copy.cell("events", line, "date", copy.value("events", line, "date")[:4] + "-06-01") + (
        copy.value("events", line, "date") + " is precise to the year"
    )


@corruption
def act_after_what_was_searched(copy):
    return copy.cell("acts", 2, "date", "2031-05-02") + "2031-05-02 lies after"


@corruption
def act_that_answers_a_later_one(copy):
    rows = copy.rows("acts")
    return copy.cell("acts", 2, "answers", rows[-1][0]) + f'"{rows[-1][0]}" is of'


@corruption
def act_that_ends_before_it_begins(copy):
    return copy.cell("acts", 2, "until", "2001-01-01") + "2001-01-01 lies before date"


@corruption
def count_repeated_in_a_sentence(copy):
    line = copy.find("acts", persons=r"\d\d+")
    return (
        copy.cell(
            "acts", line, "summary", f"They barred {copy.value('acts', line, 'persons')} persons."
        )
        + copy.value("acts", line, "persons")
        + " stands in the column persons"
    )


@corruption
def horizon_missing(copy):
    path = copy.folder / "datapackage.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"horizon"', '"horizont"', 1), encoding="utf-8"
    )
    return "data/datapackage.json: horizon: missing or not a date"


@corruption
def one_on_one_longer_than_the_meeting(copy):
    line = copy.find("meetings", minutes_one_on_one=".+", minutes_total="1..")
    return (
        copy.cell("meetings", line, "minutes_one_on_one", "500")
        + "500 minutes is longer than the whole meeting"
    )


@corruption
def published_before_the_field_work_ended(copy):
    line = copy.find("poll_answers", question_id="2018-11-levada.*", percent="74.*")
    source = copy.value("poll_answers", line, "sources").split("; ")[0]
    copy.cell("sources", copy.find("sources", source_id=source), "published", "2018-11-01")
    return (
        f'data/poll_answers.csv:{line}: sources: "{source}" was published on 2018-11-01, '
        "before the field work ended"
    )


@corruption
def a_random_draw_that_nobody_describes(copy):
    line = copy.find("polls", poll_id="2018-11-fnn")
    return copy.cell("polls", line, "draw", "") + "missing, but people are said to be drawn"


@corruption
def administration_with_a_gap(copy):
    line = copy.find("administration", place_id="iturup", state="Japan")
    return copy.cell("administration", line, "end", "1945-08-01") + "gap: nobody administers iturup"


@corruption
def administration_with_an_overlap(copy):
    line = copy.find("administration", place_id="iturup", state="Japan")
    return (
        copy.cell("administration", line, "end", "1950-01-01")
        + "overlap: two states administer iturup"
    )


def whole_question(copy) -> tuple[str, list[int]]:
    """A single-choice question with all of its answers recorded, and the lines of these answers."""
    header, *questions = copy.rows("poll_questions")
    answer_header, *answers = copy.rows("poll_answers")
    for row in questions:
        question = dict(zip(header, row))
        lines = [
            line
            for line, cells in enumerate(answers, start=2)
            if (answer := dict(zip(answer_header, cells)))["question_id"] == question["question_id"]
            and answer["role"] != "net"
            and not answer["subgroup"]
        ]
        if (
            question["multiple_choice"] == "false"
            and not question["incomplete"]
            and len(lines) >= 3
        ):
            return question["question_id"], lines
    raise LookupError("no question with all its answers")


def _sum_to(copy, total: int) -> str:
    question, lines = whole_question(copy)
    others = sum(float(copy.value("poll_answers", line, "percent")) for line in lines[1:])
    for line in lines[1:]:
        copy.cell(
            "poll_answers",
            line,
            "percent",
            f"{float(copy.value('poll_answers', line, 'percent')) * (total - 10) / others:.3f}",
        )
    copy.cell("poll_answers", lines[0], "percent", "10")
    return (
        f'data/poll_answers.csv:{lines[-1]}: percent: the answers to "{question}" sum to {total}.0'
    )


@corruption
def answers_that_sum_to_130(copy):
    return _sum_to(copy, 130)


@corruption
def answers_that_sum_to_less(copy):
    return _sum_to(copy, 70) + "; say in poll_questions.incomplete"


@corruption
def net_that_differs_from_its_parts(copy):
    line = copy.find("poll_answers", role="net", parts=".+")
    share = float(copy.value("poll_answers", line, "percent"))
    return copy.cell("poll_answers", line, "percent", f"{share - 9:.1f}") + "the net is"


@corruption
def derived_without_a_note(copy):
    line = copy.find("poll_answers", derived="true")
    return copy.cell("poll_answers", line, "note", "").replace(
        "note: ", "note: a derived value says here how"
    )


@corruption
def one_press_report_said_to_be_high(copy):
    line = copy.find("statements", statement_id="2020-07-02-suga-constitution")
    return (
        copy.cell("statements", line, "confidence", "high")
        + '"high", but TASS alone reports it; expected'
    )


@corruption
def poll_known_by_one_agency_said_to_be_high(copy):
    line = copy.find("polls", poll_id="2016-11-kyodo")
    return copy.cell("polls", line, "confidence", "high") + '"high", but US Embassy Tokyo'


@corruption
def two_reports_of_one_publisher_said_to_be_high(copy):
    line = copy.find("statements", statement_id="2026-01-08-kihara-contacts")
    return copy.cell("statements", line, "confidence", "high") + '"high", but RIA Novosti alone'


@corruption
def one_account_of_two(copy):
    line = copy.find("events", sources="[^;]+", accounts_differ="", note="")
    return (
        copy.cell("events", line, "accounts_differ", "Tokyo says 3, Moscow says 4.")
        + "two accounts need two sources"
    )


@corruption
def quotation_of_30_words(copy):
    line = copy.find("statements", quotation=".+", quotation_language="en")
    return (
        copy.cell("statements", line, "quotation", " ".join(["word"] * 30))
        + "30 words, at most 25 may be quoted"
    )


@corruption
def quotation_without_its_source(copy):
    line = copy.find("statements", quotation=".+")
    return (
        copy.cell("statements", line, "quotation_source", "")
        + "the source of a quotation is one of"
    )


@corruption
def quotation_without_its_rendering(copy):
    line = copy.find("statements", quotation_language="ja")
    return (
        copy.cell("statements", line, "quotation_rendering", "")
        + 'missing, but the quotation is in "ja"'
    )


@corruption
def english_quotation_with_a_rendering(copy):
    line = copy.find("statements", quotation_language="en")
    return (
        copy.cell("statements", line, "quotation_rendering", "The same again.")
        + "an English quotation needs no rendering"
    )


@corruption
def verdict_without_evidence(copy):
    line = copy.find("claims", verdict="refined")
    copy.cell("claims", line, "sources", "rferl2019jan22")
    return copy.cell("claims", line, "evidence", "") + "a verdict of refined names a record"


@corruption
def wording_of_30_words(copy):
    line = copy.find("wordings", language="en|ru|fr|nl")
    return (
        copy.cell(
            "wordings",
            line,
            "words",
            " ".join([copy.value("wordings", line, "words").split()[0]] * 30),
        )
        + "30 words, at most 25 may be quoted"
    )


@corruption
def wording_of_80_signs(copy):
    return (
        copy.cell("wordings", copy.find("wordings", language="ja"), "words", "島" * 80)
        + "80 characters, at most 75 may be quoted"
    )


@corruption
def wording_in_a_language_that_is_not_listed(copy):
    return copy.cell("wordings", 2, "language", "jp") + '"jp" is not one of: en'


@corruption
def wording_in_another_script(copy):
    line = copy.find("wordings", language="ru")
    return (
        copy.cell("wordings", line, "words", "and the other Kuril islands")
        + 'has no letter of the language "ru"'
    )


@corruption
def wording_in_letters_of_another_language(copy):
    line = copy.find("wordings", language="nl|fr|en")
    return (
        copy.cell("wordings", line, "words", "de overige Курильские eilanden")
        + 'has letters of "ru"'
    )


@corruption
def mention_of_a_later_text(copy):
    line = copy.find("mentions", provision_id="1895-commerce-treaty-18")
    copy.cell("mentions", line, "mention_id", "1895-commerce-treaty-18-on-1956-joint-declaration")
    return (
        copy.cell("mentions", line, "document_id", "1956-joint-declaration")
        + '"1956-joint-declaration" is of 1956-10-19: a text of 1895-06-08 cannot name it'
    )


@corruption
def mention_by_another_name(copy):
    line = copy.find("mentions", provision_id="1895-commerce-treaty-18")
    return (
        copy.cell("mentions", line, "mention_id", "1895-commerce-treaty-18-on-shimoda")
        + 'expected its clause and text: "1895-commerce-treaty-18-on-1855-shimoda-treaty"'
    )


@corruption
def wording_without_its_rendering(copy):
    return (
        copy.cell("wordings", copy.find("wordings", language="ja"), "rendering", "")
        + 'missing, but the words are in "ja"'
    )


@corruption
def wording_of_a_clause_that_does_not_exist(copy):
    return (
        copy.cell("wordings", 2, "provision_id", "1999-never-signed-1")
        + 'there is no "1999-never-signed-1" in provisions'
    )


@corruption
def wording_named_after_another_clause(copy):
    line = copy.find("wordings", provision_id="1855-shimoda-treaty-2", language="ja")
    return (
        copy.cell("wordings", line, "wording_id", "1855-shimoda-treaty-1-ja")
        + 'begins with its clause and language: "1855-shimoda-treaty-2-ja"'
    )


@corruption
def wording_twice(copy):
    line = copy.find("wordings", provision_id="1855-shimoda-treaty-2", language="ja")
    again = copy.add("wordings", line, wording_id="1855-shimoda-treaty-2-ja-again")
    return (
        f"data/wordings.csv:{again}: standing: the clause has such a wording in this language "
        f"already in line {line}"
    )


@corruption
def signed_wording_of_a_document_not_signed_in_its_language(copy):
    line = copy.find("documents", document_id="1855-shimoda-treaty")
    copy.cell("documents", line, "languages", "zh; ru; ja")
    wording = copy.find("wordings", provision_id="1855-shimoda-treaty-2", language="nl")
    return (
        f'data/wordings.csv:{wording}: standing: "signed", but by its record "1855-shimoda-treaty" '
        'was not signed or issued in "nl"'
    )


@corruption
def document_in_an_unknown_language(copy):
    line = copy.find("documents", document_id="1855-shimoda-treaty")
    return copy.cell("documents", line, "languages", "nl; zh; ru; jp") + '"jp" is not one of: en'


@corruption
def authentic_in_a_language_it_was_not_signed_in(copy):
    line = copy.find("documents", document_id="1855-shimoda-treaty")
    return copy.cell("documents", line, "authentic", "fr") + '"fr" is not among its languages'


@corruption
def language_signed_that_no_clause_shows(copy):
    line = copy.find("documents", document_id="1855-shimoda-treaty")
    copy.cell("documents", line, "whereabouts", "")
    return copy.cell("documents", line, "unseen", "") + "blank, but no clause has its words in: zh"


@corruption
def whereabouts_of_nothing(copy):
    line = copy.find("documents", unseen="")
    return (
        copy.cell("documents", line, "whereabouts", "The archives.")
        + "says where to find what was not seen, but unseen is blank"
    )


@corruption
def clause_in_the_words_of_its_document(copy):
    line = copy.find("wordings", language="nl", provision_id="1855-shimoda-treaty-2")
    words = "the other Kuril islands, to the north, belong to possessions of Russia"
    copy.add(
        "wordings",
        line,
        wording_id="1855-shimoda-treaty-2-en",
        language="en",
        standing="other_translation",
        words=words,
        rendering="",
    )
    clause = copy.find("provisions", provision_id="1855-shimoda-treaty-2")
    copy.cell("provisions", clause, "summary", f'In quotation marks this is allowed: "{words}".')
    assert not check(copy.folder)
    return copy.cell("provisions", clause, "summary", f"Urup and {words}.") + (
        '"the other kuril islands to the north belong to possessions" are the words of the document'
    )


@corruption
def code_of_another_dimension(copy):
    line = copy.find("positions", dimension="deadline", value="none set")
    return (
        copy.cell("positions", line, "value", "islands first")
        + '"islands first" is a code of sequence, not of deadline'
    )


@corruption
def second_code_of_another_dimension(copy):
    copy.cell("positions", 2, "second_dimension", "offer")
    return (
        copy.cell("positions", 2, "second_value", "upheld")
        + '"upheld" is a code of status_of_1956, not of offer'
    )


@corruption
def islands_where_none_belong(copy):
    line = copy.find("positions", dimension="deadline")
    return copy.cell("positions", line, "islands", "4") + "a number of islands belongs to"


@corruption
def qualifier_without_a_number(copy):
    line = copy.find("positions", islands_qualifier="at least")
    return copy.cell("positions", line, "islands", "").replace(
        "islands: ", "islands_qualifier: qualifies a number"
    )


@corruption
def year_named_and_not_given(copy):
    line = copy.find("positions", value="year named")
    return copy.cell("positions", line, "target_year", "") + 'stands with the code "year named"'


@corruption
def condition_that_is_none(copy):
    line = copy.find("positions", conditions="treaty; forces")
    return (
        copy.cell("positions", line, "conditions", "treaty; troops")
        + '"troops" is not one of: treaty, forces, Okinawa'
    )


@corruption
def condition_left_out(copy):
    line = copy.find("positions", value="further condition first")
    return (
        copy.cell("positions", line, "conditions", "") + "stands on sequence only, and always with"
    )


@corruption
def report_without_a_reporter(copy):
    line = copy.find("positions", form="reported")
    return copy.cell("positions", line, "account", "") + "missing, but what is only reported"


@corruption
def example_that_has_another_code(copy):
    line = copy.find("positions", position_id="1960-01-27-sequence-ussr")
    copy.cell("positions", line, "value", "treaty first")
    return (
        'data/positions.csv: value: the codebook\'s example of "further condition first", '
        "1960-01-27-sequence-ussr, does not"
    )


@corruption
def answer_of_the_same_side(copy):
    line = copy.find("arguments", answers="charter-107-russia-inviolable")
    return (
        copy.cell("arguments", line, "side", "Russia").replace("side", "answers")
        + '"charter-107-russia-inviolable" is of the same side'
    )


@corruption
def answer_on_another_point(copy):
    point = copy.add(
        "points_at_issue",
        copy.find("points_at_issue", point_id="charter-107"),
        point_id="charter-108",
        position="99",
    )
    assert point
    line = copy.find("arguments", answers="charter-107-russia-inviolable")
    return (
        copy.cell("arguments", line, "point_id", "charter-108").replace("point_id", "answers")
        + '"charter-107-russia-inviolable" is on another point, charter-107'
    )


@corruption
def answer_before_what_it_answers(copy):
    line = copy.find("arguments", argument_id="charter-107-russia-inviolable")
    copy.cell("arguments", line, "position", "50")
    line = copy.find("arguments", argument_id="charter-107-japan-obsolete")
    return (
        copy.cell("arguments", line, "position", "40")
        + 'comes before "charter-107-russia-inviolable", which it answers'
    )


@corruption
def place_taken_twice(copy):
    line = copy.find("arguments", argument_id="charter-107-russia-inviolable")
    return copy.cell("arguments", line, "position", "2") + "2 is taken on this point by line"


@corruption
def opening_that_nothing_answers(copy):
    copy.cell(
        "arguments", copy.find("arguments", argument_id="charter-107-japan-obsolete"), "answers", ""
    )
    line = copy.find("arguments", argument_id="charter-107-russia-inviolable")
    return f"data/arguments.csv:{line}: unanswered: no step of the other side answers this one"


@corruption
def answered_and_said_to_be_not(copy):
    line = copy.find("arguments", argument_id="charter-107-russia-inviolable")
    return (
        copy.cell("arguments", line, "unanswered", "Looked for in vain.")
        + "says that no answer was seen, but another step answers it"
    )


@corruption
def argument_in_a_source_that_it_does_not_cite(copy):
    line = copy.find("arguments", argument_id="charter-107-russia-inviolable")
    return (
        copy.cell("arguments", line, "own_source", "mofa-nt-overview")
        + "the side's own source is one of the record's sources"
    )


@corruption
def argument_named_after_the_other_side(copy):
    line = copy.find("arguments", argument_id="charter-107-japan-obsolete")
    return (
        copy.cell("arguments", line, "argument_id", "charter-107-tokyo-obsolete")
        + 'begins with its point and side: "charter-107-japan-"'
    )


@corruption
def evidence_against_without_its_record(copy):
    line = copy.find("arguments", against=".+")
    return (
        copy.cell("arguments", line, "against_rests_on", "")
        + "evidence against and the records that hold it stand together"
    )


@corruption
def point_on_which_one_side_is_silent(copy):
    rows = copy.rows("arguments")
    copy.write("arguments", [row for row in rows if not row[0].startswith("charter-107-japan-")])
    return (
        f"data/points_at_issue.csv:{copy.find('points_at_issue', point_id='charter-107')}: "
        "point_id: Japan has no step on this point"
    )


@pytest.mark.parametrize("corrupt", corruption, ids=lambda corruption: corruption.__name__)
def test_a_corruption_is_named_by_file_line_and_column(copy, corrupt):
    assert_named(copy, corrupt)


def test_several_faults_at_once_are_all_reported(copy, capsys):
    expected = [
        corrupt(copy)
        for corrupt in (
            wrong_number,
            duplicate_identifier,
            required_value_missing,
            wrong_truth,
            file_not_described,
        )
    ]
    assert main(copy.folder) == 1
    printed = capsys.readouterr().out.splitlines()
    assert all(any(line.startswith(start) for line in printed) for start in expected)


def test_what_is_remembered_of_sound_tables_changes_no_finding(copy, monkeypatch):
    for corrupt in (wrong_number, duplicate_identifier, column_added, source_that_does_not_exist):
        corrupt(copy)
    remembered = check(copy.folder)
    monkeypatch.undo()
    assert remembered == check(copy.folder) != []


def test_a_sound_dataset_prints_so_and_succeeds(whole_copy, capsys):
    assert main(whole_copy.folder) == 0
    assert capsys.readouterr().out == "data/ is sound.\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "datapackage.json:1: is not JSON"),
        (b"{", "datapackage.json:1: is not JSON"),
        (b"[]", "datapackage.json: does not describe tables as a Data Package does"),
        (b"null", "datapackage.json: does not describe tables as a Data Package does"),
        (b'{"resources": 3}', "datapackage.json: does not describe tables as a Data Package does"),
        (b'{"resources": [{"name": "x", "type": "table"}]}', "datapackage.json: does not describe"),
        (b'{"resources": [{"name": "x"}]}', "acts.csv: is not described in datapackage.json"),
        (b"\xff", "datapackage.json: cannot be read: 'utf-8' codec"),
    ],
)
def test_a_hopeless_descriptor_is_named_and_no_traceback(copy, content, said):
    (copy.folder / "datapackage.json").write_bytes(content)
    faults = [str(fault) for fault in check(copy.folder)]
    assert any(fault.startswith(f"data/{said}") for fault in faults), faults


def test_random_damage_never_ends_in_a_traceback(copy):
    """Cuts a byte, doubles one or puts in another at fixed places of every file.

    Faults or none, but never an exception.
    """
    for name in dataset.table_names():
        path = copy.folder / f"{name}.csv"
        original = path.read_bytes()
        for position in range(7, len(original), max(1, len(original) // 2)):
            for damaged in (
                original[:position] + original[position + 1 :],
                original[:position] + b'"\x00\xe3' + original[position:],
            ):
                path.write_bytes(damaged)
                check_one(copy.folder)
        path.write_bytes(original)


def check_one(folder: Path) -> None:
    for fault in check(folder):
        assert str(fault).startswith("data/")


def test_the_descriptor_names_each_rule_s_columns():
    """Columns that rules rely on exist: a renamed column must not switch a rule off."""
    package = json.loads((dataset.data_folder() / "datapackage.json").read_text(encoding="utf-8"))
    columns = {
        entry["name"]: {field["name"] for field in entry["schema"]["fields"]}
        for entry in package["resources"]
        if entry.get("type") == "table"
    }
    assert {
        "minutes_total",
        "minutes_one_on_one",
        "minutes_small_format",
        "minutes_extended",
    } <= columns["meetings"]
    assert {"percent", "role", "parts", "derived", "subgroup"} <= columns["poll_answers"]
    assert {"quotation", "quotation_source", "quotation_rendering"} <= columns["statements"]
    assert {"answers", "persons", "bodies", "until"} <= columns["acts"]
    assert {"languages", "authentic", "unseen", "whereabouts"} <= columns["documents"]
    assert {"provision_id", "language", "standing", "words", "rendering"} <= columns["wordings"]
    assert {"incomplete", "multiple_choice", "break_before"} <= columns["poll_questions"]
    assert {"name", "also_called", "own_name", "own_language"} <= columns["persons"]
    assert {"person_id", "role", "start", "end"} <= columns["roles"]
    assert {"name", "also_called", "own_name", "own_language"} <= columns["bodies"]
    assert {"kind", "japanese", "russian", "japan_means", "russia_means"} <= columns["terms"]
    assert {
        "point_id",
        "side",
        "position",
        "own_source",
        "answers",
        "against",
        "against_rests_on",
        "unanswered",
    } <= columns["arguments"]
