"""The rules of form: names, roles, spelling, dates in identifiers, whose accounts differ.

``forms.toml`` lists the forms.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from unsigned_peace.paths import shown
from unsigned_peace.validation.reading import Fault, Row, Table, of

Tables = dict[str, Table]

_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»|「[^」]*」|(?<![\w.])'[^']*(?:'\w[^']*)*'(?!\w)")
#: Columns that are not prose of ours: identifiers, others' words and their renderings, names as
#: such.
_NOT_OURS = re.compile(
    r".*_id|id|url|sources|evidence|parts|quotation.*|words|rendering|published|name_.*|.*_event|"
    r"answers|citation|licence|islands_named|own_name.*|reading|transliteration|(?:japanese|"
    r"russian)(?:_latin)?"
)


@cache
def read_forms() -> dict:
    """What ``forms.toml`` says: the forms of names and words, and whom no table has."""
    with (Path(__file__).parent / "forms.toml").open("rb") as file:
        return tomllib.load(file)


@cache  # five rules ask for each cell
def without_quotations(text: str) -> str:
    """A text with a bar in the place of everything between quotation marks."""
    return _QUOTED.sub("|", text)


def our_prose(tables: Tables) -> Iterator[tuple[Table, Row, str, str]]:
    """Every cell that holds words of our own, without what it quotes: table, row, column, text."""
    for table in tables.values():
        if table.name == "sources":  # titles and publishers are others' words
            continue
        columns = [
            field["name"]
            for field in table.schema["fields"]
            if field["type"] == "string"
            and "enum" not in field.get("constraints", {})
            and not _NOT_OURS.fullmatch(field["name"])
        ]
        for row in table.rows:
            for column in columns:
                if text := row.cells[column]:
                    yield table, row, column, without_quotations(text)


# names and spelling ------------------------------------------------------------------------------

_ISLANDS = {"Iturup": "Etorofu", "Kunashir": "Kunashiri"}
_ISLAND = re.compile(
    r"\b(?:(Iturup|Kunashir)\b(/(?:Etorofu|Kunashiri)\b)?|(?:Etorofu|Kunashiri)\b)"
)


def names_of_islands(tables: Tables) -> Iterator[Fault]:
    """Both names, the Russian first: neither side's alone, always in one form."""
    for table, row, column, text in our_prose(tables):
        for found in _ISLAND.finditer(text):
            if not found[1] or found[2] != f"/{_ISLANDS[found[1]]}":
                russian = (
                    found[1] or {japanese: name for name, japanese in _ISLANDS.items()}[found[0]]
                )
                both = f"{russian}/{_ISLANDS[russian]}"
                yield table.fault(
                    row,
                    column,
                    f'"{found[0]}" stands alone or in another form; '
                    f'outside quotation marks it is "{both}"',
                )
                break


@cache
def _unwanted() -> re.Pattern:
    groups = [*read_forms()["spelling"].items(), *read_forms()["bodies"].items()]
    forms = "|".join(rf"(?P<form{number}>{wrong})" for number, (wrong, _) in enumerate(groups))
    return re.compile(rf"\b(?:{forms})(?!\w)")


@cache
def _misspelled(text: str) -> tuple[str, ...]:
    """What is wrong in a text, in words."""
    wanted = [*read_forms()["spelling"].values(), *read_forms()["bodies"].values()]
    return tuple(
        f'"{found[0]}" is written "{wanted[int((found.lastgroup or "")[4:])]}" here'
        for found in _unwanted().finditer(text)
    )


def spelling(tables: Tables) -> Iterator[Fault]:
    """Words and names of bodies in the spelling of ``forms.toml``."""
    for table, row, column, text in our_prose(tables):
        for wrong in _misspelled(text):
            yield table.fault(row, column, wrong)


@cache
def _given_names() -> tuple[re.Pattern, dict[str, str]]:
    other = {
        name: wanted
        for names, wanted in read_forms()["given_names"].items()
        for name in names.split("|")
    }
    return re.compile(rf"\b({'|'.join(other)}) ([A-Z][\w-]+)"), other


@cache
def _misnamed(text: str) -> tuple[str, ...]:
    """Which given names in a text are in another transliteration, in words."""
    pattern, wanted = _given_names()
    established = set(read_forms()["established"]["names"])
    return tuple(
        f'"{found[0]}" is written "{wanted[found[1]]} {found[2]}" here; '
        "names known in another form stand in forms.toml"
        for found in pattern.finditer(text)
        if found[0] not in established
    )


