"""Short-lived proofs: pending log-ins, step-up grants, trusted devices."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.store import Store
from app.domains.identity.repository.specs import CHALLENGES, GRANTS, TRUSTED
from app.domains.identity.rules import CHALLENGE_ATTEMPTS
from app.domains.identity.types import StepUpAction, Transport


@dataclass(frozen=True, slots=True)
class Challenge:
    """A log-in whose password was right and whose code is awaited."""

    user_id: str
    transport: Transport


@dataclass(frozen=True, slots=True)
class Grant:
    """A step-up grant: one action of one login session. `params` is their digest."""

    digest: str
    user_id: str
    session_id: str
    action: StepUpAction
    params: str


async def insert_challenge(
    store: Store, digest: str, challenge: Challenge, *, expires_at: datetime
) -> None:
    """Store a pending log-in under the hash of its token."""
    await store.insert_one(
        CHALLENGES,
        {
            "_id": digest,
            "user": challenge.user_id,
            "transport": challenge.transport.value,
            "attempts": 0,
            "expires_at": expires_at,
        },
    )


async def try_challenge(store: Store, digest: str, *, now: datetime) -> Challenge | None:
    """Count one attempt at a pending log-in; None when it is over or burnt."""
    raw = await store.find_one_and_update(
        CHALLENGES,
        {"_id": digest, "expires_at": {"$gt": now}, "attempts": {"$lt": CHALLENGE_ATTEMPTS}},
        {"$inc": {"attempts": 1}},
    )
    return None if raw is None else Challenge(raw["user"], Transport(raw["transport"]))


async def end_challenge(store: Store, digest: str) -> bool:
    """Take a pending log-in away; False when another call finished it first."""
    return bool(await store.delete_one(CHALLENGES, {"_id": digest}))


async def insert_grant(store: Store, grant: Grant, *, expires_at: datetime) -> None:
    """Store a step-up grant under the hash of its token."""
    await store.insert_one(
        GRANTS,
        {
            "_id": grant.digest,
            "user": grant.user_id,
            "session": grant.session_id,
            "action": grant.action.value,
            "params": grant.params,
            "expires_at": expires_at,
        },
    )


async def use_grant(store: Store, grant: Grant, *, now: datetime) -> bool:
    """Use up a grant; False unless it is unused, alive and for exactly this."""
    return bool(
        await store.update_one(
            GRANTS,
            {
                "_id": grant.digest,
                "user": grant.user_id,
                "session": grant.session_id,
                "action": grant.action.value,
                "params": grant.params,
                "expires_at": {"$gt": now},
                "used_at": {"$exists": False},
            },
            {"$set": {"used_at": now}},
        )
    )


async def trust_device(
    store: Store, digest: str, user_id: str, *, now: datetime, life: timedelta
) -> None:
    """Remember a device that may skip the code at log-in."""
    await store.insert_one(
        TRUSTED, {"_id": digest, "user": user_id, "created_at": now, "expires_at": now + life}
    )


async def is_trusted(store: Store, digest: str, user_id: str, *, now: datetime) -> bool:
    """Tell whether a device's trust is alive and belongs to this user."""
    found = await store.find_one(
        TRUSTED, {"_id": digest, "user": user_id, "expires_at": {"$gt": now}}
    )
    return found is not None


async def distrust_all(store: Store, user_id: str) -> None:
    """Forget all trusted devices of a user."""
    await store.delete_many(TRUSTED, {"user": user_id})
