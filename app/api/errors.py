"""Refusals as problem+json (RFC 9457): one shape, stable codes, no echo of what was sent."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

from app.core.errors import (
    FinNamiError,
    ForbiddenError,
    InvalidInputError,
    RateLimitedError,
    UnauthenticatedError,
    UnavailableError,
)

MEDIA_TYPE = "application/problem+json"
MAX_LISTED = 20


class FieldProblem(BaseModel):
    """One field that was refused."""

    field: str = Field(examples=["body.amount"])
    message: str = Field(examples=["Input should be a valid string"])
    code: str = Field(examples=["string_type"])


class Problem(BaseModel):
    """Why a request was refused. `code` is stable: clients branch on it, never on the text."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["The input is not valid"])
    status: int = Field(examples=[422])
    code: str = Field(examples=["invalid_input"])
    detail: str
    request_id: str


class ValidationProblem(Problem):
    """A malformed payload, field by field."""

    errors: list[FieldProblem]


def declared(*errors: type[FinNamiError]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` of a route for the refusals it may give.

    Several errors of one status are listed in its description by their codes.
    """
    by_status: dict[int, list[type[FinNamiError]]] = {}
    refusals: tuple[type[FinNamiError], ...] = (*errors, InvalidInputError)
    for error in refusals:
        by_status.setdefault(error.status, []).append(error)
    return {
        status: {
            "model": ValidationProblem if status == 422 else Problem,
            "description": "; ".join(f"`{e.code}`: {e.title}" for e in dict.fromkeys(group)),
        }
        for status, group in by_status.items()
    }


EVERY_SIGNED_IN = (UnauthenticatedError, ForbiddenError, RateLimitedError, UnavailableError)
"""What every route behind a log-in may answer; app/api/openapi.py adds them to the document."""


def problem(
    error: FinNamiError, *, request_id: str, extra: Mapping[str, Any] | None = None
) -> Response:
    """Return the response for a refusal, with the headers that belong to it."""
    body = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "request_id": request_id,
        **error.fields,
        **(extra or {}),
    }
    if error.status == 422:
        body.setdefault("errors", [])
    headers = {}
    if error.status == 401:
        headers["www-authenticate"] = 'Bearer realm="finnami"'
    retry_after_s = error.fields.get("retry_after_s")
    if isinstance(retry_after_s, int):
        headers["retry-after"] = str(max(1, retry_after_s))
    content = orjson.dumps(body, default=str)
    return Response(content, status_code=error.status, media_type=MEDIA_TYPE, headers=headers)


class MalformedRequestError(FinNamiError):
    """The body is no JSON at all."""

    status = 400
    code = "malformed_request"
    title = "The request could not be read"


class _HttpError(FinNamiError):
    """What the framework itself refuses: unknown path, wrong method, unreadable body."""

    def __init__(self, status: int, code: str, title: str) -> None:
        super().__init__(title)
        # Instance attributes on purpose: the framework's statuses are not a class each.
        # Class-wide in the tree of errors; here one class stands for any HTTP status.
        self.status = status  # type: ignore[misc]
        self.code = code  # type: ignore[misc]
        self.title = title  # type: ignore[misc]


_FRAMEWORK = {
    400: (MalformedRequestError.code, MalformedRequestError.title),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "This address does not take that method"),
    413: ("too_large", "The request body is too large"),
    415: ("unsupported_media_type", "Send application/json"),
}


def http_error(status: int) -> FinNamiError:
    """Return the refusal for a status of the framework."""
    code, title = _FRAMEWORK.get(status, ("http_error", "The request was refused"))
    return _HttpError(status, code, title)


def _request_id(request: Request) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))


async def on_refusal(request: Request, error: Exception) -> Response:
    """Answer a FinNamiError."""
    assert isinstance(error, FinNamiError)  # noqa: S101 - registered for this class only
    return problem(error, request_id=_request_id(request))


async def on_invalid(request: Request, error: Exception) -> Response:
    """Answer a payload that does not fit its model, naming the fields but not their values."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    listed = [
        {
            "field": ".".join(str(part) for part in item["loc"]),
            "message": item["msg"],
            "code": item["type"],
        }
        for item in error.errors()[:MAX_LISTED]
    ]
    refusal = InvalidInputError("; ".join(f"{i['field']}: {i['message']}" for i in listed[:3]))
    return problem(refusal, request_id=_request_id(request), extra={"errors": listed})


async def on_http(request: Request, error: Exception) -> Response:
    """Answer the framework's own refusals in our shape."""
    assert isinstance(error, StarletteHTTPException)  # noqa: S101 - registered for this class only
    response = problem(http_error(error.status_code), request_id=_request_id(request))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(FinNamiError, on_refusal)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(StarletteHTTPException, on_http)
