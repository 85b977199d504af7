"""Rules for tests: documents as they are sent, recorded decisions, people who may change them."""

from datetime import timedelta
from typing import Any

from app.core import decisions
from app.core.decisions import DecisionRecord
from app.core.ids import new_id, new_ulid
from app.core.store import Store
from app.domains.fraud.repository import events
from app.domains.fraud.rule_types import Field
from app.domains.fraud.rules import language
from app.domains.fraud.types import EntityState, PaymentFacts
from app.domains.identity.types import StepUpAction
from tests.factories.ledger import SESSION, Bank


def rule(code: str = "large", *, minor: int = 100_000, outcome: str = "hold") -> dict[str, Any]:
    """Return a rule about the amount, as a document."""
    return {
        "code": code,
        "when": {"field": "amount_minor", "op": "ge", "value": minor},
        "outcome": outcome,
        "sentence": "The amount is large.",
    }


async def decided(
    store: Store,
    facts: PaymentFacts,
    *,
    asked: str | None = "approve",
    outcome: str = "approve",
    shadow: dict[str, Any] | None = None,
    label: bool | None = None,
    old: bool = False,
) -> str:
    """Store a decision as it was recorded, and a label if somebody gave one."""
    seen = language.facts_of(facts, EntityState(facts.user_id), None)
    inputs: dict[str, Any] = {"payment_id": facts.payment_id, "fresh_factor": False}
    if not old:
        inputs["facts"] = language.facts_document({**seen, Field.DEGRADED: asked is None})
        inputs["lists"] = []
    outputs: dict[str, Any] = {"outcome": outcome, "asked": asked}
    if shadow is not None:
        outputs["shadow"] = shadow
    record = DecisionRecord(
        new_ulid(facts.at), "fraud", facts.user_id, facts.at, inputs, {"rules": "r"}, outputs
    )
    await store.insert_one(decisions.COLLECTION, record.document())
    if label is not None:
        await events.append(store, facts, high_ratio=False)
        await events.set_label(
            store, facts.payment_id, fraud=label, known_at=facts.at + timedelta(minutes=1)
        )
    return record.id


async def grant(bank: Bank, user_id: str, number: int, decision: str) -> str:
    """Return a grant for one change of the rules, without a code."""
    from app.domains.identity import rules
    from app.domains.identity.repository import proofs
    from app.domains.identity.repository.proofs import Grant

    token = new_id()
    params = rules.params_hash({"rules": number, "decision": decision})
    digest = bank.house.identity._parts.digest("grant", token)
    made = Grant(digest, user_id, SESSION, StepUpAction.RULE_CHANGE, params)
    await proofs.insert_grant(bank.db, made, expires_at=bank.clock.now() + rules.GRANT_LIFE)
    return token
