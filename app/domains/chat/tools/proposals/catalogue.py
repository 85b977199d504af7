"""All kinds of actions that can be drafted."""

from typing import Final

from app.domains.chat.action_types import ActionKind
from app.domains.chat.tools.proposals import goals, money, safety, trades
from app.domains.chat.tools.proposals.kinds import Kind

KINDS: Final[dict[ActionKind, Kind]] = {
    kind.kind: kind
    for kind in (
        trades.REBALANCE,
        trades.BUY,
        trades.SELL,
        money.DEPOSIT,
        money.WITHDRAW,
        goals.RECURRING_PLAN,
        goals.GOAL_CHANGE,
        safety.FREEZE_ACCOUNT,
        safety.CANCEL_ORDER,
        safety.DISPUTE_PAYMENT,
    )
}
