"""Paths of a plan with stages: against those of one mix, and against what is known exactly."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.ml.serving.glide import Stages, draw_glide
from app.ml.serving.projection import (
    Goal,
    ProjectionError,
    draw_paths,
    project,
    required_monthly,
)

RNG = np.random.default_rng(7)
BOLD = RNG.normal(0.007, 0.045, size=130)
CALM = 0.2 * BOLD + 0.001
PLAN = Goal(start_minor=4_000_00, monthly_minor=150_00, target_minor=40_000_00, months=96)


def stages(*, calm_from: int, months: int = 96, cost: float = 0.0) -> Stages:
    stage = (np.arange(months) >= calm_from).astype(np.int64)
    kept = np.ones(months)
    if 0 < calm_from < months:
        kept[calm_from] -= cost
    return Stages(np.stack([BOLD, CALM]), stage, kept)


class TestDrawGlide:
    @pytest.mark.row("RS7")
    def test_one_stage_is_what_one_mix_gives(self) -> None:
        alone = project(PLAN, draw_paths(BOLD, months=96, paths=300, seed=5))
        staged = project(PLAN, draw_glide(stages(calm_from=96), paths=300, seed=5))

        assert staged.low.tolist() == alone.low.tolist()
        assert staged.high.tolist() == alone.high.tolist()
        assert (staged.probability, staged.worst_minor) == (alone.probability, alone.worst_minor)

    @pytest.mark.row("RS7")
    def test_calmer_end_narrows_the_fan_and_costs_what_its_trades_cost(self) -> None:
        bold, gliding, costly = (
            project(PLAN, draw_glide(s, paths=2000, seed=5))
            for s in (
                stages(calm_from=96), stages(calm_from=48), stages(calm_from=48, cost=0.002),
            )
        )  # fmt: skip

        assert gliding.high[-1] - gliding.low[-1] < bold.high[-1] - bold.low[-1]
        assert costly.middle[-1] < gliding.middle[-1]
        assert gliding.low[:3].tolist() == bold.low[:3].tolist()

    def test_without_swings_both_stages_compound(self) -> None:
        flat = np.stack([np.full(48, 0.01), np.full(48, 0.002)])
        stage = np.repeat([0, 1], 12).astype(np.int64)

        drawn = draw_glide(Stages(flat, stage, np.ones(24)), paths=20, seed=1)

        fan = project(Goal(1_000_00, 0, 0, 24), drawn)
        assert fan.low[-1] == fan.high[-1] == round(1_000_00 * 1.01**12 * 1.002**12)

    @pytest.mark.parametrize(
        ("found", "words"),
        [
            (Stages(np.stack([BOLD] * 11), np.zeros(12, dtype=np.int64), np.ones(12)), "stages"),
            (Stages(BOLD, np.zeros(12, dtype=np.int64), np.ones(12)), "stages"),
            (Stages(BOLD[None, :20], np.zeros(12, dtype=np.int64), np.ones(12)), "too few"),
        ],
    )
    def test_broken_plan_is_refused(self, found: Stages, words: str) -> None:
        with pytest.raises(ProjectionError, match=words):
            draw_glide(found, paths=10, seed=1)


class TestProperties:
    @pytest.mark.row("PA7")
    @settings(max_examples=40, deadline=None)
    @given(
        start=st.integers(0, 10**9),
        monthly=st.integers(0, 10**7),
        more=st.integers(0, 10**6),
        target=st.integers(1, 10**11),
        calm_from=st.integers(0, 96),
        seed=st.integers(0, 2**48 - 1),
    )
    def test_more_money_a_month_never_lowers_the_probability_and_bands_keep_their_order(
        self, *, start: int, monthly: int, more: int, target: int, calm_from: int, seed: int
    ) -> None:
        drawn = draw_glide(stages(calm_from=calm_from, cost=0.001), paths=120, seed=seed)
        goal = Goal(start, monthly, target, 96, 0.001)

        fan = project(goal, drawn, every=2)
        richer = project(Goal(start, monthly + more, target, 96, 0.001), drawn, every=2)

        assert richer.probability >= fan.probability
        assert (fan.low <= fan.middle).all()
        assert (fan.middle <= fan.high).all()
        assert fan.worst_minor <= fan.poor_minor <= fan.low[-1]
        assert len(fan.month) == 48
        again = project(goal, draw_glide(drawn.stages, paths=120, seed=seed), every=2)
        assert again.middle.tolist() == fan.middle.tolist()

    @pytest.mark.row("RS7")
    @settings(max_examples=40, deadline=None)
    @example(start=0, target=1000, percent=56, seed=0)
    @given(
        start=st.integers(0, 10**8),
        target=st.integers(1, 10**10),
        percent=st.integers(50, 95),
        seed=st.integers(0, 2**48 - 1),
    )
    def test_required_amount_reaches_the_probability_on_the_same_paths(
        self, *, start: int, target: int, percent: int, seed: int
    ) -> None:
        drawn = draw_glide(stages(calm_from=60, cost=0.001), paths=200, seed=seed)
        goal = Goal(start, 0, target, 96, 0.001)

        found = required_monthly(goal, drawn, probability=percent / 100)

        enough = project(Goal(start, found.monthly_minor, target, 96, 0.001), drawn)
        assert enough.probability >= percent / 100
        assert found.reached == round(enough.probability * 200)
        assert found.enough
        if found.monthly_minor > 0:
            short = project(Goal(start, found.monthly_minor - 1, target, 96, 0.001), drawn)
            assert round(short.probability * 200) < 2 * percent
        least = found.monthly_minor // 2
        capped = required_monthly(goal, drawn, probability=percent / 100, most_minor=least)
        assert capped.monthly_minor == least
        assert capped.reached <= found.reached
