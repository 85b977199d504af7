"""Reads one run of digits and separators under a locale's grammar: all of it, or nothing."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.domains.chat.grounding.tables import Grammar

DIGITS_MAX: Final = 24
_SPACES: Final = frozenset("\u0020\u00a0\u202f\u2009")
_APOSTROPHES: Final = frozenset("'’")
_SEPARATOR: Final = re.compile(r"[^0-9]")
_ENGLISH: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Number:
    """A value and the decimals it was shown with; `foreign` when only English reads it."""

    value: Decimal
    decimals: int
    foreign: bool = False


def _class(char: str) -> str:
    if char in _SPACES:
        return " "
    return "'" if char in _APOSTROPHES else char


def _grouped(whole: str, grammar: Grammar) -> str | None:
    """Return the digits of a grouped whole number; None when its groups are wrong."""
    marks = {_class(char) for char in _SEPARATOR.findall(whole)}
    if not marks:
        return whole
    if len(marks) > 1 or not all(_class(char) in marks for char in _SEPARATOR.findall(whole)):
        return None
    if not all(char in grammar.group for char in _SEPARATOR.findall(whole)):
        return None
    parts = _SEPARATOR.split(whole)
    if parts[0].startswith("0") or len(parts[-1]) != 3:
        return None
    western = len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])
    indian = grammar.indian and len(parts[0]) <= 2 and all(len(part) == 2 for part in parts[1:-1])
    return "".join(parts) if western or indian else None


def read(run: str, grammar: Grammar) -> Number | None:
    """Read a run; None when the locale does not write it and it is not plainly English."""
    if len(run) > DIGITS_MAX * 2:
        return None
    found = _native(run, grammar)
    if found is None and _ENGLISH.fullmatch(run):
        whole, _, rest = run.partition(".")
        found = Number(Decimal(whole.replace(",", "") + "." + rest), len(rest), foreign=True)
    if found is None or len(found.value.as_tuple().digits) > DIGITS_MAX:
        return None
    return found


def _native(run: str, grammar: Grammar) -> Number | None:
    marks = _SEPARATOR.findall(run)
    if not marks:
        return Number(Decimal(run), 0)
    last = marks[-1]
    whole = _grouped(run, grammar)
    if whole is not None:
        return Number(Decimal(whole), 0)
    if last not in grammar.decimal or marks.count(last) > 1:
        return None
    above, below = run.rsplit(last, 1)
    whole = _grouped(above, grammar)
    return None if whole is None else Number(Decimal(f"{whole}.{below}"), len(below))
