"""Which rows are one sentence written twice: folds must keep them together.

Rows of one cell (label and language) share a group when they are equal once their slots, digits
and marks are taken out, or when most runs of three letters are common (typos, a word changed).
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ml.features.text import folded, normalise

_ALIKE: Final = 0.55
#: Pairs are compared inside a cell only; a cell larger than this is grouped by pattern alone.
_MAX_PAIRED: Final = 400
_LETTERS = re.compile(r"[\W\d_]+")


def pattern_groups(
    texts: Sequence[str], cells: Sequence[str], slots: Sequence[str]
) -> NDArray[np.int64]:
    """Return a group number for each row; `slots` are the JSON spans of the original texts."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, cell in enumerate(cells):
        places[cell].append(place)
    parent = list(range(len(texts)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for rows in places.values():
        patterns = [_pattern(texts[at], slots[at]) for at in rows]
        first: dict[str, int] = {}
        for at, pattern in zip(rows, patterns, strict=True):
            parent[root(at)] = root(first.setdefault(pattern, at))
        if len(rows) <= _MAX_PAIRED:
            for a, b in _alike([_runs(pattern) for pattern in patterns]):
                parent[root(rows[a])] = root(rows[b])
    return np.array([root(place) for place in range(len(texts))], np.int64)


def _pattern(text: str, slots: str) -> str:
    for span in sorted(_spans(slots), reverse=True):
        text = text[: span[0]] + " " + text[span[1] :]
    return _LETTERS.sub(" ", folded(normalise(text))).strip()


def _spans(slots: str) -> list[tuple[int, int]]:
    try:
        return [(int(s["start"]), int(s["end"])) for s in json.loads(slots or "[]")]
    except (ValueError, KeyError, TypeError):
        return []


def _runs(pattern: str) -> frozenset[str]:
    padded = f" {pattern} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _alike(runs: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    return [
        (a, b)
        for a in range(len(runs))
        for b in range(a)
        if len(runs[a] & runs[b]) >= _ALIKE * len(runs[a] | runs[b])
    ]
