"""The door of the ledger: money in, money out, money across, orders; and the books to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.clock import Clock
from app.core.db import Database
from app.core.keys import KeyRing
from app.core.money import Money
from app.domains.fraud.service import FraudService
from app.domains.fraud.types import PaymentKind
from app.domains.identity.service import IdentityService
from app.domains.identity.types import StepUpAction
from app.domains.ledger.errors import PayeeUnknownError
from app.domains.ledger.repository.specs import COLLECTIONS as SPECS
from app.domains.ledger.rules import entries
from app.domains.ledger.types import Journal, JournalKind, Leg, Movement, OrderBatch
from app.domains.ledger.usecases.activity import Activities
from app.domains.ledger.usecases.booking import Booking, Intent
from app.domains.ledger.usecases.books import Books
from app.domains.ledger.usecases.confirmations import Confirmations
from app.domains.ledger.usecases.corporate import Corporate
from app.domains.ledger.usecases.flows import Flows
from app.domains.ledger.usecases.freezing import Freezing
from app.domains.ledger.usecases.holds import Holds
from app.domains.ledger.usecases.reversals import Reversals
from app.domains.onboarding.service import OnboardingService

COLLECTIONS = SPECS


@dataclass(frozen=True, slots=True)
class _Story:
    """What distinguishes one kind of movement from another."""

    kind: JournalKind
    payment: PaymentKind
    action: StepUpAction
    always_step_up: bool = False


_DEPOSIT = _Story(JournalKind.DEPOSIT, PaymentKind.DEPOSIT, StepUpAction.TRANSFER)
_WITHDRAWAL = _Story(
    JournalKind.WITHDRAWAL, PaymentKind.WITHDRAWAL, StepUpAction.WITHDRAWAL, always_step_up=True
)
_TRANSFER = _Story(JournalKind.TRANSFER, PaymentKind.TRANSFER, StepUpAction.TRANSFER)
_ORDER = _Story(JournalKind.ORDER, PaymentKind.ORDER, StepUpAction.ORDER)


class LedgerService:
    """The ledger's door.

    Reading stands in `books` (one person's whole story in `activities`), the ends of held
    movements in `holds`, mistakes in `reversals`, splits and dividends in `corporate`, what
    customers say about their payments in `confirmations`, a freeze of their own in `freezing`,
    sums over everybody in `flows`.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        identity: IdentityService,
        onboarding: OnboardingService,
        fraud: FraudService,
        keys: KeyRing,
    ) -> None:
        self._identity = identity
        self._onboarding = onboarding
        self._booking = Booking(
            db=db,
            clock=clock,
            identity=identity,
            fraud=fraud,
            house_secret=keys.log_seed,
        )
        self.books = Books(db=db, booking=self._booking, log_key=keys.log_key().public_key())
        self.activities = Activities(db=db)
        self.flows = Flows(db=db)
        self.freezing = Freezing(db=db, clock=clock, identity=identity, onboarding=onboarding)
        self.holds = Holds(db=db, clock=clock, fraud=fraud)
        self.corporate = Corporate(db=db, clock=clock, booking=self._booking)
        self.reversals = Reversals(db=db, clock=clock, booking=self._booking, identity=identity)
        self.confirmations = Confirmations(db=db, clock=clock, identity=identity, fraud=fraud)

    async def deposit(self, wanted: Movement) -> Journal:
        """Take money in from the sandbox funding source.

        Raises NotClearedError and what Booking.book raises, as do all movements.
        """
        await self._onboarding.require_cleared(wanted.user_id)
        cash = entries.cash_account(wanted.user_id, wanted.amount.currency)
        source = self._house(wanted, entries.FUNDING)
        legs = entries.pair(source, cash, wanted.amount)
        return await self._book(_DEPOSIT, wanted, legs, payee_id="funding", counterparty="funding")

    async def withdraw(self, wanted: Movement) -> Journal:
        """Pay money out to the person's own bank; always needs a fresh code for this amount."""
        await self._onboarding.require_cleared(wanted.user_id)
        cash = entries.cash_account(wanted.user_id, wanted.amount.currency)
        target = self._house(wanted, entries.PAYOUT)
        legs = entries.pair(cash, target, wanted.amount)
        return await self._book(_WITHDRAWAL, wanted, legs, payee_id="payout", counterparty="bank")

    async def transfer(self, wanted: Movement, *, payee_email: str) -> Journal:
        """Send money to another person, or hold it when fraud asks for a person.

        Raises PayeeUnknownError for nobody and for oneself, and what Booking.book raises.
        """
        await self._onboarding.require_cleared(wanted.user_id)
        payee = await self._identity.find_user_by_email_index(payee_email)
        if payee is None or payee == wanted.user_id:
            raise PayeeUnknownError
        source = entries.cash_account(wanted.user_id, wanted.amount.currency)
        target = entries.cash_account(payee, wanted.amount.currency)
        legs = entries.pair(source, target, wanted.amount)
        return await self._book(_TRANSFER, wanted, legs, payee_id=payee, counterparty=payee)

    async def execute(self, batch: OrderBatch) -> Journal:
        """Book executed orders together or not at all; the key makes them happen once.

        Raises InsufficientFundsError and what Booking.book raises.
        """
        await self._onboarding.require_cleared(batch.user_id)
        gross = sum(fill.gross.amount_minor for fill in batch.fills)
        amount = Money(gross, batch.currency)
        wanted = Movement(
            user_id=batch.user_id,
            session_id=batch.session_id,
            key=batch.key,
            amount=amount,
            memo="",
            grant=batch.grant,
            warrant=batch.warrant,
        )
        journal_id = entries.journal_id(batch.user_id, batch.key)
        legs = entries.order_legs(batch.user_id, batch.currency, batch.fills, journal_id)
        holdings = {entries.holding_account(batch.user_id, fill.symbol) for fill in batch.fills}
        details = {
            "reference": batch.reference,
            "fills": [
                {
                    "symbol": fill.symbol,
                    "side": fill.side.value,
                    "quantity_micro": fill.quantity_micro,
                    "price": str(fill.price),
                    "gross_minor": fill.gross.amount_minor,
                    "fee_minor": fill.fee.amount_minor,
                    "quote_source": fill.quote_source,
                    "quote_at": fill.quote_at,
                }
                for fill in batch.fills
            ],
        }
        return await self._book(
            _ORDER,
            wanted,
            legs,
            payee_id="broker",
            counterparty="broker",
            details=details,
            holdings=frozenset(holdings),
        )

    async def earlier_order(self, user_id: str, key: str) -> Journal | None:
        """Return the movement that an order key already led to, as it was first answered."""
        return await self._booking.by_key(user_id, key)

    def _house(self, wanted: Movement, purpose: str) -> str:
        journal_id = entries.journal_id(wanted.user_id, wanted.key)
        return entries.house_account(purpose, wanted.amount.currency, journal_id)

    async def _book(  # noqa: PLR0913 - one call for four stories, all by name
        self,
        story: _Story,
        wanted: Movement,
        legs: tuple[Leg, ...],
        *,
        payee_id: str,
        counterparty: str,
        details: Mapping[str, Any] | None = None,
        holdings: frozenset[str] = frozenset(),
    ) -> Journal:
        amount = wanted.amount
        body: dict[str, object] = {
            "amount": amount.amount_minor,
            "currency": amount.currency,
            "memo": wanted.memo,
            "payee": payee_id,
        }
        if details is not None:
            body = {"reference": details["reference"]}
        params: dict[str, str | int] = {
            "amount_minor": amount.amount_minor,
            "currency": amount.currency,
        }
        if story is _TRANSFER or story is _WITHDRAWAL:
            params["payee"] = payee_id
        if story is _ORDER and details is not None:
            params = {"reference": str(details["reference"])}
        warrant = wanted.warrant
        return await self._booking.book(
            Intent(
                user_id=wanted.user_id,
                session_id=wanted.session_id,
                key=wanted.key,
                kind=story.kind,
                payment=story.payment,
                amount=amount,
                legs=legs,
                payee_id=payee_id,
                counterparty=counterparty,
                memo=wanted.memo,
                details=details or {},
                request_hash=entries.request_hash(story.kind.value, body),
                action=story.action if warrant is None else warrant.action,
                params=params if warrant is None else warrant.params,
                grant=wanted.grant,
                always_step_up=story.always_step_up or warrant is not None,
                holdings=holdings,
                also=None if warrant is None else warrant.also,
            )
        )
