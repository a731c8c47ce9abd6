"""Every rule of the validator: break a copy of the real data in one way, and read the message."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from unsigned_peace import dataset
from unsigned_peace.validation import check, report as main


class Copy:
    """A copy of the dataset that a test may damage."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, table: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO((self.folder / f"{table}.csv").read_text(encoding="utf-8"))))

    def write(self, table: str, rows: list[list[str]]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        (self.folder / f"{table}.csv").write_text(text.getvalue(), encoding="utf-8")

    def find(self, table: str, **cells: str) -> int:
        """The line of the first record whose cells match these patterns."""
        rows = self.rows(table)
        for line, row in enumerate(rows[1:], start=2):
            record = dict(zip(rows[0], row))
            if all(re.fullmatch(pattern, record[column]) for column, pattern in cells.items()):
                return line
        raise LookupError(f"no record of {table} has {cells}")

    def cell(self, table: str, line: int, column: str, value: str) -> str:
        """Changes a cell; returns the place as a message names it."""
        rows = self.rows(table)
        rows[line - 1][rows[0].index(column)] = value
        self.write(table, rows)
        return f"data/{table}.csv:{line}: {column}: "

    def value(self, table: str, line: int, column: str) -> str:
        rows = self.rows(table)
        return rows[line - 1][rows[0].index(column)]

    def add(self, table: str, like: int, **cells: str) -> int:
        """Adds a record like that of a line, with some cells changed, in its place by key; returns its line."""
        rows = self.rows(table)
        record = dict(zip(rows[0], rows[like - 1])) | cells
        new = [record[column] for column in rows[0]]
        at = next((i for i, row in enumerate(rows[1:], start=1) if row[0] > new[0]), len(rows))
        self.write(table, [*rows[:at], new, *rows[at:]])
        return at + 1

    def raw(self, table: str, change: Callable[[list[bytes]], None]) -> None:
        """Changes the lines of a file as bytes."""
        path = self.folder / f"{table}.csv"
        lines = path.read_bytes().split(b"\n")
        change(lines)
        path.write_bytes(b"\n".join(lines))


@pytest.fixture
def copy(tmp_path) -> Copy:
    shutil.copytree(dataset.data_folder(), tmp_path / "data")
    return Copy(tmp_path / "data")


def set_line(position: int, change: Callable[[bytes], bytes]) -> Callable[[list[bytes]], None]:
    def edit(lines: list[bytes]) -> None:
        lines[position] = change(lines[position])

    return edit


# Each entry damages the copy and returns the beginning of the line that must be printed.

def wrong_number(copy):
    return copy.cell("poll_answers", 57, "percent", "7O") + '"7O" is not a number'


def wrong_whole_number(copy):
    return copy.cell("polls", 9, "sample_size", "1,600") + '"1,600" is not a whole number'


def wrong_truth(copy):
    return copy.cell("poll_answers", 4, "derived", "yes") + '"yes" is not true or false'


def date_that_does_not_exist(copy):
    return copy.cell("events", 12, "date", "1956-02-30") + '"1956-02-30" is not a date that exists'


def date_in_another_form(copy):
    return copy.cell("events", 12, "date", "19/10/1956") + '"19/10/1956" is not a date that exists'


def value_outside_its_enumeration(copy):
    return copy.cell("claims", 3, "verdict", "true") + '"true" is not one of: corroborated'


def value_too_large(copy):
    return copy.cell("poll_answers", 2, "percent", "130") + "130 is more than 100"


def value_too_small(copy):
    return copy.cell("meetings", copy.find("meetings", number="25"), "number", "0") + "0 is less than 1"


def identifier_of_the_wrong_form(copy):
    return copy.cell("places", 2, "place_id", "Iturup Island") + '"Iturup Island" does not have the form'


def text_too_long(copy):
    return copy.cell("events", 2, "title", "long " * 40 + "end") + "203 characters long, at most 120 fit"


def required_value_missing(copy):
    return copy.cell("statements", 5, "speaker", "") + "missing, but every record needs it"


def source_missing(copy):
    return copy.cell("events", 7, "sources", "") + "missing, but every record needs it"


def blank_at_an_end(copy):
    return copy.cell("events", 2, "place", "Moscow ") + "blank at the beginning or end"


def two_blanks(copy):
    return copy.cell("events", 2, "place", "Red  Square") + "two blanks in a row"


def invisible_character(copy):
    return copy.cell("events", 2, "place", "Mos\u200bcow") + "invisible character U+200B ZERO WIDTH SPACE"


def non_breaking_space(copy):
    return copy.cell("events", 2, "place", "Red\u00a0Square") + "invisible character U+00A0"


def stray_byte(copy):
    copy.raw("events", set_line(3, lambda line: line[:40] + b"\xff" + line[40:]))
    return "data/events.csv:4: byte 41 (0xff) is not UTF-8"


def carriage_return(copy):
    copy.raw("events", set_line(3, lambda line: line + b"\r"))
    return "data/events.csv:4: ends in CR LF"


def byte_order_mark(copy):
    copy.raw("events", set_line(0, lambda line: b"\xef\xbb\xbf" + line))
    return "data/events.csv:1: begins with a byte order mark"


def stray_quotation_mark(copy):
    copy.raw("places", set_line(1, lambda line: line.replace(b",", b',a"b', 1)))
    return "data/places.csv:2: "


def open_quotation_mark(copy):
    copy.raw("places", set_line(1, lambda line: line + b',"open'))
    return "data/places.csv:2: a quotation mark is opened"


def cut_line(copy):
    copy.raw("polls", set_line(2, lambda line: line[: line.index(b",")]))
    return "data/polls.csv:3: 1 cells, expected "


def no_line_end(copy):
    path = copy.folder / "polls.csv"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    return f"data/polls.csv:{len(copy.rows('polls'))}: the last line has no line end"


def column_missing(copy):
    copy.write("claims", [row[:-1] for row in copy.rows("claims")])
    return "data/claims.csv:1: note: this column is missing"


def column_added(copy):
    copy.write("claims", [[*row, "x" if line else "mood"] for line, row in enumerate(copy.rows("claims"))])
    return "data/claims.csv:1: mood: this column is not described"


def column_renamed(copy):
    copy.raw("claims", set_line(0, lambda line: line.replace(b"verdict", b"veredict")))
    return "data/claims.csv:1: verdict: this column is missing"


def columns_in_another_order(copy):
    copy.write("claims", [[row[1], row[0], *row[2:]] for row in copy.rows("claims")])
    return "data/claims.csv:1: the columns are not in the order"


def file_empty(copy):
    (copy.folder / "claims.csv").write_bytes(b"")
    return "data/claims.csv:1: is empty"


def file_missing(copy):
    (copy.folder / "claims.csv").unlink()
    return "data/claims.csv: cannot be read"


def file_not_described(copy):
    (copy.folder / "extra.csv").write_text("a\n1\n", encoding="utf-8")
    return "data/extra.csv: is not described"


def descriptor_broken(copy):
    path = copy.folder / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace(":", "", 1), encoding="utf-8")
    return "data/datapackage.json:2: is not JSON"


