"""Mark the first schema, so that an older image refuses a database newer than itself."""

from collections.abc import Callable

from app.core.db import Database


async def up(db: Database, progress: Callable[[str], None]) -> None:
    """Nothing to move yet: collections and indexes are declared by the domains."""
    await db.ping()
    progress("first schema in place")
