"""A message as tokens: what the rules recognise whole (figures, dates, names), else words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from app.domains.chat.understanding.folding import Folded
from app.domains.chat.understanding.slots.amounts import currencies, figures, is_letter, parts
from app.domains.chat.understanding.slots.dates import dated
from app.domains.chat.understanding.slots.lexicon import Lexicon
from app.domains.chat.understanding.slots.token_types import Sort, Token

_CODE: Final = re.compile(
    r"(?<![a-z0-9#])(?:#\s?\d{2,}|[a-z]{2}[a-z0-9]{9}\d(?![a-z0-9])"
    r"|(?=[a-z0-9]*[a-z])[a-z0-9]{1,8}[-_](?=[a-z0-9-]*\d)[a-z0-9]{1,12}(?:[-_][a-z0-9]{1,12})?"
    r"|\d{2,8}-[a-z]{1,3}(?:-\d{1,8})?|[a-z]{1,6}\d{4,}[a-z0-9]{0,8}|[a-z]{1,4}\d{3}"
    r"|[a-z]{2,6}(?:/\d{1,8}){1,3}"
    r"|\d{1,8}(?:-\d{1,8}){1,2}(?=\D|$)(?!-))(?![a-z0-9])"
)
_ISIN: Final = re.compile(r"[a-z]{2}[a-z0-9]{9}\d")
_TICKER: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z]{2,6}\d{0,2}|[A-Z]{1,5}\.[A-Z]{1,3})(?![A-Za-z0-9])"
)
#: The Arabic "with", "to", "and", "in" are written onto the next word and split off here; a name
#: that begins with such a letter is put together again by its labels.
_WORD: Final = re.compile(
    r"[\u3400-\u9fff]|(?<![\u0621-\u064a])[بلفو](?=[\u0621-\u064aa-z]{3})"
    r"|[\u0621-\u064a]+|(?:(?![\d_\u3400-\u9fff\u0621-\u064a])\w|[\u0900-\u0963])"
    r"(?:(?![_\u3400-\u9fff\u0621-\u064a])\w|[\u0900-\u0963]|[.&](?=[a-z]))*'?|\d+|[^\s\w]|_"
)
_COUNTED: Final = re.compile("[股份手块元塊%成万千]")
#: A comma between figures is read by the text's own language, and `mn`, `m` may be its words.
_ENGLISH_ONLY: Final = re.compile(r",|\b(?:m|mn|mil|bn)$")
#: More months than these are not counted; it is money a month.
_LONGEST_COUNT: Final = 36
_GLUED_TICKER: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2,6}(?=\d{3,6}(?!\d))")
_NOT_TICKERS: Final = frozenset({
    "EUR", "USD", "GBP", "CHF", "INR", "NGN", "KES", "MXN", "COP", "ARS", "BRL",
    "AOA", "XOF", "MAD", "SAR", "AED", "EGP", "CNY", "HKD", "TWD", "SGD", "RS",
    "NT", "HK", "KZ", "KYC", "PDF", "OK", "SMS", "ATM", "PIN", "FAQ", "APP",
})  # fmt: skip


def tokenise(
    folded: Folded,
    lexicons: Iterable[Lexicon],
    names: Mapping[str, Mapping[str, str]],
    wanted: frozenset[str] | None = None,
) -> list[Token]:
    """Return tokens from left to right without overlap; whole ones win, longer before shorter.

    With `wanted` slots nothing is read whole that none of them could be.
    """
    text = folded.text
    tongues = list(lexicons)
    found: list[Token] = list(_named(folded, names))
    for lexicon in tongues:
        found += dated_tokens(text, lexicon, ranges=wanted is None or "date_range" in wanted)
        found += [
            _counting(one, text, tongues)
            for one in figures(text, lexicon)
            if lexicon is tongues[0] or not _ENGLISH_ONLY.search(one.text)
        ]
        found += parts(text, lexicon)
    found += currencies(text, folded.original, tongues)
    found += _codes(folded, cjk=tongues[0].cjk)
    coded = wanted is None or "reference" in wanted
    found = [
        one for one in found if one.sort is not Sort.CODE or (coded and _is_code(one, tongues))
    ]
    found = [one for one in found if not _is_length(one, found, text, tongues[0])]
    if wanted is not None and "frequency" not in wanted:
        found = [one for one in found if not _hides_a_date(one, found)]
    chosen = _leftmost([one for one in found if not _hidden(one, found, text)])
    return _with_words(text, chosen)


def _counting(figure: Token, text: str, lexicons: Iterable[Lexicon]) -> Token:
    """Return a figure as one of percent when a word for percent follows it."""
    after = figure.end + (text[figure.end : figure.end + 1] == " ")
    if any(lexicon.percent_words.match(text, after) for lexicon in lexicons):
        return replace(figure, of="percent")
    return figure


def _is_length(token: Token, found: list[Token], text: str, lexicon: Lexicon) -> bool:
    """Tell whether a frequency is only the unit of a length: six months, how many months."""
    if token.sort is not Sort.FREQUENCY or token.text.split(" ")[0] not in lexicon.units:
        return False
    before = text[: token.start].rstrip()
    return before.rpartition(" ")[2] in lexicon.how_many or any(
        one.sort is Sort.FIGURE
        and one.end == len(before)
        and one.value.isdigit()
        and int(one.value) <= _LONGEST_COUNT
        for one in found
    )


def _hides_a_date(token: Token, found: list[Token]) -> bool:
    """Tell whether a frequency, none being sought, is part of a date: `ao ano passado`."""
    return token.sort is Sort.FREQUENCY and any(
        one.sort is Sort.DATE and one.start < token.end and token.start < one.end for one in found
    )


def _is_code(token: Token, lexicons: Iterable[Lexicon]) -> bool:
    """Tell whether a code is none: letters before its digits may be a currency, as in usd250."""
    letters = token.text.rstrip("0123456789")
    return not any(letters in lexicon.currency for lexicon in lexicons)


def _hidden(token: Token, found: list[Token], text: str) -> bool:
    """Tell whether a known name is no name here but part of something longer, or of a figure."""
    if token.sort is not Sort.NAME:
        return False
    if any(
        one.sort in (Sort.DATE, Sort.FREQUENCY)
        and one.start <= token.start < token.end <= one.end
        and one.end - one.start > token.end - token.start
        for one in found
    ):
        return True
    return _of_a_figure(token, found, text)


def _of_a_figure(token: Token, found: list[Token], text: str) -> bool:
    """Tell whether an account called by its currency is the currency of a figure beside it."""
    if token.of != "account" or not any(
        one.sort is Sort.CURRENCY and (one.start, one.end) == (token.start, token.end)
        for one in found
    ):
        return False
    return any(
        one.sort is Sort.FIGURE
        and not text[min(one.end, token.end) : max(one.start, token.start)].strip()
        for one in found
    )


def dated_tokens(text: str, lexicon: Lexicon, *, ranges: bool = True) -> list[Token]:
    """Return dates and frequencies, and unless told otherwise ranges of two dates."""
    return [
        Token(Sort.FREQUENCY if kind == "freq" else Sort.DATE, start, end, text[start:end], value)
        for kind, start, end, value in dated(text, lexicon)
        if ranges or kind != "range"
    ]


def _named(folded: Folded, names: Mapping[str, Mapping[str, str]]) -> Iterator[Token]:
    for slot, table in names.items():
        for name, value in table.items():
            if not name:
                continue
            at = folded.text.find(name)
            while at >= 0:
                end = at + len(name)
                if _whole(folded.text, at, end):
                    yield Token(Sort.NAME, at, end, name, value, slot)
                at = folded.text.find(name, end)


def _whole(text: str, start: int, end: int) -> bool:
    if "\u3400" <= text[start] <= "\u9fff":
        return True
    before = start == 0 or not is_letter(text[start - 1])
    after = end == len(text) or not is_letter(text[end])
    return before and after


def _codes(folded: Folded, *, cjk: bool) -> Iterator[Token]:
    for match in _CODE.finditer(folded.text):
        start, end = folded.span(*match.span())
        sort = Sort.TICKER if _ISIN.fullmatch(match[0]) else Sort.CODE
        yield Token(sort, *match.span(), match[0], folded.original[start:end])
    cased = "".join(
        letter.upper() if folded.original[place].isupper() else letter
        for letter, place in zip(folded.text, folded.at, strict=True)
    )
    shouting = sum(c.isupper() for c in cased) > 0.6 * sum(
        c.isascii() and c.isalpha() for c in cased
    )
    glued = list(_GLUED_TICKER.finditer(cased)) if cjk else []
    for match in [*_TICKER.finditer(cased), *glued]:
        ticker = match[0]
        if cjk and _COUNTED.match(cased, match.end()):
            # Chinese writes a count right onto a ticker: TSLA1股.
            ticker = ticker.rstrip("0123456789")
        if ticker not in _NOT_TICKERS and (not shouting or len(cased) < 24):
            end = match.start() + len(ticker)
            yield Token(Sort.TICKER, match.start(), end, ticker.lower(), ticker)


def _leftmost(found: list[Token]) -> list[Token]:
    order = {
        sort: place
        for place, sort in enumerate(
            (
                Sort.NAME,
                Sort.FREQUENCY,
                Sort.DATE,
                Sort.CODE,
                Sort.PART,
                Sort.CURRENCY,
                Sort.FIGURE,
                Sort.TICKER,
            )
        )
    }
    found.sort(key=lambda one: (one.start, one.sort is not Sort.NAME, -one.end, order[one.sort]))
    chosen: list[Token] = []
    end = 0
    for one in found:
        if one.start >= end:
            chosen.append(one)
            end = one.end
    return chosen


def _with_words(text: str, chosen: list[Token]) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    for one in [*chosen, Token(Sort.SIGN, len(text), len(text), "")]:
        for match in _WORD.finditer(text, at, one.start):
            sort = Sort.WORD if match[0][0].isalnum() else Sort.SIGN
            tokens.append(Token(sort, match.start(), match.end(), match[0]))
        if one.end > one.start:
            tokens.append(one)
        at = one.end
    return tokens
