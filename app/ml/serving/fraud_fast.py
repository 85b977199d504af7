"""The fast path: features, members, reasons and anomaly of one payment in one compiled kernel.

Same artefact, same numbers as fraud_scorer.py to 1e-6 (`finnami bench score` measures it).
Loading compiles, a few seconds the first time and from the cache later: do it before
readiness. The kernel releases the interpreter lock and runs in tens of microseconds.
"""

import math
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from app.ml.features import behaviour, fraud
from app.ml.features.behaviour_compiled import fill_row as fill_behaviour
from app.ml.features.fraud import EVENTS_MAX, CustomerEvents, Payment, TerminalEvents
from app.ml.features.fraud_compiled import fill_row as fill_vector
from app.ml.serving.anomaly import ORDINARY
from app.ml.serving.fraud_scorer import (
    CLIP,
    Action,
    FraudScore,
    FraudScorer,
    Judged,
    Thresholds,
    require_row,
)
from app.ml.serving.table_shap import MASKS, SPLITS, TableShap

Columns = tuple[fraud.IntArray, fraud.IntArray, fraud.IntArray, fraud.IntArray]

_jit = numba.njit(cache=True, nogil=True)


@_jit
def _add_tables(x: Any, tables: Any, share: Any, out: Any) -> None:
    """Add one ensemble's contributions: per group five answers pick a row of its table."""
    feature, threshold, strict, table, owner = tables
    for group in range(feature.shape[0]):
        mask = 0
        for bit in range(SPLITS):
            value, edge = x[feature[group, bit]], threshold[group, bit]
            left = value < edge if strict else value <= edge
            mask |= int(left) << bit
        for slot in range(SPLITS):
            out[owner[group, slot]] += share * table[group * MASKS + mask, slot]


@_jit
def _add_linear(x: Any, linear: Any, share: Any, out: Any) -> None:
    weights, centre, spread, middle = linear
    for j in range(x.shape[0]):
        z = min(max((x[j] - centre[j]) / spread[j], -CLIP), CLIP)
        out[j] += share * weights[j] * (z - middle[j])


@_jit
def _strangeness(row: Any, columns: Any, two_sided: Any) -> float:
    k, n = columns.shape
    total = 0.0
    for j in range(k):
        rarer = n - np.searchsorted(columns[j], row[j])
        if two_sided[j]:
            rarer = min(rarer, np.searchsorted(columns[j], row[j], "right"))
        total += max(-math.log((rarer + 1) / (n + 1)) - ORDINARY, 0.0)
    return total


@_jit
def _fill(paid: Any, customer: Any, terminal: Any, means: Any, rows: Any) -> None:
    """Write both input rows, float32, from the events of both entities."""
    own, window = customer
    other, seen = terminal
    vector, row = np.zeros(rows[0].shape[0]), np.zeros(rows[1].shape[0])
    fill_vector(paid, customer, terminal, means[0], vector)
    fill_behaviour(paid, (own[:3], window), (other[:2], seen), means[1], row)
    rows[0][:] = vector
    rows[1][:] = row


@_jit
def _score(vector: Any, row: Any, members: Any, channel: Any, contributions: Any) -> Any:
    """Return the summed contributions, the calibrated probability and the anomaly score."""
    xgboost, lightgbm, linear, weights, base, beta = members
    _add_tables(vector, xgboost, weights[0], contributions)
    _add_tables(vector, lightgbm, weights[1], contributions)
    _add_linear(vector, linear, weights[2], contributions)
    log_odds = base + contributions.sum()
    low = max(-log_odds, 0.0) + math.log1p(math.exp(-abs(log_odds)))
    logit = -beta[0] * low + beta[1] * (low + log_odds) + beta[2]
    probability = math.exp(-(max(-logit, 0.0) + math.log1p(math.exp(-abs(logit)))))
    return log_odds, probability, _strangeness(row, channel[0], channel[1])


