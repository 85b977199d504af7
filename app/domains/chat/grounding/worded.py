"""Finds numbers written as words and works out their value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final

from app.domains.chat.grounding.tables import words
from app.domains.chat.grounding.tries import EDGE, START, pattern_of

_CJK_DIGITS: Final = (
    {char: value for value, char in enumerate("零一二三四五六七八九")}
    | {char: value for value, char in enumerate("壹贰叁肆伍陆柒捌玖", 1)}
    | {"〇": 0, "两": 2, "兩": 2}
)
_CJK_UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_CJK_BIG: Final = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_CJK_DIGIT: Final = "".join(_CJK_DIGITS)
_CJK: Final = re.compile(
    f"[{_CJK_DIGIT}{''.join(_CJK_UNITS)}{''.join(_CJK_BIG)}]+(?:点[{_CJK_DIGIT}]+)?成?"
)
_PERCENT_CJK: Final = "百分之"
_LENGTH_MAX: Final = 80
#: One peso is hardly ever spoken of: "tiene un peso del 64 %" is a weight.
_A_WEIGHT: Final = re.compile(r"\s+peso\b")
_WEIGHED: Final = frozenset({"es", "pt"})


@dataclass(frozen=True, slots=True)
class Worded:
    """A worded number at `start` to `end`; `bare_ok` when it is a number without a unit too."""

    start: int
    end: int
    value: Decimal
    bare_ok: bool = True
    percent: bool = False
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class _Table:
    whole: re.Pattern[str]
    item: re.Pattern[str]
    values: Mapping[str, Decimal]
    powers: Mapping[str, int]
    own: Mapping[str, Any]


@cache
def _table(language: str) -> _Table:
    own = words(language)
    values = {word: Decimal(value) for word, value in own["cardinals"].items()}
    values |= {word: Decimal(value) for word, value in own["additive"].items()}
    powers: Mapping[str, int] = own["worded_magnitudes"]
    german = language == "de"
    item = pattern_of([*values, *powers], edge=not german)
    if own["one_before"]:
        item = rf"(?:{item}|a(?=\s+(?:hundred|thousand|million|billion|trillion)\b))"
    between = rf"(?:[\s-]+(?:{pattern_of(own['connectors'])}\s*)?)"
    if german:
        between = rf"(?:und(?=[^\W\d])|[\s-]+(?:und\s+)?|)(?={item})"
    if language == "ar":
        between = r"\s+(?:و\s?)?"
    # A clitic "and" or "by" is written together with the Arabic word.
    left = START + ("(?:[وبفل])?" if language == "ar" else "")
    return _Table(
        re.compile(f"{left}(?P<number>{item}(?:{between}{item}){{0,12}}){EDGE}"),
        re.compile(item), values, powers, own,
    )  # fmt: skip


def worded(text: str, language: str) -> list[Worded]:
    """Return the worded numbers of a folded text, in order."""
    if language == "zh":
        return _chinese(text)
    rows = _table(language)
    out = []
    for match in rows.whole.finditer(text):
        parts = rows.item.findall(match.group("number"))
        value = _composed(parts, rows)
        if language in _WEIGHED and value == 1 and _A_WEIGHT.match(text, match.end()):
            continue
        if value is not None:
            lone = len(parts) == 1 and parts[0] in rows.own["needs_unit"]
            out.append(Worded(match.start("number"), match.end("number"), value, not lone))
    return out


def _composed(parts: list[str], rows: _Table) -> Decimal | None:
    """Work out "two hundred and five thousand"; None for a bare "millions" of vague speech."""
    total, current, any_value = Decimal(0), Decimal(0), False
    for raw in parts:
        part = re.sub(r"\s+", " ", raw)
        if part == "a":
            current, any_value = Decimal(1), True
        elif part in rows.values and not (part in rows.powers and current):
            current += rows.values[part]
            any_value = True
        elif part in rows.powers:
            if not current and not any_value and part not in rows.own["alone"]:
                return None
            power = rows.powers[part]
            scaled = (current or Decimal(1)) * 10**power
            any_value = True
            if power == 2:
                current = scaled
            else:
                total, current = total + scaled, Decimal(0)
    return total + current if any_value else None


def _chinese(text: str) -> list[Worded]:
    out = []
    for match in _CJK.finditer(text):
        run = match.group()
        if len(run) > _LENGTH_MAX or text.startswith("分之", match.end()):
            continue
        percent = text.startswith(_PERCENT_CJK, max(0, match.start() - 3))
        value = _chinese_value(run.removesuffix("成"))
        if value is None or run in ("万一", "一一"):
            continue
        if run.endswith("成"):
            out.append(Worded(match.start(), match.end(), value / 10, percent=True, decimals=1))
            continue
        if run[0] in "百" and text.startswith("百分", match.start()):
            continue
        value = value / 100 if percent else value
        # The "per cent" before it is a part of the figure, and no word about it.
        start = match.start() - len(_PERCENT_CJK) * percent
        out.append(
            Worded(start, match.end(), value, bare_ok=False, percent=percent, decimals=2 * percent)
        )
    return out


def _chinese_value(run: str) -> Decimal | None:
    whole, _, rest = run.partition("点")
    total, section, digit = 0, 0, 0
    if len(whole) > 1 and all(char in _CJK_DIGITS for char in whole):
        total = int("".join(str(_CJK_DIGITS[char]) for char in whole))
        whole = ""
    elif whole and whole[0] in _CJK_BIG:
        return None
    for char in whole:
        if char in _CJK_DIGITS:
            digit = _CJK_DIGITS[char]
        elif char in _CJK_UNITS:
            section += (digit or 1) * _CJK_UNITS[char]
            digit = 0
        else:
            total = (total + section + digit) * _CJK_BIG[char]
            section = digit = 0
    value = Decimal(total + section + digit)
    if rest:
        value += Decimal("0." + "".join(str(_CJK_DIGITS[char]) for char in rest))
    return value if run else None
