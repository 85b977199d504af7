"""The decided cases nearest to one: distance between stored vectors, each feature alike."""

from collections.abc import Sequence

import numpy as np

from app.domains.fraud.case_types import FraudCase
from app.domains.fraud.evidence_types import SimilarCase

SHOWN = 5
_CLIP = 4.0


def nearest(case: FraudCase, decided: Sequence[FraudCase]) -> list[SimilarCase]:
    """Return the five nearest decided cases, the nearest first; none without a vector.

    Signed logarithms keep amounts of all sizes comparable; then each feature is measured in
    its own spread over the cases at hand and cut at four, so that no single one decides.
    """
    width = len(case.vector)
    others = [c for c in decided if len(c.vector) == width and c.case_id != case.case_id]
    if not width or not others:
        return []
    rows = _log(np.array([c.vector for c in others], dtype=np.float64))
    mine = _log(np.array(case.vector, dtype=np.float64))
    together = np.vstack([rows, mine])
    spread = together.std(axis=0)
    steps = np.clip((rows - mine) / np.where(spread > 0, spread, 1.0), -_CLIP, _CLIP)
    distances = np.sqrt(np.mean(steps * steps, axis=1))
    order = np.argsort(distances, kind="stable")[:SHOWN]
    return [_similar(others[i], float(distances[i])) for i in order]


def _log(
    values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    return np.sign(values) * np.log1p(np.abs(values))


def _similar(case: FraudCase, distance: float) -> SimilarCase:
    return SimilarCase(
        case_id=case.case_id,
        state=case.state,
        distance=round(distance, 6),
        amount=case.amount,
        probability=case.probability,
        decided_at=case.decided_at,
        note=case.note,
    )
