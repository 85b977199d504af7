"""Layers learnt from lines, and a model that reads with them."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from app.cli.main import main
from app.ml import registry
from app.ml.features.encoder import Layers
from app.ml.features.vectors import E5Vectors
from app.ml.registry import ArtefactError
from app.ml.serving.intents import FEATURE_SET
from app.ml.training.encoder.training import lines_of, load_tuned
from app.ml.training.encoder.tuning import EncoderRecipe, tune
from app.ml.training.held_out import hold_out, marks_of, set_unlearnt_aside
from app.ml.training.intent_rows import Row, RowsError, Use, read_training_rows
from tests.ml.intents.small import outside, rows

pytestmark = pytest.mark.row("CH4")
FEW = EncoderRecipe(layers=1, epochs=2, batch=24)


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("data") / "train.json"
    file.write_text(json.dumps({"train": rows() + outside()}), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def layers(encoder: E5Vectors, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert encoder
    out = tmp_path_factory.mktemp("out") / "encoder"
    done = _run("train", "encoder", "--data", data, "--out", out, "--layers", 1, "--epochs", 1)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["recipe"]["layers"] == 1
    return out


class TestTune:
    def test_the_same_lines_give_the_same_layers_and_they_name_the_labels(
        self, encoder: E5Vectors
    ) -> None:
        known = rows()
        texts, labels = [text for text, _ in known], [label for _, label in known]
        counted: list[int] = []
        one = tune(encoder.folder, texts, labels, recipe=FEW, progress=counted.append)
        other = tune(encoder.folder, texts, labels, recipe=FEW)
        assert sum(counted) == len(texts) * 3
        assert set(one.layers) == {name for name in one.layers if name.startswith("l11.")}
        for name, values in one.layers.items():
            assert np.array_equal(values, other.layers[name]), name
        before, after = encoder.rows(texts), encoder.over(one.layers).rows(texts)
        assert _apart(after, labels) > _apart(before, labels)

    def test_one_label_teaches_nothing(self, encoder: E5Vectors) -> None:
        with pytest.raises(ValueError, match="1 label: two are needed"):
            tune(encoder.folder, ["a", "b"], ["x", "x"], recipe=FEW)


class TestHeldOut:
    def test_what_is_set_aside_is_never_learnt_from(self, data: Path) -> None:
        read = read_training_rows(data)
        cut = hold_out(read, seed=7)
        aside = {row.text for row in cut if row.use is Use.ASIDE}
        assert 0.05 * len(read) < len(aside) < 0.2 * len(read)
        texts, labels = lines_of(read, EncoderRecipe(copies=0.0))
        assert len(texts) == len(labels) == len(read) - len(aside)
        assert not aside & set(texts)
        assert hold_out(read, seed=8) != cut == hold_out(read, seed=7)

    def test_an_authors_own_cut_is_kept(self) -> None:
        own = [Row("a", "x", Use.FIT, "s"), Row("b", "x", Use.CALIBRATE, "s")]
        assert hold_out(own, seed=7) == own


class TestTrainIntentsWithAnEncoder:
    def test_the_model_carries_its_layers_and_reads_with_them(
        self, data: Path, layers: Path, encoder: E5Vectors, tmp_path: Path
    ) -> None:
        model = tmp_path / "model"
        done = _run(
            "train", "intents", "--data", data, "--encoder", layers, "--out", model,
            "--cache", tmp_path,
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        summary = json.loads(done.stdout)
        assert summary["calibrated_on"] == "held out rows"
        read = read_training_rows(data)
        assert summary["data"]["fit_rows"] == len(read)
        assert 0 < summary["data"]["rows_in_both"] == summary["data"]["calibration_rows"]
        inside_rows = sum(row.label != "oos" for row in read)
        assert registry.load(model, feature_version=FEATURE_SET).arrays["near.start"][-1] == (
            inside_rows
        )
        assert summary["vectors"] != encoder.model_hash
        out = tmp_path / "p.jsonl"
        done = _run("predict", "intents", "--model", model, "--data", data, "--out", out)
        assert done.exit_code == 0, done.output
        lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        inside = [line for line in lines if line["gold"] != "oos"]
        assert sum(line["gold"] == line["label"] for line in inside) > 0.9 * len(inside)

    def test_rows_of_a_later_day_need_no_other_encoder(
        self, data: Path, layers: Path, tmp_path: Path
    ) -> None:
        later = tmp_path / "later.json"
        new = [["stash a tenner for me", "deposit"], ["shove it all in the pot", "deposit"]]
        later.write_text(json.dumps({"train": rows() + outside() + new}), encoding="utf-8")
        model, again = tmp_path / "model", tmp_path / "again"
        folders = [(layers, model), (model, again)]
        for encoder, out in folders:
            done = _run(
                "train", "intents", "--data", later, "--encoder", encoder, "--out", out,
                "--cache", tmp_path,
            )  # fmt: skip
            assert done.exit_code == 0, done.output
        first, second = (registry.load(f, feature_version=FEATURE_SET) for f in (model, again))
        assert first.manifest["data"] == second.manifest["data"]
        cut = hold_out(read_training_rows(data), seed=7)
        aside = sum(row.use is Use.ASIDE for row in cut)
        assert first.manifest["data"]["rows_in_both"] == aside + len(new)
        for name, values in first.arrays.items():
            assert np.array_equal(values, second.arrays[name]), name

    def test_layers_that_have_learnt_everything_leave_nothing_to_measure_on(self) -> None:
        read = [Row(text, label, Use.FIT, "s") for text, label in rows()]
        learnt = marks_of(read)
        with pytest.raises(RowsError, match="learnt from all but 0 of"):
            set_unlearnt_aside(read, learnt)
        assert set_unlearnt_aside(read, learnt[: len(learnt) // 2]) != read

    def test_both_ways_at_once_are_refused(self, data: Path, layers: Path, tmp_path: Path) -> None:
        done = _run(
            "train", "intents", "--data", data, "--encoder", layers, "--no-vectors",
            "--out", tmp_path / "m",
        )  # fmt: skip
        assert (done.exit_code, "exclude each other" in done.output) == (2, True)

    def test_layers_over_another_encoder_are_refused(
        self, layers: Path, encoder: E5Vectors
    ) -> None:
        class Other(E5Vectors):
            @property
            def model_hash(self) -> str:
                return "else"

            def over(self, layers: Layers) -> "Other":
                return self

        with pytest.raises(ArtefactError, match="another encoder"):
            load_tuned(layers, Other(encoder.folder))

    def test_a_model_without_layers_is_refused(self, data: Path, tmp_path: Path) -> None:
        plain = tmp_path / "plain"
        done = _run("train", "intents", "--data", data, "--no-vectors", "--out", plain)
        assert done.exit_code == 0, done.output
        done = _run(
            "train", "intents", "--data", data, "--encoder", plain, "--out", tmp_path / "m",
            "--cache", tmp_path,
        )  # fmt: skip
        assert done.exit_code == 2
        assert "holds no layers of an encoder" in done.output


def test_data_without_labels_is_refused(tmp_path: Path, encoder: E5Vectors) -> None:
    assert encoder
    file = tmp_path / "t.csv"
    file.write_text("text\nhello\n", encoding="utf-8")
    done = _run("train", "encoder", "--data", file, "--out", tmp_path / "m")
    assert done.exit_code == 2
    assert "no label column" in done.output


def _apart(found: np.ndarray, labels: list[str]) -> float:
    """Return how much nearer texts of one label lie than texts of two, as cosines."""
    same = np.array(labels)[:, None] == np.array(labels)
    cosines = found @ found.T
    return float(cosines[same].mean() - cosines[~same].mean())
