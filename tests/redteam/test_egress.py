"""What leaves for a provider, judged on the bytes it received: no personal data of 100 cases."""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.domains.chat.consent_types import Known
from app.domains.chat.engines.remote.engine import RemoteEngine
from app.domains.chat.engines.remote.wire import client
from app.domains.chat.redaction.masking import Masker
from app.domains.chat.remote_types import RemoteSettings
from app.domains.chat.talk_types import LANGUAGES, Answered, Budget, Said, Turn, Understood
from app.domains.chat.tool_types import Card, Row, ToolResult, ToolSpec, Untrusted
from tests.fakes.chat.provider import Calls, Json, Provider, Reply, Says, provider

pytestmark = [pytest.mark.row("CH5"), pytest.mark.row("CH10")]
FILE = Path(__file__).with_name("egress.jsonl")
CASES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
HARD = ("iban", "card", "id")
OWNER = "1tckn1057ac3hsdghh0d"


class Search:
    """One tool, whose result holds what somebody else wrote."""

    def __init__(self, memo: str) -> None:
        self._memo = Untrusted(memo)

    def specs(self, intent: str) -> tuple[ToolSpec, ...]:
        schema = {"type": "object", "properties": {"merchant": {"type": "string"}}}
        return (ToolSpec("ledger.search", "ledger", "Movements", schema),)

    async def call(self, name: str, arguments: Mapping[str, Any]) -> ToolResult:
        card = Card("movements", ("label",), (Row(self._memo, ("mov_1",)),))
        return ToolResult("c1", name, ok=True, facts={"merchant": self._memo}, card=card)


def script(body: Json, n: int) -> Reply:
    if body["messages"][-1]["role"] == "tool":
        return Says(["Fine."])
    return Calls([("ledger__search", {"merchant": "<NAME_1>"})])


async def received(case: Json, far: Provider, *, share_figures: bool) -> str:
    """Return everything the provider read of a case, folded."""
    known = case["known"]
    births = tuple(date.fromisoformat(day) for day in known["births"])
    masker = Masker(
        Known(
            OWNER, tuple(known["names"]), tuple(known["addresses"]), tuple(known["numbers"]),
            births, country=known["country"],
        ),
        share_figures=share_figures,
    )  # fmt: skip
    *before, last = case["turns"]
    turn = Turn(
        id="t1", conversation="c1", owner=OWNER, text=last["text"], locale=case["lang"],
        received_at=datetime(2026, 11, 26, tzinfo=UTC), base_currency="USD",
        understood=Understood(case["lang"], "transaction_search", 0.9, False, "", False),
        history=tuple(Said(one["role"], one["text"]) for one in before),
    )  # fmt: skip
    far.bodies.clear()
    async with client() as http:
        settings = RemoteSettings(far.url, "far-1", "Far AI")
        engine = RemoteEngine(settings, http, masker, share_figures=share_figures)
        events = [one async for one in engine.answer(turn, Search(case["memo"]), Budget())]
    assert isinstance(events[-1], Answered)
    assert len(far.bodies) == 2, "both requests left: with the question, and with the memo"
    return "\n".join(text for body in far.bodies for text in texts(json.loads(body)))


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        try:
            inner = json.loads(value)
        except ValueError:
            return
        if not isinstance(inner, str | int | float):
            yield from texts(inner)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from texts(one)


def folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold()
    kept = (char for char in apart if not unicodedata.category(char).startswith(("M", "Cf")))
    return "".join(str(unicodedata.decimal(char, char)) for char in kept)


def holds(text: str, kind: str, secret: str) -> bool:
    """Tell whether a secret can be read in what left, whatever stands between its parts."""
    if kind in (*HARD, "phone"):
        left = "".join(char for char in folded(text) if char.isalnum())
        return "".join(char for char in folded(secret) if char.isalnum()) in left
    return folded(secret) in folded(text)


def test_there_are_a_hundred_cases_in_eight_languages() -> None:
    assert len(CASES) == len({case["id"] for case in CASES}) == 100
    assert {case["lang"] for case in CASES} == set(LANGUAGES)
    assert min(Counter(case["lang"] for case in CASES).values()) >= 12


def test_the_judge_sees_a_secret_behind_any_spacing_and_script() -> None:
    assert holds("card ４５２６-0181 ٥٩٠٨\u200b3012", "card", "4526018159083012")
    assert holds("hier JÜRGEN", "name", "jürgen")
    assert not holds("card <CARD_1>", "card", "4526018159083012")


@pytest.mark.parametrize("share_figures", [False, True])
async def test_what_the_provider_received(share_figures: bool) -> None:
    total: Counter[str] = Counter()
    leaked: list[tuple[str, str, str]] = []
    async with provider(script) as far:
        for case in CASES:
            text = await received(case, far, share_figures=share_figures)
            assert OWNER not in text
            for kind, secrets in case["expect"]["gone"].items():
                for secret in secrets:
                    total[kind] += 1
                    if holds(text, kind, secret):
                        leaked.append((case["id"], kind, secret))
    assert [one for one in leaked if one[1] in HARD] == []
    soft = sum(count for kind, count in total.items() if kind not in HARD)
    assert soft >= 60
    assert len([one for one in leaked if one[1] not in HARD]) <= 0.02 * soft, leaked
