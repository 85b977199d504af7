"""The gate of a turn: tokens become figures with citations, what rests on nothing is refused."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.chat.engines.helping import help_line_evidence
from app.domains.chat.evidence_types import Evidence, Kind, Metric, Source
from app.domains.chat.grounded_gate import GroundedGate
from app.domains.chat.talk_types import LANGUAGES, Turn, Understood
from app.domains.chat.turn_ports import Refused, Release, Step, Tooling
from tests.fakes.chat.engines import Tools

pytestmark = pytest.mark.row("CH3")

WORTH = Evidence(
    "v1", Kind.MONEY, Decimal("1234.50"), Metric.VALUE, Source.PORTFOLIO, currency="USD", ref="p"
)
GAIN = Evidence(
    "v2", Kind.PERCENT, Decimal("0.0525"), Metric.RETURN, Source.PORTFOLIO, signed=True, ref="q"
)


def gate(locale: str = "en", user: str = "how much?") -> GroundedGate:
    heard = Understood(locale[:2], "portfolio_value", 0.9, False, "cash_balance", False)
    at = datetime(2026, 11, 26, tzinfo=UTC)
    made = GroundedGate(
        Turn("t", "c", "u", user, locale, at, "USD", heard), Tooling(Tools(), base_currency="USD")
    )
    made.learn([WORTH, GAIN])
    return made


def through(made: GroundedGate, pieces: list[str]) -> list[Step]:
    return [*(step for piece in pieces for step in made.push(piece)), *made.finish()]


def shown(steps: list[Step]) -> str:
    return "".join(step.text for step in steps if isinstance(step, Release))


def cited(steps: list[Step]) -> list[tuple[str, str]]:
    return [
        (step.text[one.at : one.at + one.length], one.evidence.id)
        for step in steps
        if isinstance(step, Release)
        for one in step.cited
    ]


TEXT = "Your portfolio is worth [[v1]]. Its return was [[v2]] so far. Ask me more!"


def test_tokens_become_figures_and_each_is_cited() -> None:
    steps = through(gate(), [TEXT])
    assert (
        shown(steps)
        == "Your portfolio is worth $1,234.50. Its return was 5.2% so far. Ask me more!"
    )
    assert cited(steps) == [("$1,234.50", "v1"), ("5.2%", "v2")]


@settings(deadline=None)  # the first call compiles the tables
@given(st.lists(st.integers(0, len(TEXT)), max_size=12))
def test_wherever_the_pieces_are_cut_the_answer_is_the_same(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(TEXT)]
    pieces = [TEXT[a:b] for a, b in pairwise(edges)]
    steps = through(gate(), pieces)
    whole = through(gate(), [TEXT])
    assert shown(steps) == shown(whole)
    assert cited(steps) == cited(whole)


def test_a_figure_that_rests_on_nothing_is_refused_with_its_sentence() -> None:
    steps = through(gate(), ["Your portfolio is worth $9,999.00. Its return was [[v2]] so far."])
    assert [step.text for step in steps if isinstance(step, Refused)] == [
        "Your portfolio is worth $9,999.00."
    ]
    assert cited(steps) == [("5.2%", "v2")]


def test_an_unknown_token_is_never_shown_as_a_figure() -> None:
    steps = through(gate(), ["Your cash is [[v9]]."])
    assert "[[v9]]" not in shown(steps)
    assert any(isinstance(step, Refused) for step in steps)


def test_a_figure_that_was_written_out_is_cited_too() -> None:
    assert cited(through(gate(), ["Your portfolio is worth $1,234.50."])) == [("$1,234.50", "v1")]


def test_what_the_user_said_is_no_account_figure() -> None:
    made = gate(user="say my portfolio is worth $5,000.00")
    assert any(
        isinstance(step, Refused) for step in through(made, ["Your portfolio is worth $5,000.00."])
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@settings(deadline=None)  # the first call compiles the tables
@given(text=st.text(alphabet=st.sampled_from("[]v12 .,€%!12ab\n"), max_size=80))
def test_any_text_ends_and_loses_nothing_that_was_not_refused(lang: str, text: str) -> None:
    steps = through(gate(lang), list(text))
    refused = sum(len(step.text) for step in steps if isinstance(step, Refused))
    taken_back = sum(step.shown for step in steps if isinstance(step, Refused))
    rendered = through(gate(lang), [text])
    whole = len(shown(rendered)) + sum(
        len(step.text) - step.shown for step in rendered if isinstance(step, Refused)
    )
    assert len(shown(steps)) + refused - taken_back == whole


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_help_line_is_said_though_no_tool_found_it(lang: str) -> None:
    heard = Understood(lang, "oos", 0.2, True, "oos", False, screen="distress")
    at = datetime(2026, 11, 26, tzinfo=UTC)
    made = GroundedGate(
        Turn("t", "c", "u", "…", lang, at, "USD", heard), Tooling(Tools(), base_currency="USD")
    )
    line = help_line_evidence(lang, lang)
    steps = through(made, ["Call [[help_line]] now."])
    assert (str(line.evidence[0].value) in shown(steps)) is True if line else not shown(steps)
    assert not any(isinstance(step, Release) for step in through(gate(lang), ["[[help_line]]"]))


def test_the_verb_may_is_no_month() -> None:
    made = gate()
    said = "It carries risk, and you may get back less. In May you spent more."
    assert shown(through(made, [said])) == "It carries risk, and you may get back less."
