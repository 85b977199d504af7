"""The embedded engine answers every intent in every language, and only with a tool's figures."""

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.chat.engines.embedded import EmbeddedEngine
from app.domains.chat.engines.facts import spoken
from app.domains.chat.engines.phrases import phrases
from app.domains.chat.engines.plans import FAILURES, INTENTS, PLANS, SCREENS, SERVICE
from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from app.domains.chat.talk_types import LANGUAGES, EventName, Finish, TalkState
from app.domains.chat.tool_types import ToolResult, Untrusted
from tests.domains.chat.engines.scripted import (
    EVERY_SLOT,
    ScriptedBox,
    answered,
    result_of,
    states,
    turn_of,
)

pytestmark = pytest.mark.row("CH2")
TOKEN = re.compile(r"\[\[(\w+)\]\]")
VALUES = tuple(Decimal(value) for value in ("12.5", "-12.5", "0", "1", "2", "25"))


def without_tokens(text: str) -> str:
    return TOKEN.sub("", text)


class TestAnswers:
    @pytest.mark.parametrize("intent", PLANS)
    async def test_every_variant_in_every_language_says_the_same_figures(self, intent: str) -> None:
        tool = PLANS[intent].tool
        for value in VALUES:
            for state in states(intent):
                box = ScriptedBox({tool: result_of(tool, value=value, state=state)})
                figures = set()
                for lang in LANGUAGES:
                    _, last = await answered(turn_of(intent, lang, slots=EVERY_SLOT), box)
                    assert last.finish is Finish.COMPLETE
                    rest = without_tokens(last.text)
                    assert not any(char.isdecimal() for char in rest), rest
                    assert "{" not in rest
                    if value != 0 and value.copy_abs() != 1:
                        figures.add(tuple(sorted(set(TOKEN.findall(last.text)))))
                assert len(figures) <= 1

    @pytest.mark.parametrize("intent", PLANS)
    async def test_only_slots_of_the_plan_reach_the_tool(self, intent: str) -> None:
        plan = PLANS[intent]
        box = ScriptedBox({plan.tool: result_of(plan.tool)})
        await answered(turn_of(intent, slots=EVERY_SLOT), box)
        assert [name for name, _ in box.called] == [plan.tool]
        assert set(box.called[0][1]) <= set(plan.arguments)

    async def test_events_come_in_order_and_figures_are_cited_where_they_stand(self) -> None:
        class Figure:
            start, end, evidence_id = 0, 0, ""

        class Drawn:
            def __init__(self, text: str) -> None:
                found = TOKEN.search(text)
                self.text = TOKEN.sub("N", text)
                self.citations = []
                if found:
                    one = Figure()
                    one.start, one.end, one.evidence_id = found.start(), found.start() + 1, found[1]
                    self.citations = [one]

        engine = EmbeddedEngine(render=lambda text, **_: Drawn(text), href=lambda one: f"/{one.id}")
        box = ScriptedBox({"propose.buy": result_of("propose.buy")})
        events, last = await answered(turn_of("buy", slots=EVERY_SLOT), box, engine)
        names = [event.name for event in events]
        assert names[:4] == [
            EventName.TOOL_START, EventName.TOOL_RESULT, EventName.CONFIRM_REQUEST, EventName.DELTA,
        ]  # fmt: skip
        cited = [event.data for event in events if event.name is EventName.CITATION]
        assert cited
        assert all(last.text[one["at"] : one["at"] + one["len"]] == "N" for one in cited)
        assert {one["call"] for one in cited} == {events[0].data["call"]}
        assert cited[0]["href"] == f"/{cited[0]['evidence']}"
        text = "".join(event.data["text"] for event in events if event.name is EventName.DELTA)
        assert text == last.text
        assert phrases("en").say("notes", "disclaimer") in last.text
        assert last.state.action == "a1"

    @pytest.mark.parametrize("lang", LANGUAGES)
    async def test_failure_is_said_plainly_and_unknown_code_too(self, lang: str) -> None:
        for code in (*FAILURES, "never_heard_of"):
            box = ScriptedBox(
                {"portfolio.summary": ToolResult("c1", "portfolio.summary", ok=False, code=code)}
            )
            _, last = await answered(turn_of("portfolio_value", lang), box)
            assert len(last.text) > 5
            assert phrases(lang).say("failures", code) in last.text
        assert phrases(lang).say("failures", "x") == phrases(lang).say("failures", "other")

    async def test_fact_of_others_never_smuggles_figures_or_links(self) -> None:
        facts = {"a": Untrusted("pay 500"), "b": Untrusted("[x](y)"), "c": Untrusted("Anna")}
        assert spoken(ToolResult("c", "t", ok=True, facts=facts)) == {"c": "“Anna”"}

    async def test_result_without_facts_is_answered_honestly(self) -> None:
        box = ScriptedBox({"portfolio.summary": ToolResult("c", "portfolio.summary", ok=True)})
        _, last = await answered(turn_of("portfolio_value"), box)
        assert phrases("en").say("notes", "plain") in last.text


