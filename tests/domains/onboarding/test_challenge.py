"""A model's set may ask one more question; it can never raise a profile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.onboarding.rules import challenge as rules

SETS = st.none() | st.lists(st.sampled_from(rules.CLASSES), min_size=1, unique=True)


class TestChallenge:
    @pytest.mark.row("RS4")
    def test_an_unusual_answer_gets_a_specific_question(self) -> None:
        asked = rules.challenge(10, ["none", "average"])

        assert asked is not None
        assert asked.code == "unusual_answer"
        assert "substantial" in asked.sentence

    @pytest.mark.parametrize(
        ("tolerance", "name"),
        [(1, "none"), (3, "none"), (4, "average"), (8, "average"), (9, "substantial")],
    )
    def test_profiles_map_to_the_survey_classes(self, tolerance: int, name: str) -> None:
        assert rules.stated_class(tolerance) == name
        assert rules.challenge(tolerance, [name]) is None

    def test_without_a_model_it_says_that_the_step_was_skipped(self) -> None:
        assert rules.challenge(5, None) == rules.SKIPPED

    @pytest.mark.row("RS4")
    @given(tolerance=st.integers(1, 10), confirmed=st.integers(1, 10), usual=SETS)
    def test_no_outcome_raises_the_tolerance(
        self, tolerance: int, confirmed: int, usual: list[str] | None
    ) -> None:
        rules.challenge(tolerance, usual)

        assert rules.after_challenge(tolerance, confirmed) <= tolerance
