"""A small intent set and vectors that need no encoder."""

import hashlib
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from app.ml.features.encoder import DIMENSIONS, Layers

VERBS = {
    "card_lost": ["I lost my card", "my card is gone", "someone stole my card", "cannot find card"],
    "balance": ["how much do I have", "what is my balance", "show the balance", "money left"],
    "top_up": ["add money please", "top up my account", "load funds", "put money in"],
}
ENDS = ["", " today", " now", " please", "?", " thanks", " at once", " in my app", " quickly"]
OUTSIDE = ["tell a joke", "weather in Paris", "who won the match", "a recipe for soup", "sing"]


def rows() -> list[tuple[str, str]]:
    """Return a hundred texts of three labels."""
    return [(verb + end, label) for label, verbs in VERBS.items() for verb in verbs for end in ENDS]


def outside() -> list[tuple[str, str]]:
    """Return texts out of scope."""
    return [(text + end, "oos") for text in OUTSIDE for end in ENDS]


class LetterVectors:
    """Unit rows by hashed runs of three letters: near texts are near, without an encoder."""

    model_hash = "letters-1"
    layers: ClassVar[Layers] = {}

    def rows(self, texts: Sequence[str]) -> NDArray[np.float32]:
        out = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in zip(out, texts, strict=True):
            for at in range(len(text) - 2):
                digest = hashlib.sha256(text[at : at + 3].lower().encode()).digest()
                row[int.from_bytes(digest[:4], "big") % DIMENSIONS] += 1.0
        out[:, 0] += 1.0
        return out / np.linalg.norm(out, axis=1, keepdims=True)

    def over(self, layers: Layers) -> "LetterVectors":
        raise NotImplementedError(f"letters have no layers to replace: {sorted(layers)}")
