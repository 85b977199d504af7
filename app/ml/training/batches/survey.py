"""One pass over the stored days: what training needs to know before it makes features."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from app.ml.features.behaviour import Habits
from app.ml.features.fraud import Constants
from app.ml.features.fraud_kernel import DAY
from app.ml.features.fraud_table import AmountSums
from app.ml.training.batches.day_store import DayPayments, DayStore
from app.ml.training.fraud_shared import (
    CALIBRATION_DAYS,
    WARM_UP_DAYS,
    TrainingDataError,
    TrainingFacts,
    refuse_one_class,
    refuse_span,
)

HASHED = ("id", "ts", "customer", "terminal", "cents", "fraud")


@dataclass(frozen=True, slots=True)
class Survey:
    """Means frozen into the features, which days count, and the manifest's facts."""

    constants: Constants
    habits: Habits
    facts: TrainingFacts
    first_usable_day: int
    hidden_from_s: int
    """Rows from here on measure; members that are measured have not seen them."""
    mean_fraud_amount: float
    kinds: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a checkpoint."""
        return asdict(self)

    @staticmethod
    def of_json(held: dict[str, Any]) -> "Survey":
        """Rebuild from `to_json`."""
        return Survey(
            **{
                **held,
                "constants": Constants(**held["constants"]),
                "habits": Habits(**held["habits"]),
                "facts": TrainingFacts(**held["facts"]),
                "kinds": tuple(held["kinds"]),
            }
        )


def survey(store: DayStore) -> Survey:
    """Read every day once; TrainingDataError when they cannot train."""
    days = store.days
    if not days:
        raise TrainingDataError("no payment lies in the training period")
    first_s = int(store.read(days[0]).table.ts_s[0])
    last_s = int(store.read(days[-1]).table.ts_s[-1])
    refuse_span(first_s, last_s)
    begin, week = days[0] + WARM_UP_DAYS, days[-1] - CALIBRATION_DAYS + 1
    sums = _Sums()
    for day in days:
        sums.add(store.read(day), usable=day >= begin, last_week=day >= week)
    refuse_one_class("before the last week", sums.frauds[0], sums.rows[0])
    refuse_one_class("in the last week", sums.frauds[1], sums.rows[1])
    rows, frauds = sum(sums.rows), sum(sums.frauds)
    return Survey(
        constants=sums.amounts.constants(),
        habits=sums.habits(),
        facts=TrainingFacts(
            first_s=first_s, last_s=last_s, payments=sums.payments, rows=rows, frauds=frauds,
            data_sha256=_digest(store),
        ),
        first_usable_day=begin,
        hidden_from_s=week * DAY,
        mean_fraud_amount=sums.fraud_cents / frauds / 100,
        kinds=tuple(sorted(sums.kinds)),
    )  # fmt: skip


def survey_after(
    store: DayStore, begin: int, *, constants: Constants, habits: Habits, hidden_from_s: int
) -> Survey:
    """Survey the days from `begin` on for a model whose frozen means exist already."""
    sums, first_s, last_s = _Sums(), 0, 0
    for day in store.days:
        if day < begin:
            continue
        payments = store.read(day)
        first_s = first_s or int(payments.table.ts_s[0])
        last_s = int(payments.table.ts_s[-1])
        sums.add(payments, usable=True, last_week=False)
    rows, frauds = sums.rows[0], sums.frauds[0]
    refuse_one_class("in the new days", frauds, rows)
    return Survey(
        constants=constants,
        habits=habits,
        facts=TrainingFacts(
            first_s=first_s, last_s=last_s, payments=sums.payments, rows=rows, frauds=frauds,
            data_sha256=_digest(store),
        ),
        first_usable_day=begin,
        hidden_from_s=hidden_from_s,
        mean_fraud_amount=sums.fraud_cents / frauds / 100,
        kinds=tuple(sorted(sums.kinds)),
    )  # fmt: skip


class _Sums:
    def __init__(self) -> None:
        self.amounts = AmountSums()
        self.payments = 0
        self.rows, self.frauds = [0, 0], [0, 0]
        self.fraud_cents = 0
        self.kinds: set[int] = set()
        self._customers: set[int] = set()
        self._terminals: set[int] = set()
        self._span: list[int] = []

    def add(self, day: DayPayments, *, usable: bool, last_week: bool) -> None:
        self.payments += len(day.table)
        fraud = day.table.fraud == 1
        self.kinds |= {int(kind) for kind in np.unique(day.kind[fraud]) if kind > 0}
        if not usable or not day.labelled.any():
            return
        seen = day.table.take(day.labelled)
        fraud = seen.fraud == 1
        self.amounts.add(seen.cents)
        self.rows[last_week] += len(seen)
        self.frauds[last_week] += int(fraud.sum())
        self.fraud_cents += int(seen.cents[fraud].sum())
        self._customers |= set(np.unique(seen.customer).tolist())
        self._terminals |= set(np.unique(seen.terminal).tolist())
        self._span = [(self._span or [int(seen.ts_s[0])])[0], int(seen.ts_s[-1])]

    def habits(self) -> Habits:
        days = max((self._span[1] - self._span[0]) / DAY, 1.0)
        return Habits(
            amount_mean=self.amounts.cents / self.amounts.count / 100.0,
            customer_daily=self.amounts.count / days / len(self._customers),
            terminal_daily=self.amounts.count / days / len(self._terminals),
        )


def _digest(store: DayStore) -> str:
    """Return the hash that the same payments have in memory: column after column."""
    digest = hashlib.sha256()
    for name in HASHED:
        for column in store.column(name):
            shown = np.maximum(column, 0) if name == "fraud" else column
            digest.update(shown.tobytes())
    return digest.hexdigest()
