"""Where her identity check stands, and what her risk profile is."""

from typing import Final

from app.domains.chat.evidence_types import Metric, Source
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk
from app.domains.chat.tools.findings import Findings, Origin
from app.domains.onboarding.errors import CaseNotFoundError
from app.domains.onboarding.types import KycState

KYC_REF: Final = "kyc"
_STATES: Final = {
    KycState.PENDING: "in_review",
    KycState.RESUBMISSION_REQUESTED: "correction",
}


async def kyc_status(desk: Desk, _: Arguments) -> Findings:
    """Tell how far the identity check is, and which steps are still open."""
    made = Findings(desk)
    try:
        case = await desk.doors.onboarding.kyc.of(desk.owner)
    except CaseNotFoundError:
        made.fact("state", "none")
    else:
        made.fact("state", _STATES.get(case.state, case.state.value))
        at = case.decided_at or case.submitted_at
        if at is not None:
            day = at.astimezone(desk.now.tzinfo).date()
            where = Origin(Source.PROFILE, KYC_REF, day.isoformat())
            made.fact("date", made.day(where, day))
        made.fact("reason", case.reason.value if case.reason else None)
    for step in await desk.doors.onboarding.missing_steps(desk.owner):
        made.row(step)
    return made.done("open_steps", ("step",))


async def risk_profile(desk: Desk, _: Arguments) -> Findings:
    """Tell her risk profile with both sides of it, and until when it counts."""
    found = await desk.doors.onboarding.risk_profile(desk.owner)
    day = found.made_at.astimezone(desk.now.tzinfo).date()
    where = Origin(Source.PROFILE, str(found.version), day.isoformat())
    made = Findings(desk)
    made.facts(
        profile=made.count(where, found.final, Metric.SCORE),
        tolerance=made.count(where, found.tolerance, Metric.SCORE),
        capacity=made.count(where, found.capacity, Metric.SCORE),
        until=made.day(where, found.expires_at.astimezone(desk.now.tzinfo).date()),
        band=found.band,
        state="expired" if found.expires_at <= desk.now else "current",
    )
    for reason in found.reasons:
        made.row(reason.code)
    return made.done("reasons", ("reason",))
