"""Finds the figures of a masked text: digits and number words with what belongs to them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from app.domains.chat.evidence_types import Kind
from app.domains.chat.grounding.cores import Core, Setting, cores
from app.domains.chat.grounding.figures import Figure
from app.domains.chat.grounding.mapping import Mapped
from app.domains.chat.grounding.patterns import patterns
from app.domains.chat.grounding.tables import currency_of, words

_BEFORE: Final = 24
_AFTER: Final = 48
_BARE_MAX: Final = 3
_YEARS: Final = range(1900, 2101)
_COMPOUND: Final = frozenset({"hi", "zh", "en"})
_CENT: Final = Decimal("0.01")
_BASIS: Final = Decimal("0.0001")
POINTS: Final = re.compile(r"\s?(?:points?|pts\b\.?|puntos?|punkten?|pontos?|अंक|نقاط|نقطه|个点)")
_HUNDRED: Final = "百分之"


def numbers(source: Mapped, masked: str, setting: Setting) -> list[Figure]:
    """Return the figures in order. `masked` is the folded text without what is no figure."""
    figures: list[Figure] = []
    taken = 0
    for core in cores(masked, setting):
        if core.start < taken:
            continue
        figure = _figure(core, source, masked, setting, taken)
        if figure is None:
            continue
        merged = _compound(figures, figure, masked, setting)
        if merged is not None:
            figures[-1] = merged
        else:
            figures.append(figure)
        taken = figures[-1].end
    return _joined(figures, masked, setting)


def _figure(core: Core, source: Mapped, masked: str, setting: Setting, taken: int) -> Figure | None:
    """Attach sign, currency, magnitude, percent; None for a number word that claims nothing."""
    rows = patterns(setting.grammar.language)
    ahead = masked[max(taken, core.start - _BEFORE) : core.start]
    before = rows.before.search(ahead)
    if before and not _stands_free(ahead, before, source, core.start):
        before = None
    after = rows.after.match(masked, core.end, min(len(masked), core.end + _AFTER))
    if core.worded and core.plain:
        return _share(core)
    mag = after.group("mag") if after else None
    power = rows.magnitudes[re.sub(r"\s+", " ", mag)] if mag else 0
    mark = _mark(before, after, masked, rows.marks)
    kind, scale, percent = _kind(core, after, mark, ahead)
    if core.worded and not _claims(core, kind, after, mag):
        return None
    bad = core.value is None or _glued(core, before, after, masked)
    start = core.start - (len(ahead) - before.start() if before else 0)
    end = after.end() if after and _kept(after, kind) else core.end
    if kind is Kind.MONEY and after and before and before.group("cur") and after.group("cur"):
        end = after.end("mag") if mag else core.end
    sign = _sign(before, ahead, rows.minus)
    step = Decimal(1).scaleb(power - core.decimals) * scale
    value = None if bad or core.value is None else core.value.scaleb(power) * scale * (sign or 1)
    currency = None
    if mark == "%c":
        currency = setting.base
    elif mark is not None:
        currency = currency_of(
            mark, tag=setting.grammar.tag, base=setting.base, present=setting.present
        )
        if currency is None:
            value = None
    figure = Figure(
        start, end, kind, value, step, _loose(core, step), currency, sign,
        bracketed=masked[max(0, start - 1) : start] == "(" and masked[end : end + 1] == ")",
        worded=core.worded, foreign=core.foreign,
    )  # fmt: skip
    return _finished(figure, core, after, percent=percent)


def _finished(figure: Figure, core: Core, after: re.Match[str] | None, *, percent: bool) -> Figure:
    """Add what only some figures have: years, ordinals, multiples."""
    if after and after.group("times"):
        return replace(figure, ratio=True)
    ordinal = bool(after and after.group("ordinal"))
    if ordinal and core.value is not None and core.value <= _BARE_MAX:
        return replace(figure, exempt=True)
    bare = figure.kind is Kind.QUANTITY and not percent and not (after and after.group("mag"))
    figure = replace(figure, counts=bool(bare and after and after.group("unit")))
    if bare and core.plain and core.value is not None and core.value in _YEARS:
        return replace(figure, year=int(core.value))
    return figure


def _share(core: Core) -> Figure:
    """Return the figure of "half of" (a share) or "doubled" (a ratio)."""
    step = Decimal("0.01")
    if core.percent:
        # "Seven in ten" can say no more than a tenth.
        loose = step * 10 if core.rough else step
        return Figure(
            core.start, core.end, Kind.PERCENT, core.value, step, loose, worded=True, fraction=True
        )
    return Figure(
        core.start, core.end, Kind.QUANTITY, core.value, step, step, worded=True, ratio=True
    )


def _loose(core: Core, step: Decimal) -> Decimal:
    """Return the quantum when the trailing zeros of a whole number are not meant exactly."""
    if core.decimals or not core.value:
        return step
    digits = str(int(core.value))
    return step.scaleb(len(digits) - len(digits.rstrip("0")))


def _stands_free(ahead: str, before: re.Match[str], source: Mapped, at: int) -> bool:
    """Tell whether what stands before belongs to the figure: no dash of a range, no small word."""
    code = before.group("cur")
    if code and code.isalpha() and code.isascii() and len(code) == 3:
        begin = at - (len(ahead) - before.start("cur"))
        if not source.text[begin : begin + 3].isupper():
            return False
    first = before.start()
    if ahead[first : first + 2] == "– " and ahead[:first].rstrip(" ") != ahead[:first]:
        return False  # between blanks it is a dash of the sentence
    if ahead[first : first + 1] in "-+–" and first and not code:
        return not (
            ahead[first - 1].isdigit() or _letter(ahead[first - 1]) or ahead[first - 1] in ")%"
        )
    return True


def _mark(
    before: re.Match[str] | None, after: re.Match[str] | None, masked: str,
    marks: Mapping[str, str],
) -> str | None:  # fmt: skip
    """Return the currency mark of a figure: the one before it first."""
    if before and before.group("cur"):
        return marks.get(before.group("cur"))
    if after and after.group("cur"):
        symbol = after.group("cur")
        # "100 $120": the sign belongs to the figure it touches.
        if not symbol[-1].isalnum() and masked[after.end() : after.end() + 1].isdigit():
            return None
        return marks.get(re.sub(r"\s+", " ", symbol))
    return None


def _kind(
    core: Core, after: re.Match[str] | None, mark: str | None, ahead: str
) -> tuple[Kind, Decimal, bool]:
    """Return kind, the scale of the value, and whether it is a percentage."""
    if core.percent:
        return Kind.PERCENT, Decimal(1), True
    if mark is None and after:
        if after.group("basis"):
            return Kind.PERCENT, _BASIS, True
        if after.group("permille"):
            return Kind.PERCENT, Decimal("0.001"), True
        if after.group("percent"):
            return Kind.PERCENT, _CENT, True
    if mark is None and ahead.endswith(("%", _HUNDRED)) and not ahead[-2:-1].isdigit():
        return Kind.PERCENT, _CENT, True
    if mark is not None:
        return Kind.MONEY, _CENT if mark == "%c" else Decimal(1), False
    return Kind.QUANTITY, Decimal(1), False


def _claims(core: Core, kind: Kind, after: re.Match[str] | None, mag: str | None) -> bool:
    """Tell whether a worded number is a claim: with %, currency, magnitude, unit, or above 3."""
    if kind is not Kind.QUANTITY or mag:
        return True
    unit = bool(after and (after.group("unit") or after.group("times")))
    if core.value is not None and core.value <= 1:
        return False
    return unit or (core.bare_ok and (core.value or 0) > _BARE_MAX)


def _kept(after: re.Match[str], kind: Kind) -> bool:
    """Tell whether what follows is part of the figure's own text; units are not."""
    return (
        not after.group("unit")
        and not after.group("glued")
        and (after.group("cur") is None or kind is Kind.MONEY)
    )


