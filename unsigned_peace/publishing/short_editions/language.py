"""How a language shows what an English chapter computed: figures, dates, numbers, nouns."""

from __future__ import annotations

import re
from calendar import month_name
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from unsigned_peace.prose import words

RULES = Path(__file__).with_name("languages")
_MINUS = "\u2212"
_UNSPACED = "[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
_NUMBER = rf"[-{_MINUS}]?\d+(?:,\d{{3}})*(?:\.\d+)?"
_MONTHS = list(month_name)
_DATE = re.compile(rf"(?:(?:(\d\d?) )?({'|'.join(_MONTHS[1:])}))(?: (\d{{4}}))?")
#: Every form that ``prose`` writes, by what it says.
_FORMS = {
    "number": re.compile(rf"({_NUMBER})"),
    "percent": re.compile(rf"({_NUMBER}) percent"),
    "points": re.compile(rf"({_NUMBER}) percentage points"),
    "span": re.compile(rf"({_NUMBER}) (?:to|and) ({_NUMBER}) percent"),
    "minutes": re.compile(r"(?:(\d+) hours?)?(?:(?:^| )(\d+) minutes)?"),
}
_IN_WORDS = {words(number): number for number in range(13)} | {"no": 0, "none": 0}
_OUT_OF = re.compile(r"(?:all (\S+)|(\S+) of the (\S+))", re.IGNORECASE)
_WHOLE = {"the one": (1, 1), "both": (2, 2), "neither": (0, 2)}
#: What is asked of a figure of two numbers.
_ENDS = ("low", "high", "part", "whole")


class FormError(ValueError):
    """A figure cannot be shown so; the message says why, and what can."""


@dataclass(frozen=True)
class Parsed:
    """What a figure says: its kind, and its numbers with as many decimals as English shows.

    ``kind`` is ``number``, ``percent``, ``points``, ``span`` and ``out of`` (two numbers each),
    ``minutes``, ``date`` (day, month, year; 0 for what it does not say) or ``text``. ``text`` is
    the English form.
    """

    kind: str
    text: str
    numbers: tuple[Decimal, ...] = ()
    grouped: bool = False


def parsed(text: str) -> Parsed:
    """Reads a figure as ``prose`` wrote it: the value that readers of English see, and no other."""
    if (number := _IN_WORDS.get(text.lower())) is not None:
        return Parsed("number", text, (Decimal(number),))
    if (share := _share(text)) is not None:
        return Parsed("out of", text, share)
    if found := _DATE.fullmatch(text):
        parts = (int(found[1] or 0), _MONTHS.index(found[2]), int(found[3] or 0))
        if parts[0] or parts[2]:
            return Parsed("date", text, tuple(map(Decimal, parts)))
    for kind, form in _FORMS.items():
        if text and (found := form.fullmatch(text)):
            if kind == "minutes":
                numbers = tuple(Decimal(part or 0) for part in found.groups())
            else:
                numbers = tuple(_decimal(part) for part in found.groups())
            return Parsed(kind, text, numbers, "," in text)
    return Parsed("text", text)


def _share(text: str) -> tuple[Decimal, Decimal] | None:
    """So many of so many, as two numbers."""
    if whole := _WHOLE.get(text.lower()):
        return Decimal(whole[0]), Decimal(whole[1])
    found = _OUT_OF.fullmatch(text)
    numbers = [parsed(part).numbers for part in found.groups() if part] if found else []
    if not numbers or not all(len(number) == 1 for number in numbers):
        return None
    return numbers[0][0], numbers[-1][0]


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace(_MINUS, "-"))


