"""Words and numbers of an explanation agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.portfolio.rules.explain import (
    ASSET_FAMILY,
    FAMILIES,
    effect_reason,
    explain_risk,
)
from app.domains.portfolio.types import Contribution
from app.ml.features.returns import FEATURE_NAMES, column_names
from app.ml.features.universe import built_in_universe
from app.ml.serving.ladder import ladder_weights

UNIVERSE = built_in_universe()
COLUMNS = column_names(UNIVERSE)


class TestExplainRisk:
    def test_every_feature_belongs_to_exactly_one_family(self) -> None:
        listed = [name for group in FAMILIES.values() for name in group]
        assert sorted(listed) == sorted(FEATURE_NAMES)

    @pytest.mark.row("EX1")
    @given(seed=st.integers(0, 10_000), rung=st.integers(0, 200))
    def test_base_and_effects_add_up_to_the_risk_weighted_forecast(
        self, seed: int, rung: int
    ) -> None:
        generator = np.random.default_rng(seed)
        factors = generator.standard_normal((14, 20))
        covariance = factors @ factors.T / 1000
        base = generator.normal(-2, 0.2, 13)
        parts = generator.normal(0, 0.1, (13, len(COLUMNS)))
        weights = ladder_weights(UNIVERSE)[rung]
        risk = explain_risk(weights, covariance, base, parts, COLUMNS)
        shares = weights * (covariance @ weights) / (weights @ covariance @ weights)
        expected = shares[:-1] @ (base + parts.sum(axis=1))
        assert risk.total == pytest.approx(expected, abs=1e-9)
        total = risk.base + sum(part.effect for part in risk.contributions)
        assert total == pytest.approx(risk.total, abs=1e-9)
        sizes = [abs(part.effect) for part in risk.contributions]
        assert sizes == sorted(sizes, reverse=True)

    def test_riskless_mix_has_nothing_to_explain(self) -> None:
        weights = ladder_weights(UNIVERSE)[0]
        parts = np.ones((13, len(COLUMNS)))
        risk = explain_risk(weights, np.zeros((14, 14)), np.ones(13), parts, COLUMNS)
        assert risk.total == 0.0


class TestEffectReason:
    @pytest.mark.row("EX1")
    @given(
        code=st.sampled_from([*FAMILIES, ASSET_FAMILY]),
        effect=st.floats(-2, 2).filter(lambda value: abs(value) > 0.005),
    )
    def test_words_match_the_sign(self, code: str, effect: float) -> None:
        reason = effect_reason(Contribution(code, effect))
        word = "raises" if effect > 0 else "lowers"
        assert word in reason.sentence
        assert dict(reason.values)["direction"] == word
