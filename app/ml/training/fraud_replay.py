"""The skew test: payments one by one through the serving functions, against the offline table.

State lives as packed bytes per entity, by the codec of the store in Redis, and labels arrive
when they are known. A flush drops all of it; the next payment rebuilds its two entities from
the past.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.ml.features import behaviour, fraud, fraud_state
from app.ml.features.behaviour import Habits
from app.ml.features.behaviour_table import exact_behaviour_table
from app.ml.features.fraud import Constants, Payment
from app.ml.features.fraud_table import PaymentTable, exact_feature_table

TOLERANCE = 1e-9
LATE_SHARE = 0.01
DUPLICATE_EVERY = 97
WIDTH = len(fraud.NAMES) + len(behaviour.NAMES)


@dataclass(slots=True)
class ReplayResult:
    """Rows replayed, rows that differ anywhere, and the largest relative difference."""

    rows: int = 0
    mismatches: int = 0
    max_diff: float = 0.0
    flushes: int = 0
    duplicates: int = 0
    late: int = 0
    rows_seen: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, WIDTH)))
    """The 50 features and the 17 behaviours of each row, side by side."""


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What goes wrong on the way; all off is the plain replay."""

    flush_at: int | None = None
    """Drop all state after every n payments."""
    duplicates: bool = False


class _Store:
    """Entity state as the serving side keeps it; rebuilt from the past on a miss."""

    def __init__(self, table: PaymentTable, high: NDArray[np.bool_]) -> None:
        self._table = table
        self._high = high
        self._customers: dict[int, bytes] = {}
        self._terminals: dict[int, bytes] = {}
        self._of_customer = rows_by_entity(table.customer)
        self._of_terminal = rows_by_entity(table.terminal)

    def flush(self) -> None:
        self._customers.clear()
        self._terminals.clear()

    def customer(self, row: int) -> bytes:
        key = int(self._table.customer[row])
        if key not in self._customers:
            past = self._past(self._of_customer[key], row)
            self._customers[key] = fraud_state.join(self._record(n, self._payee(n)) for n in past)
        return self._customers[key]

    def terminal(self, row: int) -> bytes:
        key, now = int(self._table.terminal[row]), int(self._table.ts_s[row])
        if key not in self._terminals:
            past = self._past(self._of_terminal[key], row)
            self._terminals[key] = fraud_state.join(
                self._record(n, self._payer(n), now=now) for n in past
            )
        return self._terminals[key]

    def _payee(self, row: int) -> int:
        return int(self._table.terminal[row])

    def _payer(self, row: int) -> int:
        return int(self._table.customer[row])

    def _record(self, row: int, other: int, *, now: int = 0, high: bool | None = None) -> bytes:
        """Return a payment's record as it stands at `now`: what is not known yet is no fraud."""
        t = self._table
        known_at = int(t.known_at_s[row])
        label = (bool(t.fraud[row]), known_at) if known_at <= now else (False, known_at)
        return fraud_state.record(
            ms=int(t.ts_s[row]) * 1000,
            number=int(t.id[row]),
            cents=int(t.cents[row]),
            other=other,
            high=bool(self._high[row]) if high is None else high,
            label=label,
        )

    def append(self, row: int, *, high: bool) -> None:
        customer, terminal = self.customer(row), self.terminal(row)
        mine = self._record(row, self._payee(row), high=high)
        theirs = self._record(row, self._payer(row), high=high)
        self._customers[int(self._table.customer[row])] = fraud_state.insert(customer, mine)
        self._terminals[int(self._table.terminal[row])] = fraud_state.insert(terminal, theirs)

    def reveal(self, row: int) -> None:
        """Tell the terminal about one fraud; an entity not in memory learns it on rebuild."""
        t, key = self._table, int(self._table.terminal[row])
        if key in self._terminals:
            known = self._record(row, self._payer(row), now=int(t.known_at_s[row]))
            self._terminals[key] = fraud_state.insert(self._terminals[key], known, replace=True)

    def _past(self, positions: NDArray[np.int64], row: int) -> list[int]:
        past: list[int] = positions[: np.searchsorted(positions, row)][-fraud.EVENTS_MAX :].tolist()
        return past


