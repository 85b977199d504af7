"""Builds the HTTP application: routes, one middleware, one error handler, the docs."""

import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from app.api import docs, errors, openapi
from app.api.metrics import Metrics
from app.api.middleware import OneMiddleware, Site
from app.api.policy import policy_of
from app.api.routes import all_routers, api_routes

VERSION = "0.1.0"

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def build_api(
    lifespan: Lifespan | None,
    *,
    site: Site,
    in_flight_max: int = 512,
    deadline_s: float = 2.0,
    https: bool = False,
) -> FastAPI:
    """Return the application. Raises AssertionError when a route breaks the house's rules."""
    metrics = Metrics()
    app = FastAPI(
        title="FinNami",
        version=VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        generate_unique_id_function=lambda route: route.name,
        middleware=[
            Middleware(
                OneMiddleware,
                site=site,
                metrics=metrics,
                in_flight_max=in_flight_max,
                deadline_s=deadline_s,
                https=https,
            )
        ],
    )
    app.state.metrics = metrics
    errors.install(app)
    docs.install(app)
    for router in all_routers():
        app.include_router(router)
    _check_routes()
    _document_once(app)
    return app


def _document_once(app: FastAPI) -> None:
    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.build_document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _check_routes() -> None:
    """Refuse to start with a route that is open by mistake, blocking, or not unique by name."""
    names: set[str] = set()
    for route in api_routes():
        if policy_of(route.endpoint) is None:
            raise AssertionError(f"{route.path}: the route {route.name} declares no policy")
        if not inspect.iscoroutinefunction(route.endpoint):
            raise AssertionError(f"{route.path}: {route.name} must be async")
        if route.name in names:
            raise AssertionError(f"two routes are named {route.name}")
        names.add(route.name)
