"""The 50 payment features `fraud-50/v1`: events in, vector out, the same online and offline.

Serving, one payment (pure, no I/O, no compiler, about 0.2 ms):

    customer = CustomerEvents.unpack(stored_bytes)   # or CustomerEvents() for nobody yet
    terminal = TerminalEvents.unpack(stored_bytes)   # the payee, or any other counterparty
    payment = Payment(ts_s=..., cents=..., terminal=terminal_key(payee_id))
    vector = features(payment, customer, terminal, scorer.constants)      # float32, (50,)
    high = is_high(vector)                           # store it with the payment

After the decision, once per payment:

    customer.append(payment, high=high)
    terminal.append(payment)                         # legit once it matures (7 days)
    terminal.relabel(payment, fraud=True, known_at_s=...)   # when a label event arrives

Lists hold events in the order they were recorded (ledger order), so a payment sees what
was recorded before it. `features` ignores events later than the payment and labels known
later than it. Training computes the same rows for a whole table: fraud_table.feature_table.
"""

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.ml.features import fraud_kernel as kernel

IntArray = NDArray[np.int64]
VERSION = "fraud-50/v1"
LABEL_DELAY_S = 7 * kernel.DAY
"""A payment that nobody disputed counts as known legit after this."""
EVENTS_MAX = 2_000
"""Events kept per entity, newest first. Beyond it counts saturate, online and offline alike."""
HIGH_RATIO = 1.0

NAMES: tuple[str, ...] = (
    "amount", "hour", "wday", "c_n1", "c_avg1",
    "c_n7", "c_avg7", "c_sd7", "c_n14", "c_avg14", "c_sd14", "c_n30", "c_avg30", "c_sd30",
    "c_n_1h", "c_ratio7", "c_ratio30", "c_z30", "c_lratio",
    "c_hi3", "c_hifrac3", "c_hi7", "c_hifrac7", "c_hi14", "c_hifrac14",
    "t_n1", "t_f1", "t_risk1", "t_n3", "t_f3", "t_risk3", "t_n7", "t_f7", "t_risk7",
    "t_n14", "t_f14", "t_risk14", "t_n30", "t_f30", "t_risk30",
    "t_fs3", "t_fs7", "t_fs14", "t_fs30", "t_last", "t_first35", "t_legit_since",
    "c_gap", "ct_n", "t_amt_ratio",
)  # fmt: skip
_LRATIO = NAMES.index("c_lratio")

_CUSTOMER = np.dtype([("ts", "<u4"), ("cents", "<i8"), ("terminal", "<i8"), ("high", "u1")])
_TERMINAL = np.dtype([("ts", "<u4"), ("cents", "<i8"), ("known_at", "<u4"), ("fraud", "u1")])


@dataclass(frozen=True, slots=True)
class Constants:
    """Training means that stand in for an empty history; frozen in the manifest."""

    amount_mean: float
    log_amount_mean: float


@dataclass(frozen=True, slots=True)
class Payment:
    """What is being judged: UTC seconds, minor units, `terminal_key` of the counterparty."""

    ts_s: int
    cents: int
    terminal: int


@dataclass(slots=True)
class CustomerEvents:
    """The payer's own payments of the last 120 days, parallel lists in recorded order."""

    ts_s: list[int] = field(default_factory=list)
    cents: list[int] = field(default_factory=list)
    terminal: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)

    def append(self, payment: Payment, *, high: bool) -> None:
        """Record one payment; the caller makes sure that it is recorded once."""
        self.ts_s.append(payment.ts_s)
        self.cents.append(payment.cents)
        self.terminal.append(payment.terminal)
        self.high.append(int(high))

    def pack(self) -> bytes:
        """Return 21 bytes per event, for the state store; the newest EVENTS_MAX events."""
        table = np.empty(len(self.ts_s), dtype=_CUSTOMER)
        table["ts"], table["cents"] = self.ts_s, self.cents
        table["terminal"], table["high"] = self.terminal, self.high
        return table[-EVENTS_MAX:].tobytes()

    @staticmethod
    def unpack(data: bytes) -> "CustomerEvents":
        """Rebuild from `pack`; ValueError when the length cannot be right."""
        table = np.frombuffer(data, dtype=_CUSTOMER)
        return CustomerEvents(
            ts_s=table["ts"].tolist(),
            cents=table["cents"].tolist(),
            terminal=table["terminal"].tolist(),
            high=table["high"].tolist(),
        )


