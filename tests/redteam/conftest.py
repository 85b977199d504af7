"""One world for all attacks: making people takes longer than playing hundreds of cases."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from fastapi import FastAPI

from app.core.config import Settings
from app.core.keys import KeyRing
from app.domains.chat.understanding.understander import ModelUnderstander, load_understander
from app.main import create_app
from app.services import model_store
from tests.api.conftest import client_of
from tests.api.talking import served
from tests.conftest import connect, emptied
from tests.redteam.playing import Stage, make_stage, neighbour_talks
from tests.redteam.world import make_world


@pytest.fixture(scope="session")
def understander() -> ModelUnderstander:
    """The shipped intent model, read once."""
    settings = Settings()
    return load_understander(settings.models_dir, trust=model_store(settings).trust)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served_app(
    embedded_mongo_url: str,
    embedded_redis_url: str,
    migrated_name: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[FastAPI]:
    """The application on an empty, migrated database, for all tests of a module."""
    folder = tmp_path_factory.mktemp("redteam")
    KeyRing.generate().save(folder / "keys.json")
    settings = Settings(
        mongo_url=embedded_mongo_url.replace("/finnami?", f"/{migrated_name}?"),
        redis_url=embedded_redis_url,
        mongo_embedded=True,
        key_file=folder / "keys.json",
        own_models_dir=folder / "models",
        frontend_dir=folder / "no-pages",
        argon2="19m",
        chat_warm=False,
        request_deadline_s=20,
        log_level="ERROR",
    )
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        yield application
    database = connect(embedded_mongo_url, migrated_name)
    await emptied(database)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(served_app: FastAPI, understander: ModelUnderstander) -> AsyncIterator[Stage]:
    """A served application with its people, and a model in the attacker's hands."""
    async with client_of(served_app) as client:
        world = await make_world(served_app, client)
        async with served(served_app, close=lambda: world.services.chat.close()) as live:
            made = make_stage(world, live, understander)
            await neighbour_talks(made)
            yield made
