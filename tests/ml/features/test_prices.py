import numpy as np
import pytest

from app.ml.features.prices import CARRY_DAYS, PriceTable, StalePriceError, price_table
from app.ml.features.universe import UniverseError, universe_for
from tests.factories.prices import synthetic_columns

UNIVERSE = universe_for(["A", "B"])
DATES, COLUMNS = synthetic_columns(days=300, seed=3, universe=UNIVERSE)


def table_with(asset: str, rows: slice, value: float) -> PriceTable:
    altered = {name: prices.copy() for name, prices in COLUMNS.items()}
    altered[asset][rows] = value
    return price_table(UNIVERSE, DATES, altered)


class TestPriceTable:
    def test_short_gap_carries_the_last_price_and_marks_the_day_stale(self) -> None:
        table = table_with("A", slice(280, 283), np.nan)
        assert table.prices[282, 0] == table.prices[279, 0]
        assert not table.fresh[282, 0]
        with pytest.raises(StalePriceError, match="A has no fresh price"):
            table.returns_until(282)
        assert len(table.returns_until(283)) == 283

    @pytest.mark.parametrize("nothing", [0.0, -3.0, np.nan, np.inf])
    def test_price_that_is_no_price_is_treated_as_missing(self, nothing: float) -> None:
        assert not table_with("B", slice(290, 291), nothing).fresh[290, 1]

    def test_delisted_asset_is_refused_by_name_and_day(self) -> None:
        table = table_with("A", slice(270, None), np.nan)
        with pytest.raises(
            StalePriceError, match=f"A has no price since {DATES[270 + CARRY_DAYS]}"
        ):
            table.returns_until(299)

    def test_asset_that_returns_after_a_long_hole_stays_refused(self) -> None:
        table = table_with("A", slice(265, 275), np.nan)
        with pytest.raises(StalePriceError):
            table.returns_until(299)

    def test_rows_before_the_first_complete_day_are_dropped(self) -> None:
        table = table_with("B", slice(0, 20), np.nan)
        assert table.dates[0] == DATES[20]

    def test_short_history_is_refused(self) -> None:
        with pytest.raises(StalePriceError, match="260 are needed"):
            price_table(UNIVERSE, DATES, COLUMNS).returns_until(200)

    def test_synthetic_cash_never_moves(self) -> None:
        columns = {name: COLUMNS[name] for name in ("A", "B")}
        table = price_table(UNIVERSE, DATES, columns)
        assert set(table.prices[:, -1]) == {1.0}

    def test_dates_out_of_order_are_refused(self) -> None:
        dates = DATES.copy()
        dates[5] = dates[4]
        with pytest.raises(UniverseError, match="dates must increase"):
            price_table(UNIVERSE, dates, COLUMNS)

    def test_missing_column_is_refused(self) -> None:
        with pytest.raises(UniverseError, match="no column for B"):
            price_table(UNIVERSE, DATES, {"A": COLUMNS["A"]})

    def test_hash_changes_with_one_price_and_not_with_later_rows(self) -> None:
        table = price_table(UNIVERSE, DATES, COLUMNS)
        day = DATES[250]
        assert (
            table.until(day).sha256() == table_with("A", slice(251, None), 5.0).until(day).sha256()
        )
        assert (
            table.until(day).sha256() != table_with("A", slice(250, 251), 5.0).until(day).sha256()
        )

    def test_all_columns_empty_gives_an_empty_table(self) -> None:
        assert len(table_with("A", slice(None), np.nan)) == 0