def given_names(tables: Tables) -> Iterator[Fault]:
    """Russian given names before a family name, in one transliteration."""
    for table, row, column, text in our_prose(tables):
        for wrong in _misnamed(text):
            yield table.fault(row, column, wrong)


_LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ё": "yo", "ж": "zh", "з": "z",
    "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "shch", "ы": "y", "э": "e", "ю": "yu", "я": "ya", "ъ": "", "ь": "",
}  # fmt: skip


def transliterated(russian: str) -> str:
    """Russian in Latin letters as this dataset writes it.

    BGN/PCGN, with -y for final -iy and -yy, yo, no marks for signs.
    """
    latin, before = [], ""
    for letter in russian:
        low = letter.lower()
        if low == "е":
            new = "ye" if not before.isalpha() or before in "аеёиоуыэюяйъь" else "e"
        else:
            new = _LETTERS.get(low, letter)
        latin.append(new.capitalize() if letter.isupper() else new)
        before = low
    return re.sub(r"(?:iy|yy)\b", "y", "".join(latin))


#: A word of Japanese in Hepburn romanization without macrons.
_HEPBURN = re.compile(
    r"(?:(?:kk|ss|tt|pp|tch|ssh|tts)?"
    r"(?:(?<=kk)|(?<=ss)|(?<=tt)|(?<=pp)|(?<=tch)|(?<=ssh)|(?<=tts))?"
    r"(?:[aiueo]|[kgnbpmr][aiueo]|h[aieo]|fu|[sz][aueo]|t[aeo]|tsu|d[aeo]|y[auo]|wa|wo|"
    r"[kgnbpmrh]y[auo]|(?:sh|ch|j)[aiuo]|n(?![aiueoy])|[aiueo]))+"
)


def hepburn(word: str) -> bool:
    """Whether a word could be Japanese in Hepburn romanization without macrons."""
    return bool(_HEPBURN.fullmatch(re.sub(r"(k|s|t|p)(?=\1)|t(?=ch)", "", word.lower())))


def names_of_places(tables: Tables) -> Iterator[Fault]:
    """The English name of a place is the transliteration of the Russian one, or established.

    The Japanese one is Hepburn.
    """
    places = of(tables, "places")
    established = set(read_forms()["established_places"]["names"])
    for row in places.rows:
        name = re.sub(r" \(.*|,.*", "", row.cells["name_en"].split(" / ")[0])
        if (
            row.cells["name_ru"]
            and name not in established
            and name != transliterated(row.cells["name_ru"])
        ):
            yield places.fault(
                row,
                "name_en",
                f'"{name}" is not "{transliterated(row.cells["name_ru"])}", the transliteration '
                "of the Russian name, nor among the established names of forms.toml",
            )
        for word in re.findall(r"[^\W\d_]+", row.cells["name_ja_latin"]):
            if not hepburn(word):
                yield places.fault(
                    row, "name_ja_latin", f'"{word}" is not Hepburn romanization without macrons'
                )


def other_names(tables: Tables) -> dict[str, str]:
    """Forms in which nobody's name is written, each with the form on record and why.

    The family name first, for whoever speaks or is a person of the record; the transliteration by
    the rule where the name in use is another.
    """
    persons = of(tables, "persons").rows
    speakers = {row.cells["speaker"] for row in of(tables, "statements").rows}
    known = speakers | {row.cells["name"] for row in persons}
    turned = {
        f"{name[1]} {name[0]}": f'{" ".join(name)}" here: the given name first'
        for whole in known
        if len(name := whole.split()) == 2 and whole.istitle()
    }
    ruled = {
        row.cells["transliteration"]: f'{row.cells["name"]}" here, as in persons'
        for row in persons
        if row.cells["transliteration"]
    }
    return {wrong: form for wrong, form in (turned | ruled).items() if wrong not in known}


#: Two words with capitals, wherever they begin; a word with a macron.
_TWO_WORDS = re.compile(r"\b(?=([A-Z][\w-]+ [A-Z][\w-]+))")
_MACRON = re.compile(r"\b\w*[āēīōūĀĒĪŌŪ]\w*")


@cache
def _names_and_macrons(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        tuple(found[1] for found in _TWO_WORDS.finditer(text)),
        () if text.isascii() else tuple(_MACRON.findall(text)),
    )


def _otherwise_named(text: str, wrong: dict[str, str]) -> Iterator[str]:
    """What a text calls otherwise than the record does, in words."""
    names, macrons = _names_and_macrons(text)
    for name in names:
        if name in wrong:
            yield f'"{name}" is written "{wrong[name]}'
    for word in macrons:
        yield f'"{word}" has a macron; Japanese is written without'


