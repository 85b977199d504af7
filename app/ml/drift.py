"""Has what a model sees moved away from what it was trained on? PSI and KS per column.

A reference is a small summary of training values (bin edges, shares, evenly spaced
quantiles), so that it fits a manifest. It holds minimum, maximum and quantiles of training
values as they were: single values of single payments, though without anybody's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from app.core.errors import InvalidInputError

FloatArray = NDArray[np.float64]
BINS = 10
QUANTILES = 101
PSI_ALERT = 0.2
SHARE_MIN = 1e-4
"""An empty bin counts as this share, so that PSI stays finite."""


class DriftDataError(InvalidInputError):
    """The values cannot be compared."""

    code = "drift_data"
    title = "The values cannot be compared with training"


@dataclass(frozen=True, slots=True)
class Reference:
    """One column at training time. Bins: (-inf, e0], (e0, e1], ... (ek, inf)."""

    edges: tuple[float, ...]
    shares: tuple[float, ...]
    quantiles: tuple[float, ...]

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> Self:
        """Summarise training values; DriftDataError when there are none or one is not finite."""
        column = _checked(values)
        cuts = np.quantile(column, np.linspace(0, 1, BINS + 1)[1:-1])
        edges = np.unique(cuts)
        if edges[0] == column.min():
            # Many equal smallest values (counts of 0): what falls below them is a bin of its own.
            edges = np.r_[np.nextafter(edges[0], -np.inf), edges]
        points = np.quantile(column, np.linspace(0, 1, QUANTILES), method="inverted_cdf")
        return cls(
            edges=tuple(edges.tolist()),
            shares=tuple(_shares(column, edges).tolist()),
            quantiles=tuple(points.tolist()),
        )

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `dataclasses.asdict` wrote; DriftDataError when it is not a reference."""
        try:
            edges, shares, quantiles = (
                tuple(float(v) for v in stored[key]) for key in ("edges", "shares", "quantiles")
            )
        except (KeyError, TypeError, ValueError) as exc:
            raise DriftDataError(f"not a drift reference: {exc!r}") from exc
        if len(shares) != len(edges) + 1 or not quantiles:
            raise DriftDataError(f"{len(edges)} edges do not go with {len(shares)} shares")
        return cls(edges=edges, shares=shares, quantiles=quantiles)


@dataclass(frozen=True, slots=True)
class Drift:
    """How far one column has moved; `alert` when PSI exceeds PSI_ALERT."""

    rows: int
    psi: float
    ks: float
    alert: bool


def drift(reference: Reference, values: NDArray[np.floating]) -> Drift:
    """Compare current values with training; DriftDataError as for Reference.of.

    KS is measured against the stored quantiles, so it is exact to 1 / (QUANTILES - 1).
    """
    column = _checked(values)
    expected = np.maximum(np.array(reference.shares), SHARE_MIN)
    found = np.maximum(_shares(column, np.array(reference.edges)), SHARE_MIN)
    psi = float(((found - expected) * np.log(found / expected)).sum())
    ks = _ks(np.array(reference.quantiles), np.sort(column))
    return Drift(rows=column.size, psi=psi, ks=ks, alert=psi > PSI_ALERT)


def default_share(values: NDArray[np.floating]) -> float:
    """Return the share of the most frequent value; DriftDataError as for Reference.of."""
    column = _checked(values)
    _, counts = np.unique(column, return_counts=True)
    return float(counts.max() / column.size)


def mean_changes(values: NDArray[np.floating]) -> int | None:
    """Return how often the mean changed along a stream of values in time order.

    ADWIN (Bifet and Gavalda 2007) as river implements it, with its own bound of .002. None
    where river is not installed: it comes with what trains, not with what only serves.
    """
    try:
        from river.drift import ADWIN
    except ImportError:
        return None
    detector: Any = ADWIN()  # type: ignore[no-untyped-call]  # river ships half its types
    found = 0
    for value in _checked(values).tolist():
        detector.update(value)
        found += bool(detector.drift_detected)
    return found


def _checked(values: NDArray[np.floating]) -> FloatArray:
    column = np.asarray(values, dtype=np.float64).ravel()
    if column.size == 0:
        raise DriftDataError("no values to compare")
    bad = int((~np.isfinite(column)).sum())
    if bad:
        raise DriftDataError(f"{bad} of {column.size} values are not finite")
    return column


def _shares(column: FloatArray, edges: FloatArray) -> FloatArray:
    slots = np.searchsorted(edges, column, side="left")
    return np.bincount(slots, minlength=edges.size + 1) / column.size


def _ks(left: FloatArray, right: FloatArray) -> float:
    points = np.concatenate([left, right])
    gap = np.searchsorted(left, points, side="right") / left.size
    gap = gap - np.searchsorted(right, points, side="right") / right.size
    return float(np.abs(gap).max())
