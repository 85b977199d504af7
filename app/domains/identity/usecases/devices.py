"""Devices: the signed cookie that tells a known one, and the keys their attempts count under."""

import hmac

from app.core.ids import new_id
from app.domains.identity.usecases.parts import Parts

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


def _mac(parts: Parts, device_id: str, user_id: str) -> str:
    return parts.digest("device", f"{device_id}\x00{user_id}")[:_MAC_CHARS]
