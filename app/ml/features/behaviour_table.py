"""A whole table of payments to its behaviour rows, as each payment would have seen them."""

import numpy as np
from numpy.typing import NDArray

from app.ml.features.behaviour import NAMES, Habits
from app.ml.features.fraud_kernel import DAY
from app.ml.features.fraud_table import PaymentTable, by_entity


def habits_of(table: PaymentTable) -> Habits:
    """Return the means of training payments; ValueError without any."""
    if len(table) == 0:
        raise ValueError("no training payments, so no usual pace")
    days = max((int(table.ts_s.max()) - int(table.ts_s.min())) / DAY, 1.0)
    return Habits(
        amount_mean=float(table.cents.mean()) / 100.0,
        customer_daily=len(table) / days / np.unique(table.customer).size,
        terminal_daily=len(table) / days / np.unique(table.terminal).size,
    )


def behaviour_table(
    table: PaymentTable, habits: Habits, wanted: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """Return the rows (n, 17) in the table's order; those not `wanted` stay zero."""
    out = np.zeros((len(table), len(NAMES)), dtype=np.float32)
    _fill(table, habits, wanted, out)
    return out


def exact_behaviour_table(table: PaymentTable, habits: Habits) -> NDArray[np.float64]:
    """Return the same rows before they are rounded to float32."""
    out = np.zeros((len(table), len(NAMES)), dtype=np.float64)
    _fill(table, habits, None, out)
    return out


def _fill(
    table: PaymentTable, habits: Habits, wanted: NDArray[np.bool_] | None,
    out: NDArray[np.floating],
) -> None:  # fmt: skip
    # Imported late: only offline work loads the compiler.
    from app.ml.features.behaviour_compiled import fill_rows

    c_order, c_slot, c_first = by_entity(table.customer, table.ts_s)
    t_order, t_slot, t_first = by_entity(table.terminal, table.ts_s)
    chosen = np.ones(len(table), dtype=np.bool_) if wanted is None else wanted
    fill_rows(
        (table.ts_s, table.cents, table.terminal, chosen),
        (c_slot, c_first, table.ts_s[c_order], table.cents[c_order], table.terminal[c_order]),
        (t_slot, t_first, table.ts_s[t_order], table.cents[t_order]),
        (habits.amount_mean, habits.customer_daily, habits.terminal_daily),
        out,
    )
