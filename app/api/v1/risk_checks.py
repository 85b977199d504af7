"""/v1/risk-profile: questions of fact, follow-ups on contradictions, what would change it."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Input
from app.api.policy import policy
from app.api.shapes import Out
from app.api.v1.risk_shapes import ReasonOut
from app.domains.identity.types import RateClass
from app.domains.onboarding.errors import (
    AnswerInvalidError,
    FactsMissingError,
    FollowUpClosedError,
    KnowledgeAnsweredError,
    NothingToExplainError,
    QuestionnaireOpenError,
    RiskProfileMissingError,
)
from app.domains.onboarding.risk_types import Grade, KnowledgeText, Reading, Topic

router = APIRouter(prefix="/v1/risk-profile", tags=["risk profile"])

Locale = Annotated[str, Query(pattern=r"^[A-Za-z-]{2,10}$")]
MAX_FOLLOW_UPS = 20


class FactOptionOut(Out):
    """One possible answer."""

    option: str
    text: str


class FactExplanationOut(Out):
    """What to read; its hash is sent back as proof of which text it was."""

    sha256: str
    paragraphs: list[str]


class FactQuestionOut(Out):
    """A question of fact. The explanation comes with the grade, never before the answer."""

    topic: Topic
    question: str
    why: str
    options: list[FactOptionOut]
    answer: str | None
    grade: Grade
    explanation: FactExplanationOut | None


class FactQuestionsOut(Out):
    """All questions of fact in the language that is shown."""

    items: list[FactQuestionOut]
    open: int
    unexplained: int


class FactAnswersIn(Input):
    """Some or all answers; the first answer to each question counts for a year."""

    answers: Annotated[
        dict[
            Annotated[Topic, Field(strict=False)],
            Annotated[str, StringConstraints(pattern=r"^[a-d]$")],
        ],
        Field(min_length=1, max_length=len(Topic), examples=[{"interest": "c"}]),
    ]


class ExplanationIn(Input):
    """Which explanation was read, by the hash it came with."""

    topic: Annotated[Topic, Field(strict=False)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class FollowUpOut(Out):
    """One contradiction and its question; a binding one stops advice while it is open."""

    code: str
    question: str
    why: str
    careful: str
    bold: str
    is_binding: bool
    reply: Reading | None
    values: dict[str, str]


class FollowUpsIn(Input):
    """Replies by code: which reading is hers."""

    replies: Annotated[
        dict[
            Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")],
            Annotated[Reading, Field(strict=False)],
        ],
        Field(min_length=1, max_length=MAX_FOLLOW_UPS),
    ]


class ProfileChangeOut(Out):
    """One fact as it is and as it would have to be; `sets` is what to save in the profile."""

    field: str
    before: str
    after: str
    sentence: str
    sets: dict[str, str]


class WhatWouldChangeOut(Out):
    """The smallest changes of one's own making that lead to another profile, if there are any.

    `first` are the questions and explanations that stand before advice as well.
    """

    profile: int
    changed_profile: int | None
    changes: list[ProfileChangeOut]
    first: list[ReasonOut]


@router.get("/knowledge", responses=declared())
@policy("user")
async def get_fact_questions(
    caller: CallerDep, services: ServicesDep, locale: Locale = "en"
) -> FactQuestionsOut:
    """Return the questions of fact; a language that is not translated answers in English."""
    asked = await services.onboarding.checks.knowledge(caller.user_id, locale)
    items = [
        FactQuestionOut(
            topic=text.topic,
            question=text.question,
            why=text.why,
            options=[FactOptionOut(option=option, text=words) for option, words in text.options],
            answer=answer,
            grade=grade,
            explanation=_explanation(text) if grade is not Grade.OPEN else None,
        )
        for text, answer, grade in asked
    ]
    return FactQuestionsOut(
        items=items,
        open=sum(one.grade is Grade.OPEN for one in items),
        unexplained=sum(one.grade is Grade.WRONG for one in items),
    )


def _explanation(text: KnowledgeText) -> FactExplanationOut:
    return FactExplanationOut(sha256=text.explanation_sha256, paragraphs=list(text.explanation))


@router.put("/knowledge", responses=declared(AnswerInvalidError, KnowledgeAnsweredError))
@policy("user", rate=RateClass.WRITE)
async def answer_facts(
    body: FactAnswersIn, caller: CallerDep, services: ServicesDep, locale: Locale = "en"
) -> FactQuestionsOut:
    """Keep first answers and grade them; the same answer again changes nothing."""
    await services.onboarding.checks.answer(caller.user_id, body.answers)
    return await get_fact_questions(caller, services, locale)


@router.put("/explanations", responses=declared(NothingToExplainError))
@policy("user", rate=RateClass.WRITE)
async def confirm_explanation(
    body: ExplanationIn, caller: CallerDep, services: ServicesDep, locale: Locale = "en"
) -> FactQuestionsOut:
    """Keep that the explanation of a wrong answer was read, with the hash of its text."""
    checks = services.onboarding.checks
    await checks.read_explanation(caller.user_id, body.topic, sha256=body.sha256)
    return await get_fact_questions(caller, services, locale)


@router.get("/follow-ups", responses=declared())
@policy("user")
async def list_follow_ups(
    caller: CallerDep, services: ServicesDep, locale: Locale = "en"
) -> list[FollowUpOut]:
    """Return what the answers and facts as they stand raise, with the replies so far."""
    asked = await services.onboarding.checks.follow_ups(caller.user_id, locale)
    return [
        FollowUpOut(
            code=one.code,
            question=words.question,
            why=words.why,
            careful=words.careful,
            bold=words.bold,
            is_binding=one.is_binding,
            reply=one.reply,
            values=dict(one.values),
        )
        for one, words in asked
    ]


@router.put("/follow-ups", responses=declared(FollowUpClosedError))
@policy("user", rate=RateClass.WRITE)
async def reply_to_follow_ups(
    body: FollowUpsIn, caller: CallerDep, services: ServicesDep, locale: Locale = "en"
) -> list[FollowUpOut]:
    """Keep which reading of contradicting answers is hers; neither is above what she stated."""
    await services.onboarding.checks.reply(caller.user_id, body.replies)
    return await list_follow_ups(caller, services, locale)


@router.get(
    "/what-would-change",
    responses=declared(RiskProfileMissingError, FactsMissingError, QuestionnaireOpenError),
)
@policy("user")
async def what_would_change(caller: CallerDep, services: ServicesDep) -> WhatWouldChangeOut:
    """Return the smallest actionable change; saving it and making the profile anew leads there."""
    found = await services.onboarding.profiles.what_would_change(caller.user_id)
    made = found.suggestion
    return WhatWouldChangeOut(
        profile=found.profile,
        changed_profile=made.profile if made else None,
        changes=[
            ProfileChangeOut(
                field=change.field,
                before=change.before,
                after=change.after,
                sentence=change.sentence,
                sets=dict(change.sets),
            )
            for change in (made.changes if made else ())
        ],
        first=[ReasonOut.of(reason) for reason in found.first],
    )
