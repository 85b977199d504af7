"""Which alerts which facts give, and how a mix lies against its plan."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.market.types import MarketHours, MarketState, Quote
from app.domains.portfolio.alert_types import AlertCode, DriftVerdict, Severity, TradingState
from app.domains.portfolio.rules import rebalancing
from app.domains.portfolio.rules.alerts import Facts, alerts_of
from app.domains.portfolio.rules.drift import lines_of, verdict_of
from app.domains.portfolio.rules.planning import Book
from app.domains.portfolio.types import AdviceOutcome
from app.domains.portfolio.usecases.holdings import Held

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
OPEN = TradingState(is_open=True)
QUIET = Facts(now=NOW, trading=OPEN, profile_expires_at=NOW + timedelta(days=200))
SYMBOLS = ("AAA", "BBB", "CCC", "DDD")
WEIGHTS = st.integers(0, 1000)


def codes(**changes: Any) -> list[AlertCode]:
    return [alert.code for alert in alerts_of(replace(QUIET, **changes))]


class TestAlertsOf:
    def test_when_all_is_well_nothing_is_said(self) -> None:
        assert alerts_of(QUIET) == ()

    @pytest.mark.row("AN1")
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"trading": TradingState(is_open=True, halted=True)}, AlertCode.TRADING_HALTED),
            ({"unpriced": ("AAA",)}, AlertCode.PRICES_MISSING),
            ({"stale": ("AAA",)}, AlertCode.PRICES_STALE),
            ({"missing_steps": ("profile", "kyc")}, AlertCode.KYC_MISSING),
            ({"profile_outdated": True}, AlertCode.PROFILE_EXPIRED),
            ({"trading": TradingState(is_open=False)}, AlertCode.MARKET_CLOSED),
            ({"orders_in_review": 1}, AlertCode.ORDER_IN_REVIEW),
            ({"profile_expires_at": NOW + timedelta(days=30)}, AlertCode.PROFILE_EXPIRES),
            ({"advice": AdviceOutcome.WAIT}, AlertCode.NOT_ADVISED),
            ({"verdict": DriftVerdict.OUTSIDE_BANDS}, AlertCode.REBALANCE_SUGGESTED),
        ],
    )
    def test_each_fact_gives_its_alert(self, changes: dict[str, Any], code: AlertCode) -> None:
        assert codes(**changes) == [code]

    @pytest.mark.parametrize(
        "changes",
        [
            {"missing_steps": ("profile", "disclosures")},
            {"profile_expires_at": NOW + timedelta(days=31)},
            {"profile_expires_at": None, "profile_outdated": True},
            {"advice": AdviceOutcome.INVEST},
            {"verdict": DriftVerdict.INSIDE_BANDS},
        ],
    )
    def test_what_needs_nothing_is_not_an_alert(self, changes: dict[str, Any]) -> None:
        assert codes(**changes) == []

    def test_alert_says_what_and_when(self) -> None:
        opens_at, priced_at = NOW + timedelta(days=2), NOW - timedelta(days=3)
        facts = replace(
            QUIET,
            stale=("BBB", "CCC"),
            oldest_price_at=priced_at,
            trading=TradingState(is_open=False, next_open=opens_at),
        )
        stale, closed = alerts_of(facts)
        assert (stale.symbols, stale.at) == (("BBB", "CCC"), priced_at)
        assert closed.at == opens_at

    @given(
        st.builds(
            Facts,
            now=st.just(NOW),
            trading=st.builds(TradingState, is_open=st.booleans(), halted=st.booleans()),
            missing_steps=st.sampled_from([(), ("kyc",)]),
            profile_expires_at=st.sampled_from([None, NOW, NOW + timedelta(days=100)]),
            profile_outdated=st.booleans(),
            unpriced=st.sampled_from([(), ("AAA",)]),
            stale=st.sampled_from([(), ("BBB",)]),
            oldest_price_at=st.none(),
            orders_in_review=st.integers(0, 2),
            in_review=st.just(()),
            advice=st.sampled_from([None, *AdviceOutcome]),
            verdict=st.sampled_from([None, *DriftVerdict]),
        )
    )
    def test_each_code_once_and_the_urgent_ones_first(self, facts: Facts) -> None:
        found = alerts_of(facts)
        assert len({alert.code for alert in found}) == len(found)
        ranks = [list(Severity).index(alert.severity) for alert in found]
        assert ranks == sorted(ranks)


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Draw a book whose targets sum to one or to nothing."""
    parts = draw(st.lists(WEIGHTS, min_size=4, max_size=4))
    whole = sum(parts)
    targets = {s: Decimal(p) / whole for s, p in zip(SYMBOLS, parts, strict=True) if p}
    micro = st.integers(0, 10**9)
    return Book(
        cash=Money(draw(st.integers(0, 10**9)), "USD"),
        quantities={
            s: Decimal(q).scaleb(-6) for s in SYMBOLS if draw(st.booleans()) and (q := draw(micro))
        },
        prices={s: Decimal(draw(st.integers(1, 10**7))).scaleb(-4) for s in SYMBOLS},
        targets=targets,
    )


