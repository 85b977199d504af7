"""The one middleware: request id, deadline, in-flight cap, size cap, headers, metrics, log line."""

import re
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.errors import http_error, problem
from app.api.metrics import Metrics
from app.core.deadline import deadline_in
from app.core.errors import FinNamiError, UnavailableError

Message = MutableMapping[str, Any]

MAX_BODY_BYTES = 64 * 1024
UPLOAD_PATHS = frozenset({"/v1/imports", "/v1/imports/preview"})
MAX_UPLOAD_BYTES = 7 * 1024 * 1024
"""A file of 5 MiB in base64, and what is said about it."""
FILES_PREFIX = "/v1/imports"
FILES_DEADLINE_S = 30.0
STREAM_PREFIXES = ("/v1/conversations", "/v1/quotes/stream")
STREAM_DEADLINE_S = 30.0
EVENT_STREAM = b"text/event-stream; charset=utf-8"
API_PREFIXES = ("/v1", "/docs", "/openapi.json", "/livez", "/readyz", "/metrics", "/.well-known")

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_COMMON = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=(), payment=()"),
)
_API_ONLY = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
_HSTS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")


class Site(Protocol):
    """The built front end."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a GET or HEAD outside the API."""
        ...


class TooLargeError(FinNamiError):
    """The body passed the cap; reading stopped there."""

    status = 413
    code = "too_large"
    title = "The request body is too large"


class OneMiddleware:
    """Everything that each request needs, in one pure-ASGI step."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        site: Site,
        metrics: Metrics,
        in_flight_max: int,
        deadline_s: float,
        https: bool,
    ) -> None:
        self._app = app
        self._site = site
        self._metrics = metrics
        self._in_flight_max = in_flight_max
        self._deadline_s = deadline_s
        self._https = https
        self._log = structlog.get_logger("finnami.http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or hand lifespan through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        is_api = path.startswith(API_PREFIXES)
        if not is_api and scope["method"] in ("GET", "HEAD"):
            await self._site(scope, receive, self._with_headers(send, scope, is_api=False))
            return
        await self._api(scope, receive, send)

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        answer = _Answer(
            self._with_headers(send, scope, is_api=True, request_id=request_id), self._metrics
        )
        if self._metrics.in_flight >= self._in_flight_max:
            self._metrics.shed_total += 1
            await self._refuse(UnavailableError("too busy"), scope, receive, answer)
            return
        self._metrics.in_flight += 1
        answer.counted = True
        seconds = self._deadline_s
        if scope["path"].startswith(STREAM_PREFIXES):
            seconds = STREAM_DEADLINE_S
        elif scope["path"].startswith(FILES_PREFIX):
            seconds = FILES_DEADLINE_S
        try:
            with deadline_in(seconds):
                await self._app(scope, _capped(receive, scope), answer)
        except FinNamiError as error:
            await self._refuse(error, scope, receive, answer)
        except Exception:  # noqa: BLE001 - the edge of the process: logged, answered, paged
            self._log.exception("request_failed", request_id=request_id, path=scope["path"])
            await self._refuse(http_error(500), scope, receive, answer)
        finally:
            answer.settle()
            answer.end()
            ended = time.perf_counter() if answer.streams_since is None else answer.streams_since
            self._finish(scope, answer, request_id, ended - started)

    async def _refuse(
        self, error: FinNamiError, scope: Scope, receive: Receive, answer: "_Answer"
    ) -> None:
        if answer.status is None:
            response = problem(error, request_id=scope["state"]["request_id"])
            await response(scope, receive, answer)

    def _finish(self, scope: Scope, answer: "_Answer", request_id: str, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        status = answer.status or 499
        self._metrics.observe(route=route, method=scope["method"], status=status, seconds=seconds)
        self._log.info(
            "request",
            request_id=request_id,
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
        )

    def _with_headers(
        self, send: Send, scope: Scope, *, is_api: bool, request_id: str | None = None
    ) -> Callable[[Message], Awaitable[None]]:
        added = [*_COMMON]
        if self._https:
            added.append(_HSTS)
        if request_id is not None:
            added.append((b"x-request-id", request_id.encode()))
        docs = scope["path"].startswith("/docs")

        async def wrapped(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                present = {name.lower() for name, _ in headers}
                defaults = [*added, *(_API_ONLY if is_api and not docs else ())]
                headers += [item for item in defaults if item[0] not in present]
                message = {**message, "headers": headers}
            await send(message)

        return wrapped


class _Answer:
    """Remembers the status that went out, so that nothing is answered twice.

    An event stream leaves the count of requests in flight when it begins: it is bounded where
    it is made, and five hundred readers must not shut the door on everybody else.
    """

    def __init__(self, send: Callable[[Message], Awaitable[None]], metrics: Metrics) -> None:
        self._send = send
        self._metrics = metrics
        self.status: int | None = None
        self.counted = False
        self.streams_since: float | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if (b"content-type", EVENT_STREAM) in message.get("headers", ()):
                self.settle()
                self.streams_since = time.perf_counter()
                self._metrics.streams += 1
        await self._send(message)

    def settle(self) -> None:
        """Take the request out of the count; repeating it changes nothing."""
        if self.counted:
            self.counted = False
            self._metrics.in_flight -= 1

    def end(self) -> None:
        """Count a stream that ended."""
        if self.streams_since is not None:
            self._metrics.streams -= 1


def _request_id(scope: Scope) -> str:
    """Return the client's request id when it is harmless, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text: str = value.decode("latin-1")
            if _REQUEST_ID.fullmatch(text):
                return text
    return secrets.token_hex(8)


def _uploads(scope: Scope) -> bool:
    """Tell whether the request may bring a file: never from somebody without a token."""
    if scope["method"] != "POST" or scope["path"] not in UPLOAD_PATHS:
        return False
    return any(name == b"authorization" for name, _ in scope["headers"])


def _capped(receive: Receive, scope: Scope) -> Receive:
    """Stop reading a body at the cap, whatever its Content-Length promised."""
    cap = MAX_UPLOAD_BYTES if _uploads(scope) else MAX_BODY_BYTES
    refusal = TooLargeError(f"A request body may have at most {cap // 1024} KiB here")
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > cap:
            raise refusal
    seen = 0

    async def capped() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > cap:
            raise refusal
        return message

    return capped
