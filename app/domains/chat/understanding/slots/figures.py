"""Figures written in digits or in words, as exact decimals."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from app.domains.chat.understanding.slots.lexicon import Lexicon

_HAN: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0, "俩": 2}
_HAN_SCALES: Final = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_MAX_DIGITS: Final = 20
_HINDI_ENDS: Final = frozenset({"एक", "दो", "ek", "do"})


def parse_digits(run: str) -> Decimal | None:
    """Return the value of a run of digits and separators; None when it is no figure.

    The last of two unlike separators is the decimal one; a lone one before exactly three
    digits groups, whatever the language; any other one is decimal.
    """
    run = run.replace(" ", "").replace("'", "")
    if not run or sum(c.isdigit() for c in run) > _MAX_DIGITS:
        return None
    marks = [c for c in run if c in ".,"]
    if not marks:
        return Decimal(run)
    last = marks[-1]
    head, _, tail = run.rpartition(last)
    grouped = (len(set(marks)) == 1) and (
        len(marks) > 1 or (len(tail) == 3 and head not in ("", "0") and len(head) <= 3)
    )
    if grouped:
        return Decimal(re.sub("[.,]", "", run))
    if marks.count(last) > 1:
        return None
    return Decimal(f"{re.sub('[.,]', '', head) or '0'}.{tail or '0'}")


def scaled(value: Decimal, words: Sequence[str], lexicon: Lexicon) -> Decimal:
    """Multiply by words of magnitude, such as `mil` or `lakh`."""
    for word in words:
        value *= Decimal(10) ** lexicon.scales[word]
    return value


def parse_words(words: Sequence[str], lexicon: Lexicon) -> Decimal | None:
    """Return the value of number words in a row: units add, hundred and thousand multiply."""
    total, part = Decimal(0), Decimal(0)
    seen = False
    for word in words:
        if word in lexicon.numbers:
            part += Decimal(str(lexicon.numbers[word]))
        elif (power := lexicon.scales.get(word)) is not None:
            part = (part or Decimal(1)) * Decimal(10) ** power
            if power > 2:
                total, part = total + part, Decimal(0)
        else:
            return None
        seen = True
    return total + part if seen else None


def follows_on(first: str, second: str, lexicon: Lexicon, *, joined: bool) -> bool:
    """Tell whether two number words in a row are one number, as twenty five, not two three."""
    if first not in lexicon.numbers or second not in lexicon.numbers:
        # In Hindi `do` after a thousand is "give", and `ek` begins the next words.
        return not (lexicon.lang == "hi" and first in lexicon.scales and second in _HINDI_ENDS)
    before, after = lexicon.numbers[first], lexicon.numbers[second]
    if before < 1:
        return after >= 1
    if lexicon.lang == "hi":
        return before >= 100 > after
    if after < 20 and before in (60, 80):
        return True
    if before < 10 <= after < 100:
        return joined and lexicon.lang in ("ar", "de") and after % 10 == 0 and after >= 20
    size = 10 if before < 100 else 100 if before < 1_000 else 1_000
    return before >= 20 and before % size == 0 and after < size


def parse_han(text: str) -> Decimal | None:
    """Return a Chinese number such as 两千五, 一百五 (150) or 1.5万; None when it is none."""
    mixed = re.fullmatch(r"(\d[\d,.]*)([十百千万亿]*)", text)
    if mixed:
        value = parse_digits(mixed[1])
        for sign in mixed[2] if value is not None else "":
            value = (value or Decimal(0)) * _HAN_SCALES[sign]
        return value
    total, section, digit, last = 0, 0, 0, 1
    for sign in text:
        if sign in _HAN:
            digit = digit * 10 + _HAN[sign] if digit and last == 1 else _HAN[sign]
            last = 10 if sign in "零〇" else last
        elif sign in _HAN_SCALES:
            scale = _HAN_SCALES[sign]
            if scale >= 10_000:
                total, section = (total + section + digit) * scale, 0
            else:
                section += (digit or 1) * scale
            digit, last = 0, scale
        else:
            return None
    # 一百五 leaves the next lower scale unsaid.
    return Decimal(total + section + digit * (last // 10 if last > 10 else 1))


def split_glued(word: str, lexicon: Lexicon) -> list[str] | None:
    """Split number words written as one, such as zweihundertfuenfzig, into its pieces."""
    found: list[str] = []
    rest = word
    if lexicon.glued is None:
        return None
    while rest:
        piece = lexicon.glued.match(rest)
        if piece is None:
            if found and rest.startswith("und"):
                rest = rest[3:]
                continue
            return None
        found.append(piece[0])
        rest = rest[piece.end() :]
    if lexicon.lang == "hi":
        # Other words are made of such pieces, too: only how many hundreds or thousands are joined.
        return found if [word in lexicon.scales for word in found] == [False, True] else None
    return found if len(found) > 1 else None


def plain(value: Decimal) -> str:
    """Return a decimal without exponent; its written decimals stay."""
    return format(value.quantize(Decimal(1)) if value == value.to_integral_value() else value, "f")