@dataclass(frozen=True)
class Language:
    """The rules of a language: CLDR's, and those of ``languages/<code>.yaml``."""

    code: str
    rules: dict[str, Any]

    @property
    def locale(self) -> Locale:
        return Locale.parse(self.code)

    @property
    def name(self) -> str:
        """The language in its own words."""
        return self.rules["name"]

    def interface(self, text: str) -> str:
        """A text of the frame of pages. Raises ``KeyError`` if the language has none for it."""
        return self.rules["interface"][text]

    def quoted(self, text: str) -> str:
        before, after = self.rules["quotes"]
        inside = str.maketrans(dict(zip((before, after), self.rules["quotes inside"])))
        return f"{before}{text.translate(inside)}{after}"

    def joined(self, text: str) -> str:
        """A text of several lines as one: no blank between signs of a language without blanks."""
        return (
            text
            if self.rules["between"]
            else re.sub(rf"(?<={_UNSPACED})\s+(?={_UNSPACED})", "", text)
        )

    def number(self, value: Decimal, grouped: bool = True) -> str:
        decimals = max(0, -int(value.as_tuple().exponent))
        pattern = ("#,##0" if grouped else "0") + ("." + "0" * decimals if decimals else "")
        return _true_minus(format_decimal(value, pattern, self.code))

    def percent(self, value: Decimal) -> str:
        shown = format_percent(value / 100, locale=self.code, decimal_quantization=False)
        return _true_minus(shown)

    def noun(self, value: Decimal, forms: list[str]) -> str:
        """The form of a noun beside a number: of one, few, many, and of a fraction."""
        if len(forms) == 1:
            return forms[0]
        place = {"one": 0, "few": 1, "many": 2}.get(self.locale.plural_form(abs(value)), 3)
        return forms[place] if place < len(forms) else forms[1]

    def with_noun(self, value: Decimal, forms: list[str], number: str = "") -> str:
        return (number or self.number(value)) + self.rules["between"] + self.noun(value, forms)

    def date(self, parts: tuple[int, int, int], form: str = "") -> str:
        """A date (day, month, year; 0 for what is not known), in a form of the language's rules.

        Raises ``FormError`` for a form that there is none of, or that says more than is known.
        """
        day, month, year = parts
        known = "day" if day and year else "day and month" if day else "month" if month else "year"
        form = form or known
        if form not in self.rules["dates"]:
            raise FormError(
                f"no date is shown as {form!r}; there is {', '.join(self.rules['dates'])}"
            )
        pattern = self.rules["dates"][form]
        needs = {"d": day, "M": month, "L": month, "{": month, "y": year}
        if any(not needs.get(sign, 1) for sign in re.sub(r"'[^']*'", "", pattern)):
            raise FormError(
                f"the date says no more than its {known}, and cannot be shown as {form!r}"
            )
        if form in self.rules["months"]:
            pattern = pattern.replace("{month}", f"'{self.rules['months'][form][month - 1]}'")
        return format_date(date(year or 2000, month or 1, day or 1), pattern, self.code)

    def show(self, figure: Parsed, options: list[str] | None = None) -> str:
        """A figure in the language, as options ask: how it is shown, or a noun to stand beside it.

        Raises ``FormError`` if it cannot be shown so.
        """
        asked = [option.strip() for option in options or [] if option.strip()]
        ends = [option for option in asked if option in _ENDS]
        forms = [option for option in asked if _is_form(option, self)]
        nouns = [option for option in asked if option not in (*ends, *forms)]
        if max(map(len, (ends, forms, nouns))) > 1:
            raise FormError(f"one form and one noun at most, not {'; '.join(asked)}")
        form = forms[0] if forms else ""
        if ends:
            figure = _end_of(figure, ends[0])
        if figure.kind == "text":
            raise FormError(
                f"it is a text in English, {figure.text!r}: give its words in words.yaml"
            )
        if figure.kind == "date":
            if nouns:
                raise FormError("a date has no noun beside it")
            day, month, year = map(int, figure.numbers)
            return self.date((day, month, year), form)
        if figure.kind == "minutes":
            return self._length(figure.numbers)
        if figure.kind == "out of":
            if form or nouns:
                raise FormError("of so many of so many, the part or the whole has a form or a noun")
            part, whole = map(self.number, figure.numbers)
            return self.rules["out of"].format(part=part, whole=whole)
        noun = [each.strip() for each in nouns[0].split(",")] if nouns else []
        return self._count(figure, form, noun)

    def _count(self, figure: Parsed, form: str, noun: list[str]) -> str:
        value = figure.numbers[-1]
        if form.startswith("words"):
            number = self._in_words(value, form)
        elif form in self.rules["units"]:
            places, unit = self.rules["units"][form]
            number = self.number(value.scaleb(places)) + unit
        elif form and form != "bare":
            raise FormError(f"a figure of this kind is not shown as {form!r}")
        elif figure.kind == "span":
            low, high = (self.number(each) for each in figure.numbers)
            if not noun and not form:
                return f"{low}{self.rules['span']}{self.percent(value)}"
            number = f"{low}{self.rules['span']}{high}"
        elif figure.kind == "percent" and not noun and not form:
            return self.percent(value)
        else:
            number = self.number(value, figure.grouped)
        if figure.kind == "points" and not noun and not form:
            noun = self.rules["points"]
        return self.with_noun(value, noun, number) if noun else number

    def _in_words(self, value: Decimal, form: str) -> str:
        """A whole number in words, in a case and gender; in digits where English has it so too."""
        if form not in self.rules["words"] or value != int(value):
            known = ", ".join(self.rules["words"])
            raise FormError(f"a whole number is shown as {known}; nothing is as {form!r}")
        known = self.rules["words"][form]
        return known[int(value)] if 0 <= value < len(known) else self.number(value)

    def _length(self, numbers: tuple[Decimal, ...]) -> str:
        parts = [
            self.with_noun(number, self.rules[unit])
            for number, unit in zip(numbers, ("hours", "minutes"))
            if number or (unit == "minutes" and not any(numbers))
        ]
        return (self.rules["between"] and " ").join(parts)

    def for_drawings(self) -> dict:
        """What the library of charts writes numbers and dates by."""
        symbols = self.locale.number_symbols["latn"]
        months, days = self.locale.months["format"], self.locale.days["format"]
        week = (6, 0, 1, 2, 3, 4, 5)
        return {
            "number": {
                "decimal": symbols["decimal"],
                "thousands": symbols["group"],
                "grouping": [3],
                "currency": ["", ""],
                "minus": _MINUS,
            },
            "time": {
                "dateTime": "%x, %X",
                "date": "%d.%m.%Y" if self.code == "ru" else "%Y/%m/%d",
                "time": "%H:%M:%S",
                "periods": ["AM", "PM"],
                "days": [days["wide"][day] for day in week],
                "shortDays": [days["abbreviated"][day] for day in week],
                "months": [months["wide"][month] for month in range(1, 13)],
                "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
            },
        }


def _is_form(option: str, language: Language) -> bool:
    first = option.split()[0]
    named = (*language.rules["dates"], *language.rules["units"])
    return option in named or first in ("words", "bare")


def _end_of(figure: Parsed, end: str) -> Parsed:
    """One of the two numbers that a figure has, as a figure."""
    kinds = {"low": "span", "high": "span", "part": "out of", "whole": "out of"}
    if figure.kind != kinds[end]:
        raise FormError(f"it has no {end}")
    kind = "percent" if figure.kind == "span" else "number"
    return Parsed(kind, figure.text, (figure.numbers[end in ("high", "whole")],))


def _true_minus(text: str) -> str:
    return text.replace("-", _MINUS, 1) if text.startswith("-") else text


def languages() -> set[str]:
    """The codes of the languages that there are rules of."""
    return {path.stem for path in RULES.glob("*.yaml")}


@cache
def language(code: str) -> Language:
    """The language of a code of two letters.

    Raises ``FormError`` if there are no rules of it.
    """
    path = RULES / f"{code}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(languages()))
        raise FormError(f"there are no rules of the language {code!r}; there are of {known}")
    return Language(code, yaml.safe_load(path.read_text(encoding="utf-8")))
