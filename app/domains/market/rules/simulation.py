"""The sandbox market: seeded, regime-switching prices of fourteen asset classes. Simulated.

Days follow a three-state Markov chain (calm, normal, stress); a slow common log-volatility
moves on top; shocks are Student-t through five factors plus a part of each asset's own. All
draws come from streams that are read from the first day on, so a longer horizon never changes
an earlier day. The numbers are round and plausible; they are not fitted to any market.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domains.market.rules import checks
from app.domains.market.types import Instrument, Source

FIRST_DAY: Final = np.datetime64("2016-01-04")
SOURCE: Final = "simulated"
CURRENCY: Final = "USD"
MIC: Final = "XSIM"
FACTORS: Final = ("equity", "emerging", "rates", "credit", "commodity")
STUDENT_DF: Final = 6.0

# Chance of tomorrow's regime from today's (rows: calm, normal, stress) and its volatility.
_NEXT: Final = np.array([[0.985, 0.015, 0.0], [0.012, 0.978, 0.010], [0.0, 0.045, 0.955]])
_REGIME_VOLATILITY: Final = np.array([0.65, 1.0, 2.1])
_REGIME_DRIFT: Final = np.array([1.3, 1.0, -1.5])


@dataclass(frozen=True, slots=True)
class _Asset:
    name: str
    asset_class: str
    start: float
    drift: float
    volatility: float
    loadings: tuple[float, float, float, float, float]
    cost_bps: int


# Loadings on the factors; what is missing to 1 (in squares) is the asset's own risk.
_ASSETS: Final[dict[str, _Asset]] = {
    "VTI": _Asset("US shares", "equity", 105, 0.070, 0.16, (0.96, 0.0, 0.0, 0.0, 0.0), 3),
    "EFA": _Asset("Developed shares", "equity", 59, 0.055, 0.17, (0.85, 0.2, 0, 0, 0.1), 7),
    "EEM": _Asset("Emerging shares", "equity", 32, 0.060, 0.21, (0.68, 0.6, 0, 0, 0.15), 18),
    "VNQ": _Asset("Real estate", "equity", 79, 0.055, 0.19, (0.70, 0.0, 0.25, 0.1, 0.0), 12),
    "DBC": _Asset("Raw materials", "commodity", 13, 0.020, 0.17, (0.25, 0.2, -0.15, 0, 0.85), 30),
    "GLD": _Asset("Gold", "commodity", 104, 0.030, 0.15, (-0.05, 0.1, 0.35, 0, 0.35), 25),
    "AGG": _Asset("Broad bonds", "bond", 108, 0.025, 0.045, (0.0, 0.0, 0.90, 0.3, 0.0), 3),
    "SHY": _Asset("Short treasuries", "bond", 84, 0.015, 0.012, (-0.1, 0.0, 0.80, 0, 0.0), 15),
    "IEF": _Asset("Treasuries 7-10 y", "bond", 106, 0.025, 0.065, (-0.2, 0, 0.95, 0, 0.0), 15),
    "TLT": _Asset("Treasuries 20 y+", "bond", 121, 0.030, 0.140, (-0.25, 0, 0.93, 0, 0.0), 15),
    "LQD": _Asset("Company bonds", "bond", 114, 0.030, 0.065, (0.15, 0, 0.75, 0.55, 0.0), 14),
    "HYG": _Asset("High-yield bonds", "bond", 80, 0.040, 0.080, (0.60, 0.1, 0.1, 0.65, 0.05), 40),
    "TIP": _Asset("Inflation-linked", "bond", 110, 0.025, 0.055, (0.0, 0.0, 0.80, 0, 0.25), 19),
    "BIL": _Asset("Treasury bills", "cash", 91, 0.015, 0.003, (0.0, 0.0, 0.3, 0.0, 0.0), 14),
}
SYMBOLS: Final = tuple(_ASSETS)


def instruments(*, simulated: bool) -> tuple[Instrument, ...]:
    """Return the built-in universe; the label says when prices are simulated."""
    suffix = " (simulated)" if simulated else ""
    return tuple(
        Instrument(
            symbol=symbol,
            name=asset.name + suffix,
            asset_class=asset.asset_class,
            currency=CURRENCY,
            mic=MIC,
            step=Decimal("0.000001"),
            annual_cost_bps=asset.cost_bps,
            simulated=simulated,
        )
        for symbol, asset in _ASSETS.items()
    )


def business_days(last: date) -> NDArray[np.datetime64]:
    """Return the weekdays from the first day of the market to `last`, both included."""
    end = np.datetime64(last) + np.timedelta64(1, "D")
    days = np.arange(FIRST_DAY, end)
    return days[np.is_busday(days)]


def _regimes(draws: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the chain of regimes (n,) from uniform draws (n,); it begins in the normal one."""
    bounds = np.cumsum(_NEXT, axis=1)
    chain = np.empty(len(draws), dtype=np.int64)
    state = 1
    for day, draw in enumerate(draws):
        state = int(np.searchsorted(bounds[state], draw, side="right"))
        state = min(state, 2)
        chain[day] = state
    return chain


