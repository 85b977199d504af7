"""Takes a message: once per client_message_id, within the budgets, one at a time."""

import asyncio
import contextvars
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.core.clock import Clock
from app.core.db import Database
from app.core.envelope import DataKey, Envelope
from app.core.errors import FinNamiError
from app.core.ids import new_ulid
from app.core.store import Document, DuplicateKeyError
from app.domains.chat.errors import (
    ChatUnavailableError,
    ConversationFullError,
    ConversationNotFoundError,
    MessageReusedError,
    TurnNotFoundError,
    TurnOpenError,
)
from app.domains.chat.repository import conversations, turns
from app.domains.chat.repository.budgets import LEASE_S, Budgets
from app.domains.chat.repository.streams import Streams
from app.domains.chat.rules.memory import MAX_TURNS as MOST_REMEMBERED
from app.domains.chat.rules.memory import remembered
from app.domains.chat.turn_types import MAX_TURNS, Ask, KeptEvent, Opened, StoredTurn
from app.domains.chat.usecases.following import followed
from app.domains.chat.usecases.preparing import Job
from app.domains.chat.usecases.running import Running
from app.domains.chat.usecases.turn_log import TurnLog

MOST_RUNNING: Final = 512


@dataclass(slots=True)
class Following:
    """A turn's events for one reader; None is a heartbeat. Call `leave` when she is gone."""

    turn_id: str
    events: AsyncIterator[KeptEvent | None]
    _log: TurnLog | None = None
    _wake: asyncio.Event | None = None

    def leave(self) -> None:
        """Tell that the reader is gone; repeating it changes nothing."""
        if self._log is not None and self._wake is not None:
            self._log.leave(self._wake)