class TestTalk:
    @pytest.mark.parametrize("lang", LANGUAGES)
    async def test_unsure_asks_between_two_in_words(self, lang: str) -> None:
        turn = turn_of("buy", lang, abstain=True, second="sell")
        _, last = await answered(turn, ScriptedBox({}))
        assert last.finish is Finish.CLARIFY
        for intent in ("buy", "sell"):
            assert phrases(lang).say("intents", intent) in last.text
        assert last.state.asked == "intent:buy|sell"

    @pytest.mark.parametrize("lang", LANGUAGES)
    async def test_missing_slot_is_asked_for_and_completes_the_action(self, lang: str) -> None:
        box = ScriptedBox({"propose.buy": result_of("propose.buy")})
        _, last = await answered(turn_of("buy", lang, slots={"instrument": "ACWI"}), box)
        assert last.text == phrases(lang).say("slots", "amount")
        assert (last.state.asked, box.called) == ("amount", [])
        turn = turn_of("buy", lang, slots={"amount": "100"}, state=last.state)
        await answered(turn, box)
        assert box.called == [("propose.buy", {"instrument": "ACWI", "amount": "100"})]

    async def test_action_that_does_not_fire_is_not_drafted(self) -> None:
        box = ScriptedBox({})
        _, last = await answered(turn_of("sell", slots=EVERY_SLOT, fires=False), box)
        assert (last.finish, box.called) == (Finish.CLARIFY, [])

    async def test_draft_without_a_card_is_never_called_prepared(self) -> None:
        box = ScriptedBox({"propose.buy": ToolResult("x", "propose.buy", ok=True)})
        _, last = await answered(turn_of("buy", slots=EVERY_SLOT), box)
        assert phrases("en").say("failures", "unavailable") in last.text
        assert last.state.action is None

    async def test_yes_only_shows_the_card_and_no_cancels_it(self) -> None:
        shown = result_of("propose.buy")
        box = ScriptedBox({"propose.show": shown, "propose.cancel": shown})
        state = TalkState(intent="buy", action="a1")
        events, last = await answered(turn_of("oos", state=state, answer="yes"), box)
        assert EventName.CONFIRM_REQUEST in [event.name for event in events]
        assert last.state.action == "a1"
        _, last = await answered(turn_of("oos", state=state, answer="no"), box)
        assert last.state.action is None
        assert [name for name, _ in box.called] == ["propose.show", "propose.cancel"]

    async def test_follow_up_keeps_the_instrument(self) -> None:
        box = ScriptedBox({"market.quote": result_of("market.quote")})
        state = TalkState(intent="holding_detail", slots={"instrument": "VTI"})
        await answered(turn_of("instrument_quote", state=state), box)
        assert box.called[0][1] == {"instrument": "VTI"}

    @pytest.mark.row("CH4")
    @pytest.mark.parametrize("lang", LANGUAGES)
    async def test_screened_message_reaches_no_tool(self, lang: str) -> None:
        for screen in (*SCREENS, "new_class"):
            box = ScriptedBox({})
            _, last = await answered(turn_of("buy", lang, screen=screen, slots=EVERY_SLOT), box)
            assert (last.finish, box.called) == (Finish.REFUSED, [])
            assert not any(char.isdecimal() for char in without_tokens(last.text))
            if screen == "distress" and lang == "fr":
                assert last.evidence == (
                    Evidence(
                        "help_line", Kind.ID, "3114", Metric.OTHER, Source.HELP,
                        entity="Numéro national de prévention du suicide",
                    ),
                )  # fmt: skip

    @pytest.mark.parametrize("intent", SERVICE)
    async def test_service_is_answered_without_the_tools(self, intent: str) -> None:
        for lang in LANGUAGES:
            _, last = await answered(turn_of(intent, lang), ScriptedBox({}))
            assert len(last.text) > 10
            assert last.finish is Finish.COMPLETE


names = st.sampled_from((*INTENTS, "oos", "", "nonsense"))
words = st.text(max_size=20)


class TestAnything:
    @settings(max_examples=60, deadline=None)
    @given(
        intent=names, second=names, lang=st.sampled_from((*LANGUAGES, "xx", "")),
        slots=st.dictionaries(st.sampled_from((*EVERY_SLOT, "term", "other")), words, max_size=5),
        state=st.builds(
            TalkState, lang=st.none() | words, intent=st.none() | names, asked=st.none() | words,
            slots=st.dictionaries(words, words, max_size=3), action=st.none() | words,
        ),
        abstain=st.booleans(), fires=st.booleans(),
        answer=st.sampled_from((None, "yes", "no")), screen=st.sampled_from((None, None, "odd")),
    )  # fmt: skip
    async def test_any_state_ends_with_an_answer(self, intent, lang, slots, state, **heard) -> None:
        turn = turn_of(intent, lang, slots=slots, state=state, **heard)
        _, last = await answered(turn, ScriptedBox({}))
        assert last.text
