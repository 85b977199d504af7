"""One layer of the encoder, forward and back: attention, a wide inner layer, a norm after each.

Weights are a dict by the names of the encoder file, without the layer's prefix: `q.w` (outputs,
inputs) and `q.b` for q, k, v, ao (attention's output), fi and fo (into the inner layer and out),
`aln` and `oln` for the norms. Post-norm, as BERT (Devlin et al. 2019).
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.ml.training.encoder import kernels
from app.ml.training.encoder.blocks import Floats

Ints = NDArray[np.int64]
Weights = dict[str, Floats]
#: What each half of a layer adds is multiplied by one of these (tokens, width): dropout.
Masks = tuple[Floats, Floats]
HEADS: Final = 12
MATRICES: Final = ("q", "k", "v", "ao", "fi", "fo")
NORMS: Final = ("aln", "oln")


class Kept(NamedTuple):
    """What the way back needs of the way there."""

    given: Floats
    asked: tuple[Floats, Floats, Floats]
    shares: Floats
    mixed: Floats
    first_norm: tuple[Floats, Floats]
    between: Floats
    inner: Floats
    bent: Floats
    last_norm: tuple[Floats, Floats]
    masks: Masks | None


def forward(
    weights: Mapping[str, Floats], x: Floats, starts: Ints, eps: float, masks: Masks | None = None
) -> tuple[Floats, Kept]:
    """Return what the layer makes of x (tokens, width), and what `backward` needs."""
    asked = (_linear(weights, "q", x), _linear(weights, "k", x), _linear(weights, "v", x))
    shares = np.empty((HEADS, len(x), int(np.diff(starts).max())), np.float32)
    mixed = np.empty_like(x)
    kernels.attend(asked, starts, HEADS, mixed, shares)
    between = _linear(weights, "ao", mixed)
    if masks is not None:
        between *= masks[0]
    between += x
    first_norm = _normed(weights, "aln", between, eps)
    inner = _linear(weights, "fi", between)
    bent = np.empty_like(inner)
    kernels.gelu(inner, bent)
    out = _linear(weights, "fo", bent)
    if masks is not None:
        out *= masks[1]
    out += between
    last_norm = _normed(weights, "oln", out, eps)
    return out, Kept(x, asked, shares, mixed, first_norm, between, inner, bent, last_norm, masks)


def backward(
    weights: Mapping[str, Floats], kept: Kept, starts: Ints, grad: Floats
) -> tuple[Floats, Weights]:
    """Return the gradients of x and of each weight; `grad`, that of the output, is used up."""
    found: Weights = {}
    _norm_back(weights, "oln", kept.last_norm, grad, found)
    added = grad if kept.masks is None else grad * kept.masks[1]
    bent = _linear_back(weights, "fo", kept.bent, added, found)
    kernels.gelu_back(kept.inner, bent)
    grad += _linear_back(weights, "fi", kept.between, bent, found)
    _norm_back(weights, "aln", kept.first_norm, grad, found)
    added = grad if kept.masks is None else grad * kept.masks[0]
    mixed = _linear_back(weights, "ao", kept.mixed, added, found)
    parts = (np.empty_like(grad), np.empty_like(grad), np.empty_like(grad))
    kernels.attend_back(kept.asked, starts, kept.shares, mixed, parts)
    for name, part in zip(("q", "k", "v"), parts, strict=True):
        grad += _linear_back(weights, name, kept.given, part, found)
    return grad, found


def _linear(weights: Mapping[str, Floats], name: str, x: Floats) -> Floats:
    out: Floats = x @ weights[f"{name}.w"].T
    out += weights[f"{name}.b"]
    return out


def _linear_back(
    weights: Mapping[str, Floats], name: str, x: Floats, grad: Floats, found: Weights
) -> Floats:
    found[f"{name}.w"] = grad.T @ x
    found[f"{name}.b"] = grad.sum(axis=0)
    back: Floats = grad @ weights[f"{name}.w"]
    return back


def _normed(
    weights: Mapping[str, Floats], name: str, x: Floats, eps: float
) -> tuple[Floats, Floats]:
    kept = np.empty_like(x), np.empty(len(x), np.float32)
    kernels.norm(x, weights[f"{name}.w"], weights[f"{name}.b"], eps, kept)
    return kept


def _norm_back(
    weights: Mapping[str, Floats], name: str, kept: Any, grad: Floats, found: Weights
) -> None:
    found[f"{name}.w"] = np.einsum("ij,ij->j", grad, kept[0])
    found[f"{name}.b"] = grad.sum(axis=0)
    kernels.norm_back(grad, weights[f"{name}.w"], kept)
