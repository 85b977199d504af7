"""Login sessions: documents and the atomic updates on them."""

from dataclasses import dataclass
from datetime import datetime

from app.core.store import Document, Store
from app.domains.identity.repository.specs import SESSIONS
from app.domains.identity.rules import Family
from app.domains.identity.types import LoginSessionView, Transport

MAX_OF_A_USER = 500


@dataclass(frozen=True, slots=True)
class LoginSession:
    """One signed-in device. `address` is a network prefix, never a full address."""

    id: str
    user_id: str
    device_id: str
    device: str
    address: str
    amr: tuple[str, ...]
    auth_time: datetime
    transport: Transport
    family: Family
    created_at: datetime
    last_seen_at: datetime
    absolute_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    marks: tuple[str, ...] = ()
    """Keyed hashes of the device, and of the one it was before (usecases/devices.py)."""

    def alive(self, now: datetime) -> bool:
        """Tell whether the session still counts."""
        return self.revoked_at is None and now < self.expires_at

    def view(self) -> LoginSessionView:
        """Return what its owner sees."""
        return LoginSessionView(
            session_id=self.id,
            device=self.device,
            address_prefix=self.address,
            created_at=self.created_at,
            last_seen_at=self.last_seen_at,
            expires_at=self.expires_at,
        )


def _family(raw: Document) -> Family:
    return Family(raw["current"], raw.get("previous"), raw["rotated_at"], raw.get("sealed"))


def _family_document(family: Family) -> Document:
    return {
        "current": family.current,
        "previous": family.previous,
        "rotated_at": family.rotated_at,
        "sealed": family.sealed_successor,
    }


def _session(raw: Document) -> LoginSession:
    return LoginSession(
        id=raw["_id"],
        user_id=raw["user"],
        device_id=raw["device_id"],
        device=raw["device"],
        address=raw["address"],
        amr=tuple(raw["amr"]),
        auth_time=raw["auth_time"],
        transport=Transport(raw["transport"]),
        family=_family(raw["family"]),
        created_at=raw["created_at"],
        last_seen_at=raw["last_seen_at"],
        absolute_at=raw["absolute_at"],
        expires_at=raw["expires_at"],
        revoked_at=raw.get("revoked_at"),
        marks=tuple(raw.get("marks", ())),
    )


async def insert(store: Store, session: LoginSession) -> None:
    """Store a new login session."""
    await store.insert_one(
        SESSIONS,
        {
            "_id": session.id,
            "user": session.user_id,
            "device_id": session.device_id,
            "device": session.device,
            "address": session.address,
            "amr": list(session.amr),
            "auth_time": session.auth_time,
            "transport": session.transport.value,
            "family": _family_document(session.family),
            "created_at": session.created_at,
            "last_seen_at": session.last_seen_at,
            "absolute_at": session.absolute_at,
            "expires_at": session.expires_at,
            "marks": list(session.marks),
            "schema_version": 1,
        },
    )


async def get(store: Store, session_id: str) -> LoginSession | None:
    """Return a login session, alive or not."""
    raw = await store.find_one(SESSIONS, {"_id": session_id})
    return None if raw is None else _session(raw)


async def of_user(store: Store, user_id: str, *, now: datetime, limit: int) -> list[LoginSession]:
    """Return a user's living sessions, newest first."""
    found = await store.find_many(
        SESSIONS,
        {"user": user_id, "revoked_at": {"$exists": False}, "expires_at": {"$gt": now}},
        sort=[("created_at", -1)],
        limit=limit,
    )
    return [_session(raw) for raw in found]


async def created_since(store: Store, after: datetime, *, limit: int) -> list[LoginSession]:
    """Return the sessions opened from a moment on, the oldest first, alive or not."""
    found = await store.find_many(
        SESSIONS, {"created_at": {"$gte": after}}, sort=[("created_at", 1)], limit=limit
    )
    return [_session(raw) for raw in found]


async def revoked_since(store: Store, user_id: str, *, since: datetime) -> list[str]:
    """Return the ids of a user's sessions that were revoked after `since`."""
    found = await store.find_many(
        SESSIONS,
        {"user": user_id, "revoked_at": {"$gte": since}},
        projection={"_id": 1},
        limit=MAX_OF_A_USER,
    )
    return [str(raw["_id"]) for raw in found]


async def rotate(
    store: Store, session: LoginSession, family: Family, *, expires_at: datetime
) -> bool:
    """Put the next refresh token in place of the current one.

    One atomic update bound to the current token: of any number at once one succeeds.
    """
    return bool(
        await store.update_one(
            SESSIONS,
            {
                "_id": session.id,
                "family.current": session.family.current,
                "revoked_at": {"$exists": False},
            },
            {
                "$set": {
                    "family": _family_document(family),
                    "last_seen_at": family.rotated_at,
                    "expires_at": expires_at,
                }
            },
        )
    )


async def revoke(store: Store, user_id: str, session_id: str, *, at: datetime, why: str) -> bool:
    """End one session of this user; False when it is not hers or ended before."""
    return bool(
        await store.update_one(
            SESSIONS,
            {"_id": session_id, "user": user_id, "revoked_at": {"$exists": False}},
            {"$set": {"revoked_at": at, "revoked_why": why}},
        )
    )


async def revoke_all(
    store: Store, user_id: str, *, at: datetime, why: str, keep: str | None = None
) -> int:
    """End all sessions of a user but `keep`; return how many."""
    return await store.update_many(
        SESSIONS,
        {"user": user_id, "revoked_at": {"$exists": False}, "_id": {"$ne": keep}},
        {"$set": {"revoked_at": at, "revoked_why": why}},
    )


async def add_method(store: Store, session_id: str, method: str) -> None:
    """Note another proven method (amr) on a session."""
    await store.update_one(SESSIONS, {"_id": session_id}, {"$addToSet": {"amr": method}})
