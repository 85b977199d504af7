"""Labels a token may have, and those left out though nothing else could be meant."""

import pytest

from app.domains.chat.understanding.slots.cues import LABELS, slot_of
from app.domains.chat.understanding.slots.fitting import allowed, overlooked
from app.domains.chat.understanding.slots.recogniser import recognise
from app.domains.chat.understanding.slots.token_types import Sort
from tests.domains.chat.understanding.slots.reading import tokens

pytestmark = pytest.mark.row("CH4")
ALL = frozenset({"amount", "quantity", "percent", "date", "reference", "currency", "frequency"})


def fits(text: str, lang: str, sort: Sort = Sort.FIGURE) -> set[str]:
    """Return what the first token of a sort may be, besides nothing."""
    read = tokens(text, lang)
    place = next(i for i, token in enumerate(read) if token.sort is sort)
    return {slot_of(LABELS[label]) for label in allowed(read, ALL)[place]} - {"O"}


class TestAllowed:
    @pytest.mark.parametrize(
        ("text", "lang", "slots"),
        [
            ("20 euros", "fr", {"amount"}), ("€20", "en", {"amount"}), ("20元", "zh", {"amount"}),
            ("20 por cento", "pt", {"percent"}), ("20%", "de", {"percent"}),
            ("20 फ़ीसदी", "hi", {"percent"}), ("2027", "en", ALL - {"currency", "frequency"}),
            ("15", "en", ALL - {"currency", "frequency"}),
            ("2k", "en", {"amount", "quantity", "percent"}),
            ("350", "en", {"amount", "quantity", "percent", "reference"}),
        ],
    )  # fmt: skip
    def test_company_tells_what_a_figure_may_be(
        self, text: str, lang: str, slots: set[str]
    ) -> None:
        assert fits(text, lang) == slots

    def test_money_further_off_tells_nothing(self) -> None:
        assert "quantity" in fits("15 shares, euros", "en")


class TestOverlooked:
    def left(self, text: str, intent: str) -> list[set[str]]:
        """Return what stays possible when everything was taken for nothing."""
        read = tokens(text, "en")
        choices = allowed(read, ALL)
        again = overlooked(read, [0] * len(read), choices, intent)
        return [
            {slot_of(LABELS[label]) for label in new}
            for old, new in zip(choices, again, strict=True)
            if old != new
        ]

    def test_the_only_sum_share_or_frequency_is_meant(self) -> None:
        assert self.left("put 20 pounds in", "deposit") == [{"amount"}]
        assert self.left("half of it", "sell") == [{"percent", "quantity"}]
        assert self.left("something every week", "recurring_plan") == [{"frequency"}]

    def test_of_two_neither_is_forced(self) -> None:
        assert self.left("20 pounds or 30 pounds", "deposit") == []
        assert self.left("every week or every month", "recurring_plan") == []

    def test_a_figure_without_money_is_not_forced(self) -> None:
        assert self.left("put 20 in", "deposit") == []

    def test_the_first_listed_term_is_asked_for_when_none_was_taken(self) -> None:
        choices = [[0], [0, LABELS.index("B-term")], [0, LABELS.index("I-term")], [0]]
        hinted: list[tuple[str, ...]] = [(), ("term|B",), ("term|I",), ("goal|B",)]
        read = tokens("a b c d", "en")
        again = overlooked(read, [0] * 4, choices, "concept_explain", hinted)
        assert again == [[0], [LABELS.index("B-term")], [LABELS.index("I-term")], [0]]
        told = [0, 0, 0, LABELS.index("B-term")]
        assert overlooked(read, told, choices, "concept_explain", hinted) == choices
        assert overlooked(read, [0] * 4, choices, "buy", hinted) == choices

    @pytest.mark.parametrize(
        ("text", "lang", "value"),
        [
            ("sell half of my QQQ", "en", "50"), ("verkauf ein Drittel von SPY", "de", "33"),
            ("vende metade de ABEV3", "pt", "50"), ("QQQ减一半", "zh", "50"),
        ],
    )  # fmt: skip
    def test_a_share_to_sell_is_never_lost(self, text: str, lang: str, value: str) -> None:
        slots = {s.name: s.value for s in recognise(text, intent="sell", lang=lang)}
        assert slots["percent"] == value
