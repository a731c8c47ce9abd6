"""The rules that go beyond one cell: keys, time, arithmetic, evidence. One function a rule."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

from unsigned_peace.quotations import CHARACTERS, UNSPACED_LANGUAGES, WORDS
from unsigned_peace.validation import forms, own_words, who
from unsigned_peace.validation.reading import (
    LIST_SEPARATOR,
    Fault,
    Row,
    Table,
    of,
    read_horizon,
    read_tables,
)
from unsigned_peace.validation.reading import items as _items

Tables = dict[str, Table]

#: Sums of published shares differ from 100 by rounding, at most by this.
SUM_TOLERANCE = 1.5
#: What a position may ask for before a transfer of islands.
CONDITIONS = ("treaty", "forces", "Okinawa")
_SEE = re.compile(r"\b[Ss]ee ((?:[a-z_]+:[a-z0-9-]+)(?:(?:,| and) [a-z_]+:[a-z0-9-]+)*)")


def _identifiers(table: Table) -> set[str]:
    return {row.cells[table.key] for row in table.rows}


# keys ------------------------------------------------------------------------------------------


def duplicate_keys(tables: Tables) -> Iterator[Fault]:
    for table in tables.values():
        first: dict[str, int] = {}
        for row in table.rows:
            record = row.cells[table.key]
            if record in first:
                yield table.fault(
                    row, table.key, f'"{record}" stands already in line {first[record]}'
                )
            first.setdefault(record, row.line)


def order_by_key(tables: Tables) -> Iterator[Fault]:
    for table in tables.values():
        for before, row in zip(table.rows, table.rows[1:]):
            if row.cells[table.key] < before.cells[table.key]:
                yield table.fault(
                    row,
                    table.key,
                    f'"{row.cells[table.key]}" comes after "{before.cells[table.key]}"; '
                    "records are sorted by key",
                )


def references(tables: Tables) -> Iterator[Fault]:
    known = {name: _identifiers(table) for name, table in tables.items()}
    for table in tables.values():
        single = {
            key["fields"]: key["reference"]["resource"] or table.name
            for key in table.schema.get("foreignKeys", [])
        }
        lists = {
            field["name"]: field["listOf"]
            for field in table.schema["fields"]
            if field.get("listOf") in tables
        }
        for row in table.rows:
            for column, target in single.items():
                if (value := row.cells[column]) and value not in known.get(target, set()):
                    yield table.fault(row, column, f'there is no "{value}" in {target}')
            for column, target in lists.items():
                for item in _items(row, column):
                    if item not in known[target]:
                        yield table.fault(row, column, f'there is no "{item}" in {target}')


def record_references(tables: Tables) -> Iterator[Fault]:
    """References to a record of any table, as ``table:identifier``.

    They stand in the evidence of claims, and after "see" in notes.
    """
    known = {f"{name}:{record}" for name, table in tables.items() for record in _identifiers(table)}
    for table in tables.values():
        evidence = [
            field["name"] for field in table.schema["fields"] if field.get("listOf") == "records"
        ]
        for row in table.rows:
            for column in evidence:
                for item in _items(row, column):
                    if item not in known:
                        yield table.fault(row, column, f'there is no record "{item}"')
            for column in ("note", "accounts_differ", "readings"):
                for found in _SEE.findall(row.cells.get(column, "")):
                    for item in re.split(r", | and ", found):
                        if item not in known:
                            yield table.fault(row, column, f'there is no record "{item}"')


def uncited_sources(tables: Tables) -> Iterator[Fault]:
    sources = tables.get("sources")
    if sources is None:
        return
    cited: set[str] = set()
    for table in tables.values():
        columns = [
            field["name"] for field in table.schema["fields"] if field.get("listOf") == "sources"
        ]
        columns += [
            key["fields"]
            for key in table.schema.get("foreignKeys", [])
            if key["reference"]["resource"] == "sources"
        ]
        cited.update(
            item for row in table.rows for column in columns for item in _items(row, column)
        )
    for row in sources.rows:
        if (record := row.cells["source_id"]) not in cited:
            yield sources.fault(row, "source_id", f'no record cites "{record}"')


# time ------------------------------------------------------------------------------------------

_SPANS = [
    ("date", "date_end"),
    ("field_start", "field_end"),
    ("start", "end"),
    ("date", "in_force"),
    ("date", "until"),
    ("in_force", "until"),
    ("first_year", "last_year"),
]


def ends_after_start(tables: Tables) -> Iterator[Fault]:
    for table in tables.values():
        for row in table.rows:
            for start, end in _SPANS:
                first, last = row.values.get(start), row.values.get(end)
                if first is not None and last is not None and last < first:
                    yield table.fault(row, end, f"{last} lies before {start} {first}")


def precision_of_dates(tables: Tables) -> Iterator[Fault]:
    for table in tables.values():
        for row in table.rows:
            day, precision = row.values.get("date"), row.values.get("precision")
            if day is None or precision is None:
                continue
            if precision == "month" and day.day != 1:
                yield table.fault(
                    row,
                    "date",
                    f"{day} is precise to the month, so it is written as the first day of that "
                    "month",
                )
            if precision == "year" and (day.month, day.day) != (1, 1):
                yield table.fault(
                    row, "date", f"{day} is precise to the year, so it is written as 1 January"
                )


def answers_an_earlier_act(tables: Tables) -> Iterator[Fault]:
    acts = of(tables, "acts")
    rows = acts.rows
    day = {row.cells["act_id"]: row.values.get("date") for row in rows}
    for row in rows:
        first, then = day.get(row.cells["answers"]), row.values.get("date")
        if first is not None and then is not None and then < first:
            yield acts.fault(
                row,
                "answers",
                f'"{row.cells["answers"]}" is of {first}, so an act of {then} cannot answer it',
            )


def mentions_of_earlier_texts(tables: Tables) -> Iterator[Fault]:
    """A clause names a text of an earlier day, or of its own."""
    if not {"mentions", "provisions", "documents"} <= tables.keys():
        return
    mentions = tables["mentions"]
    day = {row.cells["document_id"]: row.values.get("date") for row in tables["documents"].rows}
    document_of = {
        row.cells["provision_id"]: row.cells["document_id"] for row in tables["provisions"].rows
    }
    for row in mentions.rows:
        clause, text = row.cells["provision_id"], row.cells["document_id"]
        if row.cells["mention_id"] != f"{clause}-on-{text}":
            yield mentions.fault(
                row, "mention_id", f'expected its clause and text: "{clause}-on-{text}"'
            )
        then, earlier = day.get(document_of.get(clause, "")), day.get(text)
        if then is not None and earlier is not None and earlier > then:
            yield mentions.fault(
                row, "document_id", f'"{text}" is of {earlier}: a text of {then} cannot name it'
            )


def within_the_horizon(tables: Tables, horizon: date) -> Iterator[Fault]:
    """No record is of a day after the last that the record covers."""
    for table in tables.values():
        for row in table.rows:
            day = row.values.get("date")
            if day is not None and day > horizon:
                yield table.fault(
                    row,
                    "date",
                    f"{day} lies after {horizon}, the last day that the record covers; "
                    "if the search went further, change horizon in datapackage.json",
                )


def parts_of_a_meeting(tables: Tables) -> Iterator[Fault]:
    meetings = of(tables, "meetings")
    for row in meetings.rows:
        total = row.values.get("minutes_total")
        for part in ("minutes_one_on_one", "minutes_small_format", "minutes_extended"):
            length = row.values.get(part)
            if total is not None and length is not None and length > total:
                yield meetings.fault(
                    row, part, f"{length} minutes is longer than the whole meeting ({total})"
                )


def published_before_field_work(tables: Tables) -> Iterator[Fault]:
    if not {"polls", "poll_questions", "poll_answers", "sources"} <= tables.keys():
        return
    published = {row.cells["source_id"]: row.cells["published"] for row in tables["sources"].rows}
    polls = {row.cells["poll_id"]: row for row in tables["polls"].rows}
    poll_of = {
        row.cells["question_id"]: polls.get(row.cells["poll_id"])
        for row in tables["poll_questions"].rows
    }
    answers = tables["poll_answers"]
    for row in answers.rows:
        poll = poll_of.get(row.cells["question_id"])
        if poll is None or poll.values.get("field_end") is None or poll.cells["precision"] != "day":
            continue
        for source in _items(row, "sources"):
            day = published.get(source, "")
            if len(day) == 10 and day < poll.cells["field_end"]:
                yield answers.fault(
                    row,
                    "sources",
                    f'"{source}" was published on {day}, '
                    f"before the field work ended on {poll.cells['field_end']}",
                )


def drawn_at_random_says_how(tables: Tables) -> Iterator[Fault]:
    polls = of(tables, "polls")
    for row in polls.rows:
        if row.cells["probability_sample"] == "yes" and not row.cells["draw"]:
            yield polls.fault(row, "draw", "missing, but people are said to be drawn at random")


def administration_without_gap(tables: Tables) -> Iterator[Fault]:
    administration = of(tables, "administration")
    by_place: dict[str, list[Row]] = defaultdict(list)
    for row in administration.rows:
        if row.values.get("start") is not None:
            by_place[row.cells["place_id"]].append(row)
    for place, rows in by_place.items():
        rows.sort(key=lambda row: row.values["start"])
        for before, row in pairwise(rows):
            end, start = before.values.get("end"), row.values["start"]
            if end is None:
                yield administration.fault(
                    before, "end", f"blank, but another administration of {place} starts on {start}"
                )
            elif end < start:
                yield administration.fault(
                    before, "end", f"gap: nobody administers {place} from {end} to {start}"
                )
            elif end > start:
                yield administration.fault(
                    before, "end", f"overlap: two states administer {place} from {start} to {end}"
                )
        if rows[-1].values.get("end") is not None and rows[-1].cells["end"]:
            yield administration.fault(
                rows[-1],
                "end",
                f"the last administration of {place} continues, so its end is blank",
            )


# arithmetic ------------------------------------------------------------------------------------


def answers_sum_to_100(tables: Tables) -> Iterator[Fault]:
    if not {"poll_questions", "poll_answers"} <= tables.keys():
        return
    answers = tables["poll_answers"]
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in answers.rows:
        if row.cells["role"] != "net" and row.values.get("percent") is not None:
            groups[row.cells["question_id"], row.cells["subgroup"]].append(row)
    questions = {row.cells["question_id"]: row for row in tables["poll_questions"].rows}
    answered = {row.cells["question_id"] for row in answers.rows}
    for (question_id, subgroup), rows in groups.items():
        question = questions.get(question_id)
        if question is None or question.cells["multiple_choice"] == "true":
            continue
        total = sum(row.values["percent"] for row in rows)
        whole = subgroup == "" and not question.cells["incomplete"]
        of = f' of subgroup "{subgroup}"' if subgroup else ""
        if total > 100 + SUM_TOLERANCE or (whole and total < 100 - SUM_TOLERANCE):
            remedy = "" if total > 100 else "; say in poll_questions.incomplete which are missing"
            yield answers.fault(
                rows[-1],
                "percent",
                f'the answers to "{question_id}"{of} sum to {total:.1f}{remedy}',
            )
    for question_id, question in questions.items():
        if question_id not in answered:
            yield tables["poll_questions"].fault(
                question, "question_id", f'"{question_id}" has no answer in poll_answers'
            )


def sums_as_stated(tables: Tables) -> Iterator[Fault]:
    """What the recorded shares of a question add up to is what the question says.

    A mistyped share is seen also where they do not make 100.
    """
    if not {"poll_questions", "poll_answers"} <= tables.keys():
        return
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in tables["poll_answers"].rows:
        if row.values.get("percent") is not None and not (
            row.cells["role"] == "net" and row.cells["parts"]
        ):
            sums[row.cells["question_id"]][row.cells["subgroup"]] += row.values["percent"]
    questions = tables["poll_questions"]
    for row in questions.rows:
        recorded = dict(sums.get(row.cells["question_id"], {}))
        everybody, stated = recorded.pop("", None), row.values.get("answers_sum")
        if (everybody is None) != (stated is None) or (
            stated is not None and abs(stated - everybody) > 0.05
        ):
            expected = (
                "blank: no share of all who were asked is recorded"
                if everybody is None
                else f"{everybody:.1f}".removesuffix(".0")
            )
            yield questions.fault(
                row,
                "answers_sum",
                f'"{row.cells["answers_sum"]}", but the answers recorded in poll_answers give '
                f"{expected}",
            )
        expected = LIST_SEPARATOR.join(
            f"{group} = " + f"{total:.1f}".removesuffix(".0")
            for group, total in sorted(recorded.items())
        )
        if row.cells["subgroup_sums"] != expected:
            yield questions.fault(
                row,
                "subgroup_sums",
                f'"{row.cells["subgroup_sums"]}", but the answers recorded in poll_answers give '
                f'"{expected}"',
            )


def one_wording_a_stretch(tables: Tables) -> Iterator[Fault]:
    """Answers that a line may join were given to the same words.

    Between two breaks a series has one wording.
    """
    if not {"polls", "poll_questions"} <= tables.keys():
        return
    ended = {row.cells["poll_id"]: row.cells["field_end"] for row in tables["polls"].rows}
    questions = tables["poll_questions"]
    asked = sorted(questions.rows, key=lambda row: ended.get(row.cells["poll_id"], ""))
    before: dict[str, Row] = {}
    for row in asked:
        if not (series := row.cells["question_series_id"]):
            continue
        last = before.get(series)
        if (
            last is not None
            and not row.cells["break_before"]
            and row.cells["wording"] != last.cells["wording"]
        ):
            yield questions.fault(
                row,
                "wording",
                f'differs from that of "{last.cells["question_id"]}", which comes before it in '
                f"{series}; expected the same words, or a break_before that says what changed",
            )
        before[series] = row


def nets_equal_their_parts(tables: Tables) -> Iterator[Fault]:
    answers = tables.get("poll_answers")
    if answers is None:
        return
    by_id = {row.cells["answer_id"]: row for row in answers.rows}
    for row in answers.rows:
        parts = [by_id[item] for item in _items(row, "parts") if item in by_id]
        if not parts:
            continue
        if row.cells["role"] != "net":
            yield answers.fault(row, "parts", "only a net has parts")
            continue
        if any(
            part.cells["question_id"] != row.cells["question_id"]
            or part.cells["subgroup"] != row.cells["subgroup"]
            for part in parts
        ):
            yield answers.fault(
                row, "parts", "the parts of a net answer the same question for the same people"
            )
            continue
        shares = [
            part.values["percent"] for part in parts if part.values.get("percent") is not None
        ]
        net = row.values.get("percent")
        if net is None or len(shares) < len(parts):
            continue
        unit = 1 if all(float(share).is_integer() for share in [net, *shares]) else 0.1
        if abs(net - sum(shares)) > unit / 2 * (len(shares) + 1) + 1e-9:
            yield answers.fault(
                row, "percent", f"the net is {net}, its parts sum to {sum(shares):.1f}"
            )


def derived_values_say_how(tables: Tables) -> Iterator[Fault]:
    for table in tables.values():
        for row in table.rows:
            if row.values.get("derived") is True and not row.cells.get("note"):
                yield table.fault(row, "note", "a derived value says here how it was derived")


def counts_stand_in_their_columns(tables: Tables) -> Iterator[Fault]:
    acts = of(tables, "acts")
    for row in acts.rows:
        for column in ("persons", "bodies"):
            count = row.cells[column]
            for text in ("title", "summary"):
                if len(count) > 1 and re.search(
                    rf"(?<![\d.,-]){count}(?![\d.,]*\d)", row.cells[text]
                ):
                    yield acts.fault(
                        row,
                        text,
                        f"{count} stands in the column {column}; a sentence does not repeat it",
                    )


# evidence --------------------------------------------------------------------------------------


def one_publisher_is_not_high(tables: Tables) -> Iterator[Fault]:
    """What the press of one publisher alone reports is a report, however often it is printed there.

    A pollster's own page or newspaper has the kind ``poll_report``, so a poll that it publishes
    itself may be high.
    """
    sources = of(tables, "sources")
    known = {row.cells["source_id"]: row.cells for row in sources.rows} if sources else {}
    for table in tables.values():
        for row in table.rows:
            if row.cells.get("confidence") != "high":
                continue
            cited = [known[item] for item in _items(row, "sources") if item in known]
            publishers = {source["publisher"] for source in cited}
            if len(publishers) == 1 and all(source["kind"] == "news" for source in cited):
                yield table.fault(
                    row,
                    "confidence",
                    f'"high", but {publishers.pop()} alone reports it; expected a text, '
                    "an official "
                    "page or another publisher's report among the sources, or medium",
                )


def both_accounts(tables: Tables) -> Iterator[Fault]:
    for table in tables.values():
        for row in table.rows:
            if not row.cells.get("accounts_differ"):
                continue
            points_on = any(
                _SEE.search(row.cells.get(column, "")) for column in ("note", "accounts_differ")
            )
            if len(_items(row, "sources")) < 2 and not points_on:
                yield table.fault(
                    row,
                    "accounts_differ",
                    "two accounts need two sources, or a note 'see table:record' that names the "
                    "other record",
                )


def _too_long_to_quote(text: str, language: str) -> str:
    """What is wrong with the length of a quotation; empty if nothing."""
    if language in UNSPACED_LANGUAGES:
        length, most, unit = len(text), CHARACTERS, "characters"
    else:
        length, most, unit = len(text.split()), WORDS, "words"
    return f"{length} {unit}, at most {most} may be quoted" if length > most else ""


def quotations(tables: Tables) -> Iterator[Fault]:
    statements = of(tables, "statements")
    for row in statements.rows:
        quotation, language = row.cells["quotation"], row.cells["quotation_language"]
        if not quotation:
            continue
        if fault := _too_long_to_quote(quotation, language):
            yield statements.fault(row, "quotation", fault)
        if not language:
            yield statements.fault(row, "quotation_language", "missing, but there is a quotation")
        if row.cells["quotation_source"] not in _items(row, "sources"):
            yield statements.fault(
                row, "quotation_source", "the source of a quotation is one of the record's sources"
            )
        if language == "en" and row.cells["quotation_rendering"]:
            yield statements.fault(
                row, "quotation_rendering", "an English quotation needs no rendering"
            )
        if language != "en" and not row.cells["quotation_rendering"]:
            yield statements.fault(
                row, "quotation_rendering", f'missing, but the quotation is in "{language}"'
            )


def claims_have_evidence(tables: Tables) -> Iterator[Fault]:
    claims = of(tables, "claims")
    for row in claims.rows:
        if (
            row.cells["verdict"] in ("corroborated", "refined", "contradicted")
            and not row.cells["evidence"]
            and len(_items(row, "sources")) < 2
        ):
            yield claims.fault(
                row,
                "evidence",
                f"a verdict of {row.cells['verdict']} names a record or a second source",
            )


# texts of documents -----------------------------------------------------------------------------

#: Letters that tell the script of a language.
_SCRIPTS = {
    "ja": r"[\u3041-\u30ff\u4e00-\u9fff]",
    "zh": r"[\u4e00-\u9fff]",
    "ru": r"[\u0400-\u052f]",
}
_LATIN = r"[A-Za-z\u00c0-\u024f]"
#: So many words in a row shared with a wording are the document's words, not ours.
SHARED_WORDS = 10


def _languages(table: Table) -> list[str]:
    """The languages that a table's column ``language`` may name."""
    return next(
        field["constraints"]["enum"]
        for field in table.schema["fields"]
        if field["name"] == "language"
    )


