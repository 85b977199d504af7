"""The legs of corporate actions. Pure; every entry balances in every unit."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Final

from app.core.money import Money, Rounding
from app.domains.ledger.rules import entries
from app.domains.ledger.types import MICRO, JournalKind, Leg
from app.domains.market.action_types import ActionKind, DueAction

KINDS: Final = {
    ActionKind.SPLIT: JournalKind.SPLIT,
    ActionKind.DIVIDEND: JournalKind.DIVIDEND,
    ActionKind.RENAME: JournalKind.RENAME,
}


def split_micro(quantity_micro: int, ratio: Decimal) -> int:
    """Return millionths of a share after a split; what is less than a millionth is cut off."""
    return int((quantity_micro * ratio).to_integral_value(rounding=ROUND_FLOOR))


def legs(due: DueAction, user_id: str, entitled_micro: int, journal_id: str) -> tuple[Leg, ...]:
    """Return what an action moves for a holder of so many millionths; nothing for nothing."""
    action = due.action
    if entitled_micro <= 0:
        return ()
    if action.kind is ActionKind.DIVIDEND and action.value is not None:
        paid = Money.of_decimal(
            entitled_micro * MICRO * action.value, due.currency, rounding=Rounding.HALF_EVEN
        )
        if paid.amount_minor == 0:
            return ()
        broker = entries.house_account(entries.BROKER, due.currency, journal_id)
        return entries.pair(broker, entries.cash_account(user_id, due.currency), paid)
    if action.kind is ActionKind.SPLIT and action.value is not None:
        change = split_micro(entitled_micro, action.value) - entitled_micro
        return _shares(user_id, action.symbol, change, journal_id)
    if action.becomes is not None:
        return (
            *_shares(user_id, action.symbol, -entitled_micro, journal_id),
            *_shares(user_id, action.becomes, entitled_micro, journal_id),
        )
    return ()


def cash_of(found: Sequence[Leg], currency: str) -> int:
    """Return what an action paid, in minor units; nothing when it moves shares only."""
    return sum(leg.amount for leg in found if leg.unit == currency and leg.amount > 0)


def details(due: DueAction, entitled_micro: int) -> Mapping[str, Any]:
    """Return what the entry says about its action. No tax is withheld here, and it says so."""
    action = due.action
    return {
        "action": {
            "kind": action.kind.value,
            "source": due.source_id,
            "symbol": action.symbol,
            "day": action.day.isoformat(),
            "value": None if action.value is None else str(action.value),
            "becomes": action.becomes,
            "entitled_micro": entitled_micro,
            "effective_at": due.effective_at,
            "withholding_minor": 0,
        }
    }


def _shares(user_id: str, symbol: str, change: int, journal_id: str) -> tuple[Leg, ...]:
    if change == 0:
        return ()
    return (
        Leg(entries.holding_account(user_id, symbol), symbol, change),
        Leg(entries.house_account(entries.BROKER, symbol, journal_id), symbol, -change),
    )
