"""`finnami train|evaluate slots` on small files, and what they refuse."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.main import main

pytestmark = pytest.mark.row("CH4")
LINES = [
    ("buy 5 VTI", "buy", [("quantity", "5", "5"), ("instrument", "VTI", "VTI")]),
    ("deposit 20 euros", "deposit", [("amount", "20", "20.00"), ("currency", "euros", "EUR")]),
    ("hello there", "greeting_thanks", []),
]


def write(file: Path) -> Path:
    with file.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["text", "label", "slots", "tags"])
        for text, label, slots in LINES:
            found = [
                {"name": n, "start": text.index(s), "end": text.index(s) + len(s), "value": v}
                for n, s, v in slots
            ]
            rows.writerow([text, label, json.dumps(found), ""])
    return file


class TestEvaluate:
    def test_a_file_named_after_its_language_is_measured(self, tmp_path: Path) -> None:
        file = write(tmp_path / "en.csv")
        result = CliRunner().invoke(main, ["evaluate", "slots", "--data", str(file), "--json"])

        assert result.exit_code == 0, result.output
        report = json.loads(result.stdout)
        assert (report["lines"], report["exact"], report["lenient"]) == (2, 1.0, 1.0)
        assert report["lines_without_slots"] == 1

    @pytest.mark.parametrize("command", ["train", "evaluate"])
    def test_a_name_without_a_language_is_refused(self, tmp_path: Path, command: str) -> None:
        file = write(tmp_path / "some.csv")
        args = [command, "slots", "--data", str(file)]
        if command == "train":
            args += ["--out", str(tmp_path / "cues.npz")]
        result = CliRunner().invoke(main, args)

        assert result.exit_code == 2
        assert "some.csv" in result.output

    def test_slots_that_are_no_list_are_refused_with_their_row(self, tmp_path: Path) -> None:
        file = tmp_path / "en.csv"
        file.write_text('text,label,slots\nbuy,buy,"[{""name"": 1}]"\n', encoding="utf-8")
        result = CliRunner().invoke(main, ["evaluate", "slots", "--data", str(file)])

        assert result.exit_code == 2
        assert "en.csv row 1" in result.output


class TestTrain:
    def test_the_same_lines_and_seed_give_the_same_bytes(self, tmp_path: Path) -> None:
        write(tmp_path / "en.csv")
        outs = []
        for name in ("a.npz", "b.npz"):
            args = ["train", "slots", "--data", str(tmp_path), "--out", str(tmp_path / name)]
            result = CliRunner().invoke(main, args)
            assert result.exit_code == 0, result.output
            outs.append((tmp_path / name).read_bytes())
        assert outs[0] == outs[1]
