"""What a replay of a decision finds: the same bytes, differences, or what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.decisions import DecisionRecord, canonical_json


class MissingForReplayError(Exception):
    """Something the decision rested on is gone; the message names it."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The comparison of a stored decision with the one made again from it."""

    decision_id: str
    kind: str
    missing: tuple[str, ...] = ()
    differences: tuple[str, ...] = field(default=())

    @property
    def identical(self) -> bool:
        """Tell whether the same bytes came out."""
        return not self.missing and not self.differences


def compare(stored: DecisionRecord, made: DecisionRecord) -> tuple[str, ...]:
    """Return every place where two records differ; empty when they are the same bytes."""
    if canonical_json(stored.content()) == canonical_json(made.content()):
        return ()
    found = tuple(_differences(stored.content(), made.content(), ""))
    return found or ("the canonical bytes differ",)


def _differences(stored: Any, made: Any, place: str) -> Iterator[str]:
    if isinstance(stored, Mapping) and isinstance(made, Mapping):
        for key in sorted({*stored, *made}):
            where = f"{place}.{key}" if place else str(key)
            if key not in stored or key not in made:
                yield f"{where}: only in the {'stored' if key in stored else 'new'} record"
            else:
                yield from _differences(stored[key], made[key], where)
        return
    if _is_list(stored) and _is_list(made) and len(stored) == len(made):
        for number, (one, other) in enumerate(zip(stored, made, strict=True)):
            yield from _differences(one, other, f"{place}[{number}]")
        return
    if canonical_json(stored) != canonical_json(made):
        yield f"{place}: stored {_short(stored)}, made again {_short(made)}"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _short(value: Any) -> str:
    text = canonical_json(value).decode()
    return text if len(text) <= 80 else text[:77] + "..."
