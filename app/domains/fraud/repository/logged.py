"""Decisions as the watch over the models reads them: what the model saw, said, and the truth."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.core import decisions
from app.core.store import Document, Store
from app.domains.fraud.repository import events

PAGE = 250
MATURE = timedelta(days=7)
"""Without a complaint by then a payment counts as legit (fraud.md, section 3)."""

_FIELDS = {
    "user_id": 1,
    "at": 1,
    "inputs.payment_id": 1,
    "inputs.amount_minor": 1,
    "inputs.vector": 1,
    "inputs.behaviour": 1,
    "versions.model": 1,
    "outputs": 1,
}


@dataclass(frozen=True, slots=True)
class Logged:
    """One judged payment. Without a model's score `vector` and `behaviour` are empty."""

    decision_id: str
    payment_id: str
    user_id: str
    at: datetime
    amount_minor: int
    model: str | None
    vector: tuple[float, ...]
    behaviour: tuple[float, ...]
    probability: float | None
    outcome: str
    fraud: bool | None = None
    """The truth where it is known or has matured; None, too, for what was never booked."""


async def window(
    store: Store, *, since: datetime, until: datetime, limit: int, labels: bool
) -> list[Logged]:
    """Return the newest judged payments of a period, oldest first, at most `limit`.

    A payment that was judged more than once counts once, as it was judged last. With `labels`
    each carries its truth as known at `until`.
    """
    found: dict[str, Logged] = {}
    high, seen = until, set[str]()
    while len(found) < limit:
        # By the index on (kind, at). What shares the last millisecond may go on behind a page.
        rows = await store.find_many(
            decisions.COLLECTION,
            {"kind": "fraud", "at": {"$gte": since, "$lte": high}},
            sort=[("at", -1), ("_id", -1)],
            limit=PAGE + len(seen),
            projection=_FIELDS,
        )
        new = [row for row in rows if row["_id"] not in seen]
        page = [_logged(row) for row in new]
        fresh = {one.payment_id: one for one in reversed(page) if one.payment_id not in found}
        if labels and fresh:
            fresh = await _labelled(store, fresh, until=until)
        found |= fresh
        if not new or len(rows) < PAGE:
            break
        high = new[-1]["at"]
        seen = {row["_id"] for row in rows if row["at"] == high}
    return sorted(found.values(), key=lambda one: (one.at, one.decision_id))[-limit:]


async def _labelled(store: Store, page: dict[str, Logged], *, until: datetime) -> dict[str, Logged]:
    booked = await events.by_ids(store, list(page))
    for event in booked:
        one = page[event.payment_id]
        if event.label is not None and event.label[1] <= until.timestamp():
            page[event.payment_id] = replace(one, fraud=event.label[0])
        elif one.at <= until - MATURE:
            page[event.payment_id] = replace(one, fraud=False)
    return page


def _logged(row: Document) -> Logged:
    inputs, outputs = row["inputs"], row["outputs"]
    return Logged(
        decision_id=row["_id"],
        payment_id=inputs["payment_id"],
        user_id=row["user_id"],
        at=row["at"],
        amount_minor=int(inputs["amount_minor"]),
        model=row["versions"].get("model"),
        vector=tuple(inputs.get("vector") or ()),
        behaviour=tuple(inputs.get("behaviour") or ()),
        probability=outputs.get("probability"),
        outcome=outputs["outcome"],
    )
