"""Pure decisions of identity: limits, password rules, time steps, refresh verdicts, labels."""

import hashlib
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.decisions import canonical_json
from app.core.envelope import normal_text
from app.core.gate_scripts import RateLimit
from app.domains.identity.types import STAFF_ROLES, RateClass, Role, StepUpParams

PASSWORD_MIN = 15
PASSWORD_MIN_WITH_SECOND_FACTOR = 8
PASSWORD_MAX = 128

USER_IDLE, USER_ABSOLUTE = timedelta(days=7), timedelta(days=30)
STAFF_IDLE, STAFF_ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
REFRESH_GRACE = timedelta(seconds=10)
CHALLENGE_LIFE = timedelta(minutes=5)
CHALLENGE_ATTEMPTS = 5
GRANT_LIFE = timedelta(minutes=5)
REGISTRATION_LIFE = timedelta(hours=24)
RESET_LIFE = timedelta(minutes=30)
ENROLMENT_LIFE = timedelta(minutes=15)
TRUST_LIFE = timedelta(days=30)
LETTER_LIFE = timedelta(days=7)

TOTP_STEP_S = 30
RECOVERY_CODES = 10
MAX_SESSIONS_LISTED = 100

RATES: Mapping[RateClass, RateLimit] = {
    RateClass.READ: RateLimit("read", 20, 1.0, 60),
    RateClass.WRITE: RateLimit("write", 5, 1.0, 10),
    RateClass.MONEY: RateLimit("money", 1, 1.0, 5, also=RateLimit("money-hour", 60, 3600.0, 60)),
    RateClass.CHAT: RateLimit("chat", 20, 60.0, 5),
    RateClass.EXPORT: RateLimit("export", 2, 86_400.0, 1),
}
LOGIN_ADDRESS = RateLimit("login-ip", 10, 60.0, 10)
LOGIN_ACCOUNT = RateLimit("login", 5, 900.0, 5)
CODE_USER = RateLimit("code", 5, 900.0, 5)
CODE_ADDRESS = RateLimit("code-ip", 5, 900.0, 5)
# Each page opened anew asks once: three of them in a row are a person, not an attack.
REFRESH = RateLimit("refresh", 20, 60.0, 10)
MAIL_ADDRESS = RateLimit("mail-ip", 5, 3600.0, 3)
MAIL_TO = RateLimit("mail-to", 3, 3600.0, 3)

# On one machine every person of the sandbox shares one address, and tests sign up by the
# dozen: limits by address grow there, limits by account stay as they are.
_SANDBOX_FACTOR = 40

# What opens the books of other people's money stays a refusal when the gate is down.
OPEN_WITHOUT_GATE = frozenset({RateClass.READ})
WITHOUT_GATE_S = 60.0


def by_address(limit: RateLimit, *, sandbox: bool) -> RateLimit:
    """Return a limit counted by network address, widened in the sandbox."""
    if not sandbox:
        return limit
    return replace(limit, count=limit.count * _SANDBOX_FACTOR, burst=limit.burst * _SANDBOX_FACTOR)


def password_problem(password: str, *, own: Iterable[str], second_factor: bool) -> str | None:
    """Return why a password is refused, or None (NIST SP 800-63B-4, 3.1.1.2).

    The common list is asked separately. `own` are the user's name and e-mail address.
    """
    least = PASSWORD_MIN_WITH_SECOND_FACTOR if second_factor else PASSWORD_MIN
    if len(password) < least:
        return f"use at least {least} characters; a few words make a good password"
    if len(password) > PASSWORD_MAX:
        return f"use at most {PASSWORD_MAX} characters"
    rest = normal_text(password)
    for word in sorted(_own_words(own), key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < least // 2:
        return "it is made of your own name, your address or ours"
    return None


def _own_words(own: Iterable[str]) -> set[str]:
    words = {"finnami"}
    for text in own:
        words |= {w for w in re.split(r"[\W_\d]+", normal_text(text)) if len(w) >= 3}
    return words


def matching_step(codes: Mapping[int, str], code: str, *, last_step: int) -> int | None:
    """Return the time step of a code, the earliest one not used yet, or None.

    `codes` holds the right code of each acceptable step (RFC 6238: one before, one after).
    """
    steps = [step for step, right in codes.items() if right == code and step > last_step]
    return min(steps, default=None)


class RefreshVerdict(StrEnum):
    """What to do with a presented refresh token."""

    ROTATE = "rotate"
    SAME_SUCCESSOR = "same_successor"
    REUSED = "reused"


@dataclass(frozen=True, slots=True)
class Family:
    """The refresh tokens of one login session, as hashes."""

    current: str
    previous: str | None
    rotated_at: datetime
    sealed_successor: bytes | None


def judge_refresh(family: Family, token_hash: str, now: datetime) -> RefreshVerdict:
    """Judge a genuine token of this family: its hash is current, just replaced, or old."""
    if token_hash == family.current:
        return RefreshVerdict.ROTATE
    fresh = now - family.rotated_at <= REFRESH_GRACE
    if token_hash == family.previous and fresh and family.sealed_successor is not None:
        return RefreshVerdict.SAME_SUCCESSOR
    return RefreshVerdict.REUSED


def is_staff(roles: Iterable[Role]) -> bool:
    """Tell whether any of these roles is a staff role."""
    return not STAFF_ROLES.isdisjoint(roles)


def effective_roles(roles: frozenset[Role], *, second_factor: bool) -> frozenset[Role]:
    """Return the roles that count: a staff role counts only behind a second factor."""
    return roles if second_factor else roles - STAFF_ROLES


def absolute_end(roles: Iterable[Role], auth_time: datetime) -> datetime:
    """Return when a login session ends whatever happens."""
    return auth_time + (STAFF_ABSOLUTE if is_staff(roles) else USER_ABSOLUTE)


def idle_end(roles: Iterable[Role], *, absolute: datetime, now: datetime) -> datetime:
    """Return when a login session ends if nothing more happens."""
    return min(absolute, now + (STAFF_IDLE if is_staff(roles) else USER_IDLE))


def params_hash(params: StepUpParams) -> str:
    """Return the digest of canonical parameters: order and int-or-text make no difference."""
    texts = {name: str(value) for name, value in params.items()}
    return hashlib.sha256(canonical_json(texts)).hexdigest()


def address_prefix(address: str) -> str:
    """Return the network of an address as it may be kept: /24, or /56 for IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    bits = 24 if parsed.version == 4 else 56
    return str(ipaddress.ip_network(f"{parsed}/{bits}", strict=False))


def address_key(address: str) -> str:
    """Return what limits are counted by: the address, or an IPv6 customer's whole /56."""
    return address_prefix(address) if ":" in address else address


_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def device_label(user_agent: str) -> str:
    """Return a device's name as its owner would say it: "Firefox on Linux"."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown device"


def email_hint(email: str) -> str:
    """Return an address as staff may see it: "a…@example.org"."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}…@{domain}"
