"""Finds where figures stand in a masked text and what their digits or words alone are worth."""

from dataclasses import dataclass
from decimal import Decimal

from app.domains.chat.grounding.numerals import read
from app.domains.chat.grounding.odds import odds
from app.domains.chat.grounding.patterns import OTHER_NUMERIC, RUN, RUN_PLAIN, VULGAR, patterns
from app.domains.chat.grounding.tables import Grammar, number_of
from app.domains.chat.grounding.worded import Worded, worded


@dataclass(frozen=True, slots=True)
class Setting:
    """What a figure is read under."""

    grammar: Grammar
    base: str
    present: frozenset[str]


@dataclass(frozen=True, slots=True)
class Core:
    """A run of digits or a number word; `plain` is a run without any separator, or a fraction."""

    start: int
    end: int
    value: Decimal | None
    decimals: int = 0
    foreign: bool = False
    worded: bool = False
    bare_ok: bool = True
    percent: bool = False
    plain: bool = False
    rough: bool = False


def cores(masked: str, setting: Setting) -> list[Core]:
    """Return runs of digits, other numeric characters, number words and fractions, in order."""
    language = setting.grammar.language
    spaced = " " in setting.grammar.group
    found: list[Core] = []
    for match in (RUN if spaced else RUN_PLAIN).finditer(masked):
        found.extend(_runs(match.start(), match.group(), setting))
    for match in OTHER_NUMERIC.finditer(masked):
        if match.start() and masked[match.start() - 1].isalpha():
            continue
        share = VULGAR.get(match.group())
        value = number_of(share) if share else None
        found.append(Core(match.start(), match.end(), value, decimals=2, percent=share is not None))
    found += [_of_words(number) for number in worded(masked, language)]
    for pattern, value, ratio in patterns(language).fractions:
        found += [
            Core(match.start(), match.end(), value, worded=True, percent=not ratio, plain=True)
            for match in pattern.finditer(masked)
        ]
    found += [
        Core(one.start, one.end, one.value, worded=True, percent=True, plain=True, rough=one.rough)
        for one in odds(masked, language)
    ]
    # A fraction wins over the number word it begins with ("two" of "two thirds").
    return sorted(found, key=lambda core: (core.start, not core.plain, -core.end))


def _of_words(number: Worded) -> Core:
    return Core(
        number.start, number.end, number.value, number.decimals, worded=True,
        bare_ok=number.bare_ok, percent=number.percent,
    )  # fmt: skip


def _runs(start: int, run: str, setting: Setting) -> list[Core]:
    """Read a run; a plain space parts it when it does not group it ("2025 120")."""
    number = read(run, setting.grammar)
    if number is None and " " in run:
        head, _, tail = run.partition(" ")
        pieces = [head, tail] if len(head) > 3 and len(tail) < len(run) < 48 else run.split(" ")
        out: list[Core] = []
        for piece in pieces:
            if " " in piece and read(piece, setting.grammar) is None:
                return [Core(start, start + len(run), None)]
            out += _runs(start, piece, setting)
            start += len(piece) + 1
        return out
    if number is None:
        return [Core(start, start + len(run), None)]
    plain = run.isdigit()
    return [
        Core(start, start + len(run), number.value, number.decimals, number.foreign, plain=plain)
    ]
