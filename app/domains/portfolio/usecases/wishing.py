"""A person's own limits: kept only when they can hold, and applied to every plan of hers."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

import numpy as np
import structlog

from app.core.clock import Clock
from app.core.db import Database
from app.core.money import CurrencyMismatchError
from app.core.uow import Transaction
from app.domains.ledger.service import LedgerService
from app.domains.market.service import MarketService
from app.domains.market.types import Source
from app.domains.portfolio.errors import (
    AdviceUnavailableError,
    UnknownInstrumentError,
    WishesConflictError,
)
from app.domains.portfolio.lot_types import Lot
from app.domains.portfolio.repository import plans
from app.domains.portfolio.repository import wishes as repository
from app.domains.portfolio.rules import fitting, lots, rebalancing, wished_orders
from app.domains.portfolio.rules.fitting import Scope
from app.domains.portfolio.rules.integer_model import SolverError
from app.domains.portfolio.rules.planning import Book
from app.domains.portfolio.rules.rebalancing import Limits, Proposal
from app.domains.portfolio.types import Mix, StoredFrontier
from app.domains.portfolio.usecases.advising import Advising
from app.domains.portfolio.usecases.frontiers import Frontiers
from app.domains.portfolio.wish_types import Fitting, Wishes, conflict_reason
from app.ml.features.universe import built_in_universe
from app.ml.serving.ladder import predicted_volatility

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wished:
    """The mix a plan goes for, as fitted to her limits, and its predicted volatility."""

    wishes: Wishes
    fitting: Fitting
    volatility: float

    @property
    def targets(self) -> dict[str, Decimal]:
        """Return the weights that are not zero."""
        return {symbol: weight for symbol, weight in self.fitting.weights.items() if weight > 0}


class Wishing:
    """Keeps a person's limits and finds plans that respect them."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        market: MarketService,
        ledger: LedgerService,
        advising: Advising,
        frontiers: Frontiers,
    ) -> None:
        self._db = db
        self._clock = clock
        self._market = market
        self._ledger = ledger
        self._advising = advising
        self._frontiers = frontiers

    async def of(self, user_id: str) -> Wishes:
        """Return a person's limits; by default she has none."""
        return await repository.find(self._db, user_id)

    async def put(self, user_id: str, wishes: Wishes) -> Wishes:
        """Keep limits and end the previews made without them; the same again changes nothing.

        Raises NoPricesError, UnknownInstrumentError, CurrencyMismatchError, and
        WishesConflictError when they cannot hold together with each other or with the promise of
        her newest advice: then nothing is kept.
        """
        present = await self.of(user_id)
        if wishes == present:
            return present
        _require_known(wishes, await self._market.source())
        frontier = await self._frontiers.current()
        newest = await self._advising.newest(user_id)
        if frontier is not None and newest is not None and newest.mix is not None:
            fitted = await self.apply(wishes, newest.mix, frontier)
            if fitted.conflict:
                raise conflict_error(fitted)
        now = self._clock.now()

        async def work(tx: Transaction) -> None:
            # May run again after a write conflict: nothing but tx in here.
            await repository.put(tx, user_id, wishes, at=now)
            await plans.end_previews(tx, user_id, at=now)
            tx.audit("wishes.changed", actor=user_id, object_id=user_id)

        await self._db.transaction(work)
        return replace(wishes, changed_at=now)

    async def apply(self, wishes: Wishes, mix: Mix, frontier: StoredFrontier) -> Fitting:
        """Return the mix under these limits: the advice itself when they do not touch it."""
        if not wishes.moves_target:
            return Fitting({target.symbol: target.weight for target in mix.targets})
        scope = Scope(
            assets=frontier.assets,
            advised=frontier.rung_weights[mix.rung],
            covariance=frontier.covariance,
            equity=frozenset(built_in_universe().equity),
            promise=mix.promised_volatility,
            equity_limit=mix.equity_limit,
        )
        return await asyncio.to_thread(fitting.fit, scope, _known_part(wishes, frontier))

    async def judge(self, user_id: str, mix: Mix, frontier: StoredFrontier) -> Wished:
        """Return the mix that her plan goes for today."""
        wishes = await self.of(user_id)
        fitted = await self.apply(wishes, mix, frontier)
        volatility = mix.predicted_volatility
        if wishes.moves_target:
            row = np.array([float(fitted.weights[asset]) for asset in frontier.assets])
            volatility = float(predicted_volatility(row, frontier.covariance))
        return Wished(wishes, fitted, volatility)

    async def propose(self, user_id: str, book: Book, limits: Limits, wishes: Wishes) -> Proposal:
        """Return the run's orders: by the closed form, or by the programme when limits bind.

        Raises AdviceUnavailableError when no plan was found that keeps them.
        """
        if not wishes.binds_orders or book.total <= 0:
            return rebalancing.propose(book, limits)
        activities = await self._ledger.activities.of(user_id, book.cash.currency)
        story = lots.book_of(activities, wishes.lot_method, book.cash.currency)
        held: dict[str, list[Lot]] = defaultdict(list)
        for lot in lots.in_order(story.lots, book.prices, wishes.lot_method, self._clock.now()):
            held[lot.symbol].append(lot)
        try:
            return await asyncio.to_thread(
                partial(wished_orders.propose, book, limits, wishes, held)
            )
        except SolverError as error:
            log.exception("plan_unsolved", user=user_id)
            raise AdviceUnavailableError("no plan was found that keeps your limits") from error


def conflict_error(fitted: Fitting) -> WishesConflictError:
    """Return the refusal that names the rules that clash and the nearest that could hold."""
    return WishesConflictError(
        conflict_reason(fitted).sentence,
        conflict=[
            {"kind": one.kind.value, "subject": one.subject, "bound": str(one.bound)}
            for one in fitted.conflict
        ],
        nearest=[
            {"kind": one.clause.kind.value, "subject": one.clause.subject, "to": str(one.to)}
            for one in fitted.relaxed
        ],
    )


def _require_known(wishes: Wishes, source: Source) -> None:
    named = {one.symbol for one in wishes.limits} | {s for g in wishes.groups for s in g.symbols}
    unknown = sorted(named - set(source.symbols))
    if unknown:
        raise UnknownInstrumentError(f"there is no {', '.join(unknown)} here", symbols=unknown)
    for budget in (wishes.most_fees, wishes.most_gain):
        if budget is not None and budget.currency != source.currency:
            raise CurrencyMismatchError(
                f"prices here are in {source.currency}, not in {budget.currency}"
            )


def _known_part(wishes: Wishes, frontier: StoredFrontier) -> Wishes:
    """Leave out limits on what the present market does not list."""
    known = set(frontier.assets)
    return Wishes(
        limits=tuple(one for one in wishes.limits if one.symbol in known),
        groups=tuple(one for one in wishes.groups if known & set(one.symbols)),
    )
