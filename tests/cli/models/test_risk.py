"""`finnami train|predict|evaluate risk`, run as a person would, on invented households."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.cli.main import main
from app.ml.training.risk_fairness import waiver_bytes
from tests.factories.households import households

TARGETS = ["NOFINRISK", "YESFINRISK", "EQUITY", "FIN", "WGT"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained on 240 households, and 100 others."""
    root = tmp_path_factory.mktemp("risk")
    households().to_parquet(root / "known.parquet")
    others = households(100, seed=4)
    others["YY1"] += 10_000
    others.to_parquet(root / "others.parquet")
    done = run("train", "risk", "--data", str(root / "known.parquet"), "--out", str(root / "m"))
    assert done.exit_code == 0, done.output
    return root


def predicted(folder: Path, frame: pd.DataFrame, name: str) -> pd.DataFrame:
    frame.to_parquet(folder / f"{name}.in.parquet")
    out = folder / f"{name}.out.parquet"
    done = run(
        "predict", "risk", "--model", str(folder / "m"),
        "--data", str(folder / f"{name}.in.parquet"), "--out", str(out),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return pd.read_parquet(out)


class TestPredict:
    def test_writes_one_row_per_row_in_order(self, folder: Path) -> None:
        frame = households(30, seed=9).sample(frac=1, random_state=1).reset_index(drop=True)

        found = predicted(folder, frame, "order")

        assert list(found.columns) == [
            "YY1", "Y1", "p_none", "p_average", "p_substantial", "equity_share"
        ]  # fmt: skip
        assert found["Y1"].tolist() == frame["Y1"].tolist()
        total = found[["p_none", "p_average", "p_substantial"]].sum(axis=1)
        np.testing.assert_allclose(total, 1.0, atol=1e-12)
        assert found["equity_share"].between(0, 1).all()

    @pytest.mark.row("RS4")
    def test_neither_needs_targets_nor_reads_them(self, folder: Path) -> None:
        frame = households(30, seed=9)
        twisted = frame.assign(**dict.fromkeys(TARGETS, 1.0))

        bare = predicted(folder, frame.drop(columns=TARGETS), "bare")

        pd.testing.assert_frame_equal(bare, predicted(folder, twisted, "twisted"))

    @pytest.mark.row("EX8")
    def test_flipping_sex_and_race_changes_nothing(self, folder: Path) -> None:
        frame = households(30, seed=9)
        flipped = frame.assign(HHSEX=3 - frame["HHSEX"], RACECL=3 - frame["RACECL"])

        same = predicted(folder, frame, "as_is")

        pd.testing.assert_frame_equal(same, predicted(folder, flipped, "flipped"))

    def test_a_missing_column_is_named(self, folder: Path) -> None:
        households(30).drop(columns=["AGE"]).to_parquet(folder / "no_age.parquet")

        done = run(
            "predict", "risk", "--model", str(folder / "m"),
            "--data", str(folder / "no_age.parquet"), "--out", str(folder / "never.parquet"),
        )  # fmt: skip

        assert done.exit_code == 2
        assert "lacks columns: AGE" in done.output

    def test_an_altered_artefact_is_refused(self, folder: Path, tmp_path: Path) -> None:
        copy = tmp_path / "altered"
        copy.mkdir()
        for name in ("artefact.npz", "manifest.json", "card.md"):
            (copy / name).write_bytes((folder / "m" / name).read_bytes())
        with (copy / "artefact.npz").open("ab") as stream:
            stream.write(b"x")

        done = run(
            "predict", "risk", "--model", str(copy), "--data", str(folder / "known.parquet"),
            "--out", str(tmp_path / "never.parquet"),
        )  # fmt: skip

        assert done.exit_code == 2
        assert "altered" in done.output

    def test_serving_loads_nothing_that_learns(self, folder: Path) -> None:
        code = (
            "import sys; from pathlib import Path; from app.ml.serving.risk import load_risk;"
            f"load_risk(Path({str(folder / 'm')!r}));"
            "print(sorted({'sklearn', 'xgboost', 'lightgbm', 'pandas'} & sys.modules.keys()))"
        )

        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )

        assert done.stdout.strip() == "[]"


