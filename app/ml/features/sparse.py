"""Tf-idf rows from a stored vocabulary, equal to scikit-learn's, without scikit-learn."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ml.features.sound import sound_grams
from app.ml.features.text import char_grams, word_grams

Grams = Callable[[str], list[str]]
GRAMS: Mapping[str, Grams] = {"word": word_grams, "char": char_grams, "sound": sound_grams}
"""Blocks of features, in the order of their columns; each block is a unit row of its own."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One block: the place of each gram, and its weight by rarity."""

    places: Mapping[str, int]
    idf: NDArray[np.float64]
    grams: Grams

    def row(self, normalised: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the places of the text's known grams and their values; unit length or empty."""
        known: Counter[int] = Counter()
        for gram in self.grams(normalised):
            place = self.places.get(gram)
            if place is not None:
                known[place] += 1
        at = np.fromiter(known.keys(), np.int64, len(known))
        values = np.fromiter((1.0 + math.log(n) for n in known.values()), float, len(known))
        values *= self.idf[at]
        length = math.sqrt(float(values @ values))
        return at, values / length if length > 0 else values


def pack(names: Sequence[str]) -> NDArray[np.uint8]:
    """Return grams as one array of bytes; no gram holds a line break."""
    return np.frombuffer("\n".join(names).encode(), np.uint8)


def unpack(stored: NDArray[Any]) -> list[str]:
    """Return the grams of a packed array."""
    text = stored.tobytes().decode()
    return text.split("\n") if text else []
