"""What an advice's outlook, its standing and the questions about it look like from outside."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.api.fields import Input, shown_text
from app.api.shapes import Currency, DecimalText, MoneyOut, Out
from app.api.v1.recommendations import ContributionOut, MixOut
from app.api.v1.risk_shapes import ReasonOut
from app.core.money import Money
from app.domains.portfolio.advice_types import (
    Alternative,
    Alternatives,
    CrossCheck,
    Future,
    Given,
    HelpRequest,
    HelpState,
    Outlook,
    RejectCode,
    Rejection,
    Standing,
)
from app.domains.portfolio.types import AdviceOutcome, PlanState


def _words(value: str) -> str:
    # Line breaks are the writer's; other control characters are nobody's.
    return "\n".join(shown_text(line).strip() for line in value.splitlines()).strip()


Remark = Annotated[str, StringConstraints(max_length=500), AfterValidator(_words)]
Message = Annotated[
    str, StringConstraints(max_length=500), AfterValidator(_words), Field(min_length=3)
]


class WhatIfIn(Input):
    """What to change for a moment; what is left out stays as the advice has it."""

    amount: DecimalText | None = None
    monthly: DecimalText | None = None
    currency: Currency | None = None
    horizon_years: Annotated[int, Field(ge=1, le=50)] | None = None

    @model_validator(mode="after")
    def amounts_with_currency(self) -> "WhatIfIn":
        """Require a currency with amounts, and none without."""
        if (self.amount is None and self.monthly is None) != (self.currency is None):
            raise ValueError("amounts and currency go together")
        return self

    def money(self, text: str | None) -> Money | None:
        """Return one of the amounts. Raises InvalidAmountError."""
        return None if text is None or self.currency is None else Money.parse(text, self.currency)


class RejectIn(Input):
    """Why the advice is declined."""

    code: Annotated[RejectCode, Field(strict=False)]
    note: Remark = ""


class HelpIn(Input):
    """A question or an answer in one's own words."""

    message: Message


class CrossCheckOut(Out):
    """EX2: rank agreement of the exact reasons with a local line; below the threshold: unstable."""

    agreement: float
    threshold: float
    unstable: bool
    effects: list[ContributionOut]

    @classmethod
    def of(cls, found: CrossCheck) -> "CrossCheckOut":
        """Return the public form."""
        return cls(
            agreement=found.agreement,
            threshold=found.threshold,
            unstable=found.unstable,
            effects=[ContributionOut(code=c.code, effect=c.effect) for c in found.effects],
        )


class FutureOut(Out):
    """Ends of simulated futures: `low` 1 of 10 end below, `poor` 1 of 20, `worst` 1 of 100."""

    months: int
    paid_in: MoneyOut
    low: MoneyOut
    middle: MoneyOut
    high: MoneyOut
    poor: MoneyOut
    poor_loss: MoneyOut
    worst: MoneyOut
    worst_loss: MoneyOut
    paths: int
    seed: int
    history_first: date
    history_last: date
    history_months: int
    block_months: int

    @classmethod
    def of(cls, found: Future) -> "FutureOut":
        """Return the public form."""
        return cls(
            months=found.months,
            paid_in=MoneyOut.of(found.paid_in),
            low=MoneyOut.of(found.low),
            middle=MoneyOut.of(found.middle),
            high=MoneyOut.of(found.high),
            poor=MoneyOut.of(found.poor),
            poor_loss=MoneyOut.of(found.poor_loss),
            worst=MoneyOut.of(found.worst),
            worst_loss=MoneyOut.of(found.worst_loss),
            paths=found.paths,
            seed=found.seed,
            history_first=found.history_first,
            history_last=found.history_last,
            history_months=found.history_months,
            block_months=found.block_months,
        )


class AlternativeOut(Out):
    """Another mix, to compare with and not to order, and why it was not advised."""

    profile: int
    mix: MixOut
    why_not: ReasonOut

    @classmethod
    def of(cls, found: Alternative | None) -> "AlternativeOut | None":
        """Return the public form."""
        if found is None:
            return None
        why = ReasonOut.of(found.why_not)
        return cls(profile=found.profile, mix=MixOut.of(found.mix), why_not=why)


