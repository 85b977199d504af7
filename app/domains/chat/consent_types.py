"""Consent to a provider outside, and what of a text would leave for it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

#: The text a consent is given to; another text asks everybody anew.
CONSENT_VERSION: Final = "2026-11"


@dataclass(frozen=True, slots=True)
class Provider:
    """Who would read messages outside this installation: a name, a model, the host it runs on."""

    name: str
    model: str
    host: str


@dataclass(frozen=True, slots=True)
class ConsentText:
    """What is shown before anything leaves, with the hash a consent is stored with.

    `kinds` tells what is replaced: kind → its name in this language.
    """

    version: str
    language: str
    title: str
    paragraphs: tuple[str, ...]
    kinds: Mapping[str, str]
    sha256: str


@dataclass(frozen=True, slots=True)
class LastRedaction:
    """What was replaced in the newest turn that left: counts by kind, never a value."""

    turn: str
    at: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Consent:
    """A person's consent to one provider on one host, to one version of the text."""

    owner: str
    provider: str
    host: str
    version: str
    language: str
    sha256: str
    share_figures: bool
    at: datetime
    last: LastRedaction | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as a provider would see it, and how often what was replaced."""

    text: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Known:
    """What this installation knows of a person and must not say outside.

    `country` is where her national phone numbers are from.
    """

    owner: str
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    births: tuple[date, ...] = ()
    emails: tuple[str, ...] = ()
    country: str = ""


KnownFacts = Callable[[str], Awaitable[Known]]
"""Returns what is known of a person."""
