"""The investable universe as data: sleeves, roles and caps, read from a JSON file.

A universe says which assets form the growth and the defensive sleeve, which one is cash and
which ones play a market-wide role in the features. Code never names a ticker.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

BUILT_IN: Final = "sleeves14.json"
ROLES: Final = ("equity_market", "long_government", "credit", "mid_government")
#: Stands in for cash when a price file has no cash asset: a price that never moves.
SYNTHETIC_CASH: Final = "CASH"
KNOWN_CASH: Final = "BIL"


class UniverseError(ValueError):
    """A universe that cannot be used; the message names the field and the limit."""


@dataclass(frozen=True, slots=True)
class Universe:
    """Assets in canonical order (growth, defensive, cash; by name within) with sleeve shares.

    ``growth`` and ``defensive`` map an asset to its share of the sleeve (each sums to 1 unless
    it is empty). ``roles`` maps a role name to an asset; a missing role makes its feature 0.
    ``equity`` lists the assets that count as equity in the band check of a recommendation.
    """

    universe_id: str
    version: int
    growth: tuple[tuple[str, float], ...]
    defensive: tuple[tuple[str, float], ...]
    cash: str
    roles: tuple[tuple[str, str], ...]
    equity: tuple[str, ...]
    asset_cap: float

    @property
    def risky(self) -> tuple[str, ...]:
        """Assets whose volatility the ensemble forecasts, in canonical order."""
        return tuple(name for name, _ in (*self.growth, *self.defensive))

    @property
    def assets(self) -> tuple[str, ...]:
        """All assets, cash last: the column order of every price array."""
        return (*self.risky, self.cash)

    def role(self, name: str) -> int | None:
        """Return the index into ``risky`` of the asset that plays a role, or None."""
        asset = dict(self.roles).get(name)
        return self.risky.index(asset) if asset in self.risky else None

    def sleeve_weights(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return growth, defensive and cash vectors over ``assets``, each of sum 1.

        An empty sleeve holds cash: nothing is ever left uninvested or invented.
        """
        assets = self.assets
        cash = np.zeros(len(assets))
        cash[-1] = 1.0
        vectors = [
            _vector(sleeve, assets) if sleeve else cash for sleeve in (self.growth, self.defensive)
        ]
        return vectors[0], vectors[1], cash

    def restricted_to(self, columns: Sequence[str]) -> "Universe":
        """Keep only the assets present in ``columns`` and rescale each sleeve to 1.

        Missing cash becomes the synthetic zero-rate asset.
        """
        present = set(columns)
        return Universe(
            universe_id=self.universe_id,
            version=self.version,
            growth=_rescaled(self.growth, present),
            defensive=_rescaled(self.defensive, present),
            cash=self.cash if self.cash in present else SYNTHETIC_CASH,
            roles=tuple((role, name) for role, name in self.roles if name in present),
            equity=tuple(name for name in self.equity if name in present),
            asset_cap=self.asset_cap,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form; ``parse_universe`` reads it back equal."""
        return {
            "universe_id": self.universe_id,
            "version": self.version,
            "sleeves": {
                "growth": dict(self.growth),
                "defensive": dict(self.defensive),
                "cash": self.cash,
            },
            "roles": dict(self.roles),
            "equity": list(self.equity),
            "asset_cap": self.asset_cap,
        }


def built_in_universe() -> Universe:
    """Return the universe of fourteen sleeve funds shipped with the package."""
    folder = resources.files("app.ml.features") / "universes"
    text = (folder / BUILT_IN).read_text("utf-8")
    return parse_universe(json.loads(text))


def read_universe(path: Path) -> Universe:
    """Read a universe from a JSON file.

    Raises UniverseError naming what is wrong; OSError when the file cannot be read.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise UniverseError(f"{path.name} is not valid JSON: {error}") from error
    return parse_universe(document)


def universe_for(columns: Sequence[str], universe: Universe | None = None) -> Universe:
    """Return the universe to use for the asset columns of a price file.

    With an explicit universe every asset of it (except synthetic cash) must be a column. Without
    one, columns all known to the built-in universe keep its sleeves; any unknown column makes the
    whole file an equal-weight growth sleeve with BIL, or a zero-rate asset, as cash.
    """
    if universe is not None:
        missing = [a for a in universe.assets if a not in columns and a != SYNTHETIC_CASH]
        if missing:
            raise UniverseError(f"prices have no column for {', '.join(missing)}")
        return universe
    built_in = built_in_universe()
    if set(columns) <= set(built_in.assets):
        return built_in.restricted_to(columns)
    growth = sorted(name for name in columns if name not in {KNOWN_CASH, SYNTHETIC_CASH})
    return Universe(
        universe_id="equal-weight",
        version=1,
        growth=tuple((name, 1.0 / len(growth)) for name in growth),
        defensive=(),
        cash=KNOWN_CASH if KNOWN_CASH in columns else SYNTHETIC_CASH,
        roles=(),
        equity=tuple(growth),
        asset_cap=1.0,
    )


def parse_universe(document: object) -> Universe:
    """Build a universe from its JSON form; raises UniverseError on any fault."""
    if not isinstance(document, Mapping) or not isinstance(document.get("sleeves"), Mapping):
        raise UniverseError("a universe is an object with a 'sleeves' object")
    sleeves = document["sleeves"]
    growth = _sleeve(sleeves.get("growth"), "growth")
    defensive = _sleeve(sleeves.get("defensive", {}), "defensive")
    if not growth:
        raise UniverseError("the growth sleeve is empty")
    universe = Universe(
        universe_id=str(document.get("universe_id", "custom")),
        version=_whole(document.get("version", 1), "version"),
        growth=growth,
        defensive=defensive,
        cash=str(sleeves.get("cash") or SYNTHETIC_CASH),
        roles=_roles(document.get("roles", {})),
        equity=tuple(str(name) for name in document.get("equity", [n for n, _ in growth])),
        asset_cap=_share(document.get("asset_cap", 1.0), "asset_cap"),
    )
    _require_consistent(universe)
    return universe


def _require_consistent(universe: Universe) -> None:
    assets = universe.assets
    doubled = sorted({name for name in assets if assets.count(name) > 1})
    if doubled:
        raise UniverseError(f"listed more than once: {', '.join(doubled)}")
    named = [*universe.equity, *(name for _, name in universe.roles)]
    strangers = sorted(set(named) - set(assets))
    if strangers:
        raise UniverseError(f"roles or equity name assets outside the sleeves: {strangers}")


def _sleeve(value: object, name: str) -> tuple[tuple[str, float], ...]:
    if not isinstance(value, Mapping):
        raise UniverseError(f"sleeve '{name}' is an object of asset to share")
    shares = {str(asset): _share(share, f"{name}.{asset}") for asset, share in value.items()}
    total = sum(shares.values())
    if shares and abs(total - 1.0) > 1e-6:
        raise UniverseError(f"sleeve '{name}' sums to {total:.6f}, not 1")
    # Sorted, because the order of columns must survive JSON files that sort their keys.
    return tuple(sorted(shares.items()))


def _roles(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping) or not set(value) <= set(ROLES):
        raise UniverseError(f"roles is an object with keys among {', '.join(ROLES)}")
    return tuple(sorted((str(role), str(asset)) for role, asset in value.items()))


def _share(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise UniverseError(f"{name} must be a share above 0 and at most 1, got {value!r}")
    return float(value)


def _whole(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UniverseError(f"{name} must be a whole number from 1, got {value!r}")
    return value


def _vector(sleeve: tuple[tuple[str, float], ...], assets: tuple[str, ...]) -> FloatArray:
    shares = dict(sleeve)
    return np.array([shares.get(name, 0.0) for name in assets])


def _rescaled(
    sleeve: tuple[tuple[str, float], ...], present: set[str]
) -> tuple[tuple[str, float], ...]:
    kept = [(name, share) for name, share in sleeve if name in present]
    total = sum(share for _, share in kept)
    return tuple((name, share / total) for name, share in kept)
