"""/v1/risk-profile: the questionnaire, its answers, and the profile with its reasons."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from app.api.deps import CallerDep, ServicesDep
from app.api.errors import declared
from app.api.fields import Input
from app.api.policy import policy
from app.api.shapes import Out
from app.api.v1.risk_shapes import RiskProfileOut
from app.domains.identity.types import RateClass
from app.domains.onboarding.errors import (
    AnswerInvalidError,
    FactsMissingError,
    QuestionnaireOpenError,
    RiskProfileMissingError,
)

router = APIRouter(prefix="/v1/risk-profile", tags=["risk profile"])


class OptionOut(Out):
    """One possible answer."""

    option: str
    text: str


class QuestionOut(Out):
    """One item and why it is asked."""

    item: int
    question: str
    why: str
    options: list[OptionOut]


class QuestionnaireOut(Out):
    """The 13 items in the language that is shown."""

    language: str
    source: str
    items: list[QuestionOut]


class AnswersIn(Input):
    """Some or all answers: item number to option letter."""

    answers: Annotated[
        dict[
            Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}$")],
            Annotated[str, StringConstraints(pattern=r"^[a-d]$")],
        ],
        Field(min_length=1, max_length=13, examples=[{"1": "b", "2": "a"}]),
    ]


class AnswersOut(Out):
    """All answers kept so far."""

    answers: dict[int, str]
    answered: int
    total: int


@router.get("/questionnaire", responses=declared())
@policy("user")
async def get_questionnaire(
    _: CallerDep,
    services: ServicesDep,
    locale: Annotated[str, Query(pattern=r"^[A-Za-z-]{2,10}$")] = "en",
) -> QuestionnaireOut:
    """Return the questionnaire; a language that is not translated answers in English."""
    language, items = services.onboarding.questionnaire(locale)
    return QuestionnaireOut(
        language=language,
        source="Structure and scoring after Grable and Lytton (1999); wording of our own",
        items=[
            QuestionOut(
                item=q.item,
                question=q.question,
                why=q.why,
                options=[OptionOut(option=option, text=text) for option, text in q.options],
            )
            for q in items
        ],
    )


@router.put("/answers", responses=declared(AnswerInvalidError))
@policy("user", rate=RateClass.WRITE)
async def save_answers(body: AnswersIn, caller: CallerDep, services: ServicesDep) -> AnswersOut:
    """Keep some answers; the rest may follow on another device."""
    answers = {int(item): option for item, option in body.answers.items()}
    await services.onboarding.profiles.save_answers(caller.user_id, answers)
    kept = dict((await services.onboarding.overview(caller.user_id)).answers)
    return AnswersOut(answers=kept, answered=len(kept), total=13)


@router.post("", status_code=201, responses=declared(QuestionnaireOpenError, FactsMissingError))
@policy("user", rate=RateClass.WRITE)
async def make_risk_profile(caller: CallerDep, services: ServicesDep) -> RiskProfileOut:
    """Score the answers and facts into a new version of the profile.

    Contradictions that were not replied to count in their careful reading; more risk than
    before may have to wait (`cooling`).
    """
    made = await services.onboarding.profiles.make(caller.user_id)
    return RiskProfileOut.of(made, services.onboarding.profiles.effects(made))


@router.get("", responses=declared(RiskProfileMissingError))
@policy("user")
async def get_risk_profile(caller: CallerDep, services: ServicesDep) -> RiskProfileOut:
    """Return the newest profile as it counts now, and whether advice may rest on it."""
    found, outdated = await services.onboarding.advisable_profile(caller.user_id)
    return RiskProfileOut.of(found, services.onboarding.profiles.effects(found), outdated)
