"""Suitability statements: made from stored records whenever somebody asks, always the same."""

import asyncio
from datetime import datetime
from typing import Any, Final

from app.core.db import Database
from app.domains.onboarding.types import RiskProfile
from app.domains.onboarding.usecases.risk_profile import stored_profile
from app.domains.portfolio.errors import StatementNotReadyError, StatementStaleError
from app.domains.portfolio.rules import statement as rules
from app.domains.portfolio.types import AdviceOutcome, Recommendation
from app.domains.portfolio.usecases.advising import Advising

GIVEN_LIMIT: Final = 500


class Stating:
    """Reads the sealed recommendation and the profile version it names; keeps nothing."""

    def __init__(self, *, db: Database, advising: Advising) -> None:
        self._db = db
        self._advising = advising

    async def statement(self, user_id: str, recommendation_id: str) -> dict[str, Any]:
        """Return why an advice suits its owner, as plain data.

        Raises RecommendationNotFoundError, StatementNotReadyError while the day's figures are
        computed, StatementStaleError when the advice itself was given on old inputs.
        """
        made = await self._advising.find(user_id, recommendation_id)
        if made.outcome is AdviceOutcome.PREPARING:
            raise StatementNotReadyError
        profile = await self._profile(made)
        stale = rules.stale_inputs(made, profile)
        if stale:
            raise StatementStaleError("; ".join(stale), inputs=list(stale))
        return rules.statement(made, profile)

    async def given(self, user_id: str, start: datetime, end: datetime) -> dict[str, str]:
        """Return what was advised in [start, end), id to sealed hash, in order of time.

        At most 500: no person asks for more in a month.
        """
        return await self._advising.between(user_id, start, end, limit=GIVEN_LIMIT)

    async def pdf(self, user_id: str, recommendation_id: str) -> bytes:
        """Return the same statement as a PDF, byte-equal each time. Raises as `statement`."""
        # Imported late: only who asks for pages loads what draws them.
        from app.domains.portfolio.adapters.statement_pdf import statement_pdf

        found = await self.statement(user_id, recommendation_id)
        return await asyncio.to_thread(statement_pdf, found)

    async def _profile(self, made: Recommendation) -> RiskProfile:
        user_id, _, version = made.profile_reference.rpartition(":")
        found = None
        if version.isdigit():
            found = await stored_profile(self._db, user_id, int(version), at=made.made_at)
        if found is None:
            raise StatementStaleError(
                "the risk profile of this advice is gone", inputs=["risk profile"]
            )
        return found
