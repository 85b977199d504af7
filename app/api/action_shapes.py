"""What the routes of drafted actions give."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import Field

from app.api.shapes import Out
from app.domains.chat.action_json import public
from app.domains.chat.action_types import ActionKind, ActionState, PendingAction

ActionId = Annotated[str, Path(pattern=r"^[0-9a-z]{20}$", examples=["1tckn1057ac3hsdghh0d"])]


class SuitabilityOut(Out):
    """The checks a draft passed; one that fails a check becomes no draft."""

    ok: bool
    reasons: list[str]


class ActionOut(Out):
    """A draft made in a conversation. `preview` names evidence by its id, or holds a word.

    `step_up`: confirming needs a grant for the action `chat_action` with `action_id` and the
    `params_hash` that a refusal names. `result` says how it ended.
    """

    action_id: str
    kind: ActionKind
    state: ActionState
    parameters: dict[str, str] = Field(examples=[{"amount": "50.00", "currency": "USD"}])
    preview: dict[str, str] = Field(examples=[{"amount": "v1", "cash_after": "v3"}])
    evidence: list[dict[str, Any]]
    suitability: SuitabilityOut
    created_at: datetime
    expires_at: datetime
    step_up: bool
    result: dict[str, str] | None
    conversation_id: str
    turn_id: str
    version: int

    @classmethod
    def of(cls, action: PendingAction) -> "ActionOut":
        """Return the public form."""
        return cls.model_validate(public(action))


class ActionsOut(Out):
    """Drafted actions, the newest first."""

    actions: list[ActionOut]
