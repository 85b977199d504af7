"""People for tests: the identity service on fakes, and users in every state."""

from dataclasses import dataclass, field
from typing import Any

import pyotp

from app.core.config import Settings
from app.core.keys import KeyRing
from app.core.sidecar import Sidecar
from app.domains.identity import service
from app.domains.identity.events import MailRequested
from app.domains.identity.service import IdentityService
from app.domains.identity.types import (
    Caller,
    Client,
    LoginAttempt,
    MailboxMessage,
    MailKind,
    Role,
    SecondFactorNeeded,
    SignedIn,
    Transport,
)
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase
from tests.fakes.gate import FakeGate

PASSWORD = "tidal lantern cobble seven"
CLIENT = Client(address="203.0.113.7", user_agent="Mozilla/5.0 (X11; Linux) Firefox/140.0")
KEYS = KeyRing.generate()


@dataclass
class House:
    """Identity with everything around it held still."""

    db: Any
    gate: Any
    clock: FakeClock
    identity: IdentityService
    sent: set[str] = field(default_factory=set)

    async def deliver(self) -> None:
        """Do what the worker does with requested letters."""
        for event in list(self.db.published):
            if isinstance(event, MailRequested) and event.mail_id not in self.sent:
                self.sent.add(event.mail_id)
                await self.identity.deliver_mail(event.mail_id)

    async def mail(self, email: str, kind: MailKind | None = None) -> list[MailboxMessage]:
        await self.deliver()
        messages = await self.identity.post_office.mailbox(email=email)
        return [m for m in messages if kind is None or m.kind is kind]


@dataclass
class Person:
    """A registered user as a test needs her."""

    user_id: str
    email: str
    password: str = PASSWORD
    totp: str | None = None
    recovery: list[str] = field(default_factory=list)
    device_cookie: str | None = None


def build_house(
    *, db: Any = None, clock: FakeClock | None = None, abort_first: bool = False, gate: Any = None
) -> House:
    clock = clock or FakeClock()
    db = db or FakeDatabase(
        service.COLLECTIONS, abort_first=abort_first, sidecar=Sidecar(), clock=clock
    )
    gate = gate or FakeGate(clock)
    identity = IdentityService(
        db=db, gate=gate, clock=clock, settings=Settings(argon2="19m"), keys=KEYS
    )
    return House(db, gate, clock, identity)


def attempt(
    person: Person, *, password: str | None = None, trusted: str | None = None
) -> LoginAttempt:
    return LoginAttempt(person.email, password or person.password, Transport.BODY, trusted)


async def register(house: House, email: str = "ada@example.org") -> Person:
    """Sign up and confirm."""
    await house.identity.sign_up.register(
        email=email, password=PASSWORD, name="Ada Lovelace", locale="en", client=CLIENT
    )
    letter = (await house.mail(email, MailKind.VERIFY_EMAIL))[0]
    assert letter.action_code is not None
    return Person(await house.identity.sign_up.verify_email(token=letter.action_code), email)


async def log_in(house: House, person: Person, client: Client = CLIENT) -> SignedIn:
    """Sign in, with a code when there is a second factor (of a time step not used yet)."""
    answer = await house.identity.sign_in.login(attempt(person), client)
    if isinstance(answer, SecondFactorNeeded):
        answer = await house.identity.sign_in.with_totp(
            challenge=answer.challenge, code=next_code(house, person), client=client,
            trust_device=False,
        )  # fmt: skip
    person.device_cookie = answer.device_cookie
    return answer


def next_code(house: House, person: Person) -> str:
    """Move to the next time step and return its code."""
    assert person.totp is not None
    house.clock.advance(30)
    return pyotp.TOTP(person.totp).at(house.clock.now())


async def caller_of(house: House, signed_in: SignedIn) -> Caller:
    return await house.identity.authenticate(signed_in.tokens.access_token)


async def enrol(house: House, person: Person) -> Caller:
    """Sign in and switch the second factor on."""
    caller = await caller_of(house, await log_in(house, person))
    enrolment = await house.identity.begin_totp(person.user_id)
    person.totp = enrolment.secret
    person.recovery = await house.identity.confirm_totp(
        caller, code=pyotp.TOTP(enrolment.secret).at(house.clock.now())
    )
    return caller


async def staff_member(house: House, email: str, *roles: Role) -> tuple[Person, Caller]:
    """A person with roles and a second factor, signed in."""
    person = await register(house, email)
    await enrol(house, person)
    await house.identity.staff.appoint(
        user_id=person.user_id, roles=frozenset(roles), reason="test"
    )
    return person, await caller_of(house, await log_in(house, person))
