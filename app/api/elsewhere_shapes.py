"""What imported files add up to, as the API tells it: held elsewhere, never valued."""

from datetime import date

from pydantic import Field

from app.api.shapes import MoneyOut, Out
from app.domains.imports.batch_types import CashElsewhere, Elsewhere, HeldElsewhere


class HeldElsewhereOut(Out):
    """A position at another broker, as its files tell it; it has no value here."""

    account: str
    symbol: str | None
    isin: str | None
    name: str | None
    quantity: str
    complete: bool = Field(description="False: more left than came, so earlier rows are missing")

    @classmethod
    def of(cls, held: HeldElsewhere) -> "HeldElsewhereOut":
        """Return the public form."""
        return cls(
            account=held.account,
            symbol=held.symbol,
            isin=held.isin,
            name=held.name,
            quantity=f"{held.quantity:f}",
            complete=held.complete,
        )


class CashElsewhereOut(Out):
    """The sum of all imported amounts of one account in one currency."""

    account: str
    total: MoneyOut

    @classmethod
    def of(cls, cash: CashElsewhere) -> "CashElsewhereOut":
        """Return the public form."""
        return cls(account=cash.account, total=MoneyOut.of(cash.total))


class ElsewhereOut(Out):
    """Held elsewhere: what imported files add up to. Not FinNami's books, not advised on."""

    holdings: list[HeldElsewhereOut]
    cash: list[CashElsewhereOut]
    first: date | None
    last: date | None

    @classmethod
    def of(cls, found: Elsewhere) -> "ElsewhereOut":
        """Return the public form."""
        return cls(
            holdings=[HeldElsewhereOut.of(held) for held in found.holdings],
            cash=[CashElsewhereOut.of(cash) for cash in found.cash],
            first=found.first,
            last=found.last,
        )