def replay(
    table: PaymentTable, inside: NDArray[np.bool_], means: tuple[Constants, Habits],
    plan: ReplayPlan, progress: Callable[[int], None] = lambda _: None,
) -> ReplayResult:  # fmt: skip
    """Replay the rows marked `inside`, in recorded order, and compare each vector."""
    constants, habits = means
    offline = np.hstack(
        [exact_feature_table(table, constants), exact_behaviour_table(table, habits)]
    )
    high = offline[:, fraud.NAMES.index("c_lratio")].astype(np.float32) > fraud.HIGH_RATIO
    store = _Store(table, high)
    frauds = np.nonzero(table.fraud == 1)[0]
    reveals = frauds[np.argsort(table.known_at_s[frauds], kind="stable")].tolist()
    waiting: list[int] = []
    rows = np.nonzero(inside)[0]
    online = np.empty((rows.size, WIDTH))
    result, next_reveal = ReplayResult(), 0
    for n, row in enumerate(rows.tolist()):
        if plan.flush_at and n and n % plan.flush_at == 0:
            store.flush()
            result.flushes += 1
        now = int(table.ts_s[row])
        while next_reveal < len(reveals) and table.known_at_s[reveals[next_reveal]] <= now:
            waiting.append(reveals[next_reveal])
            next_reveal += 1
        while waiting:
            store.reveal(waiting.pop())
        payment = Payment(now, int(table.cents[row]), int(table.terminal[row]))
        customer = fraud_state.customer_events(store.customer(row))
        terminal = fraud_state.terminal_events(store.terminal(row))
        online[n] = [
            *fraud.exact_features(payment, customer, terminal, constants),
            *behaviour.exact_behaviour(payment, customer, terminal, habits),
        ]
        flag = fraud.is_high(online[n].astype(np.float32))
        store.append(row, high=flag)
        if plan.duplicates and n % DUPLICATE_EVERY == 0:
            store.append(row, high=flag)
            result.duplicates += 1
        if n % 1000 == 0:
            progress(n)
    progress(rows.size)
    gap = np.abs(online - offline[rows]) / np.maximum(np.abs(offline[rows]), 1.0)
    result.rows = int(rows.size)
    result.mismatches = int((gap > TOLERANCE).any(axis=1).sum())
    result.max_diff = float(gap.max()) if gap.size else 0.0
    result.rows_seen = online
    return result


def shuffle_late(table: PaymentTable, *, seed: int) -> tuple[PaymentTable, int]:
    """Return the table in a recorded order where 1 % of payments arrive up to an hour late."""
    rng = np.random.default_rng(seed)
    delay = np.where(rng.random(len(table)) < LATE_SHARE, rng.integers(1, 3_600, len(table)), 0)
    order = np.lexsort((table.id, table.ts_s + delay))
    return table.take(order), int((delay > 0).sum())


def reference_mismatches(
    table: PaymentTable, rows: NDArray[np.int64], online: NDArray[np.float64],
    reference: dict[str, NDArray[np.float64]],
) -> int:  # fmt: skip
    """Count rows that differ by > 1e-6 from the handbook's columns (current payment included).

    `reference` maps its lower-case column names, transaction_id among them, to values.
    """
    where = {int(i): n for n, i in enumerate(table.id[rows])}
    ids = reference["transaction_id"].astype(np.int64).tolist()
    pairs = [(n, where[i]) for n, i in enumerate(ids) if i in where]
    theirs = np.array([n for n, _ in pairs], dtype=np.int64)
    ours = online[np.array([n for _, n in pairs], dtype=np.int64)]
    wrong = np.zeros(len(pairs), dtype=np.bool_)
    at = fraud.NAMES.index
    for days in (1, 7, 30):
        count, mean = ours[:, at(f"c_n{days}")], ours[:, at(f"c_avg{days}")]
        expected = {
            f"customer_id_nb_tx_{days}day_window": count + 1,
            f"customer_id_avg_amount_{days}day_window": (count * mean + ours[:, 0]) / (count + 1),
            f"terminal_id_nb_tx_{days}day_window": ours[:, at(f"t_n{days}")],
            f"terminal_id_risk_{days}day_window": ours[:, at(f"t_risk{days}")],
        }
        for name, values in expected.items():
            wrong |= np.abs(values - reference[name][theirs]) > 1e-6
    return int(wrong.sum())


def rows_by_entity(entity: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """Return each entity's row numbers, ascending."""
    order = np.argsort(entity, kind="stable")
    ids, first = np.unique(entity[order], return_index=True)
    return dict(zip(ids.tolist(), np.split(order, first[1:]), strict=True))
