"""Users and registrations: documents and the atomic updates on them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.envelope import UNIQUE_KEYS, USER_KEYS, Place, user_key_document
from app.core.passwords import StoredPassword
from app.core.store import Document, Store
from app.domains.identity.repository.specs import REGISTRATIONS, USERS
from app.domains.identity.types import STAFF_ROLES, Role

PROFILE = Place("users", "profile")
TOTP_SECRET = Place("users", "totp")

NOBODY = "-"


@dataclass(frozen=True, slots=True)
class Totp:
    """A confirmed or waiting TOTP secret (sealed) and the last time step that was used."""

    secret: Document
    last_step: int
    at: datetime


@dataclass(frozen=True, slots=True)
class User:
    """A person with a confirmed address. `profile` is sealed (e-mail and name)."""

    id: str
    email_index: str
    profile: Document
    password: StoredPassword
    roles: frozenset[Role]
    not_before: datetime
    totp: Totp | None
    enrolment: Totp | None
    recovery_left: int
    locale: str
    created_at: datetime
    signed_in_before: bool


@dataclass(frozen=True, slots=True)
class Registration:
    """A sign-up waiting for its confirmation; its id becomes the user's id."""

    id: str
    email_index: str
    key: Document
    profile: Document
    password: StoredPassword
    locale: str
    expires_at: datetime


def _totp(raw: Document | None) -> Totp | None:
    return None if raw is None else Totp(raw["secret"], int(raw["last_step"]), raw["at"])


def _user(document: Document) -> User:
    return User(
        id=document["_id"],
        email_index=document["email_index"],
        profile=document["pii"],
        password=StoredPassword.of(document["password"]),
        roles=frozenset(Role(role) for role in document["roles"]),
        not_before=document["not_before"],
        totp=_totp(document.get("totp")),
        enrolment=_totp(document.get("enrolment")),
        recovery_left=len(document.get("recovery", [])),
        locale=document["locale"],
        created_at=document["created_at"],
        signed_in_before=bool(document.get("signed_in_before")),
    )


async def get(store: Store, user_id: str) -> User | None:
    """Return a user by id."""
    document = await store.find_one(USERS, {"_id": user_id})
    return None if document is None else _user(document)


async def has_totp(store: Store, user_id: str) -> bool:
    """Tell whether a user's second factor is on."""
    row = await store.find_one(USERS, {"_id": user_id}, projection={"totp.at": 1})
    return row is not None and "totp" in row


async def id_by_index(store: Store, candidates: list[str]) -> str | None:
    """Return whose address stands under one of these blind indexes."""
    for index in candidates:
        row = await store.find_one(UNIQUE_KEYS, {"_id": index})
        if row is not None:
            return str(row["user"])
    return None


async def by_index(store: Store, candidates: list[str]) -> User | None:
    """Return a user by the blind index of her address; as many reads for nobody as for one."""
    user_id = await id_by_index(store, candidates)
    return await get(store, user_id or NOBODY)


async def insert_registration(
    store: Store, registration: Registration, *, token: str, owner: str | None, at: datetime
) -> None:
    """Store a sign-up. One for an address that has an `owner` can never be confirmed."""
    await store.insert_one(
        REGISTRATIONS,
        {
            "_id": registration.id,
            "email_index": registration.email_index,
            "key": registration.key,
            "pii": registration.profile,
            "password": registration.password.to_document(),
            "locale": registration.locale,
            "token": token,
            "dead": owner is not None,
            "created_at": at,
            "expires_at": registration.expires_at,
            "schema_version": 1,
        },
    )


def _registration(document: Document) -> Registration:
    return Registration(
        id=document["_id"],
        email_index=document["email_index"],
        key=document["key"],
        profile=document["pii"],
        password=StoredPassword.of(document["password"]),
        locale=document["locale"],
        expires_at=document["expires_at"],
    )


async def registration_by_token(store: Store, token: str, *, now: datetime) -> Registration | None:
    """Return the living sign-up of a mailed token's hash."""
    found = await store.find_one(
        REGISTRATIONS, {"token": token, "dead": False, "expires_at": {"$gt": now}}
    )
    return None if found is None else _registration(found)


async def registration(store: Store, registration_id: str) -> Registration | None:
    """Return a sign-up by id, confirmed or not."""
    found = await store.find_one(REGISTRATIONS, {"_id": registration_id})
    return None if found is None else _registration(found)


async def latest_registration(store: Store, index: str, *, now: datetime) -> Registration | None:
    """Return the newest living sign-up of an address."""
    found = await store.find_many(
        REGISTRATIONS,
        {"email_index": index, "dead": False, "expires_at": {"$gt": now}},
        sort=[("created_at", -1)],
        limit=1,
    )
    return _registration(found[0]) if found else None


async def replace_token(store: Store, registration_id: str, token: str) -> None:
    """Give a sign-up a new mailed token; the one before it stops working."""
    await store.update_one(REGISTRATIONS, {"_id": registration_id}, {"$set": {"token": token}})