def duplicate_identifier(copy):
    first = copy.value("events", 8, "event_id")
    return copy.cell("events", 9, "event_id", first) + f'"{first}" stands already in line 8'


def records_out_of_order(copy):
    rows = copy.rows("events")
    copy.write("events", [rows[0], rows[2], rows[1], *rows[3:]])
    return f'data/events.csv:3: event_id: "{rows[1][0]}" comes after "{rows[2][0]}"'


def source_that_does_not_exist(copy):
    return copy.cell("events", 9, "sources", "nobody-2020") + 'there is no "nobody-2020" in sources'


def place_that_does_not_exist(copy):
    line = copy.find("events", place_id=".+")
    return copy.cell("events", line, "place_id", "atlantis") + 'there is no "atlantis" in places'


def poll_that_does_not_exist(copy):
    return copy.cell("poll_questions", 3, "poll_id", "2050-gallup") + 'there is no "2050-gallup" in polls'


def evidence_that_does_not_exist(copy):
    return copy.cell("claims", 2, "evidence", "events:never") + 'there is no record "events:never"'


def note_that_points_nowhere(copy):
    return copy.cell("events", 2, "note", "see events:never") + 'there is no record "events:never"'


def source_that_nothing_cites(copy):
    line = copy.add("sources", 2, source_id="aaa-uncited")
    return f'data/sources.csv:{line}: source_id: no record cites "aaa-uncited"'


