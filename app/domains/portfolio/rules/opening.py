"""What a closed market means for what somebody wants to trade, in words. Pure."""

from app.domains.market.types import MarketHours, MarketState
from app.domains.onboarding.types import Reason


def market_closed(hours: MarketHours) -> Reason | None:
    """Return why nothing trades now, or None while the market is open."""
    if hours.state is MarketState.OPEN:
        return None
    if hours.state is MarketState.UNKNOWN or hours.next_open is None:
        return Reason(
            "market_hours_unknown",
            f"The calendar {hours.calendar} does not say whether the market is open now, so "
            f"nothing is traded; it needs a newer version of this program.",
            (("calendar", hours.calendar),),
        )
    return Reason(
        "market_closed",
        f"The market is closed; this waits until it opens on "
        f"{hours.next_open:%Y-%m-%d at %H:%M} UTC.",
        (("calendar", hours.calendar), ("next_open", hours.next_open.isoformat())),
    )