@dataclass(frozen=True, slots=True)
class FastScorer:
    """FraudScorer's answers from the compiled kernel; build it with `of`."""

    plain: FraudScorer
    members: tuple[Any, ...]
    channel: tuple[NDArray[np.float32], NDArray[np.bool_]]
    means: tuple[tuple[float, ...], tuple[float, ...]]

    @staticmethod
    def of(scorer: FraudScorer) -> "FastScorer":
        """Lay the arrays out for the kernel and compile it by judging nobody's payment."""
        linear = scorer.linear
        folded = (linear.weights, linear.centre, linear.spread, linear.middle)
        constants, habits = scorer.constants, scorer.habits
        fast = FastScorer(
            plain=scorer,
            members=(
                _tables(scorer.xgboost), _tables(scorer.lightgbm), folded, scorer.weights,
                scorer.base, scorer.beta,
            ),
            channel=(
                np.ascontiguousarray(scorer.anomaly.sorted_columns), scorer.anomaly.two_sided
            ),
            means=(
                (constants.amount_mean, constants.log_amount_mean),
                (habits.amount_mean, habits.customer_daily, habits.terminal_daily),
            ),
        )  # fmt: skip
        fast.judge(Payment(ts_s=0, cents=100, terminal=0), CustomerEvents(), TerminalEvents())
        return fast

    @property
    def version(self) -> str:
        """Return the version that decision records quote."""
        return self.plain.version

    @property
    def thresholds(self) -> Thresholds:
        """Return the lower ends of the bands."""
        return self.plain.thresholds

    def judge(self, payment: Payment, customer: CustomerEvents, terminal: TerminalEvents) -> Judged:
        """Judge one payment from the events recorded before it; no I/O."""
        own = (customer.ts_s, customer.cents, customer.terminal, customer.high)
        other = (terminal.ts_s, terminal.cents, terminal.known_at_s, terminal.fraud)
        return self._judge(payment, _columns(own), _columns(other))

    def judge_packed(self, payment: Payment, customer: bytes, terminal: bytes) -> Judged:
        """Judge one payment from the bytes that the state store keeps."""
        return self._judge(
            payment, fraud.customer_columns(customer), fraud.terminal_columns(terminal)
        )

    def score(self, vector: NDArray[np.float32], row: NDArray[np.float32]) -> FraudScore:
        """Judge two input rows; ValueError as FraudScorer.score."""
        require_row(vector, len(fraud.NAMES), "fraud vector")
        require_row(row, len(behaviour.NAMES), "behaviour row")
        contributions = np.zeros(len(fraud.NAMES))
        log_odds, probability, anomaly = _score(
            vector, row, self.members, self.channel, contributions
        )
        return FraudScore(
            probability=probability,
            log_odds=log_odds,
            anomaly=anomaly,
            base=self.members[4],
            contributions=contributions,
            model_version=self.version,
        )

    def decide(self, score: FraudScore) -> Action:
        """Return the band of a score under the artefact's thresholds."""
        return self.plain.decide(score)

    def _judge(self, payment: Payment, own: Columns, other: Columns) -> Judged:
        vector = np.empty(len(fraud.NAMES), dtype=np.float32)
        row = np.empty(len(behaviour.NAMES), dtype=np.float32)
        paid = (payment.ts_s, payment.cents, payment.terminal)
        customer, terminal = (own, _window(own)), (other, _window(other))
        _fill(paid, customer, terminal, self.means, (vector, row))
        return Judged(vector=vector, behaviour=row, score=self.score(vector, row))


def _tables(shap: TableShap) -> tuple[Any, ...]:
    """Return what _add_tables reads: one row per group, side by side in memory."""
    return (
        np.ascontiguousarray(shap.split_feature.T),
        np.ascontiguousarray(shap.split_threshold.T),
        shap.ensemble.strict,
        shap.table,
        shap.table_feature.reshape(-1, SPLITS),
    )


def _columns(lists: tuple[list[int], ...]) -> Columns:
    first, second, third, fourth = (np.array(values, dtype=np.int64) for values in lists)
    return first, second, third, fourth


def _window(columns: Columns) -> tuple[int, int]:
    return max(0, columns[0].size - EVENTS_MAX), columns[0].size
