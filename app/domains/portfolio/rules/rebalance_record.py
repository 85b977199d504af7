"""A rebalancing as a decision record: the book that went in, the orders that came out."""

from app.core.decisions import DecisionRecord
from app.domains.portfolio.rebalance_types import Rebalance
from app.domains.portfolio.rules import fitting, lots, planning, rebalancing, wished_orders
from app.domains.portfolio.rules.planning import Book
from app.domains.portfolio.rules.rebalancing import Limits
from app.domains.portfolio.types import OrderPlan, StoredFrontier
from app.domains.portfolio.wish_types import Wishes, document


def record_of(
    run: Rebalance,
    plan: OrderPlan,
    book: Book,
    limits: Limits,
    frontier: StoredFrontier,
    wishes: Wishes,
) -> DecisionRecord:
    """Return everything that is needed to give the same orders again.

    `targets` are those of the plan: of the advice, moved by her own limits where she has any.
    """
    return DecisionRecord(
        id=plan.plan_id,
        kind="rebalance",
        user_id=run.user_id,
        at=run.at,
        inputs={
            "automatic": run.automatic,
            "cash_minor": book.cash.amount_minor,
            "currency": book.cash.currency,
            "quantities": {s: str(q) for s, q in sorted(book.quantities.items())},
            "prices": {s: str(book.prices[s]) for s in book.symbols},
            "targets": {s: str(w) for s, w in sorted(book.targets.items())},
            "may_sell": limits.may_sell,
            "volatility_outside": limits.volatility_outside,
            "untradable": sorted(limits.untradable),
            "no_buy": sorted(limits.no_buy),
            "wishes": document(wishes),
        },
        versions={
            "recommendation": plan.recommendation_id,
            "frontier": frontier.version,
            "rebalancing_rules": rebalancing.RULES_VERSION,
            "planning_rules": planning.RULES_VERSION,
            "lot_rules": lots.RULES_VERSION,
            "fitting_rules": fitting.RULES_VERSION,
            "wished_rules": wished_orders.RULES_VERSION,
        },
        outputs={
            "triggers": [trigger.value for trigger in run.triggers],
            "drift_before": str(plan.drift_before),
            "drift_after": str(plan.drift_after),
            "orders": [
                {
                    "symbol": order.symbol,
                    "action": order.action.value,
                    "quantity": str(order.quantity),
                    "amount_minor": order.amount.amount_minor,
                    "fee_minor": order.fee.amount_minor,
                }
                for order in plan.orders
            ],
        },
        explanation={
            "reasons": [
                {"symbol": o.symbol, "code": o.reason.code, "sentence": o.reason.sentence}
                for o in plan.orders
            ],
            "notes": [{"code": n.code, "sentence": n.sentence} for n in run.notes],
        },
    )