def list_badly_separated(copy):
    line = copy.find("events", sources=".+; .+")
    return copy.cell("events", line, "sources", copy.value("events", line, "sources").replace("; ", ",", 1).replace("; ", ";")) + ""


def item_twice_in_a_list(copy):
    line = copy.find("events", sources="[^;]+")
    source = copy.value("events", line, "sources")
    return copy.cell("events", line, "sources", f"{source}; {source}") + f'"{source}" stands twice'


def end_before_start(copy):
    return copy.cell("polls", 5, "field_end", "1950-01-01") + "1950-01-01 lies before field_start"


def month_not_written_as_its_first_day(copy):
    line = copy.find("events", precision="month")
    return copy.cell("events", line, "date", copy.value("events", line, "date")[:8] + "15") + ""


def year_not_written_as_its_first_day(copy):
    line = copy.find("events", precision="year")
    return copy.cell("events", line, "date", copy.value("events", line, "date")[:4] + "-06-01") + ""


def act_after_what_was_searched(copy):
    return copy.cell("acts", 2, "date", "2031-05-02") + "2031-05-02 lies after"


def act_that_answers_a_later_one(copy):
    rows = copy.rows("acts")
    return copy.cell("acts", 2, "answers", rows[-1][0]) + f'"{rows[-1][0]}" is of'


def act_that_ends_before_it_begins(copy):
    return copy.cell("acts", 2, "until", "2001-01-01") + "2001-01-01 lies before date"


def count_repeated_in_a_sentence(copy):
    line = copy.find("acts", persons=r"\d\d+")
    return copy.cell("acts", line, "summary", f"They barred {copy.value('acts', line, 'persons')} persons.") + copy.value("acts", line, "persons") + " stands in the column persons"


def horizon_missing(copy):
    path = copy.folder / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"horizon"', '"horizont"', 1), encoding="utf-8")
    return "data/datapackage.json: horizon: missing or not a date"


def one_on_one_longer_than_the_meeting(copy):
    line = copy.find("meetings", minutes_one_on_one=".+", minutes_total="1..")
    return copy.cell("meetings", line, "minutes_one_on_one", "500") + "500 minutes is longer than the whole meeting"


def published_before_the_field_work_ended(copy):
    line = copy.find("poll_answers", question_id="2018-11-levada.*", percent="74.*")
    source = copy.value("poll_answers", line, "sources").split("; ")[0]
    copy.cell("sources", copy.find("sources", source_id=source), "published", "2018-11-01")
    return f'data/poll_answers.csv:{line}: sources: "{source}" was published on 2018-11-01, before the field work ended'


def administration_with_a_gap(copy):
    line = copy.find("administration", place_id="iturup", state="Japan")
    return copy.cell("administration", line, "end", "1945-08-01") + "gap: nobody administers iturup"


def administration_with_an_overlap(copy):
    line = copy.find("administration", place_id="iturup", state="Japan")
    return copy.cell("administration", line, "end", "1950-01-01") + "overlap: two states administer iturup"


def whole_question(copy) -> tuple[str, list[int]]:
    """A single-choice question whose recorded answers are all there are, and the lines of its answers."""
    header, *questions = copy.rows("poll_questions")
    answer_header, *answers = copy.rows("poll_answers")
    for row in questions:
        question = dict(zip(header, row))
        lines = [
            line
            for line, cells in enumerate(answers, start=2)
            if (answer := dict(zip(answer_header, cells)))["question_id"] == question["question_id"] and answer["role"] != "net" and not answer["subgroup"]
        ]
        if question["multiple_choice"] == "false" and not question["incomplete"] and len(lines) >= 3:
            return question["question_id"], lines
    raise LookupError("no question with all its answers")


