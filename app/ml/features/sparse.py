"""Tf-idf rows from a stored vocabulary, equal to scikit-learn's, without scikit-learn."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from app.ml.features.sound import sound_grams
from app.ml.features.text import char_grams, word_grams

Grams = Callable[[str], list[str]]
GRAMS: Mapping[str, Grams] = {"word": word_grams, "char": char_grams, "sound": sound_grams}
"""Blocks of features, in the order of their columns; each block is a unit row of its own."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One block: the place of each gram, and its weight by rarity.

    Grams are known by a digest of 64 bits: the texts of some hundred thousand in a dictionary
    would take ten times the memory. Two grams of one digest would share a place; the chance of
    that is below one in a thousand for a vocabulary.
    """

    digests: NDArray[np.uint64]
    """Sorted."""

    places: NDArray[np.int64]
    """The place of each digest."""

    idf: NDArray[np.float64]
    grams: Grams

    @classmethod
    def of(cls, known: Sequence[str], idf: NDArray[np.float64], grams: Grams) -> Self:
        """Return the block of grams in the order of their places."""
        digests = _digests(known)
        order = np.argsort(digests, kind="stable")
        return cls(digests[order], order.astype(np.int64), idf, grams)

    def row(self, normalised: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the places of the text's known grams and their values; unit length or empty."""
        counted = Counter(self.grams(normalised))
        asked = _digests(counted)
        if not len(self.digests) or not len(asked):
            return np.empty(0, np.int64), np.empty(0)
        near = np.minimum(np.searchsorted(self.digests, asked), len(self.digests) - 1)
        known = self.digests[near] == asked
        at = self.places[near[known]]
        values = 1.0 + np.log(np.fromiter(counted.values(), float, len(counted))[known])
        values *= self.idf[at]
        length = math.sqrt(float(values @ values))
        return at, values / length if length > 0 else values


def _digests(grams: Collection[str]) -> NDArray[np.uint64]:
    """Return a digest of each gram: two checksums, of its bytes and of them backwards."""
    packed = (gram.encode("utf-8", "surrogatepass") for gram in grams)
    both = (crc32(one) << 32 | crc32(one[::-1]) for one in packed)
    return np.fromiter(both, np.uint64, len(grams))


def pack(names: Sequence[str]) -> NDArray[np.uint8]:
    """Return grams as one array of bytes; no gram holds a line break."""
    return np.frombuffer("\n".join(names).encode(), np.uint8)


def unpack(stored: NDArray[Any]) -> list[str]:
    """Return the grams of a packed array."""
    text = stored.tobytes().decode()
    return text.split("\n") if text else []