async def insert_user(store: Store, registration: Registration, *, at: datetime) -> None:
    """Turn a sign-up into a user: unique address, own key, account.

    Raises DuplicateKeyError when the address or the user exists already.
    """
    await store.insert_one(
        UNIQUE_KEYS, {"_id": registration.email_index, "user": registration.id, "at": at}
    )
    await store.insert_one(USER_KEYS, user_key_document(registration.id, registration.key))
    await store.insert_one(
        USERS,
        {
            "_id": registration.id,
            "email_index": registration.email_index,
            "pii": registration.profile,
            "password": registration.password.to_document(),
            "roles": [Role.USER.value],
            "not_before": at,
            "recovery": [],
            "locale": registration.locale,
            "created_at": at,
            "schema_version": 1,
        },
    )
    await store.delete_one(REGISTRATIONS, {"_id": registration.id})


async def set_password(
    store: Store, user_id: str, password: StoredPassword, *, not_before: datetime | None = None
) -> None:
    """Store a password's new form; with `not_before`, log-ins from before it are over."""
    change: dict[str, Any] = {"password": password.to_document()}
    if not_before is not None:
        change["not_before"] = not_before
    await store.update_one(USERS, {"_id": user_id}, {"$set": change})


async def note_sign_in(store: Store, user_id: str) -> None:
    """Remember that the user has signed in at least once."""
    await store.update_one(USERS, {"_id": user_id}, {"$set": {"signed_in_before": True}})


async def start_enrolment(store: Store, user_id: str, secret: Document, *, at: datetime) -> bool:
    """Keep a secret that waits for its first code; False when a second factor is on."""
    waiting = {"secret": secret, "last_step": 0, "at": at}
    return bool(
        await store.update_one(
            USERS,
            {"_id": user_id, "totp": {"$exists": False}},
            {"$set": {"enrolment": waiting}},
        )
    )


async def finish_enrolment(
    store: Store, user: User, *, step: int, recovery: list[str], at: datetime
) -> bool:
    """Turn the waiting secret into the second factor; False when another call was quicker."""
    assert user.enrolment is not None  # noqa: S101 - the caller has read the code against it
    totp = {"secret": user.enrolment.secret, "last_step": step, "at": at}
    return bool(
        await store.update_one(
            USERS,
            {"_id": user.id, "totp": {"$exists": False}, "enrolment.at": user.enrolment.at},
            {"$set": {"totp": totp, "recovery": recovery}, "$unset": {"enrolment": ""}},
        )
    )


async def give_second_factor(store: Store, user_id: str, secret: Document, *, at: datetime) -> None:
    """Switch the second factor on without a first code (demo people of the sandbox)."""
    totp = {"secret": secret, "last_step": 0, "at": at}
    await store.update_one(USERS, {"_id": user_id}, {"$set": {"totp": totp}})


async def use_step(store: Store, user_id: str, step: int) -> bool:
    """Use up a time step. One atomic update: of any number of calls at once one succeeds."""
    return bool(
        await store.update_one(
            USERS,
            {"_id": user_id, "totp.last_step": {"$lt": step}},
            {"$set": {"totp.last_step": step}},
        )
    )


async def use_recovery_code(store: Store, user_id: str, digest: str) -> bool:
    """Use up a recovery code. One atomic update: it is gone with its first use."""
    return bool(
        await store.update_one(
            USERS, {"_id": user_id, "recovery": digest}, {"$pull": {"recovery": digest}}
        )
    )


async def set_recovery(store: Store, user_id: str, digests: list[str]) -> None:
    """Replace all recovery codes."""
    await store.update_one(USERS, {"_id": user_id}, {"$set": {"recovery": digests}})


async def remove_totp(store: Store, user_id: str) -> bool:
    """Switch the second factor off; False when it was off."""
    return bool(
        await store.update_one(
            USERS,
            {"_id": user_id, "totp": {"$exists": True}},
            {"$unset": {"totp": "", "enrolment": ""}, "$set": {"recovery": []}},
        )
    )


async def set_roles(
    store: Store, user_id: str, roles: frozenset[Role], *, not_before: datetime
) -> None:
    """Store roles; earlier log-ins are over."""
    staff = not STAFF_ROLES.isdisjoint(roles)
    change: Document = {
        "$set": {"roles": [role.value for role in sorted(roles)], "not_before": not_before}
    }
    if staff:
        change["$set"]["staff"] = True
    else:
        change["$unset"] = {"staff": ""}
    await store.update_one(USERS, {"_id": user_id}, change)


async def staff(store: Store, *, limit: int) -> list[User]:
    """Return staff, the longest-serving first."""
    found = await store.find_many(USERS, {"staff": True}, sort=[("created_at", 1)], limit=limit)
    return [_user(document) for document in found]