class AlternativesOut(Out):
    """One calmer, and one bolder unless that is above her capacity; `limit` says why not more."""

    calmer: AlternativeOut | None
    bolder: AlternativeOut | None
    limit: ReasonOut

    @classmethod
    def of(cls, found: Alternatives) -> "AlternativesOut":
        """Return the public form."""
        return cls(
            calmer=AlternativeOut.of(found.calmer),
            bolder=AlternativeOut.of(found.bolder),
            limit=ReasonOut.of(found.limit),
        )


class OutlookOut(Out):
    """What a mix means over a horizon, in money. Computed when asked; nothing is saved."""

    profile: int
    may_invest: bool
    reasons: list[ReasonOut]
    mix: MixOut | None
    horizon_years: int
    monthly: MoneyOut
    cost_over_horizon: MoneyOut | None
    fee_bps: int
    future: FutureOut | None
    alternatives: AlternativesOut | None
    cross_check: CrossCheckOut | None
    data_sha256: str

    @classmethod
    def of(cls, found: Outlook) -> "OutlookOut":
        """Return the public form."""
        cost = found.cost_over_horizon
        return cls(
            profile=found.profile,
            may_invest=found.may_invest,
            reasons=[ReasonOut.of(reason) for reason in found.reasons],
            mix=MixOut.of(found.mix) if found.mix else None,
            horizon_years=found.horizon_years,
            monthly=MoneyOut.of(found.monthly),
            cost_over_horizon=MoneyOut.of(cost) if cost else None,
            fee_bps=found.fee_bps,
            future=FutureOut.of(found.future) if found.future else None,
            alternatives=AlternativesOut.of(found.alternatives) if found.alternatives else None,
            cross_check=CrossCheckOut.of(found.cross_check) if found.cross_check else None,
            data_sha256=found.data_sha256,
        )


class AdviceModelOut(Out):
    """The model behind an advice and its card, in Markdown."""

    version: str
    card: str


class RejectionOut(Out):
    """That an advice was declined, and why."""

    code: RejectCode
    note: str
    at: datetime

    @classmethod
    def of(cls, found: Rejection | None) -> "RejectionOut | None":
        """Return the public form."""
        return None if found is None else cls(code=found.code, note=found.note, at=found.at)


class HelpOut(Out):
    """A customer's question about an advice, and an adviser's answer."""

    state: HelpState
    message: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None

    @classmethod
    def of(cls, found: HelpRequest) -> "HelpOut":
        """Return the customer's form."""
        return cls(
            state=found.state,
            message=found.message,
            asked_at=found.at,
            answer=found.answer,
            answered_at=found.answered_at,
        )


class StandingOut(Out):
    """What can be done with an advice now; `blocked` says why it cannot be accepted."""

    outcome: AdviceOutcome
    blocked: ReasonOut | None
    orders: PlanState | None
    rejection: RejectionOut | None
    help: HelpOut | None

    @classmethod
    def of(cls, found: Standing) -> "StandingOut":
        """Return the public form."""
        return cls(
            outcome=found.outcome,
            blocked=ReasonOut.of(found.blocked) if found.blocked else None,
            orders=found.plan_state,
            rejection=RejectionOut.of(found.rejection),
            help=HelpOut.of(found.help) if found.help else None,
        )


class GivenOut(Out):
    """One line of the history of advice."""

    recommendation_id: str
    made_at: datetime
    outcome: AdviceOutcome
    profile: int
    rejection: RejectionOut | None
    orders: PlanState | None

    @classmethod
    def of(cls, found: Given) -> "GivenOut":
        """Return the public form."""
        return cls(
            recommendation_id=found.recommendation_id,
            made_at=found.made_at,
            outcome=found.outcome,
            profile=found.profile,
            rejection=RejectionOut.of(found.rejection),
            orders=found.plan_state,
        )


class HistoryOut(Out):
    """The newest advice first, at most 20."""

    recommendations: list[GivenOut]
