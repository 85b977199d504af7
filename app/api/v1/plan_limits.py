"""/v1/rebalancing/limits: what a person asks of her plans beside the advice."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints, model_validator

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Input
from app.api.policy import policy
from app.api.shapes import Currency, DecimalText, Line, MoneyOut, Out
from app.core.money import CurrencyMismatchError, Money
from app.domains.identity.types import RateClass
from app.domains.market.errors import NoPricesError
from app.domains.portfolio.errors import UnknownInstrumentError, WishesConflictError
from app.domains.portfolio.lot_types import LotMethod
from app.domains.portfolio.wish_types import (
    MOST_GROUPS,
    MOST_LIMITS,
    GroupLimit,
    Limit,
    Wishes,
)

router = APIRouter(prefix="/v1/rebalancing/limits", tags=["portfolio"])

Share = Annotated[
    str,
    StringConstraints(pattern=r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$"),
    Field(examples=["0.25"]),
]
"""A part of the portfolio between 0 and 1, as text."""
Symbol = Annotated[
    str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9.\-]{0,11}$"), Field(examples=["VTI"])
]


class LimitIn(Input):
    """How much of the portfolio one instrument may be; `at_most` 0 excludes it."""

    symbol: Symbol
    at_least: Share = "0"
    at_most: Share = "1"


class GroupIn(Input):
    """How much several instruments may be together."""

    name: Line
    symbols: Annotated[list[Symbol], Field(min_length=2, max_length=MOST_LIMITS)]
    at_most: Share


class AmountIn(Input):
    """An amount of money."""

    amount: DecimalText
    currency: Currency

    def money(self) -> Money:
        """Return the amount. Raises InvalidMoneyError for more digits than the currency has."""
        return Money.parse(self.amount, self.currency)


class LimitsIn(Input):
    """All limits at once; what is left out is no limit.

    `most_turnover` is one-way and per run, as `most_fees` and `most_gain` are.
    """

    whole_shares: bool = False
    limits: Annotated[list[LimitIn], Field(default_factory=list, max_length=MOST_LIMITS)]
    groups: Annotated[list[GroupIn], Field(default_factory=list, max_length=MOST_GROUPS)]
    most_turnover: Share | None = None
    most_fees: AmountIn | None = None
    most_gain: AmountIn | None = None
    lot_method: Annotated[LotMethod, Field(strict=False)] = LotMethod.FIFO

    @model_validator(mode="after")
    def _distinct(self) -> "LimitsIn":
        symbols = [one.symbol for one in self.limits]
        names = [one.name for one in self.groups]
        if len(set(symbols)) < len(symbols) or len(set(names)) < len(names):
            raise ValueError("each symbol and each group may be named once")
        return self

    def wishes(self) -> Wishes:
        """Return the domain's form."""
        return Wishes(
            whole_shares=self.whole_shares,
            limits=tuple(
                Limit(one.symbol, Decimal(one.at_least), Decimal(one.at_most))
                for one in self.limits
            ),
            groups=tuple(
                GroupLimit(one.name, tuple(sorted(set(one.symbols))), Decimal(one.at_most))
                for one in self.groups
            ),
            most_turnover=None if self.most_turnover is None else Decimal(self.most_turnover),
            most_fees=None if self.most_fees is None else self.most_fees.money(),
            most_gain=None if self.most_gain is None else self.most_gain.money(),
            lot_method=self.lot_method,
        )


class LimitOut(Out):
    """How much of the portfolio one instrument may be."""

    symbol: str
    at_least: str
    at_most: str


class GroupOut(Out):
    """How much several instruments may be together."""

    name: str
    symbols: list[str]
    at_most: str


class LimitsOut(Out):
    """A person's limits; `changed_at` is null when she never set any."""

    whole_shares: bool
    limits: list[LimitOut]
    groups: list[GroupOut]
    most_turnover: str | None
    most_fees: MoneyOut | None
    most_gain: MoneyOut | None
    lot_method: LotMethod
    changed_at: datetime | None

    @classmethod
    def of(cls, wishes: Wishes) -> "LimitsOut":
        """Return the public form."""
        return cls(
            whole_shares=wishes.whole_shares,
            limits=[
                LimitOut(
                    symbol=one.symbol, at_least=f"{one.at_least:f}", at_most=f"{one.at_most:f}"
                )
                for one in wishes.limits
            ],
            groups=[
                GroupOut(name=one.name, symbols=list(one.symbols), at_most=f"{one.at_most:f}")
                for one in wishes.groups
            ],
            most_turnover=None if wishes.most_turnover is None else f"{wishes.most_turnover:f}",
            most_fees=None if wishes.most_fees is None else MoneyOut.of(wishes.most_fees),
            most_gain=None if wishes.most_gain is None else MoneyOut.of(wishes.most_gain),
            lot_method=wishes.lot_method,
            changed_at=wishes.changed_at,
        )


@router.get("", responses=declared())
@policy("user")
async def get_plan_limits(caller: CallerDep, services: ServicesDep) -> LimitsOut:
    """Return your own limits on plans; by default there are none."""
    return LimitsOut.of(await services.portfolio.wishes.of(caller.user_id))


@router.put(
    "",
    responses=declared(
        NoPricesError, UnknownInstrumentError, CurrencyMismatchError, WishesConflictError
    ),
)
@policy("user", rate=RateClass.WRITE)
async def put_plan_limits(body: LimitsIn, caller: CallerDep, services: ServicesDep) -> LimitsOut:
    """Replace your limits; every later plan keeps them, and previews made before end.

    Limits that cannot hold together, or not with the promise of your profile, are refused: the
    answer names a smallest set that clashes (`conflict`) and what each of yours would have to
    become (`nearest`).
    """
    return LimitsOut.of(await services.portfolio.wishes.put(caller.user_id, body.wishes()))
