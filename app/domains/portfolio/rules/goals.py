"""What a goal may be: dates that lie ahead, a path that grows calmer, counts instead of odds."""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np

from app.core.money import CurrencyMismatchError, Money, Rounding
from app.domains.market.types import History
from app.domains.onboarding.risk_types import horizon_cap
from app.domains.portfolio.errors import GoalAmountError, GoalInPastError, GoalTooFarError
from app.domains.portfolio.goal_types import (
    MOST_MONTHLY_MINOR,
    MOST_MONTHS,
    MOST_TARGET_MINOR,
    Frequency,
    GlideStep,
    Wish,
)
from app.domains.portfolio.rules.choice import choose_rung
from app.domains.portfolio.types import FloatArray, StoredFrontier

RULES_VERSION: Final = "goals-1"
#: An example of rising prices, said as such; no forecast.
INFLATION_BPS: Final = 200
MOST_POINTS: Final = 120
_SCALES: Final = (10, 100, 1000)
_SATURDAY: Final = 5


def id_of(user_id: str, key: str) -> str:
    """Return the id of the goal that a key creates: the same key is the same goal."""
    return hashlib.sha256(f"goal\n{user_id}\n{key}".encode()).hexdigest()[:20]


def seed_of(goal_id: str) -> int:
    """Return the seed of a goal: a slider moves the fan, never the noise."""
    return int.from_bytes(hashlib.sha256(goal_id.encode()).digest()[:6], "big")


def check(wish: Wish, *, currency: str, today: date) -> None:
    """Refuse a wish that cannot be projected.

    Raises GoalInPastError, GoalTooFarError, GoalAmountError, CurrencyMismatchError.
    """
    for money in (wish.target, wish.monthly, wish.start):
        if money is not None and money.currency != currency:
            raise CurrencyMismatchError(
                f"prices are in {currency}; {money.currency} cannot be projected"
            )
    if wish.target.amount_minor < 1 or wish.target.amount_minor > MOST_TARGET_MINOR:
        raise GoalAmountError(_between("a target", 1, MOST_TARGET_MINOR, currency))
    if not 0 <= wish.monthly.amount_minor <= MOST_MONTHLY_MINOR:
        raise GoalAmountError(_between("a monthly amount", 0, MOST_MONTHLY_MINOR, currency))
    if wish.start is not None and not 0 <= wish.start.amount_minor <= MOST_TARGET_MINOR:
        raise GoalAmountError(_between("a starting amount", 0, MOST_TARGET_MINOR, currency))
    months_until(wish.due, today=today)


def months_until(due: date, *, today: date) -> int:
    """Return the whole months until a day, at least 1.

    Raises GoalInPastError for today and before, GoalTooFarError beyond fifty years.
    """
    if due <= today:
        raise GoalInPastError(f"{due} is not after {today}")
    months = (due.year - today.year) * 12 + due.month - today.month - (due.day < today.day)
    if months > MOST_MONTHS:
        raise GoalTooFarError(f"{due} is {months} months away, at most {MOST_MONTHS}")
    return max(months, 1)


def month_after(today: date, months: int) -> date:
    """Return the day so many months later; the last day of a shorter month."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    for day in (today.day, 30, 29):
        try:
            return date(year, month + 1, min(day, today.day))
        except ValueError:
            continue
    return date(year, month + 1, 28)


def glide(
    frontier: StoredFrontier, profile: int | None, *, months: int, today: date
) -> tuple[GlideStep, ...]:
    """Return what is held when: the smaller of her profile and what the time left allows.

    The caps are those of the risk profile's horizon rule. Without a profile (she should not
    invest yet) everything stays on the lowest rung.
    """
    steps: list[GlideStep] = []
    for month in range(months):
        cap = 1 if profile is None else min(profile, horizon_cap((months - month) / 12))
        if steps and steps[-1].profile == cap:
            continue
        rung = 0
        if profile is not None:
            rung = choose_rung(cap, frontier.rung_volatility, frontier.rung_equity)
        steps.append(
            GlideStep(
                month=month,
                day=month_after(today, month),
                profile=cap,
                rung=rung,
                equity_share=float(frontier.rung_equity[rung]),
                volatility=float(frontier.rung_volatility[rung]),
            )
        )
    return tuple(steps)


def month_returns(history: History) -> tuple[FloatArray, date, date]:
    """Return whole months' returns, shape (months, assets), and the days they lie between.

    A month that is still running is left out: half a month is no month.
    """
    dates = history.dates.astype("datetime64[D]")
    label = dates.astype("datetime64[M]")
    ends = np.flatnonzero(np.append(label[1:] != label[:-1], _ends_month(dates[-1].item())))
    closes = history.prices[ends]
    complete = np.isfinite(closes).all(axis=1) & (closes > 0).all(axis=1)
    begin = int(np.argmax(complete)) if complete.any() else len(closes)
    closes, ends = closes[begin:], ends[begin:]
    if len(closes) == 0:
        return np.empty((0, len(history.symbols))), dates[-1].item(), dates[-1].item()
    return closes[1:] / closes[:-1] - 1.0, dates[ends[0]].item(), dates[ends[-1]].item()


def frequency(count: int, of: int) -> Frequency:
    """Return a share as people count: 7 of 10; finer near never and always."""
    for scale in _SCALES:
        near = (2 * count * scale + of) // (2 * of)
        if 0 < near < scale:
            return Frequency(near, scale)
    return Frequency(count, of)


def deflated(target: Money, months: int) -> Money:
    """Return what the target buys in today's money at the example's rise of prices."""
    rate = Decimal(10_000 + INFLATION_BPS) / 10_000
    years = Decimal(months) / 12
    return target.times(1 / rate**years, rounding=Rounding.HALF_EVEN)


def _ends_month(day: date) -> bool:
    """Say whether no weekday of the month follows."""
    later = (date.fromordinal(day.toordinal() + ahead) for ahead in range(1, 8))
    return next(d for d in later if d.weekday() < _SATURDAY).month != day.month


def _between(what: str, least: int, most: int, currency: str) -> str:
    low, high = Money(least, currency).decimal_string(), Money(most, currency).decimal_string()
    return f"{what} lies between {low} and {high} {currency}"
