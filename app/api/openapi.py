"""The OpenAPI document: what FastAPI knows, plus who may call and what each call may refuse."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.api.errors import EVERY_SIGNED_IN, MalformedRequestError, declared
from app.api.event_stream import MEDIA_TYPE as EVENT_STREAM
from app.api.policy import Audience, policy_of
from app.api.routes import api_routes
from app.core.errors import FinNamiError, RateLimitedError, UnavailableError

DESCRIPTION = """FinNami's one door for the web app, mobile apps and developers.

Sign in with `POST /v1/auth/login`, finish with `POST /v1/auth/login/totp`, then send the access
token as `Authorization: Bearer`. Calls that move money need an `Idempotency-Key` header: repeat
a call with the same key and body to retry safely. Refusals are `application/problem+json`;
branch on `code`. Amounts are decimal strings with their currency.
"""


def build_document(app: FastAPI) -> dict[str, Any]:
    """Return the document; the same routes always give the same bytes."""
    document = get_openapi(
        title="FinNami",
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        openapi_version="3.1.0",
    )
    document["components"].setdefault("securitySchemes", {})["bearer"] = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
    }
    for route in api_routes():
        if route.include_in_schema:
            for method in route.methods or ():
                _describe(document["paths"][route.path_format][method.lower()], route)
    return document


def _describe(operation: dict[str, Any], route: APIRoute) -> None:
    rule = policy_of(route.endpoint)
    if rule is None:
        return
    common: tuple[type[FinNamiError], ...] = EVERY_SIGNED_IN
    if rule.audience is Audience.PUBLIC:
        common = (RateLimitedError, UnavailableError)
    else:
        operation["security"] = [{"bearer": []}]
    operation["x-finnami-policy"] = {
        "audience": rule.audience.value,
        "roles": sorted(rule.roles),
        "rate": rule.rate.value,
    }
    if "requestBody" in operation and "400" not in operation["responses"]:
        common = (*common, MalformedRequestError)
    for status, response in declared(*common).items():
        known = operation["responses"].get(str(status))
        if known is None:
            schema = {"$ref": "#/components/schemas/Problem"}
            operation["responses"][str(status)] = {
                "description": response["description"],
                "content": {"application/problem+json": {"schema": schema}},
            }
    for status, response in operation["responses"].items():
        for kind in ("application/json", EVENT_STREAM):
            if int(status) >= 400 and kind in response.get("content", {}):
                content = response["content"].pop(kind)
                response["content"]["application/problem+json"] = content
