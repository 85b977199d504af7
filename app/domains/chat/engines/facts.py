"""Names of the facts a tool gives to the templates.

A fact is an evidence id when it is a figure, a plain word when it says what something is, and
Untrusted when somebody else wrote it. A sentence whose facts are not all there is left out, so
a tool may give fewer; a name that is not here is never spoken.

`state` and `kind` facts are stable words and choose a sentence; they are never spoken
themselves. The `drift` of an allocation is that of the whole portfolio and has no sign.
"""

from typing import Final

from app.domains.chat.tool_types import ToolResult, Untrusted

_SPOKEN_MAX: Final = 60
_MARKUP: Final = frozenset("[]<>{}`*_#|\\/@:")

#: Tool -> facts its templates may speak or choose by.
FACTS: Final[dict[str, frozenset[str]]] = {
    tool: frozenset(names.split())
    for tool, names in {
        "portfolio.summary": "value cash gain holdings as_of",
        "portfolio.performance": "return gain first last",
        "portfolio.allocation": "drift largest weight target as_of",
        "portfolio.holding": "name quantity value weight gain",
        "portfolio.risk": "volatility limit worst",
        "portfolio.fees": "paid first last running",
        "portfolio.advice_reasons": "name weight volatility date",
        "portfolio.goal": "name value target date probability monthly",
        "portfolio.what_if": "name monthly date target probability before",
        "ledger.cash": "cash reserved",
        "ledger.search": "count total first last merchant",
        "ledger.spending": "spent count first last top top_amount",
        "ledger.payment_status": "state amount recipient date",
        "ledger.order_status": "state name quantity amount date",
        "ledger.receipt": "count reference amount date",
        "market.quote": "name price change as_of",
        "market.instrument": "name kind currency cost",
        "onboarding.kyc_status": "state date",
        "onboarding.risk_profile": "profile tolerance capacity until",
        "help.search": "id title text link",
        "glossary.lookup": "id title text link",
        "propose.rebalance": "sells buys amount fee",
        "propose.buy": "name amount quantity fee",
        "propose.sell": "name amount quantity fee",
        "propose.deposit": "amount",
        "propose.withdraw": "amount recipient",
        "propose.recurring_plan": "amount name date",
        "propose.goal_change": "name target date",
        "propose.freeze_account": "",
        "propose.cancel_order": "name amount",
        "propose.dispute_payment": "amount recipient date",
    }.items()
}


def spoken(result: ToolResult) -> dict[str, str]:
    """Return each fact as a template may put it in: a token, or harmless words.

    What others wrote is left out when it is long, has digits or looks like markup: it could
    smuggle a figure or a link into the adviser's own voice. The card still shows it.
    """
    known = {one.id for one in result.evidence}
    found: dict[str, str] = {}
    for name, fact in result.facts.items():
        if isinstance(fact, Untrusted):
            if _harmless(fact.text):
                found[name] = f"“{fact.text.strip()}”"
        elif fact in known:
            found[name] = f"[[{fact}]]"
        elif fact.strip():
            found[name] = fact.replace("[[", "[").replace("]]", "]")
    return found


def _harmless(text: str) -> bool:
    plain = text.strip()
    return (
        0 < len(plain) <= _SPOKEN_MAX
        and plain.isprintable()
        and not any(char.isnumeric() or char in _MARKUP for char in plain)
    )
