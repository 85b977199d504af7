"""Feature rows batch by batch in time order, with the events of 120 days carried along."""

import numpy as np
from numpy.typing import NDArray

from app.ml.features import behaviour
from app.ml.features import fraud_kernel as kernel
from app.ml.features.behaviour import Habits
from app.ml.features.fraud import HIGH_RATIO, NAMES, Constants
from app.ml.features.fraud_table import PaymentTable, by_entity, joined

IntArray = NDArray[np.int64]
Rows = NDArray[np.float32]


class CarriedFeatures:
    """Gives each batch the rows that feature_table and behaviour_table give the whole table.

    Batches must follow each other in total order. Memory is the events of the last 120 days
    and one batch, however long the history is.
    """

    def __init__(self, constants: Constants, habits: Habits) -> None:
        self._constants = constants
        self._habits = habits
        self._seen: PaymentTable | None = None
        self._high: IntArray = np.zeros(0, dtype=np.int64)

    @property
    def carried(self) -> int:
        """Payments carried to the next batch."""
        return 0 if self._seen is None else len(self._seen)

    def rows(self, batch: PaymentTable, wanted: NDArray[np.bool_]) -> tuple[Rows, Rows]:
        """Return (n, 50) and (n, 17); behaviour rows that are not wanted stay zero."""
        # Imported late: only offline work loads the compiler.
        from app.ml.features import behaviour_compiled, fraud_compiled

        old = self.carried
        table = batch if self._seen is None else joined([self._seen, batch])
        c_order, c_slot, c_first = by_entity(table.customer, table.ts_s)
        t_order, t_slot, t_first = by_entity(table.terminal, table.ts_s)
        high = np.zeros(len(table), dtype=np.int64)
        high[c_slot[:old]] = self._high
        own = (table.ts_s[c_order], table.cents[c_order], table.terminal[c_order])
        other = (table.ts_s[t_order], table.cents[t_order])
        known = (table.known_at_s[t_order], table.fraud[t_order])
        c_new, t_new = (c_slot[old:], c_first[old:]), (t_slot[old:], t_first[old:])
        paid = (batch.ts_s, batch.cents, batch.terminal)
        X = np.empty((len(batch), len(NAMES)), dtype=np.float32)
        means = (self._constants.amount_mean, self._constants.log_amount_mean, HIGH_RATIO)
        fraud_compiled.fill_rows(paid, (*c_new, *own, high), (*t_new, *other, *known), means, X)
        acts = np.zeros((len(batch), len(behaviour.NAMES)), dtype=np.float32)
        pace = self._habits
        behaviour_compiled.fill_rows(
            (*paid, wanted), (*c_new, *own), (*t_new, *other),
            (pace.amount_mean, pace.customer_daily, pace.terminal_daily), acts,
        )  # fmt: skip
        self._carry(table, high[c_slot])
        return X, acts

    def _carry(self, table: PaymentTable, high: IntArray) -> None:
        if len(table) == 0:
            return
        young = table.ts_s > table.ts_s[-1] - kernel.HISTORY_S
        self._seen, self._high = table.take(young), high[young]