def daily_returns(days: int, seed: int) -> NDArray[np.float64]:
    """Return simulated daily log returns (days, 14) in the order of SYMBOLS."""
    streams = [np.random.default_rng([seed, stream]) for stream in range(4)]
    regimes = _regimes(streams[0].random(days))
    steps = streams[1].standard_normal(days) * 0.10
    slow = np.empty(days)
    level = 0.0
    for day in range(days):
        level = 0.98 * level + steps[day]
        slow[day] = level
    scale = _REGIME_VOLATILITY[regimes] * np.exp(np.clip(slow, -0.8, 0.8))
    shocks = streams[2].standard_normal((days, len(FACTORS) + len(SYMBOLS)))
    # A common chi-square draw per day makes the tails Student-t and shared: crashes are joint.
    tail = streams[3].chisquare(STUDENT_DF, size=days) / STUDENT_DF
    shocks *= np.sqrt((STUDENT_DF - 2) / STUDENT_DF) / np.sqrt(tail)[:, None]
    loadings = np.array([asset.loadings for asset in _ASSETS.values()])
    own = np.sqrt(np.clip(1.0 - (loadings**2).sum(axis=1), 0.05, 1.0))
    mixed = shocks[:, : len(FACTORS)] @ loadings.T + shocks[:, len(FACTORS) :] * own
    volatility = np.array([asset.volatility for asset in _ASSETS.values()]) / np.sqrt(252)
    drift = np.array([asset.drift for asset in _ASSETS.values()]) / 252
    risky = np.array([asset.asset_class in ("equity", "commodity") for asset in _ASSETS.values()])
    tilt = np.where(risky[None, :], _REGIME_DRIFT[regimes][:, None], 1.0)
    result: NDArray[np.float64] = drift * tilt + volatility * scale[:, None] * mixed
    return result


def closes(last: date, seed: int) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Return days (n,) and closing prices (n, 14), rounded to the cent as an exchange would."""
    days = business_days(last)
    start = np.array([asset.start for asset in _ASSETS.values()])
    prices = start * np.exp(np.cumsum(daily_returns(len(days), seed), axis=0))
    return days, np.round(prices, 4)


def intraday_factor(*, seconds: int, day: int, seed: int, volatility: float, move: float) -> float:
    """Return price / yesterday's close at a second of the day.

    A bridge of three sines with seeded amplitudes: it starts at 1 and ends at exp(move), so
    the last quote of a day meets its close.
    """
    part = seconds / 86_400
    amplitude = np.random.default_rng([seed, 9, day]).standard_normal(3) * volatility * 0.4
    waves = sum(a * np.sin(np.pi * k * part) / k for k, a in enumerate(amplitude, start=1))
    return float(np.exp(move * part + waves))


def unknown_instrument(symbol: str, currency: str) -> Instrument:
    """Return an instrument of an import that the built-in universe does not know."""
    return Instrument(
        symbol=symbol,
        name=symbol,
        asset_class="other",
        currency=currency,
        mic=MIC,
        step=Decimal("0.000001"),
        annual_cost_bps=0,
        simulated=False,
    )


def listed(source: Source) -> tuple[Instrument, ...]:
    """Return the instruments of a source, in its currency."""
    known = {found.symbol: found for found in instruments(simulated=source.kind == "simulated")}
    return tuple(
        replace(known[symbol], currency=source.currency)
        if symbol in known
        else unknown_instrument(symbol, source.currency)
        for symbol in source.symbols
    )


def continues(present: Source, days: NDArray[np.datetime64], closes: NDArray[np.float64]) -> bool:
    """Tell whether what is kept is the beginning of what is drawn now."""
    kept = int(np.searchsorted(days, np.datetime64(present.last_day), side="right"))
    digest = checks.data_hash(SYMBOLS, days[:kept], closes[:kept])
    return digest == present.data_hash or days[-1] < np.datetime64(present.last_day)
