"""Which labels a token may have: by what it is, what stands beside it, what she is known to own."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from app.domains.chat.understanding.slots.cues import LABELS, OPEN, OUT, is_year, slot_of
from app.domains.chat.understanding.slots.token_types import Sort, Token

FITS: Final = {
    Sort.FIGURE: {"amount", "percent", "quantity", "date", "date_range", "reference", *OPEN},
    Sort.PART: {"percent", "quantity", *OPEN},
    Sort.CURRENCY: {"currency", *OPEN},
    Sort.DATE: {"date", "date_range", *OPEN},
    Sort.FREQUENCY: {"frequency", *OPEN},
    Sort.CODE: {"reference", *OPEN},
    Sort.TICKER: {"instrument", "reference", *OPEN},
    Sort.WORD: set(OPEN),
    Sort.SIGN: set(OPEN),
}
_DAYS: Final = 31
#: What a figure right beside money cannot be, and one that counts percent.
_NOT_MONEY: Final = frozenset({"percent", "quantity", "date", "date_range", "reference"})
_NOT_PERCENT: Final = frozenset({"amount", "quantity", "date", "date_range", "reference"})


def allowed(
    tokens: Sequence[Token],
    slots: frozenset[str],
    hinted: Sequence[Sequence[str]] = (),
    closed: frozenset[str] = frozenset(),
) -> list[list[int]]:
    """Return the labels each token may have among the slots looked for.

    A word is of a `closed` slot (all its objects are known) only where a list hints at it.
    """
    out = []
    told = {token.of for token in tokens if token.sort is Sort.NAME}
    for place, token in enumerate(tokens):
        if token.sort is Sort.NAME and token.of in slots:
            out.append([LABELS.index(f"B-{token.of}")])
            continue
        fits = FITS.get(token.sort, set()) & slots
        if token.sort is Sort.FIGURE:
            fits = _of_figure(fits, tokens, place)
        if token.sort is not Sort.TICKER:
            # Where one of her own is named, other words are not guessed to be one more.
            fits = fits - told
        if closed and hinted:
            fits = fits - (closed - {hint.partition("|")[0] for hint in hinted[place]})
        out.append([i for i, label in enumerate(LABELS) if label == OUT or slot_of(label) in fits])
    return out


def overlooked(
    tokens: Sequence[Token],
    labels: Sequence[int],
    choices: Sequence[Sequence[int]],
    intent: str,
    hinted: Sequence[Sequence[str]] = (),
) -> list[list[int]]:
    """Return the choices again, without "none" where the only token of its kind was left out.

    An order that says how much, or how often, in one place only means that place: half of a fund
    to sell, the one sum beside a currency, the one frequency of a plan. A question what
    something is asks for the first listed term when nothing else was taken for one.
    """
    again = [list(choice) for choice in choices]
    found = {slot_of(LABELS[label]) for label in labels}
    for slots, sought in _SOUGHT.get(intent, ()):
        if found & slots:
            continue
        places = [place for place in range(len(tokens)) if sought(tokens, place)]
        if len(places) == 1:
            kept = [one for one in again[places[0]] if slot_of(LABELS[one]) in slots]
            again[places[0]] = kept or again[places[0]]
    if intent == _ASKS and not found & {"term"}:
        _take_listed(again, hinted)
    return again


def _take_listed(choices: list[list[int]], hinted: Sequence[Sequence[str]]) -> None:
    """Leave only the term for the first run of tokens that is a listed one."""
    start = next((at for at, hint in enumerate(hinted) if "term|B" in hint), len(hinted))
    for place in range(start, len(hinted)):
        mark = "B" if place == start else "I"
        if f"term|{mark}" not in hinted[place]:
            break
        choices[place] = [LABELS.index(f"{mark}-term")]


def _is_money(tokens: Sequence[Token], place: int) -> bool:
    return tokens[place].sort is Sort.FIGURE and any(
        one.sort is Sort.CURRENCY for one in _beside(tokens, place)
    )


def _is_frequency(tokens: Sequence[Token], place: int) -> bool:
    return tokens[place].sort is Sort.FREQUENCY


def _is_part(tokens: Sequence[Token], place: int) -> bool:
    return tokens[place].sort is Sort.PART


_Sought = tuple[frozenset[str], Callable[[Sequence[Token], int], bool]]
_OFTEN: Final[_Sought] = (frozenset({"frequency"}), _is_frequency)
_MUCH: Final[_Sought] = (frozenset({"amount", "quantity", "percent"}), _is_money)
_ASKS: Final = "concept_explain"
_SOUGHT: Final[dict[str, tuple[_Sought, ...]]] = {
    "buy": (_MUCH,),
    "sell": (_MUCH, (frozenset({"amount", "quantity", "percent"}), _is_part)),
    "deposit": (_MUCH,),
    "withdraw": (_MUCH,),
    "recurring_plan": (_MUCH, _OFTEN),
    "goal_what_if": (_OFTEN,),
}


def _of_figure(fits: set[str], tokens: Sequence[Token], place: int) -> set[str]:
    """Return the slots a figure may be of: money, percent and dates are told by their company."""
    token = tokens[place]
    if token.of == "percent":
        return fits - _NOT_PERCENT
    if any(one.sort is Sort.CURRENCY for one in _beside(tokens, place)):
        fits = fits - _NOT_MONEY
    if not is_year(token) and not _is_day(token):
        fits = fits - {"date", "date_range"}
    return fits if token.text.isdigit() else fits - {"reference"}


def _beside(tokens: Sequence[Token], place: int) -> Sequence[Token]:
    """Return the neighbours that at most a blank parts from a token."""
    here = tokens[place]
    before, after = tokens[max(place - 1, 0) : place], tokens[place + 1 : place + 2]
    return [one for one in before if here.start - one.end <= 1] + [
        one for one in after if one.start - here.end <= 1
    ]


def _is_day(token: Token) -> bool:
    return bool(re.fullmatch(r"\d{1,2}", token.value)) and 0 < int(token.value) <= _DAYS
