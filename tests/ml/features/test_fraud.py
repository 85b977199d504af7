"""The 50 features: worked examples, one truth online and offline, no label before its time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ml.features import fraud, fraud_table
from app.ml.features.fraud import Constants, CustomerEvents, Payment, TerminalEvents
from app.ml.features.fraud_table import PaymentTable

DAY = 86_400
MONDAY = 1_530_489_600  # 2018-07-02 00:00 UTC
CONSTANTS = Constants(amount_mean=50.0, log_amount_mean=3.5)


def value(vector: np.ndarray, name: str) -> float:
    return float(vector[fraud.NAMES.index(name)])


def table(rows: list[tuple[int, int, int, int, int]]) -> PaymentTable:
    """Rows of (ts, customer, terminal, cents, fraud)."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    return fraud_table.ordered(
        id=np.arange(len(rows)), ts_s=columns[0], customer=columns[1], terminal=columns[2],
        cents=columns[3], fraud=columns[4],
    )  # fmt: skip


def streamed(payments: PaymentTable) -> np.ndarray:
    """Score payments one by one from entity state, as serving does."""
    customers: dict[int, CustomerEvents] = {}
    terminals: dict[int, TerminalEvents] = {}
    out = np.empty((len(payments), len(fraud.NAMES)), dtype=np.float32)
    for r in range(len(payments)):
        own = customers.setdefault(int(payments.customer[r]), CustomerEvents())
        other = terminals.setdefault(int(payments.terminal[r]), TerminalEvents())
        payment = Payment(int(payments.ts_s[r]), int(payments.cents[r]), int(payments.terminal[r]))
        # The store keeps bytes: every row goes through them and back.
        own, other = CustomerEvents.unpack(own.pack()), TerminalEvents.unpack(other.pack())
        out[r] = fraud.features(payment, own, other, CONSTANTS)
        own.append(payment, high=fraud.is_high(out[r]))
        other.append(payment)
        other.fraud[-1] = int(payments.fraud[r])  # hidden until known_at
        customers[int(payments.customer[r])] = own
        terminals[int(payments.terminal[r])] = other
    return out


class TestFeatures:
    def test_names_are_fifty_and_distinct(self) -> None:
        assert len(set(fraud.NAMES)) == len(fraud.NAMES) == 50

    def test_first_payment_falls_back_to_training_means(self) -> None:
        payment = Payment(MONDAY + 3 * DAY + 9 * 3600 + 1800, 10_000, 1)

        row = fraud.features(payment, CustomerEvents(), TerminalEvents(), CONSTANTS)

        expected = {
            "amount": 100, "hour": 9.5, "wday": 3, "c_n30": 0, "c_avg30": 0, "c_sd30": 0,
            "c_ratio7": 2, "c_z30": 20, "c_lratio": np.log(101) - 3.5, "c_gap": 30 * DAY,
            "ct_n": 0, "t_n30": 0, "t_last": 999, "t_first35": 999, "t_legit_since": -1,
            "t_amt_ratio": 2,
        }  # fmt: skip
        for name, number in expected.items():
            assert value(row, name) == pytest.approx(number, rel=1e-6), name

    def test_windows_are_open_at_the_old_end(self) -> None:
        own = CustomerEvents([MONDAY, MONDAY + 1], [1_000, 3_000], [1, 2], [0, 1])

        row = fraud.features(Payment(MONDAY + DAY, 500, 2), own, TerminalEvents(), CONSTANTS)

        assert value(row, "c_n1") == 1
        assert value(row, "c_avg1") == 30
        assert (value(row, "c_n7"), value(row, "c_avg7"), value(row, "c_sd7")) == (2, 20, 10)
        assert (value(row, "c_hi3"), value(row, "c_hifrac3")) == (1, 0.5)
        assert (value(row, "c_gap"), value(row, "ct_n")) == (DAY - 1, 1)

    @pytest.mark.row("FC2")
    def test_label_counts_only_once_known(self) -> None:
        other = TerminalEvents()
        earlier = Payment(MONDAY, 2_000, 1)
        other.append(earlier)
        assert other.relabel(earlier, fraud=True, known_at_s=MONDAY + 2 * DAY)

        before = fraud.features(
            Payment(MONDAY + 2 * DAY - 1, 500, 1), CustomerEvents(), other, CONSTANTS
        )
        after = fraud.features(
            Payment(MONDAY + 2 * DAY, 500, 1), CustomerEvents(), other, CONSTANTS
        )

        assert (value(before, "t_f30"), value(before, "t_last")) == (0, 999)
        assert (value(after, "t_f1"), value(after, "t_fs3"), value(after, "t_risk1")) == (1, 1, 1)
        assert (value(after, "t_last"), value(after, "t_first35")) == (2, 2)
        assert value(after, "t_legit_since") == 0

    def test_later_event_is_not_seen(self) -> None:
        own = CustomerEvents([MONDAY + 10], [1_000], [1], [0])
        other = TerminalEvents([MONDAY + 10], [1_000], [MONDAY + 20], [1])
        payment = Payment(MONDAY, 500, 1)

        np.testing.assert_array_equal(
            fraud.features(payment, own, other, CONSTANTS),
            fraud.features(payment, CustomerEvents(), TerminalEvents(), CONSTANTS),
        )


events = st.lists(
    st.tuples(
        st.integers(MONDAY, MONDAY + 140 * DAY), st.integers(0, 2), st.integers(0, 2),
        st.integers(1, 50_000), st.integers(0, 1),
    ),
    max_size=40,
)  # fmt: skip


@pytest.mark.row("FC2")
class TestOnlineEqualsOffline:
    @settings(max_examples=60, deadline=None)
    @given(events)
    def test_streamed_rows_equal_the_table(
        self, rows: list[tuple[int, int, int, int, int]]
    ) -> None:
        payments = table(rows)

        np.testing.assert_array_equal(
            streamed(payments), fraud_table.feature_table(payments, CONSTANTS)
        )

    def test_busy_customer_saturates_alike(self) -> None:
        rows = [(MONDAY + i // 3, 1, i % 2, 100 + i, 0) for i in range(fraud.EVENTS_MAX + 50)]
        payments = table(rows)

        offline = fraud_table.feature_table(payments, CONSTANTS)

        np.testing.assert_array_equal(streamed(payments)[-20:], offline[-20:])
        assert offline[-1, fraud.NAMES.index("c_n1")] == fraud.EVENTS_MAX

    @settings(max_examples=30, deadline=None)
    @given(events.filter(bool), st.data())
    def test_future_label_changes_nothing(
        self, rows: list[tuple[int, int, int, int, int]], data: st.DataObject
    ) -> None:
        before = table(rows)
        flipped = data.draw(st.integers(0, len(rows) - 1))
        after = table(rows)
        after.fraud[flipped] ^= 1
        unaffected = before.ts_s < before.known_at_s[flipped]

        np.testing.assert_array_equal(
            fraud_table.feature_table(before, CONSTANTS)[unaffected],
            fraud_table.feature_table(after, CONSTANTS)[unaffected],
        )
