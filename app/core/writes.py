"""The writes of one transaction attempt, sent together: a round trip instead of one each."""

from itertools import groupby

from pymongo import InsertOne, UpdateOne
from pymongo import errors as driver_errors
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from app.core.mongo import WRITE_CONFLICT, MongoStore
from app.core.store import Document, DuplicateKeyError

DUPLICATE_KEY = 11000

Waiting = tuple[str, Document, Document | None]
"""Collection and document to insert; or collection, query and update."""


class WritesTogether(MongoStore):
    """A store whose inserts and changes wait until the transaction could see them.

    That is a read or another write of the same collection, or the commit. So a duplicate key
    may be raised after a later statement of the body: either way the transaction is lost, and
    who cares for the winner looks for it after any refusal.
    """

    def __init__(
        self, database: AsyncDatabase[Document], session: AsyncClientSession, *, fused: bool
    ) -> None:
        super().__init__(database, session)
        self._fused = fused
        self._begun = False
        self._waiting: list[Waiting] = []

    async def _reach(self, name: str) -> AsyncCollection[Document]:
        if any(collection == name for collection, _, _ in self._waiting):
            await self.flush()
        self._begun = True
        return await super()._reach(name)

    async def insert_one(self, collection: str, document: Document) -> None:
        self._waiting.append((collection, document, None))

    async def insert_many(self, collection: str, documents: list[Document]) -> None:
        self._waiting += [(collection, document, None) for document in documents]

    async def change(self, collection: str, query: Document, update: Document) -> None:
        self._waiting.append((collection, query, update))

    async def flush(self) -> None:
        """Send what waits, in order. Raises DuplicateKeyError."""
        waiting, self._waiting = self._waiting, []
        # A transaction's first statement carries its read concern, which the embedded server
        # refuses on the fused command: something simple goes first.
        alone = len(waiting) if not self._fused or len(waiting) == 1 else int(not self._begun)
        await self._send_each(waiting[:alone])
        if waiting[alone:]:
            await self._send_fused(waiting[alone:])

    async def _send_each(self, waiting: list[Waiting]) -> None:
        for (name, changes), group in groupby(waiting, key=lambda w: (w[0], w[2] is not None)):
            if not changes:
                await super().insert_many(name, [document for _, document, _ in group])
                continue
            for _, query, update in group:
                _require_match(1, await super().update_one(name, query, update or {}))

    async def _send_fused(self, waiting: list[Waiting]) -> None:
        models: list[InsertOne[Document] | UpdateOne] = []
        for name, document, update in waiting:
            namespace = f"{self._database.name}.{name}"
            if update is None:
                models.append(InsertOne(document, namespace=namespace))
            else:
                models.append(UpdateOne(document, update, namespace=namespace))
        try:
            result = await self._run(
                lambda: self._database.client.bulk_write(models, session=self._session)
            )
        except driver_errors.ClientBulkWriteException as error:
            raise _plain(error) from error
        _require_match(sum(update is not None for _, _, update in waiting), result.matched_count)


def _require_match(expected: int, matched: int) -> None:
    """Assert that every change met its document: it was read in this very snapshot."""
    if matched != expected:
        raise AssertionError(f"{matched} of {expected} changes met their documents")


def _plain(error: driver_errors.ClientBulkWriteException) -> Exception:
    """Return what went wrong as the same write on its own would have raised it."""
    if isinstance(error.error, driver_errors.PyMongoError):
        return error.error
    for item in error.details.get("writeErrors", []):
        if item.get("code") == DUPLICATE_KEY:
            return DuplicateKeyError(index=",".join(item.get("keyPattern") or {}))
        if item.get("code") == WRITE_CONFLICT:
            return driver_errors.OperationFailure("write conflict", WRITE_CONFLICT)
    return error