class TestDrift:
    @given(books())
    def test_lines_name_everything_once_and_add_up_to_the_whole(self, book: Book) -> None:
        lines = lines_of(book, {})
        if book.total <= 0:
            assert lines == ()
            return
        assert [line.symbol for line in lines].count(None) == 1
        assert {line.symbol for line in lines} == {None, *book.symbols}
        assert abs(sum(line.weight for line in lines) - 1) <= len(lines) * Decimal("0.000001")
        if book.targets:
            assert abs(sum(line.target for line in lines) - 1) < Decimal("0.000001")

    @given(books())
    def test_verdict_agrees_with_the_bands(self, book: Book) -> None:
        verdict = verdict_of(book, volatility_outside=False)
        if verdict is None:
            assert not (book.targets and book.quantities and book.total > 0)
        else:
            left = any(rebalancing.outside(book, symbol) for symbol in book.symbols)
            assert (verdict is DriftVerdict.OUTSIDE_BANDS) == left
            assert verdict_of(book, volatility_outside=True) is DriftVerdict.OUTSIDE_BANDS

    def test_without_a_plan_there_is_no_verdict(self) -> None:
        book = Book(Money(0, "USD"), {"AAA": Decimal(1)}, {"AAA": Decimal(5)}, {})
        assert verdict_of(book, volatility_outside=True) is None
        assert [line.outside for line in lines_of(book, {"AAA": "Alpha"})] == [False, False]


class TestSumOfTheParts:
    @pytest.mark.row("PA3")
    @given(
        cash=st.integers(-(10**12), 10**12),
        reserved=st.integers(0, 10**12),
        held=st.dictionaries(
            st.sampled_from(SYMBOLS), st.tuples(st.integers(1, 10**15), st.integers(1, 10**11))
        ),
    )
    def test_total_is_cash_and_each_holding_to_the_cent(
        self, cash: int, reserved: int, held: dict[str, tuple[int, int]]
    ) -> None:
        quotes = {
            symbol: Quote(symbol, Decimal(price).scaleb(-6), "USD", "test", NOW.date(), NOW, NOW)
            for symbol, (_, price) in held.items()
        }
        found = Held(
            currency="USD",
            cash=Money(cash, "USD"),
            reserved=Money(reserved, "USD"),
            quantities={s: Decimal(micro).scaleb(-6) for s, (micro, _) in held.items()},
            quotes=quotes,
            instruments={},
            hours=MarketHours("24/7", MarketState.OPEN, None, None, NOW.date()),
        )
        parts = [found.worth(symbol) for symbol in held]
        total = found.total()
        assert total is not None
        assert total.amount_minor == cash + reserved + sum(p.amount_minor for p in parts if p)
        for symbol in held:
            unpriced = {s: q for s, q in quotes.items() if s != symbol}
            assert replace(found, quotes=unpriced).total() is None
