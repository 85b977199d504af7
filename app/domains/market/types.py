"""The words of market that other rooms may use: instruments, quotes, histories, imports."""

import math
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


def exact_price(value: float) -> Decimal:
    """Return a close as an exact price: 4 decimals, more below one so that none becomes zero."""
    places = 4 if value >= 1 else 4 - math.floor(math.log10(value))
    return Decimal(f"{value:.{places}f}")


@dataclass(frozen=True, slots=True)
class Instrument:
    """Something that can be held. `step` is the smallest quantity that can be traded."""

    symbol: str
    name: str
    asset_class: str
    currency: str
    mic: str
    step: Decimal
    annual_cost_bps: int
    simulated: bool


@dataclass(frozen=True, slots=True)
class Session:
    """One day of trading, from its opening up to its close (not included), in UTC."""

    day: date
    opens_at: datetime
    closes_at: datetime
    half_day: bool


class MarketState(StrEnum):
    """Whether orders can be executed now. Unknown: the calendar does not reach that far."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MarketHours:
    """Whether the market of the active source trades, and when that changes.

    `next_open` is set while it is closed, `closes_at` while it is open and ever closes;
    `last_session` is the day of the newest close that exists. None is unknown.
    """

    calendar: str
    state: MarketState
    next_open: datetime | None
    closes_at: datetime | None
    last_session: date | None


@dataclass(frozen=True, slots=True)
class Quote:
    """The last price of an instrument. A price without currency, source and age cannot be made.

    `market_date` is the day in the market's own history; `exchange_at` when the price was
    made; `received_at` when we had it. `stale` compares the two with the market's sessions;
    `sessions_behind` counts the closes that exist after its market day (None: unknown).
    """

    symbol: str
    price: Decimal
    currency: str
    source: str
    market_date: date
    exchange_at: datetime
    received_at: datetime
    stale: bool = False
    sessions_behind: int | None = None

    def __post_init__(self) -> None:
        if not (self.price.is_finite() and self.price > 0):
            raise ValueError(f"{self.symbol}: {self.price} is not a price")
        if not self.currency or not self.source:
            raise ValueError(f"{self.symbol}: a price needs its currency and source")


class Adjust(StrEnum):
    """Closes as they were; in the shares of the last day; or what a holder earned in all."""

    RAW = "raw"
    SPLITS = "splits"
    TOTAL = "total"


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Daily closes: dates (n,), prices (n, k) in the order of `symbols`, newest last.

    `data_hash` is the SHA-256 of symbols, days and prices: decision records quote it.
    """

    symbols: tuple[str, ...]
    dates: NDArray[np.datetime64]
    prices: NDArray[np.float64]
    source: str
    currency: str
    data_hash: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where prices come from. Exactly one source is active; they are never mixed.

    `calendar` names the sessions its prices follow. A `past` is a file that ended long before it
    was imported and is replayed as though it were now. The closes of `provisional_day` were taken
    before that day's session had ended. `former` names of instruments lead to the present ones.
    """

    source_id: str
    kind: str
    label: str
    currency: str
    symbols: tuple[str, ...]
    first_day: date
    last_day: date
    data_hash: str
    calendar: str = "24/7"
    past: bool = False
    provisional_day: date | None = None
    former: Mapping[str, str] = field(default_factory=dict)

    def knows(self, symbol: str) -> bool:
        """Tell whether there are closes under this name, a former one included."""
        return symbol in self.symbols or symbol in self.former

    @property
    def quote_label(self) -> str:
        """Return what quotes of this source name as theirs; a replayed import says so."""
        return self.source_id if self.kind == "simulated" else f"replay:{self.source_id}"


@dataclass(frozen=True, slots=True)
class ImportChoice:
    """What whoever imports may say; None leaves it to the currency and to the file's last day."""

    calendar: str | None = None
    past: bool | None = None


@dataclass(frozen=True, slots=True)
class PriceProblem:
    """One thing found in an import: `row` counts from 1 below the header, None for the file."""

    row: int | None
    column: str | None
    code: str
    message: str
    fatal: bool


@dataclass(frozen=True, slots=True, eq=False)
class PriceFile:
    """A checked price file: dates (n,), prices (n, k), and everything that was found."""

    symbols: tuple[str, ...]
    dates: NDArray[np.datetime64]
    prices: NDArray[np.float64]
    problems: tuple[PriceProblem, ...]
    sha256: str

    @property
    def usable(self) -> bool:
        """Tell whether nothing fatal was found."""
        return not any(problem.fatal for problem in self.problems)


class QuoteFeed(Protocol):
    """A stream of quotes: the replay of history by default, a provider's socket otherwise."""

    def quotes(self) -> AsyncIterator[tuple[Quote, ...]]:
        """Yield batches of the newest prices until cancelled."""
        ...
