"""A mixed-integer linear programme, row by row, solved by HiGHS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import highspy
import numpy as np

from app.domains.portfolio.types import FloatArray

Terms = dict[int, float]
_OPTIONS: Final = (
    ("output_flag", False),
    ("threads", 1),
    ("random_seed", 7),
    ("time_limit", 2.0),
    ("mip_rel_gap", 0.0),
)
_WHOLE, _REAL = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous


class SolverError(RuntimeError):
    """The solver found no answer in time; nothing may be traded on that."""


@dataclass(slots=True)
class IntegerModel:
    """Variables by number and rows low <= Σ factor·variable <= high; the cost is minimised."""

    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[tuple[Terms, float, float]] = field(default_factory=list)

    def variable(self, high: float, *, whole: bool = False) -> int:
        """Add a variable between 0 and `high` and return its number."""
        self.high.append(high)
        self.whole.append(whole)
        return len(self.high) - 1

    def at_most(self, terms: Terms, bound: float) -> None:
        """Add Σ terms <= bound."""
        self.rows.append((terms, -np.inf, bound))

    def at_least(self, terms: Terms, bound: float) -> None:
        """Add Σ terms >= bound."""
        self.rows.append((terms, bound, np.inf))

    def equal(self, terms: Terms, bound: float) -> None:
        """Add Σ terms = bound."""
        self.rows.append((terms, bound, bound))

    def minimised(self, cost: Terms, *, gap: float) -> FloatArray:
        """Return values of all variables whose cost is at most `gap` above the least.

        Raises SolverError when none were found in time. The same model gives the same answer:
        one thread, a fixed seed.
        """
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = len(self.high), len(self.rows)
        prices = np.zeros(len(self.high))
        for variable, factor in cost.items():
            prices[variable] = factor
        programme.col_cost_ = prices
        programme.col_lower_ = np.zeros(len(self.high))
        programme.col_upper_ = np.array(self.high)
        programme.integrality_ = [_WHOLE if whole else _REAL for whole in self.whole]
        programme.row_lower_ = np.array([low for _, low, _ in self.rows])
        programme.row_upper_ = np.array([high for _, _, high in self.rows])
        matrix = programme.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.cumsum([0, *(len(terms) for terms, _, _ in self.rows)])
        matrix.index_ = np.array([variable for terms, _, _ in self.rows for variable in terms])
        matrix.value_ = np.array([f for terms, _, _ in self.rows for f in terms.values()])
        # The public class writes a banner to standard output, where figures go.
        solver = highspy._Highs()  # type: ignore[attr-defined]  # exported, not in its stub
        for name, value in _OPTIONS:
            solver.setOptionValue(name, value)
        solver.setOptionValue("mip_abs_gap", gap)
        solver.passModel(programme)
        solver.run()
        status = solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverError(f"orders: the solver ended with {status.name}")
        return np.array(solver.getSolution().col_value)


def total(*parts: Mapping[int, float]) -> Terms:
    """Return the sum of linear terms."""
    found: Terms = {}
    for part in parts:
        for variable, factor in part.items():
            found[variable] = found.get(variable, 0.0) + factor
    return found


def times(terms: Mapping[int, float], factor: float) -> Terms:
    """Return linear terms times a number."""
    return {variable: factor * one for variable, one in terms.items()}