def wordings(tables: Tables) -> Iterator[Fault]:
    """One wording has the language, the length and the rendering that it should.

    It is the only one of its kind.
    """
    table = of(tables, "wordings")
    first: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        words, language, provision = (
            row.cells[column] for column in ("words", "language", "provision_id")
        )
        if not row.cells["wording_id"].startswith(f"{provision}-{language}"):
            yield table.fault(
                row, "wording_id", f'begins with its clause and language: "{provision}-{language}"'
            )
        if fault := _too_long_to_quote(words, language):
            yield table.fault(row, "words", fault)
        if not re.search(_SCRIPTS.get(language, _LATIN), words):
            yield table.fault(row, "words", f'has no letter of the language "{language}"')
        for other, letters in _SCRIPTS.items():
            if language not in _SCRIPTS and re.search(letters, words):
                yield table.fault(
                    row, "words", f'has letters of "{other}", but its language is "{language}"'
                )
        if language == "en" and row.cells["rendering"]:
            yield table.fault(row, "rendering", "English words need no rendering")
        if language != "en" and not row.cells["rendering"]:
            yield table.fault(row, "rendering", f'missing, but the words are in "{language}"')
        kind = (provision, language, row.cells["standing"])
        if kind in first:
            yield table.fault(
                row,
                "standing",
                f"the clause has such a wording in this language already in line {first[kind]}",
            )
        first.setdefault(kind, row.line)


