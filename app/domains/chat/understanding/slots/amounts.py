"""Figures, shares of a whole and currencies of a message, as tokens."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from app.domains.chat.understanding.slots.countries import money_of
from app.domains.chat.understanding.slots.figures import (
    follows_on,
    parse_digits,
    parse_han,
    parse_words,
    plain,
    scaled,
    split_glued,
)
from app.domains.chat.understanding.slots.lexicon import Lexicon
from app.domains.chat.understanding.slots.token_types import Sort, Token
from app.domains.chat.understanding.slots.words import LETTER

_HAN_NUMBER: Final = re.compile(
    r"\d[\d,.]*[十百千万亿]+|[一二三四五六七八九十百千万亿两半零]+(?<!半)"
)
_HAN_PERCENT: Final = re.compile(r"百分之(?:(\d+(?:\.\d+)?)|([一二三四五六七八九十百两零]+))")
_GLUED: Final = re.compile(r"[a-z]{7,40}|[\u0900-\u0963]{4,24}")
#: Short for money only beside digits: `n'a rien eu`, `y m'reste`, `da mi cuenta` are no money.
_BY_FIGURES: Final = frozenset({"f", "r", "eu", "da", "mt", "dt"})
_BLANK: Final = re.compile(r"\s?")
_LATIN: Final = re.compile(r"[a-z]+")


def figures(text: str, lexicon: Lexicon) -> Iterator[Token]:
    """Return figures in digits and in words."""
    if lexicon.cjk:
        yield from _han(text)
    for match in lexicon.digits.finditer(text):
        value = parse_digits(match[0])
        start, end = match.span()
        if value is None or not _ends(text, end, lexicon):
            continue
        words: list[str] = []
        while scale := _scale_after(text, end, lexicon):
            words.append(scale[0])
            end = scale[1]
        yield _figure(start, end, text, plain(scaled(value, words, lexicon)))
    yield from _worded(text, lexicon)


def _han(text: str) -> Iterator[Token]:
    for match in _HAN_PERCENT.finditer(text):
        value = Decimal(match[1]) if match[1] else parse_han(match[2])
        if value is not None and value <= 100:
            yield Token(Sort.PART, *match.span(), match[0], plain(value))
    for match in _HAN_NUMBER.finditer(text):
        value = parse_han(match[0])
        if value is None or not value:
            continue
        if text.startswith("成", match.end()) and value <= 10:
            yield Token(Sort.PART, match.start(), match.end() + 1, match[0], plain(value * 10))
        else:
            yield _figure(match.start(), match.end(), text, plain(value))


def _ends(text: str, end: int, lexicon: Lexicon) -> bool:
    """Tell whether a run of digits may end here: no letters follow, but a scale or a currency."""
    after = _LATIN.match(text, end)
    return after is None or bool(
        _scale_after(text, end, lexicon) or after[0] in lexicon.currency or lexicon.cjk
    )


def _scale_after(text: str, end: int, lexicon: Lexicon) -> tuple[str, int] | None:
    blank = _BLANK.match(text, end)
    at = blank.end() if blank else end
    match = lexicon.scale_words.match(text, at)
    if match and (len(match[0]) > 1 or at == end):
        return match[0], match.end()
    return None


def _worded(text: str, lexicon: Lexicon) -> Iterator[Token]:
    shares = [match.span() for match in lexicon.percent_words.finditer(text)]
    words = [
        match
        for match in lexicon.number_words.finditer(text)
        # The hundred of "in the hundred" is no figure of its own.
        if not any(start <= match.start() < end for start, end in shares)
        and text[max(match.start() - 1, 0) : match.end()] not in lexicon.no_numbers
    ]
    at = 0
    while at < len(words):
        start = words[at].start()
        if _said_twice(text, words[at : at + 2], lexicon):
            at += 1
        run = [words[at]]
        while at + len(run) < len(words):
            after = words[at + len(run)]
            gap = text[run[-1].end() : after.start()].strip()
            if gap and (len(gap) > 4 or gap not in lexicon.joiners):
                break
            if not follows_on(run[-1][0], after[0], lexicon, joined=bool(gap)):
                break
            run.append(after)
        at += len(run)
        value = parse_words([word[0] for word in run], lexicon)
        if value is not None and run[-1].end() - start > 1:
            yield _figure(start, run[-1].end(), text, plain(value))
    if lexicon.glued:
        for match in _GLUED.finditer(text):
            pieces = split_glued(match[0], lexicon)
            value = parse_words(pieces, lexicon) if pieces else None
            if value is not None:
                yield _figure(match.start(), match.end(), text, plain(value))


def _said_twice(text: str, words: Sequence[re.Match[str]], lexicon: Lexicon) -> bool:
    """Tell whether a number is doubled, as Hindi says a hundred each: sau-sau."""
    if lexicon.lang != "hi" or len(words) < 2 or words[0][0] != words[1][0]:
        return False
    return text[words[0].end() : words[1].start()].strip() in ("", "-")


def _figure(start: int, end: int, text: str, value: str) -> Token:
    return Token(Sort.FIGURE, start, end, text[start:end], value)


def currencies(text: str, original: str, lexicons: Sequence[Lexicon]) -> Iterator[Token]:
    """Return words and signs of money; one that several countries share is told by the text."""
    for lexicon in lexicons:
        for match in lexicon.money_words.finditer(text):
            if match[0] in _BY_FIGURES and not _by_digits(text, *match.span()):
                continue
            code = money_of(match[0], lexicon.currency[match[0]], text, original, lexicon)
            yield Token(Sort.CURRENCY, *match.span(), match[0], code)


def _by_digits(text: str, start: int, end: int) -> bool:
    return bool(re.search(r"\d\s?$", text[:start]) or re.match(r"\s?\d", text[end:]))


def parts(text: str, lexicon: Lexicon) -> Iterator[Token]:
    """Return shares of a whole, such as `half`, in percent."""
    for match in lexicon.part_words.finditer(text):
        yield Token(Sort.PART, *match.span(), match[0], str(lexicon.parts[match[0]]))


def is_letter(char: str) -> bool:
    """Tell whether a word goes on with this character."""
    return bool(re.match(LETTER, char))
