"""Whatever an engine calls and whatever is typed, nothing is carried out: ten thousand talks."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.core.ids import new_id
from app.domains.chat.engines.plans import INTENTS
from app.domains.chat.repository.actions import ACTIONS
from app.domains.chat.talk_types import TalkState
from app.domains.chat.tool_types import ToolResult
from app.domains.chat.tools.box import OwnTools
from app.domains.chat.tools.desk import Desk, Doors
from app.domains.chat.tools.handles import Handles
from app.domains.chat.tools.proposals.catalogue import KINDS
from app.domains.chat.tools.proposals.drafting import Drafting
from app.domains.ledger.types import Account, AccountKind
from app.domains.portfolio.rebalance_types import Rebalance, RunState
from tests.domains.chat.engines.scripted import turn_of
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

pytestmark = pytest.mark.row("CH9")
TALKS = 10_000
TALKS_OF_A_WORLD = 100
NOW = datetime(2026, 11, 27, tzinfo=UTC)
OWN = Account("u1.USD", "u1", "USD", AccountKind.CASH, 100_000, 0, 100_000, 1, True, False)
DRAFTED = tuple(kind.value for kind in KINDS)
#: What these fakes let become a card.
POSSIBLE = ("deposit", "withdraw", "freeze_account")
DRAFTS = tuple(f"propose.{name}" for name in DRAFTED)
WAITING = Rebalance("", "u1", NOW, False, RunState.WAITS, (), (), None, None)
#: What a model that obeys an attacker would try; none of the last row exists.
CALLS = (
    *DRAFTS, "propose.show", "propose.cancel", "ledger.cash", "calc",
    "actions.confirm", "confirm", "propose.confirm", "ledger.withdraw", "transfer", "",
)  # fmt: skip
WORDS = ("100", "5", "USD", "own", "yes", "monthly", "u1.USD", "acc_1", "a1", "confirm", "999999")


class Moved(Exception):  # noqa: N818 - what must never happen
    """Something was carried out."""


class Room:
    """A room below: `answers` are what may be read there; every other call moves something."""

    def __init__(self, moved: list[str], **answers: object) -> None:
        self._moved, self._answers = moved, answers

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*_: object, **__: object) -> object:
            if name not in self._answers:
                self._moved.append(name)
                raise Moved(name)
            return self._answers[name]

        return call


def house(moved: list[str]) -> tuple[Any, Any, Any, Any]:
    """Return portfolio, ledger, market and onboarding."""
    portfolio = SimpleNamespace(
        rebalancing=Room(moved, preview=WAITING),
        single_orders=Room(moved),
        orders=Room(moved, list_of=[]),
        goals=Room(moved),
    )
    ledger = Room(moved)
    for name, room in {
        "books": Room(moved, accounts=[OWN], started=[]),
        "freezing": Room(moved, since=None),
        "holds": Room(moved),
        "confirmations": Room(moved),
    }.items():
        setattr(ledger, name, room)
    return portfolio, ledger, Room(moved), Room(moved, require_cleared=None)


async def guessed(*_: str) -> None: ...


def random_turn(random: Random, known: list[str]) -> Any:
    """Return a message that may be anything, also a clear request or a yes."""
    state = TalkState(action=random.choice([*known, "guess", None]))
    slots = {"amount": random.choice(("100", "5")), "goal": random.choice(WORDS)}
    return turn_of(
        random.choice((*DRAFTED, *POSSIBLE * 12, *INTENTS)),
        slots=slots,
        state=state,
        fires=random.random() < 0.6,
        answer=random.choice([None, None, None, None, "yes", "no"]),
        screen=random.choice([None, None, None, "injection"]),
    )


class World:
    """One person's tools on fakes, and everything below that would move something."""

    def __init__(self) -> None:
        self.clock, self.db = FakeClock(NOW), FakeDatabase()
        self.moved: list[str] = []
        self.doors = Doors(*house(self.moved))
        identity = cast(Any, Room(self.moved, require_second_factor=None))
        self.tools = Drafting(
            db=cast(Any, self.db), clock=self.clock, new_id=new_id, identity=identity
        ).tools()

    async def talk(self, random: Random) -> int:
        """Play one conversation with an engine that calls anything; return what it drafted."""
        known: list[str] = []
        for _ in range(random.randint(1, 4)):
            desk = Desk("u1", "en", NOW, self.doors, Handles(accounts={"acc_1": OWN}))
            box = OwnTools(desk, guessed=guessed, more=self.tools)
            turn = random_turn(random, known)
            box.hear(turn)
            for _ in range(random.randint(1, 3)):
                result = await called(box, random, turn.understood.intent)
                known += [result.action.id] if result.action is not None else []
        self.clock.advance(60)
        return len(known)


async def test_no_sequence_of_messages_and_calls_carries_anything_out() -> None:
    random = Random(9)
    drafted = 0
    for _ in range(TALKS // TALKS_OF_A_WORLD):
        world = World()
        for _ in range(TALKS_OF_A_WORLD):
            drafted += await world.talk(random)
        assert world.moved == []
        states = {row["state"] for row in await world.db.find_many(ACTIONS, {}, limit=100_000)}
        assert states <= {"proposed", "cancelled", "expired"}
    assert drafted > TALKS / 20


async def called(box: OwnTools, random: Random, intent: str) -> ToolResult:
    names = ("amount", "currency", "action", "goal", "code", "grant")
    arguments = {name: random.choice(WORDS) for name in random.sample(names, 2)}
    if random.random() < 0.7:
        arguments = {"amount": random.choice(("100", "5"))}
    tool = random.choice((random.choice(CALLS), f"propose.{intent}"))
    return await box.call(tool, arguments)
