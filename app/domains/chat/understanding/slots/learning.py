"""Learning the cues of slots from marked lines: an averaged structured perceptron.

Names of things are swapped for others and for invented ones while learning: what is learnt is
what stands around a name, not the name.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from app.domains.chat.understanding.slots.cues import (
    LABELS,
    OPEN,
    ROWS,
    Cues,
    Weights,
    best,
    cue_rows,
    emissions,
    step_rows,
    strangers,
)
from app.domains.chat.understanding.slots.fitting import allowed
from app.domains.chat.understanding.slots.gazetteer import hints
from app.domains.chat.understanding.slots.recogniser import originals, read
from app.domains.chat.understanding.slots.token_types import Sort, Token
from app.domains.chat.understanding.slots.tokens import tokenise
from app.domains.chat.understanding.slots.wanted import WANTED

EPOCHS: Final = 5
VARIANTS: Final = 2
LEAST: Final = 2
TYPO: Final = 0.06
RARE, SHORTEST, LONGEST = 4, 4, 12
UNHINTED: Final = 0.3
HIDDEN, NAMED, SMALL, INVENTED = 0.4, 0.25, 0.15, 0.5
_SYLLABLES: Final = {
    "ar": ("با", "نو", "را", "سي", "دال", "كرم", "فيض", "ليل", "مار", "تين"),
    "hi": ("रा", "मी", "सो", "ना", "लक्ष", "पुर", "ती", "कम", "गो", "वि"),
    "zh": tuple("海天明华安新力信德康盛源"),
}
_LATIN: Final = (
    "ba",
    "no",
    "ri",
    "zel",
    "mar",
    "ko",
    "ven",
    "ta",
    "lux",
    "per",
    "din",
    "sol",
    "que",
    "fi",
)


@dataclass(frozen=True, slots=True)
class Marked:
    """One line with its intent and its slots as (name, start, end, value)."""

    text: str
    intent: str
    lang: str
    slots: tuple[tuple[str, int, int, str], ...]


@dataclass(frozen=True, slots=True)
class _Lesson:
    rows: list[NDArray[np.int64]]
    choices: list[list[int]]
    gold: list[int]


def marked(text: str, label: str, lang: str, slots: str) -> Marked:
    """Return a line of an intent file. Raises ValueError telling what its slots lack."""
    found = json.loads(slots) if slots else []
    if not isinstance(found, list):
        raise ValueError("slots is not a list")
    return Marked(text, label, lang, tuple(_mark(one, len(text)) for one in found))


def _mark(one: Any, length: int) -> tuple[str, int, int, str]:
    parts = (
        [one.get(key) for key in ("name", "start", "end", "value")] if isinstance(one, dict) else []
    )
    match parts:
        case [str(name), int(start), int(end), str(value)] if 0 <= start < end <= length:
            return name, start, end, value
    raise ValueError("a slot needs name, start, end inside the text, and value")


def learn(lines: Sequence[Marked], *, seed: int, progress: Callable[[int], None]) -> Cues:
    """Return cues; the same lines and seed give the same weights."""
    random = default_rng(seed)
    words = _words(lines)
    lessons = _lessons([line for line in lines if line.intent in WANTED], words, random)
    table = np.zeros((ROWS, len(LABELS)), np.float32)
    drift = np.zeros_like(table)
    steps = np.array(step_rows())
    count = 1
    for _ in range(EPOCHS):
        random.shuffle(lessons)
        for lesson in lessons:
            _correct(lesson, table, drift, steps, count)
            count += 1
            if count % 500 == 0:
                progress(500)
    return Cues(table - drift / np.float32(count), words)


def lessons_of(lines: Sequence[Marked]) -> int:
    """Return how many steps learning takes, for a progress bar."""
    return EPOCHS * (VARIANTS + 1) * sum(line.intent in WANTED for line in lines)


def save(cues: Cues, file: Path) -> None:
    """Write weights as small integers, and the words."""
    scale = 127 / max(float(np.abs(cues.table).max()), 1e-9)
    small = np.clip(np.round(cues.table * scale), -127, 127).astype(np.int8)
    words = np.frombuffer("\n".join(sorted(cues.words)).encode(), np.uint8)
    np.savez_compressed(file, labels=np.array(LABELS), weights=small, words=words)


def _words(lines: Sequence[Marked]) -> frozenset[str]:
    """Return the words seen at least twice outside open names, as `lang|word`."""
    counts: Counter[str] = Counter()
    for line in lines:
        tongue, folded = read(line.text, line.lang)
        inside = [(s, e) for name, s, e, _ in line.slots if name in OPEN]
        for token in tokenise(folded, tongue, {}):
            at = folded.at[token.start]
            if token.sort is Sort.WORD and not any(s <= at < e for s, e in inside):
                counts[f"{line.lang}|{token.text}"] += 1
    return frozenset(word for word, count in counts.items() if count >= LEAST)


def _correct(
    lesson: _Lesson, table: Weights, drift: Weights, steps: NDArray[np.int64], count: int
) -> None:
    found = best(emissions(lesson.rows, table), table[steps], lesson.choices)
    if found == lesson.gold:
        return
    for at, (right, wrong) in enumerate(zip(lesson.gold, found, strict=True)):
        pairs = []
        if right != wrong:
            pairs = [(lesson.rows[at], right, 1), (lesson.rows[at], wrong, -1)]
        if at and (right, lesson.gold[at - 1]) != (wrong, found[at - 1]):
            pairs += [(steps[lesson.gold[at - 1]], right, 1), (steps[found[at - 1]], wrong, -1)]
        for rows, label, sign in pairs:
            table[rows, label] += sign
            drift[rows, label] += sign * count


def _lessons(lines: Sequence[Marked], words: frozenset[str], random: Generator) -> list[_Lesson]:
    pools: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        for name, start, end, _ in line.slots:
            pools.setdefault((line.lang, name), []).append(line.text[start:end])
    for lang in {line.lang for line in lines}:
        pools[lang, ""] = _rare_words([line for line in lines if line.lang == lang])
    for pool in pools.values():
        pool[:] = sorted(set(pool))
    out = []
    for line in lines:
        out.append(_lesson(line, words, random, plain=True))
        out += [
            _lesson(_swapped(line, pools, random), words, random, plain=False)
            for _ in range(VARIANTS)
        ]
    return [lesson for lesson in out if lesson.gold]


def _rare_words(lines: Sequence[Marked]) -> list[str]:
    """Return words long and rare enough to be part of a name; none where words have no spaces."""
    counts = Counter(word for line in lines for word in line.text.split() if word.isalpha())
    return [w for w, n in counts.items() if n <= RARE and SHORTEST <= len(w) <= LONGEST]


def _misspelt(text: str, random: Generator) -> str:
    """Swap two letters inside a few words: a stranger is often only a typing error."""
    words = text.split(" ")
    for place, word in enumerate(words):
        if len(word) >= SHORTEST and word.isalpha() and random.random() < TYPO:
            at = int(random.integers(1, len(word) - 1))
            words[place] = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    return " ".join(words)


def _swapped(line: Marked, pools: Mapping[tuple[str, str], list[str]], random: Generator) -> Marked:
    text, slots, last = "", [], 0
    for name, start, end, value in line.slots:
        text += _misspelt(line.text[last:start], random)
        surface = line.text[start:end]
        if name in OPEN:
            pool = pools[line.lang, name]
            surface = (
                _invented(line.lang, pools[line.lang, ""], random)
                if random.random() < INVENTED
                else _one_of(pool, random)
            )
        slots.append((name, len(text), len(text) + len(surface), value))
        text += surface
        last = end
    text += _misspelt(line.text[last:], random)
    if random.random() < SMALL and len(text.lower()) == len(text):
        text = text.lower()
    return Marked(text, line.intent, line.lang, tuple(slots))


def _invented(lang: str, words: Sequence[str], random: Generator) -> str:
    if words and random.random() < 0.3:
        return " ".join(_one_of(words, random) for _ in range(_one_of((1, 2, 2, 3), random)))
    own = _SYLLABLES.get(lang)
    syllables = own if own and random.random() < 0.7 else _LATIN
    words = [
        "".join(_one_of(syllables, random) for _ in range(_one_of((2, 3), random)))
        for _ in range(_one_of((1, 1, 2, 2, 3), random))
    ]
    if syllables is _LATIN and random.random() < 0.7:
        words = [word.capitalize() for word in words]
    return ("" if lang == "zh" and own is syllables else " ").join(words)


def _one_of(some: Sequence[Any], random: Generator) -> Any:
    return some[int(random.integers(len(some)))]


def _lesson(line: Marked, words: frozenset[str], random: Generator, *, plain: bool) -> _Lesson:
    tongue, folded = read(line.text, line.lang, words)
    known: dict[str, dict[str, str]] = {}
    if not plain and random.random() < NAMED:
        for name, start, end, _ in line.slots:
            if name in OPEN and name != "term":
                known.setdefault(name, {})[folded_part(folded.text, folded.at, start, end)] = "x"
    tokens = tokenise(folded, tongue, known, WANTED[line.intent])
    if not tokens:
        return _Lesson([], [], [])
    choices = allowed(tokens, WANTED[line.intent])
    gold = _gold(tokens, folded.at, line.slots)
    gold = [
        label if label in choice else choice[0] for label, choice in zip(gold, choices, strict=True)
    ]
    gold = _consistent(gold)
    hidden = frozenset(
        place
        for place, label in enumerate(gold)
        if LABELS[label][1:2] == "-" and tokens[place].sort is Sort.WORD
        if not plain and random.random() < HIDDEN
    )
    hidden |= strangers(tokens, line.lang, words)
    hinted = hints(folded.text, tokens, line.lang)
    if random.random() < (UNHINTED if not plain else UNHINTED / 2):
        hinted = [() for _ in tokens]
    rows = cue_rows(tokens, originals(folded, tokens), line.intent, line.lang, hidden, hinted)
    return _Lesson(rows, choices, gold)


def folded_part(text: str, at: Sequence[int], start: int, end: int) -> str:
    """Return the folded letters of a span of the original."""
    return "".join(letter for letter, place in zip(text, at, strict=True) if start <= place < end)


def _gold(
    tokens: Sequence[Token], at: Sequence[int], slots: Sequence[tuple[str, int, int, str]]
) -> list[int]:
    gold = []
    open_now = None
    for token in tokens:
        first, last = at[token.start], at[token.end - 1]
        hit = next((i for i, (_, s, e, _) in enumerate(slots) if first < e and last >= s), None)
        if hit is None:
            gold.append(0)
            open_now = None
            continue
        name = slots[hit][0]
        label = f"{'I' if open_now == hit else 'B'}-{name}" if name in OPEN else name
        gold.append(LABELS.index(label))
        open_now = hit
    return gold


def _consistent(gold: list[int]) -> list[int]:
    out: list[int] = []
    for label in gold:
        name = LABELS[label]
        if name[:2] == "I-" and (not out or LABELS[out[-1]][1:] != name[1:]):
            name = f"B-{name[2:]}"
        out.append(LABELS.index(name))
    return out
