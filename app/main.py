"""The API process: settings, connections and services for the lifetime of one event loop."""

import asyncio
import gc
import importlib.util
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

from fastapi import FastAPI

from app.api.factory import build_api
from app.api.web import StaticSite
from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.logging import configure_logging
from app.core.migrate import discover, status
from app.domains.chat.assembling import house_ports
from app.domains.chat.remote_types import RemoteSettings
from app.domains.chat.tools.factory import ChatTools
from app.domains.chat.turn_ports import ChatPorts
from app.domains.chat.understanding.understander import load_understander
from app.services import (
    Ports,
    build,
    connect_gate,
    load_keys,
    migrations_dir,
    model_store,
    open_database,
    stored_scorers,
)
from app.worker.arq_queue import ArqQueue


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    clock = SystemClock()
    keys = load_keys(settings)
    gate = await connect_gate(settings)
    db = open_database(settings, clock)
    jobs = await ArqQueue.connect(settings.redis_url or "")
    services = model_watch = warming = None
    try:
        (await status(db, discover(migrations_dir()))).require_ready()
        db.nudge_with(jobs.nudge)
        ports = Ports(jobs=jobs, scorers=stored_scorers(settings, keys), chat=_chat(settings))
        services = build(settings, db=db, gate=gate, keys=keys, clock=clock, ports=ports)
        app.state.services = services
        await services.fraud.in_force.refresh()
        model_watch = asyncio.create_task(services.fraud.in_force.keep())
        # What lives from here on is long-lived: keep the collector from walking it each time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 200)
        app.state.ready = True
        if settings.chat_warm:
            # Beside everything else: nobody waits for it but who writes before it is done.
            warming = asyncio.create_task(services.chat.warm())
        yield
        app.state.ready = False
    finally:
        for task in (model_watch, warming):
            if task is not None:
                task.cancel()
        if services is not None:
            services.close()
        await jobs.close()
        await gate.close()
        await db.close()


def _chat(settings: Settings) -> Callable[[ChatTools], ChatPorts]:
    """Return what makes chat's parts; the intent model is read when it is first used."""
    trust = model_store(settings).trust
    load = partial(load_understander, settings.models_dir, trust=trust)
    return partial(
        house_ports,
        load=load,
        far=_far(settings),
        day_cap_micro=settings.chat_day_cap_micro,
        total_cap_micro=settings.chat_total_cap_micro,
    )


def _far(settings: Settings) -> RemoteSettings | None:
    """Return the provider of the settings, None when every answer is made here.

    Raises ValueError when what speaks to one is not installed.
    """
    if settings.chat_url is None:
        return None
    if importlib.util.find_spec("pydantic_ai") is None:
        raise ValueError("FINNAMI_CHAT_URL needs the extra `remote`: pip install 'finnami[remote]'")
    return RemoteSettings(
        url=settings.chat_url,
        model=settings.chat_model or "",
        name=settings.chat_provider or urlsplit(settings.chat_url).netloc,
        key=settings.chat_key.get_secret_value() if settings.chat_key else "",
        price_in=settings.chat_price_in,
        price_out=settings.chat_price_out,
        first_token_s=settings.chat_first_token_s,
    )


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application: what uvicorn calls, and tests with settings of their own."""
    settings = settings or Settings()
    configure_logging(settings.log_level)
    https = settings.public_url.startswith("https://")
    site = StaticSite.load(settings.frontend_dir, public_url=settings.public_url)
    app = build_api(
        _lifespan,
        site=site,
        in_flight_max=settings.in_flight_max,
        deadline_s=settings.request_deadline_s,
        https=https,
    )
    app.state.settings = settings
    app.state.ready = False
    return app
