"""Facts that a domain tells those above it: past tense, ids only, written with the change."""

from dataclasses import dataclass, fields
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Event:
    """A fact. Subclasses are frozen slots dataclasses whose fields are ids (text) only.

    A handler re-reads the object: a copy of its state would be stale by the time it runs.
    """

    name: ClassVar[str] = ""

    def ids(self) -> dict[str, str]:
        """Return the ids this fact names, by field."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
