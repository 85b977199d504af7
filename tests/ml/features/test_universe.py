import json
from pathlib import Path

import numpy as np
import pytest

from app.ml.features.universe import (
    SYNTHETIC_CASH,
    Universe,
    UniverseError,
    built_in_universe,
    parse_universe,
    read_universe,
    universe_for,
)


class TestBuiltInUniverse:
    def test_has_the_fourteen_sleeve_funds_with_cash_last(self) -> None:
        universe = built_in_universe()
        assert len(universe.assets) == 14
        assert universe.assets[-1] == universe.cash == "BIL"
        assert len(universe.risky) == 13

    def test_sleeves_sum_to_one(self) -> None:
        for vector in built_in_universe().sleeve_weights():
            assert vector.sum() == pytest.approx(1.0, abs=1e-12)

    @pytest.mark.parametrize("universe", [built_in_universe(), universe_for(["ZZZ", "AAA", "BIL"])])
    def test_json_form_with_sorted_keys_reads_back_equal(self, universe: Universe) -> None:
        text = json.dumps(universe.to_dict(), sort_keys=True)
        assert parse_universe(json.loads(text)) == universe


class TestUniverseFor:
    def test_known_subset_keeps_sleeves_and_rescales_them(self) -> None:
        universe = universe_for(["VTI", "EFA", "AGG", "BIL"])
        assert dict(universe.growth) == pytest.approx({"VTI": 0.50 / 0.77, "EFA": 0.27 / 0.77})
        assert dict(universe.defensive) == {"AGG": 1.0}

    def test_unknown_tickers_become_an_equal_weight_growth_sleeve(self) -> None:
        universe = universe_for(["AAA", "BBB", "BIL"])
        assert dict(universe.growth) == {"AAA": 0.5, "BBB": 0.5}
        assert universe.cash == "BIL"
        assert universe.role("equity_market") is None

    def test_without_a_cash_column_a_zero_rate_asset_stands_in(self) -> None:
        assert universe_for(["AAA"]).cash == SYNTHETIC_CASH

    def test_empty_defensive_sleeve_holds_cash(self) -> None:
        _, defensive, cash = universe_for(["AAA", "BIL"]).sleeve_weights()
        np.testing.assert_array_equal(defensive, cash)

    def test_explicit_universe_with_a_missing_column_is_refused(self) -> None:
        with pytest.raises(UniverseError, match="no column for TLT"):
            universe_for([a for a in built_in_universe().assets if a != "TLT"], built_in_universe())


class TestParseUniverse:
    def document(self) -> dict[str, object]:
        return built_in_universe().to_dict()

    def test_sleeve_that_does_not_sum_to_one_is_refused(self) -> None:
        document = self.document()
        document["sleeves"]["growth"]["VTI"] = 0.6
        with pytest.raises(UniverseError, match=r"sums to 1\.1"):
            parse_universe(document)

    def test_asset_in_two_sleeves_is_refused(self) -> None:
        document = self.document()
        document["sleeves"]["cash"] = "VTI"
        with pytest.raises(UniverseError, match="more than once: VTI"):
            parse_universe(document)

    @pytest.mark.parametrize(
        "broken",
        [
            [],
            {},
            {"sleeves": {"growth": {}}},
            {"sleeves": {"growth": {"A": -1}}},
            {"sleeves": {"growth": {"A": float("nan")}}},
            {"sleeves": {"growth": {"A": 1}}, "roles": {"king": "A"}},
            {"sleeves": {"growth": {"A": 1}}, "equity": ["Z"]},
            {"sleeves": {"growth": {"A": 1}}, "version": 0},
        ],
    )
    def test_malformed_document_is_refused(self, broken: object) -> None:
        with pytest.raises(UniverseError):
            parse_universe(broken)


class TestReadUniverse:
    def test_file_reads_as_written(self, tmp_path: Path) -> None:
        path = tmp_path / "u.json"
        path.write_text(json.dumps({"sleeves": {"growth": {"A": 0.5, "B": 0.5}, "cash": "C"}}))
        universe: Universe = read_universe(path)
        assert universe.assets == ("A", "B", "C")

    def test_invalid_json_names_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "u.json"
        path.write_text("{")
        with pytest.raises(UniverseError, match=r"u\.json is not valid JSON"):
            read_universe(path)
