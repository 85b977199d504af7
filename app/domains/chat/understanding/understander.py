"""Understanding a message: screen, intent, language, slots, and what it leans on."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from app.domains.chat.talk_types import LANGUAGES, Names, Slot, TalkState, Understood
from app.domains.chat.understanding.folding import MAX_CHARS, plainly
from app.domains.chat.understanding.safety import screen
from app.domains.chat.understanding.slots.recogniser import recognise
from app.domains.chat.understanding.slots.wanted import REQUIRED, missing
from app.domains.chat.understanding.talk import only_slots, yes_or_no
from app.ml.features.language import script_language
from app.ml.features.text import normalise
from app.ml.features.vectors import installed_vectors
from app.ml.registry import TrustCheck
from app.ml.serving.intents import Understanding, load_shipped

#: What a rule recognises; a name that only looks like one does not make a text a follow-up.
SURE: Final = frozenset(
    {"amount", "currency", "percent", "quantity", "date", "date_range", "frequency", "reference"}
)
#: Fewer letters than these do not tell a language: the user's own is taken, unless it is behind
#: by so many nats. Of short texts nine in ten in another language are so, one in thirty in her own.
LETTERS: Final = 12
CLEARLY: Final = 20.0


class Intents(Protocol):
    """What tells intents."""

    @property
    def plain(self) -> bool:
        """Return whether it reads without sentence vectors."""
        ...

    def understand(self, text: str) -> Understanding:
        """Return what one message asks for."""
        ...


class ModelUnderstander:
    """Understands by the shipped intent model and the rules of slots; never fails on a text."""

    def __init__(self, intents: Intents) -> None:
        self._intents = intents

    @property
    def plain(self) -> bool:
        """Return whether it reads without sentence vectors."""
        return self._intents.plain

    def read(self, text: str) -> Understanding:
        """Return the intent and the language by the text alone."""
        return self._intents.understand(plainly(text[:MAX_CHARS]))

    def understand(
        self,
        text: str,
        *,
        locale: str,
        names: Names,
        today: datetime,  # noqa: ARG002 - ranges stay words, the tools resolve them
        state: TalkState | None = None,
        reading: object = None,
    ) -> Understood:
        """Return what a message asks for; `state` is what a follow-up may lean on."""
        part = text[:MAX_CHARS]
        found = reading if isinstance(reading, Understanding) else self.read(text)
        lang = _language(part, found, locale)
        follows = _follow_up(part, state, names, lang)
        screened = screen(text)
        hit = None if screened is None else screened.value
        if follows is not None and hit is None:
            return follows
        slots = recognise(part, intent=found.label, lang=lang, names=names)
        return Understood(
            lang=lang,
            intent=found.label,
            confidence=found.confidence,
            abstain=found.abstain,
            second=found.second,
            fires=found.fires and hit is None and not missing(found.label, _named(slots, names)),
            slots=slots,
            answer=yes_or_no(part),
            screen=hit,
            meant=found.asks and hit is None,
            plain=self.plain,
        )


def load_understander(models_dir: Path, *, trust: TrustCheck) -> ModelUnderstander:
    """Return an understander with the shipped model this installation can serve.

    Raises ArtefactError when no model is there or none is trusted.
    """
    return ModelUnderstander(load_shipped(models_dir, vectors=installed_vectors(), trust=trust))


def lacks(understood: Understood) -> tuple[str, ...]:
    """Return the slots an action still needs before it may be drafted, each by its first name."""
    return missing(understood.intent, frozenset(slot.name for slot in understood.slots))


def complete(text: str, *, intent: str, lang: str) -> bool:
    """Tell whether a text names every part that its action cannot do without."""
    part = text[:MAX_CHARS]
    slots = recognise(part, intent=intent, lang=lang)
    return not missing(intent, _named(slots, Names()))


def _named(slots: tuple[Slot, ...], names: Names) -> frozenset[str]:
    """Return the slots that are there; an instrument only when it can be one that is listed."""
    listed = frozenset(names.instruments.values())
    return frozenset(
        slot.name
        for slot in slots
        if slot.name != "instrument" or slot.value in listed or _ticker(slot)
    )


def _language(text: str, found: Understanding, locale: str) -> str:
    told, own = found.lang, locale[:2].lower()
    if script_language(normalise(text)) is None and own in LANGUAGES:
        letters = sum(char.isalpha() for char in text[: LETTERS * 8])
        if letters < LETTERS and found.behind.get(own, 0.0) < CLEARLY:
            return own
    return told if told in LANGUAGES else "en"


def _follow_up(text: str, state: TalkState | None, names: Names, lang: str) -> Understood | None:
    """Return the earlier intent with new slots when a short text holds nothing but slots."""
    if state is None or state.intent is None or yes_or_no(text):
        return None
    tongue = state.lang if state.lang in LANGUAGES else lang
    slots = recognise(text, intent=state.intent, lang=str(tongue), names=names)
    known = frozenset(value for group in _groups(names) for value in group.values())
    if not all(slot.name in SURE or slot.value in known or _ticker(slot) for slot in slots):
        return None
    if not only_slots(text, slots):
        return None
    # The adviser asked for a part of an action, and here it is: the action may be drafted now.
    asked = state.intent in REQUIRED and any(slot.name == state.asked for slot in slots)
    lacking = missing(state.intent, _named(slots, names) | frozenset(state.slots))
    return Understood(
        lang=str(tongue), intent=state.intent, confidence=1.0, abstain=False, second=state.intent,
        fires=asked and not lacking, slots=slots, meant=asked,
    )  # fmt: skip


def _groups(names: Names) -> tuple[Mapping[str, str], ...]:
    return names.instruments, names.goals, names.accounts, names.recipients, names.merchants


def _ticker(slot: Slot) -> bool:
    return slot.name == "instrument" and slot.value.isascii() and slot.value.isupper()
