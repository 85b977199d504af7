"""A provider's answer read for its text alone is the answer that its events tell."""

import json
from datetime import UTC, datetime

import pytest
from pydantic_ai import ModelRequest, ModelResponse
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.usage import RequestUsage

from app.domains.chat.engines.remote.wire import ChatCompletions, client
from app.domains.chat.errors import EngineError
from app.domains.chat.remote_types import RemoteSettings
from tests.fakes.chat.provider import Calls, Raw, Reply, Says, provider

pytestmark = pytest.mark.row("CH5")
AT = datetime(2026, 11, 26, tzinfo=UTC)


def chunk(delta: object) -> bytes:
    body = {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def call(name: str) -> object:
    function = {"name": name, "arguments": "{}"}
    return {"tool_calls": [{"index": 0, "id": "c0", "type": "function", "function": function}]}


END = (
    b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n\ndata: [DONE]\n\n'
)
BOTH = chunk({"content": "Let "}) + chunk(call("x__y")) + chunk({"content": "me look."}) + END


async def read(
    reply: Reply, *, events: bool
) -> tuple[list[str], list[tuple[str, str, str]], RequestUsage]:
    """Return the pieces of text, the parts of the response, and what it cost."""
    said: list[str] = []
    async with provider(lambda body, n: reply) as far, client() as http:
        model = ChatCompletions(RemoteSettings(far.url, "far-1", "Far"), http, bytes, at=AT)
        asked = [ModelRequest.user_text_prompt("Hello")]
        async with model.request_stream(asked, None, ModelRequestParameters()) as stream:
            if events:
                async for _ in stream:
                    pass
            else:
                said = [text async for text in stream.texts()]
        return said, parts_of(stream.get()), stream.usage


def parts_of(response: ModelResponse) -> list[tuple[str, str, str]]:
    return [
        (
            part.part_kind,
            str(getattr(part, "content", "")) or str(getattr(part, "tool_name", "")),
            str(getattr(part, "args", "")),
        )
        for part in response.parts
    ]


class TestTexts:
    @pytest.mark.parametrize(
        "reply",
        [
            Says(["One ", "two ", "", "three."]), Calls([("x__y", {"a": 1}), ("x__z", {})]),
            Raw(BOTH),
        ],
        ids=["text", "calls", "text around a call"],
    )  # fmt: skip
    async def test_response_afterwards_is_the_one_of_the_events(self, reply: Reply) -> None:
        said, parts, usage = await read(reply, events=False)
        _, told, spent = await read(reply, events=True)

        assert parts == told
        assert usage == spent
        assert "".join(said) == "".join(text for kind, text, _ in parts if kind == "text")

    async def test_answer_without_an_end_is_an_error(self) -> None:
        with pytest.raises(EngineError):
            await read(Raw(chunk({"content": "Let "})), events=False)