def languages_of_documents(tables: Tables) -> Iterator[Fault]:
    """What a document says of its languages agrees with the wordings of its clauses.

    It agrees with what was not seen, too.
    """
    if not {"documents", "provisions", "wordings"} <= tables.keys():
        return
    documents, wordings = tables["documents"], tables["wordings"]
    document_of = {
        row.cells["provision_id"]: row.cells["document_id"] for row in tables["provisions"].rows
    }
    signed_in = {row.cells["document_id"]: _items(row, "languages") for row in documents.rows}
    with_wordings = {document_of.get(row.cells["provision_id"]) for row in wordings.rows}
    seen: dict[str, set[str]] = defaultdict(set)
    for row in wordings.rows:
        document, language = document_of.get(row.cells["provision_id"], ""), row.cells["language"]
        if row.cells["standing"] == "signed":
            seen[document].add(language)
            if document and language not in signed_in.get(document, []):
                yield wordings.fault(
                    row,
                    "standing",
                    f'"signed", but by its record "{document}" was not signed or issued in '
                    f'"{language}"',
                )
    for row in documents.rows:
        document, signed = row.cells["document_id"], _items(row, "languages")
        for language in set(signed) - set(_languages(wordings)):
            yield documents.fault(
                row, "languages", f'"{language}" is not one of: {", ".join(_languages(wordings))}'
            )
        for language in set(_items(row, "authentic")) - set(signed):
            yield documents.fault(row, "authentic", f'"{language}" is not among its languages')
        missing = sorted(set(signed) - seen[document]) if document in with_wordings else []
        if missing and not row.cells["unseen"]:
            yield documents.fault(
                row, "unseen", f"blank, but no clause has its words in: {', '.join(missing)}"
            )
        if row.cells["whereabouts"] and not row.cells["unseen"]:
            yield documents.fault(
                row, "whereabouts", "says where to find what was not seen, but unseen is blank"
            )


