"""The migration runner: declared collections first, then ordered scripts, under one lease."""

import hashlib
import importlib.util
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app.core.clock import Clock
from app.core.db import Database
from app.core.errors import ConflictError
from app.core.schema import CollectionSpec
from app.core.store import Document, DuplicateKeyError

LOCK = "schema_lock"
APPLIED = "schema_migrations"
LEASE = timedelta(seconds=120)

Up = Callable[[Database, Callable[[str], None]], Awaitable[None]]


class SchemaError(ConflictError):
    """The database does not fit this code; the detail names the migration."""

    code = "schema_mismatch"
    title = "The database schema does not fit this version"


@dataclass(frozen=True, slots=True)
class Migration:
    """One script `NNNN_name.py` with `async def up(db, progress)`; forward only."""

    name: str
    checksum: str
    path: Path

    def load(self) -> Up:
        """Return the script's `up`. Raises SchemaError when it has none."""
        spec = importlib.util.spec_from_file_location(f"migration_{self.name}", self.path)
        if spec is None or spec.loader is None:
            raise SchemaError(f"{self.path.name} cannot be loaded")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        up: Up | None = getattr(module, "up", None)
        if up is None:
            raise SchemaError(f"{self.path.name} has no up(db, progress)")
        return up


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """What is applied, what waits, and what does not belong."""

    applied: tuple[str, ...]
    pending: tuple[str, ...]
    unknown: tuple[str, ...]
    """Applied by newer code: this code must not start on it."""
    changed: tuple[str, ...]
    """Applied with another text than the file has now."""

    def require_ready(self) -> None:
        """Raise SchemaError unless this code may run on the database as it is."""
        if self.unknown:
            raise SchemaError(f"the database is newer than this code: {', '.join(self.unknown)}")
        if self.changed:
            raise SchemaError(f"migrations changed after they ran: {', '.join(self.changed)}")
        if self.pending:
            raise SchemaError(
                f"run `finnami db migrate` first: {', '.join(self.pending)}",
                pending=list(self.pending),
            )


def discover(folder: Path) -> list[Migration]:
    """Return the scripts of a folder in order."""
    return [
        Migration(path.stem, hashlib.sha256(path.read_bytes()).hexdigest(), path)
        for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.py"))
    ]


async def status(db: Database, migrations: Sequence[Migration]) -> SchemaStatus:
    """Compare the scripts with what the database says it has run."""
    rows = await db.find_many(APPLIED, {}, limit=1000)
    done = {row["_id"]: row["checksum"] for row in rows}
    known = {migration.name: migration.checksum for migration in migrations}
    return SchemaStatus(
        applied=tuple(name for name in known if name in done),
        pending=tuple(name for name in known if name not in done),
        unknown=tuple(sorted(name for name in done if name not in known)),
        changed=tuple(name for name in known if name in done and done[name] != known[name]),
    )


async def create_collections(db: Database, specs: Iterable[CollectionSpec]) -> None:
    """Create missing collections and indexes and set validators; nothing is ever dropped."""
    existing = set(await db.driver.list_collection_names())
    for spec in specs:
        validator: Document = {"$jsonSchema": spec.validator} if spec.validator else {}
        if spec.name not in existing:
            await db.driver.create_collection(spec.name, validator=validator)
        elif validator:
            await db.driver.command("collMod", spec.name, validator=validator)
        collection = db.driver[spec.name]
        have = set(await collection.index_information()) if spec.indexes else set()
        for index in spec.indexes:
            if index.stored_name not in have:
                await collection.create_index(list(index.keys), **index.options())


async def migrate(
    db: Database,
    specs: Iterable[CollectionSpec],
    migrations: Sequence[Migration],
    *,
    clock: Clock,
    owner: str,
    progress: Callable[[str], None],
) -> SchemaStatus:
    """Bring the database to this code's schema; a second runner is refused while one works.

    Raises SchemaError when another runner holds the lease or the database is newer.
    """
    await _take_lease(db, owner=owner, clock=clock)
    try:
        await create_collections(db, specs)
        before = await status(db, migrations)
        if before.unknown or before.changed:
            before.require_ready()
        for migration in migrations:
            if migration.name in before.pending:
                progress(f"migration {migration.name}")
                await migration.load()(db, progress)
                await db.insert_one(
                    APPLIED,
                    {"_id": migration.name, "checksum": migration.checksum, "at": clock.now()},
                )
        return await status(db, migrations)
    finally:
        await db.delete_one(LOCK, {"_id": "lease", "owner": owner})


async def _take_lease(db: Database, *, owner: str, clock: Clock) -> None:
    now = clock.now()
    lease = {"owner": owner, "until": now + LEASE}
    taken = await db.find_one_and_update(
        LOCK, {"_id": "lease", "until": {"$lt": now}}, {"$set": lease}
    )
    if taken is not None:
        return
    try:
        await db.insert_one(LOCK, {"_id": "lease", **lease})
    except DuplicateKeyError:
        raise SchemaError("another migration is running; try again when it has ended") from None
