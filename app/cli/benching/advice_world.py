"""Invented people asking for advice on one price table, and the ways to answer them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from app.core.money import Money
from app.domains.market.service import simulated
from app.domains.market.types import Instrument, Source
from app.domains.onboarding.types import RiskProfile
from app.domains.portfolio.types import StoredFrontier
from app.domains.portfolio.usecases import making
from app.domains.portfolio.usecases.frontiers import assemble
from app.domains.portfolio.usecases.kept import Kept
from app.domains.portfolio.usecases.making import Basis, Question
from app.ml.features.prices import PriceTable, price_table
from app.ml.features.universe import built_in_universe
from app.ml.serving.frontier import build_frontier
from app.ml.serving.vol import VolatilityModel

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
DEMO_FIRST, DEMO_LAST = date(2015, 1, 1), date(2025, 12, 31)
CURRENCY = "USD"


@dataclass(frozen=True, slots=True)
class Ask:
    """One person with her profile and amount."""

    question: Question
    profile: RiskProfile
    basis: Basis


class World:
    """One model, one day, many people; every way of answering returns the sealed record's hash.

    The hash covers the whole content, so equal hashes are equal answers, byte for byte.
    """

    def __init__(
        self, table: PriceTable, model: VolatilityModel, asks: list[Ask], source: Source
    ) -> None:
        self.table = table
        self.model = model
        self.asks = asks
        self._source = source
        self._instruments = _instruments(table.universe.assets)
        self._frontier = self._built()
        self._cache: Kept[str] = Kept(len(asks) * 2)
        for ask in asks:
            self.cached(ask)

    def uncached(self, ask: Ask) -> str:
        """Answer with the day's frontier ready and nothing of this person."""
        mix = making.mix_of(ask.profile, self._frontier, ask.basis, self._instruments)
        return self._sealed(ask, self._frontier, mix)

    def cold(self, ask: Ask) -> str:
        """Answer with nothing ready: features, forecast, covariance, reasons, mix."""
        frontier = self._built()
        mix = making.mix_of(ask.profile, frontier, ask.basis, self._instruments)
        return self._sealed(ask, frontier, mix)

    def cached(self, ask: Ask) -> str:
        """Answer a repeated request with the sealed answer that is kept."""
        key = (ask.question.user_id, ask.question.request_id)
        return self._cache.get_or_make(key, lambda: self.uncached(ask))

    def naive(self) -> Callable[[Ask], Any]:
        """Return the usual way; raises ImportError without shap."""
        from app.ml.estimators.volatility import VolatilityRecipe
        from app.ml.training.naive_advice import naive_adviser

        advise = naive_adviser(self.table, recipe=VolatilityRecipe(), seed=0)
        universe = self.table.universe
        is_equity = np.array([name in universe.equity for name in universe.assets])

        def answer(ask: Ask) -> Any:
            limit = self._mix(ask).equity_limit
            return advise(ask.profile.final, lambda w: float(w[is_equity].sum()), limit)

        return answer

    def quality(self, naive: Callable[[Ask], Any]) -> tuple[float, float, float]:
        """Return (share of same largest holding, most volatility lost, reasons' difference).

        One ask per profile: the naive answer depends on nothing else.
        """
        chosen = list({ask.profile.final: ask for ask in self.asks}.values())
        same, lost, apart = 0, 0.0, 0.0
        trees = self._tree_parts()
        for ask in chosen:
            theirs, ours = naive(ask), self._mix(ask)
            best = max(ours.targets, key=lambda target: target.weight).symbol
            same += best == self.table.universe.assets[int(np.argmax(theirs.weights))]
            lost = max(lost, abs(theirs.predicted_volatility - ours.predicted_volatility))
            apart = max(apart, float(np.abs(theirs.parts - trees).max()))
        return same / len(chosen), lost, apart

    def cached_differs(self) -> int:
        """Return how many cached answers are not the uncached ones."""
        return sum(self.cached(ask) != self.uncached(ask) for ask in self.asks)

    def stale_after_trade(self) -> int:
        """Return how many answers asked for after a trade still tell the amount before it."""
        stale = 0
        for ask in self.asks:
            self.cached(ask)
            spent = Money(ask.basis.money.amount_minor - 1_00, CURRENCY)
            after = replace(
                ask,
                question=replace(ask.question, request_id=f"{ask.question.request_id}-after"),
                basis=replace(ask.basis, money=spent),
            )
            stale += self.cached(after) != self.uncached(after)
        return stale

    def _mix(self, ask: Ask) -> Any:
        return making.mix_of(ask.profile, self._frontier, ask.basis, self._instruments)

    def _sealed(self, ask: Ask, frontier: StoredFrontier, mix: Any) -> str:
        record = making.record(ask.question, ask.profile, frontier, mix, at=NOW)
        return str(record.document()["hash"])

    def _built(self) -> StoredFrontier:
        frontier = build_frontier(self.table, len(self.table) - 1, self.model)
        return assemble(frontier, self.model, self.table, self._source, made_at=NOW)

    def _tree_parts(self) -> np.ndarray:
        """Return what the two tree members add to the forecast, as the naive way averages it."""
        from app.ml.serving.path_shap import PathShap

        frontier = build_frontier(self.table, len(self.table) - 1, self.model)
        rows = frontier.features
        parts = [
            np.stack([PathShap.of(trees, rows.shape[1]).contributions(row) for row in rows])
            for trees in (self.model.xgboost, self.model.lightgbm)
        ]
        return np.asarray(np.mean(parts, axis=0))


def demo_prices(seed: int) -> PriceTable:
    """Return ten years of the simulated market."""
    history = simulated(first=DEMO_FIRST, last=DEMO_LAST, seed=seed)
    columns = {s: history.prices[:, i] for i, s in enumerate(history.symbols)}
    universe = built_in_universe().restricted_to(history.symbols)
    return price_table(universe, history.dates.astype("datetime64[D]"), columns)


def world_of(table: PriceTable, *, profiles: int, seed: int) -> World:
    """Train a model on a table and invent people; the naive way trains the same members."""
    from app.ml.training.volatility import train_volatility

    model = train_volatility(table).model
    rng = np.random.default_rng(seed)
    asks = [_ask(i, int(rng.integers(1, 11)), int(rng.integers(1, 100_000)) * 100)
            for i in range(profiles)]  # fmt: skip
    days = [day.astype("datetime64[D]").item() for day in (table.dates[0], table.dates[-1])]
    assets = table.universe.assets
    source = Source("bench", "simulated", "bench", CURRENCY, assets, days[0], days[1], "")
    return World(table, model, asks, source)


def _ask(number: int, final: int, minor: int) -> Ask:
    profile = RiskProfile(
        user_id=f"user-{number}", version=1, score=20 + final, band="average", tolerance=final,
        capacity=10, final=final, items=(), limits=(), reasons=(), do_not_invest=None,
        horizon_years=10, rules_version="bench", made_at=NOW,
        expires_at=NOW + timedelta(days=365),
    )  # fmt: skip
    money = Money(minor + 10_000, CURRENCY)
    question = Question(f"ask-{number}", profile.user_id, money)
    return Ask(question, profile, Basis(money, is_example=False))


def _instruments(assets: tuple[str, ...]) -> dict[str, Instrument]:
    from decimal import Decimal

    return {
        name: Instrument(name, name, "fund", CURRENCY, "XXXX", Decimal("0.000001"), 10, True)
        for name in assets
    }
