"""Decisions as other rules can judge them again: exactly what was recorded, nothing read anew."""

from dataclasses import dataclass
from datetime import datetime

from app.core import decisions
from app.core.store import Document, Store
from app.domains.fraud.list_types import ListHit, ListName, SubjectKind
from app.domains.fraud.rule_types import Facts, ShadowVerdict
from app.domains.fraud.rules import language
from app.domains.fraud.types import Outcome

PAGE = 500

_FIELDS = {
    "user_id": 1,
    "at": 1,
    "inputs.payment_id": 1,
    "inputs.facts": 1,
    "inputs.lists": 1,
    "outputs.outcome": 1,
    "outputs.asked": 1,
    "outputs.shadow": 1,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One recorded decision. Without `facts` it is too old to be judged again."""

    decision_id: str
    payment_id: str
    user_id: str
    at: datetime
    facts: Facts | None
    asked: Outcome | None
    hits: tuple[ListHit, ...]
    outcome: Outcome
    shadow: ShadowVerdict | None


async def page(store: Store, *, since: datetime, until: datetime) -> list[Judged]:
    """Return at most 500 decisions of [since, until), the newest first.

    The range should hold few more than that: the embedded database reads it whole to sort it.
    """
    rows = await store.find_many(
        decisions.COLLECTION,
        {"kind": "fraud", "at": {"$gte": since, "$lt": until}},
        sort=[("at", -1)],
        limit=PAGE,
        projection=_FIELDS,
    )
    return [_judged(row) for row in rows]


def hit_document(hit: ListHit) -> Document:
    """Return a hit as a decision record keeps it."""
    return {"entry": hit.entry_id, "list": hit.list_name.value, "subject": hit.kind.value}


def hit_from(row: Document) -> ListHit:
    """Return a hit of a decision record."""
    return ListHit(row["entry"], ListName(row["list"]), SubjectKind(row["subject"]))


def shadow_document(shadow: ShadowVerdict) -> Document:
    """Return a shadow verdict as a decision record keeps it."""
    return {
        "rules": shadow.version,
        "outcome": shadow.outcome.value,
        "codes": list(shadow.codes),
    }


def _judged(row: Document) -> Judged:
    inputs, outputs = row["inputs"], row["outputs"]
    facts, asked, shadow = inputs.get("facts"), outputs.get("asked"), outputs.get("shadow")
    return Judged(
        decision_id=row["_id"],
        payment_id=inputs["payment_id"],
        user_id=row["user_id"],
        at=row["at"],
        facts=language.facts_from(facts) if facts else None,
        asked=Outcome(asked) if asked else None,
        hits=tuple(hit_from(hit) for hit in inputs.get("lists") or ()),
        outcome=Outcome(outputs["outcome"]),
        shadow=ShadowVerdict(shadow["rules"], Outcome(shadow["outcome"]), tuple(shadow["codes"]))
        if shadow
        else None,
    )