@dataclass(slots=True)
class TerminalEvents:
    """Payments at one terminal (payee) of the last 120 days with what is known of them."""

    ts_s: list[int] = field(default_factory=list)
    cents: list[int] = field(default_factory=list)
    known_at_s: list[int] = field(default_factory=list)
    fraud: list[int] = field(default_factory=list)

    def append(self, payment: Payment) -> None:
        """Record one payment as legit from LABEL_DELAY_S on, unless relabelled."""
        self.ts_s.append(payment.ts_s)
        self.cents.append(payment.cents)
        self.known_at_s.append(payment.ts_s + LABEL_DELAY_S)
        self.fraud.append(0)

    def relabel(self, payment: Payment, *, fraud: bool, known_at_s: int) -> bool:
        """Set the label of the first event equal to `payment`; False when it is not kept."""
        for i, (ts_s, cents) in enumerate(zip(self.ts_s, self.cents, strict=True)):
            if ts_s == payment.ts_s and cents == payment.cents:
                self.fraud[i], self.known_at_s[i] = int(fraud), known_at_s
                return True
        return False

    def pack(self) -> bytes:
        """Return 17 bytes per event, for the state store; the newest EVENTS_MAX events."""
        table = np.empty(len(self.ts_s), dtype=_TERMINAL)
        table["ts"], table["cents"] = self.ts_s, self.cents
        table["known_at"], table["fraud"] = self.known_at_s, self.fraud
        return table[-EVENTS_MAX:].tobytes()

    @staticmethod
    def unpack(data: bytes) -> "TerminalEvents":
        """Rebuild from `pack`; ValueError when the length cannot be right."""
        table = np.frombuffer(data, dtype=_TERMINAL)
        return TerminalEvents(
            ts_s=table["ts"].tolist(),
            cents=table["cents"].tolist(),
            known_at_s=table["known_at"].tolist(),
            fraud=table["fraud"].tolist(),
        )


def customer_columns(data: bytes) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return (ts, cents, terminal, high) of packed customer events, for the compiled path."""
    table = np.frombuffer(data, dtype=_CUSTOMER)
    return (
        table["ts"].astype(np.int64), table["cents"].astype(np.int64),
        table["terminal"].astype(np.int64), table["high"].astype(np.int64),
    )  # fmt: skip


def terminal_columns(data: bytes) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return (ts, cents, known_at, fraud) of packed terminal events, for the compiled path."""
    table = np.frombuffer(data, dtype=_TERMINAL)
    return (
        table["ts"].astype(np.int64), table["cents"].astype(np.int64),
        table["known_at"].astype(np.int64), table["fraud"].astype(np.int64),
    )  # fmt: skip


def terminal_key(counterparty_id: str) -> int:
    """Return the stable 63-bit number that stands for a counterparty in entity state."""
    digest = hashlib.blake2b(counterparty_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def features(
    payment: Payment, customer: CustomerEvents, terminal: TerminalEvents, constants: Constants
) -> NDArray[np.float32]:
    """Return the vector NAMES of one payment, float32 of shape (50,)."""
    return np.array(exact_features(payment, customer, terminal, constants), dtype=np.float32)


def exact_features(
    payment: Payment, customer: CustomerEvents, terminal: TerminalEvents, constants: Constants
) -> list[float]:
    """Return the same 50 numbers before they are rounded to float32."""
    now, cents = payment.ts_s, payment.cents
    row = [0.0] * len(NAMES)
    acc = [0.0] * kernel.CUSTOMER_SUMS
    acc[kernel.NEWEST] = kernel.NEVER
    own = (customer.ts_s, customer.cents, customer.terminal, customer.high)
    kernel.customer_sums((now, payment.terminal), own, _window(customer.ts_s), acc)
    kernel.fill_customer(now, cents, acc, constants.amount_mean, constants.log_amount_mean, row)
    acc = [0.0] * kernel.TERMINAL_SUMS
    acc[kernel.LAST] = acc[kernel.FIRST] = kernel.NEVER
    known = (terminal.ts_s, terminal.cents, terminal.known_at_s, terminal.fraud)
    window = _window(terminal.ts_s)
    kernel.terminal_sums(now, known, window, acc)
    kernel.legit_since(now, known, window, acc)
    kernel.fill_terminal(now, cents, acc, constants.amount_mean, row)
    return row


def _window(events: list[int]) -> tuple[int, int]:
    return max(0, len(events) - EVENTS_MAX), len(events)


def is_high(vector: NDArray[np.float32]) -> bool:
    """Tell whether the amount is unusual for this customer; stored with the payment."""
    return bool(vector[_LRATIO] > HIGH_RATIO)
