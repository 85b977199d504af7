"""Actions drafted in a conversation: what is asked for, how it would turn out, where it stands."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.core.decisions import canonical_json
from app.domains.chat.evidence_types import Evidence
from app.domains.chat.tool_types import Proposal

LIFE: Final = timedelta(minutes=10)
#: How long an action is kept after its end.
KEPT: Final = timedelta(days=31)
MOST_OPEN: Final = 20


class ActionKind(StrEnum):
    """What can be drafted; each is the name of its intent."""

    REBALANCE = "rebalance"
    BUY = "buy"
    SELL = "sell"
    DEPOSIT = "deposit"
    WITHDRAW = "withdraw"
    RECURRING_PLAN = "recurring_plan"
    GOAL_CHANGE = "goal_change"
    FREEZE_ACCOUNT = "freeze_account"
    CANCEL_ORDER = "cancel_order"
    DISPUTE_PAYMENT = "dispute_payment"


class ActionState(StrEnum):
    """Where an action stands. The last four never change again."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    EXECUTED = "executed"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Preview:
    """How an action would turn out now.

    `shown` maps names to evidence ids or plain words, `reasons` are the codes of the checks it
    passed. `bound` is what execution rests on and nobody is shown: ids, versions.
    """

    shown: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[str, ...] = ()
    bound: Mapping[str, str] = field(default_factory=dict)
    decision_id: str | None = None


@dataclass(frozen=True, slots=True)
class PendingAction:
    """An action that waits for its person, or how it ended. `version` counts its previews."""

    id: str
    user: str
    kind: ActionKind
    params: Mapping[str, str]
    preview: Preview
    conversation: str
    turn: str
    state: ActionState
    created_at: datetime
    expires_at: datetime
    version: int = 1
    ended_at: datetime | None = None
    result: Mapping[str, str] | None = None

    @property
    def params_hash(self) -> str:
        """Return the digest of everything that a confirmation confirms."""
        content = {
            "kind": self.kind.value,
            "params": dict(self.params),
            "bound": dict(self.preview.bound),
        }
        return hashlib.sha256(canonical_json(content)).hexdigest()

    @property
    def grant_params(self) -> dict[str, str | int]:
        """Return what a fresh code has to be given for."""
        return {"action_id": self.id, "params_hash": self.params_hash}

    def proposal(self) -> Proposal:
        """Return it as an engine may show it."""
        return Proposal(
            id=self.id,
            kind=self.kind.value,
            parameters=dict(self.params),
            preview=dict(self.preview.shown),
            expires_at=self.expires_at.isoformat(),
            suitability=self.preview.reasons,
        )


def same_under(preview: Preview, ids: Mapping[str, str]) -> dict[str, str]:
    """Return what is shown with its evidence ids replaced."""
    return {name: ids.get(value, value) for name, value in preview.shown.items()}
