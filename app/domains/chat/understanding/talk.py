"""What is said between requests: yes, no, and follow-ups that lean on the last request."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from app.domains.chat.talk_types import Slot, TalkState, Understood
from app.domains.chat.understanding.folding import fold
from app.domains.chat.understanding.slots.lexicon import DATA

#: A follow-up is short; longer texts ask for themselves.
MAX_FOLLOW_UP: Final = 80
_MAX_ANSWER: Final = 24


def yes_or_no(text: str) -> str | None:
    """Return `yes` or `no` when the message is only that."""
    if len(text) > _MAX_ANSWER * 2:
        return None
    said = " ".join(_words(fold(text).text))
    if not said or len(said) > _MAX_ANSWER:
        return None
    table = _table()
    return next((answer for answer in ("yes", "no") if said in table[answer]), None)


def only_slots(text: str, slots: tuple[Slot, ...]) -> bool:
    """Tell whether a short text says nothing beside its slots and joining words."""
    if not slots or len(text) > MAX_FOLLOW_UP:
        return False
    rest, last = "", 0
    for slot in slots:
        rest += f"{text[last : slot.start]} "
        last = slot.end
    words = _words(fold(rest + text[last:]).text)
    return all(word in _table()["also"] for word in words)


def carried(understood: Understood, state: TalkState) -> Mapping[str, str]:
    """Return the slots that hold now: those just said over those of the same request before."""
    said = {slot.name: slot.value for slot in understood.slots}
    return {**state.slots, **said} if understood.intent == state.intent else said


def _words(text: str) -> list[str]:
    return re.findall(r"[\u3400-\u9fff]+|(?:[^\W_\u3400-\u9fff]|[\u0900-\u0963]|')+", text)


@lru_cache(maxsize=1)
def _table() -> dict[str, frozenset[str]]:
    raw = json.loads((DATA / "talk.json").read_text(encoding="utf-8"))
    return {
        kind: frozenset(" ".join(_words(fold(word).text)) for word in words)
        for kind, words in raw.items()
    }
