"""`finnami demo`: people for every role, once, with log-ins that work."""

import json
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner

from app.cli.demo import cast, demo
from app.core.envelope import BlindIndex
from app.core.keys import KeyRing
from app.domains.identity.types import Role, SecondFactorNeeded
from tests.factories.identity import CLIENT, KEYS, Person, attempt, build_house


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    KeyRing.generate().save(tmp_path / "keys.json")
    return tmp_path / "keys.json"


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
