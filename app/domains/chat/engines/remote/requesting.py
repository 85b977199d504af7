"""One request to a model: its text as it comes, the tools it wants, what it cost."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from pydantic_ai import ModelMessage, ModelResponse, ToolCallPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from app.domains.chat.engines.remote.wire import ChatCompletions
from app.domains.chat.errors import EngineError
from app.domains.chat.remote_types import RemoteSettings
from app.domains.chat.rules.memory import quarters, tokens
from app.domains.chat.talk_types import EventName, TalkEvent


class Step:
    """One request of an answer, and what came of it."""

    def __init__(
        self,
        model: ChatCompletions,
        messages: list[ModelMessage],
        tools: Sequence[ToolDefinition],
        most_tokens: int,
    ) -> None:
        self._model = model
        self._messages = messages
        self._asked = ModelRequestParameters(function_tools=list(tools))
        self._most = most_tokens
        self.tokens_out = 0
        self.response = ModelResponse(parts=[])

    @property
    def calls(self) -> list[ToolCallPart]:
        """Return the tools it wants called."""
        return [part for part in self.response.parts if isinstance(part, ToolCallPart)]

    async def pieces(self, far: RemoteSettings) -> AsyncGenerator[str | TalkEvent]:
        """Yield pieces of text and what it cost.

        The prompt is paid for once it is sent, so that leaving half-way is not free.
        """
        prompt = size_of(self._messages)
        ahead = far.cost_micro(prompt, 0)
        yield TalkEvent(EventName.USAGE, {"cost_micro": ahead})
        said = 0
        settings = ModelSettings(max_tokens=self._most)
        async with self._model.request_stream(self._messages, settings, self._asked) as stream:
            async with aclosing(stream.texts()) as texts:
                async for text in texts:
                    said += quarters(text)
                    if said > 4 * self._most:
                        raise EngineError("the model says too much")
                    yield text
            self.response = stream.get()
            used = stream.usage
        counted_in = used.input_tokens or prompt
        self.tokens_out = used.output_tokens or -(-said // 4)
        cost = far.cost_micro(counted_in, self.tokens_out)
        yield TalkEvent(
            EventName.USAGE,
            {
                "tokens_in": counted_in,
                "tokens_out": self.tokens_out,
                "cost_micro": max(0, cost - ahead),
            },
        )


def size_of(messages: Sequence[ModelMessage]) -> int:
    """Return how many tokens messages are at most, about."""
    return sum(
        tokens(str(getattr(part, "content", "") or ""))
        for message in messages
        for part in message.parts
    )
