"""A person's book begins once, also when many calls ask for it at the same moment."""

import asyncio

import pytest

from app.core.db import Database
from app.domains.imports.repository import batches
from app.domains.imports.repository.batches import Book


@pytest.mark.row("PA1")
async def test_book_begins_once_for_calls_that_race(db: Database) -> None:
    for person in ("a", "b", "c"):
        found = await asyncio.gather(*(batches.book(db, person) for _ in range(12)))
        assert set(found) == {Book(person, 0, 0, 0)}
