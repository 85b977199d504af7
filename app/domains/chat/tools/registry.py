"""All read tools: what an engine is told about each, and what runs when it is called."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.domains.chat.grounding.calculating import OPERATIONS, REFS_MAX
from app.domains.chat.tool_types import ToolSpec
from app.domains.chat.tools import (
    advice_reads,
    calc_reads,
    goal_reads,
    help_reads,
    ledger_reads,
    market_reads,
    person_reads,
    portfolio_reads,
    report_reads,
    status_reads,
)
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.desk import Desk
from app.domains.chat.tools.findings import Findings
from app.domains.chat.tools.frequencies import FREQUENCY
from app.domains.chat.tools.schemas import (
    ACCOUNT,
    AMOUNT,
    CURRENCY,
    GOAL,
    INSTRUMENT,
    MERCHANT,
    RANGE,
    REFERENCE,
    one_of,
    text,
)

Run = Callable[[Desk, Arguments], Awaitable[Findings]]
Properties = Mapping[str, Mapping[str, Any]]

HELP: Final = "help"


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: its specification and its work."""

    spec: ToolSpec
    run: Run


def tool(  # noqa: PLR0913 - the parts of a specification
    name: str,
    run: Run,
    description: str,
    properties: Properties | None = None,
    *,
    required: tuple[str, ...] = (),
    group: str | None = None,
    proposes: bool = False,
) -> Tool:
    """Return a tool whose arguments are exactly the properties."""
    schema = {
        "type": "object",
        "properties": dict(properties or {}),
        "required": list(required),
        "additionalProperties": False,
    }
    return Tool(ToolSpec(name, group or name.partition(".")[0], description, schema, proposes), run)


_PORTFOLIO: Final = (
    tool(
        "portfolio.summary",
        portfolio_reads.summary,
        "What everything the user holds is worth now, with cash, gain and each holding.",
    ),
    tool(
        "portfolio.performance",
        report_reads.performance,
        "Return and gain over a range, after fees, by one method.",
        {
            "range": RANGE,
            "method": one_of(report_reads.METHODS, "How the return is computed"),
        },
    ),
    tool(
        "portfolio.allocation",
        portfolio_reads.allocation,
        "Weight, target and drift of each part of the portfolio.",
    ),
    tool(
        "portfolio.holding",
        portfolio_reads.holding,
        "Quantity, price, value, weight and unrealised gain of one holding.",
        {"instrument": INSTRUMENT},
        required=("instrument",),
    ),
    tool(
        "portfolio.risk",
        portfolio_reads.risk,
        "Predicted yearly volatility of what is held, the promised limit, the worst past year.",
    ),
    tool(
        "portfolio.fees",
        report_reads.fees,
        "Fees paid in a range, and what the funds cost a year.",
        {"range": RANGE},
    ),
    tool(
        "portfolio.advice_reasons",
        advice_reads.advice_reasons,
        "Why the newest advice is as it is, and what it wants of one instrument.",
        {"instrument": INSTRUMENT},
    ),
    tool(
        "portfolio.goal",
        goal_reads.goal,
        "Where one of the user's goals stands and how probable it is.",
        {"goal": GOAL},
    ),
    tool(
        "portfolio.what_if",
        goal_reads.what_if,
        "How probable a goal would be with another payment or date. Nothing is kept.",
        {
            "goal": GOAL,
            "monthly": AMOUNT,
            "date": text("New date: 2030-06-30, 2030-06, 2030 or in_5_years"),
            "frequency": FREQUENCY,
        },
    ),
)
_LEDGER: Final = (
    tool(
        "ledger.cash",
        ledger_reads.cash,
        "Money that is free and money that is reserved, by account.",
        {"account": ACCOUNT, "currency": CURRENCY},
    ),
    tool(
        "ledger.search",
        ledger_reads.search,
        "The user's movements of a range that match a word or an amount, the newest first.",
        {"merchant": MERCHANT, "range": RANGE, "amount": AMOUNT, "account": ACCOUNT},
    ),
    tool(
        "ledger.spending",
        ledger_reads.spending,
        "What went out in a range (payments, not investments), summed.",
        {
            "range": RANGE,
            "by": one_of(ledger_reads.BY, "What is summed together"),
            "merchant": MERCHANT,
            "account": ACCOUNT,
        },
    ),
    tool(
        "ledger.payment_status",
        status_reads.payment_status,
        "What became of a payment of the last 90 days: booked, held, refused or returned.",
        {"reference": REFERENCE, "recipient": text("Words of the memo"), "amount": AMOUNT},
    ),
    tool(
        "ledger.order_status",
        status_reads.order_status,
        "What became of an order of the last 90 days.",
        {"reference": text("Handle such as order_1, or id of an order plan")},
    ),
    tool(
        "ledger.receipt",
        status_reads.receipt,
        "The reference of a movement's proof, which the user can check herself.",
        {"reference": REFERENCE, "range": RANGE},
    ),
)
_OTHERS: Final = (
    tool(
        "market.quote",
        market_reads.quote,
        "The last price of an instrument and its change since the close before.",
        {"instrument": INSTRUMENT},
        required=("instrument",),
    ),
    tool(
        "market.instrument",
        market_reads.instrument,
        "What an instrument is: kind, currency, yearly cost.",
        {"instrument": INSTRUMENT},
        required=("instrument",),
    ),
    tool(
        "onboarding.kyc_status",
        person_reads.kyc_status,
        "Where the user's identity check stands and which steps are open.",
    ),
    tool(
        "onboarding.risk_profile",
        person_reads.risk_profile,
        "The user's risk profile (1 to 10), its two sides, and until when it counts.",
    ),
    tool(
        "help.search",
        help_reads.search,
        "Help articles about the product, at most three.",
        {"query": text("Words of the question, in the user's language")},
        required=("query",),
        group=HELP,
    ),
    tool(
        "glossary.lookup",
        help_reads.lookup,
        "Terms of the glossary, at most three.",
        {"term": text("The term, in the user's language")},
        required=("term",),
        group=HELP,
    ),
    tool(
        "calc",
        calc_reads.calc,
        "Arithmetic over evidence ids of this turn; the only way to state a computed figure.",
        {
            "op": one_of(tuple(OPERATIONS), "pct_change is from the first to the second"),
            "refs": {
                "type": "array",
                "items": {"type": "string", "maxLength": 20},
                "minItems": 1,
                "maxItems": REFS_MAX,
                "description": "Evidence ids such as v3",
            },
        },
        required=("op", "refs"),
        group=HELP,
    ),
)
READ_TOOLS: Final = (*_PORTFOLIO, *_LEDGER, *_OTHERS)

#: Group of tools -> intents that may use it. An intent that is not here has help alone.
_GROUPS: Final = {
    "portfolio": (
        "portfolio_value performance allocation_drift holding_detail portfolio_risk fees_costs "
        "advice_reason goal_progress goal_what_if rebalance buy sell recurring_plan goal_change"
    ),
    "ledger": (
        "cash_balance transaction_search spending_summary order_status payment_status "
        "documents_proof deposit withdraw freeze_account cancel_order dispute_payment"
    ),
    "market": "instrument_quote instrument_info buy sell",
    "onboarding": "kyc_status risk_profile",
}


def groups_of(intent: str) -> frozenset[str]:
    """Return the groups of tools an intent may use; help is always among them."""
    found = {group for group, intents in _GROUPS.items() if intent in intents.split()}
    return frozenset({*found, HELP})
