"""Step-up grants are bound to what they were given for; roles change with a second thought."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.core.uow import Transaction
from app.domains.identity.errors import (
    LastAdminError,
    OwnAccountError,
    SecondFactorNeededError,
    SessionEndedError,
    StepUpRequiredError,
)
from app.domains.identity.types import Caller, Role, StepUpAction, StepUpParams
from tests.factories.identity import (
    House,
    build_house,
    caller_of,
    enrol,
    log_in,
    next_code,
    register,
    staff_member,
)

PARAMS = {"amount_minor": 12_000, "currency": "EUR", "payee": "p1"}


@pytest.fixture
def house() -> Iterator[House]:
    made = build_house(abort_first=True)
    yield made
    made.identity.close()


async def consume(
    house: House,
    caller: Caller,
    grant: str | None,
    *,
    action: StepUpAction = StepUpAction.WITHDRAWAL,
    params: StepUpParams = PARAMS,
) -> None:
    async def work(tx: Transaction) -> None:
        await house.identity.consume_step_up(
            tx,
            user_id=caller.user_id,
            session_id=caller.session_id,
            grant=grant,
            action=action,
            params=params,
        )

    await house.db.transaction(work)


async def granted(house: House) -> tuple[Caller, str]:
    person = await register(house)
    caller = await enrol(house, person)
    grant = await house.identity.grant_step_up(
        caller, action=StepUpAction.WITHDRAWAL, params=PARAMS, code=next_code(house, person)
    )
    return caller, grant.grant


@pytest.mark.row("IS6")
class TestStepUp:
    async def test_grant_permits_exactly_its_action_once(self, house: House) -> None:
        caller, grant = await granted(house)
        await consume(house, caller, grant)

        with pytest.raises(StepUpRequiredError):
            await consume(house, caller, grant)

    async def test_numbers_and_their_text_are_the_same_parameters(self, house: House) -> None:
        caller, grant = await granted(house)
        await consume(house, caller, grant, params={k: str(v) for k, v in PARAMS.items()})

    @pytest.mark.parametrize(
        "change",
        [{"amount_minor": 12_001}, {"currency": "USD"}, {"payee": "p2"}, {"note": "x"}],
    )
    async def test_other_parameters_are_refused_and_the_grant_stays(
        self, house: House, change: dict[str, str | int]
    ) -> None:
        caller, grant = await granted(house)
        with pytest.raises(StepUpRequiredError) as refusal:
            await consume(house, caller, grant, params={**PARAMS, **change})
        assert refusal.value.fields["action"] == "withdrawal"

        await consume(house, caller, grant)

    async def test_other_action_session_user_or_no_grant_is_refused(self, house: House) -> None:
        caller, grant = await granted(house)
        with pytest.raises(StepUpRequiredError):
            await consume(house, caller, grant, action=StepUpAction.TRANSFER)
        with pytest.raises(StepUpRequiredError):
            await consume(house, replace(caller, session_id="another"), grant)
        with pytest.raises(StepUpRequiredError):
            await consume(house, replace(caller, user_id="another"), grant)
        for nothing in (None, "", "nonsense"):
            with pytest.raises(StepUpRequiredError):
                await consume(house, caller, nothing)

    async def test_grant_expires(self, house: House) -> None:
        caller, grant = await granted(house)
        house.clock.advance(301)

        with pytest.raises(StepUpRequiredError):
            await consume(house, caller, grant)

    async def test_rolled_back_business_keeps_the_grant(self, house: House) -> None:
        caller, grant = await granted(house)

        async def fails(tx: Transaction) -> None:
            await house.identity.consume_step_up(
                tx,
                user_id=caller.user_id,
                session_id=caller.session_id,
                grant=grant,
                action=StepUpAction.WITHDRAWAL,
                params=PARAMS,
            )
            raise LookupError("insufficient funds, say")

        with pytest.raises(LookupError):
            await house.db.transaction(fails)
        await consume(house, caller, grant)

    async def test_without_second_factor_there_is_none(self, house: House) -> None:
        caller = await caller_of(house, await log_in(house, await register(house)))

        with pytest.raises(SecondFactorNeededError):
            await house.identity.grant_step_up(
                caller, action=StepUpAction.EXPORT, params={}, code="000000"
            )


@pytest.mark.row("IS7")
@pytest.mark.row("IS11")
class TestRoles:
    async def test_change_is_stepped_up_audited_and_signs_the_person_out(
        self, house: House
    ) -> None:
        admin_person, _ = await staff_member(house, "admin@example.org", Role.ADMIN)
        person = await register(house)
        signed_in = await log_in(house, person)
        admin = await caller_of(house, await log_in(house, admin_person))
        wanted = frozenset({Role.KYC_REVIEWER})
        with pytest.raises(StepUpRequiredError):
            await house.identity.staff.change_roles(
                admin, user_id=person.user_id, roles=wanted, reason="joins", grant=None
            )
        grant = await house.identity.grant_step_up(
            admin,
            action=StepUpAction.ROLE_CHANGE,
            params={"user_id": person.user_id, "roles": "kyc_reviewer,user"},
            code=next_code(house, admin_person),
        )
        changed = await house.identity.staff.change_roles(
            admin, user_id=person.user_id, roles=wanted, reason="joins", grant=grant.grant
        )

        assert changed.roles == {Role.KYC_REVIEWER, Role.USER}
        with pytest.raises(SessionEndedError):
            await caller_of(house, signed_in)
        row = next(a for a in reversed(house.db.audited) if a.action == "identity.roles_changed")
        assert (row.actor, row.object_id, row.reason) == (admin.user_id, person.user_id, "joins")
        assert (row.before, row.after) == (
            {"roles": ["user"]},
            {"roles": ["kyc_reviewer", "user"]},
        )
        assert changed in await house.identity.staff.list_staff()

    async def test_staff_rights_rest_without_a_second_factor(self, house: House) -> None:
        person = await register(house)
        await house.identity.staff.appoint(
            user_id=person.user_id, roles=frozenset({Role.ADMIN}), reason="test"
        )
        signed_in = await log_in(house, person)
        assert (await caller_of(house, signed_in)).roles == {Role.USER}
        await enrol(house, person)
        assert (await caller_of(house, signed_in)).roles == {Role.USER, Role.ADMIN}
        await house.identity.disable_totp(
            person.user_id, password=person.password, code=next_code(house, person)
        )
        assert (await caller_of(house, signed_in)).roles == {Role.USER}

    async def test_nobody_changes_their_own_roles(self, house: House) -> None:
        _, admin = await staff_member(house, "admin@example.org", Role.ADMIN)

        with pytest.raises(OwnAccountError):
            await house.identity.staff.change_roles(
                admin, user_id=admin.user_id, roles=frozenset(), reason="bored", grant=None
            )

    async def test_last_admin_stays(self, house: House) -> None:
        person, _ = await staff_member(house, "admin@example.org", Role.ADMIN)

        with pytest.raises(LastAdminError):
            await house.identity.staff.appoint(
                user_id=person.user_id, roles=frozenset(), reason="leaves"
            )

    async def test_admin_sees_no_address_in_full(self, house: House) -> None:
        await register(house)
        found = await house.identity.staff.find(email="ADA@example.org")

        assert found.email_hint == "a…@example.org"


class TestPayeeLookUp:
    async def test_finds_by_address_in_any_spelling(self, house: House) -> None:
        person = await register(house)
        door = house.identity

        assert await door.find_user_by_email_index(" ADA@Example.org ") == person.user_id
        assert await door.find_user_by_email_index("nobody@example.org") is None
