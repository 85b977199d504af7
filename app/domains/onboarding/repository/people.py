"""Facts, answers, replies and consents in MongoDB; personal facts sealed as one blob."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from app.core.envelope import DataKey, Place
from app.core.schema import CollectionSpec
from app.core.store import Document, Store
from app.domains.onboarding.repository import facts
from app.domains.onboarding.risk_types import KnowledgeAnswer, Reading, Topic
from app.domains.onboarding.types import FinancialFacts, KycState, PersonalFacts

PEOPLE = "onboarding"
CONSENTS = "consents"
SCHEMA_VERSION = 1
SPECS = (
    CollectionSpec(PEOPLE),
    CollectionSpec(CONSENTS),
)
_PLACE = Place(PEOPLE, "pii")
_TOPICS = frozenset(topic.value for topic in Topic)
_STEP_FIELDS = {
    "financial": 1,
    "answers": 1,
    "profile_version": 1,
    "kyc": 1,
    "consents": 1,
    "frozen_at": 1,
}


async def find(store: Store, user_id: str) -> Document | None:
    """Return a person's document, or None before her first step."""
    return await store.find_one(PEOPLE, {"_id": user_id})


async def find_steps(store: Store, user_id: str) -> Document | None:
    """Return only what tells which steps are done: every movement of money asks."""
    return await store.find_one(PEOPLE, {"_id": user_id}, projection=_STEP_FIELDS)


def frozen_at(document: Document | None) -> datetime | None:
    """Return since when a person's money is frozen."""
    found: datetime | None = None if document is None else document.get("frozen_at")
    return None if found is None else found.astimezone(UTC)


async def freeze(store: Store, user_id: str, *, at: datetime) -> bool:
    """Freeze a person's money; False when it was frozen before."""
    if frozen_at(await find_steps(store, user_id)) is not None:
        return False
    change = {"$set": {"frozen_at": at}}
    return await store.update_one(PEOPLE, {"_id": user_id}, change, upsert=True) == 1


async def lift(store: Store, user_id: str) -> bool:
    """Lift a freeze; False when there was none."""
    query = {"_id": user_id, "frozen_at": {"$ne": None}}
    return await store.update_one(PEOPLE, query, {"$set": {"frozen_at": None}}) == 1


async def save_facts(store: Store, user_id: str, fields: Document) -> None:
    """Keep the latest facts, as `personal_fields` and `financial_fields` make them."""
    fields = {**fields, "schema_version": SCHEMA_VERSION}
    await store.update_one(PEOPLE, {"_id": user_id}, {"$set": fields}, upsert=True)


def personal_fields(personal: PersonalFacts, key: DataKey, *, at: datetime) -> Document:
    """Return the fields of the personal facts, sealed under the person's key."""
    sealed = key.seal(
        _PLACE,
        {
            "legal_name": personal.legal_name,
            "birth_date": personal.birth_date.isoformat(),
            "country": personal.country,
            "address": personal.address,
            "document_number": personal.document_number,
        },
    )
    return {"pii": sealed, "personal_at": at}


def financial_fields(financial: FinancialFacts, *, at: datetime) -> Document:
    """Return the fields of the financial facts."""
    return {"financial": facts.financial_document(financial), "financial_at": at}


def financial_at(document: Document | None) -> datetime | None:
    """Return when the financial facts last changed."""
    return (document or {}).get("financial_at")


async def save_answers(
    store: Store, user_id: str, answers: dict[int, str], *, at: datetime
) -> None:
    """Keep answers one by one: an unfinished questionnaire continues on another device."""
    changes: Document = {f"answers.{item}": option for item, option in answers.items()}
    changes["answers_at"] = at
    await store.update_one(PEOPLE, {"_id": user_id}, {"$set": changes}, upsert=True)


def personal_of(document: Document | None, key: DataKey) -> PersonalFacts | None:
    """Return the opened personal facts, or None when none were given."""
    if document is None or "pii" not in document:
        return None
    opened = key.open(_PLACE, document["pii"])
    return PersonalFacts(
        legal_name=opened["legal_name"],
        birth_date=date.fromisoformat(opened["birth_date"]),
        country=opened["country"],
        address=opened["address"],
        document_number=opened["document_number"],
    )


