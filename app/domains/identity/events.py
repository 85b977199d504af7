"""What identity tells the domains above it."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class UserRegistered(Event):
    """A person confirmed her e-mail address: the account exists from now on."""

    name: ClassVar[str] = "identity.user_registered.v1"
    user_id: str


@dataclass(frozen=True, slots=True)
class MailRequested(Event):
    """A letter is to be delivered (IdentityService.deliver_mail)."""

    name: ClassVar[str] = "identity.mail_requested.v1"
    mail_id: str


@dataclass(frozen=True, slots=True)
class SessionsRevoked(Event):
    """Login sessions of a user ended: streams close, missed tombstones are set again."""

    name: ClassVar[str] = "identity.sessions_revoked.v1"
    user_id: str


@dataclass(frozen=True, slots=True)
class RolesChanged(Event):
    """A person's roles changed."""

    name: ClassVar[str] = "identity.roles_changed.v1"
    user_id: str
