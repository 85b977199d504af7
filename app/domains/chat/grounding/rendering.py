"""Writes evidence the way a locale writes it, and puts it where an answer has its token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from app.domains.chat.evidence_types import Evidence, Kind
from app.domains.chat.grounding.masking import TOKEN
from app.domains.chat.grounding.tables import (
    Grammar,
    currency_of,
    grammar,
    minor_digits,
    table,
)

_DECIMALS_MAX: Final = 20
_NBSP: Final = "\u00a0"
_LRM: Final = "\u200e"
_LONG: Final = {
    "en": "{day} {month} {year}", "es": "{day} de {month} de {year}", "fr": "{day} {month} {year}",
    "de": "{day}. {month} {year}", "pt": "{day} de {month} de {year}", "hi": "{day} {month} {year}",
    "ar": "{day} {month} {year}", "zh": "{year}年{number}月{day}日",
}  # fmt: skip
_CAPITAL: Final = frozenset({"en", "de"})


@dataclass(frozen=True, slots=True)
class Citation:
    """Evidence shown at code points `start` to `end` of the rendered text."""

    start: int
    end: int
    evidence_id: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer with its tokens replaced; `unknown` are the ids there is no evidence for."""

    text: str
    citations: tuple[Citation, ...]
    unknown: tuple[str, ...]


def render(
    text: str, *, evidence: Mapping[str, Evidence], locale: str, base_currency: str
) -> Rendered:
    """Replace `[[v12]]` and `[[v12|2]]` (decimals) by the locale's figure.

    A token without evidence stays as it is: judging finds it, and nothing is made up.
    """
    if "[[" not in text:
        return Rendered(text, (), ())
    rules = grammar(locale)
    parts: list[str] = []
    citations: list[Citation] = []
    unknown: list[str] = []
    length, done = 0, 0
    for match in TOKEN.finditer(text):
        parts.append(text[done : match.start()])
        length += match.start() - done
        done = match.end()
        one = evidence.get(match.group(1))
        shown = match.group()
        if one is None:
            unknown.append(match.group(1))
        else:
            decimals = int(match.group(2)) if match.group(2) else None
            shown = show(one, rules, base_currency=base_currency, decimals=decimals)
            citations.append(Citation(length, length + len(shown), one.id))
        parts.append(shown)
        length += len(shown)
    parts.append(text[done:])
    return Rendered("".join(parts), tuple(citations), tuple(unknown))


def show(one: Evidence, rules: Grammar, *, base_currency: str, decimals: int | None = None) -> str:
    """Return evidence as text. More decimals than asked for when fewer would show it wrongly."""
    if isinstance(one.value, date):
        return _date(one.value, rules)
    if isinstance(one.value, str):
        return one.value
    if one.kind is Kind.PERCENT:
        digits = _number(one.value.scaleb(2), rules, 1 if decimals is None else decimals)
        space = _NBSP if rules.percent_space else ""
        return f"{digits}{space}{'٪' if rules.digits else '%'}"
    if one.kind is Kind.MONEY and one.currency:
        least = minor_digits(one.currency) if decimals is None else decimals
        digits = _number(one.value, rules, least)
        return _money(digits, one.currency, rules, base_currency)
    places = -int(one.value.normalize().as_tuple().exponent)
    return _number(one.value, rules, min(max(places, 0), 4) if decimals is None else decimals)


def _number(value: Decimal, rules: Grammar, decimals: int) -> str:
    """Write a number with at least these decimals and a tenth of it as coarsest step."""
    size = abs(value)
    while True:
        step = Decimal(1).scaleb(-decimals)
        rounded = _rounded(size, decimals)
        if rounded == size or step <= size / 10 or decimals >= _DECIMALS_MAX:
            break
        decimals += 1
    whole, _, below = f"{rounded:f}".partition(".")
    text = _grouped(whole, rules)
    if below:
        text += _decimal_mark(rules) + below
    if rules.digits:
        text = text.translate({48 + number: digit for number, digit in enumerate(rules.digits)})
    if value >= 0:
        return text
    return f"{_LRM}-{text}" if rules.language == "ar" else f"-{text}"


def _rounded(size: Decimal, decimals: int) -> Decimal:
    # By integers: quantize refuses numbers longer than the context's precision.
    _, digits, exponent = size.as_tuple()
    shift = int(exponent) + decimals
    number = int("".join(map(str, digits)) or "0")
    if shift >= 0:
        return Decimal(number * 10**shift).scaleb(-decimals)
    return (Decimal(number).scaleb(shift)).to_integral_value(ROUND_HALF_EVEN).scaleb(-decimals)


def _decimal_mark(rules: Grammar) -> str:
    if rules.digits or rules.language != "ar":
        return rules.decimal[0]
    return "," if rules.decimal[0] == "," else "."


def _group_mark(rules: Grammar) -> str:
    mark = rules.group[0]
    if rules.language == "ar" and not rules.digits and mark == "٬":
        return ","
    return _NBSP if mark == " " else mark


def _grouped(whole: str, rules: Grammar) -> str:
    if len(whole) <= 3:
        return whole
    head, tail = whole[:-3], whole[-3:]
    size = 2 if rules.indian else 3
    parts = [tail]
    while head:
        parts.insert(0, head[-size:])
        head = head[:-size]
    return _group_mark(rules).join(parts)


def _money(digits: str, currency: str, rules: Grammar, base: str) -> str:
    """Put the sign where the locale has it; a sign that could mean another currency is a code."""
    sign = table("currencies")["shown"].get(currency, currency)
    for mark, family in table("currencies")["families"].items():
        if len(mark) == 1 and currency in family:
            means = currency_of(mark, tag=rules.tag, base=base, present=frozenset())
            sign = mark if means == currency else currency
    if not rules.before:
        return f"{digits}{_NBSP}{sign}"
    minus, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    tight = rules.language in ("en", "hi", "zh", "es") and not sign[-1].isalpha()
    return f"{minus}{sign}{'' if tight else _NBSP}{digits}"


def _date(day: date, rules: Grammar) -> str:
    month = ""
    if rules.language != "zh":
        month = table(f"words/{rules.language}")["months"][day.month - 1].split("|")[0]
    if rules.language in _CAPITAL:
        month = month.capitalize()
    form = _LONG[rules.language]
    if rules.language == "en" and rules.order == "mdy":
        form = "{month} {day}, {year}"
    text = form.format(day=day.day, month=month, number=day.month, year=day.year)
    if rules.digits:
        text = text.translate({48 + number: digit for number, digit in enumerate(rules.digits)})
    return text


def shown_all(evidence: Sequence[Evidence], *, locale: str, base_currency: str) -> dict[str, str]:
    """Return each piece of evidence as the locale writes it, by id; for cards and prompts."""
    rules = grammar(locale)
    return {one.id: show(one, rules, base_currency=base_currency) for one in evidence}