def clauses_in_our_own_words(tables: Tables) -> Iterator[Fault]:
    """A clause's summary repeats none of its English wordings at length outside quotation marks."""
    provisions, wordings = of(tables, "provisions"), of(tables, "wordings")
    quoted: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for row in wordings.rows:
        quoted[row.cells["provision_id"]] |= set(_runs(row.cells["words"]))
    for row in provisions.rows:
        ours = re.sub(r"[\"“][^\"”]*[\"”]|(?<!\w)'[^']*'(?!\w)", " | ", row.cells["summary"])
        for run in _runs(ours):
            if run in quoted[row.cells["provision_id"]]:
                yield provisions.fault(
                    row,
                    "summary",
                    f'"{" ".join(run)}" are the words of the document; say it in our own, '
                    "or mark it as a quotation",
                )
                break


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """Every run of ``SHARED_WORDS`` words, in lower case; a bar ends a run."""
    for piece in text.lower().split("|"):
        words = re.findall(r"\w+", piece)
        yield from zip(*(words[start:] for start in range(SHARED_WORDS)))


# each side's case -------------------------------------------------------------------------------


def arguments(tables: Tables) -> Iterator[Fault]:
    """Each step is made in a source of its own side, each answer answers the other side.

    An answer is on the same point, and each opening step has an answer, or says that none was seen.
    """
    table = of(tables, "arguments")
    steps = {row.cells["argument_id"]: row for row in table.rows} if table else {}
    answered = {item for row in steps.values() for item in _items(row, "answers")}
    taken: dict[tuple[str, str], int] = {}
    for record, row in steps.items():
        cells = row.cells
        start = f"{cells['point_id']}-{cells['side'].lower()}-"
        if not record.startswith(start):
            yield table.fault(row, "argument_id", f'begins with its point and side: "{start}"')
        if cells["own_source"] not in _items(row, "sources"):
            yield table.fault(
                row, "own_source", "the side's own source is one of the record's sources"
            )
        if bool(cells["against"]) != bool(cells["against_rests_on"]):
            yield table.fault(
                row,
                "against_rests_on",
                "evidence against and the records that hold it stand together",
            )
        place = (cells["point_id"], cells["position"])
        if place in taken:
            yield table.fault(
                row,
                "position",
                f"{cells['position']} is taken on this point by line {taken[place]}",
            )
        taken.setdefault(place, row.line)
        for item in _items(row, "answers"):
            if (other := steps.get(item)) is None:
                continue  # the rule of references names it
            if other.cells["side"] == cells["side"]:
                yield table.fault(
                    row, "answers", f'"{item}" is of the same side; a step answers the other side'
                )
            if other.cells["point_id"] != cells["point_id"]:
                yield table.fault(
                    row, "answers", f'"{item}" is on another point, {other.cells["point_id"]}'
                )
            elif (
                (first := other.values.get("position")) is not None
                and (then := row.values.get("position")) is not None
                and first >= then
            ):
                yield table.fault(row, "position", f'comes before "{item}", which it answers')
        if not cells["answers"] and record not in answered and not cells["unanswered"]:
            yield table.fault(
                row,
                "unanswered",
                "no step of the other side answers this one; say here what was looked for",
            )
        if cells["unanswered"] and record in answered:
            yield table.fault(
                row, "unanswered", "says that no answer was seen, but another step answers it"
            )


