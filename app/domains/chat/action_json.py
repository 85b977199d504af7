"""A drafted action as its person may see it."""

from app.domains.chat.action_types import PendingAction
from app.domains.chat.grounding.evidence_json import evidence_row


def public(action: PendingAction) -> dict[str, object]:
    """Return an action as its person may see it, in plain JSON."""
    return {
        "action_id": action.id,
        "kind": action.kind.value,
        "state": action.state.value,
        "parameters": dict(action.params),
        "preview": dict(action.preview.shown),
        "evidence": [evidence_row(one) for one in action.preview.evidence],
        "suitability": {"ok": True, "reasons": list(action.preview.reasons)},
        "created_at": action.created_at.isoformat(),
        "expires_at": action.expires_at.isoformat(),
        "step_up": True,
        "result": None if action.result is None else dict(action.result),
        "conversation_id": action.conversation,
        "turn_id": action.turn,
        "version": action.version,
    }
