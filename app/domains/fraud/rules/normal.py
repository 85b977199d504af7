"""One payment beside a customer's own past: what is usual for her, in numbers and words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles

from app.core.money import Money
from app.domains.fraud.evidence_types import Normal


@dataclass(frozen=True, slots=True)
class Before:
    """One earlier payment."""

    at: datetime
    amount_minor: int
    payee_id: str


def compare(*, amount: Money, at: datetime, payee_id: str, before: Sequence[Before]) -> Normal:
    """Return the comparison; figures that need earlier payments are None without them."""
    amounts = sorted(b.amount_minor for b in before)
    count = len(amounts)
    hour = at.hour
    near = sum(1 for b in before if min((b.at.hour - hour) % 24, (hour - b.at.hour) % 24) <= 1)
    below = sum(1 for value in amounts if value <= amount.amount_minor)
    last = max((b.at for b in before), default=None)
    normal = Normal(
        payments_120d=count,
        payments_30d=sum(1 for b in before if at - b.at <= timedelta(days=30)),
        payments_1h=sum(1 for b in before if at - b.at <= timedelta(hours=1)),
        amount_minor=amount.amount_minor,
        median_minor=_quantile(amounts, 50),
        p90_minor=_quantile(amounts, 90),
        maximum_minor=amounts[-1] if amounts else None,
        amount_percentile=round(100 * below / count, 1) if count else None,
        hour_utc=hour,
        share_at_this_hour=round(near / count, 3) if count else None,
        payees_120d=len({b.payee_id for b in before}),
        paid_this_payee_before=sum(1 for b in before if b.payee_id == payee_id),
        days_since_last=round((at - last).total_seconds() / 86_400, 2) if last else None,
        sentences=(),
    )
    return _with_words(normal, amount.currency)


def _quantile(amounts: Sequence[int], percent: int) -> int | None:
    if not amounts:
        return None
    if len(amounts) == 1:
        return amounts[0]
    return round(quantiles(amounts, n=100, method="inclusive")[percent - 1])


def _with_words(normal: Normal, currency: str) -> Normal:
    amount = Money(normal.amount_minor, currency).decimal_string()
    if not normal.payments_120d or normal.median_minor is None or normal.p90_minor is None:
        said: tuple[str, ...] = (f"{amount} {currency} is the first payment in 120 days.",)
    else:
        median = Money(normal.median_minor, currency).decimal_string()
        high = Money(normal.p90_minor, currency).decimal_string()
        share = round(100 * (normal.share_at_this_hour or 0))
        said = (
            f"{amount} {currency} against a median of {median}; nine of ten are at most {high}.",
            f"{share} % of {normal.payments_120d} payments were within an hour of this time.",
            f"Paid this payee {normal.paid_this_payee_before} times before; "
            f"{normal.payees_120d} payees in 120 days.",
            f"{normal.payments_1h} payments in the hour before, {normal.payments_30d} in 30 days, "
            f"{normal.payments_120d} in 120 days.",
        )
    fields = {name: getattr(normal, name) for name in Normal.__slots__ if name != "sentences"}
    return Normal(**fields, sentences=said)
