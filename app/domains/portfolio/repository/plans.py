"""Order plans in MongoDB: previewed, claimed by one key, executed once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from app.core.money import Money
from app.core.schema import CollectionSpec, IndexSpec
from app.core.store import Document, Store
from app.domains.onboarding.types import Reason
from app.domains.portfolio.types import OrderPlan, PlanAction, PlannedOrder, PlanState

PLANS = "order_plans"
LIST_LIMIT = 50
#: No preview is good for longer than this.
_PREVIEWS_LAST = timedelta(days=1)
SPECS = (
    CollectionSpec(
        PLANS,
        validator={"bsonType": "object", "required": ["_id", "user", "state", "made_at"]},
        indexes=(
            IndexSpec((("user", 1), ("made_at", -1)), name="of_user"),
            IndexSpec((("user", 1), ("recommendation", 1)), name="of_recommendation"),
        ),
    ),
)


_ORDERED = (PlanState.FILLED, PlanState.HELD, PlanState.CANCELLED)


async def insert(store: Store, plan: OrderPlan) -> None:
    """Keep a preview."""
    await store.insert_one(PLANS, _document(plan))


async def find(store: Store, plan_id: str, *, user_id: str) -> OrderPlan | None:
    """Return a person's plan."""
    row = await store.find_one(PLANS, {"_id": plan_id, "user": user_id})
    return _plan(row) if row else None


async def list_of(
    store: Store, user_id: str, *, before: datetime, since: datetime
) -> list[OrderPlan]:
    """Return a person's plans that were ordered in a period, the newest first, at most 50."""
    rows = await store.find_many(
        PLANS,
        {
            "user": user_id,
            "made_at": {"$gte": since, "$lt": before},
            "state": {"$in": [state.value for state in _ORDERED]},
        },
        sort=[("made_at", -1)],
        limit=LIST_LIMIT,
    )
    return [_plan(row) for row in rows]


async def states(store: Store, user_id: str, plan_ids: list[str]) -> dict[str, PlanState]:
    """Return where each of a person's plans stands, by id."""
    if not plan_ids:
        return {}
    rows = await store.find_many(
        PLANS,
        {"_id": {"$in": plan_ids}, "user": user_id},
        limit=len(plan_ids),
        projection={"state": 1},
    )
    return {row["_id"]: PlanState(row["state"]) for row in rows}


async def previewed(
    store: Store, user_id: str, recommendation_id: str, *, now: datetime
) -> OrderPlan | None:
    """Return a preview of a recommendation that is still good."""
    rows = await store.find_many(
        PLANS,
        {
            "user": user_id,
            "recommendation": recommendation_id,
            "state": PlanState.PREVIEWED.value,
            "expires_at": {"$gt": now},
        },
        limit=1,
    )
    return _plan(rows[0]) if rows else None


async def end_previews(store: Store, user_id: str, *, at: datetime) -> None:
    """End every preview of a person that is still good: what it rests on has changed."""
    query = {
        "user": user_id,
        "made_at": {"$gte": at - _PREVIEWS_LAST},
        "state": PlanState.PREVIEWED.value,
        "expires_at": {"$gt": at},
    }
    await store.update_many(PLANS, query, {"$set": {"expires_at": at}})


async def was_ordered(store: Store, user_id: str, recommendation_id: str) -> bool:
    """Say whether a plan of this recommendation was ordered."""
    states = [PlanState.FILLED.value, PlanState.HELD.value, PlanState.EXECUTING.value]
    rows = await store.find_many(
        PLANS,
        {"user": user_id, "recommendation": recommendation_id, "state": {"$in": states}},
        limit=1,
    )
    return bool(rows)


async def ordered(
    store: Store, user_id: str, recommendation_ids: list[str]
) -> dict[str, PlanState]:
    """Return where the orders of recommendations stand, by id; previews do not count."""
    if not recommendation_ids:
        return {}
    rows = await store.find_many(
        PLANS,
        {
            "user": user_id,
            "recommendation": {"$in": recommendation_ids},
            "state": {"$ne": PlanState.PREVIEWED.value},
        },
        limit=LIST_LIMIT,
        projection={"recommendation": 1, "state": 1},
    )
    return {row["recommendation"]: PlanState(row["state"]) for row in rows}


async def withdraw(store: Store, user_id: str, recommendation_id: str, *, at: datetime) -> None:
    """End the preview of a recommendation that was declined; a claimed plan is left alone."""
    query = {
        "user": user_id,
        "recommendation": recommendation_id,
        "state": PlanState.PREVIEWED.value,
        "expires_at": {"$gt": at},
    }
    await store.update_many(PLANS, query, {"$set": {"expires_at": at}})


