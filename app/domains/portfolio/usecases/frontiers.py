"""The day's frontier: built once by the slow worker, read by every recommendation."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from app.core.clock import Clock
from app.core.db import Database
from app.core.uow import Transaction
from app.domains.market.errors import InstrumentNotFoundError
from app.domains.market.service import MarketService
from app.domains.market.types import History, Source
from app.domains.portfolio.errors import AdviceUnavailableError
from app.domains.portfolio.events import FrontierWanted
from app.domains.portfolio.repository import frontiers
from app.domains.portfolio.types import StoredFrontier
from app.ml.features.prices import PriceTable, StalePriceError, price_table
from app.ml.features.returns import column_names
from app.ml.features.universe import FloatArray, Universe, UniverseError
from app.ml.registry import ArtefactError
from app.ml.serving.frontier import Frontier, build_frontier
from app.ml.serving.second_look import local_effects
from app.ml.serving.vol import MODEL_NAME, VolatilityModel, load_volatility
from app.ml.store import ModelStore

HISTORY_DAYS: Final = 10_400
YEAR_DAYS: Final = 252
#: The one universe of the product; other universes are a later setting.
UNIVERSE_ID: Final = "sleeves14"
_ASK_AGAIN_AFTER: Final = timedelta(seconds=30)
#: A failed day is tried again after this, for the model or the prices may have been mended.
_REFUSED_FOR: Final = timedelta(minutes=5)
#: Seconds a process trusts its copy before it looks for a newer version.
_COPY_FOR_S: Final = 30.0


class Frontiers:
    """Builds and reads frontiers. Building is heavy and happens in the worker only."""

    def __init__(
        self, *, db: Database, clock: Clock, market: MarketService, models: ModelStore
    ) -> None:
        self._db = db
        self._clock = clock
        self._market = market
        self._models = models
        self._model: VolatilityModel | None = None
        self._copy: tuple[float, StoredFrontier] | None = None
        self._asked_at = clock.now() - _ASK_AGAIN_AFTER

    async def current(self) -> StoredFrontier | None:
        """Return the frontier of the active source's last day, or None when it is not built.

        Raises NoPricesError before any prices are there.
        """
        source = await self._market.source()
        now = self._clock.monotonic()
        if self._copy is not None and now < self._copy[0]:
            found = self._copy[1]
            if (found.source, found.day) == (source.source_id, source.last_day):
                return found
        stored = await frontiers.newest(self._db, source.source_id, source.last_day)
        self._copy = (now + _COPY_FOR_S, stored) if stored is not None else None
        return stored

    async def ask(self) -> None:
        """Have the worker build the day's frontier; asking often asks once in 30 seconds.

        Raises AdviceUnavailableError with the reason when building it failed a moment ago.
        """
        now = self._clock.now()
        source = await self._market.source()
        reason = await frontiers.refusal(
            self._db, source.source_id, source.last_day, since=now - _REFUSED_FOR
        )
        if reason is not None:
            raise AdviceUnavailableError(reason, retry_after_s=60)
        if now - self._asked_at < _ASK_AGAIN_AFTER:
            return
        self._asked_at = now

        async def work(tx: Transaction) -> None:
            tx.publish(FrontierWanted(UNIVERSE_ID))

        await self._db.transaction(work)

    async def rebuild(self) -> StoredFrontier:
        """Build and keep the frontier of the active source's last day; again changes nothing.

        Raises NoPricesError, AdviceUnavailableError when prices or model allow none, and
        ArtefactError when the model's files do not pass their checks.
        """
        source = await self._market.source()
        try:
            built = await self._compute(source)
        except (AdviceUnavailableError, ArtefactError) as error:
            await frontiers.refuse(
                self._db,
                source.source_id,
                source.last_day,
                reason=error.detail,
                at=self._clock.now(),
            )
            raise
        await frontiers.insert(self._db, built)
        self._copy = None
        return built

    async def _compute(self, source: Source) -> StoredFrontier:
        model = await self._load()
        try:
            history = await self._market.history(
                model.universe.assets, end=source.last_day, days=HISTORY_DAYS
            )
        except InstrumentNotFoundError as error:
            raise AdviceUnavailableError(f"the prices lack an asset: {error}") from error
        return await asyncio.to_thread(self._build, model, history, source)

    async def at(self, history: History, source: Source) -> StoredFrontier:
        """Return the frontier of a history with the model in force; keeps nothing.

        Raises AdviceUnavailableError, ArtefactError.
        """
        model = await self._load()
        return await asyncio.to_thread(self._build, model, history, source)

    async def assets(self) -> tuple[str, ...]:
        """Return the symbols whose closes the model in force reads."""
        return (await self._load()).universe.assets

    async def model_version(self) -> str:
        """Return the version of the model in force."""
        return (await self._load()).version

    async def _load(self) -> VolatilityModel:
        folder = await asyncio.to_thread(self._in_force)
        if self._model is None or not folder.name.startswith(self._model.version):
            load = partial(load_volatility, folder, trust=self._models.trust)
            self._model = await asyncio.to_thread(load)
        return self._model

    def _in_force(self) -> Path:
        return self._models.folder(MODEL_NAME, self._models.shipped_version(MODEL_NAME))

    def _build(self, model: VolatilityModel, history: History, source: Source) -> StoredFrontier:
        """Return the frontier at the last day of a history. Pure CPU, about a second."""
        columns = {s: history.prices[:, i] for i, s in enumerate(history.symbols)}
        dates = history.dates.astype("datetime64[D]")
        try:
            table = price_table(model.universe, dates, columns)
            frontier = build_frontier(table, len(table) - 1, model)
        except (StalePriceError, UniverseError) as error:
            raise AdviceUnavailableError(str(error)) from error
        stored = assemble(frontier, model, table, source, made_at=self._clock.now())
        return replace(stored, surrogate=local_effects(model, table, frontier, stored.parts))


def assemble(
    frontier: Frontier, model: VolatilityModel, table: PriceTable, source: Source, *,
    made_at: datetime,
) -> StoredFrontier:  # fmt: skip
    """Return a frontier with everything a recommendation reads: worst years, exact reasons.

    The second look at the reasons is not in it: it takes ten times as long and is added by whoever
    keeps the frontier.
    """
    reasons = model.contributions(frontier.features)
    return StoredFrontier(
        version=f"{frontier.version}-{source.source_id}"[:60],
        source=source.source_id,
        day=source.last_day,
        universe_id=frontier.universe_id,
        universe_version=frontier.universe_version,
        model_version=frontier.model_version,
        data_sha256=frontier.data_sha256,
        currency=source.currency,
        made_at=made_at,
        disagreement=frontier.disagreement,
        disagreement_bound=model.disagreement_bound,
        assets=frontier.assets,
        columns=column_names(model.universe),
        rung_weights=frontier.rung_weights,
        rung_equity=rung_equity(model.universe, frontier.rung_weights),
        rung_volatility=frontier.rung_volatility,
        worst_year=worst_years(table, frontier.rung_weights),
        volatility=frontier.volatility,
        covariance=frontier.covariance,
        base=reasons.base,
        parts=reasons.values,
    )


def rung_equity(universe: Universe, rung_weights: FloatArray) -> FloatArray:
    """Return the share of equity in each rung."""
    equity = np.array([asset in universe.equity for asset in universe.assets])
    return np.asarray(rung_weights[:, equity].sum(axis=1))


def worst_years(table: PriceTable, rung_weights: FloatArray) -> FloatArray:
    """Return the lowest return over any 252 days of each rung, held at constant weights.

    NaN when the history is shorter than that.
    """
    growth = table.prices[1:] / table.prices[:-1] - 1.0
    log_value = np.log1p(growth @ rung_weights.T).cumsum(axis=0)
    if len(log_value) <= YEAR_DAYS:
        return np.full(len(rung_weights), np.nan)
    years = log_value[YEAR_DAYS:] - log_value[:-YEAR_DAYS]
    return np.asarray(np.expm1(years.min(axis=0)))
