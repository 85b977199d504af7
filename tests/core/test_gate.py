"""The gate against a real Valkey: every reply goes to its caller, every limit is counted once."""

import asyncio
import random

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.breaker import BREAKER_FAILURES
from app.core.gate import TOMBSTONE, Gate, GateUnavailableError
from app.core.gate_scripts import CHECK, RateLimit
from app.core.ids import new_id
from app.core.redis_wire import CommandRefusedError

WIDE = RateLimit("wide", 1000, 1, 1000)


@pytest.fixture
async def gate(embedded_redis_url):
    gate = await Gate.connect(embedded_redis_url, timeout_s=5.0)
    yield gate
    await gate.close()


async def echo_with_trouble(gate: Gate, rng: random.Random, counts: dict[str, int]) -> None:
    """One call that may be good, bad, cancelled or timed out; a wrong echo fails the test."""
    nonce = new_id()
    kind = rng.choice(("good", "good", "good", "bad", "refused", "cancelled", "late"))
    try:
        if kind == "bad":
            with pytest.raises(TypeError):
                await gate.call("ECHO", object())
        elif kind == "refused":
            with pytest.raises(CommandRefusedError):
                await gate.call("ECHO", nonce, "one too many")
        elif kind == "cancelled":
            task = asyncio.create_task(gate.call("ECHO", nonce))
            for _ in range(rng.randrange(3)):
                await asyncio.sleep(0)
            task.cancel()
            answer = (await asyncio.gather(task, return_exceptions=True))[0]
            if not isinstance(answer, asyncio.CancelledError):
                assert answer == nonce.encode()
        elif kind == "late":
            async with asyncio.timeout(rng.random() / 500):
                assert await gate.call("ECHO", nonce) == nonce.encode()
        else:
            assert await gate.call("ECHO", nonce) == nonce.encode()
    except TimeoutError:
        kind = "timed_out"
    counts[kind] = counts.get(kind, 0) + 1


class TestEveryReplyGoesToItsCaller:
    async def test_20000_calls_good_bad_cancelled_and_late_are_never_mixed_up(self, gate):
        rng, counts = random.Random(7), {}
        for _ in range(100):
            await asyncio.gather(*(echo_with_trouble(gate, rng, counts) for _ in range(200)))
        assert sum(counts.values()) == 20_000
        assert min(counts[kind] for kind in ("good", "bad", "refused", "cancelled")) > 1000
        assert await gate.call("ECHO", "after") == b"after"

    def test_any_schedule_of_calls_keeps_the_order(self, embedded_redis_url):
        @settings(max_examples=25, deadline=None)
        @given(seed=st.integers(0, 2**32), width=st.integers(1, 60))
        def schedules(seed: int, width: int) -> None:
            async def run() -> None:
                gate = await Gate.connect(embedded_redis_url, timeout_s=5.0)
                rng, counts = random.Random(seed), {}
                await asyncio.gather(*(echo_with_trouble(gate, rng, counts) for _ in range(width)))
                assert await gate.call("ECHO", "last") == b"last"
                await gate.close()

            asyncio.run(run())

        schedules()

    async def test_commands_of_one_tick_leave_in_one_write(self, gate):
        wire = gate._wire
        assert wire is not None
        writes: list[bytes] = []
        write = wire._transport.write
        wire._transport.write = lambda data: (writes.append(data), write(data))[1]
        await asyncio.gather(*(gate.call("ECHO", str(number)) for number in range(50)))
        assert len(writes) == 1


