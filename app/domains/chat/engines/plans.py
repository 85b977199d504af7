"""What answers an intent: the tool, the slots it takes, and the sentences said of its facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence, and the fact that chooses its variant: by `sign`, `count` or `word`."""

    key: str
    by: str = ""
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one intent is answered. `arguments` maps a tool's argument to a slot.

    `needs` are groups of slots, one of each must be there before the tool is called.
    """

    tool: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    sentences: tuple[Choice, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    proposes: bool = False


def _choices(text: str) -> tuple[Choice, ...]:
    """Read `value gain~sign:gain`: sentences in their order, each with what chooses it."""
    found = []
    for word in text.split():
        key, _, chosen = word.partition("~")
        by, _, fact = chosen.partition(":")
        found.append(Choice(key, by, fact))
    return tuple(found)


def _plan(
    tool: str, takes: str = "", says: str = "", *needs: tuple[str, ...], proposes: bool = False
) -> Plan:
    pairs = [word.partition("=") for word in takes.split()]
    arguments = {name: slot or name for name, _, slot in pairs}
    return Plan(tool, arguments, _choices(says), needs, proposes)


_INSTRUMENT: Final = ("instrument",)
_READS: Final = {
    "portfolio_value": _plan(
        "portfolio.summary", "", "value gain~sign:gain cash holdings~count:holdings as_of"
    ),
    "performance": _plan(
        "portfolio.performance", "range=date_range", "return~sign:return gain~sign:gain period"
    ),
    "allocation_drift": _plan("portfolio.allocation", "", "largest~sign:drift drift weight"),
    "holding_detail": _plan(
        "portfolio.holding", "instrument", "value quantity weight gain~sign:gain", _INSTRUMENT
    ),
    "instrument_quote": _plan(
        "market.quote", "instrument", "price change~sign:change as_of", _INSTRUMENT
    ),
    "instrument_info": _plan(
        "market.instrument", "instrument", "kind~word:kind currency cost", _INSTRUMENT
    ),
    "cash_balance": _plan("ledger.cash", "account currency", "cash~sign:cash reserved"),
    "transaction_search": _plan(
        "ledger.search",
        "merchant range=date_range amount account",
        "count~count:count total period",
    ),
    "spending_summary": _plan(
        "ledger.spending", "range=date_range merchant", "spent count~count:count top period"
    ),
    "fees_costs": _plan("portfolio.fees", "range=date_range", "paid~sign:paid running period"),
    "portfolio_risk": _plan("portfolio.risk", "", "volatility limit worst"),
    "risk_profile": _plan("onboarding.risk_profile", "", "profile sides until"),
    "advice_reason": _plan(
        "portfolio.advice_reasons", "instrument", "reasons weight volatility date"
    ),
    "goal_progress": _plan("portfolio.goal", "goal", "value target probability monthly"),
    "goal_what_if": _plan(
        "portfolio.what_if", "goal monthly=amount date frequency", "probability before monthly"
    ),
    "order_status": _plan("ledger.order_status", "reference", "state~word:state what amount date"),
    "payment_status": _plan(
        "ledger.payment_status", "reference recipient amount", "state~word:state what date"
    ),
    "kyc_status": _plan("onboarding.kyc_status", "", "state~word:state date"),
    "documents_proof": _plan(
        "ledger.receipt", "reference range=date_range", "count~count:count what verify"
    ),
}
_PROPOSES: Final = {
    "rebalance": _plan("propose.rebalance", "", "plan amount fee", proposes=True),
    "buy": _plan(
        "propose.buy", "instrument amount quantity currency", "plan amount quantity fee",
        _INSTRUMENT, ("amount", "quantity"), proposes=True,
    ),
    "sell": _plan(
        "propose.sell", "instrument amount quantity percent currency", "plan amount quantity fee",
        _INSTRUMENT, proposes=True,
    ),
    "deposit": _plan(
        "propose.deposit", "amount currency account", "plan amount", ("amount",), proposes=True
    ),
    "withdraw": _plan(
        "propose.withdraw", "amount currency recipient account", "plan amount to", ("amount",),
        proposes=True,
    ),
    "recurring_plan": _plan(
        "propose.recurring_plan", "amount currency frequency goal date", "plan amount note",
        ("amount",), ("frequency",), proposes=True,
    ),
    "goal_change": _plan(
        "propose.goal_change", "goal amount currency date", "plan target", ("goal",),
        ("amount", "date"),
        proposes=True,
    ),
    "freeze_account": _plan("propose.freeze_account", "account", "plan note", proposes=True),
    "cancel_order": _plan("propose.cancel_order", "reference", "plan amount", proposes=True),
    "dispute_payment": _plan(
        "propose.dispute_payment", "reference merchant amount date", "plan amount note",
        proposes=True,
    ),
}  # fmt: skip
PLANS: Final[Mapping[str, Plan]] = {**_READS, **_PROPOSES}

#: Service intents answered from the help texts -> the article said when nothing fits better.
HELP: Final[Mapping[str, str]] = {
    "app_help": "first-steps",
    "security_help": "stay-safe",
    "privacy_data": "privacy",
    "human_handoff": "talk-to-a-person",
    "complaint": "complaint",
}
#: Of these the article itself is the answer, whatever words were used.
FIXED_HELP: Final = frozenset({"human_handoff", "complaint"})
SERVICE: Final = (*HELP, "concept_explain", "greeting_thanks")
INTENTS: Final = (*PLANS, *SERVICE)

#: Each state word that chooses a sentence; any other word falls back to `other`.
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "order_status": ("proposed", "executing", "filled", "held", "cancelled", "refused", "other"),
    "payment_status": ("booked", "held", "pending", "refused", "returned", "cancelled", "other"),
    "instrument_info": ("equity", "bond", "commodity", "cash", "other"),
    "kyc_status": ("none", "draft", "in_review", "approved", "rejected", "correction", "other"),
}
SIGNS: Final = ("pos", "neg", "zero")
FAILURES: Final = (
    "no_portfolio", "prices_stale", "not_verified", "not_found", "no_payments", "no_goal",
    "no_money", "no_orders", "no_advice", "no_profile", "not_held", "ambiguous", "no_article",
    "invalid_arguments", "too_many_calls", "timeout", "unavailable", "not_offered", "not_suitable",
    "insufficient_funds", "nothing_to_do", "second_factor_needed", "limit_reached", "market_closed",
    "not_now", "done_already", "nothing_to_change", "frozen", "too_small",
)  # fmt: skip
SCREENS: Final = (
    "distress",
    "scam_on_user",
    "laundering_or_structuring",
    "insider",
    "tax_evasion",
    "injection",
)
SLOTS: Final = (
    "instrument", "amount", "quantity", "goal", "frequency", "reference", "term",
)  # fmt: skip
