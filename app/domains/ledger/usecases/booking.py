"""The story that every movement shares: judged, decided, booked or held in one transaction."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.core import receipts
from app.core.clock import Clock
from app.core.db import Database
from app.core.money import Money
from app.core.store import DuplicateKeyError
from app.core.uow import Transaction
from app.domains.fraud.case_types import Permission
from app.domains.fraud.errors import PaymentBlockedError
from app.domains.fraud.service import FraudService
from app.domains.fraud.types import Outcome, PaymentFacts, PaymentKind, Verdict
from app.domains.identity.errors import StepUpRequiredError
from app.domains.identity.service import IdentityService
from app.domains.identity.types import StepUpAction, StepUpParams
from app.domains.ledger.errors import DailyLimitError, InsufficientFundsError
from app.domains.ledger.events import MovementHeld, MovementPosted
from app.domains.ledger.repository import accounts, journals
from app.domains.ledger.rules import entries
from app.domains.ledger.types import Journal, JournalKind, JournalState, Leg
from app.domains.ledger.warrant_types import Also

HOLD_FOR = timedelta(days=3)
OPENED_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Intent:
    """A movement as it is wanted, before anybody judged it."""

    user_id: str
    session_id: str
    key: str
    kind: JournalKind
    payment: PaymentKind
    amount: Money
    legs: tuple[Leg, ...]
    payee_id: str
    counterparty: str
    memo: str
    details: Mapping[str, Any]
    request_hash: str
    action: StepUpAction
    params: StepUpParams
    grant: str | None
    always_step_up: bool
    holdings: frozenset[str] = frozenset()
    also: Also | None = None

    @property
    def journal_id(self) -> str:
        """Return the id that the key stands for."""
        return entries.journal_id(self.user_id, self.key)


class Booking:
    """Books intents. Everything that decides is outside the transaction, everything kept inside.

    The door has asked for clearance before: a person who may not move money learns nothing.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        identity: IdentityService,
        fraud: FraudService,
        house_secret: bytes,
    ) -> None:
        self._db = db
        self._clock = clock
        self._identity = identity
        self._fraud = fraud
        self._envelope = identity.envelope
        self._house_secret = house_secret
        # Accounts are never deleted, so what was open once need not be looked up again.
        self._opened: set[str] = set()

    async def book(self, intent: Intent) -> Journal:
        """Book an intent, or hold it when a person has to look at it.

        A repeated key with the same request returns the first answer and moves nothing.
        Raises StepUpRequiredError, PaymentBlockedError, AmountLimitError, DailyLimitError,
        InsufficientFundsError, IdempotencyMismatchError; a refusal leaves the key unused.
        """
        earlier = await self.earlier(intent)
        if earlier is not None:
            return earlier
        entries.require_limits(intent.amount)
        entries.require_balanced(intent.legs)
        facts = self._facts(intent)
        verdict = await self._fraud.screen(facts)
        await self._refuse(intent, verdict)
        journal = await self._journal(intent, verdict, at=facts.at)
        await self._open_accounts(intent)
        try:
            booked = await self._db.transaction(self._work(intent, journal, verdict))
        except (DuplicateKeyError, InsufficientFundsError, DailyLimitError) as error:
            # A neighbour with the same key may have won and spent the money: answer with hers.
            winner = await self.earlier(intent)
            if winner is not None:
                return winner
            await self._fraud.dropped(verdict)
            if isinstance(error, DuplicateKeyError):
                raise
            raise in_words(error, currency=intent.amount.currency) from error
        await self._fraud.booked(verdict)
        return booked

    async def _open_accounts(self, intent: Intent) -> None:
        missing = {leg.account_id for leg in intent.legs} - self._opened
        if not missing:
            return
        await accounts.ensure(self._db, missing, holdings=set(intent.holdings))
        if len(self._opened) > OPENED_REMEMBERED:
            self._opened.clear()
        self._opened |= missing

    async def earlier(self, intent: Intent) -> Journal | None:
        """Return the first answer to this key. Raises IdempotencyMismatchError."""
        found = await journals.find(self._db, intent.journal_id, first_answer=True)
        return entries.same_request(found, intent.request_hash) if found else None

    async def by_key(self, user_id: str, key: str) -> Journal | None:
        """Return what a key already led to, as it was first answered."""
        journal_id = entries.journal_id(user_id, key)
        return await journals.find(self._db, journal_id, first_answer=True)

    def _facts(self, intent: Intent) -> PaymentFacts:
        return PaymentFacts(
            payment_id=intent.journal_id,
            user_id=intent.user_id,
            payee_id=intent.payee_id,
            kind=intent.payment,
            amount=intent.amount,
            at=self._clock.now(),
            session_id=intent.session_id,
            fresh_factor=intent.grant is not None,
        )

    async def _refuse(self, intent: Intent, verdict: Verdict) -> None:
        """Raise when the verdict, or the kind of movement, stands against booking it now."""
        if verdict.outcome is Outcome.BLOCK:
            await self._fraud.record_refusal(verdict)
            raise PaymentBlockedError(decision_id=verdict.decision_id)
        missing = intent.grant is None and intent.always_step_up
        if verdict.outcome is Outcome.STEP_UP or missing:
            if verdict.outcome is Outcome.STEP_UP:
                permission = Permission(intent.action.value, intent.params)
                await self._fraud.record_refusal(verdict, permission=permission)
            else:
                await self._fraud.dropped(verdict)
            raise StepUpRequiredError(
                action=intent.action.value,
                params={name: str(value) for name, value in intent.params.items()},
                decision_id=verdict.decision_id,
                reasons=[reason.sentence for reason in verdict.reasons],
            )

    async def _journal(self, intent: Intent, verdict: Verdict, *, at: datetime) -> Journal:
        held = verdict.outcome is Outcome.HOLD
        journal = Journal(
            journal_id=intent.journal_id,
            owner=intent.user_id,
            kind=intent.kind,
            state=JournalState.HELD if held else JournalState.POSTED,
            legs=intent.legs,
            amount=intent.amount,
            counterparty=intent.counterparty,
            memo=intent.memo,
            request_hash=intent.request_hash,
            decision_id=verdict.decision_id,
            commitment="",
            details=intent.details,
            at=at,
            expires_at=at + HOLD_FOR if held else None,
            reasons=tuple(reason.sentence for reason in verdict.reasons) if held else (),
        )
        return replace(journal, commitment=await self.commitment(journal))

    async def salts(self, journal: Journal) -> list[bytes]:
        """Return the salt of each leg, from its owner's key."""
        secrets: dict[str, bytes] = {}
        found = []
        for index, leg in enumerate(journal.legs):
            owner = entries.owner_of(leg.account_id)
            if owner not in secrets:
                secrets[owner] = (
                    self._house_secret
                    if owner == entries.HOUSE
                    else (await self._envelope.key_of(owner)).derive("ledger-leaf")
                )
            found.append(receipts.leg_salt(secrets[owner], journal.journal_id, index))
        return found

    async def leg_commitments(self, journal: Journal) -> list[bytes]:
        """Return the commitment of each leg."""
        entry = {
            "journal": journal.journal_id,
            "kind": journal.kind.value,
            "at": journal.at,
            "decision": journal.decision_id,
        }
        return [
            receipts.leg_commitment(
                {"account": leg.account_id, "unit": leg.unit, "amount": leg.amount},
                salt,
                entry=entry,
            )
            for leg, salt in zip(journal.legs, await self.salts(journal), strict=True)
        ]

    async def commitment(self, journal: Journal) -> str:
        """Return the entry's commitment: what the transparency log seals."""
        return receipts.entry_commitment(await self.leg_commitments(journal))

    def _work(
        self, intent: Intent, journal: Journal, verdict: Verdict
    ) -> Callable[[Transaction], Awaitable[Journal]]:
        spending = None
        if entries.spends(journal.kind):
            spending = accounts.Spending(journal.at.date().isoformat(), entries.DAILY_MAXIMUM_MINOR)

        async def work(tx: Transaction) -> Journal:
            # May run again after a write conflict: nothing but tx in here.
            await journals.insert(tx, journal)
            if journal.state is JournalState.HELD:
                debits = [leg for leg in entries.net(journal.legs) if leg.amount < 0]
                rows = await accounts.read(tx, debits)
                for leg in debits:
                    await accounts.reserve(tx, rows[leg.account_id], leg, spending=spending)
            else:
                await journals.settle(tx, journal, at=journal.at, spending=spending)
            if intent.grant is not None:
                await self._identity.consume_step_up(
                    tx,
                    user_id=intent.user_id,
                    session_id=intent.session_id,
                    grant=intent.grant,
                    action=intent.action,
                    params=intent.params,
                )
            await self._fraud.record(tx, verdict, booked=True)
            tx.audit(
                f"{journal.kind.value}.{journal.state.value}",
                actor=intent.user_id,
                object_id=journal.journal_id,
            )
            tx.seal(journal.journal_id, journal.commitment)
            held = journal.state is JournalState.HELD
            event = MovementHeld if held else MovementPosted
            tx.publish(event(journal.journal_id))
            if intent.also is not None:
                await intent.also(tx, movement_id=journal.journal_id, held=held)
            return journal

        return work


def in_words(
    error: InsufficientFundsError | DailyLimitError, *, currency: str
) -> InsufficientFundsError | DailyLimitError:
    """Return the store's refusal with its minor units as the amounts people read."""
    unit = str(error.fields["unit"])
    if isinstance(error, DailyLimitError):
        limit = Money(entries.DAILY_MAXIMUM_MINOR, unit).decimal_string()
        return DailyLimitError(f"at most {limit} {unit} in one day", limit=limit, unit=unit)
    missing = error.fields["missing_minor"]
    assert isinstance(missing, int)  # noqa: S101 - set by the repository
    if unit != currency:
        return InsufficientFundsError(f"not enough {unit} to sell", unit=unit)
    short = Money(max(missing, 0), unit).decimal_string()
    return InsufficientFundsError(f"{short} {unit} are missing", missing=short, unit=unit)
