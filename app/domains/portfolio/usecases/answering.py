"""What she says to an advice besides accepting it: declined with a reason, or put to a person."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from app.core import decisions
from app.core.clock import Clock
from app.core.db import Database
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.onboarding.types import Reason
from app.domains.portfolio.advice_types import (
    Given,
    HelpRequest,
    HelpState,
    RejectCode,
    Rejection,
    Standing,
)
from app.domains.portfolio.errors import (
    HelpNotFoundError,
    HelpTakenError,
    NothingToAcceptError,
    RecommendationOrderedError,
    RecommendationRejectedError,
)
from app.domains.portfolio.repository import answers, plans
from app.domains.portfolio.types import AdviceOutcome, Recommendation
from app.domains.portfolio.usecases import making
from app.domains.portfolio.usecases.advising import KIND, Advising
from app.domains.portfolio.usecases.frontiers import Frontiers
from app.domains.portfolio.usecases.holdings import Holdings

HISTORY_LIMIT: Final = 20


class Answering:
    """Keeps what was said to an advice, and says what can still be done with it."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        advising: Advising,
        holdings: Holdings,
        frontiers: Frontiers,
    ) -> None:
        self._db = db
        self._clock = clock
        self._advising = advising
        self._holdings = holdings
        self._frontiers = frontiers

    async def reject(
        self, user_id: str, recommendation_id: str, *, code: RejectCode, note: str
    ) -> Rejection:
        """Keep that she declines an advice, and why; a preview of its orders ends with it.

        The same again returns the first. Raises RecommendationNotFoundError,
        NothingToAcceptError when the advice orders nothing, RecommendationOrderedError,
        RecommendationRejectedError when she declined it for another reason.
        """
        made = await self._advising.find(user_id, recommendation_id)
        if made.mix is None:
            raise NothingToAcceptError
        now = self._clock.now()
        wanted = Rejection(recommendation_id, user_id, code, note, now)

        async def work(tx: Transaction) -> None:
            # May run again after a write conflict: nothing but tx in here.
            await plans.withdraw(tx, user_id, recommendation_id, at=now)
            if await plans.was_ordered(tx, user_id, recommendation_id):
                raise RecommendationOrderedError
            await answers.reject(tx, wanted)
            tx.audit(
                "recommendation.rejected",
                actor=user_id,
                object_id=recommendation_id,
                reason=code.value,
            )

        try:
            await self._db.transaction(work)
        except DuplicateKeyError:
            first = await answers.rejection(self._db, user_id, recommendation_id)
            if first is None or (first.code, first.note) != (code, note):
                raise RecommendationRejectedError from None
            return first
        return wanted

    async def ask_person(self, user_id: str, recommendation_id: str, message: str) -> HelpRequest:
        """Put a question about an advice before the advisers; the same again returns the first.

        Raises RecommendationNotFoundError, HelpTakenError when other words were sent before.
        """
        await self._advising.find(user_id, recommendation_id)
        wanted = HelpRequest(recommendation_id, user_id, message, self._clock.now(), HelpState.OPEN)

        async def work(tx: Transaction) -> None:
            await answers.ask(tx, wanted)
            tx.audit("recommendation.help_asked", actor=user_id, object_id=recommendation_id)

        try:
            await self._db.transaction(work)
        except DuplicateKeyError:
            first = await answers.question(self._db, recommendation_id)
            if first is None or first.message != message:
                raise HelpTakenError from None
            return first
        return wanted

    async def queue(self, state: HelpState) -> list[HelpRequest]:
        """Return the questions in a state, the oldest first, at most 50."""
        return await answers.queue(self._db, state)

    async def answer(self, adviser_id: str, recommendation_id: str, text: str) -> HelpRequest:
        """Answer a question; the first answer stands, the same again returns it.

        Raises HelpNotFoundError, HelpTakenError when another answer was given.
        """
        asked = await answers.question(self._db, recommendation_id)
        # Nobody answers her own question, whatever her roles.
        if asked is None or asked.user_id == adviser_id:
            raise HelpNotFoundError
        answered = replace(
            asked,
            state=HelpState.ANSWERED,
            answer=text,
            answered_at=self._clock.now(),
            answered_by=adviser_id,
        )
        if asked.state is HelpState.OPEN:

            async def work(tx: Transaction) -> bool:
                is_first = await answers.answer(tx, answered)
                if is_first:
                    tx.audit(
                        "recommendation.help_answered",
                        actor=adviser_id,
                        object_id=recommendation_id,
                    )
                return is_first

            if await self._db.transaction(work):
                return answered
        stands = await answers.question(self._db, recommendation_id)
        if stands is None or (stands.answer, stands.answered_by) != (text, adviser_id):
            raise HelpTakenError
        return stands

    async def standing(self, user_id: str, recommendation_id: str) -> Standing:
        """Return what can be done with an advice now, and why not more.

        Raises RecommendationNotFoundError.
        """
        made = await self._advising.find(user_id, recommendation_id)
        rejection = await answers.rejection(self._db, user_id, recommendation_id)
        states = await plans.ordered(self._db, user_id, [recommendation_id])
        return Standing(
            recommendation_id=recommendation_id,
            outcome=made.outcome,
            blocked=await self._blocked(made, self._clock.now()),
            plan_state=states.get(recommendation_id),
            rejection=rejection,
            help=await answers.question(self._db, recommendation_id),
        )

    async def history(self, user_id: str) -> list[Given]:
        """Return the newest advice and what she said to each, at most 20."""
        rows = await self._db.find_many(
            decisions.COLLECTION,
            {"user_id": user_id, "kind": KIND},
            sort=[("at", -1)],
            limit=HISTORY_LIMIT,
        )
        made = [making.read_back(decisions.DecisionRecord.of(row)) for row in rows]
        ids = [one.recommendation_id for one in made]
        declined = await answers.rejections(self._db, user_id, ids)
        states = await plans.ordered(self._db, user_id, ids)
        return [
            Given(
                recommendation_id=one.recommendation_id,
                made_at=one.made_at,
                outcome=one.outcome,
                profile=one.profile,
                rejection=declined.get(one.recommendation_id),
                plan_state=states.get(one.recommendation_id),
            )
            for one in made
        ]

    async def _blocked(self, made: Recommendation, now: datetime) -> Reason | None:
        """Return why it cannot be accepted now: what `Ordering.accept` would refuse."""
        if made.outcome is not AdviceOutcome.INVEST or made.mix is None:
            return Reason("nothing_to_accept", "This advice is not to invest yet.", ())
        if made.expires_at <= now:
            day = f"{made.expires_at:%Y-%m-%d %H:%M} UTC"
            return Reason(
                "advice_expired", f"This advice was good until {day}. Ask anew.", (("until", day),)
            )
        frontier = await self._frontiers.current()
        if frontier is None or frontier.source != made.mix.source:
            return Reason("advice_outdated", "The prices behind it are not the newest.", ())
        held = await self._holdings.of(made.user_id)
        wanted = {target.symbol for target in made.mix.targets} | set(held.quantities)
        stale = ", ".join(held.unusable(wanted))
        if stale:
            return Reason(
                "advice_stale_price",
                f"There is no fresh price of {stale}, so nothing is ordered on it.",
                (("symbols", stale),),
            )
        return None
