"""The last room before the net: masks every text of a request's bytes, or lets none out."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import orjson

from app.domains.chat.errors import EngineError
from app.domains.chat.redaction.masking import Masker

#: Keys whose values are the wire's own words: roles, ids of calls, names of tools.
_OWN: Final = frozenset({"role", "type", "name", "id", "tool_call_id", "model"})
Mask = Callable[[str], str]


class EgressError(EngineError):
    """A request could not be made safe; it stays here."""

    code = "egress_refused"
    title = "The request could not be redacted"


class Egress:
    """Guards the requests of one turn. `own` are our texts, which hold nobody's data."""

    def __init__(self, masker: Masker, *, own: frozenset[str]) -> None:
        self._masker = masker
        self._own = own

    def __call__(self, content: bytes) -> bytes:
        """Return a request's bytes as they may leave. Raises EgressError when in doubt."""
        try:
            body = orjson.loads(content)
            messages = [self._message(row) for row in body["messages"]]
            self._still(messages)
            return orjson.dumps({**body, "messages": messages})
        except EgressError:
            raise
        except Exception as error:
            # Whatever went wrong, unmasked text must not leave: any fault closes the way out.
            raise EgressError(type(error).__name__) from error

    def _message(self, row: dict[str, Any]) -> dict[str, Any]:
        role, content = row["role"], row.get("content")
        if role == "system":
            if content not in self._own:
                raise EgressError("an instruction that is not ours")
            return row
        mask = {"user": self._masker.said, "assistant": self._masker.told}.get(role)
        if content is not None:
            row = {**row, "content": mask(content) if mask else self._data(content)}
        if "tool_calls" in row:
            row = {**row, "tool_calls": [self._call(call) for call in row["tool_calls"]]}
        return row

    def _call(self, call: dict[str, Any]) -> dict[str, Any]:
        function = call["function"]
        return {**call, "function": {**function, "arguments": self._data(function["arguments"])}}

    def _data(self, text: str) -> str:
        """Mask JSON inside a text, so that no escape hides anything; else the text itself."""
        try:
            found = orjson.loads(text)
        except ValueError:
            return self._masker.told(text)
        return orjson.dumps(self._walked(found, self._masker.plain)).decode()

    def _walked(self, value: Any, mask: Mask) -> Any:
        if isinstance(value, str):
            return mask(value)
        if isinstance(value, list):
            return [self._walked(one, mask) for one in value]
        if isinstance(value, dict):
            return {
                mask(key): self._walked(one, self._masker.told if key == "untrusted" else mask)
                for key, one in value.items()
            }
        return value

    def _still(self, messages: list[dict[str, Any]]) -> None:
        """Mask what was masked: it must hold nothing more, and never the person's own id."""
        for text in _texts(messages):
            if text not in self._own and self._masker.plain(text) != text:
                raise EgressError("something was left to mask")


def _texts(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if key not in _OWN:
            yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, key)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _texts(one, name)
