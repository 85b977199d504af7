"""The tables of numbers and words, one set for each language, one grammar for each locale."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from app.domains.chat.grounding.mapping import fold
from app.domains.chat.talk_types import LANGUAGES

_FOLDER: Final = Path(__file__).with_name("tables")
DEFAULT: Final = "en"
WORD: Final = r"\w\u0900-\u0963\u0966-\u097f"
"""What makes up words: Python leaves Devanagari's vowel signs out of `\\w`. A danda ends one."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a locale writes figures and dates; `before` and the spaces are for rendering."""

    tag: str
    language: str
    decimal: str
    group: str
    order: str
    indian: bool = False
    before: bool = False
    percent_space: bool = False
    digits: str = ""


@cache
def table(name: str) -> Any:
    """Return one of the JSON tables, read once."""
    return json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))


def normalised(locale: str) -> str:
    """Return `xx` or `xx-YY` of a locale; a language without tables is read as English."""
    parts = locale.replace("_", "-").split("-")
    language = parts[0].lower()
    if language not in LANGUAGES:
        return DEFAULT
    region = next((part.upper() for part in parts[1:] if len(part) in (2, 3)), "")
    return f"{language}-{region}" if region else language


@cache
def grammar(locale: str) -> Grammar:
    """Return the grammar of a locale; an unknown region has that of its language."""
    tag = normalised(locale)
    language = tag.partition("-")[0]
    rows = table("locales")
    return Grammar(tag=tag, language=language, **(rows[language] | rows.get(tag, {})))


@cache
def words(language: str) -> Mapping[str, Any]:
    """Return the words of a language, folded like the texts they are looked for in."""
    # JSON of our own: folding keeps its shape, which the type cannot say.
    rows = _folded(table(f"words/{language}"))
    return _swiss(rows) if language == "de" else rows  # type: ignore[no-any-return]


def _swiss(value: Any) -> Any:
    """Return the words with those of a sharp s also written as Switzerland writes them."""
    if isinstance(value, list):
        more = [item.replace("ß", "ss") for item in value if isinstance(item, str) and "ß" in item]
        return [_swiss(item) for item in value] + more
    if isinstance(value, dict):
        spelt = {key.replace("ß", "ss"): _swiss(item) for key, item in value.items()}
        return spelt | {key: _swiss(item) for key, item in value.items()}
    return value


def _folded(value: Any) -> Any:
    if isinstance(value, str):
        return fold(value)
    if isinstance(value, list):
        return [_folded(item) for item in value]
    if isinstance(value, dict):
        return {fold(key): _folded(item) for key, item in value.items()}
    return value


def currency_of(mark: str, *, tag: str, base: str, present: frozenset[str]) -> str | None:
    """Return the currency a sign or word means here; None when it could be several.

    A sign of several currencies means the base currency when that has it, else the currency of
    the reader's own region, else the only one of them there is evidence in.
    """
    rows = table("currencies")
    family = rows["families"].get(mark)
    if family is None:
        return mark
    for own in (base, rows["home"].get(tag), rows["home"].get(tag.partition("-")[0])):
        if own in family:
            return str(own)
    among = present & frozenset(family)
    if len(among) == 1:
        return next(iter(among))
    return "GBP" if mark == "£" else None


def minor_digits(currency: str) -> int:
    """Return the decimals a currency is shown with."""
    return int(table("currencies")["codes"].get(currency, 2))


def number_of(text: str) -> Decimal:
    """Return a table's value: a decimal, or a fraction such as 2/3."""
    above, _, below = text.partition("/")
    return Decimal(above) / Decimal(below) if below else Decimal(above)
