"""Devices: the signed cookie that tells a known one, and the keys their attempts count under."""

import hmac
import re
from datetime import datetime

from app.core.ids import new_id
from app.domains.identity.repository import sessions
from app.domains.identity.types import Trace
from app.domains.identity.usecases.parts import Parts

_DEVICE_ID = re.compile(r"[0-9a-z]{20}")
_TRACE_CHARS = 24
UNKNOWN_DEVICE = "unknown"
_MAC_CHARS = 32


def login_key(device_id: str, email_index: str) -> str:
    """Return what password attempts count under.

    A device that logged in before has a counter of its own; all others share one, so an
    attacker who fills it locks out nobody's own device.
    """
    return f"login:{device_id}:{email_index}"


def known_device(parts: Parts, cookie: str | None, user_id: str) -> str | None:
    """Return the device id of a cookie that we signed for this user."""
    device_id, _, mac = (cookie or "").partition(".")
    right = _mac(parts, device_id, user_id)
    return device_id if device_id and hmac.compare_digest(mac.encode(), right.encode()) else None


def device_cookie(parts: Parts, device_id: str, user_id: str) -> str:
    """Return the signed cookie of a device."""
    return f"{device_id}.{_mac(parts, device_id, user_id)}"


def new_device() -> str:
    """Return an id for a device seen for the first time."""
    return new_id()


def device_marks(parts: Parts, device_id: str, cookie: str | None) -> tuple[str, ...]:
    """Return keyed hashes of a device, and of the one whose cookie the browser brought along.

    A cookie is signed for one person, so a second person on the same browser gets a device of
    her own: the cookie that was there before is what ties the two together.
    """
    brought = (cookie or "").partition(".")[0]
    ids = [device_id]
    if _DEVICE_ID.fullmatch(brought) and brought != device_id:
        ids.append(brought)
    return tuple(_trace(parts, "device", one) for one in ids)


async def traces_since(parts: Parts, after: datetime, *, limit: int) -> list[Trace]:
    """Return where log-ins from a moment on came from, the oldest first, hashed."""
    return [
        Trace(
            user_id=session.user_id,
            devices=session.marks,
            network=_trace(parts, "network", session.address),
            at=session.created_at,
        )
        for session in await sessions.created_since(parts.db, after, limit=limit)
    ]


def _trace(parts: Parts, kind: str, value: str) -> str:
    return parts.digest(f"trace-{kind}", value)[:_TRACE_CHARS]


def _mac(parts: Parts, device_id: str, user_id: str) -> str:
    return parts.digest("device", f"{device_id}\x00{user_id}")[:_MAC_CHARS]
