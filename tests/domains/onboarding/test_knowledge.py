"""Facts are tested: two of three not known block a class until the explanations are read."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.onboarding.errors import AnswerInvalidError, KnowledgeAnsweredError
from app.domains.onboarding.repository import texts
from app.domains.onboarding.risk_types import Grade, KnowledgeAnswer, ProductClass, Topic
from app.domains.onboarding.rules import knowledge, waiting

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ANSWERS = st.dictionaries(
    st.sampled_from(Topic),
    st.builds(
        KnowledgeAnswer,
        st.sampled_from(knowledge.OPTIONS),
        st.just(NOW),
        st.none() | st.just(NOW),
    ),
)


def answered(**options: str) -> dict[Topic, KnowledgeAnswer]:
    return {Topic(name): KnowledgeAnswer(option, NOW) for name, option in options.items()}


RIGHT = {topic: KnowledgeAnswer(option, NOW) for topic, option in knowledge.RIGHT.items()}
NO_SHARES = RIGHT | answered(diversification="a", fees="d")


@pytest.mark.row("RS3")
class TestGraded:
    def test_all_right_blocks_nothing(self) -> None:
        found = knowledge.graded(RIGHT)
        assert found.blocked == ()
        assert waiting.of_knowledge(found) == ()

    def test_two_of_three_wrong_block_the_class_with_the_reason(self) -> None:
        found = knowledge.graded(NO_SHARES)
        assert found.blocked == (ProductClass.SHARES,)
        (reason,) = waiting.of_knowledge(found)
        assert reason.code == "explanation_first_shares"
        assert "2 of 3 facts about shares" in reason.sentence
        assert dict(reason.values)["topics"] == "diversification fees"

    def test_one_of_three_wrong_does_not(self) -> None:
        assert knowledge.graded(RIGHT | answered(fees="b")).blocked == ()

    def test_untested_is_blocked_too(self) -> None:
        found = knowledge.graded({})
        assert found.blocked == (ProductClass.BONDS, ProductClass.SHARES)
        assert [one.code for one in waiting.of_knowledge(found)] == [
            "knowledge_open_bonds",
            "knowledge_open_shares",
        ]

    def test_reading_one_explanation_unblocks(self) -> None:
        read = replace(NO_SHARES[Topic.FEES], explained_at=NOW)
        found = knowledge.graded(NO_SHARES | {Topic.FEES: read})
        assert dict(found.grades)[Topic.FEES] is Grade.EXPLAINED
        assert found.blocked == ()

    @given(ANSWERS, st.sampled_from(Topic))
    def test_knowing_one_fact_more_never_blocks_more(
        self, answers: dict[Topic, KnowledgeAnswer], topic: Topic
    ) -> None:
        better = answers | {topic: RIGHT[topic]}
        before, after = knowledge.graded(answers).blocked, knowledge.graded(better).blocked
        assert set(after) <= set(before)

    def test_every_fact_counts_for_exactly_one_class_and_blocking_needs_two_of_three(self) -> None:
        needed = list(itertools.chain(*knowledge.NEEDED.values()))
        assert sorted(needed) == sorted(Topic)
        assert {len(topics) for topics in knowledge.NEEDED.values()} == {3}


@pytest.mark.row("RS3")
class TestFirstAnswerCounts:
    def test_same_again_is_nothing_new_and_another_one_is_refused(self) -> None:
        earlier = KnowledgeAnswer("a", NOW)
        assert not knowledge.is_new(Topic.FEES, "a", earlier, now=NOW)
        with pytest.raises(KnowledgeAnsweredError):
            knowledge.is_new(Topic.FEES, "b", earlier, now=NOW)

    def test_after_a_year_it_is_asked_again(self) -> None:
        earlier = KnowledgeAnswer("a", NOW - timedelta(days=365))
        assert knowledge.is_new(Topic.FEES, "b", earlier, now=NOW)

    def test_unknown_option(self) -> None:
        with pytest.raises(AnswerInvalidError):
            knowledge.check_option(Topic.FEES, "e")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_language_asks_the_same_with_an_explanation(language: str) -> None:
    asked = texts.knowledge(language)
    assert [one.topic for one in asked] == list(Topic)
    for one in asked:
        assert tuple(option for option, _ in one.options) == knowledge.OPTIONS
        assert knowledge.RIGHT[one.topic] != knowledge.OPTIONS[-1], "never: I do not know"
        assert one.explanation
