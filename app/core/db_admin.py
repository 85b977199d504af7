"""Calls to a document database from outside any service: is it up, and its first user."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pymongo
from pymongo import AsyncMongoClient
from pymongo import errors as driver_errors

APP_USER = "app"
APP_DATABASE = "finnami"
USER_EXISTS = 51003

Client = AsyncMongoClient[dict[str, Any]]


def answers(url: str, *, timeout_s: float = 3.0) -> bool:
    """Tell whether the server behind `url` accepts these credentials and still transacts."""

    async def ping(client: Client) -> None:
        # `ping` needs no credential on some servers; the handshake of this read does.
        await client.admin.command("ping")
        database = client.get_default_database(APP_DATABASE)
        await database.command("listCollections", nameOnly=True)
        # The embedded server can serve reads while no transaction gets on any more.
        async with client.start_session() as session, await session.start_transaction():
            await database["none"].find_one({"_id": 0}, session=session)

    try:
        _run(url, ping, timeout_s=timeout_s)
    except driver_errors.PyMongoError:
        return False
    return True


def create_app_user(
    port: int, password: str, *, any_database: bool = False, timeout_s: float = 20.0
) -> None:
    """Create the application's user on a loopback server that runs without --auth.

    The user may read, write and index the database `finnami`, nothing else;
    `any_database` widens that to every database, for tests that take a fresh name each.
    A user that is there already gets this password and these roles: running twice
    equals running once. Raises pymongo's ConnectionFailure when nothing answers in time.
    """
    if any_database:
        roles = [
            {"role": "readWriteAnyDatabase", "db": "admin"},
            {"role": "dbAdminAnyDatabase", "db": "admin"},
        ]
    else:
        roles = [{"role": role, "db": APP_DATABASE} for role in ("readWrite", "dbAdmin")]

    async def create(client: Client) -> None:
        try:
            await client.admin.command("createUser", APP_USER, pwd=password, roles=roles)
        except driver_errors.OperationFailure as error:
            if error.code != USER_EXISTS:
                raise
            await client.admin.command("updateUser", APP_USER, pwd=password, roles=roles)

    url = f"mongodb://127.0.0.1:{port}/?directConnection=true&retryWrites=false"
    _run(url, create, timeout_s=timeout_s)


def _run(url: str, work: Callable[[Client], Awaitable[None]], *, timeout_s: float) -> None:
    """Run `work` on a short-lived client, under one deadline for all of it."""

    async def main() -> None:
        client: Client = AsyncMongoClient(url, serverSelectionTimeoutMS=int(timeout_s * 1000))
        try:
            with pymongo.timeout(timeout_s):
                await work(client)
        finally:
            await client.close()

    # A thread of its own: the caller's may hold a running loop, as a test runner's does.
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(lambda: asyncio.run(main())).result()
