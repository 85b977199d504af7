"""The answers of /v1/analytics: what its reports look like outside."""

from datetime import date, datetime

from pydantic import Field

from app.api.shapes import MoneyOut, Out
from app.domains.analytics.types import (
    CohortReport,
    CohortSize,
    CohortWeek,
    Coverage,
    FlowLine,
    FlowReport,
    FraudLine,
    FraudReport,
)
from app.domains.fraud.types import PaymentKind


class CoverageOut(Out):
    """Which days stand behind a report. `missing` ones have no rollup: they are not zero."""

    first: date
    last: date
    days: int
    missing: int
    refreshed_at: datetime | None = Field(description="When rollups were last brought up to date")

    @classmethod
    def of(cls, found: Coverage) -> "CoverageOut":
        """Return the public form."""
        return cls(
            first=found.first,
            last=found.last,
            days=found.days,
            missing=found.missing,
            refreshed_at=found.refreshed_at,
        )


class CohortSizeOut(Out):
    """People who signed up together, and how many of them have come how far by now."""

    signed_up: int
    kyc: int = Field(description="Identity approved")
    profile: int = Field(description="Risk profile made")
    funded: int = Field(description="Ever had money here")
    invested: int = Field(description="Ever had shares here")

    @classmethod
    def of(cls, size: CohortSize) -> "CohortSizeOut":
        """Return the public form."""
        return cls(
            signed_up=size.signed_up,
            kyc=size.kyc,
            profile=size.profile,
            funded=size.funded,
            invested=size.invested,
        )


class CohortWeekOut(Out):
    """The sign-ups of one ISO week, of those of its days that were asked for."""

    week: str = Field(examples=["2026-W48"])
    first: date
    size: CohortSizeOut

    @classmethod
    def of(cls, found: CohortWeek) -> "CohortWeekOut":
        """Return the public form."""
        return cls(week=found.week, first=found.first, size=CohortSizeOut.of(found.size))


class CohortReportOut(Out):
    """Sign-ups by week and how far they came."""

    coverage: CoverageOut
    weeks: list[CohortWeekOut]
    total: CohortSizeOut

    @classmethod
    def of(cls, found: CohortReport) -> "CohortReportOut":
        """Return the public form."""
        return cls(
            coverage=CoverageOut.of(found.coverage),
            weeks=[CohortWeekOut.of(week) for week in found.weeks],
            total=CohortSizeOut.of(found.total),
        )


class FlowLineOut(Out):
    """Money of one day (null: of all of them) in one currency, from the ledger's postings."""

    day: date | None
    currency: str
    deposits: MoneyOut
    deposit_count: int
    withdrawals: MoneyOut
    withdrawal_count: int
    transfers: MoneyOut
    transfer_count: int
    bought: MoneyOut = Field(description="Paid to the broker, netted per order")
    sold: MoneyOut = Field(description="Got from the broker, netted per order")
    order_count: int
    fees: MoneyOut
    reversed: MoneyOut = Field(description="Moved by corrections")
    customers_net: MoneyOut = Field(description="By how much all customers' cash together grew")

    @classmethod
    def of(cls, line: FlowLine) -> "FlowLineOut":
        """Return the public form."""
        return cls(
            day=line.day,
            currency=line.currency,
            deposits=MoneyOut.of(line.deposits),
            deposit_count=line.deposit_count,
            withdrawals=MoneyOut.of(line.withdrawals),
            withdrawal_count=line.withdrawal_count,
            transfers=MoneyOut.of(line.transfers),
            transfer_count=line.transfer_count,
            bought=MoneyOut.of(line.bought),
            sold=MoneyOut.of(line.sold),
            order_count=line.order_count,
            fees=MoneyOut.of(line.fees),
            reversed=MoneyOut.of(line.reversed),
            customers_net=MoneyOut.of(line.customers_net),
        )


class FlowReportOut(Out):
    """Money flows per day and currency, with the sum of each currency."""

    coverage: CoverageOut
    days: list[FlowLineOut]
    totals: list[FlowLineOut]

    @classmethod
    def of(cls, found: FlowReport) -> "FlowReportOut":
        """Return the public form."""
        return cls(
            coverage=CoverageOut.of(found.coverage),
            days=[FlowLineOut.of(line) for line in found.days],
            totals=[FlowLineOut.of(line) for line in found.totals],
        )


class FraudLineOut(Out):
    """Key figures of one day, of one channel, or of everything (both null).

    A payment counts on the day it was judged last, a case on the day it ended.
    """

    day: date | None
    channel: PaymentKind | None
    judged: int
    approved: int
    stepped_up: int
    held: int
    blocked: int
    degraded: int = Field(description="Judged without the model")
    released: int
    voided: int = Field(description="Held payments refused by a person, or expired")
    rejected: int
    expired: int
    alert_rate: float | None = Field(description="Held or refused, of judged")
    precision: float | None = Field(description="Fraud, of held payments that a person decided")
    median_decision_s: int | None
    prevented: list[MoneyOut] = Field(description="Held payments that were found to be fraud")
    blocked_amounts: list[MoneyOut] = Field(description="Refused at once; nobody checked these")

    @classmethod
    def of(cls, line: FraudLine) -> "FraudLineOut":
        """Return the public form."""
        return cls(
            day=line.day,
            channel=line.channel,
            judged=line.judged,
            approved=line.approved,
            stepped_up=line.stepped_up,
            held=line.held,
            blocked=line.blocked,
            degraded=line.degraded,
            released=line.released,
            voided=line.voided,
            rejected=line.rejected,
            expired=line.expired,
            alert_rate=line.alert_rate,
            precision=line.precision,
            median_decision_s=line.median_decision_s,
            prevented=[MoneyOut.of(money) for money in line.prevented],
            blocked_amounts=[MoneyOut.of(money) for money in line.blocked_amounts],
        )


class FraudReportOut(Out):
    """Key figures of fraud by day, by channel and in sum."""

    coverage: CoverageOut
    days: list[FraudLineOut]
    channels: list[FraudLineOut]
    total: FraudLineOut

    @classmethod
    def of(cls, found: FraudReport) -> "FraudReportOut":
        """Return the public form."""
        return cls(
            coverage=CoverageOut.of(found.coverage),
            days=[FraudLineOut.of(line) for line in found.days],
            channels=[FraudLineOut.of(line) for line in found.channels],
            total=FraudLineOut.of(found.total),
        )
