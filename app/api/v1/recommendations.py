"""/v1/recommendations: explained advice, and the preview of orders that accepting it gives."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import Field, model_validator

from app.api.deps import CallerDep, IdempotencyKeyDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Input
from app.api.policy import policy
from app.api.shapes import Currency, DecimalText, MoneyOut, Out
from app.api.v1.orders import OrderPlanOut
from app.api.v1.risk_shapes import ReasonOut
from app.core.money import CurrencyMismatchError, InvalidAmountError, Money
from app.domains.identity.types import RateClass
from app.domains.ledger.errors import IdempotencyMismatchError
from app.domains.market.errors import NoPricesError
from app.domains.onboarding.errors import RiskProfileMissingError
from app.domains.portfolio.errors import (
    AdviceUnavailableError,
    NothingToAcceptError,
    RecommendationExpiredError,
    RecommendationNotFoundError,
    RecommendationRejectedError,
    RiskProfileExpiredError,
    StalePriceError,
    WishesConflictError,
)
from app.domains.portfolio.types import AdviceOutcome, Costs, Mix, Recommendation

router = APIRouter(prefix="/v1/recommendations", tags=["advice"])

RecommendationId = Annotated[str, Path(pattern=r"^[0-9a-z]{20}$")]
_OPEN = (
    RiskProfileMissingError,
    RiskProfileExpiredError,
    NoPricesError,
    AdviceUnavailableError,
    CurrencyMismatchError,
)


class RecommendationIn(Input):
    """What the advice is about: everything she has, or an amount she thinks about investing."""

    amount: DecimalText | None = None
    currency: Currency | None = None

    @model_validator(mode="after")
    def amount_with_currency(self) -> "RecommendationIn":
        """Require both or neither."""
        if (self.amount is None) != (self.currency is None):
            raise ValueError("amount and currency go together")
        return self

    def money(self) -> Money | None:
        """Return the amount. Raises InvalidAmountError."""
        if self.amount is None or self.currency is None:
            return None
        found = Money.parse(self.amount, self.currency)
        if found.amount_minor == 0:
            raise InvalidAmountError("the amount must be above zero")
        return found


class TargetOut(Out):
    """A share of the portfolio."""

    symbol: str
    name: str
    asset_class: str
    weight: str = Field(examples=["0.245000"])


class ContributionOut(Out):
    """What one family of facts adds to the predicted risk, in log points."""

    code: str
    effect: float


class RiskExplanationOut(Out):
    """Exact parts of the predicted risk: base plus all effects is the total."""

    base: float
    total: float
    contributions: list[ContributionOut]


class CostsOut(Out):
    """What following the advice costs, in money."""

    basis: MoneyOut
    basis_is_example: bool
    one_off: MoneyOut
    yearly: MoneyOut
    yearly_bps: int

    @classmethod
    def of(cls, costs: Costs) -> "CostsOut":
        """Return the public form."""
        return cls(
            basis=MoneyOut.of(costs.basis),
            basis_is_example=costs.basis_is_example,
            one_off=MoneyOut.of(costs.one_off),
            yearly=MoneyOut.of(costs.yearly),
            yearly_bps=costs.yearly_bps,
        )


class MixOut(Out):
    """The recommended mix, its predicted risk, cost and worst year, and where prices come from."""

    targets: list[TargetOut]
    promised_volatility: float
    predicted_volatility: float
    equity_share: float
    equity_limit: float
    costs: CostsOut
    worst_year_loss: MoneyOut | None
    risk: RiskExplanationOut
    as_of: date
    source: str
    simulated: bool
    frontier_version: str
    model_version: str

    @classmethod
    def of(cls, mix: Mix) -> "MixOut":
        """Return the public form."""
        return cls(
            targets=[
                TargetOut(
                    symbol=t.symbol, name=t.name, asset_class=t.asset_class, weight=str(t.weight)
                )
                for t in mix.targets
            ],
            promised_volatility=mix.promised_volatility,
            predicted_volatility=mix.predicted_volatility,
            equity_share=mix.equity_share,
            equity_limit=mix.equity_limit,
            costs=CostsOut.of(mix.costs),
            worst_year_loss=MoneyOut.of(mix.worst_year) if mix.worst_year else None,
            risk=RiskExplanationOut(
                base=mix.risk.base,
                total=mix.risk.total,
                contributions=[
                    ContributionOut(code=c.code, effect=c.effect) for c in mix.risk.contributions
                ],
            ),
            as_of=mix.as_of,
            source=mix.source,
            simulated=mix.simulated,
            frontier_version=mix.frontier_version,
            model_version=mix.model_version,
        )


class RecommendationOut(Out):
    """One advice. `mix` is null when the outcome is to wait, or while it is being prepared."""

    recommendation_id: str
    outcome: AdviceOutcome
    made_at: datetime
    expires_at: datetime
    profile: int
    tolerance: int
    capacity: int
    profile_reference: str
    reasons: list[ReasonOut]
    mix: MixOut | None
    record_hash: str

    @classmethod
    def of(cls, made: Recommendation) -> "RecommendationOut":
        """Return the public form."""
        return cls(
            recommendation_id=made.recommendation_id,
            outcome=made.outcome,
            made_at=made.made_at,
            expires_at=made.expires_at,
            profile=made.profile,
            tolerance=made.tolerance,
            capacity=made.capacity,
            profile_reference=made.profile_reference,
            reasons=[ReasonOut.of(reason) for reason in made.reasons],
            mix=MixOut.of(made.mix) if made.mix else None,
            record_hash=made.record_hash,
        )


def _answer(made: Recommendation, response: Response, *, status: int) -> RecommendationOut:
    """Say 202 and where to look again while the day's figures are being computed."""
    response.status_code = status
    response.headers["Location"] = f"/v1/recommendations/{made.recommendation_id}"
    if made.outcome is AdviceOutcome.PREPARING:
        response.status_code = 202
        response.headers["Retry-After"] = "2"
    return RecommendationOut.of(made)


