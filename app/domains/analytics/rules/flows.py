"""Money flows as lines that people read, from the sums of postings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from app.core.money import Money
from app.domains.analytics.types import FlowLine
from app.domains.ledger.flow_types import Flow, Party
from app.domains.ledger.types import JournalKind


def by_day(days: Mapping[date, tuple[Flow, ...]]) -> tuple[FlowLine, ...]:
    """Return one line per day and currency that anything moved in, in order."""
    return tuple(
        line(day, currency, flows)
        for day in sorted(days)
        for currency, flows in _by_currency(days[day]).items()
    )


def totals(days: Mapping[date, tuple[Flow, ...]]) -> tuple[FlowLine, ...]:
    """Return one line per currency with the sums of all days."""
    everything = [flow for flows in days.values() for flow in flows]
    return tuple(
        line(None, currency, flows) for currency, flows in _by_currency(everything).items()
    )


def line(day: date | None, currency: str, flows: list[Flow]) -> FlowLine:
    """Return the line of flows of one currency."""
    deposits = _of(flows, JournalKind.DEPOSIT, Party.FUNDING)
    withdrawals = _of(flows, JournalKind.WITHDRAWAL, Party.PAYOUT)
    transfers = _of(flows, JournalKind.TRANSFER, Party.CUSTOMER)
    orders = _of(flows, JournalKind.ORDER, Party.BROKER)
    fees = _of(flows, JournalKind.ORDER, Party.FEES)
    corrections = [flow for flow in flows if flow.kind is JournalKind.REVERSAL]
    customers = [flow for flow in flows if flow.party is Party.CUSTOMER]
    return FlowLine(
        day=day,
        currency=currency,
        deposits=Money(-_outgoing(deposits), currency),
        deposit_count=_count(deposits),
        withdrawals=Money(_incoming(withdrawals), currency),
        withdrawal_count=_count(withdrawals),
        transfers=Money(_incoming(transfers), currency),
        # A transfer is two postings: hers who pays and hers who is paid.
        transfer_count=_count(transfers) // 2,
        bought=Money(_incoming(orders), currency),
        sold=Money(-_outgoing(orders), currency),
        order_count=_count(orders),
        fees=Money(_incoming(fees), currency),
        reversed=Money(_incoming(corrections), currency),
        customers_net=Money(_incoming(customers) + _outgoing(customers), currency),
    )


def _by_currency(flows: Iterable[Flow]) -> dict[str, list[Flow]]:
    found: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        found[flow.currency].append(flow)
    return dict(sorted(found.items()))


def _of(flows: list[Flow], kind: JournalKind, party: Party) -> list[Flow]:
    return [flow for flow in flows if flow.kind is kind and flow.party is party]


def _incoming(flows: list[Flow]) -> int:
    return sum(flow.incoming_minor for flow in flows)


def _outgoing(flows: list[Flow]) -> int:
    return sum(flow.outgoing_minor for flow in flows)


def _count(flows: list[Flow]) -> int:
    return sum(flow.count for flow in flows)
