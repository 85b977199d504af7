"""The feature kernel compiled by numba; only offline passes and the fast scorer load it."""

from typing import Any

import numba
import numpy as np

from app.ml.features import fraud_kernel as kernel

_jit = numba.njit(cache=True, nogil=True)
customer_sums = _jit(kernel.customer_sums)
terminal_sums = _jit(kernel.terminal_sums)
legit_since = _jit(kernel.legit_since)
fill_customer = _jit(kernel.fill_customer)
fill_terminal = _jit(kernel.fill_terminal)

_CUSTOMER_SUMS, _NEWEST = kernel.CUSTOMER_SUMS, kernel.NEWEST
_TERMINAL_SUMS, _LAST, _FIRST = kernel.TERMINAL_SUMS, kernel.LAST, kernel.FIRST


@_jit
def fill_rows(payments: Any, customers: Any, terminals: Any, means: Any, out: Any) -> None:
    """Fill out (n, 50) float32 for payments in total order.

    payments: (ts, cents, terminal) per row. customers: (slot of the row in the customer's
    events, first event to read, ts, cents, terminal, high); terminals: (slot, first, ts,
    cents, known_at, fraud). Events of one entity lie side by side in recorded order, so a
    row reads [first, slot). The high flag is written as each row is finished.
    """
    now, cents, terminal = payments
    c_slot, c_first, c_ts, c_cents, c_terminal, c_high = customers
    own = (c_ts, c_cents, c_terminal, c_high)
    t_slot, t_first, t_ts, t_cents, t_known, t_fraud = terminals
    known = (t_ts, t_cents, t_known, t_fraud)
    amount_mean, log_mean, high_ratio = means
    row = np.zeros(50)
    for r in range(now.shape[0]):
        acc = np.zeros(_CUSTOMER_SUMS)
        acc[_NEWEST] = -1.0
        window = (c_first[r], c_slot[r])
        customer_sums((now[r], terminal[r]), own, window, acc)
        fill_customer(now[r], cents[r], acc, amount_mean, log_mean, row)
        acc = np.zeros(_TERMINAL_SUMS)
        acc[_LAST] = -1.0
        acc[_FIRST] = -1.0
        window = (t_first[r], t_slot[r])
        terminal_sums(now[r], known, window, acc)
        legit_since(now[r], known, window, acc)
        fill_terminal(now[r], cents[r], acc, amount_mean, row)
        out[r] = row
        # Serving decides on the float32 vector, so this does too, whatever `out` holds.
        c_high[c_slot[r]] = np.float32(row[18]) > high_ratio
