"""What all people's answers of a provider may cost in a day, counted for the installation."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.gate import Gate
from app.core.ids import new_id
from app.domains.chat.repository.budgets import Budgets
from app.domains.chat.service import ChatService
from app.services import AppServices
from tests.api.talking import browser, cast
from tests.api.test_conversations import begun
from tests.factories.people import make_person
from tests.fakes.chat import engines
from tests.fakes.chat.engines import Cast
from tests.fakes.clock import FakeClock

__all__ = ["browser", "cast"]
pytestmark = pytest.mark.row("CH8")


class People:
    """Names that no other test has: places and messages are counted in Redis beyond a test."""

    def __getattr__(self, name: str) -> str:
        return f"{name}-{self._run}"

    def __init__(self) -> None:
        self._run = new_id()


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture
async def gate(embedded_redis_url: str) -> AsyncIterator[Gate]:
    """A gate that waits for a busy machine: one that gives up counts nothing."""
    made = await Gate.connect(embedded_redis_url, timeout_s=20)
    yield made
    await made.close()


@pytest.fixture
async def clock(gate: Gate, services: AppServices) -> AsyncIterator[FakeClock]:
    """A day that no other test counts on: what is spent stands in Redis beyond a test."""
    made = FakeClock(services.clock.now() + timedelta(days=400 + int(new_id(), 36) % 9_000))
    yield made
    await gate.call("DEL", f"chat:day:{made.now():%Y%m%d}")


def budgets(gate: Gate, clock: FakeClock, *, total: int, own: int = 10**9) -> Budgets:
    return Budgets(gate, clock, day_cap_micro=own, total_cap_micro=total)


async def test_what_one_person_spent_closes_the_way_for_all(
    gate: Gate, clock: FakeClock, people: People
) -> None:
    # Two processes of one installation.
    here, there = (budgets(gate, clock, total=100) for _ in range(2))
    await here.settle(people.ann, "turn-1", cost_micro=60)
    assert await there.reserve(people.bob, "turn-2")
    await there.settle(people.bob, "turn-2", cost_micro=40)
    assert not await here.reserve(people.cem, "turn-3")
    assert not await there.reserve(people.ann, "turn-4")


async def test_the_next_day_begins_at_nothing(gate: Gate, clock: FakeClock, people: People) -> None:
    made = budgets(gate, clock, total=100)
    await made.settle(people.ann, "turn-1", cost_micro=100)
    assert not await made.reserve(people.ann, "turn-2")
    clock.advance(86_400)
    assert await made.reserve(people.ann, "turn-3")


async def test_a_cap_of_nothing_lets_nothing_out(
    gate: Gate, clock: FakeClock, people: People
) -> None:
    assert not await budgets(gate, clock, total=0).reserve(people.ann, "turn-1")


async def test_each_cap_closes_by_itself(gate: Gate, clock: FakeClock, people: People) -> None:
    made = budgets(gate, clock, total=100, own=50)
    await made.settle(people.ann, "turn-1", cost_micro=50)
    assert not await made.reserve(people.ann, "turn-2")
    assert await made.reserve(people.bob, "turn-3")


async def test_an_answer_without_cost_is_not_counted(
    gate: Gate, clock: FakeClock, people: People
) -> None:
    await budgets(gate, clock, total=1).settle(people.ann, "turn-1")
    assert await gate.call("GET", f"chat:day:{clock.now():%Y%m%d}") is None


async def test_what_is_counted_goes_after_two_days(
    gate: Gate, clock: FakeClock, people: People
) -> None:
    await budgets(gate, clock, total=1).settle(people.ann, "turn-1", cost_micro=5)
    left_s = await gate.call("TTL", f"chat:day:{clock.now():%Y%m%d}")
    assert isinstance(left_s, int)
    assert 86_400 < left_s <= 2 * 86_400


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(costs=st.lists(st.integers(0, 10**9), max_size=12), total=st.integers(1, 10**10))
async def test_whoever_settles_at_once_nothing_is_lost(
    gate: Gate, clock: FakeClock, costs: list[int], total: int
) -> None:
    await gate.call("DEL", f"chat:day:{clock.now():%Y%m%d}")
    made = [budgets(gate, clock, total=total, own=10**12) for _ in range(3)]
    run = new_id()
    await asyncio.gather(
        *(made[n % 3].settle(f"{run}{n}", "t", cost_micro=cost) for n, cost in enumerate(costs))
    )
    assert await made[0].reserve(f"{run}-last", "t") == (sum(costs) < total)


async def test_when_it_is_reached_everybody_is_answered_here_and_told_why(
    browser: httpx.AsyncClient, services: AppServices, cast: Cast, clock: FakeClock, gate: Gate
) -> None:
    cast.remote = engines.Scripted()
    object.__setattr__(services, "chat", _capped(services, cast, clock, gate, total=50))
    found = []
    for n in range(3):
        person = await make_person(services, second_factor=False)
        talk = await begun(browser, person)
        events = await talk.said(message=f"message-{n}")
        data = next(event["data"] for event in events if event["event"] == "meta")
        made = (await talk.turns())[0]["made"]
        assert (made["badge"], made["reason"]) == (data["badge"], data["reason"])
        assert events[-1]["data"]["finish"] == "complete"
        found.append((data["badge"], data["reason"]))
    # Each answer of the provider costs 40: after one there is room left, after two there is none.
    assert found == [("remote", None), ("remote", None), ("embedded", "budget")]
    assert len(cast.remote.turns) == 2
    rows = await services.db.find_many("audit", {"action": "chat.turn"}, limit=10)
    assert sorted(row["after"]["failures"] for row in rows) == [[], [], ["remote:budget"]]


def _capped(
    services: AppServices, cast: Cast, clock: FakeClock, gate: Gate, *, total: int
) -> ChatService:
    return ChatService(
        db=services.db, gate=gate, clock=clock, envelope=services.identity.envelope,
        ports=replace(cast.ports(), total_cap_micro=total),
    )  # fmt: skip
