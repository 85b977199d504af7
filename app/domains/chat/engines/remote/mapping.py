"""Messages of a turn as the JSON of chat completions."""

from typing import Any

from pydantic_ai import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    SystemPromptPart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters

from app.domains.chat.errors import EngineError

Json = dict[str, Any]


def body_of(
    model: str, messages: list[ModelMessage], asked: ModelRequestParameters, *, most_tokens: int
) -> Json:
    """Return the body of a request. Raises EngineError for a part this product never makes."""
    body: Json = {
        "model": model,
        "messages": [row for message in messages for row in _rows(message)],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if most_tokens:
        body["max_completion_tokens"] = most_tokens
    if asked.function_tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.parameters_json_schema,
                },
            }
            for tool in asked.function_tools
        ]
    return body


def _rows(message: ModelMessage) -> list[Json]:
    if isinstance(message, ModelRequest):
        return [_asked(part) for part in message.parts]
    return [_answered(message)]


def _asked(part: object) -> Json:
    if isinstance(part, SystemPromptPart):
        return {"role": "system", "content": part.content}
    if isinstance(part, UserPromptPart) and isinstance(part.content, str):
        return {"role": "user", "content": part.content}
    if isinstance(part, ToolReturnPart):
        content = part.model_response_str()
        return {"role": "tool", "tool_call_id": part.tool_call_id, "content": content}
    raise EngineError("a part of a message that has no form on the wire")


def _answered(message: ModelResponse) -> Json:
    text = "".join(part.content for part in message.parts if isinstance(part, TextPart))
    calls = [
        {
            "id": part.tool_call_id,
            "type": "function",
            "function": {"name": part.tool_name, "arguments": part.args_as_json_str()},
        }
        for part in message.parts
        if isinstance(part, ToolCallPart)
    ]
    row: Json = {"role": "assistant", "content": text or None}
    return {**row, "tool_calls": calls} if calls else row
