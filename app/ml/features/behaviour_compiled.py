"""The behaviour kernel compiled by numba; only offline passes and the fast scorer load it."""

from types import FunctionType
from typing import Any

import numba
import numpy as np

from app.ml.features import behaviour_kernel as kernel

_scope: dict[str, Any] = dict(vars(kernel))


def _jit(name: str) -> Any:
    """Compile a kernel function whose calls go to the compiled ones made before it."""
    function = vars(kernel)[name]
    bound = FunctionType(function.__code__, _scope, name)
    compiled = numba.njit(bound, cache=True, nogil=True)
    _scope[name] = compiled
    return compiled


for _helper in ("surprise", "share_surprise", "excess", "holds"):
    _jit(_helper)
habit = _jit("habit")
settle = _jit("settle")
since = _jit("since")
terminal_parts = _jit("terminal_parts")
fill_customer = _jit("fill_customer")
fill_terminal = _jit("fill_terminal")

_CUSTOMER_PARTS, _OLDEST = kernel.CUSTOMER_PARTS, kernel.OLDEST
_TERMINAL_PARTS, _T_FIRST = kernel.TERMINAL_PARTS, kernel.T_FIRST


@numba.njit(cache=True, nogil=True)
def fill_row(paid: Any, customer: Any, terminal: Any, means: Any, row: Any) -> None:
    """Fill one row (17,) float64; customer = (events, window), terminal = (events, window)."""
    own, window = customer
    parts = np.zeros(_CUSTOMER_PARTS)
    parts[_OLDEST] = paid[0]
    met = np.empty(window[1] - window[0], dtype=np.int64)
    n = habit(paid, own, window, parts, met)
    payees = np.sort(met[:n])
    settle(paid[0], n, payees, means, parts)
    since(paid, own, window, payees, parts)
    fill_customer(paid, payees, means, parts, row)
    others, window = terminal
    other = np.zeros(_TERMINAL_PARTS)
    other[_T_FIRST] = paid[0]
    terminal_parts(paid[0], others, window, other)
    fill_terminal(paid, means, other, row)


@numba.njit(cache=True, nogil=True)
def fill_rows(payments: Any, customers: Any, terminals: Any, means: Any, out: Any) -> None:
    """Fill out (n, 17) for payments in total order where `wanted`.

    payments: (ts, cents, terminal, wanted) per row; customers: (slot, first, ts, cents,
    terminal) and terminals: (slot, first, ts, cents) as in fraud_compiled.fill_rows.
    """
    now, cents, terminal, wanted = payments
    c_slot, c_first, c_ts, c_cents, c_terminal = customers
    t_slot, t_first, t_ts, t_cents = terminals
    row = np.zeros(out.shape[1])
    for r in range(now.shape[0]):
        if wanted[r]:
            paid = (now[r], cents[r], terminal[r])
            own = ((c_ts, c_cents, c_terminal), (c_first[r], c_slot[r]))
            other = ((t_ts, t_cents), (t_first[r], t_slot[r]))
            fill_row(paid, own, other, means, row)
            out[r] = row
