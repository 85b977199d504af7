"""Passwords: form of the hash, pepper, rehash, the queue's limit and a free event loop."""

import asyncio
import threading

import pytest

from app.core.errors import UnavailableError
from app.core.passwords import QUEUE_MAX, Passwords, StoredPassword

PEPPER = b"p" * 32
PHRASE = "tidal lantern cobble seven"


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(peppers=(PEPPER,), profile="19m")


@pytest.mark.row("IS1")
class TestHash:
    async def test_default_is_argon2id_with_46_mib(self) -> None:
        stored = await Passwords(peppers=(PEPPER,)).hash(PHRASE)

        assert stored.hash.startswith("$argon2id$v=19$m=47104,t=1,p=1$")

    async def test_round_trip_through_a_document(self, passwords: Passwords) -> None:
        stored = StoredPassword.of((await passwords.hash(PHRASE)).to_document())

        assert (await passwords.verify(stored, PHRASE)).ok
        assert not (await passwords.verify(stored, PHRASE + " ")).ok

    async def test_two_hashes_of_one_password_differ(self, passwords: Passwords) -> None:
        assert (await passwords.hash(PHRASE)).hash != (await passwords.hash(PHRASE)).hash


class TestVerify:
    async def test_another_pepper_does_not_verify(self, passwords: Passwords) -> None:
        stored = await passwords.hash(PHRASE)
        other = Passwords(peppers=(b"q" * 32,), profile="19m")

        assert not (await other.verify(stored, PHRASE)).ok

    async def test_old_pepper_verifies_and_asks_for_a_rehash(self, passwords: Passwords) -> None:
        stored = await passwords.hash(PHRASE)
        rotated = Passwords(peppers=(b"q" * 32, PEPPER), profile="19m")
        verdict = await rotated.verify(stored, PHRASE)

        assert verdict.ok
        assert verdict.needs_rehash

    async def test_old_parameters_ask_for_a_rehash(self, passwords: Passwords) -> None:
        stored = await passwords.hash(PHRASE)

        assert (await Passwords(peppers=(PEPPER,)).verify(stored, PHRASE)).needs_rehash
        assert not (await passwords.verify(stored, PHRASE)).needs_rehash

    async def test_unknown_account_fails_whatever_is_typed(self, passwords: Passwords) -> None:
        assert not (await passwords.verify(None, PHRASE)).ok

    async def test_broken_stored_hash_is_a_refusal_not_a_crash(self, passwords: Passwords) -> None:
        pepper_id = (await passwords.hash(PHRASE)).pepper_id

        assert not (await passwords.verify(StoredPassword("nonsense", pepper_id), PHRASE)).ok


class TestQueue:
    async def test_call_beyond_the_cap_is_refused_and_the_cap_frees_itself(
        self, passwords: Passwords
    ) -> None:
        gate = threading.Event()
        held = [asyncio.ensure_future(passwords._run(gate.wait)) for _ in range(QUEUE_MAX)]
        await asyncio.sleep(0)

        with pytest.raises(UnavailableError) as refusal:
            await passwords.hash(PHRASE)
        assert refusal.value.fields["retry_after_s"] == 2
        gate.set()
        await asyncio.gather(*held)
        await asyncio.sleep(0.01)
        assert (await passwords.hash(PHRASE)).hash

    async def test_all_work_runs_on_one_thread_that_is_not_the_loops(
        self, passwords: Passwords
    ) -> None:
        names = await asyncio.gather(
            *(passwords._run(lambda: threading.current_thread().name) for _ in range(8))
        )

        assert set(names) == {"argon2_0"}

    async def test_common_list_is_asked_in_the_thread(self, passwords: Passwords) -> None:
        assert await passwords.is_common("Password2024!")
        assert not await passwords.is_common(PHRASE)
