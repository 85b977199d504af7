"""/v1/quotes: what things cost now, with currency, source and age."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query
from pydantic import Field

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.event_stream import MEDIA_TYPE, EventStream, event
from app.api.policy import policy
from app.api.shapes import Out
from app.core.clock import Clock
from app.domains.market.errors import NoPricesError, StreamAwayError, TooManyStreamsError
from app.domains.market.feed_types import Follower
from app.domains.market.types import Quote

SYMBOLS = r"^[A-Z0-9.,=^-]{0,500}$"
EVENT_ID = r"^[0-9]{1,15}-[0-9]{1,15}$"
BEAT_S = 15.0
EVENT_SCHEMA = {
    "title": "One event",
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "Send the last one as Last-Event-ID"},
        "event": {"type": "string", "enum": ["quote", "reset"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "retry": {"type": "integer"},
    },
}
# At most four prices of a symbol in a second reach a client; the newest one always does.
PAUSE_S = 0.25

router = APIRouter(prefix="/v1/quotes", tags=["market"])


class QuoteOut(Out):
    """A last price with its currency, source and age."""

    symbol: str
    price: str = Field(examples=["104.2500"])
    currency: str
    source: str
    market_date: date
    exchange_at: datetime
    received_at: datetime
    stale: bool
    sessions_behind: int | None = Field(
        description="Closes that exist after this price's market day; null when unknown"
    )

    @classmethod
    def of(cls, quote: Quote) -> "QuoteOut":
        """Return the public form."""
        return cls(
            symbol=quote.symbol,
            price=f"{quote.price:f}",
            currency=quote.currency,
            source=quote.source,
            market_date=quote.market_date,
            exchange_at=quote.exchange_at,
            received_at=quote.received_at,
            stale=quote.stale,
            sessions_behind=quote.sessions_behind,
        )


@router.get("", responses=declared(NoPricesError))
@policy("user")
async def list_quotes(
    _: CallerDep,
    services: ServicesDep,
    symbols: Annotated[str, Query(pattern=SYMBOLS)] = "",
) -> list[QuoteOut]:
    """Return last quotes (comma-separated symbols, or all); a stale one says so."""
    found = await services.market.last_quotes(_wanted(symbols))
    return [QuoteOut.of(quote) for _, quote in sorted(found.items())]


@router.get(
    "/stream",
    response_class=EventStream,
    status_code=200,
    responses={
        **declared(NoPricesError, StreamAwayError, TooManyStreamsError),
        200: {
            "description": "Server-sent events: `quote` (data as in GET /v1/quotes, one quote), "
            "`reset` (ask for GET /v1/quotes again) and comments as heartbeats. Reconnect with "
            "`Last-Event-ID` when the stream ends.",
            "content": {MEDIA_TYPE: {"schema": EVENT_SCHEMA}},
        },
    },
)
@policy("user")
async def stream_quotes(
    caller: CallerDep,
    services: ServicesDep,
    symbols: Annotated[str, Query(pattern=SYMBOLS)] = "",
    last_event_id: Annotated[
        str | None, Header(pattern=EVENT_ID, description="The id of the last event you saw")
    ] = None,
) -> EventStream:
    """Follow prices as they change, beginning with the present or with what was missed."""
    follower = await services.live_quotes.follow(
        caller.user_id, _wanted(symbols), after=last_event_id
    )
    events = _events(follower, services.clock, services.settings.quote_stream_s)
    return EventStream(events, release=lambda: services.live_quotes.leave(follower))


async def _events(follower: Follower, clock: Clock, seconds: float) -> AsyncIterator[bytes]:
    """Yield events, at most one per symbol and pause, until the time is over."""
    end_at = clock.monotonic() + seconds
    yield b"retry: 2000\n\n"
    while (left_s := end_at - clock.monotonic()) > 0:
        try:
            async with asyncio.timeout(min(BEAT_S, left_s)):
                await follower.wake.wait()
        except TimeoutError:
            yield b": alive\n\n"
            continue
        if follower.reset:
            yield event(b"{}", name="reset")
            follower.reset = False
        if batch := follower.take():
            yield b"".join(
                event(QuoteOut.of(quote).model_dump_json().encode(), name="quote", event_id=at)
                for at, quote in batch
            )
        if follower.closed:
            return
        await asyncio.sleep(min(PAUSE_S, left_s))


def _wanted(symbols: str) -> tuple[str, ...]:
    return tuple(symbol for symbol in symbols.split(",") if symbol)