def _sum_to(copy, total: int) -> str:
    question, lines = whole_question(copy)
    others = sum(float(copy.value("poll_answers", line, "percent")) for line in lines[1:])
    for line in lines[1:]:
        copy.cell("poll_answers", line, "percent", f"{float(copy.value('poll_answers', line, 'percent')) * (total - 10) / others:.3f}")
    copy.cell("poll_answers", lines[0], "percent", "10")
    return f'data/poll_answers.csv:{lines[-1]}: percent: the answers to "{question}" sum to {total}.0'


def answers_that_sum_to_130(copy):
    return _sum_to(copy, 130)


def answers_that_sum_to_less(copy):
    return _sum_to(copy, 70) + "; say in poll_questions.incomplete"


def net_that_differs_from_its_parts(copy):
    line = copy.find("poll_answers", role="net", parts=".+")
    share = float(copy.value("poll_answers", line, "percent"))
    return copy.cell("poll_answers", line, "percent", f"{share - 9:.1f}") + "the net is"


def derived_without_a_note(copy):
    line = copy.find("poll_answers", derived="true")
    return copy.cell("poll_answers", line, "note", "").replace("note: ", "note: a derived value says here how")


def one_account_of_two(copy):
    line = copy.find("events", sources="[^;]+", accounts_differ="", note="")
    return copy.cell("events", line, "accounts_differ", "Tokyo says 3, Moscow says 4.") + "two accounts need two sources"


def quotation_of_30_words(copy):
    line = copy.find("statements", quotation=".+", quotation_language="en")
    return copy.cell("statements", line, "quotation", " ".join(["word"] * 30)) + "30 words, at most 25 may be quoted"


def quotation_without_its_source(copy):
    line = copy.find("statements", quotation=".+")
    return copy.cell("statements", line, "quotation_source", "") + "the source of a quotation is one of"


def verdict_without_evidence(copy):
    line = copy.find("claims", verdict="refined")
    copy.cell("claims", line, "sources", "rferl2019jan22")
    return copy.cell("claims", line, "evidence", "") + "a verdict of refined names a record"


def wording_of_30_words(copy):
    line = copy.find("wordings", language="en|ru|fr|nl")
    return copy.cell("wordings", line, "words", " ".join([copy.value("wordings", line, "words").split()[0]] * 30)) + "30 words, at most 25 may be quoted"


def wording_of_80_signs(copy):
    return copy.cell("wordings", copy.find("wordings", language="ja"), "words", "島" * 80) + "80 characters, at most 75 may be quoted"


def wording_in_a_language_that_is_not_listed(copy):
    return copy.cell("wordings", 2, "language", "jp") + '"jp" is not one of: en'


def wording_in_another_script(copy):
    line = copy.find("wordings", language="ru")
    return copy.cell("wordings", line, "words", "and the other Kuril islands") + 'has no letter of the language "ru"'


def wording_in_letters_of_another_language(copy):
    line = copy.find("wordings", language="nl|fr|en")
    return copy.cell("wordings", line, "words", "de overige Курильские eilanden") + 'has letters of "ru"'


def wording_without_its_rendering(copy):
    return copy.cell("wordings", copy.find("wordings", language="ja"), "rendering", "") + 'missing, but the words are in "ja"'


def wording_of_a_clause_that_does_not_exist(copy):
    return copy.cell("wordings", 2, "provision_id", "1999-never-signed-1") + 'there is no "1999-never-signed-1" in provisions'


def wording_named_after_another_clause(copy):
    line = copy.find("wordings", provision_id="1855-shimoda-treaty-2", language="ja")
    return copy.cell("wordings", line, "wording_id", "1855-shimoda-treaty-1-ja") + 'begins with its clause and language: "1855-shimoda-treaty-2-ja"'


def wording_twice(copy):
    line = copy.find("wordings", provision_id="1855-shimoda-treaty-2", language="ja")
    again = copy.add("wordings", line, wording_id="1855-shimoda-treaty-2-ja-again")
    return f"data/wordings.csv:{again}: standing: the clause has such a wording in this language already in line {line}"


