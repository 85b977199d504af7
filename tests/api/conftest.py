"""The whole API in process, on the embedded servers: a client whose calls are real requests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.core.db import Database
from app.core.keys import KeyRing
from app.main import create_app
from app.services import AppServices


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    KeyRing.generate().save(path)
    return path


@pytest.fixture
async def app(
    db: Database,
    embedded_mongo_url: str,
    embedded_redis_url: str,
    key_file: Path,
    tmp_path: Path,
) -> AsyncIterator[FastAPI]:
    """The application on an empty, migrated database."""
    settings = Settings(
        mongo_url=embedded_mongo_url.replace("/finnami?", f"/{db.name}?"),
        redis_url=embedded_redis_url,
        mongo_embedded=True,
        key_file=key_file,
        own_models_dir=tmp_path / "models",
        frontend_dir=key_file.parent / "no-pages",
        argon2="19m",
        chat_warm=False,
        request_deadline_s=20,
        log_level="INFO",
    )
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
def services(app: FastAPI) -> AppServices:
    found: AppServices = app.state.services
    return found


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as made:
        yield made
