"""The words of analytics that other rooms may use: rollups of a day, and reports over days."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from app.core.money import Money
from app.domains.fraud.kpi_types import FraudSums
from app.domains.fraud.types import PaymentKind
from app.domains.ledger.flow_types import Flow


class RollupKind(StrEnum):
    """What is rolled up, one document a day each."""

    COHORTS = "cohorts"
    FLOWS = "flows"
    FRAUD = "fraud"


@dataclass(frozen=True, slots=True)
class CohortSize:
    """How many people signed up together and how many of them came how far, as it is known now."""

    signed_up: int = 0
    kyc: int = 0
    profile: int = 0
    funded: int = 0
    invested: int = 0

    def __add__(self, other: Self) -> "CohortSize":
        return CohortSize(
            self.signed_up + other.signed_up,
            self.kyc + other.kyc,
            self.profile + other.profile,
            self.funded + other.funded,
            self.invested + other.invested,
        )


Body = CohortSize | tuple[Flow, ...] | FraudSums


@dataclass(frozen=True, slots=True)
class Rollup:
    """One kind's sums of one UTC day.

    `stamp` counts the rows they were made of: another count means late rows. `computed_at` is
    the moment before those were read; `final` says that the day was over then.
    """

    kind: RollupKind
    day: date
    body: Body
    stamp: tuple[int, ...]
    final: bool
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which days stand behind a report: a day without a rollup is missing, not zero."""

    first: date
    last: date
    days: int
    missing: int
    refreshed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CohortWeek:
    """The people of one ISO week, of those of its days that the report asked for."""

    week: str
    first: date
    size: CohortSize


@dataclass(frozen=True, slots=True)
class CohortReport:
    """Sign-ups by week and how far they came."""

    coverage: Coverage
    weeks: tuple[CohortWeek, ...]
    total: CohortSize


@dataclass(frozen=True, slots=True)
class FlowLine:
    """The money of one day, or of all of them, in one currency.

    `bought` and `sold` are what orders paid to and got from the broker, netted per order;
    `reversed` is what corrections moved. `customers_net` is by how much all customers' cash
    together grew: the ledger's balances say the same.
    """

    day: date | None
    currency: str
    deposits: Money
    deposit_count: int
    withdrawals: Money
    withdrawal_count: int
    transfers: Money
    transfer_count: int
    bought: Money
    sold: Money
    order_count: int
    fees: Money
    reversed: Money
    customers_net: Money


@dataclass(frozen=True, slots=True)
class FlowReport:
    """Money flows per day and currency, and the sums of each currency."""

    coverage: Coverage
    days: tuple[FlowLine, ...]
    totals: tuple[FlowLine, ...]


@dataclass(frozen=True, slots=True)
class FraudLine:
    """Key figures of fraud for one day, one channel, or everything.

    `alert_rate` is the share of judged payments that were held or refused; `precision` the share
    of fraud among the held payments that a person decided. Both, and the median, are None where
    nothing stands below the line. `prevented` is the money of held payments found to be fraud.
    """

    day: date | None
    channel: PaymentKind | None
    judged: int
    approved: int
    stepped_up: int
    held: int
    blocked: int
    degraded: int
    released: int
    rejected: int
    expired: int
    alert_rate: float | None
    precision: float | None
    median_decision_s: int | None
    prevented: tuple[Money, ...]
    blocked_amounts: tuple[Money, ...]

    @property
    def voided(self) -> int:
        """Return how many held payments came to nothing: refused by a person, or expired."""
        return self.rejected + self.expired


@dataclass(frozen=True, slots=True)
class FraudReport:
    """Key figures of fraud by day, by channel and in sum."""

    coverage: Coverage
    days: tuple[FraudLine, ...]
    channels: tuple[FraudLine, ...]
    total: FraudLine


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did; `resumed_at` is the day at which an interrupted one went on."""

    first: date
    last: date
    days: int
    computed: int
    changed: int
    resumed_at: date | None