def signed_wording_of_a_document_not_signed_in_its_language(copy):
    line = copy.find("documents", document_id="1855-shimoda-treaty")
    copy.cell("documents", line, "languages", "zh; ru; ja")
    wording = copy.find("wordings", provision_id="1855-shimoda-treaty-2", language="nl")
    return f'data/wordings.csv:{wording}: standing: "signed", but by its record "1855-shimoda-treaty" was not signed or issued in "nl"'


def document_in_an_unknown_language(copy):
    line = copy.find("documents", document_id="1855-shimoda-treaty")
    return copy.cell("documents", line, "languages", "nl; zh; ru; jp") + '"jp" is not one of: en'


def authentic_in_a_language_it_was_not_signed_in(copy):
    line = copy.find("documents", document_id="1855-shimoda-treaty")
    return copy.cell("documents", line, "authentic", "fr") + '"fr" is not among its languages'


def language_signed_that_no_clause_shows(copy):
    line = copy.find("documents", document_id="1855-shimoda-treaty")
    copy.cell("documents", line, "whereabouts", "")
    return copy.cell("documents", line, "unseen", "") + "blank, but no clause has its words in: zh"


def whereabouts_of_nothing(copy):
    line = copy.find("documents", unseen="")
    return copy.cell("documents", line, "whereabouts", "The archives.") + "says where to find what was not seen, but unseen is blank"


def clause_in_the_words_of_its_document(copy):
    line = copy.find("wordings", language="nl", provision_id="1855-shimoda-treaty-2")
    words = "the other Kuril islands, to the north, belong to possessions of Russia"
    copy.add("wordings", line, wording_id="1855-shimoda-treaty-2-en", language="en", standing="other_translation", words=words, rendering="")
    clause = copy.find("provisions", provision_id="1855-shimoda-treaty-2")
    copy.cell("provisions", clause, "summary", f'In quotation marks this is allowed: "{words}".')
    assert not check(copy.folder)
    return copy.cell("provisions", clause, "summary", f"Urup and {words}.") + '"the other kuril islands to the north belong to possessions" are the words of the document'


def code_of_another_dimension(copy):
    line = copy.find("positions", dimension="deadline", value="none set")
    return copy.cell("positions", line, "value", "islands first") + '"islands first" is a code of sequence, not of deadline'


def second_code_of_another_dimension(copy):
    copy.cell("positions", 2, "second_dimension", "offer")
    return copy.cell("positions", 2, "second_value", "upheld") + '"upheld" is a code of status_of_1956, not of offer'


def islands_where_none_belong(copy):
    line = copy.find("positions", dimension="deadline")
    return copy.cell("positions", line, "islands", "4") + "a number of islands belongs to"


def qualifier_without_a_number(copy):
    line = copy.find("positions", islands_qualifier="at least")
    return copy.cell("positions", line, "islands", "").replace("islands: ", "islands_qualifier: qualifies a number")


def year_named_and_not_given(copy):
    line = copy.find("positions", value="year named")
    return copy.cell("positions", line, "target_year", "") + 'stands with the code "year named"'


def condition_that_is_none(copy):
    line = copy.find("positions", conditions="treaty; forces")
    return copy.cell("positions", line, "conditions", "treaty; troops") + '"troops" is not one of: treaty, forces, Okinawa'


def condition_left_out(copy):
    line = copy.find("positions", value="further condition first")
    return copy.cell("positions", line, "conditions", "") + "stands on sequence only, and always with"


def report_without_a_reporter(copy):
    line = copy.find("positions", form="reported")
    return copy.cell("positions", line, "account", "") + "missing, but what is only reported"


def example_that_has_another_code(copy):
    line = copy.find("positions", position_id="1960-01-27-sequence-ussr")
    copy.cell("positions", line, "value", "treaty first")
    return "data/positions.csv: value: the codebook's example of \"further condition first\", 1960-01-27-sequence-ussr, does not"


def answer_of_the_same_side(copy):
    line = copy.find("arguments", answers="charter-107-russia-inviolable")
    return copy.cell("arguments", line, "side", "Russia").replace("side", "answers") + '"charter-107-russia-inviolable" is of the same side'


