"""Prices as partitions and back: lossless, checked, and never half."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.domains.market.adapters import archive
from app.domains.market.adapters.action_file import read_action_file
from app.domains.market.archive_types import PriceArchive
from app.domains.market.errors import ArchiveError
from app.domains.market.service import COLLECTIONS, MarketService, archived_history
from tests.domains.market.test_importing import clock, imported, market
from tests.fakes.clock import FakeClock
from tests.fakes.db import FakeDatabase

__all__ = ["clock", "market"]
pytestmark = pytest.mark.row("MD5")
CSV = (
    "date,VTI,BRK.B\n2025-12-30,10.123456789012345,2\n2025-12-31,10.5,2.1\n"
    "2026-11-20,1.05,0.1\n2026-11-23,1.04,0.30000000000000004\n"
)
ACTIONS = "date,symbol,action,value\n2026-11-20,VTI,split,10:1\n2026-11-23,BRK.B,rename,BRK\n"


def write(folder: Path, found: PriceArchive) -> Path:
    files = [archive.write_year(folder, found, year) for year in archive.years_of(found)]
    return archive.write_manifest(folder, found, files)


async def made(market: MarketService, tmp_path: Path) -> PriceArchive:
    await imported(market, tmp_path, CSV)
    path = tmp_path / "actions.csv"
    path.write_text(ACTIONS)
    await market.actions.record(read_action_file(path))
    return await market.archives.of()


async def test_source_comes_back_as_it_was_on_another_machine(
    market: MarketService, clock: FakeClock, tmp_path: Path
) -> None:
    before = await made(market, tmp_path)
    manifest = write(tmp_path / "out", before)
    assert sorted(p.name for p in manifest.parent.iterdir()) == [
        "manifest.json", "year=2025", "year=2026",
    ]  # fmt: skip
    (after,) = archive.read_archives(tmp_path / "out")
    assert np.array_equal(after.closes.prices, before.closes.prices), "to the last bit"
    assert np.array_equal(after.closes.dates, before.closes.dates)
    assert after.actions == before.actions
    db = FakeDatabase(COLLECTIONS, abort_first=True, clock=clock)
    other = MarketService(db=db, clock=clock, seed=7)
    assert await other.archives.restore(after) == await other.archives.restore(after)
    assert (await other.source()).former == {"BRK.B": "BRK"}
    for symbols in (("VTI", "BRK"), ("BRK.B",)):
        end = before.source.last_day
        wanted = await market.history(symbols, end=end, days=10)
        found = await other.history(symbols, end=end, days=10)
        direct = archived_history(after, symbols, end=end, days=10)
        assert wanted.data_hash == found.data_hash == direct.data_hash


async def test_writing_twice_gives_the_same_bytes(market: MarketService, tmp_path: Path) -> None:
    found = await made(market, tmp_path)
    one, two = write(tmp_path / "a", found), write(tmp_path / "b", found)
    assert one.read_bytes() == two.read_bytes()


def change_a_byte(manifest: Path) -> None:
    path = manifest.parent / "year=2025" / "prices.parquet"
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(bytes(data))


def lose_a_year(manifest: Path) -> None:
    (manifest.parent / "year=2025" / "prices.parquet").unlink()


def forget_a_year(manifest: Path) -> None:
    facts = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**facts, "files": facts["files"][1:]}))


def point_outside(manifest: Path) -> None:
    facts = json.loads(manifest.read_text())
    facts["files"][0]["path"] = "../../elsewhere.parquet"
    manifest.write_text(json.dumps(facts))


def replace_a_file(manifest: Path) -> None:
    path = manifest.parent / "year=2025" / "prices.parquet"
    path.write_bytes(b"not parquet")
    facts = json.loads(manifest.read_text())
    facts["files"][0]["sha256"] = hashlib.sha256(b"not parquet").hexdigest()
    manifest.write_text(json.dumps(facts))


def spoil_the_manifest(manifest: Path) -> None:
    manifest.write_text("{")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (change_a_byte, "was changed"),
        (lose_a_year, "is missing"),
        (forget_a_year, "the manifest says"),
        (point_outside, "outside"),
        (replace_a_file, "not a partition"),
        (spoil_the_manifest, "not a manifest"),
        (Path.unlink, "no source="),
    ],
)
async def test_harm_is_named_and_nothing_is_read(
    market: MarketService, tmp_path: Path, harm: Callable[[Path], None], words: str
) -> None:
    manifest = write(tmp_path / "out", await made(market, tmp_path))
    harm(manifest)
    with pytest.raises(ArchiveError, match=words):
        list(archive.read_archives(tmp_path / "out"))


async def test_source_of_the_same_name_with_other_closes_is_kept(
    market: MarketService, tmp_path: Path
) -> None:
    found = await made(market, tmp_path)
    (tmp_path / "prices.csv").write_text(CSV.replace("1.04", "1.06"))
    key = {"_id": f"{found.source.source_id}:VTI:2026"}
    await market._sources._db.update_one("price_years", key, {"$set": {"closes": [1.0, 1.0]}})
    with pytest.raises(ArchiveError, match="other closes"):
        await market.archives.restore(found)
