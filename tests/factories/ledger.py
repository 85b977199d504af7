"""A ledger for tests: real stories and real stores around a fraud model one can talk to."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from app.core.ids import new_id
from app.core.money import Money
from app.core.sidecar import Sidecar
from app.core.store import Document
from app.domains.fraud import service as fraud_module
from app.domains.fraud.repository.events import append
from app.domains.fraud.rules.verdict import COLD_START_PAYMENTS
from app.domains.fraud.service import FraudService
from app.domains.fraud.types import (
    EntityState,
    ModelScore,
    Outcome,
    PaymentFacts,
    PaymentKind,
    Verdict,
)
from app.domains.identity import service as identity_module
from app.domains.identity.types import Caller, Role, SandboxPerson, StepUpAction
from app.domains.ledger import service as ledger_module
from app.domains.ledger.service import LedgerService
from app.domains.ledger.types import Journal, Movement
from app.domains.onboarding.errors import NotClearedError
from tests.factories.identity import KEYS, House, build_house
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

SPECS = (*identity_module.COLLECTIONS, *fraud_module.COLLECTIONS, *ledger_module.COLLECTIONS)
SESSION = "session"


class FakeScorer:
    """A model that says what the test wants; `probability` None breaks it."""

    version = "fake/1"

    def __init__(self) -> None:
        self.probability: float | None = 0.0

    def score(self, facts: PaymentFacts, customer: EntityState, payee: EntityState) -> ModelScore:
        if self.probability is None:
            raise ValueError("the artefact is broken")
        reasons = (("amount", 1.0),) if self.probability else ()
        return ModelScore(self.probability, 0.0, False, reasons, (0.0,), self.version)


class ApprovingFraud(FraudService):
    """Screens and records as always, but lets everything pass: for tests of load."""

    async def screen(self, facts: PaymentFacts) -> Verdict:
        return replace(await super().screen(facts), outcome=Outcome.APPROVE)


class FakeClearance:
    """Who may move money: everybody who is not listed."""

    def __init__(self) -> None:
        self.barred: set[str] = set()

    async def require_cleared(self, user_id: str) -> None:
        if user_id in self.barred:
            raise NotClearedError(missing=["kyc"])


@dataclass
class Bank:
    """The ledger with everything around it held still."""

    house: House
    ledger: LedgerService
    fraud: FraudService
    scorer: FakeScorer
    clearance: FakeClearance
    people: dict[str, str] = field(default_factory=dict)

    @property
    def db(self) -> Any:
        return self.house.db

    @property
    def clock(self) -> FakeClock:
        return self.house.clock

    async def person(self, name: str) -> str:
        """Return the id of a person called so, made on first mention."""
        if name not in self.people:
            person = SandboxPerson(
                f"{name}@example.org",
                name,
                frozenset({Role.USER}),
                new_id(),
                "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            )
            self.people[name], _ = await self.house.identity.sandbox_people.create(person)
            await self._season(self.people[name])
        return self.people[name]

    async def _season(self, user: str) -> None:
        """Give a person a past: with nobody's history the score alone holds nothing."""
        for number in range(COLD_START_PAYMENTS):
            facts = PaymentFacts(
                payment_id=f"{user}-past-{number}",
                user_id=user,
                payee_id="shop",
                kind=PaymentKind.TRANSFER,
                amount=Money(100, "USD"),
                at=self.clock.now() - timedelta(days=10 + number),
                session_id=SESSION,
                fresh_factor=False,
            )
            await append(self.db, facts, high_ratio=False)

    async def movement(
        self, name: str, minor: int, *, key: str | None = None, grant: str | None = None
    ) -> Movement:
        user = await self.person(name)
        return Movement(user, SESSION, key or new_id(), Money(minor, "USD"), grant=grant)

    async def deposit(self, name: str, minor: int, *, key: str | None = None) -> Journal:
        return await self.ledger.deposit(await self.movement(name, minor, key=key))

    async def withdraw(self, name: str, minor: int, *, key: str | None = None) -> Journal:
        params: dict[str, str | int] = {
            "amount_minor": minor, "currency": "USD", "payee": "payout",
        }  # fmt: skip
        grant = await self.grant(name, StepUpAction.WITHDRAWAL, params)
        return await self.ledger.withdraw(await self.movement(name, minor, key=key, grant=grant))

    async def transfer(
        self, name: str, to: str, minor: int, *, key: str | None = None, grant: str | None = None
    ) -> Journal:
        await self.person(to)
        wanted = await self.movement(name, minor, key=key, grant=grant)
        return await self.ledger.transfer(wanted, payee_email=f"{to}@example.org")

    async def reverse(
        self, journal_id: str, *, why: str = "mistake", grant: str | None = None
    ) -> Journal:
        """Undo a movement as staff; the grant is the right one unless the test brings its own."""
        params: dict[str, str | int] = {"movement_id": journal_id}
        grant = grant or await self.grant("staff", StepUpAction.REVERSAL, params)
        staff = await self.person("staff")
        roles = frozenset({Role.USER, Role.ADMIN})
        caller = Caller(staff, SESSION, roles, self.clock.now(), ("pwd", "otp"))
        return await self.ledger.reversals.reverse(caller, journal_id, why=why, grant=grant)

    async def grant(self, name: str, action: StepUpAction, params: dict[str, str | int]) -> str:
        """Return a grant without a code: codes are identity's subject."""
        from app.domains.identity import rules
        from app.domains.identity.repository import proofs
        from app.domains.identity.repository.proofs import Grant

        token = new_id()
        digest = self.house.identity._parts.digest("grant", token)
        user = await self.person(name)
        made = Grant(digest, user, SESSION, action, rules.params_hash(params))
        await proofs.insert_grant(self.db, made, expires_at=self.clock.now() + rules.GRANT_LIFE)
        return token

    async def balance(self, name: str) -> tuple[int, int]:
        """Return (balance, available) of somebody's dollars."""
        row: Document | None = await self.db.find_one(
            "accounts", {"_id": f"{await self.person(name)}.USD"}
        )
        return (int(row["balance"]), int(row["available"])) if row else (0, 0)

    async def problems(self) -> list[str]:
        report = await self.ledger.books.check()
        return [f"{found.row}: {found.problem}" for found in report.findings]


def build_bank(
    *,
    db: Any = None,
    clock: Any = None,
    abort_first: bool = False,
    approving: bool = False,
    review_share: float = 0.0,
) -> Bank:
    """Return a bank; no allowed payment is drawn for review unless the test says which share."""
    clock = clock or FakeClock()
    db = db or FakeDatabase(SPECS, abort_first=abort_first, sidecar=Sidecar(), clock=clock)
    house = build_house(db=db, clock=clock)
    scorer, clearance = FakeScorer(), FakeClearance()
    kind = ApprovingFraud if approving else FraudService
    fraud = kind(
        db=db, clock=clock, scorer=scorer, identity=house.identity, review_share=review_share
    )
    ledger = LedgerService(
        db=db,
        clock=clock,
        identity=house.identity,
        onboarding=clearance,  # only require_cleared is asked
        fraud=fraud,
        keys=KEYS,
    )
    return Bank(house, ledger, fraud, scorer, clearance)
