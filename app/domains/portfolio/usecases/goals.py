"""Goals: made once per key, changed version by version, archived and never lost."""

from dataclasses import replace

from app.core.clock import Clock
from app.core.db import Database
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.ledger.errors import IdempotencyMismatchError
from app.domains.market.service import MarketService
from app.domains.onboarding.errors import RiskProfileMissingError
from app.domains.onboarding.service import OnboardingService
from app.domains.portfolio.errors import (
    GoalArchivedError,
    GoalChangedError,
    GoalLimitError,
    GoalNotFoundError,
    GoalProfileError,
)
from app.domains.portfolio.goal_types import (
    DEFAULT_WANTED_PERCENT,
    MOST_GOALS,
    Draft,
    Goal,
    Projection,
    Wish,
)
from app.domains.portfolio.repository import goals
from app.domains.portfolio.rules import goals as rules
from app.domains.portfolio.usecases.projecting import Projecting


class Goals:
    """Keeps goals and says what they may become."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        market: MarketService,
        onboarding: OnboardingService,
        projecting: Projecting,
    ) -> None:
        self._db = db
        self._clock = clock
        self._market = market
        self._onboarding = onboarding
        self._projecting = projecting

    async def create(self, user_id: str, wish: Wish, *, key: str) -> Goal:
        """Keep a new goal; the same key answers the same goal.

        Raises GoalInPastError, GoalTooFarError, GoalAmountError, GoalProfileError,
        CurrencyMismatchError, GoalLimitError, IdempotencyMismatchError, NoPricesError.
        """
        goal_id = rules.id_of(user_id, key)
        if (earlier := await self._repeated(user_id, goal_id, wish)) is not None:
            return earlier
        await self._check(user_id, wish)
        now = self._clock.now()
        goal = Goal(goal_id, user_id, 1, wish, created_at=now, changed_at=now, archived_at=None)
        for _ in range(MOST_GOALS):
            taken = {slot for slot, _ in await goals.open_of(self._db, user_id)}
            free = [slot for slot in range(MOST_GOALS) if slot not in taken]
            if not free:
                break
            try:
                await self._insert(goal, slot=free[0])
            except DuplicateKeyError:
                # The slot, or the goal itself, was taken by a call that raced with this one.
                if (earlier := await self._repeated(user_id, goal_id, wish)) is not None:
                    return earlier
                continue
            return goal
        raise GoalLimitError(f"at most {MOST_GOALS} goals can be open")

    async def change(self, user_id: str, goal_id: str, wish: Wish, *, version: int) -> Goal:
        """Make the next version of a goal from the one she saw; a repeat changes nothing.

        Raises GoalNotFoundError, GoalArchivedError, GoalChangedError, and what `create` raises.
        """
        found = await self._open(user_id, goal_id)
        if found.wish == wish and found.version in {version, version + 1}:
            return found
        if found.version != version:
            raise GoalChangedError(version=found.version)
        await self._check(user_id, wish)
        changed = replace(found, version=version + 1, wish=wish, changed_at=self._clock.now())

        async def work(tx: Transaction) -> bool:
            if not await goals.replace(tx, changed):
                return False
            tx.audit("goal.changed", actor=user_id, object_id=goal_id)
            return True

        try:
            done = await self._db.transaction(work)
        except DuplicateKeyError:
            done = False
        if not done:
            now = await self._open(user_id, goal_id)
            if now.wish == wish and now.version == changed.version:
                return now
            raise GoalChangedError(version=now.version)
        return changed

    async def archive(self, user_id: str, goal_id: str) -> Goal:
        """Archive a goal; again changes nothing. Raises GoalNotFoundError."""
        found = await self.find(user_id, goal_id)
        if found.archived_at is not None:
            return found
        at = self._clock.now()

        async def work(tx: Transaction) -> None:
            if await goals.archive(tx, found, at=at):
                tx.audit("goal.archived", actor=user_id, object_id=goal_id)

        await self._db.transaction(work)
        return await self.find(user_id, goal_id)

    async def list(self, user_id: str) -> list[Goal]:
        """Return the open goals, the nearest date first, at most twenty."""
        found = [goal for _, goal in await goals.open_of(self._db, user_id)]
        return sorted(found, key=lambda goal: (goal.wish.due, goal.created_at, goal.goal_id))

    async def find(self, user_id: str, goal_id: str) -> Goal:
        """Return one goal, archived or not. Raises GoalNotFoundError."""
        found = await goals.find(self._db, goal_id, user_id=user_id)
        if found is None:
            raise GoalNotFoundError
        return found

    async def project(
        self, user_id: str, goal_id: str, *, wanted_percent: int = DEFAULT_WANTED_PERCENT
    ) -> Projection:
        """Return what a goal may become. Raises GoalNotFoundError and what Projecting.of raises."""
        found = await self.find(user_id, goal_id)
        draft = Draft(found.wish, found.goal_id)
        return await self._projecting.of(
            user_id, draft, version=found.version, wanted_percent=wanted_percent
        )

    async def preview(
        self,
        user_id: str,
        wish: Wish,
        *,
        goal_id: str | None = None,
        key: str = "",
        wanted_percent: int = DEFAULT_WANTED_PERCENT,
    ) -> Projection:
        """Return what a wish may become; nothing is kept.

        It has the seed of the goal it would change, or of the goal that `key` would create.
        Raises GoalProfileError, and what Projecting.of raises.
        """
        await self._check_profile(user_id, wish)
        draft = Draft(wish, goal_id or rules.id_of(user_id, key))
        return await self._projecting.of(
            user_id, draft, version=None, wanted_percent=wanted_percent
        )

    async def _repeated(self, user_id: str, goal_id: str, wish: Wish) -> Goal | None:
        """Return the goal a key made already. Raises IdempotencyMismatchError for another wish."""
        found = await goals.find(self._db, goal_id, user_id=user_id)
        if found is None:
            return None
        if await goals.first_wish(self._db, goal_id) != wish:
            raise IdempotencyMismatchError
        return found

    async def _insert(self, goal: Goal, *, slot: int) -> None:
        async def work(tx: Transaction) -> None:
            await goals.insert(tx, goal, slot=slot)
            tx.audit("goal.created", actor=goal.user_id, object_id=goal.goal_id)

        await self._db.transaction(work)

    async def _open(self, user_id: str, goal_id: str) -> Goal:
        found = await self.find(user_id, goal_id)
        if found.archived_at is not None:
            raise GoalArchivedError
        return found

    async def _check(self, user_id: str, wish: Wish) -> None:
        source = await self._market.source()
        rules.check(wish, currency=source.currency, today=self._clock.now().date())
        await self._check_profile(user_id, wish)

    async def _check_profile(self, user_id: str, wish: Wish) -> None:
        if wish.profile is None:
            return
        try:
            own = (await self._onboarding.risk_profile(user_id)).final
        except RiskProfileMissingError:
            return
        if wish.profile > own:
            raise GoalProfileError(f"your risk profile is {own}, the goal asks for {wish.profile}")