def both_sides_on_each_point(tables: Tables) -> Iterator[Fault]:
    points, steps = of(tables, "points_at_issue"), of(tables, "arguments")
    heard: dict[str, set[str]] = defaultdict(set)
    for row in steps.rows:
        heard[row.cells["point_id"]].add(row.cells["side"])
    for row in points.rows:
        for side in ("Japan", "Russia"):
            if side not in heard[row.cells["point_id"]]:
                yield points.fault(row, "point_id", f"{side} has no step on this point")


def codes_of_positions(tables: Tables) -> Iterator[Fault]:
    """A code belongs to its dimension; the columns of some codes stand with these alone."""
    positions = tables.get("positions")
    if positions is None:
        return
    books = {
        field["name"]: field["codes"] for field in positions.schema["fields"] if "codes" in field
    }
    dimension_of = {code["value"]: code["dimension"] for code in books.get("value", [])}
    for row in positions.rows:
        cells = row.cells
        for dimension, value in (("dimension", "value"), ("second_dimension", "second_value")):
            if cells[value] in dimension_of and dimension_of[cells[value]] != cells[dimension]:
                yield positions.fault(
                    row,
                    value,
                    f'"{cells[value]}" is a code of {dimension_of[cells[value]]}, '
                    f"not of {cells[dimension] or 'a blank'}",
                )
        if cells["islands"] and cells["dimension"] not in ("subject", "offer", "demand", "denial"):
            yield positions.fault(
                row, "islands", "a number of islands belongs to subject, offer, demand or denial"
            )
        if cells["islands_qualifier"] and not cells["islands"]:
            yield positions.fault(
                row, "islands_qualifier", "qualifies a number of islands, and there is none"
            )
        if bool(cells["target_year"]) != (cells["value"] == "year named"):
            yield positions.fault(
                row, "target_year", 'stands with the code "year named", and only there'
            )
        if (
            cells["value"] == "further condition first"
            and not cells["conditions"]
            or cells["conditions"]
            and cells["dimension"] != "sequence"
        ):
            yield positions.fault(
                row,
                "conditions",
                'stands on sequence only, and always with the code "further condition first"',
            )
        for item in _items(row, "conditions"):
            if item not in CONDITIONS:
                yield positions.fault(
                    row, "conditions", f'"{item}" is not one of: {", ".join(CONDITIONS)}'
                )
        if (cells["form"] == "reported") and not cells["account"]:
            yield positions.fault(
                row, "account", "missing, but what is only reported has somebody who reports it"
            )
    by_id = {row.cells[positions.key]: row.cells for row in positions.rows}
    for column, codes in books.items():
        for code in codes:
            if by_id.get(code["example"], {}).get(column) != code["value"]:
                yield positions.fault(
                    0,
                    column,
                    f'the codebook\'s example of "{code["value"]}", {code["example"]}, '
                    "does not have this code",
                )