def names_as_on_record(tables: Tables) -> Iterator[Fault]:
    """Nobody has two names: persons stand as in their table, the given name first, no macrons."""
    wrong = other_names(tables)
    for table, row, column, text in our_prose(tables):
        for message in _otherwise_named(text, wrong):
            yield table.fault(row, column, message)


def of_texts(files: Iterable[Path], tables: Tables) -> Iterator[Fault]:
    """The same forms in chapters, captions and assignments, line by line.

    Words, names of bodies and of persons; quotations are left as they were spoken. Code stays in:
    it names none of these otherwise.
    """
    wrong = other_names(tables)
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            text = without_quotations(line)
            for message in (
                *_misspelled(text),
                *_misnamed(text),
                *_otherwise_named(text, wrong),
            ):
                yield Fault(shown(path), number, "", message)


# roles -------------------------------------------------------------------------------------------

_STATES = (
    r"(?:Japan|Russia|the USSR|the Soviet Union|the Russian Empire|the Russian Federation|"
    r"the United States|the United Kingdom|China|Sakhalin|Hokkaido)"
)
_OFFICE = re.compile(
    r"(?:(?:First |Senior |Parliamentary )?(?:Deputy |Vice[- ])?"
    r"(?:Prime Minister|Foreign Minister|President|Chief Cabinet Secretary|Secretary of State|"
    r"Ambassador|Emperor|Minister of [A-Z][\w, ]+?))",
    re.IGNORECASE,
)


def roles(tables: Tables) -> Iterator[Fault]:
    """An office begins with a capital, its words too, and names its state.

    Everybody who speaks has a role.
    """
    statements = of(tables, "statements")
    for row in statements.rows:
        role = row.cells["role"]
        if not role:
            yield statements.fault(
                row,
                "role",
                "missing; it says the office held at the time with its state, "
                "or what the speaker is",
            )
            continue
        if not role[0].isupper():
            yield statements.fault(row, "role", f'"{role}" begins with a capital')
        for found in re.finditer(
            r"\b(?:prime minister|foreign minister|president(?!ial)|chief cabinet secretary|"
            r"deputy minister|secretary of state|Prime minister|Foreign minister|Chief cabinet)\b",
            role,
        ):
            if "Foreign minister" != found[0] or "ministers" not in role:
                yield statements.fault(
                    row,
                    "role",
                    f'"{found[0]}" is the name of an office, each word with a capital: '
                    f'"{found[0].title()}"',
                )
        if (
            (office := _OFFICE.match(role))
            and not re.search(rf"\b(?:of|in) {_STATES}\b", role)
            and office.end() == len(role)
        ):
            yield statements.fault(row, "role", f'"{role}" does not say of which state')


# identifiers -------------------------------------------------------------------------------------

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATE_IN_SOURCE = re.compile(
    rf"(?<!\d)((?:19|20)\d\d)(?:-?({'|'.join(_MONTHS)}|0[1-9]|1[0-2])"
    r"(?:-?(0[1-9]|[12]\d|3[01]))?)?(?!\d)"
)
_DATE_FIRST = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?!\d)")
_LENGTH = {"day": 10, "month": 7, "year": 4}
#: Documents are named by their year, polls by a month of their field work.
_NAMED_COARSELY = {"documents", "polls"}


def _date_of(found: re.Match) -> str:
    parts = [part for part in found.groups() if part]
    if len(parts) > 1 and parts[1] in _MONTHS:
        parts[1] = f"{_MONTHS.index(parts[1]) + 1:02}"
    return "-".join(parts)


