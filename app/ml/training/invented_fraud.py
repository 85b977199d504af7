"""Add invented kinds of fraud to real or simulated payments, in memory, to test what is unseen.

The kinds are the simulator's unseen ones, done by customers of the data at payees of the
data with amounts in proportion to each customer's own. Codes are CODE + the kind, so that
they never meet the codes of the data.
"""

from dataclasses import replace

import numpy as np

from app.ml.features.fraud_kernel import DAY
from app.ml.features.fraud_table import PaymentTable, ordered
from app.ml.training.fraud_predict import Period
from app.ml.training.payment_simulator import UNSEEN, Rows, World, unseen_episodes
from app.ml.training.payments_data import PaymentData

CODE = 100
PER_DAY_AND_CUSTOMER = 0.0005
"""Episodes of each kind; a tenth of the customers meets one within a month or so."""
CUSTOMERS_MIN = 30
NAMES = {CODE + int(kind): f"{kind.name.lower()} (invented)" for kind in UNSEEN}


def with_invented(payments: PaymentData, period: Period, *, seed: int) -> PaymentData:
    """Return the payments with invented frauds in the period; the input is not changed.

    ValueError when too few customers made payments before the period to have habits.
    """
    table = payments.table
    earlier = table.take(table.ts_s < period.start_s)
    customers, owner = np.unique(earlier.customer, return_inverse=True)
    if customers.size < CUSTOMERS_MIN:
        raise ValueError(
            f"inventing fraud needs {CUSTOMERS_MIN} customers with payments before the "
            f"period: there are {customers.size}"
        )
    payees = np.unique(earlier.terminal)
    mean = np.bincount(owner, weights=earlier.cents / 100.0) / np.bincount(owner)
    world = World(
        customers=customers.size,
        terminals=payees.size,
        days=(period.end_s - period.start_s) // DAY,
        unseen_from=0,
        unseen_per_day=PER_DAY_AND_CUSTOMER * customers.size,
        start_s=period.start_s,
    )
    rows = unseen_episodes(world, np.random.default_rng(seed), mean)
    rows = _inside(rows, period.end_s)
    # The simulator numbers people and payees from 0; one number beyond is a payee nobody knows.
    known = np.r_[payees, int(table.terminal.max()) + 1]
    rows = replace(rows, customer=customers[rows.customer], terminal=known[rows.terminal])
    return _merged(payments, rows)


def _inside(rows: Rows, end_s: int) -> Rows:
    kept = rows.ts_s < end_s
    return Rows(
        rows.ts_s[kept], rows.customer[kept], rows.terminal[kept], rows.cents[kept],
        rows.kind[kept],
    )  # fmt: skip


def _merged(payments: PaymentData, rows: Rows) -> PaymentData:
    table, n = payments.table, rows.ts_s.size
    ids = np.r_[table.id, int(table.id.max()) + 1 + np.arange(n)]
    ts_s = np.r_[table.ts_s, rows.ts_s]
    merged: PaymentTable = ordered(
        id=ids, ts_s=ts_s,
        customer=np.r_[table.customer, rows.customer],
        terminal=np.r_[table.terminal, rows.terminal],
        cents=np.r_[table.cents, rows.cents],
        fraud=np.r_[table.fraud, np.ones(n, dtype=np.int64)],
    )  # fmt: skip
    order = np.lexsort((ids, ts_s))
    return replace(
        payments,
        table=merged,
        labelled=np.r_[payments.labelled, np.ones(n, dtype=np.bool_)][order],
        kind=np.r_[payments.kind, CODE + rows.kind][order],
    )
