"""All routes of the application in one flat list, for the start-up checks and the document."""

from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.routing import APIRoute

from app.api import health
from app.api.v1 import ROUTERS


def all_routers() -> tuple[APIRouter, ...]:
    """Return every router, in the order of the documentation."""
    return (*ROUTERS, health.router)


def api_routes() -> Iterator[APIRoute]:
    """Yield every route. Routers are included without a prefix, so a route knows its own path."""
    for router in all_routers():
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield route
