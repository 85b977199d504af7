"""How the mix lies against its plan, line by line, and what that asks for. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from app.domains.portfolio.alert_types import AllocationLine, DriftVerdict
from app.domains.portfolio.rules import rebalancing
from app.domains.portfolio.rules.planning import QUANTITY_STEP, Book

#: A distance that would be shown as less than half a point is being on plan.
ON_PLAN: Final = Decimal("0.005")


def lines_of(book: Book, names: Mapping[str, str]) -> tuple[AllocationLine, ...]:
    """Return every instrument that is held or wanted, the heaviest target first, and cash last.

    Weights add up to one, but for the rounding of each to a millionth; nothing when the book is
    empty.
    """
    if book.total <= 0:
        return ()
    order = sorted(book.symbols, key=lambda s: (-book.target(s), -book.weight(s), s))
    lines = [
        AllocationLine(
            symbol,
            names.get(symbol, symbol),
            book.weight(symbol).quantize(QUANTITY_STEP),
            book.target(symbol),
            bool(book.targets) and rebalancing.outside(book, symbol),
        )
        for symbol in order
    ]
    cash = (book.cash.to_decimal() / book.total).quantize(QUANTITY_STEP)
    target = Decimal(1) - sum(book.targets.values()) if book.targets else Decimal(0)
    return (*lines, AllocationLine(None, "", cash, max(target, Decimal(0)), outside=False))


def verdict_of(book: Book, *, volatility_outside: bool) -> DriftVerdict | None:
    """Return what the distance asks for; None without a plan or without anything held."""
    if not book.targets or not book.quantities or book.total <= 0:
        return None
    if volatility_outside or any(rebalancing.outside(book, s) for s in book.symbols):
        return DriftVerdict.OUTSIDE_BANDS
    return DriftVerdict.ON_PLAN if book.drift < ON_PLAN else DriftVerdict.INSIDE_BANDS