class Asking:
    """The turns of this process. Those of others are followed through Redis."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        envelope: Envelope,
        streams: Streams,
        budgets: Budgets,
        running: Running | None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._envelope = envelope
        self._streams = streams
        self._budgets = budgets
        self._running = running
        self._logs: dict[str, TurnLog] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def running_now(self) -> int:
        """Return how many turns this process runs."""
        return len(self._logs)

    async def ask(
        self, owner: str, conversation_id: str, ask: Ask, *, after: int = -1
    ) -> Following:
        """Begin a turn, or follow the one that this message already began.

        Raises ChatUnavailableError, ConversationNotFoundError, MessageReusedError,
        ConversationFullError, TurnOpenError, TurnExpiredError and the budgets' refusals.
        """
        now = self._clock.now()
        turn_id, began_s = new_ulid(now), self._clock.monotonic()
        running = self._running
        reading = None if running is None or self._full else running.preparing.read(ask.text)
        seen, told = await self._looked_up(owner, conversation_id, turn_id)
        refusal = told if isinstance(told, FinNamiError) else None
        turn = StoredTurn(
            id=turn_id,
            conversation=conversation_id,
            owner=owner,
            client_message_id=ask.client_message_id,
            tag=tag_of(seen.key, ask),
            open=True,
            at=now,
            text=ask.text,
            locale=ask.locale,
        )
        refusal = self._refusal(seen) or refusal
        log = TurnLog(
            turn_id=turn_id, conversation_id=conversation_id, owner=owner, streams=self._streams
        )
        job = Job(turn, seen, log, began_s, metered=told is True, reading=reading)
        if running is not None and refusal is None:
            running.preparing.begin(job)
        try:
            known, recent = await self._placed(turn, seen.key, refusal)
        except BaseException:
            await self._dropped(job)
            raise
        if known is not None:
            await self._dropped(job)
            return await self._again(owner, known, turn.tag, after=after)
        assert running is not None  # noqa: S101 - refused before otherwise
        earlier = [turns.opened(row, seen.key) for row in recent if row["_id"] != turn_id]
        job.history = remembered(
            (old.text, "" if old.answer is None else old.answer.text) for old in earlier
        )
        return self._started(running, job)

    async def _dropped(self, job: Job) -> None:
        """Give a turn up that is not to be run."""
        if job.looking is not None:
            job.looking.cancel()
        await self._budgets.settle(job.stored.owner, job.stored.id)

    async def follow(
        self, owner: str, conversation_id: str, turn_id: str, *, after: int
    ) -> Following:
        """Follow a turn from after an event on.

        Raises ConversationNotFoundError, TurnNotFoundError, TurnExpiredError.
        """
        found = await self._turn(owner, conversation_id, turn_id)
        return await self._followed(owner, found, after=after)

    async def stop(self, owner: str, conversation_id: str, turn_id: str) -> None:
        """Stop a turn wherever it runs; one that has ended stays as it is."""
        found = await self._turn(owner, conversation_id, turn_id)
        log = self._logs.get(turn_id)
        if log is not None:
            log.stop()
        elif found["open"]:
            await self._streams.ask_stop(owner, turn_id)

    def stop_all(self, *, conversation_id: str | None = None) -> None:
        """Stop the turns of this process, or those of one conversation in it."""
        for log in list(self._logs.values()):
            if conversation_id in (None, log.conversation_id):
                log.stop()

    @property
    def _full(self) -> bool:
        return len(self._logs) >= MOST_RUNNING

    def _refusal(self, seen: Opened) -> FinNamiError | None:
        """Return why no new turn may begin here and now."""
        if self._running is None:
            return ChatUnavailableError()
        if seen.conversation.turns >= MAX_TURNS:
            return ConversationFullError()
        if self._full:
            return ChatUnavailableError("this server answers as many as it can", retry_after_s=5)
        return None

    async def _looked_up(
        self, owner: str, conversation_id: str, turn_id: str
    ) -> tuple[Opened, FinNamiError | bool]:
        """Return the conversation, and whether the turn may cost something, asked at once.

        A refusal is not raised yet: a repeated message needs no budget.
        """
        user_key = await self._envelope.key_of(owner)
        reserving = asyncio.create_task(self._budgets.reserve(owner, turn_id))
        try:
            head, key = await asyncio.gather(
                conversations.document(self._db, conversation_id, owner=owner),
                conversations.key(self._db, conversation_id, user_key=user_key),
            )
            if head is None or key is None:
                raise ConversationNotFoundError
        except BaseException:
            await asyncio.gather(reserving, return_exceptions=True)
            await self._budgets.settle(owner, turn_id)
            raise
        (told,) = await asyncio.gather(reserving, return_exceptions=True)
        if isinstance(told, BaseException) and not isinstance(told, FinNamiError):
            raise told
        return conversations.opened(head, key), told

    async def _placed(
        self, turn: StoredTurn, key: DataKey, refusal: FinNamiError | None
    ) -> tuple[Document | None, list[Document]]:
        """Keep a new turn; return the earlier one of the same message, and the newest turns."""
        if refusal is not None:
            same = await turns.by_message(self._db, turn.conversation, turn.client_message_id)
            if same is None:
                raise refusal
            return same, []
        known, recent = await asyncio.gather(
            self._inserted(turn, key),
            turns.newest(self._db, turn.conversation, limit=MOST_REMEMBERED + 1),
        )
        return known, recent

    async def _inserted(self, turn: StoredTurn, key: DataKey) -> Document | None:
        """Keep a new turn; return the one of the same message when another call was first."""
        for lost in (False, True):
            try:
                await turns.insert(self._db, turn, key)
            except DuplicateKeyError:
                same = await turns.by_message(self._db, turn.conversation, turn.client_message_id)
                if same is not None:
                    return same
                before = turn.at - timedelta(seconds=LEASE_S)
                if lost or not await turns.close_lost(self._db, turn.conversation, before=before):
                    raise TurnOpenError from None
            else:
                return None
        raise TurnOpenError

    async def _again(self, owner: str, known: Document, tag: str, *, after: int) -> Following:
        if not hmac.compare_digest(known["tag"], tag):
            raise MessageReusedError
        return await self._followed(owner, known, after=after)

    async def _followed(self, owner: str, found: Document, *, after: int) -> Following:
        turn_id = found["_id"]
        log = self._logs.get(turn_id)
        if log is not None:
            wake = log.enter()
            return Following(turn_id, log.follow(wake, after), log, wake)
        events = await followed(self._db, self._streams, found, owner=owner, after=after)
        return Following(turn_id, events)

    async def _turn(self, owner: str, conversation_id: str, turn_id: str) -> Document:
        head, found = await asyncio.gather(
            conversations.document(self._db, conversation_id, owner=owner),
            turns.document(self._db, turn_id, conversation_id=conversation_id),
        )
        if head is None:
            raise ConversationNotFoundError
        if found is None:
            raise TurnNotFoundError
        return found

    def _started(self, running: Running, job: Job) -> Following:
        turn, log = job.stored, job.log
        wake = log.enter()
        self._logs[turn.id] = log
        # A turn outlives the deadline of the request that began it: a context of its own.
        task = asyncio.create_task(running.run(job), context=contextvars.Context())
        log.runs_in(task)
        keeping = asyncio.create_task(log.keep(), context=contextvars.Context())
        for made in (task, keeping):
            self._tasks.add(made)
            made.add_done_callback(self._tasks.discard)
        keeping.add_done_callback(lambda _: self._logs.pop(turn.id, None))
        return Following(turn.id, log.follow(wake, -1), log, wake)


def tag_of(key: DataKey, ask: Ask) -> str:
    """Return what tells a repeated message from a changed one, under the conversation's key."""
    return hmac.new(key.derive("chat-message"), ask.text.encode(), "sha256").hexdigest()
