"""/v1/goals: what somebody saves for, and what it may become."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.api.deps import CallerDep, IdempotencyKeyDep, IdempotencyKeyError, ServicesDep
from app.api.errors import declared
from app.api.fields import Input, ObjectId
from app.api.policy import policy
from app.api.shapes import Currency, DecimalText, Line, MoneyOut, Out
from app.api.v1.projections import ProjectionOut
from app.core.money import CurrencyMismatchError, InvalidAmountError, Money
from app.domains.identity.types import RateClass
from app.domains.ledger.errors import IdempotencyMismatchError
from app.domains.market.errors import NoPricesError
from app.domains.onboarding.errors import RiskProfileMissingError
from app.domains.portfolio.errors import (
    AdviceUnavailableError,
    GoalAmountError,
    GoalArchivedError,
    GoalChangedError,
    GoalInPastError,
    GoalLimitError,
    GoalNotFoundError,
    GoalProfileError,
    GoalTooFarError,
    RiskProfileExpiredError,
)
from app.domains.portfolio.goal_types import DEFAULT_WANTED_PERCENT, Goal, Wish

router = APIRouter(prefix="/v1/goals", tags=["goals"])

GoalId = Annotated[str, Path(pattern=r"^[0-9a-z]{20}$", examples=["0123456789abcdefghjk"])]
WANTED = Field(ge=50, le=95, description="In how many of 100 futures the target shall be reached")
_WISH = (
    GoalInPastError,
    GoalTooFarError,
    GoalAmountError,
    GoalProfileError,
    CurrencyMismatchError,
    InvalidAmountError,
    NoPricesError,
)
_FIGURES = (RiskProfileMissingError, RiskProfileExpiredError, AdviceUnavailableError)


class GoalState(StrEnum):
    """Whether a goal lies ahead."""

    OPEN = "open"
    PAST = "past"
    ARCHIVED = "archived"


class WishIn(Input):
    """What a goal is for; all amounts are in one currency."""

    name: Annotated[Line, Field(max_length=80, examples=["House deposit"])]
    currency: Currency
    target: DecimalText
    due: Annotated[date, Field(strict=False, examples=["2036-06-30"])]
    monthly: DecimalText = Field(default="0", description="Put in at the end of each month")
    start: DecimalText | None = Field(
        default=None, description="What is there for it now; null: everything the caller has"
    )
    profile: Annotated[int, Field(ge=1, le=10)] | None = Field(
        default=None, description="At most the caller's own risk profile; null: that one"
    )

    def wish(self) -> Wish:
        """Return what is wished for. Raises InvalidAmountError."""
        return Wish(
            name=self.name,
            target=Money.parse(self.target, self.currency),
            due=self.due,
            monthly=Money.parse(self.monthly, self.currency),
            start=None if self.start is None else Money.parse(self.start, self.currency),
            profile=self.profile,
        )


class GoalChangeIn(WishIn):
    """The whole wish again, and the version that was looked at."""

    version: Annotated[int, Field(ge=1)]


class GoalPreviewIn(WishIn):
    """A what-if. Give the goal it changes, or the key it will be created under: the same seed."""

    goal_id: ObjectId | None = None
    key: Annotated[str, Field(max_length=255)] = ""
    wanted_percent: Annotated[int, WANTED] = DEFAULT_WANTED_PERCENT


class GoalOut(Out):
    """One goal. `start` null: everything she has; `profile` null: her own."""

    goal_id: str
    version: int
    state: GoalState
    name: str
    target: MoneyOut
    due: date
    monthly: MoneyOut
    start: MoneyOut | None
    profile: int | None
    created_at: datetime
    changed_at: datetime
    archived_at: datetime | None

    @classmethod
    def of(cls, goal: Goal, *, today: date) -> "GoalOut":
        """Return the public form."""
        wish = goal.wish
        state = GoalState.OPEN if wish.due > today else GoalState.PAST
        return cls(
            goal_id=goal.goal_id,
            version=goal.version,
            state=state if goal.archived_at is None else GoalState.ARCHIVED,
            name=wish.name,
            target=MoneyOut.of(wish.target),
            due=wish.due,
            monthly=MoneyOut.of(wish.monthly),
            start=None if wish.start is None else MoneyOut.of(wish.start),
            profile=wish.profile,
            created_at=goal.created_at,
            changed_at=goal.changed_at,
            archived_at=goal.archived_at,
        )


class GoalsOut(Out):
    """The open goals, the nearest date first, at most twenty."""

    goals: list[GoalOut]


@router.get("", responses=declared())
@policy("user")
async def list_goals(caller: CallerDep, services: ServicesDep) -> GoalsOut:
    """Return the open goals; archived ones are found by their id."""
    found = await services.portfolio.goals.list(caller.user_id)
    today = services.clock.now().date()
    return GoalsOut(goals=[GoalOut.of(goal, today=today) for goal in found])


@router.post(
    "",
    status_code=201,
    responses=declared(*_WISH, GoalLimitError, IdempotencyMismatchError, IdempotencyKeyError),
)
@policy("user", rate=RateClass.WRITE)
async def create_goal(
    body: WishIn, caller: CallerDep, services: ServicesDep, key: IdempotencyKeyDep
) -> GoalOut:
    """Keep a goal; the same key answers the same goal. At most twenty can be open."""
    made = await services.portfolio.goals.create(caller.user_id, body.wish(), key=key)
    return GoalOut.of(made, today=services.clock.now().date())


@router.post("/preview", responses=declared(*_WISH, *_FIGURES))
@policy("user")
async def preview_goal(
    body: GoalPreviewIn, caller: CallerDep, services: ServicesDep
) -> ProjectionOut:
    """Return what a wish may become; nothing is kept and no advice is given."""
    return ProjectionOut.of(
        await services.portfolio.goals.preview(
            caller.user_id,
            body.wish(),
            goal_id=body.goal_id,
            key=body.key,
            wanted_percent=body.wanted_percent,
        )
    )


@router.get("/{goal_id}", responses=declared(GoalNotFoundError))
@policy("user")
async def get_goal(goal_id: GoalId, caller: CallerDep, services: ServicesDep) -> GoalOut:
    """Return one goal, archived or not."""
    found = await services.portfolio.goals.find(caller.user_id, goal_id)
    return GoalOut.of(found, today=services.clock.now().date())


@router.put(
    "/{goal_id}",
    responses=declared(*_WISH, GoalNotFoundError, GoalArchivedError, GoalChangedError),
)
@policy("user", rate=RateClass.WRITE)
async def change_goal(
    goal_id: GoalId, body: GoalChangeIn, caller: CallerDep, services: ServicesDep
) -> GoalOut:
    """Make the next version of a goal; every version is kept. The same again changes nothing."""
    made = await services.portfolio.goals.change(
        caller.user_id, goal_id, body.wish(), version=body.version
    )
    return GoalOut.of(made, today=services.clock.now().date())


@router.delete("/{goal_id}", responses=declared(GoalNotFoundError))
@policy("user", rate=RateClass.WRITE)
async def archive_goal(goal_id: GoalId, caller: CallerDep, services: ServicesDep) -> GoalOut:
    """Archive a goal: it leaves the list and is kept. Again changes nothing."""
    found = await services.portfolio.goals.archive(caller.user_id, goal_id)
    return GoalOut.of(found, today=services.clock.now().date())


@router.get(
    "/{goal_id}/projection",
    responses=declared(
        GoalNotFoundError, GoalInPastError, CurrencyMismatchError, NoPricesError, *_FIGURES
    ),
)
@policy("user")
async def get_goal_projection(
    goal_id: GoalId,
    caller: CallerDep,
    services: ServicesDep,
    wanted_percent: Annotated[int, Query(ge=50, le=95)] = DEFAULT_WANTED_PERCENT,
) -> ProjectionOut:
    """Return the range of what a goal may become, with everything the figures rest on."""
    return ProjectionOut.of(
        await services.portfolio.goals.project(
            caller.user_id, goal_id, wanted_percent=wanted_percent
        )
    )