#: Rules that judge a table by what stands in it alone.
OF_ONE_TABLE = [
    duplicate_keys,
    order_by_key,
    ends_after_start,
    precision_of_dates,
    answers_an_earlier_act,
    parts_of_a_meeting,
    drawn_at_random_says_how,
    administration_without_gap,
    nets_equal_their_parts,
    derived_values_say_how,
    counts_stand_in_their_columns,
    both_accounts,
    quotations,
    claims_have_evidence,
    wordings,
    codes_of_positions,
    arguments,
    *forms.OF_ONE_TABLE,
    own_words.words_of_a_source,
]

#: Rules that hold one table to another.
ACROSS_TABLES = [
    references,
    record_references,
    uncited_sources,
    published_before_field_work,
    answers_sum_to_100,
    sums_as_stated,
    one_wording_a_stretch,
    languages_of_documents,
    mentions_of_earlier_texts,
    clauses_in_our_own_words,
    both_sides_on_each_point,
    one_publisher_is_not_high,
    forms.names_as_on_record,
    *who.RULES,
]


def judge(table: Table) -> list[Fault]:
    """What the rules of one table find in it."""
    return [fault for rule in OF_ONE_TABLE for fault in rule({table.name: table})]


def check(folder: Path, texts: Iterable[Path] = ()) -> list[Fault]:
    """Every fault of the dataset in a folder, sorted by file and line.

    ``texts`` are held to the forms of its names and words. An empty list says that all is sound.
    """
    tables, faults = read_tables(folder)
    readable = {name: table for name, table in tables.items() if table.rows}
    for table in readable.values():
        faults += judge(table)
    for rule in ACROSS_TABLES:
        faults += rule(readable)
    faults += forms.of_texts(texts, readable)
    horizon, missing = read_horizon(folder)
    faults += within_the_horizon(readable, horizon) if horizon else missing
    return sorted(set(faults))
