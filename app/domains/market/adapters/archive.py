"""Prices in Parquet partitions: DIR/source=ID/year=YYYY/prices.parquet and a manifest of hashes."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from app.domains.market.action_types import Action, ActionKind
from app.domains.market.archive_types import PriceArchive
from app.domains.market.errors import ArchiveError
from app.domains.market.rules import cutting
from app.domains.market.types import Source

MANIFEST = "manifest.json"
FORMAT = 1
MAX_YEARS = 200
MAX_SOURCES = 100
_SHOWN = 12


def years_of(archive: PriceArchive) -> list[int]:
    """Return the years that have closes: one partition each."""
    years = archive.closes.dates.astype("datetime64[Y]").astype(int) + 1970
    return sorted({int(year) for year in years})


def write_year(folder: Path, archive: PriceArchive, year: int) -> dict[str, Any]:
    """Write one partition and return its line of the manifest; the same closes, the same bytes."""
    # Late: the writer costs 50 MB, and the API process never writes files.
    import pyarrow as pa
    import pyarrow.parquet as pq

    dates = archive.closes.dates.astype("datetime64[D]")
    rows = dates.astype("datetime64[Y]").astype(int) + 1970 == year
    columns = [dates[rows], *archive.closes.prices[rows].T]
    names = ["date", *archive.closes.symbols]
    path = _folder(folder, archive.source.source_id) / f"year={year}" / "prices.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    pq.write_table(pa.table(dict(zip(names, columns, strict=True))), part, compression="zstd")
    part.replace(path)
    return {
        "path": f"year={year}/prices.parquet",
        "days": int(rows.sum()),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def write_manifest(folder: Path, archive: PriceArchive, files: list[dict[str, Any]]) -> Path:
    """Write what the partitions are, last of all: without it they are no archive."""
    source = archive.source
    facts = {
        "format": FORMAT,
        "source": {
            "source_id": source.source_id,
            "kind": source.kind,
            "label": source.label,
            "currency": source.currency,
            "symbols": list(source.symbols),
            "first_day": source.first_day.isoformat(),
            "last_day": source.last_day.isoformat(),
            "data_hash": archive.closes.data_hash,
            "calendar": source.calendar,
            "past": source.past,
            "provisional_day": source.provisional_day and source.provisional_day.isoformat(),
            "former": dict(source.former),
        },
        "actions": [
            {
                "symbol": action.symbol,
                "kind": action.kind.value,
                "day": action.day.isoformat(),
                "value": None if action.value is None else str(action.value),
                "becomes": action.becomes,
            }
            for action in archive.actions
        ],
        "files": files,
    }
    path = _folder(folder, source.source_id) / MANIFEST
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", "utf-8")
    part.replace(path)
    return path


def read_archives(folder: Path) -> Iterator[PriceArchive]:
    """Yield the sources under a folder, each checked against its hashes. Raises ArchiveError."""
    found = sorted(folder.glob(f"source=*/{MANIFEST}"))[:MAX_SOURCES]
    if (folder / MANIFEST).is_file():
        found = [folder / MANIFEST]
    if not found:
        raise ArchiveError(f"{folder}: no source=ID/{MANIFEST} in it")
    for path in found:
        yield _read(path)


def read_archive(folder: Path, source_id: str) -> PriceArchive | None:
    """Return one source of a folder, or None when it is not there. Raises ArchiveError."""
    path = _folder(folder, source_id) / MANIFEST
    return _read(path) if path.is_file() else None


def _folder(folder: Path, source_id: str) -> Path:
    return folder / f"source={source_id}"


def _read(path: Path) -> PriceArchive:
    try:
        facts = json.loads(path.read_text("utf-8"))
        if facts["format"] != FORMAT:
            raise ArchiveError(f"{path}: format {facts['format']}; this program reads {FORMAT}")
        source, actions = _source(facts["source"]), tuple(_action(x) for x in facts["actions"])
        names = [(str(file["path"]), str(file["sha256"])) for file in facts["files"]][:MAX_YEARS]
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise ArchiveError(f"{path}: not a manifest of prices ({error!r})") from error
    pieces = [_partition(path.parent, name, sha256, source) for name, sha256 in names]
    if not pieces:
        raise ArchiveError(f"{path}: no partitions in it")
    dates = np.concatenate([dates for dates, _ in pieces])
    closes = cutting.history_of(
        source, source.symbols, dates, np.concatenate([prices for _, prices in pieces])
    )
    if closes.data_hash != source.data_hash:
        raise ArchiveError(
            f"{path}: its closes have the hash {closes.data_hash[:_SHOWN]}, the manifest says"
            f" {source.data_hash[:_SHOWN]}"
        )
    return PriceArchive(source, closes, actions)


def _partition(
    folder: Path, name: str, sha256: str, source: Source
) -> tuple[np.ndarray, np.ndarray]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ArchiveError(f"{name} lies outside of {folder}")
    if not path.is_file():
        raise ArchiveError(f"{path} is missing")
    data = path.read_bytes()
    if (digest := hashlib.sha256(data).hexdigest()) != sha256:
        raise ArchiveError(
            f"{path} was changed: it has the hash {digest[:_SHOWN]}, the manifest says"
            f" {sha256[:_SHOWN]}"
        )
    try:
        table = pq.read_table(pa.BufferReader(data), columns=["date", *source.symbols])
        dates = table["date"].to_numpy().astype("datetime64[D]")
        columns = [table[symbol].to_numpy() for symbol in source.symbols]
    except (pa.ArrowException, KeyError, ValueError) as error:
        raise ArchiveError(f"{path}: not a partition of prices ({error})") from error
    return dates, np.stack(columns, axis=1).astype(np.float64)


def _source(row: dict[str, Any]) -> Source:
    provisional = row["provisional_day"]
    return Source(
        source_id=str(row["source_id"]),
        kind=str(row["kind"]),
        label=str(row["label"]),
        currency=str(row["currency"]),
        symbols=tuple(row["symbols"]),
        first_day=date.fromisoformat(row["first_day"]),
        last_day=date.fromisoformat(row["last_day"]),
        data_hash=str(row["data_hash"]),
        calendar=str(row["calendar"]),
        past=bool(row["past"]),
        provisional_day=date.fromisoformat(provisional) if provisional else None,
        former=dict(row["former"]),
    )


def _action(row: dict[str, Any]) -> Action:
    value = row["value"]
    return Action(
        symbol=str(row["symbol"]),
        kind=ActionKind(row["kind"]),
        day=date.fromisoformat(row["day"]),
        value=None if value is None else Decimal(value),
        becomes=row["becomes"],
    )
