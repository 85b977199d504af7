"""`finnami demo`: people for every role, once, with log-ins that work."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner

from app.cli.demo import DOMAIN, cast, demo
from app.cli.demo_busy import PAYMENTS, Unsuspicious, make_busy
from app.cli.demo_clients import clear_client
from app.core.clock import SystemClock
from app.core.config import Settings
from app.core.db import Database
from app.core.envelope import BlindIndex
from app.core.errors import FinNamiError
from app.core.gate import Gate
from app.core.keys import KeyRing
from app.core.money import Money
from app.domains.identity.types import Role, SecondFactorNeeded
from app.domains.ledger.types import JournalState, Movement
from app.services import AppServices, Ports, build
from tests.factories.identity import CLIENT, KEYS, Person, attempt, build_house


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    KeyRing.generate().save(tmp_path / "keys.json")
    return tmp_path / "keys.json"


@pytest.fixture
async def services(db: Database, embedded_redis_url: str) -> AsyncIterator[AppServices]:
    gate = await Gate.connect(embedded_redis_url, timeout_s=5.0)
    settings = Settings(argon2="19m", redis_url=embedded_redis_url)
    made = build(settings, db=db, gate=gate, keys=KEYS, clock=SystemClock(), ports=Ports())
    yield made
    made.close()
    await gate.close()


class TestLogins:
    def test_are_the_same_each_time_and_differ_between_installations(self, key_file: Path) -> None:
        env = {"FINNAMI_KEY_FILE": str(key_file), "FINNAMI_ENV": "sandbox"}
        first, second = (CliRunner().invoke(demo, ["logins", "--json"], env=env) for _ in range(2))

        assert first.exit_code == 0, first.output
        assert first.output == second.output
        rows = json.loads(first.output)["logins"]
        assert {role for row in rows for role in row["roles"]} == {role.value for role in Role}
        other = cast(BlindIndex((KeyRing.generate().blind,)))
        assert not {row["password"] for row in rows} & {one.password for one in other}

    def test_without_a_key_file_say_so_and_exit_2(self, tmp_path: Path) -> None:
        env = {"FINNAMI_KEY_FILE": str(tmp_path / "none.json")}
        result = CliRunner().invoke(demo, ["logins"], env=env)

        assert result.exit_code == 2
        assert "none.json" in result.output


class TestSandboxPeople:
    async def test_every_login_works_and_seeding_twice_changes_nothing(self) -> None:
        house = build_house()
        people = cast(BlindIndex((KEYS.blind,)))
        first = [await house.identity.sandbox_people.create(one) for one in people]
        second = [await house.identity.sandbox_people.create(one) for one in people]

        assert [(user_id, False) for user_id, _ in first] == second
        for one in people:
            person = Person("", one.email, one.password)
            pending = await house.identity.sign_in.login(attempt(person), CLIENT)
            assert isinstance(pending, SecondFactorNeeded)
            signed_in = await house.identity.sign_in.with_totp(
                challenge=pending.challenge,
                code=pyotp.TOTP(one.totp_secret).at(house.clock.now()),
                client=CLIENT,
                trust_device=False,
            )
            caller = await house.identity.authenticate(signed_in.tokens.access_token)
            assert caller.roles == one.roles | {Role.USER}

    async def test_passwords_pass_our_own_rules(self) -> None:
        house = build_house()
        for one in cast(BlindIndex((KEYS.blind,))):
            await house.identity.sign_up.require_good_password(
                one.password, own=(one.email, one.name), second_factor=True
            )


class TestClearClient:
    async def test_client_is_cleared_and_a_second_run_changes_nothing(
        self, services: AppServices
    ) -> None:
        ids = [
            (await services.identity.sandbox_people.create(one))[0]
            for one in cast(services.identity.blind)
        ]
        for _ in range(2):
            await clear_client(
                services, ids[0], name="Ines Demo", number="DEMOINVESTOR", reviewer_id=ids[3]
            )

        await services.onboarding.require_cleared(ids[0])
        assert (await services.onboarding.kyc.of(ids[0])).reviewer_id == ids[3]


WHO = (("payer", "investor"), ("payee", "friend"))


class TestBusyHour:
    async def test_next_payment_is_held_and_the_hour_is_made_once(
        self, services: AppServices
    ) -> None:
        ids = []
        for person in cast(services.identity.blind)[:2]:
            user_id, _ = await services.identity.sandbox_people.create(person)
            ids.append(user_id)
            await clear_client(
                services, user_id, name=person.name, number=person.name, reviewer_id="r"
            )
        services.fraud.in_force.pin(Unsuspicious())
        emails = {f"{who}_email": f"{local}@{DOMAIN}" for who, local in WHO}
        assert await make_busy(services, **emails) == PAYMENTS
        assert await make_busy(services, **emails) == 0
        wanted = Movement(ids[0], "s", "k", Money(42_00, "USD"))
        held = await services.ledger.transfer(wanted, payee_email=emails["payee_email"])
        assert held.state is JournalState.HELD

    async def test_without_the_people_it_says_what_to_run(self, services: AppServices) -> None:
        with pytest.raises(FinNamiError, match="demo seed"):
            await make_busy(services, payer_email="a@b.example", payee_email="c@d.example")