class TestLimits:
    async def test_burst_then_refusal_with_the_seconds_to_wait(self, gate):
        limit, key = RateLimit("login", 10, 60, 3), new_id()
        answers = [await gate.rate_limit(key, limit) for _ in range(4)]
        assert [answer.allowed for answer in answers] == [True, True, True, False]
        assert [answer.remaining for answer in answers] == [2, 1, 0, 0]
        assert 1 <= answers[-1].retry_after_s <= 6

    async def test_concurrent_calls_never_get_more_than_the_burst(self, gate):
        limit, key = RateLimit("money", 1, 3600, 5), new_id()
        answers = await asyncio.gather(*(gate.rate_limit(key, limit) for _ in range(50)))
        assert sum(answer.allowed for answer in answers) == 5

    async def test_a_call_refused_by_one_window_uses_up_none(self, gate):
        key = new_id()
        hourly = RateLimit("hour", 3, 3600, 3)
        both = RateLimit("second", 1, 3600, 1, also=hourly)
        assert (await gate.rate_limit(key, both)).allowed
        assert not (await gate.rate_limit(key, both)).allowed
        assert (await gate.rate_limit(key, hourly)).remaining == 1

    async def test_a_rate_returns_with_time(self, gate):
        limit, key = RateLimit("quick", 100, 1, 1), new_id()
        assert (await gate.rate_limit(key, limit)).allowed
        assert not (await gate.rate_limit(key, limit)).allowed
        await asyncio.sleep(0.05)
        assert (await gate.rate_limit(key, limit)).allowed

    async def test_forgotten_limits_start_anew(self, gate):
        limit, key = RateLimit("reset", 1, 3600, 1), new_id()
        await gate.rate_limit(key, limit)
        await gate.forget_limit(key, limit)
        assert (await gate.rate_limit(key, limit)).allowed


class TestCheck:
    async def test_unknown_session_is_none_and_a_refill_makes_it_known(self, gate):
        user, session = new_id(), new_id()
        assert (await gate.check(user, session, WIDE)).session_value is None
        assert await gate.refill_session(user, session, b"0|user|1") == b"0|user|1"
        assert (await gate.check(user, session, WIDE)).session_value == b"0|user|1"

    async def test_a_late_refill_does_not_revive_a_revoked_session(self, gate):
        user, session = new_id(), new_id()
        await gate.revoke_session(user, session)
        assert await gate.refill_session(user, session, b"0|user|1") == TOMBSTONE
        assert (await gate.check(user, session, WIDE)).revoked

    async def test_cached_answer_needs_a_known_session_and_a_free_limit(self, gate):
        user, session, limit = new_id(), new_id(), RateLimit("two", 1, 3600, 2)
        await gate.cache_answer(user, "dashboard", b"{}", ttl_s=60)
        assert (await gate.check(user, session, limit, cache_key="dashboard")).cached is None
        await gate.refill_session(user, session, b"0|user|1")
        assert (await gate.check(user, session, limit, cache_key="dashboard")).cached == b"{}"
        refused = await gate.check(user, session, limit, cache_key="dashboard")
        assert not refused.allowed
        assert refused.cached is None

    async def test_dropped_answers_are_gone(self, gate):
        user, session = new_id(), new_id()
        await gate.refill_session(user, session, b"v")
        await gate.cache_answer(user, "dashboard", b"{}", ttl_s=60)
        await gate.drop_answers(user, ["dashboard"])
        assert (await gate.check(user, session, WIDE, cache_key="dashboard")).cached is None

    async def test_a_server_that_forgot_the_programs_is_taught_again(self, gate):
        await gate.call("SCRIPT", "FLUSH")
        assert (await gate.check(new_id(), new_id(), WIDE)).allowed
        assert await gate.call("SCRIPT", "EXISTS", CHECK.sha) == [1]


