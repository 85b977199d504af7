"""People for tests of the whole product: signed up, with a second factor, cleared if asked."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyotp

from app.cli.demo_clients import KNOWLEDGE
from app.core.ids import new_id
from app.core.money import Money
from app.domains.identity.types import Client, LoginAttempt, Role, SecondFactorNeeded, Transport
from app.domains.onboarding.types import (
    FinancialFacts,
    IncomeStability,
    KycDecision,
    KycReason,
    PersonalFacts,
)
from app.services import AppServices

PASSWORD = "tidal lantern cobble seven"
ANSWERS = dict.fromkeys(range(1, 14), "b")
FINANCIAL = FinancialFacts(
    monthly_income=Money.parse("2400", "USD"),
    monthly_spending=Money.parse("1500", "USD"),
    liquid_reserve=Money.parse("12000", "USD"),
    monthly_debt_payment=Money.parse("0", "USD"),
    highest_debt_rate_bps=0,
    net_worth=Money.parse("60000", "USD"),
    invested=Money.parse("5000", "USD"),
    income_stability=IncomeStability.STABLE,
    dependants=0,
    horizon_years=15,
)
PERSONAL = PersonalFacts(
    legal_name="Amina Diallo",
    birth_date=date(1994, 5, 17),
    country="PT",
    address="Rua das Flores 12, Lisboa",
    document_number="AB1234567",
)


@dataclass(slots=True)
class Person:
    """A signed-in person. `code()` gives a time-step code that was not used yet."""

    user_id: str
    email: str
    access_token: str
    secret: str
    _offset: int = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.access_token}"}

    def code(self) -> str:
        # A time step is good once, so each call asks for the next one within the tolerance.
        at = datetime.now(UTC) + timedelta(seconds=30 * self._offset)
        self._offset = min(self._offset + 1, 1)
        return pyotp.TOTP(self.secret).at(at)


async def make_user(services: AppServices, *, roles: tuple[Role, ...] = ()) -> tuple[str, str]:
    """Sign a person up through the real stories; return (user id, e-mail)."""
    identity = services.identity
    email = f"{new_id()}@example.org"
    await identity.sign_up.register(
        email=email, password=PASSWORD, name="Amina Diallo", locale="en", client=_from_anywhere()
    )
    rows = await services.db.find_many(
        "outbox", {"open": True, "name": "identity.mail_requested.v1"}, limit=200
    )
    for row in rows:
        await identity.deliver_mail(row["ids"]["mail_id"])
    letter = (await identity.post_office.mailbox(email=email))[0]
    user_id = await identity.sign_up.verify_email(token=letter.action_code or "")
    if roles:
        await identity.staff.appoint(user_id=user_id, roles=frozenset(roles), reason="test")
    return user_id, email


async def sign_in(
    services: AppServices, user_id: str, email: str, *, second_factor: bool = True
) -> Person:
    """Sign a person in and, unless told otherwise, switch her second factor on."""
    identity = services.identity
    attempt = LoginAttempt(email=email, password=PASSWORD, transport=Transport.BODY)
    answer = await identity.sign_in.login(attempt, _from_anywhere())
    assert not isinstance(answer, SecondFactorNeeded)
    caller = await identity.authenticate(answer.tokens.access_token)
    secret = ""
    if second_factor:
        secret = (await identity.begin_totp(user_id)).secret
        before = datetime.now(UTC) - timedelta(seconds=30)
        await identity.confirm_totp(caller, code=pyotp.TOTP(secret).at(before))
    return Person(user_id, email, answer.tokens.access_token, secret)


async def make_person(
    services: AppServices, *, roles: tuple[Role, ...] = (), second_factor: bool = True
) -> Person:
    """Return a new signed-in person."""
    user_id, email = await make_user(services, roles=roles)
    return await sign_in(services, user_id, email, second_factor=second_factor)


async def make_cleared(services: AppServices, *, reviewer_id: str = "reviewer") -> Person:
    """Return a person who may move money: facts, profile, approved identity, consent."""
    person = await make_person(services)
    door = services.onboarding
    await door.profiles.save_facts(person.user_id, personal=PERSONAL, financial=FINANCIAL)
    await door.profiles.save_answers(person.user_id, ANSWERS)
    await door.checks.answer(person.user_id, KNOWLEDGE)
    await door.profiles.make(person.user_id)
    await door.accept_disclosure(person.user_id, version="2026-11", language="en")
    case = await door.kyc.submit(person.user_id)
    claimed = await door.kyc.claim(case.case_id, reviewer_id=reviewer_id)
    await door.kyc.decide(
        case.case_id,
        reviewer_id=reviewer_id,
        decision=KycDecision.APPROVE,
        reason=KycReason.DATA_MATCHES,
        staff_note="",
        revision=claimed.revision,
    )
    return person


def _from_anywhere() -> Client:
    """Return a client at an address of its own: the limits per address are not the subject."""
    number = hash(new_id()) % (1 << 24)
    return Client(address=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
