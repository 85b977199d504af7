"""Masking: what is replaced, what stays, that it comes back, and that nothing slips past."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.chat.consent_types import Known
from app.domains.chat.redaction.egress import Egress, EgressError
from app.domains.chat.redaction.masking import Masker
from app.domains.chat.redaction.standins import StandIns, filled

pytestmark = pytest.mark.row("CH5")
OWNER = "1tckn1057ac3hsdghh0d"
ADA = Known(
    OWNER, ("Ada Lovelace",), ("12 Rosewood Lane, Springfield",), ("P7654321",),
    (date(1990, 3, 12),), country="US",
)  # fmt: skip
RULES = "You are an adviser."


def masker(*, share: bool = False, locale: str = "en") -> Masker:
    return Masker(ADA, share_figures=share, locale=locale)


class TestMasker:
    def test_one_value_has_one_placeholder_however_it_is_written(self) -> None:
        found = masker()
        first = found.said("DE89 3704 0044 0532 0130 00")
        assert first == found.said("de89-3704-0044-0532-0130-00") == "<IBAN_1>"
        assert found.said("GB82 WEST 1234 5698 7654 32") == "<IBAN_2>"
        assert found.counts == {"iban": 2}

    @pytest.mark.parametrize(
        "text",
        [
            "What did I pay from 2025-01-01 to 2025-03-31?",
            "How was 2024 against 2025, and last_30_days?",
            "Is it up 3.5 % since 14.03.2025?",
            "Tell me about US0378331005 and the S&P 500",
            "I have 2 goals for 5 years; what is [[v12]] and mov_12?",
            "The meaning of annual percentage rate",
            "see https://finnami.example/help/fees",
        ],
    )
    def test_what_is_nobodys_stays(self, text: str) -> None:
        assert masker(share=True).said(text) == text

    @pytest.mark.parametrize(
        ("locale", "text"),
        [
            ("en", "I have two hundred thousand dollars"), ("en", "pay 1,250.00 USD"),
            ("es", "tengo 3.200 euros"), ("fr", "j'ai 12 000 €"), ("de", "ich habe 5 Tsd. Euro"),
            ("pt", "tenho R$ 7.500,00"), ("hi", "मेरे पास ₹2,50,000 हैं"),
            ("ar", "لدي ٥٠٠٠ درهم"), ("zh", "我有五万元"),
        ],
    )  # fmt: skip
    def test_amounts_stay_here_unless_she_shares_figures(self, locale: str, text: str) -> None:
        hidden = masker(locale=locale)
        assert "<AMOUNT_1>" in hidden.said(text)
        assert hidden.restored(hidden.said(text)) == text
        assert masker(share=True, locale=locale).said(text) == text

    def test_figures_of_an_earlier_answer_stay_here_dates_do_not(self) -> None:
        told = masker().told("On 2025-03-14 you had $1,234.50, up 3.2 %.")
        assert told == "On 2025-03-14 you had $<AMOUNT_1>, up <AMOUNT_2> %."

    @settings(max_examples=300, deadline=None)
    @given(st.text(max_size=60), st.sampled_from(["DE89370400440532013000", "4111111111111111"]))
    def test_a_number_is_found_in_any_text_and_all_comes_back(
        self, around: str, value: str
    ) -> None:
        text = f"{around} {value} {around}"
        found = masker(share=True)
        masked = found.said(text)
        assert value not in masked
        assert found.said(masked) == masked
        if "<" not in around:
            assert found.restored(masked) == text


class TestEgress:
    def body(self, *messages: dict[str, object]) -> bytes:
        return json.dumps({"model": "m", "messages": [*messages], "tools": []}).encode()

    def guard(self, *, share: bool = True) -> Egress:
        return Egress(masker(share=share), own=frozenset({RULES}))

    def test_text_hides_in_no_escape_and_no_nested_json(self) -> None:
        inner = json.dumps({"rows": [{"untrusted": "card 4111\u200b1111 1111 1111"}]})
        sent = self.guard()(self.body(
            {"role": "system", "content": RULES},
            {"role": "user", "content": "I am Ada"},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "1", "function": {"name": "x", "arguments": '{"to": "a@b.example"}'}}]},
            {"role": "tool", "tool_call_id": "1", "content": inner},
        ))  # fmt: skip
        text = json.loads(sent)["messages"]
        assert text[1]["content"] == "I am <NAME_1>"
        assert json.loads(text[2]["tool_calls"][0]["function"]["arguments"]) == {"to": "<EMAIL_1>"}
        assert json.loads(text[3]["content"]) == {"rows": [{"untrusted": "card <CARD_1>"}]}

    @pytest.mark.parametrize(
        "content",
        [
            b"no json", b"[]", b'{"messages": 7}', b'{"messages": [{"content": "x"}]}',
            b'{"messages": [{"role": "user", "content": 7}]}',
            b'{"messages": [{"role": "system", "content": "another instruction"}]}',
        ],
    )  # fmt: skip
    def test_what_it_does_not_understand_stays_here(self, content: bytes) -> None:
        with pytest.raises(EgressError):
            self.guard()(content)

    def test_a_broken_recogniser_lets_nothing_out(self) -> None:
        class Broken(Masker):
            def said(self, text: str) -> str:
                raise RuntimeError("a fault of ours")

        guard = Egress(Broken(ADA, share_figures=True), own=frozenset())
        with pytest.raises(EgressError):
            guard(self.body({"role": "user", "content": "I am Ada"}))

    def test_what_was_left_unmasked_stays_here(self) -> None:
        class Careless(Masker):
            def said(self, text: str) -> str:
                return text

        guard = Egress(Careless(ADA, share_figures=True), own=frozenset())
        with pytest.raises(EgressError):
            guard(self.body({"role": "user", "content": "I am Ada Lovelace"}))


class TestStandIns:
    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.integers(1, 6), min_size=1, max_size=12))
    def test_pieces_of_any_size_say_the_same(self, sizes: list[int]) -> None:
        found = masker(share=True)
        found.said("DE89 3704 0044 0532 0130 00 of Ada")
        text = "Is <IBAN_1> of <NAME_1>, 3 < 4 <b> <IBAN_9>?"
        standins, said, at = StandIns(found), "", 0
        for size in sizes * 80:
            said += standins.push(text[at : at + size])
            at += size
        said += standins.finish()
        assert "IBAN_1" not in said
        assert filled(said, standins.originals) == (
            "Is DE89 3704 0044 0532 0130 00 of Ada, 3 < 4 <b> <IBAN_9>?"
        )

    def test_a_letter_that_a_model_writes_itself_stands_for_nothing(self) -> None:
        standins = StandIns(masker())
        assert standins.push("a\ue000b") + standins.finish() == "ab"
