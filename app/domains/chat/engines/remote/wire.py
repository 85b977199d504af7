"""Chat completions over HTTP as a pydantic-ai model: one POST, bounded, cancelled by closing it.

pydantic-ai has such a model on the openai package; it costs 0.7 ms a token where this costs a
tenth (docs/decisions/0063). The two are compared in the tests.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import httpx2
import orjson
from pydantic_ai import ModelMessage, ModelResponse, ModelResponseStreamEvent, RunContext
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from app.domains.chat.engines.remote.lines import Lines
from app.domains.chat.engines.remote.mapping import body_of
from app.domains.chat.errors import EngineError
from app.domains.chat.remote_types import RemoteSettings

CONNECT_S: Final = 3.0
READ_S: Final = 60.0
"""A net of its own; how long anybody waits is the budget of the turn."""
CALLS_MAX: Final = 8

Guard = Callable[[bytes], bytes]
"""What the bytes of a request pass last before they leave; it raises when they may not."""


def client() -> httpx2.AsyncClient:
    """Return the connections of a process: kept warm, no redirects, no proxy of the environment."""
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(READ_S, connect=CONNECT_S),
        limits=httpx2.Limits(
            max_connections=256, max_keepalive_connections=32, keepalive_expiry=300
        ),
        follow_redirects=False,
        trust_env=False,
    )


class ChatCompletions(Model[httpx2.AsyncClient]):
    """A model at a URL, for one turn: every request goes through the guard of that turn."""

    def __init__(
        self, far: RemoteSettings, http: httpx2.AsyncClient, guard: Guard, *, at: datetime
    ) -> None:
        super().__init__()
        self._far = far
        self._http = http
        self._guard = guard
        self._at = at

    @property
    def model_name(self) -> str:
        """Return the model's name."""
        return self._far.model

    @property
    def system(self) -> str:
        """Return the provider's name."""
        return self._far.name

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Return a whole response: a stream that is read to its end."""
        async with self.request_stream(messages, model_settings, model_request_parameters) as found:
            async for _ in found:
                pass
        return found.get()

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,  # noqa: ARG002 - pydantic-ai's signature
    ) -> AsyncGenerator["Streamed"]:
        """Send a request; leaving the block closes the connection of an unfinished answer.

        Raises EngineError for whatever the net or the provider does.
        """
        limit = (model_settings or {}).get("max_tokens", 0)
        body = body_of(self._far.model, messages, model_request_parameters, most_tokens=limit)
        content = self._guard(orjson.dumps(body))
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        if self._far.key:
            headers["Authorization"] = f"Bearer {self._far.key}"
        url = f"{self._far.url.rstrip('/')}/chat/completions"
        try:
            async with self._http.stream("POST", url, content=content, headers=headers) as answer:
                if answer.status_code != httpx2.codes.OK:
                    raise EngineError(f"the provider answers {answer.status_code}")
                yield Streamed(
                    model_request_parameters=model_request_parameters,
                    far=self._far,
                    answer=answer,
                    at=self._at,
                )
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
            raise EngineError(f"the provider cannot be reached: {type(error).__name__}") from error


@dataclass
class Streamed(StreamedResponse):
    """An answer as it comes. Pieces that arrive together are passed on together."""

    far: RemoteSettings
    answer: httpx2.Response
    at: datetime
    lines: Lines = field(default_factory=Lines)
    _said: bool = field(default=False, init=False)

    async def texts(self) -> AsyncGenerator[str]:
        """Yield the text as it comes; `get` and `usage` tell the rest afterwards.

        pydantic-ai's events of the same answer pass six generators more at each word.
        """
        later: list[str] = []
        async for piece in self.answer.aiter_bytes():
            text, _ = self._taken(piece)
            if text:
                # The first one has its place among the parts, the others are added to it.
                if self._said:
                    later.append(text)
                else:
                    self._say(text)
                yield text
            if self.lines.done:
                break
        self.lines.close()
        if later:
            self._say("".join(later))

    async def _get_event_iterator(self) -> AsyncIterator[ModelResponseStreamEvent]:
        async for piece in self.answer.aiter_bytes():
            text, events = self._taken(piece)
            for event in events:
                yield event
            for event in self._say(text) if text else ():
                yield event
            if self.lines.done:
                break
        self.lines.close()

    def _taken(self, piece: bytes) -> tuple[str, list[ModelResponseStreamEvent]]:
        """Return the text of what the net brought, and the events of tools it wants called."""
        said: list[str] = []
        events: list[ModelResponseStreamEvent] = []
        for chunk in self.lines.take(piece):
            delta = self.lines.choice(chunk)
            self._count(chunk.get("usage"))
            if isinstance(text := delta.get("content"), str):
                said.append(text)
            for call in delta.get("tool_calls") or ():
                events += self._called(call)
        return "".join(said), events

    def _say(self, text: str) -> list[ModelResponseStreamEvent]:
        self._said = True
        return list(self._parts_manager.handle_text_delta(vendor_part_id="content", content=text))

    def _called(self, call: Any) -> list[ModelResponseStreamEvent]:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict):
            raise EngineError("a call of a tool has another form")
        index = call.get("index", 0)
        if not isinstance(index, int) or not 0 <= index < CALLS_MAX:
            raise EngineError("the provider calls too many tools at once")
        return list(
            self._parts_manager.handle_tool_call_delta_events(
                vendor_part_id=index,
                tool_name=function.get("name"),
                args=function.get("arguments"),
                tool_call_id=call.get("id"),
            )
        )

    def _count(self, usage: Any) -> None:
        if isinstance(usage, dict):
            told = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
            tokens_in, tokens_out = (n if isinstance(n, int) and n >= 0 else 0 for n in told)
            self._usage = RequestUsage(input_tokens=tokens_in, output_tokens=tokens_out)

    async def close_stream(self) -> None:
        """Close the connection: the provider stops writing."""
        await self.answer.aclose()

    @property
    def model_name(self) -> str:
        """Return the model's name."""
        return self.far.model

    @property
    def provider_name(self) -> str:
        """Return the provider's name."""
        return self.far.name

    @property
    def provider_url(self) -> str:
        """Return where it is."""
        return self.far.url

    @property
    def timestamp(self) -> datetime:
        """Return when the turn began."""
        return self.at