def financial_of(document: Document | None) -> FinancialFacts | None:
    """Return the financial facts, or None when none were given."""
    if document is None or "financial" not in document:
        return None
    return facts.financial_facts(document["financial"])


def answers_of(document: Document | None) -> dict[int, str]:
    """Return the answers so far, by item."""
    return {int(item): option for item, option in (document or {}).get("answers", {}).items()}


async def note_profile(store: Store, user_id: str, version: int) -> None:
    """Name the newest version on its person."""
    await store.update_one(PEOPLE, {"_id": user_id}, {"$set": {"profile_version": version}})


def knowledge_of(document: Document | None) -> dict[Topic, KnowledgeAnswer]:
    """Return her first answers to the questions of fact."""
    return {
        Topic(topic): KnowledgeAnswer(row["option"], row["at"], row.get("explained_at"))
        for topic, row in (document or {}).get("knowledge", {}).items()
        if topic in _TOPICS
    }


async def save_knowledge(
    store: Store,
    user_id: str,
    answers: Mapping[Topic, str],
    earlier: Mapping[Topic, KnowledgeAnswer],
    *,
    at: datetime,
) -> None:
    """Keep answers to questions of fact where none, or just the earlier one, stands.

    The condition, not the check before it, decides between two answers at once: the first.
    """
    await store.update_one(
        PEOPLE, {"_id": user_id}, {"$setOnInsert": {"schema_version": SCHEMA_VERSION}}, upsert=True
    )
    for topic, option in answers.items():
        place, was = f"knowledge.{topic}", earlier.get(topic)
        stands: Document = {f"{place}.at": was.answered_at} if was else {place: {"$exists": False}}
        kept = {place: {"option": option, "at": at}}
        await store.update_one(PEOPLE, {"_id": user_id, **stands}, {"$set": kept})


async def note_explained(
    store: Store, user_id: str, topic: Topic, *, sha256: str, at: datetime
) -> None:
    """Keep that an explanation was read, with the hash of its text."""
    place = f"knowledge.{topic}"
    changes: Document = {f"{place}.explained_at": at, f"{place}.explanation": sha256}
    await store.update_one(PEOPLE, {"_id": user_id, place: {"$exists": True}}, {"$set": changes})


def replies_of(document: Document | None) -> dict[str, tuple[Reading, str]]:
    """Return her replies to follow-ups and what each was about."""
    rows = (document or {}).get("follow_ups", {})
    return {code: (Reading(row["reply"]), row["about"]) for code, row in rows.items()}


async def save_replies(
    store: Store, user_id: str, replies: Mapping[str, tuple[Reading, str]], *, at: datetime
) -> None:
    """Keep replies to follow-ups."""
    changes: Document = {
        f"follow_ups.{code}": {"reply": reading.value, "about": about, "at": at}
        for code, (reading, about) in replies.items()
    }
    await store.update_one(PEOPLE, {"_id": user_id}, {"$set": changes}, upsert=True)


async def insert_consent(
    store: Store, user_id: str, *, version: str, language: str, sha256: str, at: datetime
) -> None:
    """Keep that a text was accepted, in a transaction.

    Raises DuplicateKeyError when it already was.
    """
    await store.insert_one(
        CONSENTS,
        {
            "_id": f"{user_id}:{version}",
            "user": user_id,
            "version": version,
            "language": language,
            "sha256": sha256,
            "at": at,
        },
    )
    await store.update_one(
        PEOPLE, {"_id": user_id}, {"$addToSet": {"consents": version}}, upsert=True
    )


def has_consent(document: Document | None, version: str) -> bool:
    """Tell whether a person accepted a version."""
    return version in (document or {}).get("consents", [])


async def note_kyc(store: Store, user_id: str, state: KycState) -> None:
    """Repeat a case's state on its person: every movement of money asks, and reads one document."""
    await store.update_one(PEOPLE, {"_id": user_id}, {"$set": {"kyc": state.value}}, upsert=True)


def kyc_of(document: Document | None) -> KycState:
    """Return where a person's identity check stands; a draft when there is none."""
    return KycState((document or {}).get("kyc", KycState.DRAFT))
