"""A loaded intent model measured on labelled rows, with what its actions would have done."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sklearn.metrics import roc_auc_score

from app.ml.estimators.intents import OOS
from app.ml.serving.intents import Understanding
from app.ml.training.intent_measures import confused_actions
from app.ml.training.intent_rows import Row


def report_of(rows: Sequence[Row], found: Sequence[Understanding]) -> dict[str, Any]:
    """Return the figures. Raises ValueError when no row has a label."""
    pairs = [(row, one) for row, one in zip(rows, found, strict=True) if row.label is not None]
    if not pairs:
        raise ValueError("no row has a label")
    inside = [(row, one) for row, one in pairs if row.label != OOS]
    outside = [(row, one) for row, one in pairs if row.label == OOS]
    report: dict[str, Any] = {
        "rows": len(pairs),
        "accuracy": _accuracy(inside),
        "abstained_in_scope": _abstained(inside),
        "accuracy_by_language": _parts(inside, lambda pair: [pair[1].lang]),
        "accuracy_by_tag": _parts(inside, lambda pair: pair[0].tags.split()),
    }
    if outside:
        report["out_of_scope_recall"] = _abstained(outside)
    if inside and outside:
        truth = [row.label != OOS for row, _ in pairs]
        report["out_of_scope_auroc"] = float(roc_auc_score(truth, [o.confidence for _, o in pairs]))
    labels = [str(row.label) for row, _ in pairs]
    fired = [one.fires for _, one in pairs]
    report["fired"] = sum(fired)
    report["wrong_actions"] = confused_actions(labels, [o.label for _, o in pairs], fired)
    return report


def _accuracy(pairs: Sequence[tuple[Row, Understanding]]) -> float | None:
    return sum(r.label == o.label for r, o in pairs) / len(pairs) if pairs else None


def _abstained(pairs: Sequence[tuple[Row, Understanding]]) -> float | None:
    return sum(one.abstain for _, one in pairs) / len(pairs) if pairs else None


def _parts(pairs: Sequence[tuple[Row, Understanding]], keys: Any) -> dict[str, float | None]:
    parts: dict[str, list[tuple[Row, Understanding]]] = defaultdict(list)
    for row, one in pairs:
        for key in keys((row, one)):
            parts[key].append((row, one))
    return {key: _accuracy(found) for key, found in sorted(parts.items())}