def answer_on_another_point(copy):
    point = copy.add("points_at_issue", copy.find("points_at_issue", point_id="charter-107"), point_id="charter-108", position="99")
    assert point
    line = copy.find("arguments", answers="charter-107-russia-inviolable")
    return copy.cell("arguments", line, "point_id", "charter-108").replace("point_id", "answers") + '"charter-107-russia-inviolable" is on another point, charter-107'


def answer_before_what_it_answers(copy):
    line = copy.find("arguments", argument_id="charter-107-russia-inviolable")
    copy.cell("arguments", line, "position", "50")
    line = copy.find("arguments", argument_id="charter-107-japan-obsolete")
    return copy.cell("arguments", line, "position", "40") + 'comes before "charter-107-russia-inviolable", which it answers'


def place_taken_twice(copy):
    line = copy.find("arguments", argument_id="charter-107-russia-inviolable")
    return copy.cell("arguments", line, "position", "2") + "2 is taken on this point by line"


def opening_that_nothing_answers(copy):
    copy.cell("arguments", copy.find("arguments", argument_id="charter-107-japan-obsolete"), "answers", "")
    return f'data/arguments.csv:{copy.find("arguments", argument_id="charter-107-russia-inviolable")}: unanswered: no step of the other side answers this one'


def answered_and_said_to_be_not(copy):
    line = copy.find("arguments", argument_id="charter-107-russia-inviolable")
    return copy.cell("arguments", line, "unanswered", "Looked for in vain.") + "says that no answer was seen, but another step answers it"


def argument_in_a_source_that_it_does_not_cite(copy):
    line = copy.find("arguments", argument_id="charter-107-russia-inviolable")
    return copy.cell("arguments", line, "own_source", "mofa-nt-overview") + "the side's own source is one of the record's sources"


def argument_named_after_the_other_side(copy):
    line = copy.find("arguments", argument_id="charter-107-japan-obsolete")
    return copy.cell("arguments", line, "argument_id", "charter-107-tokyo-obsolete") + 'begins with its point and side: "charter-107-japan-"'


def evidence_against_without_its_record(copy):
    line = copy.find("arguments", against=".+")
    return copy.cell("arguments", line, "against_rests_on", "") + "evidence against and the records that hold it stand together"


def point_on_which_one_side_is_silent(copy):
    rows = copy.rows("arguments")
    copy.write("arguments", [row for row in rows if not row[0].startswith("charter-107-japan-")])
    return f'data/points_at_issue.csv:{copy.find("points_at_issue", point_id="charter-107")}: point_id: Japan has no step on this point'


CORRUPTIONS = [
    wrong_number, wrong_whole_number, wrong_truth, date_that_does_not_exist, date_in_another_form, value_outside_its_enumeration,
    value_too_large, value_too_small, identifier_of_the_wrong_form, text_too_long, required_value_missing, source_missing,
    blank_at_an_end, two_blanks, invisible_character, non_breaking_space, stray_byte, carriage_return, byte_order_mark,
    stray_quotation_mark, open_quotation_mark, cut_line, no_line_end, column_missing, column_added, column_renamed,
    columns_in_another_order, file_empty, file_missing, file_not_described, descriptor_broken, duplicate_identifier,
    records_out_of_order, source_that_does_not_exist, place_that_does_not_exist, poll_that_does_not_exist, evidence_that_does_not_exist,
    note_that_points_nowhere, source_that_nothing_cites, list_badly_separated, item_twice_in_a_list, end_before_start,
    month_not_written_as_its_first_day, year_not_written_as_its_first_day, one_on_one_longer_than_the_meeting,
    act_after_what_was_searched, act_that_answers_a_later_one, act_that_ends_before_it_begins, count_repeated_in_a_sentence, horizon_missing,
    published_before_the_field_work_ended, administration_with_a_gap, administration_with_an_overlap, answers_that_sum_to_130,
    answers_that_sum_to_less, net_that_differs_from_its_parts, derived_without_a_note, one_account_of_two, quotation_of_30_words,
    quotation_without_its_source, verdict_without_evidence,
    wording_of_30_words, wording_of_80_signs, wording_in_a_language_that_is_not_listed, wording_in_another_script,
    wording_in_letters_of_another_language, wording_without_its_rendering, wording_of_a_clause_that_does_not_exist,
    wording_named_after_another_clause, wording_twice, signed_wording_of_a_document_not_signed_in_its_language,
    document_in_an_unknown_language, authentic_in_a_language_it_was_not_signed_in, language_signed_that_no_clause_shows, whereabouts_of_nothing,
    clause_in_the_words_of_its_document,
    code_of_another_dimension, second_code_of_another_dimension,
    islands_where_none_belong, qualifier_without_a_number, year_named_and_not_given, condition_that_is_none, condition_left_out,
    report_without_a_reporter, example_that_has_another_code,
    answer_of_the_same_side, answer_on_another_point, answer_before_what_it_answers, place_taken_twice, opening_that_nothing_answers,
    answered_and_said_to_be_not, argument_in_a_source_that_it_does_not_cite, argument_named_after_the_other_side,
    evidence_against_without_its_record, point_on_which_one_side_is_silent,
]  # fmt: skip


