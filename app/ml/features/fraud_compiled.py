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
def fill_row(paid: Any, customer: Any, terminal: Any, means: Any, row: Any) -> None:
    """Fill one row (50,) float64; paid = (ts, cents, terminal).

    customer = ((ts, cents, terminal, high), (first, last)); terminal = ((ts, cents,
    known_at, fraud), (first, last)); means = (amount_mean, log_amount_mean).
    """
    now, cents, payee = paid
    own, window = customer
    acc = np.zeros(_CUSTOMER_SUMS)
    acc[_NEWEST] = -1.0
    customer_sums((now, payee), own, window, acc)
    fill_customer(now, cents, acc, means[0], means[1], row)
    known, window = terminal
    acc = np.zeros(_TERMINAL_SUMS)
    acc[_LAST] = -1.0
    acc[_FIRST] = -1.0
    terminal_sums(now, known, window, acc)
    legit_since(now, known, window, acc)
    fill_terminal(now, cents, acc, means[0], row)


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
        customer = (own, (c_first[r], c_slot[r]))
        other = (known, (t_first[r], t_slot[r]))
        fill_row((now[r], cents[r], terminal[r]), customer, other, (amount_mean, log_mean), row)
        out[r] = row
        # Serving decides on the float32 vector, so this does too, whatever `out` holds.
        c_high[c_slot[r]] = np.float32(row[18]) > high_ratio
