"""The words of one language: figures, currencies, dates and how often; read from its JSON."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from app.domains.chat.understanding.slots.date_words import (
    Edges,
    day_words,
    edges,
    written_dates,
)
from app.domains.chat.understanding.slots.musts import branches, musts_of
from app.domains.chat.understanding.slots.spelling import Spelling, spelling
from app.domains.chat.understanding.slots.words import (
    NO_DIGIT,
    begin_of,
    bounded,
    either,
    folded_word,
    whole,
)

DATA: Final = Path(__file__).parents[1] / "data"
_DIGITS: Final = r"\d+(?:[.,']\d+|[ ]\d{3}(?!\d))*"
#: The Chinese comma also parts two figures, without a blank.
_HAN_DIGITS: Final = r"\d+(?:[.']\d+|,\d{1,3}(?!\d)|[ ]\d{3}(?!\d))*"
_LONGEST_CODE: Final = 4
_LETTERS: Final = re.compile(f"(?:{NO_DIGIT})+")
#: A shorter name of a month, or number, is too like other words to be sought when misspelt.
_LONG: Final = 5


@dataclass(frozen=True, slots=True)
class Worded:
    """A pattern of dates or of how often, its value, and literals one of which it needs."""

    kind: str
    source: str
    value: str
    musts: tuple[str, ...]
    cjk: bool

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return the compiled pattern: few of hundreds are ever needed, and each takes 2 ms."""
        return bounded(self.source, cjk=self.cjk)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What a language's words for closed slots mean, all in folded letters."""

    lang: str
    numbers: dict[str, float]
    scales: dict[str, int]
    joiners: frozenset[str]
    currency: dict[str, str]
    parts: dict[str, float]
    months: dict[str, int]
    weekdays: dict[str, int]
    units: dict[str, str]
    ordinals: dict[str, int]
    short_months: dict[str, int]
    shared: dict[str, tuple[tuple[str, re.Pattern[str] | None], ...]]
    digits: re.Pattern[str]
    number_words: re.Pattern[str]
    scale_words: re.Pattern[str]
    percent_words: re.Pattern[str]
    money_words: re.Pattern[str]
    part_words: re.Pattern[str]
    patterns: tuple[Worded, ...]
    dates: re.Pattern[str]
    edges: Edges
    variants: dict[str, str]
    cjk: bool
    glued: re.Pattern[str] | None
    spelling: Spelling
    no_numbers: frozenset[str]
    how_many: frozenset[str]


@lru_cache(maxsize=16)
def lexicon(lang: str) -> Lexicon:
    """Return the lexicon of a language; each is read once."""
    raw = json.loads((DATA / f"{lang}.json").read_text(encoding="utf-8"))
    variants: dict[str, str] = raw.get("fold", {})
    cjk = bool(raw.get("cjk"))
    months, numbers = _folded(raw["months"]), _folded(raw["numbers"])
    weekdays, units = _folded(raw["weekdays"]), _split(raw["units"])
    scales = _folded(raw["scales"])
    parts = _folded(raw["parts"])
    count = (
        r"\d{1,3}"
        + (f"|{either(numbers)}" if numbers else "")
        + ("|[一二三四五六七八九十两半]+" if cjk else "")
    )
    blanks = {
        "{n}": f"(?:{count})", "{m}": f"(?:{either(months)})", "{w}": f"(?:{either(weekdays)})",
        "{u}": f"(?:{either(units)})",
    }  # fmt: skip
    patterns = tuple(
        Worded(kind, _fill(pattern, blanks), value, musts_of(pattern), cjk)
        for kind, table in (("freq", raw["frequency"]), ("date", raw["dates"]))
        for joined, value in table.items()
        for pattern in branches(folded_word(joined))
    )
    # One in words wins over one that counts: "one year later" over "in {n} years".
    patterns = tuple(sorted(patterns, key=lambda one: "{" in one.value))
    begin = begin_of(lang)
    currency = _split(raw["currency"])
    return Lexicon(
        lang=lang,
        numbers=numbers,
        scales=scales,
        joiners=frozenset(folded_word(word) for word in raw["joiners"]),
        currency=currency,
        parts=parts,
        months=months,
        weekdays=weekdays,
        units=units,
        ordinals=day_words(raw),
        short_months=_folded(raw.get("short_months", {})),
        shared=_shared(raw["shared"]) if "shared" in raw else {},
        digits=_digits(currency, cjk=cjk),
        number_words=whole([*numbers, *scales], begin),
        scale_words=whole(scales, ""),
        percent_words=_percent(map(folded_word, raw["percent"]), cjk=cjk),
        money_words=_money(currency, begin_of(lang, NO_DIGIT), cjk=cjk),
        part_words=whole(parts, begin, cjk=cjk),
        patterns=patterns,
        dates=written_dates(raw, months),
        variants=variants,
        cjk=cjk,
        glued=re.compile(either(word for word in [*numbers, *scales] if len(word) > 1))
        if raw.get("glued")
        else None,
        edges=edges(raw, cjk=cjk),
        spelling=_spelling(raw, [*months, *weekdays], numbers),
        no_numbers=frozenset(folded_word(word) for word in raw.get("no_numbers", [])),
        how_many=frozenset(folded_word(word) for word in raw.get("how_many", [])),
    )


