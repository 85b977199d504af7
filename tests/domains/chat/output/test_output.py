"""What an answer may show besides figures: own links, no promises, stand-ins in their places."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.chat.errors import EngineError
from app.domains.chat.evidence_types import Evidence
from app.domains.chat.output.gates import CleanGate, Listener, StandInGate
from app.domains.chat.output.links import LinkFilter, own_links
from app.domains.chat.output.products import ProductScreen
from app.domains.chat.output.promises import promises
from app.domains.chat.talk_types import LANGUAGES
from app.domains.chat.turn_ports import Cited, Refused, Release, Step
from tests.fakes.chat.engines import VALUE

pytestmark = pytest.mark.row("CH6")
OUTPUT = Path(__file__).parents[4] / "app" / "domains" / "chat" / "output"
TEMPLATES = OUTPUT.parent / "templates"

LINKS = [
    ("see [help](/help/fees) now", "see [help](/help/fees) now"),
    ("![x](https://evil.example/?d=1234) hi", " hi"),
    ("![x](/own.png) hi", " hi"),
    ("go to https://evil.example/a?b now", "go to  now"),
    ("[a](https://evil.example) b", "a b"),
    ("[a](javascript:alert(1)) b", "a b"),
    ("[a](//evil.example) b", "a b"),
    ("[a](/\\evil.example) b", "a b"),
    ("[a][1] b\n[1]: https://evil.example/x", "[a][1] b\n"),
    ("<https://evil.example> b", " b"),
    ("<img src=//evil.example/x> b", " b"),
    ("[[v12]] is 3 < 4, a [1] and whole! yes", "[[v12]] is 3 < 4, a [1] and whole! yes"),
    ("www.evil.example/x b", " b"),
    ("HTTPS://EVIL.EXAMPLE b", " b"),
]


@pytest.mark.parametrize(("text", "shown"), LINKS)
def test_links_lead_nowhere_else(text: str, shown: str) -> None:
    assert own_links(text) == shown


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(LINKS), st.lists(st.integers(1, 7), min_size=1, max_size=9))
def test_pieces_of_any_size_show_the_same(case: tuple[str, str], sizes: list[int]) -> None:
    text, shown = case
    links, said, at = LinkFilter(), "", 0
    while at < len(text):
        for size in sizes:
            said += links.push(text[at : at + size])
            at += size
    assert said + links.finish() == shown


@pytest.mark.parametrize(
    "text",
    [
        "This fund has a guaranteed return.", "We guarantee you a profit.", "It is risk-free.",
        "Tiene una rentabilidad garantizada.", "C'est sans risque.", "Un rendement garanti.",
        "Das bringt eine garantierte Rendite.", "Das ist risikofrei.", "É sem risco.",
        "Retorno garantido de verdade.", "इसमें गारंटीड रिटर्न है।", "यह जोखिम-मुक्त है।",
        "هذا عائد مضمون لك.", "استثمار بدون مخاطر.", "这个产品稳赚。", "保证收益很高。",
        "You cannot lose money with it.", "It will definitely rise.",
    ],
)  # fmt: skip
def test_a_promise_is_heard(text: str) -> None:
    assert promises(text)


@pytest.mark.parametrize(
    "text",
    [
        "Returns are not guaranteed.", "No investment is risk-free.",
        "Nobody can guarantee a return.",
        "Ninguna rentabilidad está garantizada.", "Aucun rendement n'est garanti.",
        "Keine Anlage ist risikofrei.", "Nenhum retorno é garantido.",
        "कोई भी निवेश जोखिम-मुक्त नहीं है।",
        "لا يوجد عائد مضمون.", "没有任何投资是零风险的。", "Your risk profile is balanced.",
    ],
)  # fmt: skip
def test_a_denial_is_no_promise(text: str) -> None:
    assert not promises(text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_template_of_the_house_is_taken_for_a_promise(lang: str) -> None:
    def texts(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for one in value.values() for text in texts(one)]
        return [str(value)]

    for text in texts(json.loads((TEMPLATES / f"{lang}.json").read_text(encoding="utf-8"))):
        assert not promises(text), text
        assert own_links(text) == text


class Inner:
    """Releases what it is given; `BAD` refuses what was shown since the last full stop."""

    def __init__(self) -> None:
        self.shown = ""

    def learn(self, evidence: Sequence[Evidence]) -> None:
        self.known = evidence

    def push(self, piece: str) -> Sequence[Step]:
        if piece == "BAD":
            shown = len(self.shown) - (self.shown.rfind(".") + 1)
            self.shown = self.shown[: len(self.shown) - shown]
            return [Refused(shown, piece)]
        self.shown += piece
        at = piece.find("#")
        return [Release(piece, (Cited(at, 1, VALUE),) if at >= 0 else ())]

    def finish(self) -> Sequence[Step]:
        return []


def test_a_promise_in_pieces_stops_an_engine_outside_only() -> None:
    pieces = ["This has a guaran", "teed ", "return", ". More."]
    own = CleanGate(Inner())
    assert "".join(s.text for p in pieces for s in own.push(p)).startswith("This has a guaranteed")
    outside = CleanGate(Inner(), Listener(ProductScreen({}, ())))

    def all_of_it() -> None:
        for piece in pieces:
            outside.push(piece)

    with pytest.raises(EngineError):
        all_of_it()


LISTED = {
    "VTI": "ins_1", "Total Market": "ins_1", "GLD": "GLD", "Gold Trust": "GLD", "BND": "BND",
}  # fmt: skip


def test_a_product_may_be_named_when_she_holds_it_said_it_or_a_tool_found_it() -> None:
    screen = ProductScreen(LISTED, ["what about GLD?"])
    assert not screen.hears("Your VTI and the Gold Trust did well.")
    assert screen.hears("You could buy BND instead.")
    screen.allow("BND")
    assert not screen.hears("BND fell.")
    assert not ProductScreen({}, ()).hears("Anything goes when nothing is listed.")


def test_an_engine_outside_may_not_bring_a_product_up() -> None:
    gate = CleanGate(Inner(), Listener(ProductScreen(LISTED, ("how am I doing?",))))
    gate.push("Well. ")
    with pytest.raises(EngineError):
        gate.push("Buy GLD. ")


def test_citations_move_with_what_is_put_in_before_them() -> None:
    gate = StandInGate(Inner(), {"\ue000": "Ada Lovelace"})
    (step,) = gate.push("\ue000 has # now")
    assert isinstance(step, Release)
    assert step.text == "Ada Lovelace has # now"
    assert step.text[step.cited[0].at] == "#"


def test_a_refusal_takes_back_as_much_as_was_shown() -> None:
    gate = StandInGate(Inner(), {"\ue000": "Ada Lovelace"})
    gate.push("Good. \ue000 has ")
    (step,) = gate.push("BAD")
    assert isinstance(step, Refused)
    assert step.shown == len(" Ada Lovelace has ")


class TestPromisesQuickly:
    """Literals decide first; they must never keep a pattern from a text it matches."""

    @settings(max_examples=300, deadline=None)
    @given(data=st.data())
    def test_what_any_pattern_matches_is_found(self, data: st.DataObject) -> None:
        raw = json.loads((OUTPUT / "promises.json").read_text(encoding="utf-8"))
        one = data.draw(st.sampled_from(raw["promises"]))
        text = data.draw(st.from_regex(re.compile(one, re.IGNORECASE), fullmatch=True))

        assert promises(text) or re.search(raw["not"], text, re.IGNORECASE)

    @pytest.mark.parametrize("text", ["GUARANTEED RETURN", "r\u0131sk-free", "r\u0130\u017fk-free"])
    def test_large_and_odd_letters_hide_nothing(self, text: str) -> None:
        assert promises(f"It is {text} income.")
