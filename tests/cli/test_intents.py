"""`finnami train|predict|evaluate intents` from files to files."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.main import main
from tests.ml.intents.small import outside, rows

pytestmark = pytest.mark.row("CH4")


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    known, away = rows(), outside()
    splits = {
        "train": known[::2], "oos_train": away[::2], "val": known[1::2], "oos_val": away[1::2],
    }  # fmt: skip
    (folder / "dev.json").write_text(json.dumps(splits), encoding="utf-8")
    (folder / "domains.json").write_text('{"bank": ["x"]}', encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def model(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "model"
    done = _run("train", "intents", "--data", data, "--out", out, "--no-vectors")
    assert done.exit_code == 0, done.output
    summary = json.loads(done.stdout)
    assert summary["vectors"] == "none"
    assert summary["calibrated_on"] == "held out rows"
    assert (summary["labels"], summary["metrics"]["out_of_scope_rows"]) == (3, 22)
    return out


class TestPredict:
    def test_every_row_of_every_split_in_order(
        self, data: Path, model: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "deep" / "p.jsonl"
        done = _run(
            "predict", "intents", "--model", model, "--data", data / "dev.json", "--out", out
        )
        assert done.exit_code == 0, done.output
        lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        given = json.loads((data / "dev.json").read_text(encoding="utf-8")).values()
        assert [(n["text"], n["gold"]) for n in lines] == [
            tuple(p) for split in given for p in split
        ]
        for line in lines:
            assert set(line) == {"text", "label", "confidence", "abstain", "lang", "gold"}
            assert line["label"] in {"card_lost", "balance", "top_up"}
            assert line["lang"] == "en" or len(line["lang"]) == 2
        inside = [line for line in lines if line["gold"] != "oos"]
        assert sum(line["gold"] == line["label"] for line in inside) > 0.9 * len(inside)

    def test_texts_without_labels_and_awkward_ones(self, model: Path, tmp_path: Path) -> None:
        texts = ["", "a\u2028b\nc", 'say "hi"', "x" * 100_000, "\u200b", "half \ud83d"]
        file = tmp_path / "t.jsonl"
        file.write_text("".join(json.dumps({"query": t}) + "\n" for t in texts), encoding="utf-8")
        out = tmp_path / "p.jsonl"
        done = _run("predict", "intents", "--model", model, "--data", file, "--out", out)
        assert done.exit_code == 0, done.output
        found = [json.loads(line) for line in out.read_text(encoding="utf-8").split("\n")[:-1]]
        assert [line["text"] for line in found] == texts
        assert all("gold" not in line for line in found)


class TestEvaluate:
    def test_figures_of_labelled_rows(self, data: Path, model: Path) -> None:
        done = _run("evaluate", "intents", "--model", model, "--data", data / "dev.json")
        assert done.exit_code == 0, done.output
        report = json.loads(done.stdout)
        assert report["accuracy"] > 0.9
        assert report["wrong_actions"] == {}


class TestRefusals:
    def test_a_file_without_texts_names_the_file_and_the_columns(
        self, tmp_path: Path, model: Path
    ) -> None:
        file = tmp_path / "odd.csv"
        file.write_text("sentence,label\na,x\n", encoding="utf-8")
        for command in (
            ("train", "intents", "--data", file, "--out", tmp_path / "m"),
            ("predict", "intents", "--model", model, "--data", file, "--out", tmp_path / "p"),
        ):
            done = _run(*command)
            assert done.exit_code == 2
            assert "odd.csv" in done.stderr
            assert "text, utterance, query" in done.stderr
            assert "Traceback" not in done.output

    def test_one_label_or_single_sentences_teach_nothing(self, tmp_path: Path) -> None:
        for content in ("text,label\na,x\nb,x\n", "text,label\na,x\nb,y\n"):
            file = tmp_path / "few.csv"
            file.write_text(content, encoding="utf-8")
            done = _run("train", "intents", "--data", file, "--out", tmp_path / "m", "--no-vectors")
            assert done.exit_code == 2
            assert "Traceback" not in done.output

    def test_an_existing_other_folder_is_refused(self, data: Path, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("mine", encoding="utf-8")
        done = _run("train", "intents", "--data", data, "--out", tmp_path, "--no-vectors")
        assert done.exit_code == 2
        assert (tmp_path / "x").read_text(encoding="utf-8") == "mine"

    def test_a_folder_that_is_no_model(self, data: Path, tmp_path: Path) -> None:
        done = _run(
            "predict", "intents", "--model", tmp_path, "--data", data / "dev.json",
            "--out", tmp_path / "p",
        )  # fmt: skip
        assert done.exit_code == 2
        assert "manifest.json" in done.stderr