_PREPARING: dict[int | str, dict[str, Any]] = {
    202: {"model": RecommendationOut, "description": "Being prepared: see Location"}
}


@router.post(
    "",
    status_code=201,
    responses=declared(*_OPEN, IdempotencyMismatchError, InvalidAmountError) | _PREPARING,
)
@policy("user", rate=RateClass.WRITE)
async def create_recommendation(
    body: RecommendationIn,
    caller: CallerDep,
    services: ServicesDep,
    key: IdempotencyKeyDep,
    response: Response,
) -> RecommendationOut:
    """Advise from the newest risk profile and the day's figures; the same key answers the same."""
    made = await services.portfolio.recommend(caller.user_id, key=key, amount=body.money())
    return _answer(made, response, status=201)


@router.get(
    "/{recommendation_id}",
    responses=declared(*_OPEN, RecommendationNotFoundError) | _PREPARING,
)
@policy("user")
async def get_recommendation(
    recommendation_id: RecommendationId,
    caller: CallerDep,
    services: ServicesDep,
    response: Response,
) -> RecommendationOut:
    """Return one recommendation as its sealed record tells it."""
    made = await services.portfolio.recommendation(caller.user_id, recommendation_id)
    return _answer(made, response, status=200)


@router.post(
    "/{recommendation_id}/accept",
    responses=declared(
        *_OPEN,
        RecommendationNotFoundError,
        RecommendationExpiredError,
        NothingToAcceptError,
        RecommendationRejectedError,
        StalePriceError,
        WishesConflictError,
    ),
)
@policy("user", rate=RateClass.WRITE)
async def accept_recommendation(
    recommendation_id: RecommendationId, caller: CallerDep, services: ServicesDep
) -> OrderPlanOut:
    """Return the preview of orders with a reason per line; nothing is ordered by this."""
    plan = await services.portfolio.orders.accept(caller.user_id, recommendation_id)
    return OrderPlanOut.of(plan)