async def claim(store: Store, plan: OrderPlan, key: str) -> bool:
    """Take a preview for one key; False when another key was first. The same key may repeat.

    A preview whose end was moved since it was read is not free: its advice was declined.
    """
    free = {"state": PlanState.PREVIEWED.value, "expires_at": plan.expires_at}
    mine = {"state": PlanState.EXECUTING.value, "key": key}
    query: Document = {"_id": plan.plan_id, "user": plan.user_id, "$or": [free, mine]}
    update = {"$set": {"state": PlanState.EXECUTING.value, "key": key}}
    return await store.update_one(PLANS, query, update) == 1


async def release(store: Store, plan: OrderPlan, key: str) -> None:
    """Give a claimed plan back after a refusal, so that it can be tried again."""
    query = {"_id": plan.plan_id, "state": PlanState.EXECUTING.value, "key": key}
    update = {"$set": {"state": PlanState.PREVIEWED.value, "key": None}}
    await store.update_one(PLANS, query, update)


async def finish(store: Store, plan: OrderPlan) -> None:
    """Write the outcome of an executed plan: its fills, state and movement."""
    document = _document(plan)
    kept = ("state", "orders", "cash_after", "fees", "movement", "key", "drift_after")
    await store.update_one(
        PLANS,
        {"_id": plan.plan_id, "state": PlanState.EXECUTING.value},
        {"$set": {name: document[name] for name in kept}},
    )


async def settle(store: Store, plan: OrderPlan) -> None:
    """Write how a held plan ended."""
    query = {"_id": plan.plan_id, "state": PlanState.HELD.value}
    await store.update_one(PLANS, query, {"$set": {"state": plan.state.value}})


def _document(plan: OrderPlan) -> Document:
    return {
        "_id": plan.plan_id,
        "user": plan.user_id,
        "recommendation": plan.recommendation_id,
        "made_at": plan.made_at,
        "expires_at": plan.expires_at,
        "state": plan.state.value,
        "currency": plan.currency,
        "orders": [_order_document(order) for order in plan.orders],
        "cash_before": plan.cash_before.amount_minor,
        "cash_after": plan.cash_after.amount_minor,
        "fees": plan.fees.amount_minor,
        "drift_before": plan.drift_before,
        "drift_after": plan.drift_after,
        "key": plan.key,
        "movement": plan.movement_id,
    }


def _order_document(order: PlannedOrder) -> Document:
    return {
        "symbol": order.symbol,
        "action": order.action.value,
        "quantity": order.quantity,
        "price": order.price,
        "amount": order.amount.amount_minor,
        "fee": order.fee.amount_minor,
        "weight_before": order.weight_before,
        "weight_target": order.weight_target,
        "reason": {
            "code": order.reason.code,
            "sentence": order.reason.sentence,
            "values": [list(pair) for pair in order.reason.values],
        },
    }


def _plan(row: Document) -> OrderPlan:
    currency = row["currency"]
    return OrderPlan(
        plan_id=row["_id"],
        user_id=row["user"],
        recommendation_id=row["recommendation"],
        made_at=row["made_at"].astimezone(UTC),
        expires_at=row["expires_at"].astimezone(UTC),
        state=PlanState(row["state"]),
        currency=currency,
        orders=tuple(_order(order, currency) for order in row["orders"]),
        cash_before=Money(int(row["cash_before"]), currency),
        cash_after=Money(int(row["cash_after"]), currency),
        fees=Money(int(row["fees"]), currency),
        drift_before=Decimal(row["drift_before"]),
        drift_after=Decimal(row["drift_after"]),
        key=row["key"],
        movement_id=row["movement"],
    )


def _order(row: Document, currency: str) -> PlannedOrder:
    reason = row["reason"]
    return PlannedOrder(
        symbol=row["symbol"],
        action=PlanAction(row["action"]),
        quantity=Decimal(row["quantity"]),
        price=Decimal(row["price"]),
        amount=Money(int(row["amount"]), currency),
        fee=Money(int(row["fee"]), currency),
        weight_before=Decimal(row["weight_before"]),
        weight_target=Decimal(row["weight_target"]),
        reason=Reason(
            reason["code"],
            reason["sentence"],
            tuple((name, value) for name, value in reason["values"]),
        ),
    )
