"""Which ticks are served: order, currency, jumps; judged with generated streams as well."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.market.feed_types import Judgement, Tick
from app.domains.market.rules.backoff import CAP_S, backoff_s
from app.domains.market.rules.quality import QuoteGate

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def tick(price: object, second: float = 0, symbol: str = "AAA", currency: str = "USD") -> Tick:
    at = AT + timedelta(seconds=second)
    return Tick(symbol, Decimal(str(price)), currency, "test", at, at)


@pytest.fixture
def gate() -> QuoteGate:
    return QuoteGate({"AAA": "USD"})


def judged(gate: QuoteGate, *ticks: Tick) -> list[Judgement]:
    return [gate.judge(one) for one in ticks]


@pytest.mark.row("MD3")
class TestQuoteGate:
    def test_usual_moves_are_accepted(self, gate: QuoteGate) -> None:
        assert set(judged(gate, *(tick(100 + n % 3, n) for n in range(50)))) == {Judgement.ACCEPTED}

    @pytest.mark.parametrize(
        "price", ["0", "-1", "NaN", "Infinity", "-Infinity", "1e400", "1e-400"]
    )
    def test_what_is_no_price_is_kept_apart(self, gate: QuoteGate, price: str) -> None:
        assert judged(gate, tick(price)) == [Judgement.NOT_A_PRICE]

    def test_more_digits_than_can_be_stored_is_no_price(self, gate: QuoteGate) -> None:
        assert judged(gate, tick("1." + "1" * 40)) == [Judgement.NOT_A_PRICE]

    def test_another_currency_is_refused(self, gate: QuoteGate) -> None:
        assert judged(gate, tick(100, currency="EUR")) == [Judgement.CROSSED_CURRENCY]

    def test_a_symbol_of_no_source_is_unknown(self, gate: QuoteGate) -> None:
        assert judged(gate, tick(100, symbol="ZZZ")) == [Judgement.UNKNOWN]

    def test_a_lone_jump_is_never_served(self, gate: QuoteGate) -> None:
        found = judged(gate, tick(100), tick(1000, 1), tick(100.1, 2), tick(100.2, 3))
        assert found == [
            Judgement.ACCEPTED,
            Judgement.OUTLIER,
            Judgement.ACCEPTED,
            Judgement.ACCEPTED,
        ]

    def test_a_jump_is_served_when_a_second_later_tick_agrees(self, gate: QuoteGate) -> None:
        found = judged(gate, tick(100), tick(50, 1), tick(50.2, 2), tick(50.1, 3))
        assert found[1:] == [Judgement.OUTLIER, Judgement.ACCEPTED, Judgement.ACCEPTED]

    def test_the_same_print_again_confirms_nothing(self, gate: QuoteGate) -> None:
        assert (
            judged(gate, tick(100), tick(50, 1), tick(50, 1), tick(50, 1))[1:]
            == [Judgement.OUTLIER] * 3
        )

    def test_two_jumps_that_disagree_confirm_nothing(self, gate: QuoteGate) -> None:
        assert (
            judged(gate, tick(100), tick(50, 1), tick(200, 2), tick(50, 3))[1:]
            == [Judgement.OUTLIER] * 3
        )

    def test_a_good_tick_between_two_prints_takes_the_first_ones_word(
        self, gate: QuoteGate
    ) -> None:
        found = judged(gate, tick(100), tick(50, 1), tick(100, 2), tick(50, 3))
        assert found[1:] == [Judgement.OUTLIER, Judgement.ACCEPTED, Judgement.OUTLIER]

    def test_a_wild_market_has_wider_limits_than_a_calm_one(self) -> None:
        calm, wild = QuoteGate({"AAA": "USD"}), QuoteGate({"AAA": "USD"})
        for n in range(40):
            calm.judge(tick(100 + 0.01 * (n % 2), n))
            wild.judge(tick(100 + 4 * (n % 2), n))
        assert calm.judge(tick(108, 41)) is Judgement.OUTLIER
        assert wild.judge(tick(108, 41)) is Judgement.ACCEPTED

    def test_late_ticks_are_ignored_by_exchange_time(self, gate: QuoteGate) -> None:
        assert judged(gate, tick(100, 5), tick(101, 4), tick(100.5, 5)) == [
            Judgement.ACCEPTED,
            Judgement.LATE,
            Judgement.ACCEPTED,
        ]

    def test_a_tick_from_the_future_cannot_shut_out_the_present(self, gate: QuoteGate) -> None:
        early = Tick("AAA", Decimal(100), "USD", "test", AT + timedelta(hours=1), AT)
        assert judged(gate, early, tick(100, 1)) == [Judgement.FUTURE, Judgement.ACCEPTED]

    def test_what_was_good_before_a_restart_is_the_measure_after_it(self, gate: QuoteGate) -> None:
        gate.remember("AAA", 100.0, AT)
        gate.remember("NOT-HELD", 1.0, AT)
        assert judged(gate, tick(10, 1), tick(101, 2)) == [Judgement.OUTLIER, Judgement.ACCEPTED]

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["1", "99", "100", "101", "105", "1000", "0", "NaN"]),
                st.integers(0, 20),
            ),
            max_size=60,
        )
    )
    def test_accepted_prices_are_prices_in_order_and_never_jump_alone(
        self, stream: list[tuple[str, int]]
    ) -> None:
        gate = QuoteGate({"AAA": "USD"})
        accepted: list[Tick] = []
        outliers: list[Tick] = []
        for price, second in stream:
            one = tick(price, second)
            verdict = gate.judge(one)
            if verdict is Judgement.OUTLIER:
                outliers.append(one)
            if verdict is not Judgement.ACCEPTED:
                continue
            assert one.price > 0
            if accepted:
                assert one.exchange_at >= accepted[-1].exchange_at
                if abs(one.price.ln() - accepted[-1].price.ln()) > Decimal("1"):
                    assert any(
                        other.exchange_at < one.exchange_at
                        and abs(other.price.ln() - one.price.ln()) < 1
                        for other in outliers
                    ), "a jump of e was never seen before"
            accepted.append(one)


@pytest.mark.row("MD1")
class TestBackoff:
    @given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
    def test_waits_are_bounded_and_never_nothing(self, attempt: int, chance: float) -> None:
        assert 0.25 <= backoff_s(attempt, chance) <= CAP_S

    def test_waits_double_and_spread(self) -> None:
        assert [backoff_s(n, 0.0) for n in (1, 2, 3)] == [0.25, 0.5, 1.0]
        assert backoff_s(3, 0.5) == 1.5
