"""What a repository may ask of the database, with or without a transaction around it."""

from typing import Any, Protocol

from app.core.errors import FinNamiError

Document = dict[str, Any]
Sort = list[tuple[str, int]]


class DuplicateKeyError(FinNamiError):
    """A unique index refused the write. Inside a transaction the transaction is lost."""

    status = 409
    code = "duplicate"
    title = "Already there"


class Store(Protocol):
    """Typed access to collections. Every list has a limit and every call a deadline.

    Raises DuplicateKeyError from writes, UnavailableError when the database does not answer.
    """

    async def find_one(
        self, collection: str, query: Document, *, projection: Document | None = None
    ) -> Document | None:
        """Return one document or None."""
        ...

    async def find_many(
        self,
        collection: str,
        query: Document,
        *,
        limit: int,
        sort: Sort | None = None,
        projection: Document | None = None,
    ) -> list[Document]:
        """Return at most `limit` documents. The query must be a bounded range (one owner)."""
        ...

    async def insert_one(self, collection: str, document: Document) -> None:
        """Insert one document."""
        ...

    async def insert_many(self, collection: str, documents: list[Document]) -> None:
        """Insert documents in order; an empty list is a no-op."""
        ...

    async def update_one(
        self, collection: str, query: Document, update: Document, *, upsert: bool = False
    ) -> int:
        """Update one document; return how many matched (an upsert that inserts counts as 1)."""
        ...

    async def update_many(self, collection: str, query: Document, update: Document) -> int:
        """Update all that match, or none; return how many matched."""
        ...

    async def update_each(
        self, collection: str, ids: list[str], query: Document, update: Document
    ) -> int:
        """Update those of these documents that match, each by itself; return how many matched."""
        ...

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
        """Update one document atomically and return it as it is after (or was before)."""
        ...

    async def delete_one(self, collection: str, query: Document) -> int:
        """Delete one document; return how many were deleted."""
        ...

    async def delete_many(self, collection: str, query: Document) -> int:
        """Delete all that match, or none; return how many were deleted."""
        ...

    async def aggregate(
        self,
        collection: str,
        pipeline: list[Document],
        *,
        limit: int,
        timeout_s: float | None = None,
    ) -> list[Document]:
        """Run a pipeline and return at most `limit` documents.

        `timeout_s` is for work that nobody waits for; the usual deadline otherwise.
        """
        ...
