"""Money: exact, of one currency, refused rather than rounded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import (
    MAX_MINOR,
    CurrencyMismatchError,
    InvalidAmountError,
    Money,
    Rounding,
)

AMOUNTS = st.integers(-(10**12), 10**12)


@given(AMOUNTS, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_text_and_back_is_the_same_money(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(money.decimal_string(), currency) == money


@given(AMOUNTS, AMOUNTS)
def test_adding_and_taking_away_is_exact(a: int, b: int) -> None:
    assert Money(a, "EUR") + Money(b, "EUR") - Money(b, "EUR") == Money(a, "EUR")


@given(AMOUNTS, st.decimals(min_value=0, max_value=10, places=6))
def test_times_is_never_off_by_more_than_one_unit(a: int, factor: Decimal) -> None:
    product = Money(a, "EUR").times(factor, rounding=Rounding.HALF_EVEN)
    assert abs(Decimal(product.amount_minor) - Decimal(a) * factor) <= Decimal("0.5")


@pytest.mark.parametrize(
    "text", ["", "abc", "NaN", "Infinity", "1e400", "0.001", "1,50", "9" * 30, "--1"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidAmountError):
        Money.parse(text, "EUR")


def test_yen_have_no_cents_and_dinars_have_three() -> None:
    assert Money.parse("12", "JPY").amount_minor == 12
    assert Money.parse("1.234", "KWD").amount_minor == 1234
    with pytest.raises(InvalidAmountError):
        Money.parse("12.5", "JPY")


def test_currencies_do_not_meet() -> None:
    with pytest.raises(CurrencyMismatchError):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(CurrencyMismatchError):
        assert Money(1, "EUR") < Money(2, "USD")


@pytest.mark.parametrize(
    ("amount", "currency"),
    [(1.5, "EUR"), (True, "EUR"), (MAX_MINOR + 1, "EUR"), (1, "eur"), (1, "EURO")],
)
def test_no_float_no_bool_no_overflow_no_odd_currency(amount: int, currency: str) -> None:
    with pytest.raises(InvalidAmountError):
        Money(amount, currency)
