"""Which alerts the facts of one moment give, the most urgent first. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.domains.onboarding.types import Step
from app.domains.portfolio.alert_types import (
    Alert,
    AlertCode,
    DriftVerdict,
    Severity,
    TradingState,
)
from app.domains.portfolio.types import AdviceOutcome

#: A profile that ends within this time is spoken of.
EXPIRES_SOON: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person at one moment.

    `profile_expires_at` is None without a profile; `profile_outdated` says that no new advice may
    rest on it, by age or by changed facts. `in_review` names what the orders under review trade.
    """

    now: datetime
    trading: TradingState
    missing_steps: tuple[str, ...] = ()
    profile_expires_at: datetime | None = None
    profile_outdated: bool = False
    unpriced: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    oldest_price_at: datetime | None = None
    orders_in_review: int = 0
    in_review: tuple[str, ...] = ()
    advice: AdviceOutcome | None = None
    verdict: DriftVerdict | None = None


def alerts_of(facts: Facts) -> tuple[Alert, ...]:
    """Return every alert that holds, in the order in which a person should read them."""
    trading = facts.trading
    stale_at, opens_at = facts.oldest_price_at, trading.next_open
    urgent, warning, info = Severity.URGENT, Severity.WARNING, Severity.INFO
    profile = _profile(facts)
    old, soon = (profile, None) if facts.profile_outdated else (None, profile)
    holds: tuple[tuple[object, Alert | None], ...] = (
        (trading.halted, Alert(AlertCode.TRADING_HALTED, urgent)),
        (facts.unpriced, Alert(AlertCode.PRICES_MISSING, warning, facts.unpriced)),
        (facts.stale, Alert(AlertCode.PRICES_STALE, warning, facts.stale, stale_at)),
        (Step.KYC in facts.missing_steps, Alert(AlertCode.KYC_MISSING, warning)),
        (old, old),
        (not trading.is_open, Alert(AlertCode.MARKET_CLOSED, info, at=opens_at)),
        (facts.orders_in_review, Alert(AlertCode.ORDER_IN_REVIEW, info, facts.in_review)),
        (soon, soon),
        (facts.advice is AdviceOutcome.WAIT, Alert(AlertCode.NOT_ADVISED, info)),
        (
            facts.verdict is DriftVerdict.OUTSIDE_BANDS,
            Alert(AlertCode.REBALANCE_SUGGESTED, info),
        ),
    )
    return tuple(alert for it_holds, alert in holds if it_holds and alert is not None)


def _profile(facts: Facts) -> Alert | None:
    if facts.profile_expires_at is None:
        return None
    if facts.profile_outdated:
        return Alert(AlertCode.PROFILE_EXPIRED, Severity.WARNING, at=facts.profile_expires_at)
    if facts.profile_expires_at - facts.now <= EXPIRES_SOON:
        return Alert(AlertCode.PROFILE_EXPIRES, Severity.INFO, at=facts.profile_expires_at)
    return None
