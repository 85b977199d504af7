"""Which token belongs to which slot: weights of cues around it, and the best row of labels.

The weights are learnt from the training lines (`finnami train slots`) and kept as small
integers in rows found by hash; known names are never among the cues, so that unknown ones
are found by what stands around them.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domains.chat.understanding.slots.token_types import Sort, Token

ROWS: Final = 1 << 18
OUT: Final = "O"
#: Slots a single token fills: a figure, a date or a code is taken whole.
CLOSED: Final = (
    "amount",
    "currency",
    "percent",
    "quantity",
    "date",
    "date_range",
    "frequency",
    "reference",
)
OPEN: Final = ("instrument", "account", "goal", "merchant", "recipient", "term")
LABELS: Final = (OUT, *CLOSED, *(f"{mark}-{slot}" for slot in OPEN for mark in "BI"))
YEARS: Final = (1990, 2100)
FILE: Final = Path(__file__).parents[1] / "data" / "cues.npz"
Weights = NDArray[np.float32]
#: Kept small, as shipped: a quarter of the memory of what is learnt.
Small = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Cues:
    """What was learnt: weights, rows by labels, and the words that stand around names.

    A word outside `words` (as `lang|word`) is a stranger: only its shape and place speak.
    """

    table: Weights | Small
    words: frozenset[str]


@lru_cache(maxsize=1)
def shipped() -> Cues:
    """Return the cues of the package."""
    with np.load(FILE, allow_pickle=False) as file:
        if tuple(file["labels"].tolist()) != LABELS or file["weights"].shape != (ROWS, len(LABELS)):
            raise ValueError(f"{FILE.name} was learnt for other labels")
        words = bytes(file["words"]).decode().split("\n")
        return Cues(file["weights"].astype(np.int8), frozenset(words))


def strangers(tokens: Sequence[Token], lang: str, words: frozenset[str]) -> frozenset[int]:
    """Return the places of words not known from around names."""
    return frozenset(
        i
        for i, token in enumerate(tokens)
        if token.sort is Sort.WORD
        and f"{lang}|{token.text}" not in words
        and f"en|{token.text}" not in words
    )


def slot_of(label: str) -> str:
    """Return the slot of a label."""
    return label[2:] if label[1:2] == "-" else label


@lru_cache(maxsize=65_536)
def _row(cue: str) -> int:
    return zlib.crc32(cue.encode("utf-8", "surrogatepass")) % ROWS


def is_year(token: Token) -> bool:
    """Tell whether a figure may be a year: four digits as written, not 2k or two thousand."""
    return token.text.isdigit() and YEARS[0] <= int(token.text[:9]) <= YEARS[1]


def _shape(token: Token, original: str) -> str:
    if token.sort is Sort.FIGURE:
        if is_year(token):
            return "y"
        written = "w" if original[:1].isalpha() else "n"
        return f"{written}{min(len(token.value), 6)}{'.' in token.value}"
    if token.sort is not Sort.WORD:
        return token.sort
    first = original[:1]
    return (
        "X" if original.isupper() and len(original) > 1 else "C" if first.isupper() else "l"
    ) + ("L" if token.text.isascii() else "n")


def cue_rows(
    tokens: Sequence[Token],
    originals: Sequence[str],
    intent: str,
    lang: str,
    hidden: frozenset[int],
    hinted: Sequence[Sequence[str]],
) -> list[NDArray[np.int64]]:
    """Return the weight rows of each token; `hidden` tokens lend no word, only their shape."""
    words = [
        _word(token) if i not in hidden else f"<{_shape(token, originals[i])}>"
        for i, token in enumerate(tokens)
    ]
    shapes = [_shape(token, originals[i]) for i, token in enumerate(tokens)]
    pad = ["<2>", "<1>", *words, "<1>", "<2>"]
    around = ["<2>", "<1>", *shapes, "<1>", "<2>"]
    return [
        np.array(
            [
                _row(cue)
                for cue in (
                    *_cues(pad, around, at + 2, intent, lang, hide=at in hidden),
                    *(f"g|{hint}|{who}" for hint in hinted[at] for who in ("", intent)),
                )
            ]
        )
        for at in range(len(tokens))
    ]


def _word(token: Token) -> str:
    if token.sort is Sort.FIGURE and token.value in ("1", "2") and token.text.isalpha():
        # "one", "ein", "do": far more often an article or another word than a count.
        return f"<n>{token.text}"
    if token.sort in (Sort.FIGURE, Sort.CODE, Sort.TICKER, Sort.NAME):
        return f"<{token.sort}>"
    if token.sort in (Sort.DATE, Sort.FREQUENCY):
        return f"<{token.sort}>{token.value}"
    return token.text


def _cues(
    w: list[str], s: list[str], i: int, intent: str, lang: str, *, hide: bool
) -> Iterator[str]:
    yield f"i|{intent}|{s[i]}"
    yield f"l|{lang}|{s[i]}|{intent}"
    for cue in (
        f"w|{w[i]}",
        f"p|{w[i - 1]}",
        f"n|{w[i + 1]}",
        f"pp|{w[i - 2]}|{w[i - 1]}",
        f"nn|{w[i + 1]}|{w[i + 2]}",
        f"p2|{w[i - 2]}",
        f"n2|{w[i + 2]}",
        f"pw|{w[i - 1]}|{w[i]}",
        f"wn|{w[i]}|{w[i + 1]}",
        f"pn|{w[i - 1]}|{w[i + 1]}",
        f"s|{s[i - 1]}|{s[i]}|{s[i + 1]}",
        f"ss|{s[i - 2]}|{s[i - 1]}|{s[i]}",
        f"sn|{s[i]}|{s[i + 1]}|{s[i + 2]}",
    ):
        yield cue
        if cue[0] in "wpn":
            yield f"{cue}|{intent}"
    yield f"sp|{s[i - 1]}|{s[i]}|{intent}"
    yield f"sx|{s[i]}|{s[i + 1]}|{intent}"
    if not hide and len(w[i]) > 3:
        yield f"e|{w[i][-3:]}"
        yield f"b|{w[i][:3]}"


def emissions(rows: Sequence[NDArray[np.int64]], table: Weights | Small) -> Weights:
    """Return the score of each label for each token."""
    return np.stack([table[row].sum(axis=0, dtype=np.float32) for row in rows])


def step_rows() -> list[int]:
    """Return the rows holding what one label says about the next."""
    return [_row(f"t|{label}") for label in LABELS]


def best(scores: Weights, steps: Weights | Small, choices: Sequence[Sequence[int]]) -> list[int]:
    """Return the best row of labels (Viterbi); an inner label follows its own slot only."""
    held: list[dict[int, int]] = []
    last = {-1: 0.0}
    for at, options in enumerate(choices):
        now: dict[int, float] = {}
        back: dict[int, int] = {}
        for label in options:
            name = LABELS[label]
            top, source = None, -1
            for before, score in last.items():
                if (
                    name[0] == "I"
                    and name[1] == "-"
                    and (before < 0 or LABELS[before][1:2] != "-" or LABELS[before][2:] != name[2:])
                ):
                    continue
                total = score + (float(steps[before, label]) if before >= 0 else 0.0)
                if top is None or total > top:
                    top, source = total, before
            if top is not None:
                now[label] = top + float(scores[at, label])
                back[label] = source
        held.append(back)
        last = now
    label = max(last, key=lambda one: last[one]) if last else -1
    path = []
    for back in reversed(held):
        path.append(label)
        label = back[label]
    return path[::-1]
