"""More risk on second thought waits a week; less risk counts at once.

Only what answers raise has to wait: capacity comes from facts. Answers that rise soon after the
last ones may be fitted to a wished result, and after a fall of the market they may be a bet on
its return. The numbers are judgement.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from app.domains.onboarding.risk_types import Anchor, Cooling
from app.domains.onboarding.rules import risk
from app.domains.onboarding.types import Reason, RiskProfile

SOON: Final = timedelta(days=30)
PERIOD: Final = timedelta(days=7)
FALL_DAYS: Final = 30
FALL: Final = 0.10
REASON_CODE: Final = "cooling"


def anchor_of(earlier: RiskProfile | None, *, now: datetime) -> Anchor | None:
    """Return the tolerance that a new version is compared with.

    A version with open follow-ups was never advised on: its own anchor stays the measure.
    """
    if earlier is None:
        return None
    if any(one.is_binding and one.reply is None for one in earlier.follow_ups):
        return earlier.anchor
    return Anchor(in_force(earlier, now=now).tolerance, earlier.made_at)


def cooling(
    tolerance: int,
    *,
    anchor: Anchor | None,
    running: Cooling | None,
    fall: float | None,
    now: datetime,
) -> Cooling | None:
    """Return what has to wait, or None. The same wish again does not wait longer."""
    if anchor is None or tolerance <= anchor.tolerance:
        return None
    fell = fall is not None and fall >= FALL
    if not fell and now - anchor.made_at >= SOON:
        return None
    until = now + PERIOD
    if running is not None and running.tolerance >= tolerance and running.until > now:
        until = running.until
    return Cooling(tolerance, until, "fall" if fell else "soon")


def reason(found: Cooling) -> Reason:
    """Return what is told about a wish that waits."""
    why = (
        "the market has fallen lately"
        if found.because == "fall"
        else f"it is less than {SOON.days} days since your last profile"
    )
    day = found.until.date().isoformat()
    return Reason(
        REASON_CODE,
        f"Your new answers mean more risk: tolerance {found.tolerance} of 10. As {why}, that "
        f"counts from {day} on; until then your earlier tolerance does.",
        (("tolerance", str(found.tolerance)), ("until", day), ("because", found.because)),
    )


def in_force(profile: RiskProfile, *, now: datetime) -> RiskProfile:
    """Return a profile as it counts at a moment: once the wait is over, with the new tolerance."""
    waiting = profile.cooling
    if waiting is None or now < waiting.until:
        return profile
    made_anew = ("tolerance_", "capacity_", REASON_CODE)
    return replace(
        profile,
        tolerance=waiting.tolerance,
        final=min(waiting.tolerance, profile.capacity),
        reasons=(
            *risk.reasons(
                score=profile.score,
                stated=profile.stated_tolerance or waiting.tolerance,
                counting=waiting.tolerance,
                limits=profile.limits,
            ),
            *(one for one in profile.reasons if not one.code.startswith(made_anew)),
        ),
        cooling=None,
    )
