"""Two things are set against each other in words alone, and the evidence knows both."""

import pytest

from app.domains.chat.evidence_types import Evidence, Metric
from app.domains.chat.grounding.gate import Refused, SentenceGate
from app.domains.chat.grounding.judging import Judge
from tests.domains.chat.grounding.facts import judged, percent

pytestmark = pytest.mark.row("CH3")


def known(one: str, two: str) -> tuple[Evidence, ...]:
    """The first costs more than the second and returned less."""
    return (
        percent("v1", "1.5", Metric.FEE, entity=one),
        percent("v2", "0.2", Metric.FEE, entity=two),
        percent("v3", "4", Metric.RETURN, entity=one),
        percent("v4", "9", Metric.RETURN, entity=two),
    )


ENGLISH = known("Alpha Fund", "Beta Fund")


class TestRanking:
    @pytest.mark.parametrize(
        ("locale", "one", "two", "text", "right", "wrong"),
        [
            ("en", "Alpha", "Beta", "The fee of Alpha is {} than that of Beta.", "higher", "lower"),
            ("en", "Alpha", "Beta", "Alpha is {} than Beta.", "more expensive", "cheaper"),
            ("en", "Alpha", "Beta", "You pay {} for Alpha than for Beta.", "more", "less"),
            ("en", "Alpha", "Beta", "Alpha's fee {} Beta's.", "exceeds", "is below"),
            ("en", "Alpha", "Beta", "Alpha did {} than Beta.", "worse", "better"),
            ("es", "Alfa", "Beta", "La comisión de Alfa es {} que la de Beta.", "mayor", "menor"),
            ("es", "Alfa", "Beta", "Pagas {} por Alfa que por Beta.", "más", "menos"),
            ("fr", "Alpha", "Bêta", "Alpha est {} cher que Bêta.", "plus", "moins"),
            ("fr", "Alpha", "Bêta", "Les frais d'Alpha {} à ceux de Bêta.", "sont supérieurs",
             "sont inférieurs"),
            ("de", "Alpha", "Beta", "Alpha hat eine {} Gebühr als Beta.", "höhere", "geringere"),
            ("de", "Alpha", "Beta", "Alpha ist {} als Beta.", "teurer", "günstiger"),
            ("pt", "Alfa", "Beta", "A taxa do Alfa é {} do que a do Beta.", "maior", "menor"),
            ("hi", "अल्फ़ा", "बीटा", "अल्फ़ा का शुल्क बीटा से {} है।", "ज़्यादा", "कम"),
            ("ar", "ألفا", "بيتا", "رسوم ألفا {} من رسوم بيتا.", "أعلى", "أقل"),
            ("zh", "阿尔法", "贝塔", "阿尔法的费率{}贝塔。", "高于", "低于"),
            ("zh", "阿尔法", "贝塔", "阿尔法的费率比贝塔更{}。", "高", "低"),
        ],
    )  # fmt: skip
    def test_the_one_said_to_be_above_is_above(
        self, locale: str, one: str, two: str, text: str, right: str, wrong: str
    ) -> None:
        evidence = known(one, two)

        assert judged(text.format(right), *evidence, locale=locale).ok
        assert not judged(text.format(wrong), *evidence, locale=locale).ok

    @pytest.mark.parametrize(
        "text",
        [
            "Is Alpha Fund cheaper than Beta Fund?",
            "Alpha Fund is not cheaper than Beta Fund.",
            "Alpha Fund is riskier than Beta Fund.",
            "Alpha Fund has a higher dividend than Beta Fund.",
        ],
    )
    def test_what_the_evidence_cannot_tell_is_let_pass(self, text: str) -> None:
        assert judged(text, *ENGLISH).ok

    def test_values_of_several_times_that_overlap_contradict_nothing(self) -> None:
        later = percent("v5", "0.1", Metric.FEE, entity="Alpha Fund")

        assert judged("Alpha Fund's fee is lower than Beta Fund's.", *ENGLISH, later).ok

    def test_the_claim_is_the_word_that_ranks(self) -> None:
        text = "Alpha Fund is cheaper than Beta Fund."

        (claim,) = judged(text, *ENGLISH).claims

        assert text[claim.start : claim.end] == claim.text == "cheaper"

    def test_the_gate_takes_the_sentence_back(self) -> None:
        judge = Judge(evidence=ENGLISH, locale="en", base_currency="EUR")
        gate = SentenceGate(judge.judge, language="en")
        text = "Alpha Fund is cheaper than Beta Fund. "

        steps = [step for char in text for step in gate.push(char)] + gate.finish()

        refused = [step for step in steps if isinstance(step, Refused)]
        assert [step.text for step in refused] == [text.rstrip()]
