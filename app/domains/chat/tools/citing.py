"""Opens what a citation names, for its owner only."""

import re
from datetime import date
from typing import Final

from app.core.errors import NotFoundError
from app.domains.chat.citation_types import (
    Cited,
    CitedCheck,
    CitedDecision,
    CitedMovement,
    CitedPrice,
    CitedProfile,
)
from app.domains.chat.errors import CitationNotFoundError
from app.domains.chat.evidence_types import Source
from app.domains.chat.tools.desk import Doors
from app.domains.chat.tools.person_reads import KYC_REF
from app.domains.market.errors import DateRangeError, InstrumentNotFoundError
from app.domains.market.types import exact_price

_ACCOUNT: Final = re.compile(r"account\.([A-Z0-9.=^-]{1,15})")
_MOVEMENT: Final = re.compile(r"[0-9a-z]{20}-[0-9a-f]{32}")
_PRICE: Final = re.compile(r"([A-Z0-9.=^-]{1,15})@(\d{4}-\d\d-\d\d)")
_VERSION: Final = re.compile(r"[1-9]\d{0,8}")
_ID: Final = re.compile(r"[0-9a-z]{20}")


class Citing:
    """Reads through the doors below with the owner's rights; keeps nothing."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def open(self, owner: str, source: Source, ref: str) -> Cited:
        """Return the row. Raises CitationNotFoundError, also for another person's."""
        try:
            match source:
                case Source.LEDGER:
                    return await self._movement(owner, ref)
                case Source.PRICE:
                    return await self._price(ref)
                case Source.PROFILE:
                    return await self._profile(owner, ref)
                case Source.DECISION:
                    return await self._decision(owner, ref)
                case _:
                    raise CitationNotFoundError
        except NotFoundError:
            # One answer for all: which of them it was would tell what others have.
            raise CitationNotFoundError from None

    async def _movement(self, owner: str, ref: str) -> Cited:
        books = self._doors.ledger.books
        account = None
        movement_id = ref
        if named := _ACCOUNT.fullmatch(ref):
            account = await books.account(owner, f"{owner}.{named[1]}")
            newest = await books.page(owner, account.account_id, before=None)
            if not newest.postings:
                raise CitationNotFoundError
            movement_id = newest.postings[0].journal_id
        if not _MOVEMENT.fullmatch(movement_id):
            raise CitationNotFoundError
        movement = await books.movement(owner, movement_id)
        return CitedMovement(movement, await books.receipt(owner, movement_id), account)

    async def _price(self, ref: str) -> Cited:
        named = _PRICE.fullmatch(ref)
        if named is None:
            raise CitationNotFoundError
        symbol = named[1]
        try:
            day = date.fromisoformat(named[2])
        except ValueError:
            raise CitationNotFoundError from None
        quote = (await self._doors.market.last_quotes((symbol,))).get(symbol)
        if quote is not None and quote.market_date == day:
            return CitedPrice(
                symbol=symbol,
                price=quote.price,
                currency=quote.currency,
                day=day,
                kind="quote",
                provider=quote.source,
                at=quote.exchange_at,
                received_at=quote.received_at,
                data_hash=None,
            )
        try:
            history = await self._doors.market.closes(symbol, first=day, last=day)
        except (DateRangeError, InstrumentNotFoundError):
            raise CitationNotFoundError from None
        if not len(history.dates):
            raise CitationNotFoundError
        return CitedPrice(
            symbol=symbol,
            price=exact_price(float(history.prices[-1, 0])),
            currency=history.currency,
            day=day,
            kind="close",
            provider=history.source,
            at=None,
            received_at=None,
            data_hash=history.data_hash,
        )

    async def _profile(self, owner: str, ref: str) -> Cited:
        if ref == KYC_REF:
            case = await self._doors.onboarding.kyc.of(owner)
            return CitedCheck(case.state.value, case.submitted_at, case.decided_at)
        if not _VERSION.fullmatch(ref):
            raise CitationNotFoundError
        found = await self._doors.onboarding.profiles.version(owner, int(ref))
        return CitedProfile(
            version=found.version,
            final=found.final,
            tolerance=found.tolerance,
            capacity=found.capacity,
            band=found.band,
            rules_version=found.rules_version,
            made_at=found.made_at,
            expires_at=found.expires_at,
        )

    async def _decision(self, owner: str, ref: str) -> Cited:
        if not _ID.fullmatch(ref):
            raise CitationNotFoundError
        found = await self._doors.portfolio.recommendation(owner, ref)
        return CitedDecision(
            recommendation_id=found.recommendation_id,
            made_at=found.made_at,
            outcome=found.outcome.value,
            profile=found.profile,
            record_hash=found.record_hash,
            frontier_version=found.mix.frontier_version if found.mix else None,
            model_version=found.mix.model_version if found.mix else None,
            worst_year=found.mix.worst_year if found.mix else None,
        )
