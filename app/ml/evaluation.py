"""Measures of fraud models, with the definitions of the Fraud Detection Handbook's protocol.

Average precision and AUC are the usual ones. CP@k: per day the best score of each
customer, the top k, the share truly defrauded that day; found customers leave; mean over
days. Recall at a false-positive rate is read off the interpolated ROC curve. ECE has 15
quantile bins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Interval = tuple[float, float]
ECE_BINS = 15
DRAWS = 100
DAY = 86_400


@dataclass(frozen=True, slots=True)
class FraudReport:
    """One model on one labelled period; accuracy only ever beside the trivial baseline."""

    rows: int
    frauds: int
    auc: float
    average_precision: float
    card_precision_100: float
    card_precision_100_perfect: float
    recall_fpr_001: float
    recall_fpr_005: float
    recall_fpr_01: float
    value_fpr_01: float
    balanced_accuracy_fpr_01: float
    brier: float
    ece: float
    accuracy: float
    accuracy_always_legit: float

    def as_dict(self) -> dict[str, float]:
        """Return plain numbers for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Roc:
    """False- and true-positive rates at every distinct score, from (0, 0) to (1, 1)."""

    fpr: FloatArray
    tpr: FloatArray
    precision: FloatArray

    @staticmethod
    def of(fraud: BoolArray, score: FloatArray) -> "Roc":
        """Rank by score; ValueError when a class is absent."""
        positives = int(fraud.sum())
        if positives in (0, fraud.size):
            raise ValueError("both classes are needed to rank: one is absent")
        order = np.argsort(-score, kind="stable")
        hits = np.cumsum(fraud[order])
        last = np.r_[np.nonzero(np.diff(score[order]))[0], fraud.size - 1]
        true, all_ = hits[last].astype(np.float64), last + 1.0
        return Roc(
            fpr=np.r_[0.0, (all_ - true) / (fraud.size - positives)],
            tpr=np.r_[0.0, true / positives],
            precision=np.r_[1.0, true / all_],
        )

    def auc(self) -> float:
        """Return the area under the curve, ties counted half."""
        return float(np.trapezoid(self.tpr, self.fpr))

    def average_precision(self) -> float:
        """Return Σ (recall step) · precision."""
        return float((np.diff(self.tpr) * self.precision[1:]).sum())

    def recall_at(self, fpr: float) -> float:
        """Return the recall at a false-positive rate, interpolated."""
        # np.interp takes the last of equal x values; a vertical rise belongs to its fpr.
        return float(np.interp(fpr, self.fpr, self.tpr))


def card_precision(
    *, day: IntArray, customer: IntArray, fraud: BoolArray, score: FloatArray, top: int = 100
) -> float:
    """Return the mean over days of the share of the `top` customers truly defrauded that day."""
    found: set[int] = set()
    shares = []
    for today in np.unique(day):
        rows = np.nonzero(day == today)[0]
        rows = rows[~np.isin(customer[rows], list(found))]
        ranked = rows[np.argsort(-score[rows], kind="stable")]
        _, best = np.unique(customer[ranked], return_index=True)
        chosen = set(customer[ranked[np.sort(best)[:top]]].tolist())
        defrauded = set(customer[rows[fraud[rows]]].tolist())
        shares.append(len(chosen & defrauded) / top)
        found |= chosen & defrauded
    return float(np.mean(shares))


