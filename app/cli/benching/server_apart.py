"""A server of the product in a process of its own, beside one that a bench holds itself."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.cli.benching.answer_server import start_server
from app.cli.benching.chat_world import ChatWorld
from app.cli.launch import process
from app.cli.launch.plan import answers_ready
from app.cli.launch.ports import free_port

READY_S = 120.0


@asynccontextmanager
async def server_apart(world: ChatWorld, *, provider_url: str) -> AsyncIterator[int]:
    """Serve the world's database with a provider; yields the port.

    Readers and the provider stay in the bench's process, so that one clock has both ends and
    what the product does after a word is no delay of that word.
    """
    found = world.services.settings
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="finnami-bench-") as place:
        folder = Path(place)
        world.keys.save(folder / "keys.json")
        settings = {
            "FINNAMI_MONGO_URL": str(found.mongo_url),
            "FINNAMI_MONGO_EMBEDDED": "true",
            "FINNAMI_REDIS_URL": str(found.redis_url),
            "FINNAMI_KEY_FILE": str(folder / "keys.json"),
            "FINNAMI_DATA_DIR": str(folder),
            "FINNAMI_LOG_LEVEL": "WARNING",
            "FINNAMI_CHAT_URL": provider_url,
            "FINNAMI_CHAT_MODEL": "scripted",
            "FINNAMI_CHAT_PROVIDER": "Scripted",
        }
        child = start_server(port, settings, log=folder / "server.log")
        try:
            await asyncio.to_thread(
                process.wait_until_ready,
                child,
                lambda: answers_ready(port),
                name="the server",
                timeout_s=READY_S,
            )
            yield port
        finally:
            await asyncio.to_thread(process.stop, child)
