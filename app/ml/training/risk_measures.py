"""Weighted measures of the risk ensemble, and the class-conditional conformal thresholds."""

from typing import Any, Final

import numpy as np

from app.ml.estimators.risk import RiskTargets
from app.ml.features.risk import CLASSES, FloatArray

LEVELS: Final = (0.9, 0.8)


def weighted_auc(positive: np.ndarray, score: FloatArray, weight: FloatArray) -> float | None:
    """Return P(score of a positive > score of a negative), ties half; None without both."""
    values, place = np.unique(score, return_inverse=True)
    hit = np.bincount(place, weights=weight * positive, minlength=len(values))
    miss = np.bincount(place, weights=weight * ~positive, minlength=len(values))
    if hit.sum() <= 0 or miss.sum() <= 0:
        return None
    below = np.cumsum(miss) - miss
    return float((hit * (below + miss / 2)).sum() / (hit.sum() * miss.sum()))


def quadratic_kappa(stated: np.ndarray, found: np.ndarray, weight: FloatArray) -> float:
    """Return Cohen's kappa with squared distances between classes."""
    size = len(CLASSES)
    seen = np.zeros((size, size))
    np.add.at(seen, (stated, found), weight)
    expected = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / seen.sum()
    distance = np.square(np.subtract.outer(np.arange(size), np.arange(size)))
    chance = float((distance * expected).sum())
    return 1.0 - float((distance * seen).sum()) / chance if chance > 0 else 0.0


def measures(p: FloatArray, equity: FloatArray, targets: RiskTargets) -> dict[str, Any]:
    """Return every measure beside its trivial baseline."""
    stated, weight, known = targets.stated, targets.weight, targets.has_equity
    prior = np.bincount(stated, weights=weight, minlength=len(CLASSES)) / weight.sum()
    chosen = np.clip(p[np.arange(len(p)), stated], 1e-15, 1.0)
    share_weight, share, guess = weight[known], targets.equity[known], equity[known]
    spread = share - np.average(share, weights=share_weight)
    error = np.square(share - guess)
    return {
        "rows": len(p),
        "auc_none": weighted_auc(stated == 0, p[:, 0], weight),
        "auc_substantial": weighted_auc(stated == 2, p[:, 2], weight),
        "log_loss": float(-np.average(np.log(chosen), weights=weight)),
        "log_loss_prior": float(-np.average(np.log(prior[stated]), weights=weight)),
        "qwk": quadratic_kappa(stated, p.argmax(axis=1), weight),
        "equity_r2": 1.0 - float((share_weight * error).sum())
        / float((share_weight * np.square(spread)).sum()),
        "equity_mae": float(np.average(np.abs(share - guess), weights=share_weight)),
        "equity_rows": int(known.sum()),
    }  # fmt: skip


def household_means(household: np.ndarray, values: FloatArray) -> tuple[np.ndarray, FloatArray]:
    """Return the household ids and the mean of the rows of each: near copies count once."""
    ids, place, count = np.unique(household, return_inverse=True, return_counts=True)
    total = np.zeros((len(ids), values.shape[1]))
    np.add.at(total, place, values)
    return ids, total / count[:, None]


def conformal_thresholds(
    household: np.ndarray, p: FloatArray, targets: RiskTargets, *, level: float
) -> list[float]:
    """Return per class the probability a set member needs, from probabilities out of fold.

    Class-conditional: of the households whose answer is a class, a share of `level` (by weight)
    has at least the class's threshold. An ordinary set would leave out the rare class.
    """
    _, table = household_means(
        household, np.column_stack([p, targets.weight, targets.stated.astype(float)])
    )
    stated, weight = np.rint(table[:, 4]).astype(int), table[:, 3]
    found = []
    for label in range(len(CLASSES)):
        own = stated == label
        score, mass = table[own, label], weight[own]
        order = np.argsort(score)
        # The test household is one more of its class: its weight goes to the unsafe end.
        reached = np.cumsum(mass[order]) / (mass.sum() + mass.mean())
        unsafe = int(np.searchsorted(reached, 1.0 - level, side="right"))
        found.append(float(score[order][max(unsafe - 1, 0)]) if unsafe else 0.0)
    return found


def set_report(inside: np.ndarray, targets: RiskTargets, *, level: float) -> dict[str, Any]:
    """Return coverage per class, mean size and how often a stated answer is questioned."""
    covered = inside[np.arange(len(inside)), targets.stated]
    weight, size = targets.weight, inside.sum(axis=1)
    return {
        "level": level,
        "coverage": {
            name: float(np.average(covered[own], weights=weight[own]))
            for label, name in enumerate(CLASSES)
            if (own := targets.stated == label).any()
        },
        "mean_size": float(np.average(size, weights=weight)),
        "single": float(np.average(size == 1, weights=weight)),
        "full": float(np.average(size == len(CLASSES), weights=weight)),
        "asked": float(np.average(~covered, weights=weight)),
    }
