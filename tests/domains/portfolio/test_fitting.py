"""The nearest mix under a person's own bounds: kept, named when they clash, never riskier."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.portfolio.rules.fitting import TOLERANCE, Scope, fit
from app.domains.portfolio.wish_types import (
    ClauseKind,
    GroupLimit,
    Limit,
    Wishes,
    conflict_reason,
)

pytestmark = pytest.mark.row("PA5")
ASSETS = ("WORLD", "SMALL", "BONDS", "GOLD", "CASH")
VOLATILITY = np.array([0.16, 0.22, 0.05, 0.15, 0.005])
CORRELATION = np.eye(5) * 0.6 + 0.4
COVARIANCE = CORRELATION * np.outer(VOLATILITY, VOLATILITY)
ADVISED = np.array([0.35, 0.10, 0.30, 0.05, 0.20])


def scope(advised=ADVISED, promise=0.085):
    return Scope(ASSETS, advised, COVARIANCE, frozenset({"WORLD", "SMALL"}), promise, 0.6)


def volatility(weights):
    w = np.array([float(weights[asset]) for asset in ASSETS])
    return float(np.sqrt(w @ COVARIANCE @ w))


def limit(symbol, at_least="0", at_most="1"):
    return Limit(symbol, Decimal(at_least), Decimal(at_most))


def test_no_wishes_give_the_advice():
    found = fit(scope(), Wishes())
    assert found.conflict == ()
    for asset, advised in zip(ASSETS, ADVISED, strict=True):
        assert float(found.weights[asset]) == pytest.approx(advised, abs=2e-5)


def test_an_excluded_instrument_is_spread_over_the_others():
    found = fit(scope(), Wishes(limits=(limit("GOLD", at_most="0"),)))
    assert found.weights["GOLD"] == 0
    assert sum(found.weights.values()) == 1
    assert all(float(found.weights[a]) > 0 for a in ASSETS if a != "GOLD")


def test_bounds_of_one_instrument_that_cross_are_named_as_a_pair():
    limits = (limit("BONDS", at_least="0.5"), limit("BONDS", at_most="0.2"))
    found = fit(scope(), Wishes(limits=limits))
    kinds = {clause.kind for clause in found.conflict}
    assert kinds == {ClauseKind.AT_LEAST, ClauseKind.AT_MOST}
    assert found.relaxed
    assert sum(found.weights.values()) == 1


def test_more_shares_than_the_promise_allows_clash_with_the_promise():
    found = fit(scope(), Wishes(limits=(limit("SMALL", at_least="0.55"),)))
    assert [clause.kind for clause in found.conflict] == [ClauseKind.AT_LEAST, ClauseKind.RISK]
    assert volatility(found.weights) <= 0.085 + TOLERANCE
    (eased,) = found.relaxed
    assert eased.to < Decimal("0.55")
    assert Decimal(0) <= found.weights["SMALL"] - eased.to < Decimal("0.002")
    text = conflict_reason(found).sentence
    assert "at least 55.0% SMALL" in text
    assert "your profile's promise" in text


def test_everything_excluded_clashes_without_an_exception():
    wishes = Wishes(limits=tuple(limit(asset, at_most="0.1") for asset in ASSETS))
    found = fit(scope(), wishes)
    assert {clause.kind for clause in found.conflict} >= {ClauseKind.AT_MOST}
    assert sum(found.weights.values()) == 1


def test_the_calmest_mix_is_its_own_limit_when_the_promise_is_out_of_reach():
    calm = np.array([0.0, 0.0, 0.0, 0.0, 1.0])
    assert fit(scope(calm, promise=0.001), Wishes()).weights["CASH"] == 1


shares = st.decimals(min_value=0, max_value=1, places=3)


@st.composite
def wishes_of(draw):
    limits = []
    for asset in draw(st.sets(st.sampled_from(ASSETS))):
        low, high = sorted((draw(shares), draw(shares)))
        limits.append(Limit(asset, low if draw(st.booleans()) else Decimal(0), high))
    groups = ()
    if draw(st.booleans()):
        names = tuple(sorted(draw(st.sets(st.sampled_from(ASSETS), min_size=2))))
        groups = (GroupLimit("group", names, draw(shares)),)
    return Wishes(limits=tuple(limits), groups=groups)


@given(wishes_of())
@settings(max_examples=300, deadline=None)
def test_a_mix_keeps_every_rule_or_names_a_smallest_clash(wishes):
    found = fit(scope(), wishes)
    weights = found.weights
    assert sum(weights.values()) == 1
    assert min(weights.values()) >= 0
    assert volatility(weights) <= 0.085 + 1e-4, "no wish raises the risk"
    if not found.conflict:
        for one in wishes.limits:
            assert float(one.at_least) - 1e-4 <= float(weights[one.symbol])
            assert float(weights[one.symbol]) <= float(one.at_most) + 1e-4
        for group in wishes.groups:
            assert sum(weights[s] for s in group.symbols) <= group.at_most + Decimal("0.0001")
        return
    assert found.relaxed
    hers = [c for c in found.conflict if c.kind not in (ClauseKind.RISK, ClauseKind.EQUITY)]
    assert hers, "the profile's own limits never clash by themselves"
    # Giving up any one of her rules in the clash ends it, once nothing else is asked for.
    for gone in hers:
        rest = [c for c in hers if c is not gone]
        assert fit(scope(), only(rest, wishes)).conflict == ()


def only(clauses, wishes):
    """Return wishes that ask for these rules and nothing else."""
    limits = [
        Limit(
            c.subject,
            c.bound if c.kind is ClauseKind.AT_LEAST else Decimal(0),
            c.bound if c.kind is ClauseKind.AT_MOST else Decimal(1),
        )
        for c in clauses
        if c.kind is not ClauseKind.GROUP
    ]
    names = {c.subject for c in clauses if c.kind is ClauseKind.GROUP}
    return replace(
        wishes, limits=tuple(limits), groups=tuple(g for g in wishes.groups if g.name in names)
    )