def _sign(before: re.Match[str] | None, ahead: str, minus: re.Pattern[str]) -> int:
    written = ""
    if before:
        written = before.group("sign") or before.group("inner") or before.group("only") or ""
    if written:
        return 1 if "+" in written else -1
    return -1 if minus.search(ahead[: before.start()] if before else ahead) else 0


def _glued(
    core: Core, before: re.Match[str] | None, after: re.Match[str] | None, masked: str
) -> bool:
    """Tell whether a letter touches the digits: then they are no number."""
    if core.worded:
        return False
    left = masked[core.start - 1 : core.start] if core.start else ""
    if left and not (before and before.group("cur")) and _letter(left):
        return True
    right = masked[core.end : core.end + 1]
    return bool(right and _letter(right) and not (after and after.end() > core.end))


def _letter(char: str) -> bool:
    # Chinese, Hindi and Arabic write figures without a space; other scripts do not.
    return char == "_" or (char.isalpha() and not "\u0600" <= char <= "\u097f" and char < "\u2e80")


def _compound(
    figures: list[Figure], figure: Figure, masked: str, setting: Setting
) -> Figure | None:
    """Join "2 crore 50 lakh" and "3万5千": the second continues the first."""
    if not figures or setting.grammar.language not in _COMPOUND:
        return None
    first = figures[-1]
    if first.value is None or figure.value is None or first.step <= 1 or figure.sign:
        return None
    if masked[first.end : figure.start].strip() or figure.start - first.end > 1:
        return None
    if first.worded != figure.worded or abs(figure.value) >= first.step:
        return None
    if first.kind is not Kind.QUANTITY and first.currency != figure.currency:
        return None
    value = abs(first.value) + figure.value
    return replace(
        figure, start=first.start, value=-value if first.value < 0 else value, sign=first.sign,
        kind=first.kind if first.kind is not Kind.QUANTITY else figure.kind,
        currency=first.currency or figure.currency, year=None,
    )  # fmt: skip