@pytest.mark.parametrize("corrupt", CORRUPTIONS, ids=lambda corruption: corruption.__name__)
def test_a_corruption_is_named_by_file_line_and_column(copy, corrupt):
    expected = corrupt(copy)
    faults = [str(fault) for fault in check(copy.folder)]
    assert any(fault.startswith(expected) for fault in faults), f"expected {expected!r} among {faults[:8]}"


def test_several_faults_at_once_are_all_reported(copy, capsys):
    expected = [corrupt(copy) for corrupt in (wrong_number, duplicate_identifier, required_value_missing, wrong_truth, file_not_described)]
    assert main(copy.folder) == 1
    printed = capsys.readouterr().out.splitlines()
    assert all(any(line.startswith(start) for line in printed) for start in expected)


def test_a_sound_dataset_prints_so_and_succeeds(copy, capsys):
    assert main(copy.folder) == 0
    assert capsys.readouterr().out == "data/ is sound.\n"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"resources": 3}', b'{"resources": [{"name": "x"}]}', b"\xff"])
def test_a_hopeless_descriptor_is_a_fault_and_no_traceback(copy, content):
    (copy.folder / "datapackage.json").write_bytes(content)
    assert check(copy.folder)


def test_random_damage_never_ends_in_a_traceback(copy):
    """Cuts a byte, doubles one or puts in another at fixed places of every file: faults or none, but never an exception."""
    for name in dataset.table_names():
        path = copy.folder / f"{name}.csv"
        original = path.read_bytes()
        for position in range(7, len(original), max(1, len(original) // 2)):
            for damaged in (original[:position] + original[position + 1 :], original[:position] + b'"\x00\xe3' + original[position:]):
                path.write_bytes(damaged)
                check_one(copy.folder)
        path.write_bytes(original)


def check_one(folder: Path) -> None:
    for fault in check(folder):
        assert str(fault).startswith("data/")


def test_the_descriptor_names_each_rule_s_columns():
    """Columns that rules rely on exist: a renamed column must not switch a rule off."""
    package = json.loads((dataset.data_folder() / "datapackage.json").read_text(encoding="utf-8"))
    columns = {entry["name"]: {field["name"] for field in entry["schema"]["fields"]} for entry in package["resources"] if entry.get("type") == "table"}
    assert {"minutes_total", "minutes_one_on_one", "minutes_small_format", "minutes_extended"} <= columns["meetings"]
    assert {"percent", "role", "parts", "derived", "subgroup"} <= columns["poll_answers"]
    assert {"quotation", "quotation_language", "quotation_source"} <= columns["statements"]
    assert {"answers", "persons", "bodies", "until"} <= columns["acts"]
    assert {"languages", "authentic", "unseen", "whereabouts"} <= columns["documents"]
    assert {"provision_id", "language", "standing", "words", "rendering"} <= columns["wordings"]
    assert {"incomplete", "multiple_choice", "break_before"} <= columns["poll_questions"]
    assert {"point_id", "side", "position", "own_source", "answers", "against", "against_rests_on", "unanswered"} <= columns["arguments"]
