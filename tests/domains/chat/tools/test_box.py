"""The box of a turn: what is not offered does not run, what is slow ends with a code."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.box import OwnTools
from app.domains.chat.tools.desk import Desk, Doors
from app.domains.chat.tools.findings import Findings
from app.domains.chat.tools.handles import Handles
from app.domains.chat.tools.registry import tool
from tests.domains.chat.engines.scripted import turn_of


def box(**more: Any) -> OwnTools:
    async def guessed(*_: str) -> None: ...

    doors = Doors(*cast(tuple[Any, Any, Any, Any], (None,) * 4))
    desk = Desk("u", "en", datetime(2026, 11, 26, tzinfo=UTC), doors, Handles())
    return OwnTools(desk, guessed=guessed, **more)


async def slow(_: Desk, __: Arguments) -> Findings:
    await asyncio.sleep(30)
    raise AssertionError


DRAFTS = (
    tool("propose.buy", slow, "Draft.", proposes=True),
    tool("propose.withdraw", slow, "Draft.", proposes=True),
)


@pytest.mark.row("CH5")
async def test_a_slow_tool_ends_with_a_code() -> None:
    made = box(more=(tool("help.slow", slow, "Slow."),), seconds=0.05)
    assert (await made.call("help.slow", {})).code == "timeout"


@pytest.mark.row("CH5")
async def test_an_intent_gets_its_group_help_and_its_own_draft() -> None:
    made = box(more=DRAFTS)
    made.hear(turn_of("buy"))
    names = {spec.name for spec in made.specs("buy")}
    assert {"propose.buy", "portfolio.summary", "market.quote", "help.search", "calc"} <= names
    assert not names & {"propose.withdraw", "ledger.cash"}
    assert (await made.call("propose.withdraw", {})).code == "not_offered"
    assert (await made.call("ledger.cash", {})).code == "not_offered"


@pytest.mark.row("CH9")
@pytest.mark.parametrize(
    "heard",
    [
        {"fires": False},
        {"screen": "injection"},
        {"answer": "yes"},
        {"intent": "sell"},
        {"intent": "portfolio_value"},
    ],
)
async def test_nothing_is_drafted_that_the_message_does_not_ask_for(heard: dict[str, Any]) -> None:
    made = box(more=DRAFTS)
    assert (await made.call("propose.buy", {})).code == "not_offered"
    made.hear(turn_of(**{"intent": "buy", **heard}))
    assert (await made.call("propose.buy", {})).code == "not_offered"
    assert not any(spec.name == "propose.buy" for spec in made.specs("buy"))


@pytest.mark.row("CH5")
async def test_what_is_meant_may_be_drafted_with_her_own_figures_only() -> None:
    made = box(more=DRAFTS)
    made.hear(turn_of("buy", fires=False, meant=True))
    names = {spec.name for spec in made.specs("buy") if spec.proposes}
    assert names == {"propose.buy"}
    unsaid = await made.call(
        "propose.buy", {"instrument": "VTI", "amount": "77", "currency": "USD"}
    )
    assert unsaid.code == "invalid_arguments"


@pytest.mark.row("CH2")
async def test_calc_adds_only_what_was_said_before() -> None:
    made = box()
    unknown = await made.call("calc", {"op": "sum", "refs": ["v1"]})
    assert unknown.code == "invalid_arguments"
    assert (await made.call("calc", {"op": "guess", "refs": ["v1"]})).code == "invalid_arguments"


@pytest.mark.row("CH2")
async def test_without_texts_it_says_so() -> None:
    made = box()
    assert (await made.call("help.search", {"query": "fees"})).code == "no_article"
    assert (await made.call("market.quote", {"instrument": "NOPE"})).code == "not_found"
    assert (await made.call("market.quote", {})).code == "invalid_arguments"
