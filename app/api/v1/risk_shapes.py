"""What a risk profile looks like from outside: both parts, the effect of each answer, its state."""

from datetime import datetime

from app.api.shapes import Out
from app.domains.onboarding.risk_types import (
    FollowUp,
    Grade,
    ProductClass,
    ProfileState,
    Reading,
    Topic,
)
from app.domains.onboarding.types import Effects, Reason, RiskProfile


class ReasonOut(Out):
    """Why: a code with its values for translation, and an English sentence."""

    code: str
    sentence: str
    values: dict[str, str]

    @classmethod
    def of(cls, reason: Reason) -> "ReasonOut":
        """Return the public form."""
        return cls(code=reason.code, sentence=reason.sentence, values=dict(reason.values))


class ItemOut(Out):
    """One answer, its points among those possible, and its effect.

    `effect` is by how many steps of tolerance it lifts over its most careful option.
    """

    item: int
    option: str
    points: int
    fewest: int
    most: int
    effect: int


class LimitOut(Out):
    """One capacity rule: the measured value and the cap that follows.

    `effect` is by how many steps this rule alone lowers the capacity: 0 or negative.
    """

    rule: str
    value: float
    cap: int
    effect: int


class GradeOut(Out):
    """How one question of fact stood when the profile was made."""

    topic: Topic
    grade: Grade


class KnowledgeOut(Out):
    """The graded questions of fact, and what may not be recommended because of them."""

    grades: list[GradeOut]
    blocked: list[ProductClass]


class ProfileFollowUpOut(Out):
    """A contradiction that was asked about, and the reply; null: the careful reading counts."""

    code: str
    reply: Reading | None

    @classmethod
    def of(cls, asked: FollowUp) -> "ProfileFollowUpOut":
        """Return the public form."""
        return cls(code=asked.code, reply=asked.reply)


class CoolingOut(Out):
    """A higher tolerance that counts from a moment on, and why not at once."""

    tolerance: int
    final: int
    until: datetime
    because: str


class RiskProfileOut(Out):
    """Tolerance and capacity side by side; the smaller one is the profile.

    `tolerance` is the one in force, `stated_tolerance` what the answers alone give. `waits` are
    all reasons why nothing is recommended yet; `outdated` why no new advice rests on it.
    """

    version: int
    score: int
    band: str
    tolerance: int
    stated_tolerance: int
    capacity: int
    final: int
    items: list[ItemOut]
    limits: list[LimitOut]
    reasons: list[ReasonOut]
    do_not_invest: ReasonOut | None
    waits: list[ReasonOut]
    state: ProfileState
    outdated: ReasonOut | None
    knowledge: KnowledgeOut | None
    follow_ups: list[ProfileFollowUpOut]
    challenge: ReasonOut | None
    cooling: CoolingOut | None
    rules_version: str
    made_at: datetime
    expires_at: datetime

    @classmethod
    def of(
        cls, profile: RiskProfile, effects: Effects, outdated: Reason | None = None
    ) -> "RiskProfileOut":
        """Return the public form."""
        blocked, challenge = profile.do_not_invest, profile.challenge
        return cls(
            version=profile.version,
            score=profile.score,
            band=profile.band,
            tolerance=profile.tolerance,
            stated_tolerance=profile.stated_tolerance or profile.tolerance,
            capacity=profile.capacity,
            final=profile.final,
            items=_items(profile, effects),
            limits=[
                LimitOut(rule=x.rule, value=x.value, cap=x.cap, effect=effects.limits[x.rule])
                for x in profile.limits
            ],
            reasons=[ReasonOut.of(reason) for reason in profile.reasons],
            do_not_invest=ReasonOut.of(blocked) if blocked else None,
            waits=[ReasonOut.of(reason) for reason in profile.reasons_to_wait],
            state=_state(outdated),
            outdated=ReasonOut.of(outdated) if outdated else None,
            knowledge=_knowledge(profile),
            follow_ups=[ProfileFollowUpOut.of(one) for one in profile.follow_ups],
            challenge=ReasonOut.of(challenge) if challenge else None,
            cooling=_cooling(profile),
            rules_version=profile.rules_version,
            made_at=profile.made_at,
            expires_at=profile.expires_at,
        )


def _items(profile: RiskProfile, effects: Effects) -> list[ItemOut]:
    found = []
    for one in profile.items:
        fewest, most = effects.ranges[one.item]
        effect = effects.items[one.item]
        found.append(
            ItemOut(
                item=one.item,
                option=one.option,
                points=one.points,
                fewest=fewest,
                most=most,
                effect=effect,
            )
        )
    return found


def _state(outdated: Reason | None) -> ProfileState:
    if outdated is None:
        return ProfileState.CURRENT
    is_old = outdated.code == "profile_expired"
    return ProfileState.EXPIRED if is_old else ProfileState.FACTS_CHANGED


def _knowledge(profile: RiskProfile) -> KnowledgeOut | None:
    known = profile.knowledge
    if known is None:
        return None
    grades = [GradeOut(topic=topic, grade=grade) for topic, grade in known.grades]
    return KnowledgeOut(grades=grades, blocked=list(known.blocked))


def _cooling(profile: RiskProfile) -> CoolingOut | None:
    waiting = profile.cooling
    if waiting is None:
        return None
    return CoolingOut(
        tolerance=waiting.tolerance,
        final=min(waiting.tolerance, profile.capacity),
        until=waiting.until,
        because=waiting.because,
    )
