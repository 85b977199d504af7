"""Learn the last layers of the encoder from labelled lines.

A linear head on the centred unit row must name the label; head and layers learn together, by
AdamW with a warm start and a cosine's way down. Each step uses the matrices as 4 bits will hold
them, and moves the exact ones by those gradients (straight-through, Bengio et al. 2013): what is
learnt is what will be served.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.ml.features.encoder import DIMENSIONS, Layers
from app.ml.training.encoder import kernels
from app.ml.training.encoder.blocks import Floats
from app.ml.training.encoder.layer import Ints, Masks
from app.ml.training.encoder.network import Encoder, States, gradients, rows_of

_WARM_STEPS: Final = 100
_SAMPLE: Final = 2048
_BETAS: Final = (0.9, 0.98)


@dataclass(frozen=True, slots=True)
class EncoderRecipe:
    """How far and how fast the encoder is trained."""

    layers: int = 4
    epochs: int = 2
    rate: float = 1e-4
    head_rate: float = 3e-3
    decay: float = 0.01
    batch: int = 64
    smoothing: float = 0.1
    """Share of a label's weight spread over all labels."""

    sharpness: float = 12.0
    """What centred unit rows are multiplied by before the head: they lie close together."""

    copies: float = 0.5
    """Share of the lines learnt from misspelt as well."""

    dropout: float = 0.1
    """Share of what each half of a layer adds that is left out of a step (Srivastava et al. 2014);
    the encoder itself was trained so."""

    seed: int = 7

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as the manifest keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Tuned:
    """Layers to lay over the encoder's own, and how well the head did on its last steps."""

    layers: Layers
    accuracy: float
    loss: float


Progress = Callable[[int], None]


def steps(lines: int, recipe: EncoderRecipe) -> int:
    """Return how often tuning reports progress: once a line before, once a line and epoch."""
    return lines * (1 + recipe.epochs)


def tune(
    folder: Path,
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    recipe: EncoderRecipe,
    progress: Progress = lambda _count: None,
) -> Tuned:
    """Return the last layers trained on normalised texts. Same lines and recipe, same layers.

    Raises ValueError with fewer than two labels, EncoderFileError for a damaged file.
    """
    names = sorted(set(labels))
    if len(names) < 2:
        raise ValueError(f"the lines to learn from have {len(names)} label: two are needed")
    truth = np.searchsorted(np.array(names, dtype=object).astype(str), np.array(labels, dtype=str))
    encoder = Encoder(folder, learning=recipe.layers)
    states = encoder.states(texts, progress)
    head = _Head(_centre(encoder, states, recipe.seed), len(names), recipe)
    total = recipe.epochs * -(-len(texts) // recipe.batch)
    optimizer = _Optimizer(encoder, head, recipe, total=total)
    draw = np.random.default_rng([recipe.seed, recipe.epochs])
    seen: list[tuple[float, float]] = []
    for batch in _batches(len(texts), recipe):
        x, starts = states.take(batch)
        layers = encoder.as_stored()
        masks = [dropout_masks(draw, x.shape, recipe.dropout) for _ in layers]
        rows, lengths, kept = rows_of(layers, x, starts, encoder.eps, masks)
        loss, right, grad, own = head.learn(rows, truth[batch])
        found = gradients(layers, kept, starts, (rows, lengths), grad)
        optimizer.step(found, own)
        seen.append((loss, right))
        progress(len(batch))
    tail = np.array(seen[-max(1, len(seen) // 10) :]).mean(axis=0)
    return Tuned(encoder.export(), accuracy=float(tail[1]), loss=float(tail[0]))


class _Head:
    """Softmax over labels from centred unit rows."""

    def __init__(self, centre: Floats, labels: int, recipe: EncoderRecipe) -> None:
        self._centre = centre
        self._recipe = recipe
        self.weights = {
            "w": np.zeros((labels, DIMENSIONS), np.float32),
            "b": np.zeros(labels, np.float32),
        }

    def learn(
        self, rows: Floats, truth: NDArray[Any]
    ) -> tuple[float, float, Floats, dict[str, Floats]]:
        """Return loss, share right, and the gradients of the rows and of the head."""
        sharp = np.float32(self._recipe.sharpness)
        x = (rows - self._centre) * sharp
        scores = x @ self.weights["w"].T + self.weights["b"]
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        wanted = np.full_like(logs, self._recipe.smoothing / logs.shape[1])
        wanted[np.arange(len(truth)), truth] += 1 - self._recipe.smoothing
        loss = float(-(wanted * logs).sum(axis=1).mean())
        right = float((scores.argmax(axis=1) == truth).mean())
        slope = ((np.exp(logs) - wanted) / len(truth)).astype(np.float32)
        own = {"w": slope.T @ x, "b": slope.sum(axis=0)}
        return loss, right, np.asarray(slope @ self.weights["w"] * sharp, np.float32), own


class _Optimizer:
    """AdamW over the upper layers and the head; gradients longer than one are shortened."""

    def __init__(self, encoder: Encoder, head: _Head, recipe: EncoderRecipe, *, total: int) -> None:
        self._weights = [*encoder.upper, head.weights]
        self._moments = [
            {key: (np.zeros_like(value), np.zeros_like(value)) for key, value in part.items()}
            for part in self._weights
        ]
        self._recipe = recipe
        self._total = total
        self._taken = 0

    def step(self, layers: Sequence[dict[str, Floats]], head: dict[str, Floats]) -> None:
        """Move all weights once."""
        self._taken += 1
        grads = [*layers, head]
        length = np.sqrt(sum(float(np.vdot(g, g)) for part in grads for g in part.values()))
        shorten = np.float32(min(1.0, 1.0 / max(length, 1e-12)))
        pace = min(1.0, self._taken / _WARM_STEPS)
        pace *= 0.5 * (1 + np.cos(np.pi * self._taken / self._total))
        unbias = [1 / (1 - beta**self._taken) for beta in _BETAS]
        for at, part in enumerate(grads):
            rate = self._recipe.head_rate if part is head else self._recipe.rate
            for key, grad in part.items():
                weights = self._weights[at][key]
                decay = self._recipe.decay if weights.ndim > 1 else 0.0
                first, second = self._moments[at][key]
                kernels.adam(
                    weights.reshape(-1), (grad * shorten).reshape(-1),
                    (first.reshape(-1), second.reshape(-1)), (rate * pace, decay, *unbias),
                )  # fmt: skip


def _centre(encoder: Encoder, states: States, seed: int) -> Floats:
    """Return the mean row of some texts under the layers as they came."""
    count = len(states.starts) - 1
    chosen = np.random.default_rng(seed).permutation(count)[:_SAMPLE]
    rows, _, _ = rows_of(encoder.upper, *states.take(np.sort(chosen)), encoder.eps)
    return np.asarray(rows.mean(axis=0), np.float32)


def dropout_masks(draw: np.random.Generator, shape: tuple[int, ...], share: float) -> Masks:
    """Return two masks of zeros and what keeps the expected sum; the same draw, the same masks."""
    kept = np.float32(1 / (1 - share))
    first, second = (
        (draw.random(shape, np.float32) >= np.float32(share)) * kept for _ in range(2)
    )  # fmt: skip
    return first, second


def _batches(count: int, recipe: EncoderRecipe) -> Iterator[Ints]:
    for epoch in range(recipe.epochs):
        order = np.random.default_rng([recipe.seed, epoch]).permutation(count)
        for first in range(0, count, recipe.batch):
            yield order[first : first + recipe.batch]
