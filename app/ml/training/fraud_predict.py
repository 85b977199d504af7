"""Score the payments of a period with a stored model, as each would have been judged live."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from app.core.errors import InvalidInputError
from app.ml.features.behaviour_table import behaviour_table
from app.ml.features.fraud_kernel import DAY
from app.ml.features.fraud_table import PaymentTable, feature_table
from app.ml.serving.fraud_scorer import FraudScorer

REASONS = 4
LABEL_GAP_DAYS = 8
"""Training took labels as known at once; scoring sooner than this would peek at them."""

OUT_SCHEMA = pa.schema(
    [
        ("TRANSACTION_ID", pa.int64()),
        ("score", pa.float64()),
        ("anomaly", pa.float64()),
        ("decision", pa.string()),
        (
            "reasons",
            pa.list_(pa.struct([("feature", pa.string()), ("contribution", pa.float64())])),
        ),
    ]
)


class TooEarlyError(InvalidInputError):
    """The period begins before the model's training labels would have been known."""

    code = "too_early"
    title = "The period begins too soon after training"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole UTC days, both ends included, as seconds [start_s, end_s)."""

    start_s: int
    end_s: int

    @staticmethod
    def of(first_day: str, last_day: str) -> "Period":
        """Build from ISO days; InvalidInputError when they are the wrong way round."""
        start, end = day_start_s(first_day), day_start_s(last_day) + DAY
        if end <= start:
            raise InvalidInputError(f"the period ends on {last_day}, before it begins")
        return Period(start, end)

    def rows(self, table: PaymentTable) -> NDArray[np.bool_]:
        """Return which payments lie in the period."""
        return (table.ts_s >= self.start_s) & (table.ts_s < self.end_s)


def day_start_s(day: str) -> int:
    """Return the UTC second at which an ISO day begins."""
    return int(np.datetime64(day, "D").astype("datetime64[s]").astype(np.int64))


def refuse_early(first_day: str, until: str) -> None:
    """Raise TooEarlyError when scoring would begin before day `until` + LABEL_GAP_DAYS."""
    earliest = np.datetime64(until, "D") + LABEL_GAP_DAYS
    if np.datetime64(first_day, "D") < earliest:
        raise TooEarlyError(
            f"the model learnt from labels of payments up to {until}; "
            f"the first day that can be scored without peeking is {earliest}"
        )


@dataclass(frozen=True, slots=True)
class WindowRows:
    """The payments of a period with both of their input rows."""

    table: PaymentTable
    X: NDArray[np.float32]
    """Vectors of fraud.NAMES (n, 50)."""
    behaviour: NDArray[np.float32]
    """Rows of behaviour.NAMES (n, 17)."""

    def __len__(self) -> int:
        return len(self.table)

    def take(self, rows: NDArray[np.bool_]) -> "WindowRows":
        """Return the chosen payments, order kept."""
        return WindowRows(self.table.take(rows), self.X[rows], self.behaviour[rows])


def window_rows(table: PaymentTable, period: Period, scorer: FraudScorer) -> WindowRows:
    """Return the period's payments and their rows; later rows are not needed."""
    known = table.take(table.ts_s < period.end_s)
    inside = period.rows(known)
    return WindowRows(
        table=known.take(inside),
        X=feature_table(known, scorer.constants)[inside],
        behaviour=behaviour_table(known, scorer.habits, inside)[inside],
    )


def write_scores(
    window: WindowRows, scorer: FraudScorer, out: Path,
    progress: Callable[[int], None] = lambda _: None,
) -> dict[str, int]:  # fmt: skip
    """Write one row per payment and return how many each action got."""
    counts: dict[str, int] = {}
    columns: dict[str, list[object]] = {name: [] for name in OUT_SCHEMA.names}
    for i in range(len(window)):
        score = scorer.score(window.X[i], window.behaviour[i])
        action = scorer.decide(score).value
        counts[action] = counts.get(action, 0) + 1
        columns["TRANSACTION_ID"].append(int(window.table.id[i]))
        columns["score"].append(score.probability)
        columns["anomaly"].append(score.anomaly)
        columns["decision"].append(action)
        columns["reasons"].append(
            [{"feature": r.feature, "contribution": r.contribution} for r in score.reasons(REASONS)]
        )
        if i % 1000 == 0:
            progress(i)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(out.name + ".part")
    pq.write_table(pa.table(columns, schema=OUT_SCHEMA), part, compression="zstd")
    part.replace(out)
    progress(len(window))
    return counts