class BadServer:
    """A TCP server whose answers the test decides."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.seen: list[bytes] = []

    async def __aenter__(self) -> "BadServer":
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/0"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            self.seen.append(data)
            if b"PING" in data:
                writer.write(b"+PONG\r\n")
                continue
            answer = self.answers.pop(0) if self.answers else None
            if answer is None:
                writer.close()
                return
            writer.write(answer)


class TestWhenRedisIsAway:
    async def test_a_lost_connection_repeats_a_read_and_never_a_write(self):
        async with BadServer(None, b"$1\r\nx\r\n", None) as server:
            gate = await Gate.connect(server.url)
            assert await gate.call("GET", "key") == b"x"
            with pytest.raises(GateUnavailableError):
                await gate.call("SET", "key", "y")
            assert sum(b"SET" in data for data in server.seen) == 1
            await gate.close()

    async def test_garbage_drops_the_connection_instead_of_guessing(self):
        async with BadServer(b"?garbage\r\n", b"+OK\r\n") as server:
            gate = await Gate.connect(server.url)
            with pytest.raises(GateUnavailableError):
                await gate.call("SET", "key", "value")
            assert await gate.call("SET", "key", "value") == b"OK"
            await gate.close()

    async def test_a_reply_nobody_asked_for_drops_the_connection(self):
        async with BadServer(b"+OK\r\n+OK\r\n", b"$5\r\nfresh\r\n") as server:
            gate = await Gate.connect(server.url)
            assert await gate.call("SET", "a", "b") == b"OK"
            await asyncio.sleep(0.01)
            assert await gate.call("GET", "key") == b"fresh"
            await gate.close()

    async def test_silence_is_given_up_and_the_breaker_opens(self):
        async with BadServer(*[b""] * 20) as server:
            gate = await Gate.connect(server.url)
            for _ in range(BREAKER_FAILURES):
                with pytest.raises(GateUnavailableError):
                    await gate.call("GET", "key")
            assert not gate.available
            sent = len(server.seen)
            with pytest.raises(GateUnavailableError):
                await gate.call("GET", "key")
            assert len(server.seen) == sent
            await gate.close()

    async def test_the_breaker_closes_after_one_good_probe(self, embedded_redis_url):
        gate = Gate(embedded_redis_url, timeout_s=5.0)
        for _ in range(BREAKER_FAILURES):
            gate._breaker.failure(asyncio.get_running_loop().time() - 2)
        assert not gate.available
        assert await gate.call("PING") == b"PONG"
        assert gate.available
        await gate.close()

    async def test_no_server_says_host_and_port(self):
        with pytest.raises(GateUnavailableError, match=r"127\.0\.0\.1:1"):
            await Gate.connect("redis://127.0.0.1:1/0")

    async def test_a_wrong_password_is_said_and_not_shown(self, embedded_redis_url):
        wrong = embedded_redis_url.replace("redis://:", "redis://:hunter2")
        with pytest.raises(GateUnavailableError) as refused:
            await Gate.connect(wrong)
        assert "WRONGPASS" in str(refused.value)
        assert "hunter2" not in str(refused.value)

    @pytest.mark.parametrize("url", ["http://x/0", "redis:///0", "redis://h/zero"])
    def test_a_malformed_url_is_refused_at_once(self, url):
        with pytest.raises(ValueError, match="Redis URL"):
            Gate(url)

    async def test_closing_fails_what_is_in_flight(self, gate):
        call = asyncio.create_task(gate.call("BLPOP", new_id(), 1))
        await asyncio.sleep(0.01)
        await gate.close()
        with pytest.raises(GateUnavailableError):
            await call

    async def test_a_full_queue_is_refused(self, gate, monkeypatch):
        monkeypatch.setattr("app.core.redis_wire.IN_FLIGHT_MAX", 0)
        with pytest.raises(GateUnavailableError):
            await gate.call("SET", "key", "value")

    async def test_push_frames_take_nobodys_turn(self):
        async with BadServer(b">2\r\n+invalidate\r\n+key\r\n$1\r\nx\r\n") as server:
            gate = await Gate.connect(server.url)
            assert await gate.call("GET", "key") == b"x"
            await gate.close()

    async def test_the_wire_greets_with_user_password_and_database(self):
        async with BadServer(b"+OK\r\n" * 2) as server:
            url = server.url.replace("redis://", "redis://app:secret@").replace("/0", "/3")
            with pytest.raises(GateUnavailableError):
                # The stub answers PING only: what matters is what it was sent.
                async with asyncio.timeout(2):
                    await Gate.connect(url)
            sent = b"".join(server.seen)
            assert b"AUTH\r\n$3\r\napp\r\n$6\r\nsecret" in sent
            assert b"SELECT\r\n$1\r\n3" in sent


def test_the_gate_also_runs_on_uvloop(embedded_redis_url):
    async def run() -> None:
        gate = await Gate.connect(embedded_redis_url, timeout_s=5.0)
        echoes = await asyncio.gather(*(gate.call("ECHO", str(n)) for n in range(200)))
        assert echoes == [str(n).encode() for n in range(200)]
        await gate.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
