"""Pure decisions of identity: all branches, and properties over generated input."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.identity import rules
from app.domains.identity.rules import Family, RefreshVerdict
from app.domains.identity.types import Role

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
OWN = ("ada.lovelace@example.org", "Ada Lovelace")


class TestPasswordProblem:
    @pytest.mark.parametrize(
        ("password", "second_factor", "refused"),
        [
            ("x1y2z3w4v5u6t7", False, True),
            ("x1y2z3w4v5u6t7s", False, False),
            ("x1y2z3w", True, True),
            ("x1y2z3w4", True, False),
            ("x" * 128, False, False),
            ("x" * 129, False, True),
            ("ada lovelace 1815", False, True),
            ("AdaLovelaceFinnami", False, True),
            ("example lovelace ada", False, True),
            ("lovelace and a very long walk", False, False),
        ],
    )
    def test_length_and_own_words(
        self, password: str, *, second_factor: bool, refused: bool
    ) -> None:
        problem = rules.password_problem(password, own=OWN, second_factor=second_factor)

        assert (problem is not None) is refused


class TestMatchingStep:
    def test_earliest_unused_step_wins(self) -> None:
        codes = {9: "111111", 10: "222222", 11: "111111"}

        assert rules.matching_step(codes, "111111", last_step=0) == 9
        assert rules.matching_step(codes, "111111", last_step=9) == 11
        assert rules.matching_step(codes, "111111", last_step=11) is None
        assert rules.matching_step(codes, "333333", last_step=0) is None

    @given(st.dictionaries(st.integers(0, 50), st.sampled_from(["a", "b"])), st.integers(0, 50))
    def test_result_always_lies_after_the_last_step(
        self, codes: dict[int, str], last_step: int
    ) -> None:
        step = rules.matching_step(codes, "a", last_step=last_step)

        assert step is None or (step > last_step and codes[step] == "a")


class TestJudgeRefresh:
    FAMILY = Family("now", "before", NOW, b"sealed")

    @pytest.mark.parametrize(
        ("token", "age_s", "verdict"),
        [
            ("now", 0, RefreshVerdict.ROTATE),
            ("now", 10**6, RefreshVerdict.ROTATE),
            ("before", 0, RefreshVerdict.SAME_SUCCESSOR),
            ("before", 10, RefreshVerdict.SAME_SUCCESSOR),
            ("before", 10.001, RefreshVerdict.REUSED),
            ("older", 0, RefreshVerdict.REUSED),
        ],
    )
    def test_table(self, token: str, age_s: float, verdict: RefreshVerdict) -> None:
        assert rules.judge_refresh(self.FAMILY, token, NOW + timedelta(seconds=age_s)) is verdict

    def test_first_token_has_no_predecessor(self) -> None:
        first = Family("now", None, NOW, None)

        assert rules.judge_refresh(first, "before", NOW) is RefreshVerdict.REUSED


class TestEnds:
    @given(st.sets(st.sampled_from(Role)), st.integers(0, 60 * 24 * 60))
    def test_session_never_outlives_its_absolute_end(self, roles: set[Role], minutes: int) -> None:
        absolute = rules.absolute_end(roles, NOW)
        end = rules.idle_end(roles, absolute=absolute, now=NOW + timedelta(minutes=minutes))

        assert end <= absolute

    def test_staff_sessions_are_short(self) -> None:
        staff = {Role.USER, Role.ADMIN}

        assert rules.absolute_end(staff, NOW) - NOW == timedelta(hours=12)
        assert rules.absolute_end({Role.USER}, NOW) - NOW == timedelta(days=30)


class TestParamsHash:
    @given(st.dictionaries(st.text(max_size=5), st.integers(-(2**53), 2**53), max_size=5))
    def test_order_and_type_make_no_difference(self, params: dict[str, int]) -> None:
        turned = {k: str(v) for k, v in reversed(params.items())}

        assert rules.params_hash(params) == rules.params_hash(turned)

    @given(
        st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=4),
        st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=4),
    )
    def test_other_parameters_have_another_hash(
        self, one: dict[str, str], other: dict[str, str]
    ) -> None:
        assert (rules.params_hash(one) == rules.params_hash(other)) is (one == other)


@pytest.mark.parametrize(
    ("address", "prefix", "key"),
    [
        ("203.0.113.77", "203.0.113.0/24", "203.0.113.77"),
        ("2001:db8:1:22ff::1", "2001:db8:1:2200::/56", "2001:db8:1:2200::/56"),
        ("nonsense", "unknown", "nonsense"),
    ],
)
def test_addresses_are_kept_short(address: str, prefix: str, key: str) -> None:
    assert rules.address_prefix(address) == prefix
    assert rules.address_key(address) == key


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537", "Chrome on Android"),
        ("finnami-ios/1.0 (iPhone)", "iPhone"),
        ("", "Unknown device"),
    ],
)
def test_device_labels(agent: str, label: str) -> None:
    assert rules.device_label(agent) == label


def test_limits_by_address_widen_in_the_sandbox_only() -> None:
    assert rules.by_address(rules.LOGIN_ADDRESS, sandbox=False) is rules.LOGIN_ADDRESS
    assert rules.by_address(rules.LOGIN_ADDRESS, sandbox=True).burst > rules.LOGIN_ADDRESS.burst


def test_money_has_two_windows() -> None:
    from app.domains.identity.types import RateClass

    assert rules.RATES[RateClass.MONEY].names == ("money", "money-hour")


def test_email_hint_hides_the_local_part() -> None:
    assert rules.email_hint("ada.lovelace@example.org") == "a…@example.org"
