"""A message as tokens: what the rules recognise whole (figures, dates, names), else words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domains.chat.understanding.folding import Folded
from app.domains.chat.understanding.slots.dates import dated
from app.domains.chat.understanding.slots.figures import (
    parse_digits,
    parse_han,
    parse_words,
    plain,
    scaled,
    split_glued,
)
from app.domains.chat.understanding.slots.lexicon import DIGITS, LETTER, Lexicon


class Sort(StrEnum):
    """What a token is; all but words are taken whole."""

    WORD = "w"
    FIGURE = "n"
    PART = "p"
    CURRENCY = "c"
    DATE = "d"
    FREQUENCY = "f"
    CODE = "r"
    TICKER = "t"
    NAME = "g"
    SIGN = "s"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the folded text; `value` is what a rule read, `of` the slot of a known name."""

    sort: Sort
    start: int
    end: int
    text: str
    value: str = ""
    of: str = ""


_CODE: Final = re.compile(
    r"(?<![a-z0-9#])(?:#\s?\d{3,}|[a-z]{2}[a-z0-9]{9}\d(?![a-z0-9])"
    r"|(?=[a-z0-9]*[a-z])[a-z0-9]{1,8}[-_](?=[a-z0-9-]*\d)[a-z0-9]{1,12}(?:[-_][a-z0-9]{1,12})?"
    r"|[a-z]{1,6}\d{4,}[a-z0-9]{0,8}|\d{1,8}(?:-\d{1,8}){1,2}(?=\D|$)(?!-))(?![a-z0-9])"
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
_HAN_NUMBER: Final = re.compile(
    r"\d[\d,.]*[十百千万亿]+|[一二三四五六七八九十百千万亿两半零]+(?<!半)"
)
_FIGURE: Final = re.compile(DIGITS)
_NOT_TICKERS: Final = frozenset({
    "EUR", "USD", "GBP", "CHF", "INR", "NGN", "KES", "MXN", "COP", "ARS", "BRL",
    "AOA", "XOF", "MAD", "SAR", "AED", "EGP", "CNY", "HKD", "TWD", "SGD", "RS",
    "NT", "HK", "KZ", "KYC", "PDF", "OK", "SMS", "ATM", "PIN", "FAQ", "APP",
})  # fmt: skip


def tokenise(
    folded: Folded, lexicons: Iterable[Lexicon], names: Mapping[str, Mapping[str, str]]
) -> list[Token]:
    """Return tokens from left to right without overlap; whole ones win, longer before shorter."""
    found: list[Token] = list(_named(folded, names))
    tongues = list(lexicons)
    for lexicon in tongues:
        found += dated_tokens(folded.text, lexicon)
        found += _figures(folded.text, lexicon)
        found += _currencies(folded.text, lexicon)
        found += _parts(folded.text, lexicon)
    found += _codes(folded)
    chosen = _leftmost([one for one in found if not _of_a_figure(one, found, folded.text)])
    return _with_words(folded.text, chosen)


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


def dated_tokens(text: str, lexicon: Lexicon) -> list[Token]:
    """Return dates, ranges and frequencies."""
    return [
        Token(Sort.FREQUENCY if kind == "freq" else Sort.DATE, start, end, text[start:end], value)
        for kind, start, end, value in dated(text, lexicon)
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
    before = start == 0 or not re.match(LETTER, text[start - 1]) or text[start - 1] >= "\u3400"
    after = end == len(text) or not re.match(LETTER, text[end]) or text[end] >= "\u3400"
    return before and after


def _figures(text: str, lexicon: Lexicon) -> Iterator[Token]:
    if lexicon.cjk:
        for match in _HAN_NUMBER.finditer(text):
            value = parse_han(match[0])
            if value is None:
                continue
            if text.startswith("成", match.end()) and value <= 10:
                yield Token(Sort.PART, match.start(), match.end() + 1, match[0], plain(value * 10))
            else:
                yield _figure(match.start(), match.end(), text, plain(value))
    for match in _FIGURE.finditer(text):
        value = parse_digits(match[0])
        start, end = match.span()
        if value is None or (
            end < len(text)
            and text[end : end + 1].isascii()
            and text[end].isalpha()
            and not _scale_after(text, end, lexicon)
        ):
            continue
        words: list[str] = []
        while scale := _scale_after(text, end, lexicon):
            words.append(scale[0])
            end = scale[1]
        yield _figure(start, end, text, plain(scaled(value, words, lexicon)))
    yield from _worded(text, lexicon)


def _scale_after(text: str, end: int, lexicon: Lexicon) -> tuple[str, int] | None:
    match = re.compile(r"\s?").match(text, end)
    at = match.end() if match else end
    for word in sorted(lexicon.scales, key=len, reverse=True):
        if text.startswith(word, at):
            stop = at + len(word)
            if stop == len(text) or not re.match(LETTER, text[stop]):
                return (word, stop) if len(word) > 1 or at == end else None
    return None


def _worded(text: str, lexicon: Lexicon) -> Iterator[Token]:
    words = list(lexicon.number_words.finditer(text))
    at = 0
    while at < len(words):
        run = [words[at]]
        while at + len(run) < len(words):
            gap = text[run[-1].end() : words[at + len(run)].start()].strip()
            if len(gap) > 4 or (gap and gap not in lexicon.joiners):
                break
            run.append(words[at + len(run)])
        at += len(run)
        value = parse_words([word[0] for word in run], lexicon)
        if value is not None:
            yield _figure(run[0].start(), run[-1].end(), text, plain(value))
    if lexicon.glued:
        for match in re.finditer(r"[a-z]{7,40}", text):
            pieces = split_glued(match[0], lexicon)
            value = parse_words(pieces, lexicon) if pieces else None
            if value is not None:
                yield _figure(match.start(), match.end(), text, plain(value))


def _figure(start: int, end: int, text: str, value: str) -> Token:
    return Token(Sort.FIGURE, start, end, text[start:end], value)


def _currencies(text: str, lexicon: Lexicon) -> Iterator[Token]:
    for word, code in lexicon.currency.items():
        at = text.find(word)
        while at >= 0:
            end = at + len(word)
            # A currency may stand right against its figure: 50eur, $50, 300元.
            before = at == 0 or not text[at].isalnum() or lexicon.cjk or not _letter(text[at - 1])
            after = (
                end == len(text)
                or not text[end - 1].isalnum()
                or lexicon.cjk
                or not _letter(text[end])
            )
            if before and after:
                yield Token(Sort.CURRENCY, at, end, word, code)
            at = text.find(word, end)


def _letter(char: str) -> bool:
    return bool(re.match(LETTER, char)) and not char.isdigit()


def _parts(text: str, lexicon: Lexicon) -> Iterator[Token]:
    for word, value in lexicon.parts.items():
        for match in re.finditer(re.escape(word), text):
            if lexicon.cjk or _whole(text, *match.span()):
                yield Token(Sort.PART, *match.span(), word, str(value))


def _codes(folded: Folded) -> Iterator[Token]:
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
    for match in _TICKER.finditer(cased):
        if match[0] not in _NOT_TICKERS and (not shouting or len(cased) < 24):
            yield Token(Sort.TICKER, *match.span(), match[0].lower(), match[0])


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