def _joined(figures: list[Figure], masked: str, setting: Setting) -> list[Figure]:
    """Let a bare figure read like the one it is joined with: "5 to 7 %", "€1,000–2,000"."""
    joiner = patterns(setting.grammar.language).joiner
    out = [_pointed(figure, masked) for figure in figures]
    for index in range(len(figures) - 1):
        one, two = out[index], out[index + 1]
        if two.start - one.end > 8 or not joiner.fullmatch(masked, one.end, two.start):
            continue
        if _bare(one) and not _bare(two):
            out[index] = replace(one, inherited=_as(one, two))
        elif _bare(two) and one.kind is Kind.MONEY:
            out[index + 1] = replace(two, inherited=_as(two, one))
    return out


def _pointed(figure: Figure, masked: str) -> Figure:
    """Let "4.1 points" be percentage points too; a score's points stay points."""
    unit = POINTS.match(masked, figure.end)
    if not _bare(figure) or not unit:
        return figure
    figure = replace(figure, end=unit.end())
    value = (figure.value or Decimal(0)) * _CENT
    step = figure.step * _CENT
    other = replace(figure, kind=Kind.PERCENT, value=value, step=step, loose_step=step)
    return replace(figure, inherited=other)


def _bare(figure: Figure) -> bool:
    return figure.kind is Kind.QUANTITY and figure.value is not None and not figure.ratio


def _as(figure: Figure, other: Figure) -> Figure:
    scale = Decimal(1)
    if other.kind is Kind.PERCENT:
        scale = _BASIS if other.step < _BASIS / 10 else _CENT
    elif other.step > 1 and figure.step <= 1:
        scale = Decimal(1).scaleb(other.step.adjusted())
    value = figure.value or Decimal(0)
    return replace(
        figure, kind=other.kind, currency=other.currency, value=value * scale,
        step=figure.step * scale, loose_step=figure.loose_step * scale, year=None, inherited=None,
    )  # fmt: skip


def number_words(language: str) -> tuple[str, ...]:
    """Return the words a worded figure may begin with."""
    own = words(language)
    return (*own["cardinals"], *own["additive"], *own["alone"])
