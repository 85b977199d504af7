"""The words of identity that other rooms may use: callers, roles, login sessions, ports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Role(StrEnum):
    """What a person is to FinNami. Everybody is a `user`; the rest are staff."""

    USER = "user"
    ADVISER = "adviser"
    KYC_REVIEWER = "kyc_reviewer"
    FRAUD_ANALYST = "fraud_analyst"
    DATA_SCIENTIST = "data_scientist"
    ADMIN = "admin"


STAFF_ROLES: frozenset[Role] = frozenset(Role) - {Role.USER}


class RateClass(StrEnum):
    """The limit a route draws on (rates and bursts: rules.RATES)."""

    READ = "read"
    WRITE = "write"
    MONEY = "money"
    CHAT = "chat"
    EXPORT = "export"


class StepUpAction(StrEnum):
    """What a fresh second factor may be asked for; a grant is good for one of them, once."""

    WITHDRAWAL = "withdrawal"
    TRANSFER = "transfer"
    PAYEE_ADD = "payee_add"
    ORDER = "order"
    RECOMMENDATION_ACCEPT = "recommendation_accept"
    LIMIT_RAISE = "limit_raise"
    API_KEY = "api_key"
    EXPORT = "export"
    ERASURE = "erasure"
    EMAIL_CHANGE = "email_change"
    PASSWORD_CHANGE = "password_change"  # noqa: S105 - the name of an action
    SECOND_FACTOR_CHANGE = "second_factor_change"
    CHAT_ACTION = "chat_action"
    UNFREEZE = "unfreeze"
    KYC_DECISION = "kyc_decision"
    CASE_DECISION = "case_decision"
    ROLE_CHANGE = "role_change"
    MODEL_CHANGE = "model_change"
    RULE_CHANGE = "rule_change"
    REVERSAL = "reversal"


class Transport(StrEnum):
    """How the refresh token travels: a browser's cookie, or the body for an app's keystore."""

    COOKIE = "cookie"
    BODY = "body"


class MailKind(StrEnum):
    """The letters identity writes (texts: letters.py)."""

    VERIFY_EMAIL = "verify_email"
    ALREADY_REGISTERED = "already_registered"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a letter
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a letter
    NEW_DEVICE = "new_device"
    REFRESH_REUSED = "refresh_reused"
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    RECOVERY_CODE_USED = "recovery_code_used"
    WAS_THIS_YOU = "was_this_you"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: the answer of `IdentityService.authenticate`.

    `amr` names the methods of this log-in (RFC 8176): "pwd", "otp", "rc" (recovery code).
    """

    user_id: str
    session_id: str
    roles: frozenset[Role]
    auth_time: datetime
    amr: tuple[str, ...]

    @property
    def is_staff(self) -> bool:
        """Tell whether any role of the caller is a staff role."""
        return not self.roles.isdisjoint(STAFF_ROLES)

    def has_any(self, roles: frozenset[Role]) -> bool:
        """Tell whether the caller has at least one of these roles."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Client:
    """Where a call comes from: address, user agent and the signed device cookie, if any."""

    address: str
    user_agent: str = ""
    device_cookie: str | None = None


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """A log-in as it was typed; `trusted_device` is the token of a device that skips the code."""

    email: str
    password: str = field(repr=False)
    transport: Transport
    trusted_device: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class UserView:
    """What a user may see of herself."""

    user_id: str
    email: str
    name: str
    locale: str
    roles: frozenset[Role]
    totp_enabled: bool
    recovery_codes_left: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StaffUserView:
    """What an admin may see of a person: no name, no address in full."""

    user_id: str
    email_hint: str
    roles: frozenset[Role]
    totp_enabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LoginSessionView:
    """One signed-in device; `address_prefix` is shortened (/24, /56), never the full address."""

    session_id: str
    device: str
    address_prefix: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a log-in came from, as keyed hashes: equal ones mean the same device or network."""

    user_id: str
    devices: tuple[str, ...]
    network: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a successful log-in or refresh hands out. Lifetimes in seconds."""

    access_token: str
    expires_in_s: int
    refresh_token: str
    refresh_expires_in_s: int
    session_id: str
    transport: Transport


@dataclass(frozen=True, slots=True)
class SecondFactorNeeded:
    """The password was right; `challenge` (opaque, 5 minutes) continues with a code."""

    challenge: str
    expires_in_s: int
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A finished log-in: tokens, and the device cookie that keeps this device's own counter."""

    tokens: TokenPair
    device_cookie: str
    trusted_device: str | None = None


@dataclass(frozen=True, slots=True)
class TotpEnrolment:
    """A secret waiting for its first code; `qr_svg` is a complete SVG document."""

    secret: str
    uri: str
    qr_svg: str


@dataclass(frozen=True, slots=True)
class StepUpGrant:
    """A one-time permission for one action with exactly these parameters."""

    grant: str
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished mail: plain text, no HTML. `action_code` is the token the text carries."""

    mail_id: str
    to: str
    subject: str
    text: str
    kind: MailKind
    action_code: str | None


@dataclass(frozen=True, slots=True)
class MailboxMessage:
    """A letter as the sandbox mailbox shows it."""

    mail_id: str
    to: str
    subject: str
    text: str
    kind: MailKind
    action_code: str | None
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class SandboxPerson:
    """A demo person as `finnami demo seed` wants her; `totp_secret` is base32."""

    email: str
    name: str
    roles: frozenset[Role]
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)


class Mailer(Protocol):
    """Sends one letter. A repeat with the same `mail_id` may deliver twice, never zero times."""

    async def send(self, letter: Letter) -> None:
        """Deliver, or raise UnavailableError so that the job comes again."""
        ...


StepUpParams = Mapping[str, str | int]
"""Canonical parameters of a step-up: amounts as minor units, compared as text."""
