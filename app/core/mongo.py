"""The driver's side of the Store protocol: one call, its deadline, its translated errors."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

import pymongo
from bson.codec_options import CodecOptions, TypeCodec, TypeRegistry
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from pymongo import ReturnDocument, UpdateOne
from pymongo import errors as driver_errors
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from app.core.deadline import time_left
from app.core.errors import UnavailableError
from app.core.store import Document, DuplicateKeyError, Sort, Store

T = TypeVar("T")

OPERATION_TIMEOUT_S = 2.0
MAX_ATTEMPTS = 5
WRITE_CONFLICT = 112


class _DecimalCodec(TypeCodec):
    """Quantities are Decimal in Python and Decimal128 in MongoDB."""

    python_type = Decimal
    bson_type = Decimal128

    def transform_python(self, value: Decimal) -> Decimal128:
        return Decimal128(value)

    def transform_bson(self, value: Decimal128) -> Decimal:
        return value.to_decimal()


CODEC: CodecOptions[Document] = CodecOptions(
    tz_aware=True, type_registry=TypeRegistry([_DecimalCodec()])
)


def long(value: int) -> int:
    """Return an integer that MongoDB stores as 64 bits: money must not narrow to int32."""
    return Int64(value)


class MongoStore(Store):
    """The driver behind the Store protocol; with a session, inside its transaction."""

    def __init__(
        self, database: AsyncDatabase[Document], session: AsyncClientSession | None = None
    ) -> None:
        self._database = database
        self._session = session

    async def _reach(self, name: str) -> AsyncCollection[Document]:
        """Return a collection to read or change; a subclass may have to send something first."""
        return self._database.get_collection(name, codec_options=CODEC)

    async def _run(
        self, call: Callable[[], Awaitable[T]], *, timeout_s: float = OPERATION_TIMEOUT_S
    ) -> T:
        """Run one driver call under the deadline and translate what it raises.

        Outside a transaction a write conflict is only bad luck with a neighbour, so the
        single-document write is repeated; inside, the whole transaction is.
        """
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                with pymongo.timeout(time_left(timeout_s)):
                    return await call()
            except driver_errors.DuplicateKeyError as error:
                pattern = (error.details or {}).get("keyPattern", {})
                raise DuplicateKeyError(index=",".join(pattern)) from error
            except driver_errors.OperationFailure as error:
                if self._session is not None:
                    raise
                if error.timeout:
                    raise UnavailableError("the database did not answer in time") from error
                if error.code != WRITE_CONFLICT or attempt == MAX_ATTEMPTS:
                    raise
                await asyncio.sleep(jitter_s(attempt))
            except driver_errors.ConnectionFailure as error:
                if self._session is not None:
                    raise
                raise UnavailableError("the database does not answer") from error
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def find_one(
        self, collection: str, query: Document, *, projection: Document | None = None
    ) -> Document | None:
        target = await self._reach(collection)
        return await self._run(
            lambda: target.find_one(query, projection=projection, session=self._session)
        )

    async def find_many(
        self,
        collection: str,
        query: Document,
        *,
        limit: int,
        sort: Sort | None = None,
        projection: Document | None = None,
    ) -> list[Document]:
        target = await self._reach(collection)

        async def call() -> list[Document]:
            cursor = target.find(
                query, projection=projection, sort=sort, limit=limit, session=self._session
            )
            return await cursor.to_list()

        return await self._run(call)

    async def insert_one(self, collection: str, document: Document) -> None:
        target = await self._reach(collection)
        await self._run(lambda: target.insert_one(document, session=self._session))

    async def insert_many(self, collection: str, documents: list[Document]) -> None:
        if not documents:
            return
        target = await self._reach(collection)
        try:
            await self._run(lambda: target.insert_many(documents, session=self._session))
        except driver_errors.BulkWriteError as error:
            if any(item.get("code") == 11000 for item in error.details.get("writeErrors", [])):
                raise DuplicateKeyError from error
            raise

    async def update_one(
        self, collection: str, query: Document, update: Document, *, upsert: bool = False
    ) -> int:
        target = await self._reach(collection)
        result = await self._run(
            lambda: target.update_one(query, update, upsert=upsert, session=self._session)
        )
        return result.matched_count or (1 if result.upserted_id is not None else 0)

    async def update_many(self, collection: str, query: Document, update: Document) -> int:
        target = await self._reach(collection)
        result = await self._run(lambda: target.update_many(query, update, session=self._session))
        return result.matched_count

    async def update_each(
        self, collection: str, ids: list[str], query: Document, update: Document
    ) -> int:
        if not ids:
            return 0
        target = await self._reach(collection)
        each = [UpdateOne({**query, "_id": one}, update) for one in ids]
        result = await self._run(
            lambda: target.bulk_write(each, ordered=False, session=self._session)
        )
        return result.matched_count

    async def find_one_and_update(
        self,
        collection: str,
        query: Document,
        update: Document,
        *,
        upsert: bool = False,
        after: bool = True,
        projection: Document | None = None,
    ) -> Document | None:
        target = await self._reach(collection)
        document: Document | None = await self._run(
            lambda: target.find_one_and_update(
                query,
                update,
                upsert=upsert,
                projection=projection,
                return_document=ReturnDocument.AFTER if after else ReturnDocument.BEFORE,
                session=self._session,
            )
        )
        return document

    async def delete_one(self, collection: str, query: Document) -> int:
        target = await self._reach(collection)
        result = await self._run(lambda: target.delete_one(query, session=self._session))
        return result.deleted_count

    async def delete_many(self, collection: str, query: Document) -> int:
        target = await self._reach(collection)
        result = await self._run(lambda: target.delete_many(query, session=self._session))
        return result.deleted_count

    async def aggregate(
        self,
        collection: str,
        pipeline: list[Document],
        *,
        limit: int,
        timeout_s: float | None = None,
    ) -> list[Document]:
        target = await self._reach(collection)

        async def call() -> list[Document]:
            cursor = await target.aggregate([*pipeline, {"$limit": limit}], session=self._session)
            return await cursor.to_list()

        return await self._run(call, timeout_s=timeout_s or OPERATION_TIMEOUT_S)


def jitter_s(attempt: int) -> float:
    """Return 5-200 ms, doubling with the attempt, half of it random."""
    top_ms = min(200, 10 * 2**attempt)
    half_ms: float = top_ms / 2
    return (half_ms + secrets.randbelow(top_ms * 500) / 1000) / 1000


def plain(document: Mapping[str, Any]) -> Document:
    """Return a document with the driver's integers and decimals as Python's own."""
    return {
        key: int(value) if isinstance(value, Int64) else value for key, value in document.items()
    }
