"""The document database: one client per process, and where transactions run."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Self, TypeVar

import pymongo
from pymongo import AsyncMongoClient
from pymongo import errors as driver_errors
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from app.core.clock import Clock, SystemClock
from app.core.deadline import time_left
from app.core.errors import UnavailableError
from app.core.mongo import (
    CODEC,
    MAX_ATTEMPTS,
    OPERATION_TIMEOUT_S,
    WRITE_CONFLICT,
    MongoStore,
    jitter_s,
)
from app.core.sidecar import Nudge, Sidecar
from app.core.store import Document
from app.core.uow import Transaction
from app.core.writes import WritesTogether

T = TypeVar("T")

MAX_WAITING = 256
ABORT_TIMEOUT_S = 5.0
MIN_COMMIT_S = 1.0
BULK_WRITE_WIRE_VERSION = 25  # MongoDB 8.0


class MongoTransaction(WritesTogether, Transaction):
    """One attempt of a transaction on the driver's session."""

    def __init__(
        self, database: AsyncDatabase[Document], session: AsyncClientSession, *, fused: bool
    ) -> None:
        WritesTogether.__init__(self, database, session, fused=fused)
        Transaction.__init__(self)


class Database(MongoStore):
    """One database on one client: single operations, and `transaction(work)`.

    Build it inside the running loop, once per process, never before a fork.
    """

    transaction_type: type[MongoTransaction] = MongoTransaction

    def __init__(
        self,
        client: AsyncMongoClient[Document],
        name: str,
        *,
        transactions_at_once: int,
        sidecar: Sidecar | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(client.get_database(name, codec_options=CODEC))
        self.name = name
        self._client = client
        self._limiter = asyncio.Semaphore(transactions_at_once)
        self._waiting = 0
        self._clock = clock or SystemClock()
        self._sidecar = sidecar or Sidecar()
        self._wire_version: int | None = None
        self.attempts_total = 0
        self.transactions_total = 0

    @classmethod
    def connect(
        cls,
        url: str,
        name: str,
        *,
        transactions_at_once: int,
        sidecar: Sidecar | None = None,
        clock: Clock | None = None,
    ) -> Self:
        """Return a database on a new client; nothing is sent before the first operation."""
        client: AsyncMongoClient[Document] = AsyncMongoClient(
            url,
            tz_aware=True,
            type_registry=CODEC.type_registry,
            serverSelectionTimeoutMS=2000,
            connectTimeoutMS=2000,
            maxPoolSize=64,
        )
        return cls(
            client,
            name,
            transactions_at_once=transactions_at_once,
            sidecar=sidecar,
            clock=clock,
        )

    @property
    def driver(self) -> AsyncDatabase[Document]:
        """The driver's own handle, for the schema runner and the benches only."""
        return self._database

    def nudge_with(self, nudge: Nudge) -> None:
        """Set who is told of outbox rows after each commit (app/core/sidecar.py)."""
        self._sidecar.nudge_with(nudge)

    async def ping(self) -> None:
        """Raise UnavailableError unless the server answers."""
        await self._run(lambda: self._client.admin.command("ping"))

    async def close(self) -> None:
        """Close the client."""
        await self._client.close()

    async def transaction(
        self, work: Callable[[Transaction], Awaitable[T]], *, timeout_s: float = OPERATION_TIMEOUT_S
    ) -> T:
        """Run `work` in a snapshot / majority / journalled transaction and return its result.

        `work` may run up to five times. Errors that it raises abort and pass through.
        Raises UnavailableError when the deadline passes or the outcome stays unknown: then
        repeating the request with the same idempotency key settles it.
        """
        deadline = self._clock.monotonic() + time_left(timeout_s)
        async with self._place(deadline):
            self.transactions_total += 1
            for attempt in range(1, MAX_ATTEMPTS + 1):
                self.attempts_total += 1
                try:
                    result, nudge = await self._attempt(work, deadline)
                except driver_errors.PyMongoError as error:
                    if not _transient(error) or attempt == MAX_ATTEMPTS:
                        raise _unavailable(error) from error
                    pause_s = jitter_s(attempt)
                    if self._left(deadline) < pause_s:
                        raise _unavailable(error) from error
                    await asyncio.sleep(pause_s)
                else:
                    break
            else:
                raise AssertionError("unreachable: the last attempt breaks or raises")
        await self._sidecar.after_commit(nudge)
        return result

    async def update_many(self, collection: str, query: Document, update: Document) -> int:
        """Update all that match in a transaction of its own.

        As a bare command it would leave some changed when it fails in the middle, and on the
        embedded server it can stand in the way of every transaction for ever: it holds the
        collection while it waits for a row that one of them has, and they wait for it.
        """
        return await self.transaction(lambda tx: tx.update_many(collection, query, update))

    async def delete_many(self, collection: str, query: Document) -> int:
        """Delete all that match in a transaction of its own; see `update_many`."""
        return await self.transaction(lambda tx: tx.delete_many(collection, query))

    def _left(self, deadline: float) -> float:
        return deadline - self._clock.monotonic()

    @asynccontextmanager
    async def _place(self, deadline: float) -> AsyncIterator[None]:
        """Wait for a place among the transactions at once; a long queue is refused at the door."""
        if self._waiting >= MAX_WAITING:
            raise UnavailableError("too many transactions are waiting")
        self._waiting += 1
        try:
            async with asyncio.timeout(max(0.001, self._left(deadline))):
                await self._limiter.acquire()
        except TimeoutError:
            raise UnavailableError("the transaction waited too long for its turn") from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._limiter.release()

    async def _attempt(
        self, work: Callable[[Transaction], Awaitable[T]], deadline: float
    ) -> tuple[T, list[Document]]:
        if self._left(deadline) <= 0:
            raise UnavailableError("the deadline passed before the transaction began")
        async with self._client.start_session() as session:
            tx = self.transaction_type(self._database, session, fused=await self._fuses())
            try:
                with pymongo.timeout(self._left(deadline)):
                    await session.start_transaction(
                        read_concern=ReadConcern("snapshot"),
                        write_concern=WriteConcern("majority", j=True),
                    )
                    result = await work(tx)
                    nudge = await self._sidecar.before_commit(tx, self._clock.now())
                    await tx.flush()
            except BaseException:
                # Outside the passed deadline: an abort that is not sent leaves the server's
                # transaction open, and every later one on the same rows conflicts with it.
                await _abort(session)
                raise
            with pymongo.timeout(max(MIN_COMMIT_S, self._left(deadline))):
                await self._commit(session, deadline)
        return result, nudge

    async def _fuses(self) -> bool:
        """Tell whether the server takes inserts into several collections in one command."""
        if self._wire_version is None:
            hello = await self._run(lambda: self._client.admin.command("hello"))
            self._wire_version = int(hello["maxWireVersion"])
        return self._wire_version >= BULK_WRITE_WIRE_VERSION

    async def _commit(self, session: AsyncClientSession, deadline: float) -> None:
        """Commit; while the outcome is unknown repeat only the commit, which is idempotent."""
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                await session.commit_transaction()
            except driver_errors.PyMongoError as error:
                unknown = error.has_error_label("UnknownTransactionCommitResult")
                if not unknown or attempt == MAX_ATTEMPTS or self._left(deadline) <= 0:
                    raise
                await asyncio.sleep(jitter_s(attempt))
            else:
                return


async def _abort(session: AsyncClientSession) -> None:
    try:
        with pymongo.timeout(ABORT_TIMEOUT_S):
            await session.abort_transaction()
    except driver_errors.PyMongoError:
        # The server drops the transaction by itself; the first error is the one to report.
        return


def _transient(error: driver_errors.PyMongoError) -> bool:
    return error.has_error_label("TransientTransactionError") or (
        isinstance(error, driver_errors.OperationFailure) and error.code == WRITE_CONFLICT
    )


def _unavailable(error: driver_errors.PyMongoError) -> Exception:
    """Return the refusal for a lost race or a lost server; a programmer's mistake stays itself."""
    if isinstance(error, driver_errors.ConnectionFailure) or _transient(error) or error.timeout:
        return UnavailableError("the transaction could not be settled; repeat it with the same key")
    return error
