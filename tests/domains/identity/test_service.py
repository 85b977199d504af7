"""Identity's stories on fakes; every transaction runs twice, as after a write conflict."""

from collections.abc import Iterator
from dataclasses import replace

import pyotp
import pytest

from app.core.errors import RateLimitedError
from app.core.passwords import Passwords
from app.domains.identity.errors import (
    BadCredentialsError,
    ChallengeOverError,
    EnrolmentMissingError,
    LinkInvalidError,
    SecondFactorNeededError,
    SecondFactorOnError,
    SessionEndedError,
    TooManyAttemptsError,
    WeakPasswordError,
    WrongCodeError,
)
from app.domains.identity.types import (
    Client,
    MailKind,
    SecondFactorNeeded,
    SignedIn,
    StepUpAction,
)
from tests.factories.identity import (
    CLIENT,
    KEYS,
    PASSWORD,
    House,
    Person,
    attempt,
    build_house,
    caller_of,
    enrol,
    log_in,
    next_code,
    register,
)

EMAIL = "ada@example.org"
NEW_PASSWORD = "seven purple stones on a shelf"


@pytest.fixture
def house() -> Iterator[House]:
    made = build_house(abort_first=True)
    yield made
    made.identity.close()


async def sign_up(house: House, email: str = EMAIL, password: str = PASSWORD) -> None:
    await house.identity.sign_up.register(
        email=email, password=password, name="Ada Lovelace", locale="en", client=CLIENT
    )


