"""The packaged encoder as arrays: its lower layers run once over all lines, the upper learn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.ml.features.encoder import DIMENSIONS, FILE_HEADER, WEIGHTS_FILE, Layers, directory
from app.ml.training.encoder import kernels
from app.ml.training.encoder.blocks import Floats, pack, rounded, unpack
from app.ml.training.encoder.layer import (
    MATRICES,
    NORMS,
    Ints,
    Kept,
    Masks,
    Weights,
    backward,
    forward,
)
from app.ml.training.encoder.pieces import Pieces

LAYERS: Final = 12
INNER: Final = 1536
#: Lines to be learnt from are short; what follows this many pieces teaches little.
MOST_PIECES: Final = 96
_EPSILON_AT: Final = 7
_VOCABULARY_AT: Final = 4
_TOKENS_A_PASS: Final = 4096


@dataclass(frozen=True, slots=True)
class States:
    """Tokens of all texts below each other, as the lower layers leave them."""

    rows: NDArray[np.float16]
    starts: Ints

    def take(self, texts: Ints) -> tuple[Floats, Ints]:
        """Return the tokens of some texts (tokens, width), and where each begins."""
        lengths = self.starts[texts + 1] - self.starts[texts]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        at = np.concatenate([np.arange(self.starts[one], self.starts[one + 1]) for one in texts])
        return self.rows[at].astype(np.float32), starts


class Encoder:
    """Weights of an encoder file; `upper` are the last `learning` layers, free to change."""

    def __init__(self, folder: Path, *, learning: int) -> None:
        self._image = np.memmap(folder / WEIGHTS_FILE, np.uint8, "r")
        self._places = directory(self._image)
        header = FILE_HEADER.unpack(bytes(self._image[8 : 8 + FILE_HEADER.size]))
        self.eps = float(header[_EPSILON_AT])
        self._vocabulary = int(header[_VOCABULARY_AT])
        self.first = LAYERS - learning
        self._lower = [self._layer(number) for number in range(self.first)]
        self.upper = [self._layer(number) for number in range(self.first, LAYERS)]

    def states(self, texts: Sequence[str], progress: Callable[[int], None]) -> States:
        """Return what the lower layers make of texts, each cut to MOST_PIECES."""
        pieces = Pieces(self._image)
        cut = [pieces.of(text, most=MOST_PIECES) for text in texts]
        starts = np.concatenate([[0], np.cumsum([len(one) for one in cut])]).astype(np.int64)
        numbers = np.concatenate([np.asarray(one, np.int64) for one in cut])
        places = np.concatenate([np.arange(len(one)) for one in cut])
        rows = np.empty((len(numbers), DIMENSIONS), np.float16)
        first = 0
        while first < len(cut):
            last = int(np.searchsorted(starts, starts[first] + _TOKENS_A_PASS, "right")) - 1
            last = max(first + 1, min(last, len(cut)))
            span = slice(starts[first], starts[last])
            x = self._embedded(numbers[span], places[span])
            for weights in self._lower:
                x, _ = forward(weights, x, starts[first : last + 1] - starts[first], self.eps)
            rows[span] = x
            progress(last - first)
            first = last
        return States(rows, starts)

    def as_stored(self) -> list[Weights]:
        """Return the upper layers with matrices as 4 bits will hold them."""
        return [
            {key: rounded(value) if _is_matrix(key) else value for key, value in layer.items()}
            for layer in self.upper
        ]

    def export(self) -> Layers:
        """Return the upper layers by their names in the encoder file, ready to lay over it."""
        return {
            f"l{self.first + number}.{key}": pack(value) if _is_matrix(key) else value
            for number, layer in enumerate(self.upper)
            for key, value in layer.items()
        }

    def _embedded(self, numbers: Ints, places: Ints) -> Floats:
        words = self._raw("emb.word").reshape(-1, self._places["emb.word"][1] // self._vocabulary)
        x = unpack(words[numbers].reshape(-1), DIMENSIONS)
        x += self._floats("emb.pos").reshape(-1, DIMENSIONS)[places]
        x += self._floats("emb.type")[:DIMENSIONS]
        kept = np.empty_like(x), np.empty(len(x), np.float32)
        kernels.norm(x, self._floats("emb.ln.w"), self._floats("emb.ln.b"), self.eps, kept)
        return x

    def _layer(self, number: int) -> Weights:
        weights: Weights = {}
        for name in MATRICES:
            inputs = INNER if name == "fo" else DIMENSIONS
            weights[f"{name}.w"] = unpack(np.array(self._raw(f"l{number}.{name}.w")), inputs)
            weights[f"{name}.b"] = self._floats(f"l{number}.{name}.b").copy()
        for name in NORMS:
            for part in ("w", "b"):
                weights[f"{name}.{part}"] = self._floats(f"l{number}.{name}.{part}").copy()
        return weights

    def _raw(self, name: str) -> NDArray[np.uint8]:
        first, size = self._places[name]
        found: NDArray[np.uint8] = self._image[first : first + size]
        return found

    def _floats(self, name: str) -> Floats:
        return np.frombuffer(self._raw(name).tobytes(), np.float32)


def rows_of(
    layers: Sequence[Weights], x: Floats, starts: Ints, eps: float,
    masks: Sequence[Masks] | None = None,
) -> tuple[Floats, Floats, list[Kept]]:  # fmt: skip
    """Return unit rows, the lengths they had, and what `gradients` needs."""
    kept: list[Kept] = []
    for number, weights in enumerate(layers):
        x, one = forward(weights, x, starts, eps, masks[number] if masks else None)
        kept.append(one)
    means = np.add.reduceat(x, starts[:-1], axis=0) / np.diff(starts)[:, None]
    lengths = np.sqrt(np.einsum("ij,ij->i", means, means))[:, None].astype(np.float32)
    return (means / lengths).astype(np.float32), lengths, kept


def gradients(
    layers: Sequence[Weights], kept: Sequence[Kept], starts: Ints, unit: tuple[Floats, Floats],
    grad: Floats,
) -> list[Weights]:  # fmt: skip
    """Return the gradient of each layer's weights from that of the unit rows."""
    rows, lengths = unit
    back = (grad - rows * np.einsum("ij,ij->i", rows, grad)[:, None]) / lengths
    counts = np.diff(starts)
    x: Any = np.repeat(back / counts[:, None], counts, axis=0).astype(np.float32)
    found: list[Weights] = []
    for weights, one in zip(reversed(layers), reversed(kept), strict=True):
        x, part = backward(weights, one, starts, x)
        found.insert(0, part)
    return found


def _is_matrix(name: str) -> bool:
    return name.endswith(".w") and name.removesuffix(".w") in MATRICES
