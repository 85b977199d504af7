"""Fraud evaluations and reports as text for a person."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.ml.training.fraud_card import MEASURES, compression_table, selection_table


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of what `fraud_reports.measured` found, with its model and period."""
    yield f"model {result['model_version']}, {result['from']} to {result['to']}"
    if "selection" in result:
        yield from selection_table(result["selection"])
    elif "compression" in result:
        yield from compression_table(result["compression"])
    else:
        yield from _evaluation(result)


def _evaluation(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"{report['rows']:,} labelled payments, {report['frauds']:,} frauds"
    measures = report["supervised"]
    if measures is None:
        yield "nothing to tell apart: the period does not hold both fraud and legit payments"
        return
    yield ""
    yield f"{'measure':45}{'value':>8}   90 % interval (customers resampled)"
    intervals = report["intervals_90"]
    for key, words in MEASURES:
        between = "  ".join(f"{end:.4f}" for end in intervals.get(key, ()))
        yield f"{words:45}{measures[key]:8.4f}   {between}"
    costs = report["costs"]
    decided = ", ".join(f"{count:,} {name}" for name, count in costs["actions"].items())
    yield ""
    yield f"by the cost matrix: {costs['total']:,.0f}, all allowed {costs['allow_all']:,.0f}"
    yield f"saved {costs['saved_share']:.1%}, {costs['per_payment']:.3f} a payment ({decided})"
    yield ""
    yield "each kind of fraud against all legit payments, recall at 1 % (0.1 %) false positives"
    yield f"{'kind':20}{'trained':>8}{'frauds':>8}{'score':>16}{'anomaly channel':>18}   90 %"
    for kind in report["kinds"].values():
        yield _kind_line(kind["name"], "yes" if kind["trained"] else "no", kind)
    if "unseen" in report:
        yield _kind_line("all untrained", "no", report["unseen"])


def _kind_line(name: str, trained: str, kind: Mapping[str, Any]) -> str:
    cells = [
        f"{kind[channel]['recall_fpr_01']:.3f} ({kind[channel]['recall_fpr_001']:.3f})"
        for channel in ("supervised", "anomaly")
    ]
    low, high = kind["anomaly"]["recall_fpr_01_90"]
    return (
        f"{name:20}{trained:>8}{kind['frauds']:8}{cells[0]:>16}{cells[1]:>18}"
        f"   {low:.3f}  {high:.3f}"
    )
