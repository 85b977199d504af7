"""Consents to a provider in MongoDB: one document a person, and the texts they are given to."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from app.core.schema import CollectionSpec
from app.core.store import Document, Store
from app.domains.chat.consent_types import (
    CONSENT_VERSION,
    Consent,
    ConsentText,
    LastRedaction,
    Provider,
)
from app.domains.chat.talk_types import LANGUAGES

CONSENTS: Final = "chat_consents"
SPECS: Final = (
    CollectionSpec(
        CONSENTS,
        validator={
            "bsonType": "object",
            "required": ["_id", "provider", "host", "version", "sha256", "share_figures", "at"],
        },
    ),
)
_HERE: Final = Path(__file__).resolve().parents[1] / "consents"


async def find(store: Store, owner: str) -> Consent | None:
    """Return a person's consent, to whichever provider it was given."""
    found = await store.find_one(CONSENTS, {"_id": owner})
    return None if found is None else _opened(found)


async def put(store: Store, consent: Consent) -> None:
    """Keep a consent in place of the one before."""
    values: Document = {
        "provider": consent.provider,
        "host": consent.host,
        "version": consent.version,
        "language": consent.language,
        "sha256": consent.sha256,
        "share_figures": consent.share_figures,
        "at": consent.at,
        "schema_version": 1,
    }
    await store.update_one(CONSENTS, {"_id": consent.owner}, {"$set": values}, upsert=True)


async def remove(store: Store, owner: str) -> int:
    """Forget a consent; from here on nothing leaves."""
    return await store.delete_one(CONSENTS, {"_id": owner})


async def note(
    store: Store, owner: str, *, turn: str, at: datetime, counts: Mapping[str, int]
) -> None:
    """Keep what was replaced in a turn that left; without a consent there is nothing to note."""
    last = {"turn": turn, "at": at, "counts": dict(counts)}
    await store.update_one(CONSENTS, {"_id": owner}, {"$set": {"last": last}})


def text(language: str, provider: Provider) -> ConsentText:
    """Return the text in force about a provider, in the language or else in English."""
    lang = language[:2].lower()
    own = lang if lang in LANGUAGES else "en"
    title, paragraphs, kinds = _read(own)
    who = {"{provider}": provider.name, "{model}": provider.model, "{host}": provider.host}
    for hole, word in who.items():
        paragraphs = tuple(one.replace(hole, word) for one in paragraphs)
    digest = sha256("\n".join((CONSENT_VERSION, own, title, *paragraphs)).encode()).hexdigest()
    return ConsentText(CONSENT_VERSION, own, title, paragraphs, kinds, digest)


@cache
def _read(language: str) -> tuple[str, tuple[str, ...], Mapping[str, str]]:
    raw = json.loads((_HERE / f"{CONSENT_VERSION}.{language}.json").read_text(encoding="utf-8"))
    return raw["title"], tuple(raw["paragraphs"]), raw["kinds"]


def _opened(found: Document) -> Consent:
    last = found.get("last")
    return Consent(
        owner=found["_id"],
        provider=found["provider"],
        host=found["host"],
        version=found["version"],
        language=found["language"],
        sha256=found["sha256"],
        share_figures=bool(found["share_figures"]),
        at=found["at"],
        last=None if last is None else LastRedaction(last["turn"], last["at"], last["counts"]),
    )
