"""Drift: the same values do not drift, moved ones do, and bad ones are refused."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ml.drift import DriftDataError, Reference, default_share, drift, mean_changes

pytestmark = pytest.mark.row("AO2")
TRAINING = np.random.default_rng(3).normal(size=5_000)


def test_fresh_values_of_the_same_kind_do_not_alert() -> None:
    found = drift(Reference.of(TRAINING), np.random.default_rng(4).normal(size=5_000))
    assert found.psi < 0.02
    assert found.ks < 0.05
    assert not found.alert


def test_moved_values_alert() -> None:
    found = drift(Reference.of(TRAINING), TRAINING + 1)
    assert found.alert
    # Two unit normals one apart differ by 2 Phi(.5) - 1 = .383 at the most.
    assert found.ks == pytest.approx(0.383, abs=0.03)


def test_a_constant_column_drifts_when_it_changes() -> None:
    reference = Reference.of(np.full(50, 999.0))
    assert drift(reference, np.full(9, 999.0)).psi == 0
    assert drift(reference, np.full(9, 1_000.0)).alert
    assert drift(reference, np.full(9, 998.0)).alert


@pytest.mark.parametrize("values", [[], [1.0, float("nan")], [float("inf")]])
def test_values_that_cannot_be_compared_are_refused(values: list[float]) -> None:
    with pytest.raises(DriftDataError):
        Reference.of(np.array(values))
    with pytest.raises(DriftDataError):
        drift(Reference.of(TRAINING), np.array(values))


def test_a_reference_survives_the_manifest_and_a_broken_one_is_refused() -> None:
    reference = Reference.of(TRAINING)
    assert Reference.from_json(asdict(reference)) == reference
    with pytest.raises(DriftDataError):
        Reference.from_json({"edges": [1.0], "shares": [1.0], "quantiles": [1.0]})


@given(st.lists(st.integers(-50, 50), min_size=1), st.lists(st.integers(-50, 50), min_size=1))
def test_distances_are_never_negative(before: list[int], after: list[int]) -> None:
    found = drift(Reference.of(np.array(before, float)), np.array(after, float))
    assert found.psi >= 0
    assert 0 <= found.ks <= 1


def test_the_mean_that_changes_in_the_middle_is_found_and_a_steady_one_is_not() -> None:
    rng = np.random.default_rng(3)
    steady = rng.random(4_000) * 0.1
    moved = np.r_[steady[:2_000], steady[2_000:] + 0.2]
    assert mean_changes(steady) == 0
    assert (mean_changes(moved) or 0) >= 1


def test_the_share_of_the_most_frequent_value() -> None:
    assert default_share(np.array([999.0, 999.0, 1.0, 2.0])) == 0.5
