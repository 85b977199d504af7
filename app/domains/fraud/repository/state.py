"""What a screening sees of both parties: their packed payments, from Redis in one round trip.

MongoDB is the truth and answers whenever there is a doubt: no state, a state of an earlier run
of the server (it may have lost its last second), a payment screened long ago and never settled,
Redis away. docs/decisions/0016 says why that suffices.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from app.core.clock import Clock
from app.core.gate import Gate, GateUnavailableError
from app.core.gate_scripts import Script
from app.core.ids import new_id
from app.core.redis_wire import Argument, CommandRefusedError, Reply
from app.core.store import Store
from app.domains.fraud.repository import events
from app.domains.fraud.repository.events import Recorded, Side
from app.domains.fraud.repository.state_scripts import APPEND, READ, STORE
from app.domains.fraud.types import EntityState, PaymentFacts
from app.ml.features import fraud_state

KEEP_S = 30 * 86_400
REBUILD_S = 3_600
# Longer than a booking may take from its screening to its commit.
UNSETTLED_MS = 15_000
BROKEN_MAX = 10_000
APPENDS_AT_ONCE = 200
MEND_OVERLAP = timedelta(seconds=20)
MEND_FROM = timedelta(hours=1)
MEND_PAGES = 10

_AWAY = (GateUnavailableError, CommandRefusedError)

log = structlog.get_logger(__name__)


class EntityStates:
    """The state of customers and payees; without a gate every reading goes to the database."""

    def __init__(self, *, store: Store, gate: Gate | None, clock: Clock) -> None:
        self._store = store
        self._gate = gate
        self._clock = clock
        # Keys that missed something while Redis was away: deleted before anything is read again.
        self._broken: set[str] = set()
        self._mended_to: datetime | None = None

    async def load(
        self, facts: PaymentFacts, *, mark: bool = True
    ) -> tuple[EntityState, EntityState]:
        """Return customer and payee as recorded before this payment.

        With `mark` it is in flight from now on; without, nothing is changed: a trial.
        """
        try:
            replies = await self._read(facts, mark=mark)
        except _AWAY as error:
            log.warning("fraud_state_from_database", error=type(error).__name__)
            replies = None
        if replies is None:
            customer, payee = await asyncio.gather(
                *(events.packed(self._store, s, _entity(facts, s), at=facts.at) for s in Side)
            )
            return _seen(facts, Side.CUSTOMER, customer), _seen(facts, Side.PAYEE, payee)
        customer_state, payee_state = await asyncio.gather(
            *(self._known(facts, side, reply) for side, reply in zip(Side, replies, strict=True))
        )
        return customer_state, payee_state

    async def _read(self, facts: PaymentFacts, *, mark: bool) -> list[Reply] | None:
        if self._gate is None:
            return None
        run = await self._gate.run_id()
        keys = [_key(run, side, _entity(facts, side)) for side in Side]
        now = events.milliseconds(facts.at)
        args: list[Argument] = [facts.payment_id, now, new_id(), REBUILD_S, int(mark)]
        await self._forget_broken()
        calls = (self._gate.eval(READ, [key], args) for key in keys)
        replies: list[Reply] = await asyncio.gather(*calls)
        if self._gate.run_now != run:
            raise GateUnavailableError("another server answered")
        return replies

    async def _known(self, facts: PaymentFacts, side: Side, reply: Reply) -> EntityState:
        """Return one state of a reply; a miss is rebuilt, unsettled payments are looked up."""
        assert isinstance(reply, list)  # noqa: S101 - our own script
        packed, token, marks = reply
        assert isinstance(marks, list)  # noqa: S101 - our own script
        if not isinstance(packed, bytes):
            packed = await self._rebuild(facts, side, token)
        now = events.milliseconds(facts.at)
        times = {_text(marks[i]): int(_text(marks[i + 1])) for i in range(0, len(marks), 2)}
        late = [payment for payment, ms in times.items() if abs(now - ms) > UNSETTLED_MS]
        if late:
            packed = await self._settle_late(facts, side, packed, late)
        state = _seen(facts, side, packed)
        fresh = tuple(ms for ms in times.values() if abs(now - ms) <= UNSETTLED_MS)
        return replace(state, in_flight=fresh)

    async def _rebuild(self, facts: PaymentFacts, side: Side, token: Reply) -> bytes:
        packed = await events.packed(self._store, side, _entity(facts, side), at=facts.at)
        if isinstance(token, bytes):
            await self._eval(STORE, side, _entity(facts, side), [token, packed, KEEP_S])
        return packed

    async def _settle_late(
        self, facts: PaymentFacts, side: Side, packed: bytes, late: list[str]
    ) -> bytes:
        """Add payments whose append was lost; forget those that were never booked."""
        found = await events.by_ids(self._store, late)
        for payment in found:
            packed = fraud_state.insert(packed, payment.record(side), replace=True)
        log.info("fraud_state_mended", side=side.value, found=len(found), asked=len(late))
        entity = _entity(facts, side)
        await self._append(side, entity, found, replace=True)
        gone = set(late[: events.IDS_AT_ONCE]) - {payment.payment_id for payment in found}
        await self._unmark(side, entity, sorted(gone))
        return packed

    async def booked(self, payment: Recorded) -> None:
        """Append a payment that was committed; doing it twice does it once."""
        await self._both(payment, replace=False)

    async def relabel(self, payment_id: str) -> None:
        """Bring a label from the database into the states of both parties."""
        for payment in await events.by_ids(self._store, [payment_id]):
            await self._both(payment, replace=True)

    async def dropped(self, facts: PaymentFacts) -> None:
        """Forget that a payment is in flight: it was refused."""
        await asyncio.gather(
            *(self._unmark(side, _entity(facts, side), [facts.payment_id]) for side in Side)
        )

    async def mend(self) -> int:
        """Append again what was recorded lately; return how many payments were looked at.

        The worker's guarantee: whatever happened to an append at once, a few seconds later the
        state holds the payment. The events are their own outbox, written with the booking.
        """
        now = self._clock.now()
        position = (self._mended_to or now - MEND_FROM) - MEND_OVERLAP
        looked = 0
        for _ in range(MEND_PAGES):
            page = await events.since(self._store, position, until=now)
            for side in Side:
                await self._append_all(side, page)
            looked += len(page)
            if len(page) < events.PAGE:
                self._mended_to = now
                break
            position = self._mended_to = page[-1].at
        return looked

    async def _append_all(self, side: Side, page: list[Recorded]) -> None:
        groups: dict[str, list[Recorded]] = {}
        for payment in page:
            groups.setdefault(payment.entity(side), []).append(payment)
        for entity, group in groups.items():
            for first in range(0, len(group), APPENDS_AT_ONCE):
                await self._append(side, entity, group[first : first + APPENDS_AT_ONCE])

    async def _both(self, payment: Recorded, *, replace: bool) -> None:
        await asyncio.gather(
            *(self._append(s, payment.entity(s), [payment], replace=replace) for s in Side)
        )

    async def _append(
        self, side: Side, entity: str, payments: list[Recorded], *, replace: bool = False
    ) -> None:
        if not payments:
            return
        args: list[Argument] = [int(replace), KEEP_S]
        for payment in payments:
            args += [payment.payment_id, payment.record(side)]
        await self._eval(APPEND, side, entity, args)

    async def _unmark(self, side: Side, entity: str, payment_ids: list[str]) -> None:
        if self._gate is None or not payment_ids:
            return
        try:
            key = _key(await self._gate.run_id(), side, entity)
            await self._gate.call("HDEL", key, *(f"m{payment}" for payment in payment_ids))
        except _AWAY:
            return  # the mark is looked up when it is late

    async def _eval(self, script: Script, side: Side, entity: str, args: list[Argument]) -> None:
        """Change a state; when that fails its key is deleted before it is read again."""
        if self._gate is None:
            return
        run = self._gate.run_now
        try:
            run = await self._gate.run_id()
            await self._gate.eval(script, [_key(run, side, entity)], args)
        except _AWAY as error:
            log.warning("fraud_state_not_written", error=type(error).__name__)
            if run is not None and len(self._broken) < BROKEN_MAX:
                self._broken.add(_key(run, side, entity))

    async def _forget_broken(self) -> None:
        if not self._broken or self._gate is None:
            return
        keys = sorted(self._broken)
        await self._gate.call("DEL", *keys)
        self._broken.difference_update(keys)


def _key(run: str, side: Side, entity: str) -> str:
    return f"fs{fraud_state.VERSION}:{run[:12]}:{side.value}:{entity}"


def _entity(facts: PaymentFacts, side: Side) -> str:
    return facts.user_id if side is Side.CUSTOMER else facts.payee_id


def _seen(facts: PaymentFacts, side: Side, packed: bytes) -> EntityState:
    ms = events.milliseconds(facts.at)
    return EntityState(_entity(facts, side), fraud_state.until(packed, ms=ms))


def _text(reply: Reply) -> str:
    assert isinstance(reply, bytes)  # noqa: S101 - our own script
    return reply.decode()
