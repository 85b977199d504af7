"""4-bit blocks: 32 weights share one 16-bit scale, as the packaged encoder stores them (Q4_0)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ml.features.encoder import BLOCK, BLOCK_BYTES

Floats = NDArray[np.float32]
_LEVELS = 8


def unpack(raw: NDArray[np.uint8], inputs: int) -> Floats:
    """Return the weights (outputs, inputs) of stored blocks."""
    blocks = raw.reshape(-1, BLOCK_BYTES)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
    levels = np.concatenate([low, high], axis=1).astype(np.float32) - _LEVELS
    return np.asarray(levels * scale, np.float32).reshape(-1, inputs)


def pack(weights: Floats) -> NDArray[np.uint8]:
    """Return the stored form of weights (outputs, inputs): each block's farthest weight exact."""
    scale, levels = _levels(weights)
    stored = (levels + _LEVELS).astype(np.uint8)
    half = BLOCK // 2
    nibbles = stored[:, :half] | (stored[:, half:] << 4)
    return np.concatenate([scale.view(np.uint8).reshape(-1, 2), nibbles], axis=1).reshape(-1)


def rounded(weights: Floats) -> Floats:
    """Return the weights as they will be once stored."""
    scale, levels = _levels(weights)
    return np.asarray(levels * scale.astype(np.float32)[:, None], np.float32).reshape(weights.shape)


def _levels(weights: Floats) -> tuple[NDArray[np.float16], NDArray[Any]]:
    blocks = np.asarray(weights, np.float32).reshape(-1, BLOCK)
    far = np.abs(blocks).argmax(axis=1)
    scale = (blocks[np.arange(len(blocks)), far] / -_LEVELS).astype(np.float16)
    wide = scale.astype(np.float32)
    inverse = np.divide(1.0, wide, out=np.zeros_like(wide), where=wide != 0)
    return scale, np.clip(np.rint(blocks * inverse[:, None]), -_LEVELS, _LEVELS - 1)