def expected_calibration_error(fraud: BoolArray, probability: FloatArray) -> float:
    """Return Σ share · |observed − predicted| over quantile bins."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, ECE_BINS) if part.size]
    gaps = [abs(fraud[part].mean() - probability[part].mean()) * part.size for part in parts]
    return float(sum(gaps) / fraud.size)


def protocol_rows(
    *, ts_s: IntArray, customer: IntArray, fraud: BoolArray, start_s: int
) -> BoolArray:
    """Return the test rows of the fold that starts at `start_s` (00:00 UTC).

    Days s+14 … s+20, without the payments of customers who had a fraud in s … s+6, or on
    a day at least 8 before the payment's own.
    """
    day = (ts_s - start_s) // DAY
    kept = (day >= 14) & (day <= 20)
    burnt = set(customer[fraud & (day >= 0) & (day <= 6)].tolist())
    for test_day in range(14, 21):
        burnt |= set(customer[fraud & (day >= 7) & (day <= test_day - 8)].tolist())
        today = day == test_day
        kept[today] &= ~np.isin(customer[today], list(burnt))
    return kept


def fraud_report(
    *, ts_s: IntArray, customer: IntArray, amount: FloatArray, fraud: BoolArray,
    probability: FloatArray,
) -> FraudReport:  # fmt: skip
    """Return every measure for labelled payments; ValueError when a class is absent."""
    roc = Roc.of(fraud, probability)
    day = ts_s // DAY
    cut = float(np.quantile(probability[~fraud], 0.99))
    caught = fraud & (probability > cut)
    false_alarms = float((probability[~fraud] > cut).mean())
    same = {"day": day, "customer": customer, "fraud": fraud}
    return FraudReport(
        rows=int(fraud.size),
        frauds=int(fraud.sum()),
        auc=roc.auc(),
        average_precision=roc.average_precision(),
        # One dict of arrays of several types, each under the name of its parameter.
        card_precision_100=card_precision(**same, score=probability),  # type: ignore[arg-type]
        card_precision_100_perfect=card_precision(
            **same,  # type: ignore[arg-type]
            score=fraud.astype(np.float64),
        ),
        recall_fpr_001=roc.recall_at(0.001),
        recall_fpr_005=roc.recall_at(0.005),
        recall_fpr_01=roc.recall_at(0.01),
        value_fpr_01=float(amount[caught].sum() / amount[fraud].sum()),
        balanced_accuracy_fpr_01=(float(caught.sum() / fraud.sum()) + 1 - false_alarms) / 2,
        brier=float(np.mean((probability - fraud) ** 2)),
        ece=expected_calibration_error(fraud, probability),
        accuracy=float(((probability > 0.5) == fraud).mean()),
        accuracy_always_legit=float((~fraud).mean()),
    )


def resampled(customer: IntArray, *, seed: int, draws: int = DRAWS) -> Iterator[IntArray]:
    """Yield row indices of samples drawn with replacement: whole customers, all their rows.

    One person's payments are not independent, so single rows must not be drawn.
    """
    rng = np.random.default_rng(seed)
    _, owner = np.unique(customer, return_inverse=True)
    people = int(owner.max()) + 1 if owner.size else 0
    for _ in range(draws):
        count = np.bincount(rng.integers(0, people, people), minlength=people)
        yield np.repeat(np.arange(owner.size), count[owner])


def fraud_intervals(
    *, ts_s: IntArray, customer: IntArray, amount: FloatArray, fraud: BoolArray,
    probability: FloatArray, seed: int,
) -> dict[str, Interval]:  # fmt: skip
    """Return the 90 % interval of every measure over resampled customers.

    Empty when no sample holds both classes. A customer drawn twice is two cards.
    """
    found: dict[str, list[float]] = {}
    for rows in resampled(customer, seed=seed):
        if not 0 < fraud[rows].sum() < rows.size:
            continue
        copy = np.arange(rows.size) - np.searchsorted(rows, rows)  # rows ascend: 0, 1, … of a row
        report = fraud_report(
            ts_s=ts_s[rows], customer=customer[rows] * rows.size + copy, amount=amount[rows],
            fraud=fraud[rows], probability=probability[rows],
        )  # fmt: skip
        for name, value in report.as_dict().items():
            found.setdefault(name, []).append(value)
    return {name: interval(values) for name, values in found.items() if name not in _COUNTS}


_COUNTS = ("rows", "frauds")


def interval(values: Sequence[float]) -> Interval:
    """Return the 5 % and 95 % quantiles."""
    low, high = np.quantile(np.asarray(values), (0.05, 0.95)).tolist()
    return low, high
