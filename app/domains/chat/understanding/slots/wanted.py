"""Which slots an intent looks for, and which of them it cannot do without."""

from typing import Final

#: Intent -> slots looked for.
WANTED: Final[dict[str, frozenset[str]]] = {
    intent: frozenset(slots.split())
    for intent, slots in {
        "performance": "date_range",
        "holding_detail": "instrument",
        "instrument_quote": "instrument",
        "instrument_info": "instrument",
        "cash_balance": "account currency",
        "transaction_search": "merchant date_range amount currency account",
        "spending_summary": "date_range merchant",
        "fees_costs": "date_range",
        "advice_reason": "instrument",
        "goal_progress": "goal",
        "goal_what_if": "goal amount currency date frequency",
        "order_status": "reference",
        "payment_status": "reference recipient amount currency",
        "documents_proof": "date_range reference",
        "buy": "instrument amount quantity currency",
        "sell": "instrument amount quantity percent currency",
        "deposit": "amount currency account",
        "withdraw": "amount currency recipient account",
        "recurring_plan": "amount currency frequency goal date",
        "goal_change": "goal amount currency date",
        "freeze_account": "account",
        "cancel_order": "reference",
        "dispute_payment": "reference merchant amount currency date",
        "concept_explain": "term",
    }.items()
}
#: Propose intent -> groups of slots; one of each group must be there before anything is drafted.
REQUIRED: Final[dict[str, tuple[frozenset[str], ...]]] = {
    "buy": (frozenset({"instrument"}), frozenset({"amount", "quantity"})),
    "sell": (frozenset({"instrument"}),),
    "deposit": (frozenset({"amount"}),),
    "withdraw": (frozenset({"amount"}),),
    "recurring_plan": (frozenset({"amount"}), frozenset({"frequency"})),
    "goal_change": (frozenset({"goal"}), frozenset({"amount", "date"})),
}


def missing(intent: str, found: frozenset[str]) -> tuple[str, ...]:
    """Return what an action still lacks; one name for each group of which any would do."""
    return tuple(min(group) for group in REQUIRED.get(intent, ()) if not group & found)
