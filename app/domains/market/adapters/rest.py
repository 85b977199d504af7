"""A provider's REST side: bounded GETs whose refusals have names. The one user of httpx here."""

from collections.abc import Mapping
from typing import Any, Self

import httpx

from app.domains.market.adapters.wire_words import MalformedMessageError, ThrottledError, parsed
from app.domains.market.errors import FeedRefusedError

TIMEOUT_S = 5.0
MAX_BYTES = 4 * 1024 * 1024
THROTTLES = (418, 429)
REFUSALS = (401, 403)


class RestAwayError(Exception):
    """The provider's REST side did not answer in time or in a usable way."""


class Rest:
    """GETs below one address, with the provider's headers."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._base_url = base_url.rstrip("/")
        self._client = httpx.AsyncClient(
            headers=dict(headers), timeout=TIMEOUT_S, follow_redirects=False
        )

    async def __aenter__(self) -> Self:
        """Return the client itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get(self, path: str, query: Mapping[str, str]) -> Any:
        """Return the parsed answer.

        Raises ThrottledError, FeedRefusedError, RestAwayError, MalformedMessageError.
        """
        body = bytearray()
        try:
            async with self._client.stream(
                "GET", f"{self._base_url}{path}", params=dict(query)
            ) as answer:
                if answer.status_code in THROTTLES:
                    raise ThrottledError("too many requests", _retry_after_s(answer))
                if answer.status_code in REFUSALS:
                    raise FeedRefusedError(f"the provider answers {answer.status_code} to {path}")
                if answer.status_code != httpx.codes.OK:
                    raise RestAwayError(f"{path} answers {answer.status_code}")
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > MAX_BYTES:
                        raise MalformedMessageError("the answer is too large")
        except httpx.HTTPError as error:
            # Never the address: a key may be part of it.
            raise RestAwayError(type(error).__name__) from error
        return parsed(bytes(body))


def _retry_after_s(answer: httpx.Response) -> float:
    try:
        return max(0.0, min(3600.0, float(answer.headers.get("retry-after", "0"))))
    except ValueError:
        return 0.0
