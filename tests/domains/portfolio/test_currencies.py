"""Several currencies in one report: gains and returns apart, against exact fractions."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.market.fx_types import Fixings, Rate, RateBook
from app.domains.portfolio.rules import currencies, returns
from app.domains.portfolio.rules.currencies import Share, Story
from app.domains.portfolio.rules.valuation import Days, calendar
from app.domains.portfolio.types import FloatArray

pytestmark = pytest.mark.row("PA3")

GOLDEN = json.loads((Path(__file__).parent / "golden" / "two_currencies.json").read_text())
DAY = date(2026, 11, 24)


def rate(base: str, quote: str, *, per_base: str = "1", per_quote: str = "1") -> Rate:
    return Rate(base, quote, DAY, "test", 0, Decimal(per_base), Decimal(per_quote))


def pair(amounts: list[str]) -> tuple[Money, Money]:
    return Money.parse(amounts[0], "USD"), Money.parse(amounts[1], "EUR")


class TestSplitGain:
    def test_dividend_capital_and_currency_are_the_hand_computed_ones(self) -> None:
        found = GOLDEN["euro_investor"]
        story = Story(
            currency="USD",
            start=(Money.zero("USD"), Money.zero("EUR")),
            end=pair(found["end"]),
            flows=(pair(found["paid_in"]),),
            rate=rate("USD", "EUR", per_base=found["usd_per_eur_at_end"]),
            dividends=(pair(found["dividend_pair"]),),
        )
        split = currencies.split_gain([story], "EUR")
        assert split is not None
        for name, shown in [
            ("total", split.total), ("capital", split.capital), ("dividend", split.dividend),
            ("currency", split.currency),
        ]:  # fmt: skip
            assert shown.decimal_string() == found[name], name

    @given(st.data())
    def test_parts_are_the_total_to_the_cent_and_near_the_exact_ones(
        self, data: st.DataObject
    ) -> None:
        minor = st.integers(-(10**9), 10**9)  # balances and gains below zero as well
        rates = st.decimals("0.001", "2000", places=4)
        stories, effect, roundings = [], Fraction(0), 0
        total = Money.zero("EUR")
        for currency in ("USD", "NGN", "EUR"):

            def at(units: Decimal, unit: str = currency) -> Rate:
                return rate(unit, "EUR", per_base="1" if unit == "EUR" else str(units))

            begun, ended = data.draw(rates), data.draw(rates)
            start, end = (Money(data.draw(minor), currency) for _ in range(2))
            flows = data.draw(st.lists(st.tuples(minor, rates), max_size=4))
            paid = data.draw(st.lists(st.tuples(st.integers(0, 10**6), rates), max_size=2))
            moved = [(Money(m, currency), at(r)) for m, r in flows]
            dividends = [(Money(m, currency), at(r)) for m, r in paid]
            story = Story(
                currency=currency,
                start=(start, at(begun).convert(start)),
                end=(end, at(ended).convert(end)),
                flows=tuple((m, r.convert(m)) for m, r in moved),
                rate=at(ended),
                dividends=tuple((m, r.convert(m)) for m, r in dividends),
            )
            stories.append(story)
            counted = sum((f[1] for f in story.flows), Money.zero("EUR"))
            total = total + story.end[1] - story.start[1] - counted
            if currency == "EUR":
                continue
            roundings += 3 + len(flows) + 2 * len(paid)
            last = Fraction(ended)
            effect += start.amount_minor * (1 / last - 1 / Fraction(begun))
            effect += sum(m.amount_minor * (1 / last - 1 / Fraction(r.base_per_eur))
                          for m, r in [*moved, *dividends])  # fmt: skip
        split = currencies.split_gain(stories, "EUR")
        assert split is not None
        assert split.total == total
        assert split.total == split.capital + split.dividend + split.currency
        for one in split.by_currency:
            assert one.total == one.capital + one.dividend + one.effect
        assert split.by_currency[-1].effect == Money.zero("EUR")
        assert abs(split.currency.amount_minor - effect) <= Fraction(roundings, 2)

    def test_gain_without_a_rate_is_unknown_but_nothing_is_nothing(self) -> None:
        zero, nothing = Money.zero("NGN"), Money.zero("USD")
        emptied = Story("NGN", (zero, nothing), (zero, nothing), (), None)
        assert currencies.split_gain([emptied], "USD") is not None
        earned = Story("NGN", (zero, nothing), (Money(1, "NGN"), nothing), (), None)
        assert currencies.split_gain([earned], "USD") is None


def share(currency: str, values: list[float], flows: list[float], rates: list[float]) -> Share:
    moves = np.array(flows)
    size = len(values)
    days = Days(
        days=calendar(DAY, date.fromordinal(DAY.toordinal() + size - 2)),
        values=np.array(values),
        inflows=np.maximum(moves, 0),
        outflows=np.maximum(-moves, 0),
        fees=np.zeros(size),
        missing=(),
        unknown=np.zeros(size, dtype=bool),
    )
    return Share(currency, days, np.array(rates))


class TestTogether:
    @given(st.data())
    def test_local_times_currency_is_the_whole_return(self, data: st.DataObject) -> None:
        size = data.draw(st.integers(2, 8))

        def row(low: float, high: float, count: int = size) -> list[float]:
            numbers = st.floats(low, high)
            return data.draw(st.lists(numbers, min_size=count, max_size=count))

        # What comes in on a day is worth something at its end: a part that loses all of it at
        # once leaves nothing to grow, and no return is told.
        shares = [
            share(c, row(1e5, 1e6), [0.0, *row(0, 1e5, size - 1)], row(0.1, 10))
            for c in ("NGN", "USD")
        ]
        whole = currencies.together(shares)
        split = currencies.split_return(shares, whole)
        total = returns.time_weighted(whole.values, whole.inflows[1:], whole.outflows[1:])
        assert split is not None
        assert total is not None
        assert (1 + split.local) * (1 + split.currency) == pytest.approx(1 + total, rel=1e-9)

    def test_standing_rates_have_no_currency_return(self) -> None:
        shares = [share("NGN", [10, 11, 12], [0, 0, 2], [2, 2, 2]),
                  share("USD", [5, 5, 4], [0, 0, -1], [1, 1, 1])]  # fmt: skip
        split = currencies.split_return(shares, currencies.together(shares))
        assert split is not None
        assert split.currency == pytest.approx(0, abs=1e-15)

    def test_only_days_with_money_need_a_rate(self) -> None:
        late = share("NGN", [0, 0, 5], [0, 0, 5], [np.nan, np.nan, 2])
        assert currencies.unrated([late]) == ()
        gap = share("NGN", [0, 5, 5], [0, 5, 0], [np.nan, 2, np.nan])
        whole = currencies.together([gap])
        assert (whole.missing, whole.unknown.tolist()) == (("NGN",), [False, False, True])
        assert currencies.split_return([gap], whole) is None

    def test_cents_that_come_back_almost_to_zero_need_no_rate(self) -> None:
        dust: FloatArray = np.cumsum([0.1, 0.2, -0.3])
        assert dust[-1] != 0
        shares = [share("NGN", dust.tolist(), [0, 0, 0], [1, 1, np.nan])]
        assert currencies.unrated(shares) == ()


class TestConverted:
    def test_each_part_is_rounded_for_itself(self) -> None:
        third = rate("USD", "EUR", per_base="3")
        amounts = [Money(100, "USD")] * 3
        assert currencies.converted(amounts, third, "EUR") == Money(99, "EUR")
        assert currencies.converted([Money(-100, "USD")], third, "EUR") == Money(-33, "EUR")

    def test_unknown_is_not_one_to_one(self) -> None:
        assert currencies.converted([Money(1, "NGN")], None, "USD") is None
        assert currencies.converted([Money(0, "NGN")], None, "USD") == Money.zero("USD")

    def test_shares_take_their_rates_from_the_book(self) -> None:
        days = share("NGN", [0, 1], [0, 1], [1, 1]).days
        number = DAY.toordinal()
        fixings = Fixings((number,), (Decimal(1500),), ("t",))
        book = RateBook({"NGN": fixings}, "")
        (found,) = currencies.shares_of([("NGN", days)], book, "EUR")
        assert found.rates[1] == 1 / 1500
        assert np.isnan(found.rates[0])
