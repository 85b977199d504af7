"""What a person asks of her plans beside the advice: bounds, budgets, whole shares."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.core.money import Money
from app.domains.onboarding.types import Reason
from app.domains.portfolio.lot_types import LotMethod

#: Enough for any person; a longer list is refused at the door.
MOST_LIMITS = 40
MOST_GROUPS = 10


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of the portfolio one instrument may be, as shares 0..1."""

    symbol: str
    at_least: Decimal = Decimal(0)
    at_most: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class GroupLimit:
    """How much of the portfolio several instruments may be together."""

    name: str
    symbols: tuple[str, ...]
    at_most: Decimal


@dataclass(frozen=True, slots=True)
class Wishes:
    """A person's own rules; the default asks for nothing.

    `most_turnover` is one-way, a share of the portfolio per run; `most_fees` and `most_gain` are
    per run, the gain by `lot_method`, losses set against it.
    """

    whole_shares: bool = False
    limits: tuple[Limit, ...] = ()
    groups: tuple[GroupLimit, ...] = ()
    most_turnover: Decimal | None = None
    most_fees: Money | None = None
    most_gain: Money | None = None
    lot_method: LotMethod = LotMethod.FIFO
    changed_at: datetime | None = field(default=None, compare=False)

    @property
    def moves_target(self) -> bool:
        """Tell whether the mix itself may differ from the advice."""
        return bool(self.limits or self.groups)

    @property
    def has_budgets(self) -> bool:
        """Tell whether one run is limited in what it trades, costs or realises."""
        budgets = (self.most_turnover, self.most_fees, self.most_gain)
        return any(budget is not None for budget in budgets)

    @property
    def binds_orders(self) -> bool:
        """Tell whether orders have to be found by the solver."""
        return self.whole_shares or self.has_budgets


class ClauseKind(StrEnum):
    """What a mix has to keep. The last two are FinNami's and never give way."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    GROUP = "group"
    RISK = "risk"
    EQUITY = "equity"


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule of a mix by name; `subject` is a symbol, a group's name, or empty."""

    kind: ClauseKind
    subject: str
    bound: Decimal


@dataclass(frozen=True, slots=True)
class Relaxed:
    """How far one of her rules would have to give way in the nearest mix that exists."""

    clause: Clause
    to: Decimal


@dataclass(frozen=True, slots=True)
class Fitting:
    """The mix nearest to the advice that keeps every rule; or, with conflicts, the nearest at all.

    `conflict` is a smallest set of rules that cannot hold together: dropping any one of them
    ends the conflict. `weights` sum to exactly 1.
    """

    weights: dict[str, Decimal]
    conflict: tuple[Clause, ...] = ()
    relaxed: tuple[Relaxed, ...] = ()


def words(clause: Clause) -> str:
    """Return a rule as part of an English sentence."""
    percent = f"{clause.bound:.1%}"
    return {
        ClauseKind.AT_LEAST: f"at least {percent} {clause.subject}",
        ClauseKind.AT_MOST: f"at most {percent} {clause.subject}",
        ClauseKind.GROUP: f"at most {percent} in {clause.subject}",
        ClauseKind.RISK: f"a predicted volatility of at most {percent}, your profile's promise",
        ClauseKind.EQUITY: f"at most {percent} company shares, your profile's limit",
    }[clause.kind]


def conflict_reason(fitting: Fitting) -> Reason:
    """Return why the rules cannot hold together and what the nearest mix would change."""
    clash = " and ".join(words(clause) for clause in fitting.conflict)
    eased = "; ".join(f"{words(r.clause)} becomes {r.to:.1%}" for r in fitting.relaxed)
    return Reason(
        "wishes_conflict",
        f"These cannot hold together: {clash}. The nearest mix that exists: {eased}.",
        (("conflict", clash), ("nearest", eased)),
    )


def document(wishes: Wishes) -> dict[str, Any]:
    """Return limits as plain data, exact numbers as text: what is stored and sealed."""
    return {
        "whole_shares": wishes.whole_shares,
        "limits": [
            {"symbol": one.symbol, "at_least": str(one.at_least), "at_most": str(one.at_most)}
            for one in wishes.limits
        ],
        "groups": [
            {"name": one.name, "symbols": list(one.symbols), "at_most": str(one.at_most)}
            for one in wishes.groups
        ],
        "most_turnover": None if wishes.most_turnover is None else str(wishes.most_turnover),
        "most_fees": _money(wishes.most_fees),
        "most_gain": _money(wishes.most_gain),
        "lot_method": wishes.lot_method.value,
    }


def from_document(row: dict[str, Any]) -> Wishes:
    """Return limits from what `document` made of them."""
    turnover = row["most_turnover"]
    return Wishes(
        whole_shares=row["whole_shares"],
        limits=tuple(
            Limit(one["symbol"], Decimal(one["at_least"]), Decimal(one["at_most"]))
            for one in row["limits"]
        ),
        groups=tuple(
            GroupLimit(one["name"], tuple(one["symbols"]), Decimal(one["at_most"]))
            for one in row["groups"]
        ),
        most_turnover=None if turnover is None else Decimal(turnover),
        most_fees=_from_money(row["most_fees"]),
        most_gain=_from_money(row["most_gain"]),
        lot_method=LotMethod(row["lot_method"]),
    )


def _money(money: Money | None) -> dict[str, Any] | None:
    if money is None:
        return None
    return {"minor": money.amount_minor, "currency": money.currency}


def _from_money(row: dict[str, Any] | None) -> Money | None:
    return None if row is None else Money(row["minor"], row["currency"])
