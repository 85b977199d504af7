"""Makes the tools of one turn: reads the owner's objects once and gives them handles."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Self

from app.core.clock import Clock
from app.core.db import Database
from app.core.decisions import sha256_hex
from app.core.ids import new_id
from app.core.uow import Transaction
from app.domains.chat.help.library import articles
from app.domains.chat.talk_types import LANGUAGES
from app.domains.chat.tools.box import OwnTools
from app.domains.chat.tools.citing import Citing
from app.domains.chat.tools.cleaning import clean
from app.domains.chat.tools.desk import Desk, Doors
from app.domains.chat.tools.handles import Handles
from app.domains.chat.tools.proposals.drafting import Drafting
from app.domains.chat.tools.registry import Tool
from app.domains.chat.turn_ports import Tooling
from app.domains.identity.service import IdentityService
from app.domains.ledger.service import LedgerService
from app.domains.ledger.types import AccountKind, Journal
from app.domains.market.errors import NoPricesError
from app.domains.market.service import MarketService
from app.domains.market.types import Instrument
from app.domains.onboarding.service import OnboardingService
from app.domains.portfolio.service import PortfolioService

Rooms = tuple[PortfolioService, LedgerService, MarketService, OnboardingService]
MEMOS_MAX: Final = 50
_RECENT: Final = timedelta(days=90)


class ChatTools:
    """Makes the tools of each turn. The owner comes from the caller, never from an argument.

    `citing` opens what their figures rest on.
    """

    def __init__(self, *, db: Database, doors: Doors, more: tuple[Tool, ...] = ()) -> None:
        self._db = db
        self.doors = doors
        self._more = more
        self.citing = Citing(doors)

    @classmethod
    def of_house(
        cls, rooms: Rooms, *, db: Database, clock: Clock, identity: IdentityService
    ) -> Self:
        """Return the tools of an installation, with its help texts and those that draft."""
        drafting = Drafting(db=db, clock=clock, new_id=new_id, identity=identity)
        return cls(db=db, doors=Doors(*rooms, library=articles), more=drafting.tools())

    @property
    def db(self) -> Database:
        """Return the database of the installation."""
        return self._db

    async def for_turn(self, owner: str, *, locale: str, now: datetime) -> Tooling:
        """Return the tools of this person's turn; `now` is in her own time zone.

        Raises UnavailableError when a store is away.
        """
        desk = await self.desk(owner, locale=locale, now=now)
        box = OwnTools(desk, guessed=partial(self._audit, owner), more=self._more)
        return Tooling(box, desk.handles.names(), desk.base_currency, heard=box.hear)

    async def _base_currency(self, owner: str) -> str | None:
        with suppress(NoPricesError):  # without a market her own account says it
            return (await self.doors.portfolio.bases.resolve(owner)).currency
        return None

    async def desk(self, owner: str, *, locale: str, now: datetime) -> Desk:
        """Return the desk of a turn, for whoever adds tools."""
        accounts, goals, instruments, started, base = await asyncio.gather(
            self.doors.ledger.books.accounts(owner),
            self.doors.portfolio.goals.list(owner),
            self._instruments(),
            self.doors.ledger.books.started(owner, since=now - _RECENT),
            self._base_currency(owner),
        )
        money = [a for a in accounts if a.kind is AccountKind.CASH]
        held = sorted(a.unit for a in accounts if a.kind is AccountKind.HOLDING and a.balance > 0)
        handles = Handles(
            accounts={f"acc_{n}": one for n, one in enumerate(money, start=1)},
            goals={f"goal_{n}": one for n, one in enumerate(goals, start=1)},
            held={f"ins_{n}": symbol for n, symbol in enumerate(held, start=1)},
            instruments={one.symbol: one for one in instruments},
            memos=_memos(started),
        )
        lang = locale[:2].lower()
        return Desk(
            owner=owner,
            lang=lang if lang in LANGUAGES else "en",
            now=now,
            doors=self.doors,
            handles=handles,
            base_currency=base or next((a.unit for a in money), "USD"),
        )

    async def _instruments(self) -> tuple[Instrument, ...]:
        try:
            return await self.doors.market.instruments()
        except NoPricesError:
            return ()

    async def _audit(self, owner: str, tool: str, named: str) -> None:
        """Record that an object was named which is not the owner's; never what was typed."""
        digest = sha256_hex(named.encode(errors="replace"))[:32]

        async def work(tx: Transaction) -> None:
            tx.audit("chat.foreign_object", actor=owner, object_id=tool, after={"named": digest})

        await self._db.transaction(work)


def _memos(started: list[Journal]) -> tuple[str, ...]:
    """Return her own words for payments, the newest first."""
    found = dict.fromkeys(clean(one.memo, limit=60) for one in started)
    found.pop("", None)
    return tuple(found)[:MEMOS_MAX]
