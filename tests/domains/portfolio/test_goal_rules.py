"""The rules of goals: dates, amounts, the glide path, whole months, counts people read."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import CurrencyMismatchError, Money
from app.domains.market.types import History
from app.domains.onboarding.risk_types import horizon_cap
from app.domains.onboarding.types import Reason
from app.domains.portfolio.errors import GoalAmountError, GoalInPastError, GoalTooFarError
from app.domains.portfolio.goal_types import Draft, Wish
from app.domains.portfolio.rules import goals
from app.domains.portfolio.rules.projecting import Past, Question, answer_of
from app.domains.portfolio.types import StoredFrontier

TODAY = date(2026, 11, 26)
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


def wish(**changes: object) -> Wish:
    found = {
        "name": "House", "target": Money(60_000_00, "USD"), "due": date(2036, 11, 26),
        "monthly": Money(200_00, "USD"), "start": Money(5_000_00, "USD"), "profile": None,
    }  # fmt: skip
    return Wish(**(found | changes))  # by name


class TestMonths:
    @pytest.mark.parametrize(
        ("due", "months"),
        [
            (date(2026, 11, 27), 1),
            (date(2026, 12, 25), 1),
            (date(2027, 11, 25), 11),
            (date(2027, 11, 26), 12),
            (date(2076, 11, 26), 600),
        ],
    )
    def test_whole_months_are_counted(self, due: date, months: int) -> None:
        assert goals.months_until(due, today=TODAY) == months

    @pytest.mark.parametrize("due", [TODAY, date(2026, 11, 25), date(1999, 1, 1)])
    def test_today_and_before_is_past(self, due: date) -> None:
        with pytest.raises(GoalInPastError):
            goals.months_until(due, today=TODAY)

    @pytest.mark.parametrize("due", [date(2077, 1, 26), date(9999, 12, 31)])
    def test_more_than_fifty_years_is_too_far(self, due: date) -> None:
        with pytest.raises(GoalTooFarError):
            goals.months_until(due, today=TODAY)

    @given(day=DAYS, months=st.integers(1, 600))
    def test_a_later_month_is_reached_after_as_many_months(self, day: date, months: int) -> None:
        later = goals.month_after(day, months)
        assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
        assert later.day <= day.day


class TestCheck:
    @pytest.mark.parametrize(
        "changes",
        [
            {"target": Money(0, "USD")},
            {"target": Money(10**12, "USD")},
            {"monthly": Money(-1, "USD")},
            {"monthly": Money(10**8, "USD")},
            {"start": Money(-1, "USD")},
            {"start": Money(10**12, "USD")},
        ],
    )
    def test_amount_out_of_range_is_refused(self, changes: dict[str, Money]) -> None:
        with pytest.raises(GoalAmountError):
            goals.check(wish(**changes), currency="USD", today=TODAY)

    @pytest.mark.parametrize("field", ["target", "monthly", "start"])
    def test_other_currency_is_refused(self, field: str) -> None:
        with pytest.raises(CurrencyMismatchError):
            goals.check(wish(**{field: Money(1_00, "EUR")}), currency="USD", today=TODAY)


class TestFrequency:
    @pytest.mark.parametrize(
        ("count", "of", "said"),
        [
            (7_000, 10_000, (7, 10)),
            (7_400, 10_000, (7, 10)),
            (9_499, 10_000, (9, 10)),
            (9_700, 10_000, (97, 100)),
            (300, 10_000, (3, 100)),
            (9_990, 10_000, (999, 1000)),
            (10_000, 10_000, (10_000, 10_000)),
            (0, 10_000, (0, 10_000)),
            (1, 10_000, (1, 10_000)),
        ],
    )
    def test_says_never_and_always_only_when_it_is_so(
        self, count: int, of: int, said: tuple[int, int]
    ) -> None:
        found = goals.frequency(count, of)
        assert (found.count, found.of) == said

    @given(count=st.integers(0, 10_000))
    def test_is_never_further_off_than_half_a_step(self, count: int) -> None:
        found = goals.frequency(count, 10_000)
        assert abs(found.count / found.of - count / 10_000) <= 0.5 / found.of + 1e-12
        assert (found.count == 0) == (count == 0)
        assert (found.count == found.of) == (count == 10_000)


class TestIds:
    @given(st.text(max_size=20), st.text(max_size=20))
    def test_same_key_is_the_same_goal_and_seed(self, user: str, key: str) -> None:
        goal_id = goals.id_of(user, key)
        assert goal_id == goals.id_of(user, key)
        assert 0 <= goals.seed_of(goal_id) == goals.seed_of(goal_id) < 2**48

    def test_another_person_has_another_goal(self) -> None:
        assert goals.id_of("a", "k") != goals.id_of("b", "k")


class TestMonthReturns:
    def history(self, last: str, gap: int = 0) -> History:
        days = np.arange("2020-01-01", last, dtype="datetime64[D]")
        days = days[np.is_busday(days)]
        prices = np.cumprod(np.full((len(days), 2), 1.001), axis=0)
        prices[:gap, 1] = np.nan
        return History(("A", "B"), days, prices, "s", "USD", "h")

    def test_a_running_month_is_left_out_and_an_ended_one_is_not(self) -> None:
        running, first, last = goals.month_returns(self.history("2020-06-16"))
        ended, _, end = goals.month_returns(self.history("2020-07-01"))
        assert (len(running), first, last) == (4, date(2020, 1, 31), date(2020, 5, 29))
        assert (len(ended), end) == (5, date(2020, 6, 30))

    def test_returns_multiply_to_the_growth_between_the_days(self) -> None:
        history = self.history("2021-07-01")
        returns, first, last = goals.month_returns(history)
        dates = history.dates.tolist()
        growth = history.prices[dates.index(last)] / history.prices[dates.index(first)]
        assert np.prod(1 + returns, axis=0) == pytest.approx(growth)

    def test_begins_where_every_asset_has_a_price(self) -> None:
        _, first, _ = goals.month_returns(self.history("2021-07-01", gap=100))
        assert first == date(2020, 5, 29)
        none, *_ = goals.month_returns(self.history("2021-07-01", gap=9999))
        assert none.shape == (0, 2)


class TestCaps:
    @pytest.mark.row("RS7")
    def test_less_time_never_allows_more_risk(self) -> None:
        caps = [horizon_cap(months / 12) for months in range(601)]
        assert caps == sorted(caps)
        assert {years: horizon_cap(years) for years in (0.5, 2.9, 4.9, 9.9, 10)} == {
            0.5: 1,
            2.9: 3,
            4.9: 5,
            9.9: 7,
            10: 10,
        }


def test_target_in_todays_money_is_smaller() -> None:
    assert goals.deflated(Money(100_00, "USD"), 12) == Money(98_04, "USD")
    assert goals.deflated(Money(100_00, "USD"), 120) == Money(82_03, "USD")


def frontier() -> StoredFrontier:
    """Return a frontier whose rungs are as bold as their number says."""
    steps = np.linspace(0.0, 1.0, 201)
    one = np.zeros(1)
    return StoredFrontier(
        version="f", source="s", day=TODAY, universe_id="u", universe_version=1,
        model_version="m", data_sha256="d", currency="USD",
        made_at=datetime(2026, 11, 26, tzinfo=UTC),
        disagreement=0.0, disagreement_bound=1.0, assets=("A", "B"), columns=(),
        rung_weights=np.stack([steps, 1.0 - steps], axis=1), rung_equity=steps,
        rung_volatility=0.2 * steps, worst_year=-0.5 * steps, volatility=one, covariance=one,
        base=one, parts=one,
    )  # fmt: skip


class TestGlide:
    @pytest.mark.row("RS7")
    def test_profile_falls_at_the_years_of_the_horizon_rule(self) -> None:
        steps = goals.glide(frontier(), 9, months=150, today=TODAY)

        assert [(step.month, step.profile) for step in steps] == [
            (0, 9), (31, 7), (91, 5), (115, 3), (139, 1),
        ]  # fmt: skip
        assert steps[1].day == goals.month_after(TODAY, 31)
        for calmer, bolder in zip(steps[1:], steps[:-1], strict=True):
            assert calmer.volatility < bolder.volatility
            assert calmer.equity_share < bolder.equity_share

    def test_own_profile_is_never_exceeded(self) -> None:
        steps = goals.glide(frontier(), 2, months=600, today=TODAY)
        assert [step.profile for step in steps] == [2, 1]

    def test_who_should_not_invest_yet_stays_on_the_calmest_rung(self) -> None:
        (step,) = goals.glide(frontier(), None, months=150, today=TODAY)
        assert (step.rung, step.equity_share) == (0, 0.0)


class TestAnswer:
    def question(self, profile: int | None) -> Question:
        start = Money(5_000_00, "USD")
        reason = None if profile else Reason("repay_first", "Repay first.")
        return Question(
            Draft(wish(), "g" * 20), 1, start, TODAY, 120, 80, "f", profile, "p:1", reason
        )

    def past(self) -> Past:
        calm = np.full(150, 0.002)
        wild = np.random.default_rng(3).normal(0.006, 0.04, size=150)
        return Past(np.stack([wild, calm], axis=1), TODAY, TODAY, "d", simulated=True)

    @pytest.mark.row("PA7")
    def test_same_question_same_answer_to_the_last_digit(self) -> None:
        first, again = [answer_of(self.question(7), frontier(), self.past()) for _ in range(2)]
        assert first == again
        assert len(first.points) == 121
        assert first.needed.frequency.count / first.needed.frequency.of >= 0.8

    def test_who_should_not_invest_yet_is_told_why_and_projected_calmly(self) -> None:
        found = answer_of(self.question(None), frontier(), self.past())
        assert found.assumptions.waiting is not None
        assert found.points[-1].low == found.points[-1].high
        assert found.worst_year == Money(0, "USD")

    def test_each_monthly_amount_pays_for_its_purchase(self) -> None:
        found = answer_of(self.question(None), frontier(), self.past())
        grown = 5_000_00 * 1.002**120 + 200_00 * 0.999 * (1.002**120 - 1) / 0.002
        assert found.points[-1].middle.amount_minor == round(grown)
