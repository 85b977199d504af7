"""Hand-picked evil input for every operation: a clear 4xx problem, never a 5xx, never taken."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import redis as redis_py

from app.core.config import Settings
from app.main import create_app
from tests.factories.people import Person
from tests.live import LiveApi

DOCUMENT = create_app(Settings()).openapi()
PARAMETER_EVIL = {
    "operator": '{"$gt":""}',
    "nul": "a%00b",
    "bidi": "%E2%80%AEevil",
    "path traversal": "..%2F..%2Fetc%2Fpasswd",
    "long": "x" * 5000,
    "not a number": "NaN",
    "broken utf-8": "%ff%fe",
}
VALUE_EVIL: dict[str, Any] = {
    "operator": {"$gt": ""},
    "where": {"$where": "sleep(1000)"},
    "nul": "a\x00b",
    "bidi": "\u202eevil",
    "negative": "-1.00",
    "huge number": 10**400,
    "exponent": "1e400",
    "nested list": [[[["x"]]]],
    "null": None,
    "long": "x" * 60_000,
    "surrogate": "\ud800",
}
# An optional field may be null: then only a 5xx is wrong.
MAY_PASS = {"null"}
# Whose only field is words that a person chooses: a figure among them is a word like any other.
PROSE = {"/v1/conversations", "/v1/conversations/search"}
WORDS = {"negative", "exponent"}
DEEP = 5000
RAW_EVIL: dict[str, bytes] = {
    "NaN": b'{"amount": NaN}',
    "Infinity": b'{"amount": -Infinity}',
    "1e400": b'{"amount": 1e400}',
    "deep list": b"[" * DEEP + b"]" * DEEP,
    "deep object": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "not JSON": b"<xml/>",
    "half": b'{"amount": "1',
    "empty": b"",
    "broken utf-8": b'{"name": "\xff\xfe"}',
    "a list": b"[]",
    "a number": b"1",
    "10 MB": b'{"name": "' + b"x" * (10 * 1024 * 1024) + b'"}',
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


WITH_BODY = [(m, p, o) for m, p, o in operations() if "requestBody" in o]
WITH_PARAMETERS = [
    (m, p, o)
    for m, p, o in operations()
    if any(item["in"] in {"path", "query"} for item in o.get("parameters", ()))
]


def label(value: object) -> str | None:
    return value if isinstance(value, str) else None


def properties(operation: dict[str, Any]) -> list[str]:
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(schema.get("properties", {}))


def filled(path: str, value: str = "0123456789abcdefghjk") -> str:
    return "/".join(value if part.startswith("{") else part for part in path.split("/"))


def require_refused(answer: httpx.Response, what: str) -> None:
    """Every evil call ends in a 4xx problem that repeats nothing of what was sent at length."""
    assert 400 <= answer.status_code < 500, (what, answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json", what
    assert answer.json()["status"] == answer.status_code, what
    assert len(answer.content) < 20_000, what


@pytest.fixture
def client(api: LiveApi[Person]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=api.url, timeout=60) as made:
        yield made


@pytest.mark.row("S4")
@pytest.mark.parametrize(("method", "path", "operation"), WITH_BODY, ids=label)
class TestBodies:
    def test_evil_values_in_every_field_are_refused(
        self, method, path, operation, api: LiveApi[Person], client, forget_limits: redis_py.Redis
    ):
        for what, value in VALUE_EVIL.items():
            forget_limits.flushdb()
            body = dict.fromkeys(properties(operation) or ["x"], value)
            answer = client.request(
                method,
                filled(path),
                content=json.dumps(body).encode(),
                headers={**api.headers_of(api.cast), "content-type": "application/json"},
            )
            taken = what in MAY_PASS or (path in PROSE and what in WORDS)
            if not taken or answer.status_code >= 300:
                require_refused(answer, f"{method} {path}: {what}")

    def test_evil_bodies_are_refused(
        self, method, path, operation, api: LiveApi[Person], client, forget_limits: redis_py.Redis
    ):
        for what, content in RAW_EVIL.items():
            forget_limits.flushdb()
            answer = client.request(
                method,
                filled(path),
                content=content,
                headers={**api.headers_of(api.cast), "content-type": "application/json"},
            )
            require_refused(answer, f"{method} {path}: {what}")


@pytest.mark.row("S4")
@pytest.mark.parametrize(("method", "path", "operation"), WITH_PARAMETERS, ids=label)
def test_evil_parameters_never_break_a_route(
    method, path, operation, api: LiveApi[Person], client, forget_limits: redis_py.Redis
):
    names = [item["name"] for item in operation["parameters"] if item["in"] == "query"]
    for what, value in PARAMETER_EVIL.items():
        forget_limits.flushdb()
        query = "&".join(f"{name}={value}" for name in names)
        url = f"{filled(path, value)}?{query}" if query else filled(path, value)
        answer = client.request(method, url, headers=api.headers_of(api.cast))
        assert answer.status_code < 500, (method, path, what, answer.text[:300])
        if "{" in path:
            require_refused(answer, f"{method} {path}: {what}")


@pytest.mark.parametrize(
    "token",
    ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x" * 10_000, "\u00e9\u00e9"],
    ids=["short", "three parts", "alg none", "long", "not ascii"],
)
def test_evil_tokens_are_nobody(token, client):
    headers = {"authorization": f"Bearer {token}".encode()}
    answer = client.get("/v1/me", headers=headers)
    assert answer.status_code in {400, 401}
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_process_survived_all_of_it(api: LiveApi[Person]):
    assert api.process.poll() is None, api.complaints()
    assert "Traceback" not in api.complaints()
