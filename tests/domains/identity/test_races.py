"""Races on the real database and the real gate: of many at once, exactly one wins."""

import asyncio
from collections.abc import AsyncIterator

import pyotp
import pytest

from app.core.db import Database
from app.core.errors import FinNamiError, UnauthenticatedError
from app.core.gate import Gate
from app.core.uow import Transaction
from app.domains.identity import rules
from app.domains.identity.errors import StepUpRequiredError
from app.domains.identity.repository import users
from app.domains.identity.types import Client, Role, SandboxPerson, StepUpAction, TokenPair
from tests.factories.identity import (
    PASSWORD,
    House,
    Person,
    attempt,
    build_house,
    caller_of,
    log_in,
    next_code,
)

AT_ONCE = 100
# The identity's own limits would refuse most of a hundred calls; the race is below them.
NO_LIMIT = 1_000


@pytest.fixture
async def house(
    db: Database, embedded_redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    gate = await Gate.connect(embedded_redis_url, timeout_s=5.0)
    made = build_house(db=db, gate=gate)
    for name in ("CODE_USER", "CODE_ADDRESS", "REFRESH"):
        limit = getattr(rules, name)
        wide = type(limit)(f"wide-{name}", NO_LIMIT, 1.0, NO_LIMIT)
        monkeypatch.setattr(f"app.domains.identity.rules.{name}", wide)
    yield made
    made.identity.close()
    await gate.close()


@pytest.fixture
async def person(house: House) -> Person:
    secret = pyotp.random_base32()
    one = SandboxPerson("ada@example.org", "Ada", frozenset(), PASSWORD, secret)
    user_id, _ = await house.identity.sandbox_people.create(one)
    return Person(user_id, one.email, totp=secret)


async def outcomes(calls: list) -> list:
    return await asyncio.gather(*calls, return_exceptions=True)


@pytest.mark.row("IS4")
class TestTotp:
    async def test_of_a_hundred_replays_of_one_code_one_succeeds(
        self, house: House, person: Person
    ) -> None:
        caller = await caller_of(house, await log_in(house, person))
        code = next_code(house, person)
        answers = await outcomes(
            [
                house.identity.grant_step_up(
                    caller, action=StepUpAction.EXPORT, params={}, code=code
                )
                for _ in range(AT_ONCE)
            ]
        )

        granted = [answer for answer in answers if not isinstance(answer, BaseException)]
        assert len(granted) == 1
        assert all(isinstance(a, FinNamiError) for a in answers if a not in granted)

    async def test_of_a_hundred_uses_of_one_recovery_code_one_succeeds(
        self, house: House, person: Person
    ) -> None:
        await log_in(house, person)
        codes = await house.identity.renew_recovery_codes(
            person.user_id, code=next_code(house, person)
        )
        user = await users.get(house.db, person.user_id)
        assert user is not None
        used = await outcomes(
            [
                house.identity.sign_in._second_factor.use_recovery_code(user, codes[0])
                for _ in range(20)
            ]
        )

        assert used.count(True) == 1


@pytest.mark.row("IS2")
class TestRefresh:
    async def test_parallel_tabs_get_one_and_the_same_successor(
        self, house: House, person: Person
    ) -> None:
        token = (await log_in(house, person)).tokens.refresh_token
        answers = await outcomes([house.identity.refresh(token) for _ in range(50)])

        pairs = [answer for answer in answers if isinstance(answer, TokenPair)]
        assert len(pairs) == 50, [a for a in answers if a not in pairs][:3]
        assert len({pair.refresh_token for pair in pairs}) == 1
        house.clock.advance(60)
        assert await house.identity.refresh(pairs[0].refresh_token)

    async def test_reuse_after_the_grace_ends_the_family_for_thief_and_owner(
        self, house: House, person: Person
    ) -> None:
        signed_in = await log_in(house, person)
        old = signed_in.tokens.refresh_token
        fresh = await house.identity.refresh(old)
        house.clock.advance(11)
        answers = await outcomes([house.identity.refresh(old) for _ in range(20)])

        assert all(isinstance(answer, UnauthenticatedError) for answer in answers)
        with pytest.raises(UnauthenticatedError):
            await house.identity.refresh(fresh.refresh_token)
        with pytest.raises(UnauthenticatedError):
            await house.identity.authenticate(fresh.access_token)
        rows = await house.db.find_many("audit", {"action": "identity.refresh_reused"}, limit=50)
        assert len(rows) == 1


@pytest.mark.row("IS6")
class TestStepUp:
    async def test_of_twenty_transactions_with_one_grant_one_commits(
        self, house: House, person: Person
    ) -> None:
        caller = await caller_of(house, await log_in(house, person))
        params = {"amount_minor": 5000, "currency": "EUR"}
        grant = await house.identity.grant_step_up(
            caller,
            action=StepUpAction.WITHDRAWAL,
            params=params,
            code=next_code(house, person),
        )

        async def withdraw() -> bool:
            async def work(tx: Transaction) -> bool:
                await house.identity.consume_step_up(
                    tx,
                    user_id=caller.user_id,
                    session_id=caller.session_id,
                    grant=grant.grant,
                    action=StepUpAction.WITHDRAWAL,
                    params=params,
                )
                return True

            return await house.db.transaction(work, timeout_s=20)

        answers = await outcomes([withdraw() for _ in range(20)])

        assert answers.count(True) == 1
        assert sum(isinstance(a, StepUpRequiredError) for a in answers) == 19


@pytest.mark.row("IS5")
class TestRevocation:
    async def test_ended_session_is_refused_by_its_very_next_call(
        self, house: House, person: Person
    ) -> None:
        first = await log_in(house, person)
        second = await log_in(house, person)
        caller = await caller_of(house, second)
        await house.identity.sign_out.end(person.user_id, first.tokens.session_id, why="revoked")

        with pytest.raises(UnauthenticatedError):
            await house.identity.authenticate(first.tokens.access_token)
        assert (await caller_of(house, second)).session_id == caller.session_id

    async def test_emptied_gate_revives_nobody(self, house: House, person: Person) -> None:
        signed_in, other = await log_in(house, person), await log_in(house, person)
        await house.identity.sign_out.end_others(person.user_id, keep=other.tokens.session_id)
        await house.gate.call("FLUSHALL")

        with pytest.raises(UnauthenticatedError):
            await house.identity.authenticate(signed_in.tokens.access_token)
        assert await caller_of(house, other)

    async def test_changed_second_factor_reaches_the_gate_but_revives_no_ended_session(
        self, house: House, person: Person
    ) -> None:
        ended, living = await log_in(house, person), await log_in(house, person)
        assert "otp" in (await caller_of(house, living)).amr
        await house.identity.staff.appoint(
            user_id=person.user_id, roles=frozenset({Role.ADVISER}), reason="test"
        )
        with pytest.raises(UnauthenticatedError):
            await caller_of(house, ended)
        fresh = await log_in(house, person)
        assert Role.ADVISER in (await caller_of(house, fresh)).roles
        await house.identity.disable_totp(
            person.user_id, password=PASSWORD, code=next_code(house, person)
        )
        assert (await caller_of(house, fresh)).roles == {Role.USER}
        with pytest.raises(UnauthenticatedError):
            await caller_of(house, ended)

    async def test_password_attempts_at_once_are_all_counted(
        self, house: House, person: Person
    ) -> None:
        answers = await outcomes(
            [
                house.identity.sign_in.login(
                    attempt(person, password=f"wrong password number {n}"), client_of(n)
                )
                for n in range(20)
            ]
        )

        codes = [answer.code for answer in answers]
        assert codes.count("bad_credentials") == 5
        assert codes.count("too_many_attempts") == 15


def client_of(number: int) -> Client:
    return Client(address=f"198.51.100.{number}")