def dates_in_identifiers(tables: Tables) -> Iterator[Fault]:
    """The date in an identifier is that of the record.

    An identifier is an address: where it stays as it was, the note says why.
    """
    for table in tables.values():
        columns = {field["name"] for field in table.schema["fields"]}
        for row in table.rows:
            record = row.cells[table.key]
            if "identifier" in row.cells.get("note", ""):
                continue
            if table.name == "sources":
                found, known = _DATE_IN_SOURCE.search(record), row.cells["published"]
                told = _date_of(found) if found else ""
                shared = min(len(told), len(known))
                if shared and told[:shared] != known[:shared]:
                    yield table.fault(
                        row,
                        "published",
                        f'"{record}" names {told}, but was published on {known}; '
                        "if the identifier names another day, "
                        'the note says which ("The identifier names ...")',
                    )
                continue
            if not {"date", "precision"} <= columns and table.name != "polls":
                continue
            if table.name == "observations":
                if not record.endswith(
                    "-" + row.cells["date"][: _LENGTH.get(row.cells["precision"], 10)]
                ):
                    yield table.fault(row, table.key, f'"{record}" does not end with its date')
                continue
            if not (found := _DATE_FIRST.match(record)):
                yield table.fault(row, table.key, f'"{record}" does not begin with its date')
                continue
            told = _date_of(found)
            if table.name == "polls":
                first, last = row.cells["field_start"], row.cells["field_end"]
                if not first[: len(told)] <= told <= last[: len(told)]:
                    yield table.fault(
                        row,
                        table.key,
                        f'"{record}" names {told}, but the field work was from {first} to {last}',
                    )
                continue
            known = row.cells["date"][: _LENGTH.get(row.cells["precision"], 10)]
            if told != known and not (table.name in _NAMED_COARSELY and known.startswith(told)):
                yield table.fault(
                    row,
                    "date",
                    f'"{record}" names {told}, its date is {known}; if the identifier stays as it '
                    'was, the note says why ("The identifier names ...")',
                )


# accounts ----------------------------------------------------------------------------------------

_SAYS = (
    r"says?|said|gives?|gave|dates?|dated|counts?|counted|calls?|called|names?|named|writes?|"
    r"wrote|puts?|prints?|printed|speaks? of|spoke of|has|have|had|reads?|reports?|reported|"
    r"renders?|tells?|told|takes?|took|lists?|describes?|cites?|cited|quotes?|relays?|adds?|"
    r"splits?|claims?|claimed|accuse[sd]?|holds?|held|denie[sd]|den(?:y|ies)|noted?|notes|points?|"
    r"makes?|made|explains?|answers?|answered|contradict\w*|stresse[sd]|doubt\w*|recalls?|"
    r"presents?|places?|compare[sd]?|codes?|ends?|drops?|regard\w*|admit\w*|confirm\w*|"
    r"announce\w*|ascribes?|attribut\w+|keeps?|sets?|leaves?|attest\w*|lacks?|do(?:es)? not|"
    r"did not|could not|wants?|warns?|maintain\w*|declare\w*|insist\w*|assert\w*|run|estimates?|"
    r"repeat\w*|state[sd]?|blame[sd]|are dated"
)
_SAYING = re.compile(
    rf"\b(?:{_SAYS})\b|\b[Bb]y (?:the |an? )?(?:[\w'’-]+ ){{0,4}}"
    r"(?:text|account|newspaper|order|minutes|count|survey|study|page)\b"
    r"|\bBy [A-Z]|, by [A-Z]"
)
_VAGUE = re.compile(
    r"\b(?:[Ss]ome|[Mm]ost|[Mm]any|[Oo]ther|[Aa]nother|[Ss]everal|[Oo]ne|[Aa] (?:second|third))"
    r"(?: (?!of\b)[\w-]+){0,2}? "
    r"(?:accounts?|reports?|sources?|texts?|pages?|encyclopa?edias?|blogs?|headlines|articles?|"
    r"authors?|publications|works|newspapers?|outlets?|extracts?|experts?|historians?)\b"
    r"|(?:^|[.;] )(?:The )?[Pp]ress (?:had|has|said|reported|wrote)"
    r"|\b[Nn]ewspapers (?:reported|said|wrote)"
    r"|\b(?:[Cc]ritics|[Bb]ackers|[Oo]thers|[Ss]ome) (?:say|said)"
    r"|\b(?:[Aa]nother|a third) (?:says|gives|prints|writes|dates)\b"
    r"|[Tt]he usual (?:count|date)"
)


def accounts_name_their_holders(tables: Tables) -> Iterator[Fault]:
    """Accounts that differ are told as "who says what", and who is named.

    That may be a paper, an office, a scholar, a kind of work with its language.
    """
    for table in tables.values():
        for row in table.rows:
            text = row.cells.get("accounts_differ", "")
            if not text:
                continue
            if found := _VAGUE.search(without_quotations(text)):
                yield table.fault(
                    row,
                    "accounts_differ",
                    f'"{found[0].strip(".; ")}" does not say whose account it is',
                )
            elif not _SAYING.search(text):
                yield table.fault(
                    row,
                    "accounts_differ",
                    'says of no account whose it is; expected "X says ...; Y gives ..."',
                )


#: Rules that judge a table by what stands in it alone; ``names_as_on_record`` holds all to the
#: persons.
OF_ONE_TABLE = [
    names_of_islands,
    spelling,
    given_names,
    names_of_places,
    roles,
    dates_in_identifiers,
    accounts_name_their_holders,
]
