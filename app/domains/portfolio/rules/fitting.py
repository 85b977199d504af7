"""The mix nearest to the advice that keeps a person's own bounds and her profile's promise.

A second-order cone programme (clarabel): the least weighted squares away from the advised
weights, subject to bounds and the risk cap. When none exists, a deletion filter names a smallest
set of rules that clash, and the programme with slack on her rules (never on the risk cap or
the share limit) gives the nearest mix.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

import clarabel
import numpy as np
from scipy import sparse

from app.domains.portfolio.rules.choice import exact_weights
from app.domains.portfolio.types import FloatArray
from app.domains.portfolio.wish_types import Clause, ClauseKind, Fitting, Relaxed, Wishes

RULES_VERSION: Final = "fitting-1"
#: Keeps small lines from being worth infinitely much more than large ones.
_FLOOR: Final = 0.02
#: Slack costs this much more than moving away from the advice.
_SLACK_COST: Final = 1_000.0
_FOUND: Final = ("Solved", "AlmostSolved")
#: What the solver calls kept may miss a bound by this much.
TOLERANCE: Final = 1e-5
_TENTH: Final = Decimal("0.001")
_MOST_STEPS: Final = 200


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """What the mix is made of: n assets with covariance (n, n), cash last.

    `advised` (n,) are the weights of the advice. It keeps both limits, or is the calmest mix
    there is: then its own figures are the limits. `promise` is a yearly volatility.
    """

    assets: tuple[str, ...]
    advised: FloatArray
    covariance: FloatArray
    equity: frozenset[str]
    promise: float
    equity_limit: float

    @property
    def risk(self) -> Clause:
        """Return the risk cap as a rule."""
        held = float(np.sqrt(self.advised @ self.covariance @ self.advised))
        return Clause(ClauseKind.RISK, "", Decimal(repr(max(self.promise, held))))

    @property
    def shares(self) -> Clause:
        """Return the limit on company shares as a rule."""
        held = float(self.advised @ self.is_equity)
        return Clause(ClauseKind.EQUITY, "", Decimal(repr(max(self.equity_limit, held))))

    @property
    def is_equity(self) -> FloatArray:
        """Return 1 where an asset counts as company shares, else 0."""
        return np.array([float(asset in self.equity) for asset in self.assets])


def fit(scope: Scope, wishes: Wishes) -> Fitting:
    """Return the nearest mix; when her rules clash, with the clash and what would give way.

    Every symbol of the wishes must be an asset of the scope. Weights are cut to six digits, the
    rest is cash: a bound may be missed by 1e-5.
    """
    programme = _Programme(scope, {group.name: group.symbols for group in wishes.groups})
    wanted = clauses_of(wishes)
    rules = (*wanted, scope.risk, scope.shares)
    found = programme.nearest(rules)
    if found is not None:
        return Fitting(_exact(scope, found))
    weights, slack = programme.elastic(wanted)
    return Fitting(
        _exact(scope, weights),
        conflict=_smallest_clash(programme, rules),
        relaxed=tuple(
            Relaxed(clause, _eased(clause, by))
            for clause, by in zip(wanted, slack, strict=True)
            if by > TOLERANCE
        ),
    )


def clauses_of(wishes: Wishes) -> tuple[Clause, ...]:
    """Return a person's bounds as rules; a bound that excludes nothing is none."""
    least = [
        Clause(ClauseKind.AT_LEAST, limit.symbol, limit.at_least)
        for limit in wishes.limits
        if limit.at_least > 0
    ]
    most = [
        Clause(ClauseKind.AT_MOST, limit.symbol, limit.at_most)
        for limit in wishes.limits
        if limit.at_most < 1
    ]
    return (*least, *most, *(Clause(ClauseKind.GROUP, g.name, g.at_most) for g in wishes.groups))


