"""The owner's money: what is free, and what movements of hers match a question."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.money import Money
from app.domains.chat.evidence_types import Metric, Source
from app.domains.chat.tool_types import Untrusted
from app.domains.chat.tools.arguments import Arguments
from app.domains.chat.tools.cleaning import clean, untrusted
from app.domains.chat.tools.desk import Desk
from app.domains.chat.tools.findings import Findings, Origin
from app.domains.chat.tools.ranges import Span
from app.domains.chat.tools.references import account_ref
from app.domains.chat.tools.refusals import ToolRefusal
from app.domains.chat.tools.report_reads import span
from app.domains.ledger.types import Account, Journal, JournalKind, JournalState, Posting

RECENTLY = "last_90_days"
_OUT = (JournalKind.TRANSFER, JournalKind.WITHDRAWAL)
BY = ("merchant", "kind", "month")


@dataclass(frozen=True, slots=True)
class Line:
    """A posting in one of her money accounts with the movement that made it."""

    posting: Posting
    journal: Journal
    day: date

    @property
    def amount(self) -> Money:
        """Return what came in (plus) or went out (minus)."""
        return Money(self.posting.amount, self.posting.unit)

    @property
    def origin(self) -> Origin:
        """Return where its figures come from."""
        return Origin(Source.LEDGER, self.posting.journal_id, self.day.isoformat())

    @property
    def label(self) -> str | Untrusted:
        """Return its memo, which somebody wrote, or what kind of movement it is."""
        memo = clean(self.journal.memo)
        return untrusted(memo) if memo else self.posting.kind.value


async def cash(desk: Desk, given: Arguments) -> Findings:
    """Tell what is free to spend in each money account, and what is reserved."""
    accounts = chosen(desk, given)
    made = Findings(desk)
    for place, account in enumerate(accounts):
        where = Origin(Source.LEDGER, account_ref(account.unit), desk.today.isoformat())
        free = made.money(where, Metric.CASH, Money(account.available, account.unit))
        held = Money(account.balance - account.available, account.unit)
        reserved = made.money(where, Metric.CASH, held)
        made.row(account.unit, free, reserved)
        if place == 0:
            made.fact("cash", free)
            made.fact("reserved", reserved if held.amount_minor else None)
    return made.done("cash", ("account", "available", "reserved"))


async def search(desk: Desk, given: Arguments) -> Findings:
    """Tell movements of a range that match a word or an amount, the newest first."""
    days = span(desk, given, RECENTLY)
    merchant, amount = given.text("merchant"), given.amount("amount")
    found = [
        line
        for line in await lines(desk, given, days)
        if _about(line, merchant) and (amount is None or abs(line.amount.to_decimal()) == amount)
    ]
    if not found:
        raise ToolRefusal("no_payments")
    made = Findings(desk)
    _totals(desk, made, found)
    made.fact("merchant", None if merchant is None else untrusted(merchant))
    for line in found[:50]:
        value = made.money(line.origin, Metric.AMOUNT, line.amount, signed=True)
        day = made.day(line.origin, line.day)
        made.row(line.label, desk.movement_handle(line.posting.journal_id), day, value)
    return made.done("movements", ("label", "movement", "date", "amount"))


async def spending(desk: Desk, given: Arguments) -> Findings:
    """Tell what went out in a range (payments, not investments), summed by `by`."""
    days = span(desk, given, "last_30_days")
    by = given.choice("by", BY) or "merchant"
    merchant = given.text("merchant")
    spent = [
        line
        for line in await lines(desk, given, days)
        if line.posting.kind in _OUT
        and line.amount.amount_minor < 0
        and line.journal.state is JournalState.POSTED
        and _about(line, merchant)
    ]
    if not spent:
        raise ToolRefusal("no_payments")
    # Sums of unlike currencies mean nothing: the currency with most payments is told.
    units = [line.posting.unit for line in spent]
    unit = max(dict.fromkeys(units), key=units.count)
    spent = [line for line in spent if line.posting.unit == unit]
    made = Findings(desk)
    total = sum((-line.amount for line in spent), Money.zero(unit))
    where = Origin(Source.LEDGER, account_ref(unit), desk.today.isoformat())
    made.facts(
        spent=made.money(where, Metric.SPENDING, total),
        count=made.count(where, len(spent)),
        **_period(made, where, spent),
    )
    for place, (label, amount) in enumerate(_grouped(spent, by, unit)[:50]):
        cell = made.money(where, Metric.SPENDING, amount)
        made.row(label, cell)
        if place == 0 and by == "merchant" and isinstance(label, Untrusted):
            made.facts(top=label, top_amount=cell)
    return made.done("spending", (by, "amount"))


def chosen(desk: Desk, given: Arguments) -> tuple[Account, ...]:
    """Return the money accounts that are meant. Raises ToolRefusal when she has none."""
    named = given.text("account") or given.currency("currency")
    if named is not None:
        return (desk.handles.account(named),)
    if not desk.handles.accounts:
        raise ToolRefusal("no_money")
    return tuple(desk.handles.accounts.values())


async def lines(desk: Desk, given: Arguments, days: Span) -> list[Line]:
    """Return the postings of a range in the meant accounts, the newest first."""
    first, last = days.times(desk.now.tzinfo, now=desk.now)
    books = desk.doors.ledger.books
    found: list[Line] = []
    for account in chosen(desk, given):
        told = await books.statement(desk.owner, account.account_id, first=first, last=last)
        known = await books.movements(desk.owner, {p.journal_id for p in told.postings})
        found += [
            Line(p, known[p.journal_id], p.at.astimezone(desk.now.tzinfo).date())
            for p in told.postings
            if p.journal_id in known
        ]
    return sorted(found, key=lambda line: (line.posting.at, line.posting.seq), reverse=True)


def _about(line: Line, word: str | None) -> bool:
    if word is None:
        return True
    wanted = clean(word).casefold()
    return bool(wanted) and (
        wanted in clean(line.journal.memo).casefold() or wanted == line.posting.kind.value
    )


def _totals(desk: Desk, made: Findings, found: list[Line]) -> None:
    units = {line.posting.unit for line in found}
    where = Origin(Source.LEDGER, account_ref(found[0].posting.unit), desk.today.isoformat())
    made.facts(count=made.count(where, len(found)), **_period(made, where, found))
    if len(units) == 1:
        total = sum((line.amount for line in found), Money.zero(units.pop()))
        made.fact("total", made.money(where, Metric.AMOUNT, total, signed=True))


def _period(made: Findings, where: Origin, found: list[Line]) -> dict[str, str]:
    """Return the days of the oldest and the newest line."""
    days = [line.day for line in found]
    return {"first": made.day(where, min(days)), "last": made.day(where, max(days))}


def _grouped(spent: list[Line], by: str, unit: str) -> list[tuple[str | Untrusted, Money]]:
    sums: dict[str | Untrusted, Money] = {}
    for line in spent:
        key: str | Untrusted = line.label
        if by == "kind":
            key = line.posting.kind.value
        elif by == "month":
            key = f"{line.day:%Y-%m}"
        sums[key] = sums.get(key, Money.zero(unit)) - line.amount
    return sorted(sums.items(), key=lambda one: Decimal(-one[1].amount_minor))
