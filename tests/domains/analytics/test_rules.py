"""The pure rules of the reports: weeks add up, medians stand, ranges are bounded."""

from collections import Counter
from datetime import date, timedelta
from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import Money
from app.domains.analytics.errors import AnalyticsRangeError
from app.domains.analytics.rules import cohorts, flows, fraud, ranges
from app.domains.analytics.types import CohortSize
from app.domains.fraud.case_types import CaseKind, CaseState
from app.domains.fraud.kpi_types import ClosedSum, FraudSums, JudgedSum
from app.domains.fraud.types import Outcome, PaymentKind
from app.domains.fraud.usecases.kpis import thinned
from app.domains.ledger.flow_types import Flow, Party
from app.domains.ledger.types import JournalKind

DAY = date(2026, 11, 24)
SIZES = st.builds(CohortSize, *[st.integers(0, 50)] * 5)


@pytest.mark.row("AN2")
class TestRanges:
    @pytest.mark.parametrize(("first", "last"), [(DAY, DAY), (DAY - timedelta(days=399), DAY)])
    def test_up_to_four_hundred_days_until_today_are_shown(self, first: date, last: date) -> None:
        ranges.require(first, last, today=DAY, days_max=400)

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            (DAY, DAY - timedelta(days=1)),
            (DAY - timedelta(days=400), DAY),
            (DAY, DAY + timedelta(days=1)),
        ],
    )
    def test_others_are_refused_with_the_limit(self, first: date, last: date) -> None:
        with pytest.raises(AnalyticsRangeError) as refused:
            ranges.require(first, last, today=DAY, days_max=400)
        assert refused.value.fields["days_max"] == 400

    def test_the_first_days_of_the_calendar_have_no_earlier_ones(self) -> None:
        assert ranges.back(date(1, 1, 3), 30) == date.min
        assert ranges.back(DAY, 1) == DAY

    def test_weeks_are_iso_weeks_also_at_new_year(self) -> None:
        assert ranges.iso_week(date(2027, 1, 1)) == "2026-W53"


@pytest.mark.row("AN2")
class TestCohorts:
    @given(st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 12, 31)), SIZES, max_size=40))
    def test_weeks_together_are_everybody(self, days: dict[date, CohortSize]) -> None:
        weeks = cohorts.by_week(days)
        assert sum((week.size for week in weeks), start=CohortSize()) == cohorts.total(days)
        assert [w.first for w in weeks] == sorted(w.first for w in weeks)
        assert len({w.week for w in weeks}) == len(weeks)


def judged(outcome: Outcome, count: int, channel: PaymentKind = PaymentKind.TRANSFER) -> JudgedSum:
    return JudgedSum(channel, "USD", outcome, count, count * 100, 0)


def closed(
    state: CaseState, *waits: int, kind: CaseKind = CaseKind.PAYMENT, minor: int = 500
) -> ClosedSum:
    return ClosedSum(kind, PaymentKind.TRANSFER, "USD", state, len(waits), minor, waits)


@pytest.mark.row("AN2")
class TestFraudFigures:
    def test_rates_and_money_of_one_day(self) -> None:
        line = fraud.line(
            [judged(Outcome.APPROVE, 7), judged(Outcome.HOLD, 2), judged(Outcome.BLOCK, 1)],
            [closed(CaseState.RELEASED, 10), closed(CaseState.REJECTED, 20, 30, 40)],
            day=DAY,
        )
        assert (line.judged, line.held, line.blocked) == (10, 2, 1)
        assert line.alert_rate == pytest.approx(0.3)
        assert line.precision == pytest.approx(0.75)
        assert line.median_decision_s == 20
        assert line.prevented == (Money(500, "USD"),)
        assert line.blocked_amounts == (Money(100, "USD"),)

    def test_nothing_below_the_line_is_no_figure_rather_than_zero(self) -> None:
        line = fraud.line([], [])
        assert (line.alert_rate, line.precision, line.median_decision_s) == (None, None, None)

    def test_expired_cases_are_voided_payments_but_nobodys_decision(self) -> None:
        line = fraud.line([], [closed(CaseState.EXPIRED, 9), closed(CaseState.REJECTED, 5)])
        assert (line.voided, line.expired, line.precision, line.median_decision_s) == (2, 1, 1, 5)

    def test_samples_reviews_and_rings_say_nothing_about_alerts(self) -> None:
        others = [k for k in CaseKind if k is not CaseKind.PAYMENT]
        line = fraud.line([], [closed(CaseState.REJECTED, 1, kind=kind) for kind in others])
        assert (line.rejected, line.prevented) == (0, ())

    @given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60), st.integers(1, 4))
    def test_the_median_of_days_is_the_median_of_all_their_cases(
        self, waits: list[int], parts: int
    ) -> None:
        days = {
            DAY + timedelta(days=n): FraudSums(
                (), (closed(CaseState.RELEASED, *sorted(waits[n::parts])),)
            )
            for n in range(parts)
        }
        assert fraud.total(days).median_decision_s == median_low(waits)

    @given(st.lists(st.integers(0, 10**9), max_size=300), st.integers(1, 50))
    def test_a_thinned_list_keeps_its_ends_close_and_its_middle(
        self, values: list[int], most: int
    ) -> None:
        values.sort()
        kept = thinned(values, most)
        assert len(kept) == min(most, len(values))
        assert list(kept) == sorted(kept)
        assert not Counter(kept) - Counter(values)

    def test_channels_without_anything_are_left_out(self) -> None:
        days = {DAY: FraudSums((judged(Outcome.APPROVE, 1, PaymentKind.ORDER),), ())}
        (line,) = fraud.by_channel(days)
        assert line.channel is PaymentKind.ORDER


@pytest.mark.row("AN2")
class TestFlowLines:
    def test_one_line_per_currency_and_day(self) -> None:
        def deposit(currency: str, minor: int) -> tuple[Flow, ...]:
            return (
                Flow(currency, JournalKind.DEPOSIT, Party.CUSTOMER, minor, 0, 1),
                Flow(currency, JournalKind.DEPOSIT, Party.FUNDING, 0, -minor, 1),
            )

        days = {
            DAY: (*deposit("USD", 100), *deposit("EUR", 7)),
            DAY + timedelta(days=1): deposit("USD", 11),
        }
        lines = flows.by_day(days)
        assert [(x.day, x.currency, x.deposits.amount_minor) for x in lines] == [
            (DAY, "EUR", 7), (DAY, "USD", 100), (DAY + timedelta(days=1), "USD", 11),
        ]  # fmt: skip
        eur, usd = flows.totals(days)
        assert (eur.deposits, usd.deposits) == (Money(7, "EUR"), Money(111, "USD"))
        assert (usd.customers_net, usd.deposit_count) == (Money(111, "USD"), 2)
