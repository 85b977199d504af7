import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from app.ml.estimators.volatility import VolatilityEnsemble, VolatilityRecipe
from app.ml.features.prices import PriceTable
from app.ml.features.returns import FEATURE_NAMES, feature_rows
from app.ml.registry import ARRAYS_FILE, MANIFEST_FILE, ArtefactError
from app.ml.serving.frontier import build_frontier
from app.ml.serving.vol import load_volatility
from app.ml.training.volatility import (
    TrainedVolatility,
    TrainingError,
    train_volatility,
    write_volatility,
)
from tests.factories.prices import synthetic_prices

RECIPE = VolatilityRecipe(trees=20, seeds=2, min_leaf_rows=100)


@pytest.fixture(scope="module")
def table() -> PriceTable:
    return synthetic_prices(days=800)


@pytest.fixture(scope="module")
def trained(table: PriceTable) -> TrainedVolatility:
    return train_volatility(table, recipe=RECIPE)


@pytest.fixture(scope="module")
def rows(table: PriceTable) -> np.ndarray:
    return feature_rows(table.returns_until(len(table) - 1)[:, :-1], table.universe)


class TestTrainVolatility:
    def test_same_data_gives_the_same_artefact(
        self, table: PriceTable, trained: TrainedVolatility
    ) -> None:
        assert train_volatility(table, recipe=RECIPE).version == trained.version

    def test_knows_nothing_after_its_last_day(self, table: PriceTable) -> None:
        day = table.dates[699]
        altered = synthetic_prices(days=800)
        altered.prices[700:] *= 3.0
        before = train_volatility(table.until(day), recipe=RECIPE)
        after = train_volatility(altered.until(day), recipe=RECIPE)
        assert before.version == after.version
        assert before.model.trained_until == day.item()

    def test_history_without_a_label_is_refused(self) -> None:
        with pytest.raises(TrainingError, match="281 are needed to train"):
            train_volatility(synthetic_prices(days=281))

    def test_delisted_asset_is_refused_by_name(self, table: PriceTable) -> None:
        broken = synthetic_prices(days=400)
        broken.prices[350:, 2] = np.nan
        with pytest.raises(TrainingError, match="for EFA"):
            train_volatility(broken)

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_values_that_are_not_finite_are_refused(self, bad: float) -> None:
        with pytest.raises(ValueError, match="finite"):
            VolatilityEnsemble(RECIPE).fit(np.full((3, 30), bad), np.zeros(3))


class TestForecast:
    @pytest.mark.row("PA4")
    def test_is_the_mean_of_three_log_volatilities(
        self, trained: TrainedVolatility, rows: np.ndarray
    ) -> None:
        forecast = trained.model.forecast(rows)
        assert forecast.members.shape == (3, 13)
        np.testing.assert_allclose(forecast.log_volatility, forecast.members.mean(axis=0))

    def test_served_forecast_equals_the_estimators(
        self, table: PriceTable, trained: TrainedVolatility, rows: np.ndarray
    ) -> None:
        stored = trained.arrays
        served = trained.model.forecast(stored["golden.features"][:13]).log_volatility
        np.testing.assert_allclose(served, stored["golden.log_volatility"][:13], atol=1e-9)

    def test_rows_of_another_universe_are_refused(
        self, trained: TrainedVolatility, rows: np.ndarray
    ) -> None:
        with pytest.raises(ValueError, match="sleeves14 reads"):
            trained.model.forecast(rows[:5])

    @pytest.mark.row("EX1")
    def test_contributions_and_base_add_up_to_the_forecast(
        self, trained: TrainedVolatility, rows: np.ndarray
    ) -> None:
        parts = trained.model.contributions(rows)
        total = parts.base + parts.values.sum(axis=1)
        np.testing.assert_allclose(total, trained.model.forecast(rows).log_volatility, atol=1e-5)

    def test_calmer_past_month_lowers_the_forecast(
        self, trained: TrainedVolatility, rows: np.ndarray
    ) -> None:
        calm = rows.copy()
        calm[:, FEATURE_NAMES.index("ewv")] -= 1.0
        assert (
            trained.model.forecast(calm).log_volatility
            < trained.model.forecast(rows).log_volatility
        ).all()


class TestLoadVolatility:
    def stored(self, trained: TrainedVolatility, table: PriceTable, folder: Path) -> Path:
        write_volatility(trained, table, folder)
        return folder

    def test_serves_the_same_frontier_as_the_trained_model(
        self, trained: TrainedVolatility, table: PriceTable, tmp_path: Path
    ) -> None:
        loaded = load_volatility(self.stored(trained, table, tmp_path / "v"))
        assert loaded.universe == table.universe  # the one-hot columns follow its order
        day = len(table) - 1
        ours, theirs = build_frontier(table, day, loaded), build_frontier(table, day, trained.model)
        assert ours.version == theirs.version
        np.testing.assert_array_equal(ours.rung_volatility, theirs.rung_volatility)
        assert loaded.trained_until == date.fromisoformat(trained.manifest["trained_until"])

    def test_altered_artefact_is_refused(
        self, trained: TrainedVolatility, table: PriceTable, tmp_path: Path
    ) -> None:
        folder = self.stored(trained, table, tmp_path / "v")
        path = folder / ARRAYS_FILE
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
        with pytest.raises(ArtefactError, match="was altered"):
            load_volatility(folder)

    def test_other_feature_version_is_refused(
        self, trained: TrainedVolatility, table: PriceTable, tmp_path: Path
    ) -> None:
        folder = self.stored(trained, table, tmp_path / "v")
        path = folder / MANIFEST_FILE
        manifest = json.loads(path.read_text())
        manifest["feature_version"] = "returns-0"
        path.write_text(json.dumps(manifest))
        with pytest.raises(ArtefactError, match="returns-0"):
            load_volatility(folder)

    def test_card_names_data_split_and_baseline(
        self, trained: TrainedVolatility, table: PriceTable, tmp_path: Path
    ) -> None:
        folder = self.stored(trained, table, tmp_path / "v")
        card = (folder / "card.md").read_text()
        assert trained.manifest["data_sha256"][:16] in card
        assert "EWMA, half-life 20 days" in card
        assert "It forecasts no return" in card


class TestRecipe:
    def test_json_form_reads_back_equal(self) -> None:
        assert VolatilityRecipe.from_dict(json.loads(json.dumps(RECIPE.to_dict()))) == RECIPE