class TestTrain:
    def test_the_same_data_again_is_the_same_artefact(self, folder: Path) -> None:
        before = (folder / "m" / "manifest.json").read_bytes()

        data = str(folder / "known.parquet")
        done = run("train", "risk", "--data", data, "--out", str(folder / "m"))

        assert done.exit_code == 0, done.output
        assert (folder / "m" / "manifest.json").read_bytes() == before

    def test_reports_folds_of_whole_households_and_the_card(self, folder: Path) -> None:
        manifest = json.loads((folder / "m" / "manifest.json").read_text())

        assert manifest["folds"]["split"] == "5 folds of whole households"
        assert manifest["folds"]["auc_none"] > 0.75
        assert manifest["version"] in (folder / "m" / "card.md").read_text()

    def test_no_golden_row_is_a_household(self, folder: Path) -> None:
        from app.ml.features.risk import SOURCE_COLUMNS, feature_rows

        frame = pd.read_parquet(folder / "known.parquet")
        X = feature_rows({name: frame[name].to_numpy(float) for name in SOURCE_COLUMNS})
        golden = np.load(folder / "m" / "artefact.npz")["golden.features"]

        assert not any((row == X).all(axis=1).any() for row in golden)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda f: f.assign(NOFINRISK=0.0, YESFINRISK=0.0), "every class"),
            (lambda f: f.head(20), "too few"),
            (lambda f: f.assign(WGT=0.0), "weight"),
            (lambda f: f.drop(columns=["FIN"]), "lacks target columns: FIN"),
            (lambda f: f.assign(YY1=np.nan), "no household number"),
        ],
    )
    def test_bad_data_is_refused_with_its_reason(
        self, tmp_path: Path, change: Any, words: str
    ) -> None:
        change(households(60)).to_parquet(tmp_path / "bad.parquet")

        done = run(
            "train", "risk", "--data", str(tmp_path / "bad.parquet"), "--out", str(tmp_path / "m")
        )

        assert done.exit_code == 2
        assert words in done.output
        assert not (tmp_path / "m").exists()


class TestEvaluate:
    def test_measures_unseen_households(self, folder: Path) -> None:
        done = run(
            "evaluate", "risk", "--model", str(folder / "m"),
            "--data", str(folder / "others.parquet"),
        )  # fmt: skip

        assert done.exit_code in (0, 1)
        report = json.loads(done.stdout)
        assert report["households"] == 100
        assert report["auc_none"] > 0.7
        assert report["reasons"]["sum_difference_max"] <= 1e-5
        assert -1 <= report["reasons"]["rank_agreement_mean"] <= 1

    def test_households_of_the_training_are_left_out(self, folder: Path, tmp_path: Path) -> None:
        known = pd.read_parquet(folder / "known.parquet")
        known.sample(frac=1, random_state=2).to_parquet(tmp_path / "shuffled.parquet")

        done = run(
            "evaluate", "risk", "--model", str(folder / "m"),
            "--data", str(tmp_path / "shuffled.parquet"),
        )  # fmt: skip

        assert done.exit_code == 2
        assert "every household of the file was trained on" in done.output

    @pytest.mark.row("EX8")
    def test_a_gap_needs_a_signed_waiver(self, folder: Path, tmp_path: Path) -> None:
        key = Ed25519PrivateKey.generate()
        frame = households(500, seed=8)
        frame["YY1"] += 50_000
        # Women of this file answer the opposite of what their facts suggest.
        women = frame["HHSEX"] == 2
        frame.loc[women, "NOFINRISK"] = 1 - frame.loc[women, "NOFINRISK"]
        frame.loc[women, "YESFINRISK"] = 0.0
        frame.to_parquet(tmp_path / "unequal.parquet")
        arguments = (
            "evaluate", "risk", "--model", str(folder / "m"),
            "--data", str(tmp_path / "unequal.parquet"),
        )  # fmt: skip
        version = json.loads((folder / "m" / "manifest.json").read_text())["version"]
        content = {
            "model": version, "attributes": ["sex", "age", "married", "race"],
            "reason": "a test file", "signed_by": "nobody", "until": "2999-01-01",
        }  # fmt: skip
        (tmp_path / "key").write_bytes(key.public_key().public_bytes_raw())

        def waiver(**changes: str) -> tuple[str, ...]:
            signature = base64.b64encode(key.sign(waiver_bytes(content))).decode()
            document = {"content": content | changes, "signature": signature}
            (tmp_path / "waiver.json").write_text(json.dumps(document))
            return (
                "--waiver", str(tmp_path / "waiver.json"), "--waiver-key", str(tmp_path / "key"),
            )  # fmt: skip

        without = run(*arguments)
        signed = run(*arguments, *waiver())
        altered = run(*arguments, *waiver(reason="another"))

        assert without.exit_code == 1
        assert "sex" in json.loads(without.stdout)["findings"]
        assert signed.exit_code == 0
        assert altered.exit_code == 2
        assert "signature" in altered.output
