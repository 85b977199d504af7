"""Login sessions on fakes: refreshed, ended, checked at the gate, with the gate away."""

from collections.abc import Iterator

import pyotp
import pytest

from app.core.errors import RateLimitedError, UnavailableError
from app.core.gate import GateUnavailableError, RateAnswer
from app.core.gate_scripts import RateLimit
from app.domains.identity.errors import (
    LoginSessionNotFoundError,
    RefreshInvalidError,
    RefreshReusedError,
    SessionEndedError,
)
from app.domains.identity.types import (
    MailKind,
    RateClass,
    Role,
)
from tests.factories.identity import (
    House,
    build_house,
    caller_of,
    log_in,
    register,
    staff_member,
)

EMAIL = "ada@example.org"
NEW_PASSWORD = "seven purple stones on a shelf"


@pytest.fixture
def house() -> Iterator[House]:
    made = build_house(abort_first=True)
    yield made
    made.identity.close()


@pytest.mark.row("IS2")
class TestRefresh:
    async def test_grace_gives_the_same_successor_and_then_ends(self, house: House) -> None:
        old = (await log_in(house, await register(house))).tokens.refresh_token
        first = await house.identity.refresh(old)
        house.clock.advance(10)
        assert (await house.identity.refresh(old)).refresh_token == first.refresh_token
        house.clock.advance(11)
        with pytest.raises(RefreshReusedError):
            await house.identity.refresh(old)
        with pytest.raises(RefreshInvalidError):
            await house.identity.refresh(first.refresh_token)
        assert await house.mail(EMAIL, MailKind.REFRESH_REUSED)

    async def test_store_never_holds_a_usable_token(self, house: House) -> None:
        old = (await log_in(house, await register(house))).tokens.refresh_token
        fresh = (await house.identity.refresh(old)).refresh_token

        dump = repr(house.db.rows("login_sessions"))
        assert old not in dump
        assert fresh not in dump

    async def test_garbage_with_a_real_session_id_ends_nothing(self, house: House) -> None:
        signed_in = await log_in(house, await register(house))
        sid = signed_in.tokens.session_id
        for forged in (f"{sid}.x.y", f"{sid}.", sid, "", ".", signed_in.tokens.refresh_token[:-1]):
            with pytest.raises(RefreshInvalidError):
                await house.identity.refresh(forged)

        assert await caller_of(house, signed_in)

    async def test_idle_week_ends_a_users_session_and_half_an_hour_a_staffs(
        self, house: House
    ) -> None:
        signed_in = await log_in(house, await register(house))
        person, _ = await staff_member(house, "rosa@example.org", Role.KYC_REVIEWER)
        staff = await log_in(house, person)
        house.clock.advance(31 * 60)

        with pytest.raises(RefreshInvalidError):
            await house.identity.refresh(staff.tokens.refresh_token)
        pair = await house.identity.refresh(signed_in.tokens.refresh_token)
        house.clock.advance(7 * 24 * 3600 + 1)
        with pytest.raises(RefreshInvalidError):
            await house.identity.refresh(pair.refresh_token)

    async def test_logout_ends_access_at_once_and_is_repeatable(self, house: House) -> None:
        signed_in = await log_in(house, await register(house))
        for _ in range(2):
            await house.identity.logout(signed_in.tokens.refresh_token)
        await house.identity.logout("nonsense")

        with pytest.raises(SessionEndedError):
            await caller_of(house, signed_in)


class TestAuthenticate:
    async def test_gate_away_reading_goes_on_for_a_minute_and_money_stops(
        self, house: House
    ) -> None:
        signed_in = await log_in(house, await register(house))
        caller = await caller_of(house, signed_in)
        house.gate.away = True
        token = signed_in.tokens.access_token

        assert await house.identity.authenticate(token) == caller
        for rate in (RateClass.WRITE, RateClass.MONEY, RateClass.EXPORT, RateClass.CHAT):
            with pytest.raises(GateUnavailableError):
                await house.identity.authenticate(token, rate=rate)
        house.clock.advance(61)
        with pytest.raises(GateUnavailableError):
            await house.identity.authenticate(token)

    async def test_gate_away_staff_stop_at_once(self, house: House) -> None:
        person, _ = await staff_member(house, "rosa@example.org", Role.KYC_REVIEWER)
        signed_in = await log_in(house, person)
        await caller_of(house, signed_in)
        house.gate.away = True

        with pytest.raises(UnavailableError):
            await caller_of(house, signed_in)

    async def test_missed_tombstone_is_set_by_the_job(self, house: House) -> None:
        person = await register(house)
        signed_in = await log_in(house, person)
        house.gate.away = True
        await house.identity.sign_out.end(
            person.user_id, signed_in.tokens.session_id, why="revoked"
        )
        house.gate.away = False
        assert await caller_of(house, signed_in), "the gate has not heard of it yet"
        await house.identity.repeat_tombstones(person.user_id)

        with pytest.raises(SessionEndedError):
            await caller_of(house, signed_in)

    async def test_reads_are_limited(self, house: House) -> None:
        signed_in = await log_in(house, await register(house))

        async def many() -> None:
            for _ in range(100):
                await caller_of(house, signed_in)

        with pytest.raises(RateLimitedError):
            await many()

    async def test_somebody_elses_session_cannot_be_ended(self, house: House) -> None:
        ada, bob = await register(house), await register(house, "bob@example.org")
        signed_in = await log_in(house, ada)
        for session_id in (signed_in.tokens.session_id, "0" * 20):
            with pytest.raises(LoginSessionNotFoundError):
                await house.identity.sign_out.end(bob.user_id, session_id, why="revoked")
        assert await caller_of(house, signed_in)

    async def test_gate_lost_in_the_middle_takes_no_recovery_codes_away(self, house: House) -> None:
        person = await register(house)
        caller = await caller_of(house, await log_in(house, person))
        enrolment = await house.identity.begin_totp(person.user_id)
        count = house.gate.rate_limit

        async def counts_and_dies(key: str, limit: RateLimit) -> RateAnswer:
            answer = await count(key, limit)
            house.gate.away = True
            return answer

        house.gate.rate_limit = counts_and_dies
        code = pyotp.TOTP(enrolment.secret).at(house.clock.now())

        assert len(await house.identity.confirm_totp(caller, code=code)) == 10
