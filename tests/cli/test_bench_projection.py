"""`finnami bench projection` in its short form."""

import json

import pytest
from click.testing import CliRunner

from app.cli.main import main
from app.ml.training.projection_calibration import calibration


class TestBenchProjection:
    @pytest.mark.row("PA7")
    def test_prints_the_fan_and_the_calibration(self) -> None:
        done = CliRunner().invoke(
            main, ["bench", "projection", "--quick", "--json", "--gate", "none"]
        )

        assert done.exit_code == 0, done.output
        document = json.loads(done.stdout)
        fan = document["fan"]
        assert fan["worst_minor"] <= fan["low"] <= fan["middle"] <= fan["high"]
        assert fan["worst_loss_minor"] == max(fan["paid_in_minor"] - fan["worst_minor"], 0)


class TestCalibration:
    @pytest.mark.row("RS7")
    def test_beats_climatology_and_the_uncertain_mean_widens_the_fan(self) -> None:
        found = calibration(worlds=150, seed=3)
        sure = calibration(worlds=150, seed=3, uncertain_mean=False)

        assert found["brier"] <= found["brier_climatology"]
        assert found["fan_10_90_covers"] > sure["fan_10_90_covers"]