@pytest.mark.row("IS1")
class TestSignUp:
    async def test_unconfirmed_person_cannot_sign_in(self, house: House) -> None:
        await sign_up(house)

        with pytest.raises(BadCredentialsError):
            await house.identity.sign_in.login(attempt(Person("", EMAIL)), CLIENT)

    async def test_confirmed_person_can(self, house: House) -> None:
        person = await register(house)

        assert isinstance(await log_in(house, person), SignedIn)
        assert house.db.rows("users")[person.user_id]["password"]["hash"].startswith("$argon2id$")

    async def test_hash_of_older_settings_is_renewed_at_log_in(self, house: House) -> None:
        person = await register(house)
        older = await Passwords(peppers=(KEYS.pepper,), profile="46m").hash(PASSWORD)
        await house.db.update_one(
            "users", {"_id": person.user_id}, {"$set": {"password": older.to_document()}}
        )
        await log_in(house, person)

        stored = house.db.rows("users")[person.user_id]["password"]
        assert stored["hash"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert await log_in(house, person)

    async def test_link_works_once(self, house: House) -> None:
        await sign_up(house)
        code = (await house.mail(EMAIL))[0].action_code or ""
        await house.identity.sign_up.verify_email(token=code)

        with pytest.raises(LinkInvalidError):
            await house.identity.sign_up.verify_email(token=code)

    async def test_link_expires(self, house: House) -> None:
        await sign_up(house)
        code = (await house.mail(EMAIL))[0].action_code or ""
        house.clock.advance(24 * 3600 + 1)

        with pytest.raises(LinkInvalidError):
            await house.identity.sign_up.verify_email(token=code)

    async def test_known_address_writes_the_same_rows_and_a_letter_without_a_key(
        self, house: House
    ) -> None:
        await register(house)
        house.clock.advance(3600)

        def counts() -> dict[str, int]:
            return {name: len(rows) for name, rows in house.db._data.items()}

        before = counts()
        await sign_up(house)
        known = {name: n - before.get(name, 0) for name, n in counts().items()}
        before = counts()
        await sign_up(house, "new@example.org")
        unknown = {name: n - before.get(name, 0) for name, n in counts().items()}

        known.pop("key_buckets"), unknown.pop("key_buckets")  # made once per bucket, by anybody
        assert known == unknown
        letter = (await house.mail(EMAIL, MailKind.ALREADY_REGISTERED))[0]
        assert letter.action_code is None
        assert (await house.mail(EMAIL, MailKind.VERIFY_EMAIL))[0].sent_at < letter.sent_at

    async def test_of_two_sign_ups_with_one_address_the_first_confirmed_has_it(
        self, house: House
    ) -> None:
        await sign_up(house)
        await sign_up(house)
        codes = [letter.action_code or "" for letter in await house.mail(EMAIL)]
        await house.identity.sign_up.verify_email(token=codes[0])

        with pytest.raises(LinkInvalidError):
            await house.identity.sign_up.verify_email(token=codes[1])
        assert len(house.db.rows("users")) == 1

    async def test_letter_sent_again_replaces_the_link(self, house: House) -> None:
        await sign_up(house)
        first = (await house.mail(EMAIL))[0].action_code or ""
        house.clock.advance(60)
        await house.identity.sign_up.resend(email=EMAIL, client=CLIENT)
        second = (await house.mail(EMAIL))[0].action_code or ""

        with pytest.raises(LinkInvalidError):
            await house.identity.sign_up.verify_email(token=first)
        assert await house.identity.sign_up.verify_email(token=second)

    async def test_unknown_address_gets_no_letter(self, house: House) -> None:
        await house.identity.sign_up.resend(email="nobody@example.org", client=CLIENT)
        await house.identity.sign_up.forgot_password(email="nobody@example.org", client=CLIENT)

        assert await house.mail("nobody@example.org") == []

    @pytest.mark.parametrize(
        "password",
        ["short", "Password2024!!!", "123456789012345", "ada lovelace finnami 1", "x" * 129],
    )
    async def test_weak_password_is_refused_with_a_reason(
        self, house: House, password: str
    ) -> None:
        with pytest.raises(WeakPasswordError) as refusal:
            await sign_up(house, password=password)
        assert refusal.value.fields["reason"]
        assert password not in str(refusal.value)

    async def test_nothing_personal_is_stored_in_the_clear(self, house: House) -> None:
        person = await register(house, "grace.hopper@example.org")
        await enrol(house, person)
        await house.deliver()

        dump = repr(house.db._data)
        secrets = ["grace.hopper", "Lovelace", PASSWORD, person.totp, *person.recovery]
        assert [s for s in secrets if s and s in dump] == []


class TestLetters:
    async def test_second_run_of_the_job_sends_nothing(self, house: House) -> None:
        await sign_up(house)
        await house.deliver()
        house.sent.clear()
        await house.deliver()

        assert len(house.db.rows("sandbox_mailbox")) == 1

    async def test_letters_of_a_sign_up_that_expired_do_not_hide_the_others(
        self, house: House
    ) -> None:
        await register(house)
        house.clock.advance(60)
        await sign_up(house)
        await house.deliver()
        assert len(await house.mail(EMAIL)) == 2
        for waiting in list(house.db.rows("registrations")):
            await house.db.delete_one("registrations", {"_id": waiting})  # what the TTL does

        assert [letter.kind for letter in await house.mail(EMAIL)] == [MailKind.VERIFY_EMAIL]

    async def test_name_cannot_reach_into_the_template(self, house: House) -> None:
        await house.identity.sign_up.register(
            email=EMAIL, password=PASSWORD, name="{link} {0}", locale="en", client=CLIENT
        )

        assert "Hello {link} {0}" in (await house.mail(EMAIL))[0].text


@pytest.mark.row("IS10")
class TestLockout:
    async def fill(self, house: House, person: Person, client: Client) -> None:
        for _ in range(5):
            with pytest.raises(BadCredentialsError):
                await house.identity.sign_in.login(
                    attempt(person, password="not the right one"), client
                )

    async def test_sixth_attempt_is_refused_even_with_the_right_password(
        self, house: House
    ) -> None:
        person = await register(house)
        await self.fill(house, person, CLIENT)

        with pytest.raises(TooManyAttemptsError) as refusal:
            await house.identity.sign_in.login(attempt(person), CLIENT)
        assert refusal.value.fields["retry_after_s"] > 0

    async def test_unknown_address_locks_alike(self, house: House) -> None:
        await self.fill(house, Person("", "nobody@example.org"), CLIENT)

        with pytest.raises(TooManyAttemptsError):
            await house.identity.sign_in.login(attempt(Person("", "nobody@example.org")), CLIENT)

    async def test_owners_device_is_not_locked_out_by_an_attacker(self, house: House) -> None:
        person = await register(house)
        await log_in(house, person)
        own = replace(CLIENT, device_cookie=person.device_cookie)
        await self.fill(house, person, Client(address="198.51.100.9"))

        assert await log_in(house, person, own)

    async def test_forged_device_cookie_is_an_unknown_device(self, house: House) -> None:
        person, other = await register(house), await register(house, "bob@example.org")
        await log_in(house, other)
        await self.fill(house, person, CLIENT)
        for cookie in ("x.y", "a" * 20 + "." + "0" * 32, other.device_cookie):
            with pytest.raises(TooManyAttemptsError):
                await log_in(house, person, replace(CLIENT, device_cookie=cookie))

    async def test_refresh_or_a_right_password_resets_nothing(self, house: House) -> None:
        person = await register(house)
        signed_in = await log_in(house, person)
        for _ in range(4):
            with pytest.raises(BadCredentialsError):
                await house.identity.sign_in.login(attempt(person, password="wrong"), CLIENT)
        await house.identity.refresh(signed_in.tokens.refresh_token)
        await house.identity.sign_in.login(attempt(person), CLIENT)
        with pytest.raises(BadCredentialsError):
            await house.identity.sign_in.login(attempt(person, password="wrong"), CLIENT)

        with pytest.raises(TooManyAttemptsError):
            await house.identity.sign_in.login(attempt(person), CLIENT)

    async def test_password_reset_lifts_it_and_signs_everybody_out(self, house: House) -> None:
        person = await register(house)
        signed_in = await log_in(house, person)
        await self.fill(house, person, CLIENT)
        await house.identity.sign_up.forgot_password(email=EMAIL, client=CLIENT)
        code = (await house.mail(EMAIL, MailKind.RESET_PASSWORD))[0].action_code or ""
        await house.identity.sign_up.reset_password(token=code, password=NEW_PASSWORD)

        person.password = NEW_PASSWORD
        with pytest.raises(SessionEndedError):
            await caller_of(house, signed_in)
        with pytest.raises(LinkInvalidError):
            await house.identity.sign_up.reset_password(token=code, password=NEW_PASSWORD)
        assert await log_in(house, person)

    async def test_addresses_are_limited(self, house: House) -> None:
        async def many() -> None:
            for n in range(500):
                await house.identity.sign_up.resend(email=f"p{n}@example.org", client=CLIENT)

        with pytest.raises(RateLimitedError):
            await many()


@pytest.mark.row("IS4")
class TestSecondFactor:
    async def test_log_in_needs_a_code_then(self, house: House) -> None:
        person = await register(house)
        await enrol(house, person)
        answer = await house.identity.sign_in.login(attempt(person), CLIENT)

        assert isinstance(answer, SecondFactorNeeded)
        assert answer.methods == ("totp", "recovery_code")

    async def test_same_code_twice_is_refused(self, house: House) -> None:
        person = await register(house)
        caller = await enrol(house, person)
        code = next_code(house, person)
        await house.identity.renew_recovery_codes(person.user_id, code=code)

        with pytest.raises(WrongCodeError):
            await house.identity.grant_step_up(
                caller, action=StepUpAction.EXPORT, params={}, code=code
            )

    @pytest.mark.parametrize(
        ("steps", "accepted"), [(-3, False), (-1, True), (1, True), (3, False)]
    )
    async def test_clock_may_be_one_step_off(
        self, house: House, steps: int, *, accepted: bool
    ) -> None:
        person = await register(house)
        await enrol(house, person)
        house.clock.advance(300)
        code = pyotp.TOTP(person.totp or "").at(house.clock.now(), counter_offset=steps)
        try:
            await house.identity.renew_recovery_codes(person.user_id, code=code)
        except WrongCodeError:
            assert not accepted
        else:
            assert accepted

    async def test_five_wrong_codes_burn_the_pending_log_in(self, house: House) -> None:
        person = await register(house)
        await enrol(house, person)
        pending = await house.identity.sign_in.login(attempt(person), CLIENT)
        assert isinstance(pending, SecondFactorNeeded)

        async def try_code(code: str) -> SignedIn:
            return await house.identity.sign_in.with_totp(
                challenge=pending.challenge, code=code, client=CLIENT, trust_device=False
            )

        for _ in range(5):
            with pytest.raises(WrongCodeError):
                await try_code("000000")
        with pytest.raises(ChallengeOverError):
            await try_code(next_code(house, person))

    async def test_pending_log_in_works_once_and_expires(self, house: House) -> None:
        person = await register(house)
        await enrol(house, person)
        sign_in = house.identity.sign_in
        first, second = [await sign_in.login(attempt(person), CLIENT) for _ in range(2)]
        assert isinstance(first, SecondFactorNeeded)
        assert isinstance(second, SecondFactorNeeded)
        await sign_in.with_totp(
            challenge=first.challenge,
            code=next_code(house, person),
            client=CLIENT,
            trust_device=False,
        )
        with pytest.raises(ChallengeOverError):
            await sign_in.with_recovery_code(
                challenge=first.challenge, code=person.recovery[0], client=CLIENT
            )
        house.clock.advance(301)
        with pytest.raises(ChallengeOverError):
            await sign_in.with_recovery_code(
                challenge=second.challenge, code=person.recovery[0], client=CLIENT
            )

    async def test_recovery_code_works_once_and_is_told(self, house: House) -> None:
        person = await register(house)
        await enrol(house, person)
        sign_in = house.identity.sign_in
        for works in (True, False):
            pending = await sign_in.login(attempt(person), CLIENT)
            assert isinstance(pending, SecondFactorNeeded)
            typed = person.recovery[0].upper().replace("-", " ")
            call = sign_in.with_recovery_code(
                challenge=pending.challenge, code=typed, client=CLIENT
            )
            if works:
                assert (await caller_of(house, await call)).amr == ("pwd", "rc")
            else:
                with pytest.raises(WrongCodeError):
                    await call
        assert (await house.identity.get_user_view(person.user_id)).recovery_codes_left == 9
        letter = (await house.mail(EMAIL, MailKind.RECOVERY_CODE_USED))[0]
        assert "9 are left" in letter.text

    async def test_disabling_needs_password_and_code(self, house: House) -> None:
        person = await register(house)
        await enrol(house, person)
        identity = house.identity
        with pytest.raises(BadCredentialsError):
            await identity.disable_totp(
                person.user_id, password="wrong", code=next_code(house, person)
            )
        with pytest.raises(WrongCodeError):
            await identity.disable_totp(person.user_id, password=PASSWORD, code="000000")
        await identity.disable_totp(
            person.user_id, password=PASSWORD, code=next_code(house, person)
        )

        with pytest.raises(SecondFactorNeededError):
            await identity.require_second_factor(person.user_id)
        assert isinstance(await identity.sign_in.login(attempt(person), CLIENT), SignedIn)

    async def test_enrolment_order(self, house: House) -> None:
        person = await register(house)
        caller = await caller_of(house, await log_in(house, person))
        with pytest.raises(EnrolmentMissingError):
            await house.identity.confirm_totp(caller, code="000000")
        enrolment = await house.identity.begin_totp(person.user_id)
        assert enrolment.qr_svg.startswith("<svg")
        with pytest.raises(WrongCodeError):
            await house.identity.confirm_totp(caller, code="000000")
        code = pyotp.TOTP(enrolment.secret).at(house.clock.now())
        assert len(set(await house.identity.confirm_totp(caller, code=code))) == 10
        with pytest.raises(SecondFactorOnError):
            await house.identity.begin_totp(person.user_id)

    @pytest.mark.row("IS5")
    async def test_trusted_device_skips_the_code_until_the_password_changes(
        self, house: House
    ) -> None:
        person = await register(house)
        await enrol(house, person)
        pending = await house.identity.sign_in.login(attempt(person), CLIENT)
        assert isinstance(pending, SecondFactorNeeded)
        trusted = await house.identity.sign_in.with_totp(
            challenge=pending.challenge,
            code=next_code(house, person),
            client=CLIENT,
            trust_device=True,
        )
        for _ in range(2):
            again = attempt(person, trusted=trusted.trusted_device)
            assert isinstance(await house.identity.sign_in.login(again, CLIENT), SignedIn)
        await house.identity.change_password(
            await caller_of(house, trusted),
            present=PASSWORD,
            password=NEW_PASSWORD,
            code=next_code(house, person),
        )
        person.password = NEW_PASSWORD
        again = attempt(person, trusted=trusted.trusted_device)
        assert isinstance(await house.identity.sign_in.login(again, CLIENT), SecondFactorNeeded)
        assert await caller_of(house, trusted), "the device that changed it stays signed in"
