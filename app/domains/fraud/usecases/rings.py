"""Link analysis: what happened since the last sweep becomes edges, and a ring becomes one case."""

from datetime import datetime, timedelta

from app.core.clock import Clock
from app.core.db import Database
from app.core.ids import new_ulid
from app.core.money import Money
from app.core.uow import Transaction
from app.domains.fraud.case_types import CaseEntry, CaseKind, CaseState, FraudCase
from app.domains.fraud.evidence_types import EdgeKind, GraphEdge
from app.domains.fraud.repository import cases, entries, history, links
from app.domains.fraud.rules import casework, graph
from app.domains.fraud.rules.graph import Ring
from app.domains.fraud.types import FraudReason
from app.domains.identity.service import IdentityService

SWEEP = "links"
FIRST_LOOK = timedelta(days=1)
OVERLAP = timedelta(seconds=30)
PAGE = 500
HOPS = 6
CLOSED_REMEMBERED = timedelta(days=90)
RINGS_READ = 10
RING_PROBABILITY = 0.30
CURRENCY = "USD"
"""Recorded payments carry no currency; sums over a ring are shown in the sandbox's own."""


class Rings:
    """Run by one worker at a time; a second run over the same events changes nothing."""

    def __init__(self, *, db: Database, clock: Clock, identity: IdentityService) -> None:
        self._db = db
        self._clock = clock
        self._identity = identity

    async def sweep(self) -> int:
        """Take in new log-ins and payments; return how many ring cases were opened or grew."""
        now = self._clock.now()
        since = await links.mark(self._db, SWEEP) or now - FIRST_LOOK
        touched, through = await self._edges(since - OVERLAP, now=now)
        changed = 0
        looked_at: set[str] = set()
        for user_id in sorted(touched):
            if user_id in looked_at:
                continue
            near = await links.around(self._db, [user_id], now=now, hops=HOPS, through_focus=False)
            for group in graph.components(near.edges):
                if user_id not in group:
                    continue
                looked_at |= group
                ring = graph.ring_in(group, near.edges)
                if ring is not None:
                    changed += await self._keep(ring, now=now)
        # After the cases: a sweep that was cut short begins again where it began.
        await links.set_mark(self._db, SWEEP, through)
        return changed

    async def _edges(self, after: datetime, *, now: datetime) -> tuple[set[str], datetime]:
        """Write the new edges; return whom they touch and how far both sources were read."""
        touched: set[str] = set()
        traces = await self._identity.traces_since(after, limit=PAGE)
        for trace in traces:
            touched.add(trace.user_id)
            marks = [(EdgeKind.DEVICE, mark) for mark in trace.devices]
            marks.append((EdgeKind.NETWORK, trace.network))
            for kind, mark in marks:
                node = f"{kind.value}:{mark}"
                edge = GraphEdge(trace.user_id, node, kind, 1, 0, trace.at, trace.at)
                await links.put(self._db, edge)
        payments = await history.recorded_since(self._db, after, limit=PAGE)
        pairs = {(p.customer_id, p.payee_id) for p in payments if links.is_person(p.payee_id)}
        for payer, payee in sorted(pairs):
            paid = await history.of_pair(self._db, payer, payee, until=now)
            touched |= {payer, payee}
            moved = sum(p.amount_minor for p in paid)
            ends = [p.at for p in paid]
            edge = GraphEdge(payer, payee, EdgeKind.PAID, len(paid), moved, min(ends), max(ends))
            await links.put(self._db, edge)
        reached = [found[-1].at for found in (traces, payments) if len(found) == PAGE]
        return touched, min([now, *reached])

    async def _keep(self, ring: Ring, *, now: datetime) -> int:
        """Open a ring's case, or let the open one grow; a decided ring needs new members."""
        since = now - CLOSED_REMEMBERED
        ids = {"case": new_ulid(now), "entry": new_ulid(now)}

        async def work(tx: Transaction) -> int:
            known = await cases.rings_of(tx, list(ring.members), since=since, limit=RINGS_READ)
            open_ones = [case for case in known if case.open]
            members = set(ring.members).union(*(case.members for case in open_ones))
            if not open_ones:
                if any(set(ring.members) <= set(case.members) for case in known):
                    return 0
                case = ring_case(f"case-{ids['case']}", ring, at=now)
                await cases.insert(tx, case)
                await entries.add(tx, case.case_id, _line(ids["entry"], now, "opened", ring))
                return 1
            first = open_ones[0]
            for other in open_ones[1:]:
                await cases.expire(tx, other.payment_id, at=now)
                await entries.add(tx, other.case_id, _merged(ids["entry"], now, first.case_id))
            if members == set(first.members):
                return 0
            grown = {"members": sorted(members), **_sums(ring)}
            await cases.change(tx, first.case_id, grown)
            await entries.add(tx, first.case_id, _line(ids["entry"], now, "grew", ring))
            return 1

        return await self._db.transaction(work)


def ring_case(case_id: str, ring: Ring, *, at: datetime) -> FraudCase:
    """Return the case of a ring: its first member stands for it, all are its people."""
    sentence = (
        f"{len(ring.members)} accounts share {ring.devices} devices and made "
        f"{ring.payments} payments among each other."
    )
    return FraudCase(
        case_id=case_id,
        kind=CaseKind.RING,
        payment_id=case_id,
        user_id=ring.members[0],
        payee_id="",
        decision_id="",
        state=CaseState.OPEN,
        amount=Money(ring.moved_minor, CURRENCY),
        payment_kind=None,
        probability=None,
        expected_loss_minor=round(ring.moved_minor * RING_PROBABILITY),
        reasons=(FraudReason("ring", sentence),),
        opened_at=at,
        due_at=casework.due_at(at, amount_minor=ring.moved_minor, probability=None),
        members=ring.members,
    )


def _sums(ring: Ring) -> dict[str, int]:
    return {
        "amount": ring.moved_minor,
        "loss": round(ring.moved_minor * RING_PROBABILITY),
    }


def _line(entry_id: str, at: datetime, action: str, ring: Ring) -> CaseEntry:
    return CaseEntry(entry_id, at, "system", action, f"{len(ring.members)} members")


def _merged(entry_id: str, at: datetime, into: str) -> CaseEntry:
    return CaseEntry(entry_id, at, "system", "merged", f"into {into}")
