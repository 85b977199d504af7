"""Reads server-sent lines of a completion: bounded, and whatever is odd about them is an error."""

from typing import Any, Final

import orjson

from app.domains.chat.errors import EngineError

LINE_MAX: Final = 256 * 1024
ANSWER_MAX: Final = 4 * 1024 * 1024
ENDS_WELL: Final = frozenset({"stop", "tool_calls", "function_call"})


class Lines:
    """Puts lines together from whatever pieces the net brings."""

    def __init__(self) -> None:
        self._rest = b""
        self._read = 0
        self.finish: str | None = None
        self.done = False

    def take(self, piece: bytes) -> list[dict[str, Any]]:
        """Return the chunks that are whole now. Raises EngineError for garbage and excess."""
        self._read += len(piece)
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        if self._read > ANSWER_MAX or len(self._rest) > LINE_MAX:
            raise EngineError("the provider sends too much")
        return [chunk for line in lines if (chunk := self._chunk(line.strip())) is not None]

    def close(self) -> None:
        """Take the end. Raises EngineError when the answer was cut, by length or by the net."""
        if self.finish is None or self._rest.strip():
            raise EngineError("the provider's answer is cut")
        if self.finish not in ENDS_WELL:
            raise EngineError(f"the provider ended with {self.finish[:40]!r}")

    def _chunk(self, line: bytes) -> dict[str, Any] | None:
        if not line or line.startswith((b":", b"event:", b"id:", b"retry:")) or self.done:
            return None
        if not line.startswith(b"data:"):
            raise EngineError("the provider sends no events")
        data = line[5:].strip()
        if data == b"[DONE]":
            self.done = True
            return None
        try:
            found = orjson.loads(data)
        except ValueError as error:
            raise EngineError("the provider sends no JSON") from error
        if not isinstance(found, dict) or "error" in found:
            raise EngineError("the provider sends an error")
        return found

    def choice(self, chunk: dict[str, Any]) -> dict[str, Any]:
        """Return the delta of a chunk's only choice, empty when it has none."""
        choices = chunk.get("choices")
        if choices is None or choices == []:
            return {}
        if not isinstance(choices, list) or not isinstance(choices[0], dict):
            raise EngineError("the provider's chunk has another form")
        reason = choices[0].get("finish_reason")
        if reason is not None:
            self.finish = str(reason)
        delta = choices[0].get("delta")
        return delta if isinstance(delta, dict) else {}
