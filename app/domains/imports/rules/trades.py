"""What a trade cost or brought: units, signs and costs, checked against each other."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.core.money import Money, Rounding
from app.domains.imports.rules.cells import Cells
from app.domains.imports.types import PriceUnit, RowCode, RowField, RowType

TOLERANCE: Final = Decimal("0.01")
"""Quantity times price may miss the amount by so much of it: prices are printed rounded."""

_PERCENT_WORDS = frozenset({"percent", "pct", "prozent", "per cent", "in percent"})
_BOND_WORDS = frozenset(
    {"bond", "bonds", "anleihe", "anleihen", "rente", "renten", "fixed income", "obligation"}
)


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a row, read and not judged yet; costs are positive."""

    quantity: Decimal | None
    price: Decimal | None
    price_currency: str | None
    amount: Money | None
    fee: Money | None
    tax: Money | None
    currency: str | None

    @property
    def costs(self) -> Decimal:
        """Return fee and tax together."""
        return sum((m.to_decimal() for m in (self.fee, self.tax) if m is not None), Decimal(0))


def unit_of(cells: Cells) -> PriceUnit | None:
    """Return what the price is, when the row says it."""
    word = cells.word(RowField.PRICE_UNIT)
    if "%" in cells.raw(RowField.PRICE) or "%" in cells.raw(RowField.PRICE_UNIT):
        return PriceUnit.PERCENT
    if word in _PERCENT_WORDS:
        return PriceUnit.PERCENT
    return PriceUnit.MONEY if word == PriceUnit.MONEY.value else None


def is_bond(cells: Cells) -> bool:
    """Tell whether the row calls its instrument a bond."""
    return cells.word(RowField.PRICE_UNIT) in _BOND_WORDS


def settle(
    cells: Cells, kind: RowType, figures: Figures, unit: PriceUnit | None
) -> tuple[PriceUnit, Money | None]:
    """Return the price's unit and the effect of a purchase or sale on the cash there."""
    if cells.context.conventions.exact:
        if figures.amount is None:
            cells.refuse(RowField.AMOUNT, RowCode.AMOUNT_MISSING, "a trade needs its amount")
        return unit or PriceUnit.MONEY, figures.amount
    if figures.amount is None:
        return _computed(cells, kind, figures, unit)
    return _given(cells, kind, figures, unit)


def gross(figures: Figures, unit: PriceUnit) -> Decimal | None:
    """Return quantity times price; None when one is missing or the currencies differ."""
    if figures.quantity is None or figures.price is None or figures.price_currency:
        return None
    value = abs(figures.quantity) * figures.price
    return value if unit is PriceUnit.MONEY else value / 100


def _computed(
    cells: Cells, kind: RowType, figures: Figures, unit: PriceUnit | None
) -> tuple[PriceUnit, Money | None]:
    if unit is None and is_bond(cells):
        message = "is this bond's price money or per cent of par? The row has no amount to tell"
        cells.refuse(RowField.PRICE, RowCode.PRICE_UNIT_UNKNOWN, message)
        return PriceUnit.MONEY, None
    known = unit or PriceUnit.MONEY
    value = gross(figures, known)
    if value is None:
        if not cells.errors:
            code = RowCode.PRICE_MISSING if figures.price is None else RowCode.AMOUNT_MISSING
            cells.refuse(RowField.AMOUNT, code, "neither an amount nor a price in its currency")
        return known, None
    net = -(value + figures.costs) if kind is RowType.BUY else value - figures.costs
    return known, cells.exactly(RowField.PRICE, net, figures.currency, rounds=True)


def _given(
    cells: Cells, kind: RowType, figures: Figures, unit: PriceUnit | None
) -> tuple[PriceUnit, Money | None]:
    """Find out whether the amount is before or after costs, and what the price is."""
    amount = figures.amount
    if amount is None:
        raise AssertionError("the caller has looked")
    signed = cells.context.conventions.signed
    if signed and kind is RowType.SELL and amount.amount_minor < 0 and figures.costs == 0:
        message = "a sale with money going out, in a file whose purchases do the same"
        cells.refuse(RowField.AMOUNT, RowCode.SIGN_CONFLICT, message)
    size, way = abs(amount.to_decimal()), Decimal(-1 if kind is RowType.BUY else 1)
    costs, fee = figures.costs, figures.fee.to_decimal() if figures.fee else Decimal(0)
    found = None
    for known in (unit,) if unit else (PriceUnit.MONEY, PriceUnit.PERCENT):
        value = gross(figures, known)
        if value is None:
            continue
        # After all costs, after the fee alone, before any.
        for inside in (costs, fee, Decimal(0)):
            miss = abs(abs(way * value - inside) - size)
            if found is None or miss < found[0]:
                found = (miss, known, inside, value)
    if found is None:
        return unit or PriceUnit.MONEY, _signed(way, size, Decimal(0), amount)
    miss, known, inside, value = found
    if miss > TOLERANCE * value + Decimal("0.02"):
        message = f"quantity times price is {value:.2f}, the amount says {size:f}"
        cells.refuse(RowField.AMOUNT, RowCode.AMOUNT_MISMATCH, message)
    return known, _signed(way, size, costs - inside, amount)


def _signed(way: Decimal, size: Decimal, costs: Decimal, amount: Money) -> Money:
    """Return the cash effect: the amount with its direction, less costs that were not in it."""
    value = way * size - costs
    return Money.of_decimal(value, amount.currency, rounding=Rounding.HALF_EVEN)
