"""An in-memory database for service tests: the Store protocol, transactions, unique indexes.

`abort_first=True` throws away the first attempt of every transaction, as a write conflict
does: a service whose body is not repeatable gives another result and its test fails.
"""

import copy
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

from app.core.clock import Clock
from app.core.schema import CollectionSpec
from app.core.sidecar import Sidecar
from app.core.store import Document, DuplicateKeyError, Sort, Store
from app.core.uow import Transaction
from tests.fakes.clock import FakeClock
from tests.fakes.query import apply, matches, project, sort_key

T = TypeVar("T")


class MemoryStore(Store):
    def __init__(self, data: dict[str, dict[Any, Document]], unique: Mapping[str, list[Any]]):
        self._data = data
        self._unique = unique

    def rows(self, collection: str) -> dict[Any, Document]:
        return self._data.setdefault(collection, {})

    def _check_unique(self, collection: str, document: Document) -> None:
        for index in self._unique.get(collection, []):
            if index.partial and not matches(document, index.partial):
                continue
            keys = [key for key, _ in index.keys]
            value = [document.get(key) for key in keys]
            if any(item is None for item in value):
                continue
            for other in self.rows(collection).values():
                same = [other.get(key) for key in keys] == value
                if same and other["_id"] != document["_id"]:
                    raise DuplicateKeyError(index=",".join(keys))

    def _put(self, collection: str, document: Document) -> None:
        self._check_unique(collection, document)
        self.rows(collection)[document["_id"]] = copy.deepcopy(document)

    def _find(self, collection: str, query: Document) -> list[Document]:
        return [row for row in self.rows(collection).values() if matches(row, query)]

    async def find_one(self, collection, query, *, projection=None):
        found = self._find(collection, query)
        return project(found[0], projection) if found else None

    async def find_many(
        self, collection, query, *, limit, sort: Sort | None = None, projection=None
    ):
        assert limit > 0, "every list has a limit"
        found = self._find(collection, query)
        for key, direction in reversed(sort or []):
            found.sort(key=lambda row, key=key: sort_key(row, key), reverse=direction < 0)
        return [project(row, projection) for row in found[:limit]]

    async def insert_one(self, collection: str, document: Document) -> None:
        if "_id" not in document:
            raise AssertionError("documents name their own _id")
        if document["_id"] in self.rows(collection):
            raise DuplicateKeyError(index="_id")
        self._put(collection, document)

    async def insert_many(self, collection: str, documents: list[Document]) -> None:
        for document in documents:
            await self.insert_one(collection, document)

    async def update_one(
        self, collection: str, query: Document, update: Document, *, upsert: bool = False
    ) -> int:
        found = await self.find_one_and_update(collection, query, update, upsert=upsert)
        return 0 if found is None else 1

    async def update_many(self, collection: str, query: Document, update: Document) -> int:
        found = self._find(collection, query)
        for row in found:
            self._put(collection, apply(row, update, inserting=False))
        return len(found)

    async def update_each(
        self, collection: str, ids: list[str], query: Document, update: Document
    ) -> int:
        return sum([await self.update_one(collection, {**query, "_id": i}, update) for i in ids])

    async def find_one_and_update(
        self, collection, query, update, *, upsert=False, after=True, projection=None
    ):
        found = self._find(collection, query)
        if found:
            before = copy.deepcopy(found[0])
            changed = apply(found[0], update, inserting=False)
            self._put(collection, changed)
            return project(changed if after else before, projection)
        if not upsert:
            return None
        seed = {
            key: value
            for key, value in query.items()
            if not key.startswith("$") and not isinstance(value, dict)
        }
        created = apply(seed, update, inserting=True)
        await self.insert_one(collection, created)
        return project(created, projection) if after else None

    async def delete_one(self, collection: str, query: Document) -> int:
        found = self._find(collection, query)[:1]
        for row in found:
            del self.rows(collection)[row["_id"]]
        return len(found)

    async def delete_many(self, collection: str, query: Document) -> int:
        found = self._find(collection, query)
        for row in found:
            del self.rows(collection)[row["_id"]]
        return len(found)

    async def aggregate(self, collection, pipeline, *, limit, timeout_s=None):
        raise NotImplementedError("aggregations are tested on the embedded server")


class MemoryTransaction(MemoryStore, Transaction):
    def __init__(self, data: dict[str, dict[Any, Document]], unique: Mapping[str, list[Any]]):
        MemoryStore.__init__(self, data, unique)
        Transaction.__init__(self)

    async def change(self, collection: str, query: Document, update: Document) -> None:
        assert await self.update_one(collection, query, update) == 1, "it matched when it was read"


class FakeDatabase(MemoryStore):
    """`published` and `audited` list what committed transactions collected, in order."""

    def __init__(
        self,
        *specs: Iterable[CollectionSpec],
        abort_first: bool = False,
        sidecar: Sidecar | None = None,
        clock: Clock | None = None,
    ) -> None:
        flat = [spec for group in specs for spec in group]
        unique = {spec.name: [i for i in spec.indexes if i.unique] for spec in flat}
        super().__init__({}, unique)
        self._abort_first = abort_first
        self._sidecar = sidecar
        self._clock = clock or FakeClock()
        self.published: list[Any] = []
        self.audited: list[Any] = []
        self.sealed: list[tuple[str, str]] = []
        self.transactions_total = 0

    async def transaction(
        self, work: Callable[[Transaction], Awaitable[T]], *, timeout_s: float = 2.0
    ) -> T:
        self.transactions_total += 1
        if self._abort_first:
            lost = MemoryTransaction(copy.deepcopy(self._data), self._unique)
            await work(lost)
        tx = MemoryTransaction(copy.deepcopy(self._data), self._unique)
        result = await work(tx)
        if self._sidecar is not None:
            await self._sidecar.before_commit(tx, self._clock.now())
        self._data = tx._data
        self.published += tx.events
        self.audited += tx.audits
        self.sealed += tx.seals
        return result

    async def ping(self) -> None:
        return None