def _folded(table: dict[str, Any]) -> dict[str, Any]:
    return {folded_word(word): value for word, value in table.items()}


def _said(raw: dict[str, Any]) -> Iterator[str]:
    """Return all words and patterns of a language's tables."""
    for key, table in raw.items():
        if key not in ("misspelt", "fold"):
            yield from table if isinstance(table, list | dict) else ()


def _spelling(raw: dict[str, Any], names: Iterable[str], numbers: Iterable[str]) -> Spelling:
    said = [*(word for word in names if len(word) >= _LONG)]
    said += [word for word in numbers if len(word) > _LONG]
    return spelling(
        frozenset(folded_word(word) for word in raw["spelled"]),
        frozenset(word for word in said if word.isalpha()),
        {folded_word(word): folded_word(meant) for word, meant in raw["misspelt"].items()},
        # One by one: only the beginning of a long text is folded.
        frozenset(word for said in _said(raw) for word in _LETTERS.findall(folded_word(said))),
    )


def _shared(
    raw: dict[str, dict[str, str]],
) -> dict[str, tuple[tuple[str, re.Pattern[str] | None], ...]]:
    """Return for each word of several countries their currencies and what in a text tells them."""
    return {
        folded_word(word): tuple(
            (
                code,
                None
                if cues == "traditional"
                else bounded(folded_word(cues), cjk=cues[0] > "\u3400"),
            )
            for code, cues in codes.items()
        )
        for words, codes in raw.items()
        for word in words.split("|")
    }


def _split(table: dict[str, str]) -> dict[str, str]:
    return {folded_word(word): value for words, value in table.items() for word in words.split("|")}


def _digits(currency: Iterable[str], *, cjk: bool) -> re.Pattern[str]:
    """Return runs of digits; not the digits of a word (7sabi, CW8), but those after a currency."""
    if cjk:
        return re.compile(rf"(?<!\d){_HAN_DIGITS}")
    codes = sorted(word for word in currency if word.isascii() and word.isalpha())
    after = "".join(f"|(?<=(?<![a-z]){word})" for word in codes if len(word) <= _LONGEST_CODE)
    return re.compile(rf"(?:(?<![a-z\d]){after}){_DIGITS}")


def _money(currency: Iterable[str], begin: str, *, cjk: bool) -> re.Pattern[str]:
    """Return a pattern of currencies; one may stand right against its figure: 50eur, $50, 300元."""
    if cjk:
        return re.compile(either(currency))
    ends = [word for word in currency if not (word[0].isalnum() and word[-1].isalnum())]
    signs = [
        f"{begin if word[0].isalnum() else ''}{re.escape(word)}"
        + (f"(?!{NO_DIGIT})" if word[-1].isalnum() else "")
        for word in sorted(ends, key=len, reverse=True)
    ]
    words = either(word for word in currency if word[0].isalnum() and word[-1].isalnum())
    return re.compile("|".join([*signs, f"{begin}(?:{words})(?!{NO_DIGIT})"]))


def _percent(words: Iterable[str], *, cjk: bool) -> re.Pattern[str]:
    """Return a pattern of percent: its sign, or a word, also right after a figure."""
    signs: list[str] = []
    said: list[str] = []
    for word in words:
        (said if word[0].isalpha() else signs).append(word)
    of_words = whole(said, f"(?<!{NO_DIGIT})", cjk=cjk)
    return re.compile(f"{either(signs)}|{of_words.pattern}")


def _fill(pattern: str, blanks: dict[str, str]) -> str:
    for blank, words in blanks.items():
        pattern = pattern.replace(blank, words.replace("(?:", f"(?P<{blank[1]}>", 1))
    return pattern