@dataclass(frozen=True, slots=True, eq=False)
class _Programme:
    """The cone programme of one scope; `groups` says which symbols a group's name means."""

    scope: Scope
    groups: dict[str, tuple[str, ...]]

    def nearest(self, rules: Sequence[Clause]) -> FloatArray | None:
        """Return the weights nearest to the advice under these rules; None: there are none."""
        solved = self._solve(rules, slack=0)
        return None if solved is None else solved[: len(self.scope.assets)]

    def elastic(self, wanted: Sequence[Clause]) -> tuple[FloatArray, FloatArray]:
        """Return the mix that breaks her rules least, and by how much it breaks each.

        The advice itself keeps the profile's limits, so there always is one.
        """
        rules = (*wanted, self.scope.risk, self.scope.shares)
        solved = self._solve(rules, slack=len(wanted))
        if solved is None:
            raise AssertionError("the advice itself keeps the profile's limits")
        n = len(self.scope.assets)
        return solved[:n], solved[n:]

    def _solve(self, rules: Sequence[Clause], *, slack: int) -> FloatArray | None:
        """Minimise over (weights, slack); the first `slack` rules may be broken at a price."""
        n = len(self.scope.assets)
        size = n + slack
        quadratic = np.zeros(size)
        quadratic[:n] = 1.0 / (self.scope.advised + _FLOOR)
        linear = np.concatenate([-quadratic[:n] * self.scope.advised, np.full(slack, _SLACK_COST)])
        flat = [rule for rule in rules if rule.kind is not ClauseKind.RISK]
        rows = np.zeros((len(flat), size))
        bounds = np.zeros(len(flat))
        for at, rule in enumerate(flat):
            rows[at, :n], bounds[at] = self._row(rule)
            if at < slack:
                rows[at, n + at] = -1.0
        total = np.zeros((1, size))
        total[0, :n] = 1.0
        blocks = [total, rows, -np.eye(size)]
        right = [np.ones(1), bounds, np.zeros(size)]
        cones = [clarabel.ZeroConeT(1), clarabel.NonnegativeConeT(len(flat) + size)]
        for rule in rules:
            if rule.kind is ClauseKind.RISK:
                root = _root(self.scope.covariance)
                cone = np.zeros((n + 1, size))
                cone[1:, :n] = -root
                blocks.append(cone)
                right.append(np.concatenate([[float(rule.bound)], np.zeros(n)]))
                cones.append(clarabel.SecondOrderConeT(n + 1))
        return _minimised(quadratic, linear, np.vstack(blocks), np.concatenate(right), cones)

    def _row(self, rule: Clause) -> tuple[FloatArray, float]:
        """Return a and b of a rule written as a'w <= b."""
        assets, bound = self.scope.assets, float(rule.bound)
        if rule.kind is ClauseKind.EQUITY:
            return self.scope.is_equity, bound
        named = self.groups[rule.subject] if rule.kind is ClauseKind.GROUP else (rule.subject,)
        row = np.array([float(asset in named) for asset in assets])
        return (-row, -bound) if rule.kind is ClauseKind.AT_LEAST else (row, bound)


def _minimised(
    quadratic: FloatArray, linear: FloatArray, rows: FloatArray, right: FloatArray, cones: list[Any]
) -> FloatArray | None:
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_iter = _MOST_STEPS
    solution = clarabel.DefaultSolver(
        sparse.diags(quadratic, format="csc"),
        linear,
        sparse.csc_matrix(rows),
        right,
        cones,
        settings,
    ).solve()
    return np.array(solution.x) if str(solution.status) in _FOUND else None


def _root(covariance: FloatArray) -> FloatArray:
    """Return R with R'R = covariance; eigenvalues below zero are rounding and count as zero."""
    values, vectors = np.linalg.eigh(covariance)
    root: FloatArray = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    return root


def _smallest_clash(programme: _Programme, rules: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Leave out each rule in turn; what is not needed for the clash stays out."""
    kept = list(rules)
    for rule in rules:
        without = [other for other in kept if other is not rule]
        if programme.nearest(without) is None:
            kept = without
    return tuple(kept)


def _exact(scope: Scope, weights: FloatArray) -> dict[str, Decimal]:
    floored = np.where(weights < TOLERANCE, 0.0, weights)
    exact = exact_weights(floored / max(float(floored.sum()), 1.0))
    return dict(zip(scope.assets, exact, strict=True))


def _eased(clause: Clause, by: float) -> Decimal:
    """Return the bound that would hold, rounded to a tenth of a percent on the easy side."""
    down = clause.kind is ClauseKind.AT_LEAST
    moved = clause.bound + (-1 if down else 1) * Decimal(repr(float(by)))
    return moved.quantize(_TENTH, rounding=ROUND_FLOOR if down else ROUND_CEILING)
