"""The behaviour features: worked examples, one truth online and offline, no label among them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ml.features import behaviour, behaviour_kernel, behaviour_table, fraud_table
from app.ml.features.behaviour import Habits
from app.ml.features.fraud import EVENTS_MAX, CustomerEvents, Payment, TerminalEvents
from app.ml.features.fraud_table import PaymentTable

DAY = 86_400
MONDAY = 1_530_489_600  # 2018-07-02 00:00 UTC
NOON = MONDAY + 60 * DAY + 12 * 3_600
HABITS = Habits(amount_mean=50.0, customer_daily=2.0, terminal_daily=1.0)


def value(row: np.ndarray, name: str) -> float:
    return float(row[behaviour.NAMES.index(name)])


def regular() -> CustomerEvents:
    """Fifty days of one payment of 40.00 at noon, at two payees in turn."""
    days = range(5, 55)
    return CustomerEvents(
        [NOON - day * DAY for day in reversed(days)], [4_000] * 50, [1, 2] * 25, [0] * 50
    )


def judged(payment: Payment, own: CustomerEvents | None = None) -> np.ndarray:
    return behaviour.behaviour(payment, own or regular(), TerminalEvents(), HABITS)


class TestBehaviour:
    def test_names_are_distinct_and_the_two_sided_are_among_them(self) -> None:
        assert len(set(behaviour.NAMES)) == len(behaviour.NAMES) == 17
        assert set(behaviour.TWO_SIDED) < set(behaviour.NAMES)

    def test_the_usual_payment_is_ordinary(self) -> None:
        row = judged(Payment(NOON, 4_000, 1))

        assert abs(value(row, "amount_z")) < 0.2
        assert value(row, "new_payee") == value(row, "new_payees_1d") == 0
        assert value(row, "hour") < 0
        assert value(row, "over_max") == 0
        assert value(row, "pace_10m") < 0

    def test_each_departure_shows_in_its_own_feature(self) -> None:
        usual = judged(Payment(NOON, 4_000, 1))
        for name, strange in (
            ("amount_z", Payment(NOON, 40_000, 1)),
            ("over_max", Payment(NOON, 40_000, 1)),
            ("spend_1h", Payment(NOON, 40_000, 1)),
            ("new_payee", Payment(NOON, 4_000, 9)),
            ("hour", Payment(NOON - 9 * 3_600, 4_000, 1)),
            ("low_1d", Payment(NOON, 100, 1)),
        ):
            assert value(judged(strange), name) > value(usual, name) + 1, name

    def test_a_burst_shows_in_pace_and_spend(self) -> None:
        own = regular()
        for minute in range(1, 9):
            own.append(Payment(NOON - minute * 60, 3_000, 10 + minute), high=False)

        row = judged(Payment(NOON, 3_000, 30), own)

        assert value(row, "pace_10m") > 20
        assert value(row, "pace_1d") > 5
        assert value(row, "spend_1h") > 5
        assert value(row, "new_payees_1d") > 10

    def test_repeats_within_a_week_show_and_a_standing_order_does_not(self) -> None:
        weekly = regular()
        once = judged(Payment(NOON, 1_999, 9), weekly)
        for day in (1, 2, 3):
            weekly.append(Payment(NOON - day * DAY, 1_999, 9), high=False)

        again = judged(Payment(NOON, 1_999, 9), weekly)

        assert value(once, "equal_7d") == value(once, "pair_7d") == 0
        assert value(again, "equal_7d") > 4
        assert value(again, "pair_7d") > 2
        assert value(judged(Payment(NOON, 4_000, 1)), "equal_7d") < 0.1

    def test_nobody_at_an_unknown_payee_is_finite(self) -> None:
        row = behaviour.behaviour(
            Payment(NOON, 5_000, 1), CustomerEvents(), TerminalEvents(), HABITS
        )

        assert np.isfinite(row).all()
        assert value(row, "t_age") == pytest.approx(np.log(10))

    def test_today_is_no_habit(self) -> None:
        own = regular()
        before = judged(Payment(NOON, 40_000, 1), own)
        own.append(Payment(NOON - 60, 40_000, 1), high=True)

        after = judged(Payment(NOON, 40_000, 1), own)

        assert value(after, "amount_z") == value(before, "amount_z")
        assert value(after, "over_max") == value(before, "over_max")

    def test_later_event_is_not_seen(self) -> None:
        late = CustomerEvents([NOON + 10], [1_000], [1], [0])

        np.testing.assert_array_equal(
            judged(Payment(NOON, 500, 1), late), judged(Payment(NOON, 500, 1), CustomerEvents())
        )


class TestSurprise:
    @given(st.integers(0, 500), st.floats(1e-4, 500))
    def test_grows_with_the_count_and_is_nothing_at_the_expected(
        self, n: int, expected: float
    ) -> None:
        assert behaviour_kernel.surprise(n + 1, expected) > behaviour_kernel.surprise(n, expected)
        assert behaviour_kernel.surprise(expected, expected) == pytest.approx(0, abs=1e-9)

    @given(st.integers(1, 50), st.data())
    def test_share_is_never_negative(self, n: int, data: st.DataObject) -> None:
        k = data.draw(st.integers(0, n))
        expected = data.draw(st.floats(0.01, 0.99))

        assert behaviour_kernel.share_surprise(k, n, expected) >= -1e-9

    @given(st.lists(st.integers(0, 9), max_size=12), st.integers(0, 9))
    def test_holds_is_membership(self, payees: list[int], wanted: int) -> None:
        ascending = sorted(payees)

        assert behaviour_kernel.holds(ascending, len(ascending), wanted) == (wanted in payees)


events = st.lists(
    st.tuples(
        st.integers(MONDAY, MONDAY + 140 * DAY), st.integers(0, 2), st.integers(0, 2),
        st.integers(0, 50_000), st.integers(0, 1),
    ),
    max_size=40,
)  # fmt: skip


def table(rows: list[tuple[int, int, int, int, int]]) -> PaymentTable:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    return fraud_table.ordered(
        id=np.arange(len(rows)), ts_s=columns[0], customer=columns[1], terminal=columns[2],
        cents=columns[3], fraud=columns[4],
    )  # fmt: skip


def streamed(payments: PaymentTable) -> np.ndarray:
    """Judge payments one by one from entity state, as serving does."""
    customers: dict[int, CustomerEvents] = {}
    terminals: dict[int, TerminalEvents] = {}
    out = np.empty((len(payments), len(behaviour.NAMES)), dtype=np.float32)
    for r in range(len(payments)):
        own = customers.setdefault(int(payments.customer[r]), CustomerEvents())
        other = terminals.setdefault(int(payments.terminal[r]), TerminalEvents())
        payment = Payment(int(payments.ts_s[r]), int(payments.cents[r]), int(payments.terminal[r]))
        out[r] = behaviour.behaviour(payment, own, other, HABITS)
        own.append(payment, high=False)
        other.append(payment)
    return out


@pytest.mark.row("FC2")
class TestOnlineEqualsOffline:
    @settings(max_examples=60, deadline=None)
    @given(events)
    def test_streamed_rows_equal_the_table(
        self, rows: list[tuple[int, int, int, int, int]]
    ) -> None:
        payments = table(rows)

        offline = behaviour_table.behaviour_table(payments, HABITS)

        np.testing.assert_array_equal(streamed(payments), offline)
        assert np.isfinite(offline).all()

    @settings(max_examples=20, deadline=None)
    @given(events.filter(bool))
    def test_no_label_is_read(self, rows: list[tuple[int, int, int, int, int]]) -> None:
        payments = table(rows)
        flipped = table([(*row[:4], 1 - row[4]) for row in rows])

        np.testing.assert_array_equal(
            behaviour_table.behaviour_table(payments, HABITS),
            behaviour_table.behaviour_table(flipped, HABITS),
        )

    def test_busy_customer_saturates_alike(self) -> None:
        rows = [(MONDAY + i // 3, 1, i % 2, 100 + i, 0) for i in range(EVENTS_MAX + 50)]
        payments = table(rows)
        wanted = np.arange(len(rows)) >= len(rows) - 3

        offline = behaviour_table.behaviour_table(payments, HABITS, wanted)

        own = CustomerEvents(
            payments.ts_s[:-1].tolist(), payments.cents[:-1].tolist(),
            payments.terminal[:-1].tolist(), [0] * (len(rows) - 1),
        )  # fmt: skip
        payee = payments.terminal[:-1] == payments.terminal[-1]
        other = TerminalEvents(
            payments.ts_s[:-1][payee].tolist(), payments.cents[:-1][payee].tolist(),
            payments.known_at_s[:-1][payee].tolist(), [0] * int(payee.sum()),
        )  # fmt: skip
        last = Payment(*(int(c[-1]) for c in (payments.ts_s, payments.cents, payments.terminal)))
        np.testing.assert_array_equal(offline[-1], behaviour.behaviour(last, own, other, HABITS))
        assert not offline[0].any()


class TestHabitsOf:
    def test_rates_are_per_day_and_entity(self) -> None:
        payments = table([(MONDAY, 1, 5, 1_000, 0), (MONDAY + 2 * DAY, 2, 5, 3_000, 0)])

        habits = behaviour_table.habits_of(payments)

        assert habits == Habits(amount_mean=20.0, customer_daily=0.5, terminal_daily=1.0)

    def test_no_payments_are_refused(self) -> None:
        with pytest.raises(ValueError, match="no training payments"):
            behaviour_table.habits_of(table([]))
