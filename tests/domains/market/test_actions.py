"""Corporate actions: files, closes that compare, prices that are no outliers."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domains.market.action_types import Action, ActionFile, ActionKind
from app.domains.market.adapters.action_file import read_action_file
from app.domains.market.adapters.intake import gate_for
from app.domains.market.errors import ActionError
from app.domains.market.feed_types import Judgement, Tick
from app.domains.market.rules import adjusting
from app.domains.market.service import MarketService
from app.domains.market.types import Adjust, Quote
from tests.domains.market.test_importing import CSV, clock, imported, market, quote, read
from tests.fakes.clock import FakeClock

__all__ = ["clock", "market"]
pytestmark = pytest.mark.row("MD4")
DAY = date(2026, 11, 24)
SPLIT = "date,VTI,XYZ\n2026-11-19,10,20\n2026-11-20,10.5,20.1\n2026-11-23,1.05,20.2\n"
HEAD = "date,symbol,action,value\n"


def action(kind: str, value: str, day: date = DAY, symbol: str = "VTI") -> Action:
    return Action(symbol, ActionKind(kind), day, Decimal(value), None)


def written(tmp_path: Path, text: str) -> ActionFile:
    path = tmp_path / "actions.csv"
    path.write_text(text)
    return read_action_file(path)


class TestFile:
    def test_ratios_amounts_and_names_are_read(self, tmp_path: Path) -> None:
        found = written(
            tmp_path,
            HEAD + "2026-11-24,VTI,split,10:1\n2026-11-24,XYZ,split,1:4\n"
            "2026-11-25,VTI,dividend,0.82\n2026-11-26,XYZ,rename,ABC\n",
        )
        assert found.problems == ()
        assert [one.value for one in found.actions[:3]] == [10, Decimal("0.25"), Decimal("0.82")]
        assert found.actions[3].becomes == "ABC"

    @pytest.mark.parametrize(
        "row",
        [
            "24.11.2026,VTI,split,2",
            "2026-11-24,VTI,merger,2",
            "2026-11-24,VTI,split,0",
            "2026-11-24,VTI,split,1:0",
            "2026-11-24,VTI,split,NaN",
            "2026-11-24,VTI,dividend,-1",
            "2026-11-24,v t i,dividend,1",
            "2026-11-24,VTI,rename,VTI",
            "2026-11-24,VTI,split",
        ],
    )
    def test_fault_is_named_with_its_row(self, tmp_path: Path, row: str) -> None:
        assert [number for number, _ in written(tmp_path, HEAD + row + "\n").problems] == [1]

    @pytest.mark.parametrize("text", ["", "date,symbol\n1,2\n", HEAD])
    def test_other_files_are_faults_not_crashes(self, tmp_path: Path, text: str) -> None:
        assert written(tmp_path, text).problems


class TestAdjusted:
    @settings(deadline=None)
    @given(st.floats(0.01, 1000), st.lists(st.floats(0.9, 1.1), min_size=3, max_size=30), st.data())
    def test_split_of_any_ratio_leaves_returns_as_they_were(
        self, ratio: float, moves: list[float], data: st.DataObject
    ) -> None:
        at = data.draw(st.integers(1, len(moves) - 1))
        days = np.arange(len(moves)) + np.datetime64(DAY)
        true = 100 * np.cumprod(moves)[:, None]
        raw = true.copy()
        raw[at:] /= ratio
        split = Action("A", ActionKind.SPLIT, days[at].item(), Decimal(repr(ratio)), None)
        found = adjusting.adjusted(("A",), days, raw, [split], dividends=True)
        assert np.allclose(found[1:] / found[:-1], true[1:] / true[:-1], rtol=1e-12)
        assert found[-1] == raw[-1], "the last day is as it was"

    @settings(deadline=None)
    @given(st.floats(0.001, 0.4), st.floats(0.9, 1.1))
    def test_dividend_is_earned_not_lost(self, share: float, move: float) -> None:
        days = np.array([DAY - timedelta(days=1), DAY], dtype="datetime64[D]")
        paid = 100 * share
        raw = np.array([[100.0], [(100 - paid) * move]])
        dividend = Action("A", ActionKind.DIVIDEND, DAY, Decimal(repr(paid)), None)
        total = adjusting.adjusted(("A",), days, raw, [dividend], dividends=True)
        assert total[1, 0] / total[0, 0] == pytest.approx(move)
        assert (adjusting.adjusted(("A",), days, raw, [dividend], dividends=False) == raw).all()

    def test_action_after_the_last_day_changes_nothing(self) -> None:
        days = np.array(["2026-11-20", "2026-11-23"], dtype="datetime64[D]")
        raw = np.array([[10.0], [11.0]])
        found = adjusting.adjusted(("VTI",), days, raw, [action("split", "10")], dividends=True)
        assert (found == raw).all()


class TestRecord:
    async def test_history_compares_and_what_was_asked_before_is_the_same(
        self, market: MarketService, tmp_path: Path
    ) -> None:
        await imported(market, tmp_path, SPLIT)
        before = await market.history(("VTI",), end=date(2026, 11, 20), days=10)
        file = written(tmp_path, HEAD + "2026-11-23,VTI,split,10:1\n")
        await market.actions.record(file)
        await market.actions.record(file)
        found = await market.history(("VTI", "XYZ"), end=DAY, days=10)
        assert found.prices[:, 0].tolist() == pytest.approx([1.0, 1.05, 1.05])
        assert found.prices[:, 1].tolist() == [20, 20.1, 20.2]
        raw = await market.history(("VTI",), end=DAY, days=10, adjust=Adjust.RAW)
        assert raw.prices[:, 0].tolist() == [10, 10.5, 1.05]
        again = await market.history(("VTI",), end=date(2026, 11, 20), days=10)
        assert again.data_hash == before.data_hash, "a later split changes no earlier answer"

    async def test_new_name_keeps_the_history_under_both(
        self, market: MarketService, tmp_path: Path
    ) -> None:
        source = await imported(market, tmp_path)
        before = await market.history(("XYZ",), end=DAY, days=10)
        await market.actions.record(written(tmp_path, HEAD + "2026-11-23,XYZ,rename,BRK.B\n"))
        assert (await market.source()).symbols == ("VTI", "BRK.B")
        old, new = [await market.history((name,), end=DAY, days=10) for name in ("XYZ", "BRK.B")]
        assert old.data_hash == before.data_hash
        assert np.array_equal(old.prices, new.prices)
        newer = CSV.replace("XYZ", "BRK.B") + "2026-11-24,10.6,20.3\n"
        done = await market.refresh(read(tmp_path, newer), source.source_id)
        assert done.added_days == 1
        old = await market.history(("VTI", "XYZ"), end=DAY, days=10)
        assert old.prices[-1].tolist() == [10.6, 20.3]

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            ("2026-11-23,VTI,split,10", "adjusted before"),
            ("2026-11-23,VTI,dividend,9", "per share"),
            ("2026-11-23,NOPE,dividend,1", "not a symbol"),
            ("2026-11-23,VTI,rename,XYZ", "already"),
        ],
    )
    async def test_contradiction_keeps_nothing(
        self, market: MarketService, tmp_path: Path, row: str, words: str
    ) -> None:
        source = await imported(market, tmp_path)
        good = "2026-11-20,XYZ,dividend,0.1\n"
        with pytest.raises(ActionError, match=words):
            await market.actions.record(written(tmp_path, HEAD + good + row + "\n"))
        assert await market.actions.of(source.source_id, through=date.max) == []

    async def test_sandbox_market_has_none(self, market: MarketService, tmp_path: Path) -> None:
        await market.ensure_simulated()
        with pytest.raises(ActionError, match="sandbox"):
            await market.actions.record(written(tmp_path, HEAD + "2026-11-23,VTI,split,2\n"))

    async def test_old_price_is_stale_from_the_split_on_and_adjusted_once_booked(
        self, market: MarketService, clock: FakeClock, tmp_path: Path
    ) -> None:
        await imported(market, tmp_path)
        await market.actions.record(written(tmp_path, HEAD + "2026-11-24,VTI,split,10:1\n"))
        seen = []
        for hours in (0, 3):  # before the opening at 14:30, and after
            clock.advance(hours * 3600)
            await quote(market, clock)
            found = (await market.last_quotes())["VTI"]
            seen.append((found.price, found.stale, len(await market.actions.due())))
        assert seen == [(Decimal("10.4"), False, 0), (Decimal("10.4"), True, 1)]
        await market.actions.booked((await market.actions.due())[0])
        found = (await market.last_quotes())["VTI"]
        assert (found.price, found.stale) == (Decimal("1.04"), True)
        assert await market.actions.due() == []


class TestGate:
    @pytest.mark.parametrize(
        ("kind", "value", "after"), [("dividend", "9", "91"), ("split", "10", "10")]
    )
    async def test_known_action_is_no_outlier_and_an_unknown_one_waits(
        self, market: MarketService, tmp_path: Path, kind: str, value: str, after: str
    ) -> None:
        source = await imported(market, tmp_path)
        yesterday = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
        known = {
            "VTI": Quote("VTI", Decimal(100), "USD", "x", yesterday.date(), yesterday, yesterday)
        }
        at = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
        tick = Tick("VTI", Decimal(after), "USD", "fake", at, at)
        assert gate_for(source, known).judge(tick) is Judgement.OUTLIER
        gate = gate_for(source, known, [action(kind, value)])
        assert gate.judge(tick) is Judgement.ACCEPTED
        spike = Tick("VTI", Decimal(after) * 2, "USD", "fake", at, at)
        assert gate.judge(spike) is Judgement.OUTLIER
