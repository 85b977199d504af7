"""The references of figures: how a tool writes them, and which address opens them."""

import re
from datetime import date
from typing import Final
from urllib.parse import quote

from app.domains.chat.evidence_types import Evidence, Source

SUMMARY: Final = "summary"
_PERIOD: Final = re.compile(r"(performance|fees):(\d{4}-\d\d-\d\d):(\d{4}-\d\d-\d\d)")
_GOAL: Final = re.compile(r"[0-9a-z]{20}")
#: What the citation route opens; the other sources have a page of their own.
CITED: Final = (Source.LEDGER, Source.PRICE, Source.PROFILE, Source.DECISION)


def price_ref(symbol: str, day: date) -> str:
    """Return the reference of a price of a day."""
    return f"{symbol}@{day.isoformat()}"


def account_ref(unit: str) -> str:
    """Return the reference of the owner's account in a unit."""
    return f"account.{unit}"


def period_ref(report: str, first: date, last: date) -> str:
    """Return the reference of a report over a period."""
    return f"{report}:{first.isoformat()}:{last.isoformat()}"


def href(evidence: Evidence) -> str | None:
    """Return the address that opens what a figure rests on.

    None for what has no row of its own: a calculation cites its inputs, a figure of the user is
    in her message.
    """
    ref = evidence.ref
    if ref is None:
        return None
    if evidence.source in CITED:
        return f"/v1/citations/{evidence.source.value}/{quote(ref, safe='@')}"
    if evidence.source is Source.PORTFOLIO:
        found = _PERIOD.fullmatch(ref)
        if found:
            return f"/v1/portfolio/{found[1]}?first={found[2]}&last={found[3]}"
        return "/v1/portfolio" if ref == SUMMARY else None
    if evidence.source is Source.GOAL and _GOAL.fullmatch(ref):
        return f"/v1/goals/{ref}/projection"
    return None
