"""What is asked beside the questionnaire: questions of fact, and follow-ups on contradictions."""

from collections.abc import Mapping

from app.core.clock import Clock
from app.core.db import Database
from app.core.store import Document
from app.domains.onboarding.errors import FollowUpClosedError, NothingToExplainError
from app.domains.onboarding.repository import people, texts
from app.domains.onboarding.risk_types import (
    FollowUp,
    FollowUpText,
    Grade,
    KnowledgeText,
    Reading,
    Topic,
)
from app.domains.onboarding.rules import contradictions, knowledge, profiling, risk
from app.domains.onboarding.usecases.risk_inputs import RiskInputs

AskedFact = tuple[KnowledgeText, str | None, Grade]
"""A question of fact, her answer, and how it stands."""
AskedFollowUp = tuple[FollowUp, FollowUpText]
"""A follow-up and its words with her own values in them."""


class RiskChecks:
    """Asks, keeps the answers, and never tells a right answer before it was given."""

    def __init__(self, *, db: Database, clock: Clock, inputs: RiskInputs) -> None:
        self._db = db
        self._clock = clock
        self._inputs = inputs

    async def knowledge(self, user_id: str, language: str) -> tuple[AskedFact, ...]:
        """Return the questions of fact with her answers, graded."""
        answers = people.knowledge_of(await people.find(self._db, user_id))
        found = []
        for text in texts.knowledge(texts.language_or_english(language)):
            answer = answers.get(text.topic)
            option = answer.option if answer else None
            found.append((text, option, knowledge.grade(text.topic, answer)))
        return tuple(found)

    async def answer(self, user_id: str, answers: Mapping[Topic, str]) -> None:
        """Keep first answers; the same ones again change nothing.

        Raises AnswerInvalidError, KnowledgeAnsweredError for another answer within a year.
        """
        now = self._clock.now()
        for topic, option in answers.items():
            knowledge.check_option(topic, option)
        earlier = people.knowledge_of(await people.find(self._db, user_id))
        new = {
            topic: option
            for topic, option in answers.items()
            if knowledge.is_new(topic, option, earlier.get(topic), now=now)
        }
        if not new:
            return
        await people.save_knowledge(self._db, user_id, new, earlier, at=now)
        kept = people.knowledge_of(await people.find(self._db, user_id))
        for topic, option in new.items():
            # Another request was first, and its answer counts.
            knowledge.is_new(topic, option, kept.get(topic), now=now)

    async def read_explanation(self, user_id: str, topic: Topic, *, sha256: str) -> None:
        """Keep that she read what was wrong; again changes nothing.

        Raises NothingToExplainError when her answer is not wrong, or the text is another one.
        """
        answer = people.knowledge_of(await people.find(self._db, user_id)).get(topic)
        found = knowledge.grade(topic, answer)
        if found is Grade.EXPLAINED:
            return
        shown = {
            text.explanation_sha256
            for language in texts.LANGUAGES
            for text in texts.knowledge(language)
            if text.topic is topic
        }
        if found is not Grade.WRONG or sha256 not in shown:
            raise NothingToExplainError(topic=topic.value)
        now = self._clock.now()
        await people.note_explained(self._db, user_id, topic, sha256=sha256, at=now)

    async def follow_ups(self, user_id: str, language: str) -> tuple[AskedFollowUp, ...]:
        """Return what her answers and facts as they stand raise, also half-way through."""
        found = await self._raised(user_id, await people.find(self._db, user_id))
        words = texts.follow_ups(texts.language_or_english(language))
        return tuple((one, _filled(words[one.code], one)) for one in found)

    async def reply(self, user_id: str, replies: Mapping[str, Reading]) -> None:
        """Keep replies, each about the answers that raised the question now.

        Raises FollowUpClosedError for a question that is not asked (any more).
        """
        document = await people.find(self._db, user_id)
        asked = {one.code: one for one in await self._raised(user_id, document)}
        gone = sorted(set(replies) - set(asked))
        if gone:
            raise FollowUpClosedError(f"not asked now: {', '.join(gone)}", codes=gone)
        kept = {code: (reading, asked[code].fingerprint) for code, reading in replies.items()}
        await people.save_replies(self._db, user_id, kept, at=self._clock.now())

    async def _raised(self, user_id: str, document: Document | None) -> tuple[FollowUp, ...]:
        answers, facts = people.answers_of(document), people.financial_of(document)
        if facts is not None and all(item in answers for item in risk.ITEMS):
            inputs = await self._inputs.of(user_id, document)
            return profiling.follow_ups_of(inputs, self._inputs.households)
        clashes = contradictions.found(answers, facts)
        return contradictions.follow_ups(clashes, people.replies_of(document))


def _filled(words: FollowUpText, asked: FollowUp) -> FollowUpText:
    values = dict(asked.values)
    return FollowUpText(
        question=words.question.format_map(values),
        why=words.why.format_map(values),
        careful=words.careful.format_map(values),
        bold=words.bold.format_map(values),
    )
