"""Facts about money, tested: what is right, which product class they belong to, what is blocked.

Five of the six subjects are those of the tests of Lusardi and Mitchell ("Big Five", Journal of
Economic Literature 52, 2014); fees are the sixth. The wording is our own. Two of a class's three
facts not known block the class until their explanations have been read.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from app.domains.onboarding.errors import AnswerInvalidError, KnowledgeAnsweredError
from app.domains.onboarding.risk_types import (
    Grade,
    Knowledge,
    KnowledgeAnswer,
    ProductClass,
    Topic,
)

OPTIONS: Final = ("a", "b", "c", "d")
"""The last one is always "I do not know"."""
RIGHT: Final[Mapping[Topic, str]] = {
    Topic.INTEREST: "c",
    Topic.INFLATION: "a",
    Topic.BOND_PRICES: "b",
    Topic.DIVERSIFICATION: "b",
    Topic.RISK_RETURN: "c",
    Topic.FEES: "a",
}
NEEDED: Final[Mapping[ProductClass, tuple[Topic, ...]]] = {
    ProductClass.BONDS: (Topic.INTEREST, Topic.INFLATION, Topic.BOND_PRICES),
    ProductClass.SHARES: (Topic.DIVERSIFICATION, Topic.RISK_RETURN, Topic.FEES),
}
BLOCKS_FROM: Final = 2
GOOD_FOR: Final = timedelta(days=365)
_UNKNOWN: Final = (Grade.OPEN, Grade.WRONG)


def check_option(topic: Topic, option: str) -> None:
    """Raise AnswerInvalidError for an option that the question does not have."""
    if option not in OPTIONS:
        raise AnswerInvalidError(f"{topic} has no option {option!r}", topic=topic.value)


def is_new(topic: Topic, option: str, earlier: KnowledgeAnswer | None, *, now: datetime) -> bool:
    """Tell whether an answer is to be kept; the same one again is not.

    Raises KnowledgeAnsweredError for another answer to what was answered within a year: trying
    until it is right would test nothing.
    """
    if earlier is None or now - earlier.answered_at >= GOOD_FOR:
        return True
    if earlier.option != option:
        raise KnowledgeAnsweredError(topic=topic.value)
    return False


def grade(topic: Topic, answer: KnowledgeAnswer | None) -> Grade:
    """Return how one question stands."""
    if answer is None:
        return Grade.OPEN
    if answer.option == RIGHT[topic]:
        return Grade.RIGHT
    return Grade.WRONG if answer.explained_at is None else Grade.EXPLAINED


def graded(answers: Mapping[Topic, KnowledgeAnswer]) -> Knowledge:
    """Return every grade and the classes that are blocked."""
    grades = {topic: grade(topic, answers.get(topic)) for topic in Topic}
    blocked = tuple(
        product
        for product, topics in NEEDED.items()
        if sum(grades[topic] in _UNKNOWN for topic in topics) >= BLOCKS_FROM
    )
    return Knowledge(tuple(grades.items()), blocked)
