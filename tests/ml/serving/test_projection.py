"""The projection of a goal against a second, plain implementation and what is known exactly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ml.serving.projection import (
    BLOCK_MONTHS,
    Goal,
    ProjectionError,
    draw_paths,
    project,
    required_monthly_minor,
)

HISTORY = np.random.default_rng(4).normal(0.006, 0.035, size=121)
GOAL = Goal(start_minor=5_000_00, monthly_minor=200_00, target_minor=60_000_00, months=120)


def plain_paths(history: np.ndarray, months: int, paths: int, seed: int) -> list[list[float]]:
    """Draw the same paths one month at a time, in plain Python."""
    rng = np.random.default_rng(seed)
    logs = [float(np.log1p(r)) for r in history]
    blocks = -(-months // 12)
    start = rng.integers(0, len(logs), size=(blocks, paths))
    years = [sum(logs[12 * y : 12 * y + 12]) / 12 for y in range(len(logs) // 12)]
    mean = sum(years) / len(years)
    error = (sum((y - mean) ** 2 for y in years) / (len(years) - 1) / len(years)) ** 0.5
    shift = error * rng.standard_t(len(years) - 1, size=paths)
    return [
        [
            float(np.exp(logs[(int(start[m // 12, p]) + m % 12) % len(logs)] + shift[p]))
            for m in range(months)
        ]
        for p in range(paths)
    ]


def plain_ends(goal: Goal, growth: list[list[float]], monthly: float | None = None) -> list[float]:
    ends = []
    for path in growth:
        value = float(goal.start_minor)
        for factor in path[: goal.months]:
            value = value * factor + (goal.monthly_minor if monthly is None else monthly)
        ends.append(value)
    return ends


class TestProject:
    @pytest.mark.row("PA7")
    def test_equals_the_plain_implementation(self) -> None:
        drawn = draw_paths(HISTORY, months=120, paths=200, seed=11)

        fan = project(GOAL, drawn)

        ends = sorted(plain_ends(GOAL, plain_paths(HISTORY, 120, 200, 11)))
        assert fan.low[-1] == round(ends[19])
        assert fan.middle[-1] == round(ends[99])
        assert fan.high[-1] == round(ends[179])
        assert fan.worst_minor == int(ends[1])
        assert fan.probability == sum(e >= GOAL.target_minor for e in ends) / 200
        assert fan.month.tolist() == [12 * year for year in range(1, 11)]

    @pytest.mark.row("PA7")
    def test_the_same_seed_is_the_same_chart(self) -> None:
        first, again, other = (
            project(GOAL, draw_paths(HISTORY, months=120, paths=300, seed=s)) for s in (1, 1, 2)
        )

        assert first.low.tolist() == again.low.tolist()
        assert first.low.tolist() != other.low.tolist()

    def test_no_swings_is_compound_interest(self) -> None:
        flat = np.full(48, 0.004)
        goal = Goal(1_000_00, 50_00, 0, 36)

        fan = project(goal, draw_paths(flat, months=36, paths=50, seed=1))

        exact = 1_000_00 * 1.004**36 + 50_00 * (1.004**36 - 1) / 0.004
        assert fan.low[-1] == fan.high[-1] == round(exact)

    def test_an_uncertain_mean_makes_the_fan_wider(self) -> None:
        drawn = draw_paths(HISTORY, months=240, paths=3000, seed=5)
        sure = type(drawn)(
            drawn.factor, drawn.start, np.ones_like(drawn.shift), drawn.months, drawn.seed
        )
        goal = Goal(1_000_00, 0, 0, 240)

        wide, narrow = project(goal, drawn), project(goal, sure)

        assert wide.high[-1] - wide.low[-1] > narrow.high[-1] - narrow.low[-1]

    @settings(max_examples=25, deadline=None)
    @given(
        start=st.integers(0, 10**9),
        monthly=st.integers(0, 10**6),
        months=st.integers(1, 80),
        seed=st.integers(0, 2**31),
    )
    def test_bands_are_ordered_and_more_money_is_never_less(
        self, start: int, monthly: int, months: int, seed: int
    ) -> None:
        drawn = draw_paths(HISTORY, months=months, paths=60, seed=seed)
        goal = Goal(start, monthly, 50_000_00, months)

        fan, richer = (
            project(goal, drawn),
            project(Goal(start, monthly + 1, 50_000_00, months), drawn),
        )

        assert (fan.low <= fan.middle).all()
        assert (fan.middle <= fan.high).all()
        assert fan.worst_minor <= fan.low[-1]
        assert richer.probability >= fan.probability


class TestRequiredMonthly:
    @pytest.mark.row("RS7")
    def test_is_the_smallest_amount_that_reaches_the_probability(self) -> None:
        drawn = draw_paths(HISTORY, months=120, paths=500, seed=3)

        needed = required_monthly_minor(GOAL, drawn, probability=0.8)

        growth = plain_paths(HISTORY, 120, 500, 3)
        enough = plain_ends(GOAL, growth, needed)
        short = plain_ends(GOAL, growth, needed - 1)
        assert sum(e >= GOAL.target_minor - 1e-4 for e in enough) >= 400
        assert sum(e >= GOAL.target_minor - 1e-4 for e in short) < 400

    def test_a_goal_already_reached_needs_nothing(self) -> None:
        drawn = draw_paths(HISTORY, months=12, paths=100, seed=3)

        assert required_monthly_minor(Goal(10**8, 0, 1, 12), drawn, probability=0.9) == 0


class TestBadInput:
    @pytest.mark.parametrize(
        ("history", "months", "words"),
        [
            (HISTORY[:20], 12, "too few"),
            (np.append(HISTORY, np.nan), 12, "without a return"),
            (np.append(HISTORY, -1.0), 12, "-100 %"),
            (HISTORY, 0, "months ahead"),
            (HISTORY, 601, "months ahead"),
        ],
    )
    def test_is_refused_with_its_reason(self, history: np.ndarray, months: int, words: str) -> None:
        with pytest.raises(ProjectionError, match=words):
            draw_paths(history, months=months, paths=10, seed=1)

    @pytest.mark.parametrize("goal", [Goal(1, 1, 1, 0), Goal(1, 1, 1, 13), Goal(-1, 1, 1, 12)])
    def test_a_goal_in_the_past_or_beyond_the_paths_is_refused(self, goal: Goal) -> None:
        drawn = draw_paths(HISTORY, months=12, paths=10, seed=1)

        with pytest.raises(ProjectionError):
            project(goal, drawn)

    def test_blocks_run_on_at_the_beginning(self) -> None:
        assert BLOCK_MONTHS == 12
        drawn = draw_paths(HISTORY, months=24, paths=4000, seed=1)

        assert drawn.start.max() == len(HISTORY) - 1
        assert len(drawn.factor) == len(HISTORY) + 12
